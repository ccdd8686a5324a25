/**
 * elfwright/targets: what the C libraries of Linux systems have, to judge whether a file runs there. The tables are
 * large, so the main entry never loads them.
 *
 * @packageDocumentation
 */
export { distributions } from "./distributions.js";
export type { MachineName } from "../spec/machine-names.js";
export { tables } from "./tables.js";
export type {
  BuiltInTables,
  Distribution,
  GlibcVersion,
  LibcTables,
  Machine,
  MuslRange,
  OldestBinding,
  TableSource,
  Target,
  WheelPolicy,
} from "./target.js";
export { distribution, glibc, type MachineChoice, musl, parseTarget } from "./targets.js";

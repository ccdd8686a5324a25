import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type Edit, patch, type PatchOptions, stripDebug, stripUnneeded } from "../../src/index.js";
import { crossTool, type Machine } from "./machines.js";
import { must } from "./tools.js";

/** One strip, as an option of GNU strip and as edits. */
export interface Mode {
  readonly option: string;
  readonly edits: readonly Edit[];
}

export const UNNEEDED: Mode = { option: "--strip-unneeded", edits: [stripUnneeded()] };
export const DEBUG: Mode = { option: "-g", edits: [stripDebug()] };
export const MODES: readonly Mode[] = [UNNEEDED, DEBUG];

/**
 * An input and its two results. These have one name, in two folders, so that linkers see only their contents differ.
 */
export interface Both {
  readonly input: string;
  readonly ours: string;
  readonly gnu: string;
}

/** Strips the file with elfwright and with the machine's GNU strip, into folders beside the input. */
export function stripBoth(input: string, { option, edits }: Mode, machine: Machine = "x86_64"): Both {
  const out = (who: string) => `${dirname(input)}/${who}${option}/${basename(input)}`;
  const gnu = out("gnu");

  mkdirSync(dirname(gnu), { recursive: true });
  must(crossTool(machine, "strip"), [option, "-o", gnu, input]);
  return { input, ours: stripTo(out("ours"), input, edits), gnu };
}

/** Patches `input`, writes the result to `out`, and returns that path. */
export function stripTo(out: string, input: string, edits: readonly Edit[], options: PatchOptions = {}): string {
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, patch(readFileSync(input), edits, options).bytes, { mode: 0o755 });
  return out;
}

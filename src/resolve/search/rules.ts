import { isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import type { SeenFiles } from "./files.js";
import type { LoaderMachine } from "./machines.js";
import type { Wants } from "./object.js";
import type { LoaderRules } from "../tree.js";

/** Is it the path of musl's loader? */
export const isMuslLoader = (path: string): boolean => /(?:^|\/)ld-musl-[^/]*$/.test(path);

const MUSL_NAME = /^(?:libc\.musl-|ld-musl-)/;
const GLIBC_NAME = /^(?:lib(?:c|m|pthread|dl|rt|util|resolv)\.so\.[0-9.]+$|ld-linux|ld64\.so\.|ld\.so\.1$)/;
/** Beside libc.so, these are Android's. */
const BIONIC_NAME = /^lib(?:m|dl|log|android)\.so$/;

/** Whose rules hold for a file: what it says itself, else which loader the system has. */
export function rulesOf(elf: ElfFile, wants: Wants, files: SeenFiles, machine: LoaderMachine): LoaderRules {
  if (elf.interpreter !== null) return isMuslLoader(elf.interpreter) ? "musl" : "glibc";
  const needed = wants.wants.flatMap((w) => (w.tag === "DT_NEEDED" ? [w.name] : []));
  if (needed.some((n) => MUSL_NAME.test(n))) return "musl";
  if (needed.some((n) => GLIBC_NAME.test(n)) || needsGlibc(elf)) return "glibc";
  if (needed.includes("libc.so") && !needed.some((n) => BIONIC_NAME.test(n))) return "musl";
  const hasGlibc = machine.loaders.some((l) => files.find(l));
  const musl = muslLoader(machine);
  return !hasGlibc && musl !== null && files.find(musl) ? "musl" : "glibc";
}

/** musl's loader in its usual place. */
export const muslLoader = ({ muslArch }: LoaderMachine): string | null =>
  muslArch === undefined ? null : `/lib/ld-musl-${muslArch}.so.1`;

function needsGlibc(elf: ElfFile): boolean {
  try {
    return elf.versionNeeds.some((n) => n.versions.some((v) => v.name.startsWith("GLIBC_")));
  } catch (e) {
    if (!isElfError(e)) throw e;
    return false;
  }
}

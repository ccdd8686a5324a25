import { isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import type { SeenFiles } from "./files.js";
import type { LoaderMachine } from "./machines.js";
import type { SearchTags } from "./object.js";
import type { LoaderRules } from "../tree.js";

/** Is this the path of musl's loader? */
export const isMuslLoader = (path: string): boolean => /(?:^|\/)ld-musl-[^/]*$/.test(path);

const MUSL_NAME = /^(?:libc\.musl-|ld-musl-)/;
const GLIBC_NAME = /^(?:lib(?:c|m|pthread|dl|rt|util|resolv)\.so\.[0-9.]+$|ld-linux|ld64\.so\.|ld\.so\.1$)/;
/** A file that needs one of these beside libc.so is Android's. */
const BIONIC_NAME = /^lib(?:m|dl|log|android)\.so$/;

/** The loader whose rules apply to a file: the file itself tells, else the loader that the system has. */
export function rulesOf(elf: ElfFile, wants: SearchTags, files: SeenFiles, machine: LoaderMachine): LoaderRules {
  if (elf.interpreter !== null) return isMuslLoader(elf.interpreter) ? "musl" : "glibc";

  const needed = wants.wants.flatMap((w) => (w.tag === "DT_NEEDED" ? [w.name] : []));
  if (needed.some((n) => MUSL_NAME.test(n))) return "musl";
  if (needed.some((n) => GLIBC_NAME.test(n)) || needsGlibc(elf)) return "glibc";
  if (needed.includes("libc.so") && !needed.some((n) => BIONIC_NAME.test(n))) return "musl";

  if (machine.loaders.some((path) => files.find(path))) return "glibc";
  const musl = muslLoader(machine);
  return musl !== null && files.find(musl) ? "musl" : "glibc";
}

/** The usual path of musl's loader; null for a machine without musl. */
export const muslLoader = ({ muslArch }: LoaderMachine): string | null =>
  muslArch === undefined ? null : `/lib/ld-musl-${muslArch}.so.1`;

/** A file whose versions cannot be read does not tell. */
function needsGlibc(elf: ElfFile): boolean {
  try {
    return elf.versionNeeds.some((n) => n.versions.some((v) => v.name.startsWith("GLIBC_")));
  } catch (e) {
    if (!isElfError(e)) throw e;
    return false;
  }
}

import type { ElfFile } from "../image/elf.js";
import { isDebugFile } from "../image/headers/sections.js";
import type { Tolerant } from "../image/tolerant.js";
import { type Export, exportsOf, type Import, importsOf } from "./dynamic-names.js";

/** A file under diagnosis. What is broken in it is left out, and `tolerant` has the reason. */
export interface DiagnosedSubject {
  readonly elf: ElfFile;
  readonly tolerant: Tolerant;
  /** False for a separate debug file, whose program headers describe bytes that it does not have. */
  readonly hasContents: boolean;
  /** PT_INTERP, null where there is none. */
  readonly interpreter: string | null;
  readonly needed: readonly string[];
  /** The dynamic symbols that other files define, and those that the file defines. */
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  /** The first export that is so: a large program has very many, whose names nobody need read for that. */
  findExport(is: (e: Export) => boolean): Export | undefined;
}

export function subjectOf(elf: ElfFile, tolerant: Tolerant): DiagnosedSubject {
  const hasContents = !(tolerant.part(() => isDebugFile(elf)) ?? false);
  const whole = <T>(read: () => T[]): T[] => (hasContents ? tolerant.part(read) : null) ?? [];
  let imports: readonly Import[] | undefined;
  let exports: readonly Export[] | undefined;

  return {
    elf,
    tolerant,
    hasContents,
    interpreter: hasContents ? tolerant.part(() => elf.interpreter) : null,
    needed: whole(() => [...elf.needed]),
    get imports() {
      return (imports ??= whole(() => importsOf(elf)));
    },
    get exports() {
      return (exports ??= whole(() => [...exportsOf(elf)]));
    },
    findExport: (is) =>
      whole(() => {
        for (const e of exports ?? exportsOf(elf)) if (is(e)) return [e];
        return [];
      })[0],
  };
}

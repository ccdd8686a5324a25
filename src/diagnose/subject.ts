import type { ElfFile } from "../image/elf.js";
import { isDebugFile } from "../image/headers/sections.js";
import type { Tolerant } from "../image/tolerant.js";
import { type Export, exportsOf, type Import, importsOf } from "./dynamic-names.js";

/** A file under diagnosis. Broken parts are left out, and `tolerant` collects the reasons. */
export interface DiagnosedSubject {
  readonly elf: ElfFile;
  readonly tolerant: Tolerant;
  /** False for a separate debug file, whose program headers describe bytes that it does not have. */
  readonly hasContents: boolean;
  /** PT_INTERP, null where there is none. */
  readonly interpreter: string | null;
  readonly needed: readonly string[];
  /** The dynamic symbols that other files define. */
  readonly imports: readonly Import[];
  /** The dynamic symbols that the file itself defines. */
  readonly exports: readonly Export[];
  /** The first export that matches. A large program has very many, and this reads no more names than it needs. */
  findExport(matches: (e: Export) => boolean): Export | undefined;
}

export function subjectOf(elf: ElfFile, tolerant: Tolerant): DiagnosedSubject {
  tolerant.sectionTable(elf);
  const hasContents = !(tolerant.part(() => isDebugFile(elf)) ?? false);
  const allOrNone = <T>(read: () => T[]): T[] => (hasContents ? tolerant.part(read) : null) ?? [];

  let imports: readonly Import[] | undefined;
  let exports: readonly Export[] | undefined;
  const firstExport = (matches: (e: Export) => boolean): Export[] => {
    for (const symbol of exports ?? exportsOf(elf)) {
      if (matches(symbol)) return [symbol];
    }
    return [];
  };

  return {
    elf,
    tolerant,
    hasContents,
    interpreter: hasContents ? tolerant.part(() => elf.interpreter) : null,
    needed: allOrNone(() => [...elf.needed]),
    get imports() {
      imports ??= allOrNone(() => importsOf(elf));
      return imports;
    },
    get exports() {
      exports ??= allOrNone(() => [...exportsOf(elf)]);
      return exports;
    },
    findExport: (matches) => allOrNone(() => firstExport(matches))[0],
  };
}

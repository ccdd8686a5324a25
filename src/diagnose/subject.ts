import type { ElfFile } from "../image/elf.js";
import { isDebugFile } from "../image/sections.js";
import type { Tolerant } from "../image/tolerant.js";
import { dynamicNames, type Export, type Import } from "./dynamic-names.js";

/** A file under diagnosis. What is broken in it is left out, and `tolerant` has the reason. */
export interface Subject {
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
}

const NO_NAMES = { imports: [], exports: [] } as const;

export function subjectOf(elf: ElfFile, tolerant: Tolerant): Subject {
  const hasContents = !(tolerant.part(() => isDebugFile(elf)) ?? false);
  let names: ReturnType<typeof dynamicNames> | undefined;
  const symbols = () => (names ??= (hasContents ? tolerant.part(() => dynamicNames(elf)) : null) ?? NO_NAMES);
  return {
    elf, tolerant, hasContents,
    interpreter: hasContents ? tolerant.part(() => elf.interpreter) : null,
    needed: (hasContents ? tolerant.part(() => elf.needed) : null) ?? [],
    get imports() {
      return symbols().imports;
    },
    get exports() {
      return symbols().exports;
    },
  };
}

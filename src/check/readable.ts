import type { ElfFile } from "../image/elf.js";
import { sectionColumns } from "../image/headers/section-columns.js";
import { isElfError } from "../error.js";
import type { CheckRule } from "./rule.js";

/** The parts that the reader finds in a file, and how to make it read each. */
const PARTS: readonly (readonly [name: string, read: (elf: ElfFile) => unknown])[] = [
  ["program headers", (elf) => elf.segments],
  ["section headers", sectionColumns],
  ["PT_INTERP", (elf) => elf.interpreter],
  ["dynamic section", (elf) => elf.dynamic],
  ["symbol table", (elf) => elf.symbols],
  ["dynamic symbols", (elf) => elf.dynamicSymbols],
  ["version needs", (elf) => elf.versionNeeds],
  ["version definitions", (elf) => elf.versionDefinitions],
  ["notes", (elf) => elf.notes],
];

/** The rule of all findings that come from a failed read, in this rule or in another. */
export const READABLE = "readable";

export const readableRule: CheckRule = {
  id: READABLE,
  severity: "error",
  sentence:
    "Everything the headers lead to can be read; " +
    "the dynamic section ends in DT_NULL, and the names of versions lie in DT_STRTAB.",
  *test(elf) {
    const said = new Set<string>();
    for (const [at, read] of PARTS) {
      const message = failureOf(() => read(elf));
      // A part that cannot be read fails in the parts that are found through it, too.
      if (message === undefined || said.has(message)) continue;

      yield { message, at };
      said.add(message);
    }
  },
};

/** The message of the `ElfError` that `act` throws, or undefined. Other errors are thrown on. */
export function failureOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (e) {
    if (!isElfError(e)) throw e;
    return e.message;
  }
}

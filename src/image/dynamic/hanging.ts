import { alignUp } from "../../codec/bytes.js";
import { PT } from "../../spec/constants.js";
import { SMALLEST_PAGE } from "../../spec/machines.js";
import type { DynamicEntry } from "../elf.js";
import { once } from "../once.js";
import { Tolerant } from "../tolerant.js";

/** What a dynamic tag leads to behind the bytes that a PT_LOAD says it has. */
export interface Hanging {
  readonly entry: DynamicEntry;
  /** File offset. */
  readonly offset: number;
  /** The end of the page in the file, up to which all of it is mapped. */
  readonly end: number;
}

/**
 * What dynamic tags lead to behind p_filesz, in the rest of a page that is mapped all the same. patchelf 0.19 leaves
 * such files. Empty where the dynamic section cannot be read.
 */
export const hangingEntries = /* @__PURE__ */ once((elf): readonly Hanging[] => {
  const entries = new Tolerant().part(() => elf.dynamic)?.entries ?? [];
  const loads = elf.segments.filter((s) => s.type === PT.LOAD);

  return entries.flatMap((entry): Hanging[] => {
    const { kind, value } = entry;
    const offset = kind === "address" ? elf.offsetOf(value) : undefined;
    // The end of a PT_LOAD is the address of a table without entries.
    const isHeld = loads.some((l) => l.exact("vaddr") <= value && value <= l.exact("vaddr") + l.exact("filesz"));
    if (offset === undefined || isHeld) return [];
    return [{ entry, offset, end: Math.min(alignUp(offset + 1, SMALLEST_PAGE), elf.source.size) }];
  });
});

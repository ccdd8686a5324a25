import type { ElfFile } from "../image/elf.js";
import { byFamily, type Edit } from "./edits.js";
import { guard } from "./guard.js";

/** The page sizes that the edits want the file to be fit for, ascending, each once. Throws what {@link guard} throws. */
export function wantedPageSizes(elf: ElfFile, edits: readonly Edit[]): number[] {
  const families = byFamily(edits);
  if (families.alignment.length === 0) return [];
  guard(elf, families);
  return [...new Set(families.alignment.map((e) => e.pageSize))].sort((a, b) => a - b);
}

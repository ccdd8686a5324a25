import { toHex, viewOf } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import { ET } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { MEMORY } from "../../spec/machines/lists/memory.js";
import { ENTRY_PATTERNS, type EntryPattern } from "./entry-patterns.js";

const LONGEST = /* @__PURE__ */ longestPattern();

/** In bytes: two digits of a pattern are one. */
function longestPattern(): number {
  return Math.max(...ENTRY_PATTERNS.map((p) => p.code.length / 2));
}

/** The file offset of the first instruction, or undefined where e_entry leads to no bytes of the file. */
function entryOffset(elf: ElfFile): number | undefined {
  const { machine, entry, littleEndian, class: elfClass, flags, type } = elf.header;
  if (entry === 0n || (type !== ET.EXEC && type !== ET.DYN)) return undefined;

  const kind = cardOf(MEMORY, machine)?.entry;
  // An odd address is Thumb code.
  if (kind === "thumb") return elf.offsetOf(entry & ~1n, 1);

  // PowerPC's ELFv1 ABI: e_entry is the address of a descriptor, whose first word is the address of the code.
  if (kind === "descriptor-v1" && elfClass === 64 && (flags & 3) !== 2) {
    const at = elf.offsetOf(entry, 8);
    if (at !== undefined) {
      const descriptor = viewOf(readExactly(elf.source, at, 8, "the entry point's descriptor"));
      return elf.offsetOf(descriptor.getBigUint64(0, littleEndian), 1);
    }
  }

  return elf.offsetOf(entry, 1);
}

/** The start file that the code at e_entry comes from; undefined for an unknown one. */
export function entryCode(elf: ElfFile): { readonly pattern: EntryPattern; readonly offset: number } | undefined {
  const offset = entryOffset(elf);
  if (offset === undefined) return undefined;

  const size = Math.min(LONGEST, elf.source.size - offset);
  const code = toHex(readExactly(elf.source, offset, size, "the code at e_entry"));
  const pattern = ENTRY_PATTERNS.find((p) => isFor(p, elf.header) && new RegExp(`^${p.code}`).test(code));
  return pattern && { pattern, offset };
}

/** Are the start files for this machine known? Then code that none of them has says something, too. */
export const knowsEntryCode = (header: ElfFile["header"]): boolean =>
  ENTRY_PATTERNS.some((p) => p.of === "glibc" && isFor(p, header));

const isFor = (p: EntryPattern, header: ElfFile["header"]): boolean =>
  p.machine === header.machine && p.class === header.class && p.littleEndian === header.littleEndian;

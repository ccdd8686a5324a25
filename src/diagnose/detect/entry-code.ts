import { toHex, viewOf } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import { ET } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { RECOGNITION } from "../../spec/machines/lists/recognition.js";
import { ENTRY_PATTERNS, type EntryPattern } from "./entry-patterns.js";

const LONGEST = Math.max(...ENTRY_PATTERNS.map((p) => p.code.length / 2));

/** The file offset of the first instruction, or undefined where e_entry leads to no bytes of the file. */
function entryOffset(elf: ElfFile): number | undefined {
  const { machine, entry, littleEndian, class: elfClass, flags, type } = elf.header;
  if (entry === 0n || (type !== ET.EXEC && type !== ET.DYN)) return undefined;

  const kind = cardOf(RECOGNITION, machine)?.entry;
  // An odd address is Thumb code.
  if (kind === "thumb") return elf.offsetOf(entry & ~1n, 1);

  // ELFv1 of PowerPC: e_entry is the address of a descriptor, whose first word is that of the code.
  if (kind === "descriptor-v1" && elfClass === 64 && (flags & 3) !== 2) {
    const at = elf.offsetOf(entry, 8);
    if (at !== undefined) {
      return elf.offsetOf(
        viewOf(readExactly(elf.source, at, 8, "the entry point's descriptor")).getBigUint64(0, littleEndian),
        1,
      );
    }
  }

  return elf.offsetOf(entry, 1);
}

/** Which start file the code at e_entry comes from; undefined for one that is not known. */
export function entryCode(elf: ElfFile): { readonly pattern: EntryPattern; readonly offset: number } | undefined {
  const offset = entryOffset(elf);
  if (offset === undefined) return undefined;

  const { machine, class: elfClass, littleEndian } = elf.header;
  const code = toHex(
    readExactly(elf.source, offset, Math.min(LONGEST, elf.source.size - offset), "the code at e_entry"),
  );
  const pattern = ENTRY_PATTERNS.find(
    (p) =>
      p.machine === machine &&
      p.class === elfClass &&
      p.littleEndian === littleEndian &&
      new RegExp(`^${p.code}`).test(code),
  );

  return pattern && { pattern, offset };
}

/** Is something known of the start files for this machine, so that code that none of them has says something? */
export const knowsEntryCode = ({ machine, class: elfClass, littleEndian }: ElfFile["header"]): boolean =>
  ENTRY_PATTERNS.some(
    (p) => p.of === "glibc" && p.machine === machine && p.class === elfClass && p.littleEndian === littleEndian,
  );

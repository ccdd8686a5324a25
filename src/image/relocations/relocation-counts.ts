import { viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { chunks } from "../../codec/source.js";
import { SHT } from "../../spec/constants.js";
import type { ElfFile } from "../elf.js";
import { packedRelocations } from "./packed-relocations.js";
import { type RelocationBlock, relocationBlocks } from "./relocation-blocks.js";
import { relocationSize } from "./relocation-sections.js";
import { typeReader } from "./relocation-types.js";

/** Records that are read at once. */
const RECORDS_AT_ONCE = 16384;

/** How many relocations a table has, by type. */
export interface BlockCount {
  readonly block: RelocationBlock;
  readonly count: number;
  /** The count by r_type, as `typeReader` gives it. Empty for RELR, whose relocations are all relative. */
  readonly types: ReadonlyMap<number, number>;
}

/** Counts the relocations of a file, table by table. `TRUNCATED`; `MALFORMED` for packed tables that are broken. */
export const countRelocations = (elf: ElfFile, missing?: (name: string) => void): BlockCount[] =>
  relocationBlocks(elf, missing).map((block) => countBlock(elf, block));

function countBlock(elf: ElfFile, block: RelocationBlock): BlockCount {
  const types = new Map<number, number>();
  const add: Add = (type, count = 1) => {
    types.set(type, (types.get(type) ?? 0) + count);
  };

  if (block.form === "relr") return { block, types, count: countRelr(elf, block) };
  if (block.form === "rel" || block.form === "rela") countPlain(elf, block, add);
  else for (const r of packedRelocations(elf, block)) add(r.type);

  let total = 0;
  for (const count of types.values()) total += count;
  return { block, types, count: total };
}

type Add = (type: number, count?: number) => void;

function countPlain(elf: ElfFile, block: RelocationBlock, add: Add): void {
  const recordSize = relocationSize(block.form === "rela" ? SHT.RELA : SHT.REL, elf.header);
  const size = block.size - (block.size % recordSize);
  const info = wordSize(elf.header);
  const typeOf = typeReader(elf.header);

  // Linkers sort by type: most records have the type of the record before.
  let lastType = -1;
  let run = 0;
  for (const piece of chunks(elf.source, block.offset, size, "a relocation table", recordSize * RECORDS_AT_ONCE)) {
    const view = viewOf(piece);
    for (let at = info; at < piece.length; at += recordSize) {
      const type = typeOf(view, at);
      if (type === lastType) {
        run++;
        continue;
      }
      if (run > 0) add(lastType, run);
      lastType = type;
      run = 1;
    }
  }
  if (run > 0) add(lastType, run);
}

/**
 * Counts a RELR table. An even word is an address to relocate. The bits of an odd word say which of the words behind
 * the last address are to be relocated, too (gABI, "Relative Relocation Table").
 */
function countRelr(elf: ElfFile, block: RelocationBlock): number {
  const word = wordSize(elf.header);
  const size = block.size - (block.size % word);
  const le = elf.header.littleEndian;
  let count = 0;

  for (const piece of chunks(elf.source, block.offset, size, "a RELR table", word * RECORDS_AT_ONCE)) {
    const view = viewOf(piece);
    for (let at = 0; at < piece.length; at += word) {
      const low = view.getUint32(at + (word === 8 && !le ? 4 : 0), le);
      if ((low & 1) === 0) {
        count++;
      } else {
        const high = word === 8 ? view.getUint32(at + (le ? 4 : 0), le) : 0;
        count += ones(low) - 1 + ones(high);
      }
    }
  }

  return count;
}

/** The number of bits that are set. */
function ones(n: number): number {
  const pairs = n - ((n >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

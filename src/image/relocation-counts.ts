import { viewOf } from "../codec/bytes.js";
import { wordSize } from "../codec/encoding.js";
import { LebReader } from "../codec/leb128.js";
import { chunks, readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile } from "./elf.js";
import { type RelocationBlock, relocationBlocks } from "./relocation-blocks.js";
import { relocationSize } from "./relocation-sections.js";
import { typeReader } from "./relocation-types.js";
import { SHT } from "../spec/constants.js";

/** How many relocations a table has, by type. */
export interface BlockCount {
  readonly block: RelocationBlock;
  readonly count: number;
  /** By r_type, as `typeReader` gives it; empty for RELR, whose relocations are all relative. */
  readonly types: ReadonlyMap<number, number>;
}

/** Counts a file's relocations, table by table. `TRUNCATED`, `MALFORMED` for packed ones that contradict themselves. */
export const countRelocations = (elf: ElfFile, missing?: (name: string) => void): BlockCount[] =>
  relocationBlocks(elf, missing).map((block) => {
    const types = new Map<number, number>(), add = (type: number, n = 1) => void types.set(type, (types.get(type) ?? 0) + n);
    if (block.form === "relr") return { block, types, count: countRelr(elf, block) };
    if (block.form === "crel") countCrel(elf, block, add);
    else if (block.form === "packed") countPacked(elf, block, add);
    else countPlain(elf, block, add);
    return { block, types, count: [...types.values()].reduce((a, b) => a + b, 0) };
  });

type Add = (type: number, count?: number) => void;

function countPlain(elf: ElfFile, b: RelocationBlock, add: Add): void {
  const size = relocationSize(b.form === "rela" ? SHT.RELA : SHT.REL, elf.header), info = wordSize(elf.header), typeOf = typeReader(elf.header);
  let type = -1, run = 0;
  for (const piece of chunks(elf.source, b.offset, b.size - (b.size % size), "a relocation table", size * 16384)) {
    const v = viewOf(piece);
    // Linkers sort by type: most records are of the one before.
    for (let at = info; at < piece.length; at += size) {
      const t = typeOf(v, at);
      if (t === type) run++;
      else {
        if (run > 0) add(type, run);
        type = t;
        run = 1;
      }
    }
  }
  if (run > 0) add(type, run);
}

/** An even word is an address to relocate, an odd one says which of the words behind it are, too (gABI, "Relative Relocation Table"). */
function countRelr(elf: ElfFile, b: RelocationBlock): number {
  const word = wordSize(elf.header), le = elf.header.littleEndian;
  let count = 0;
  for (const piece of chunks(elf.source, b.offset, b.size - (b.size % word), "a RELR table", word * 16384)) {
    const v = viewOf(piece);
    for (let at = 0; at < piece.length; at += word) {
      const low = v.getUint32(at + (word === 8 && !le ? 4 : 0), le);
      if ((low & 1) === 0) count++;
      else count += ones(low) - 1 + (word === 8 ? ones(v.getUint32(at + (le ? 4 : 0), le)) : 0);
    }
  }
  return count;
}

function ones(n: number): number {
  const pairs = n - ((n >>> 1) & 0x55555555), nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The flag of CREL's header that says that records have addends; of a record, which of its fields differ from the one before. */
const HAS_ADDEND = 4, SYMBOL = 1, TYPE = 2, ADDEND = 4;

function countCrel(elf: ElfFile, b: RelocationBlock, add: Add): void {
  const r = new LebReader(readExactly(elf.source, b.offset, b.size, b.name)), head = r.unsigned(), hasAddend = (head & HAS_ADDEND) !== 0;
  let type = 0;
  for (let left = Math.floor(head / 8); left > 0; left--) {
    const first = r.byte();
    if (first >= 128) r.skip();
    if (first & SYMBOL) r.skip();
    if (first & TYPE) type = (type + r.signed32()) | 0;
    if (hasAddend && first & ADDEND) r.skip();
    add(type >>> 0);
  }
}

/** Groups of relocations that share their info, distance or addend (Android's relocation_packer): the flags of a group. */
const BY_INFO = 1, BY_OFFSET = 2, BY_ADDEND = 4, HAS_ADDENDS = 8;

function countPacked(elf: ElfFile, b: RelocationBlock, add: Add): void {
  const bytes = readExactly(elf.source, b.offset, b.size, b.name), mask = elf.header.class === 32 ? 255 : 0xffffffff;
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "APS2") fail("MALFORMED", `${b.name} does not begin with APS2`, { offset: b.offset });
  const r = new LebReader(bytes, 4), typeIn = () => (r.signed32() & mask) >>> 0;
  let left = r.signed32();
  r.skip();
  while (left > 0) {
    const size = r.signed32(), flags = r.signed32(), own = (flags & BY_ADDEND) === 0 && (flags & HAS_ADDENDS) !== 0;
    if (size <= 0 || size > left) fail("MALFORMED", `${b.name} has a group of ${size} relocations where ${left} are left`, { offset: b.offset });
    left -= size;
    if (flags & BY_OFFSET) r.skip();
    const shared = flags & BY_INFO ? typeIn() : undefined;
    if ((flags & BY_ADDEND) !== 0 && (flags & HAS_ADDENDS) !== 0) r.skip();
    if (shared !== undefined) add(shared, size);
    if (shared !== undefined && flags & BY_OFFSET && !own) continue;
    for (let i = 0; i < size; i++) {
      if (!(flags & BY_OFFSET)) r.skip();
      if (shared === undefined) add(typeIn());
      if (own) r.skip();
    }
  }
}

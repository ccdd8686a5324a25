import { LebReader } from "../../codec/leb128.js";
import { readExactly } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../elf.js";
import type { RelocationBlock } from "./relocation-blocks.js";

/** A relocation of a packed table. There is only one object, which is filled anew for each, so do not keep it. */
export interface PackedRelocation {
  offset: bigint;
  type: number;
  /** The index of the symbol, 0 for none. */
  symbol: number;
  /** Null where the addend is what `offset` holds. */
  addend: bigint | null;
}

/**
 * Checks how many relocations a table says that it has. Each writes four bytes at least, so there are fewer than the
 * file has bytes. Without this bound, a few bytes could stand for very many relocations.
 */
function checkedCount(elf: ElfFile, block: RelocationBlock, count: number): number {
  const isPossible = count >= 0 && count <= elf.source.size;
  if (!isPossible) fail("MALFORMED", `${block.name} says that it has ${count} relocations`, { offset: block.offset });
  return count;
}

/** The flag of CREL's header that says that records have addends. */
const CREL_ADDENDS = 4;

/** Flags of a record of CREL: which of its fields differ from those of the record before. */
const SYMBOL = 1;
const TYPE = 2;
const ADDEND = 4;

/**
 * Reads CREL (gABI proposal, as LLVM 19 writes it). Each record has the difference of its offset, with flags in the
 * lowest bits, and then the differences of the other fields.
 */
export function* crelRelocations(elf: ElfFile, block: RelocationBlock): Generator<PackedRelocation> {
  const reader = new LebReader(readExactly(elf.source, block.offset, block.size, block.name), block.offset);
  const head = reader.unsigned();
  const hasAddends = (head & CREL_ADDENDS) !== 0;
  const flagBits = hasAddends ? 3 : 2;
  const shift = BigInt(head & 3);
  const bits = elf.header.class;

  const out: PackedRelocation = { offset: 0n, type: 0, symbol: 0, addend: hasAddends ? 0n : null };
  let offset = 0n;
  for (let left = checkedCount(elf, block, Math.floor(head / 8)); left > 0; left--) {
    const first = reader.byte();
    offset += BigInt((first & 127) >> flagBits);
    if (first >= 128) offset += reader.unsigned64() << BigInt(7 - flagBits);

    if (first & SYMBOL) out.symbol = (out.symbol + reader.signed32()) >>> 0;
    if (first & TYPE) out.type = (out.type + reader.signed32()) >>> 0;
    if (hasAddends && first & ADDEND) out.addend = BigInt.asIntN(bits, (out.addend ?? 0n) + reader.signed64());
    out.offset = BigInt.asUintN(bits, offset << shift);
    yield out;
  }
}

/** Flags of a group of Android's: what its relocations have in common, and whether they have addends. */
const BY_INFO = 1;
const BY_OFFSET = 2;
const BY_ADDEND = 4;
const HAS_ADDENDS = 8;

/**
 * Reads the tables of Android's relocation_packer ("APS2"): groups of relocations that share info, distance or addend.
 */
export function* androidRelocations(elf: ElfFile, block: RelocationBlock): Generator<PackedRelocation> {
  const bytes = readExactly(elf.source, block.offset, block.size, block.name);
  const bits = elf.header.class;
  const rela = block.name.endsWith("RELA");
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "APS2") {
    fail("MALFORMED", `${block.name} does not begin with APS2`, { offset: block.offset });
  }

  const reader = new LebReader(bytes, block.offset, 4);
  const out: PackedRelocation = { offset: 0n, type: 0, symbol: 0, addend: rela ? 0n : null };
  const takeInfo = () => {
    const info = BigInt.asUintN(bits, reader.signed64());
    out.type = Number(bits === 32 ? info & 0xffn : info & 0xffffffffn);
    out.symbol = Number(bits === 32 ? info >> 8n : info >> 32n);
  };
  const takeAddend = () => {
    out.addend = BigInt.asIntN(bits, (out.addend ?? 0n) + reader.signed64());
  };

  let left = checkedCount(elf, block, reader.signed32());
  out.offset = BigInt.asUintN(bits, reader.signed64());
  while (left > 0) {
    const size = reader.signed32();
    const flags = reader.signed32();
    const hasAddends = (flags & HAS_ADDENDS) !== 0;
    if (size <= 0 || size > left) {
      fail("MALFORMED", `${block.name} has a group of ${size} relocations where ${left} are left`, {
        offset: block.offset,
      });
    }

    left -= size;

    const distance = flags & BY_OFFSET ? reader.signed64() : undefined;
    if (flags & BY_INFO) takeInfo();
    if (rela && !hasAddends) out.addend = 0n;
    if (hasAddends && flags & BY_ADDEND) takeAddend();

    for (let i = 0; i < size; i++) {
      out.offset = BigInt.asUintN(bits, out.offset + (distance ?? reader.signed64()));
      if (!(flags & BY_INFO)) takeInfo();
      if (hasAddends && !(flags & BY_ADDEND)) takeAddend();
      yield out;
    }
  }
}

/** The relocations of a table in one of the packed forms. `TRUNCATED`, `MALFORMED`. */
export const packedRelocations = (elf: ElfFile, block: RelocationBlock): Generator<PackedRelocation> =>
  block.form === "crel" ? crelRelocations(elf, block) : androidRelocations(elf, block);

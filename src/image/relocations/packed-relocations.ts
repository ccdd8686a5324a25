import { LebReader } from "../../codec/leb128.js";
import { readExactly } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../elf.js";
import type { RelocationBlock } from "./relocation-blocks.js";

/** A relocation of a packed table: one object that is filled anew for each, so keep none of them. */
export interface PackedRelocation {
  offset: bigint;
  type: number;
  /** Index of the symbol, 0 for none. */
  symbol: number;
  /** Null where the addend stands at `offset`. */
  addend: bigint | null;
}

/**
 * A relocation writes four bytes at least, so that a file has fewer than bytes. Without this bound, a few bytes could
 * stand for very many.
 */
function checked(elf: ElfFile, b: RelocationBlock, count: number): number {
  return count >= 0 && count <= elf.source.size
    ? count
    : fail("MALFORMED", `${b.name} says that it has ${count} relocations`, { offset: b.offset });
}

/**
 * The flag of CREL's header that says that records have addends; of a record, which of its fields differ from the one
 * before.
 */
const CREL_ADDENDS = 4;
const SYMBOL = 1;
const TYPE = 2;
const ADDEND = 4;

/**
 * CREL (gABI proposal, as LLVM 19 writes it): for each relocation the difference of its offset, with flags in the
 * lowest bits, and those of the other fields.
 */
export function* crelRelocations(elf: ElfFile, b: RelocationBlock): Generator<PackedRelocation> {
  const r = new LebReader(readExactly(elf.source, b.offset, b.size, b.name), b.offset);
  const head = r.unsigned();
  const hasAddend = (head & CREL_ADDENDS) !== 0;
  const flagBits = hasAddend ? 3 : 2;
  const shift = BigInt(head & 3);
  const bits = elf.header.class;
  const out: PackedRelocation = { offset: 0n, type: 0, symbol: 0, addend: hasAddend ? 0n : null };
  let offset = 0n;

  for (let left = checked(elf, b, Math.floor(head / 8)); left > 0; left--) {
    const first = r.byte();
    offset += BigInt((first & 127) >> flagBits);
    if (first >= 128) offset += r.unsigned64() << BigInt(7 - flagBits);
    if (first & SYMBOL) out.symbol = (out.symbol + r.signed32()) >>> 0;
    if (first & TYPE) out.type = (out.type + r.signed32()) >>> 0;
    if (hasAddend && first & ADDEND) out.addend = BigInt.asIntN(bits, (out.addend ?? 0n) + r.signed64());
    out.offset = BigInt.asUintN(bits, offset << shift);
    yield out;
  }
}

/**
 * Groups of relocations that share their info, distance or addend (Android's relocation_packer, "APS2"): the flags of a
 * group.
 */
const BY_INFO = 1;
const BY_OFFSET = 2;
const BY_ADDEND = 4;
const HAS_ADDENDS = 8;

export function* androidRelocations(elf: ElfFile, b: RelocationBlock): Generator<PackedRelocation> {
  const bytes = readExactly(elf.source, b.offset, b.size, b.name);
  const bits = elf.header.class;
  const rela = b.name.endsWith("RELA");

  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "APS2") {
    fail("MALFORMED", `${b.name} does not begin with APS2`, { offset: b.offset });
  }

  const r = new LebReader(bytes, b.offset, 4);
  const out: PackedRelocation = { offset: 0n, type: 0, symbol: 0, addend: rela ? 0n : null };
  const takeInfo = () => {
    const info = BigInt.asUintN(bits, r.signed64());
    out.type = Number(bits === 32 ? info & 0xffn : info & 0xffffffffn);
    out.symbol = Number(bits === 32 ? info >> 8n : info >> 32n);
  };
  let left = checked(elf, b, r.signed32());
  out.offset = BigInt.asUintN(bits, r.signed64());

  while (left > 0) {
    const size = r.signed32();
    const flags = r.signed32();
    const hasAddends = (flags & HAS_ADDENDS) !== 0;

    if (size <= 0 || size > left) {
      fail("MALFORMED", `${b.name} has a group of ${size} relocations where ${left} are left`, { offset: b.offset });
    }

    left -= size;
    const distance = flags & BY_OFFSET ? r.signed64() : undefined;
    if (flags & BY_INFO) takeInfo();
    if (rela && !hasAddends) out.addend = 0n;
    const addAddend = () => (out.addend = BigInt.asIntN(bits, (out.addend ?? 0n) + r.signed64()));
    if (hasAddends && flags & BY_ADDEND) addAddend();

    for (let i = 0; i < size; i++) {
      out.offset = BigInt.asUintN(bits, out.offset + (distance ?? r.signed64()));
      if (!(flags & BY_INFO)) takeInfo();
      if (hasAddends && !(flags & BY_ADDEND)) addAddend();
      yield out;
    }
  }
}

/** The relocations of a table in one of the packed forms. `TRUNCATED`, `MALFORMED`. */
export const packedRelocations = (elf: ElfFile, b: RelocationBlock): Generator<PackedRelocation> =>
  b.form === "crel" ? crelRelocations(elf, b) : androidRelocations(elf, b);

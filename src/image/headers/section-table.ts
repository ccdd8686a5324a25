import { viewOf } from "../../codec/bytes.js";
import type { Encoding } from "../../codec/encoding.js";
import { type EhdrView, Shdr } from "../../codec/records.js";
import { type ByteSource, readExactly } from "../../codec/source.js";
import { fail, hex, isElfError } from "../../error.js";
import { ET, PN_XNUM, SHN, SHT } from "../../spec/constants.js";

/** The section header table, as far as it can be used. */
export interface SectionTable {
  /** How many section headers there are; 0 where they cannot be used. */
  readonly count: number;
  /** The index of the section name table; 0 for none. */
  readonly names: number;
  /** sh_info of section header 0, where that is read: the number of program headers where e_phnum is PN_XNUM. */
  readonly segments: number | undefined;
  /** Why the table cannot be used, in words; null where it can, or where there is none. */
  readonly problem: string | null;
}

/** Its name in messages. */
export const SECTION_TABLE = "the section header table";

const NONE: SectionTable = { count: 0, names: 0, segments: undefined, problem: null };

/**
 * Finds the section header table, and decides whether it can be used. No loader on Linux reads it, so a file with a
 * broken one reads as if it had none. A relocatable file has nothing else, and section header 0 may have to tell the
 * number of program headers: `TRUNCATED`, `MALFORMED`, `UNSAFE_INTEGER`.
 */
export function findSectionTable(source: ByteSource, e: Encoding, h: EhdrView): SectionTable {
  if (h.exact("shoff") === 0n) return NONE;

  try {
    return readTable(source, e, h);
  } catch (error) {
    const isNeeded = h.type === ET.REL || h.phnum === PN_XNUM;
    if (isNeeded || !isElfError(error) || error.code === "IO") throw error;
    return { ...NONE, problem: error.message.slice(`${error.code}: `.length) };
  }
}

function readTable(source: ByteSource, e: Encoding, h: EhdrView): SectionTable {
  const { shoff, shentsize, type } = h;
  const size = Shdr.size(e.class);
  const isStale = h.shnum === 0 && shentsize === 0;
  if (type === ET.REL && isStale) return NONE;
  if (shentsize < size || (shentsize > size && type !== ET.REL)) {
    fail("MALFORMED", `e_shentsize is ${shentsize}, but a section header has ${size} bytes`, { offset: 0 });
  }

  // Numbers that are too large for their fields are in section header 0 (gABI, "ELF Header").
  const isExtended = h.shnum === 0 || h.phnum === PN_XNUM || h.shstrndx === SHN.XINDEX;
  const zero = isExtended ? Shdr.view(viewOf(readExactly(source, shoff, size, "section header 0")), 0, e) : undefined;
  const count = zero && h.shnum === 0 ? zero.size : h.shnum;
  const names = zero && h.shstrndx === SHN.XINDEX ? zero.link : h.shstrndx;
  if (type === ET.REL) assertInside(source, shoff, count * shentsize, SECTION_TABLE);
  else if (count > 0) assertUsable(readExactly(source, shoff, count * shentsize, SECTION_TABLE), count, e, source.size);
  else fail("MALFORMED", `e_shoff is ${hex(shoff)}, but e_shnum is 0`, { offset: 0 });

  return { count, names, segments: zero?.info, problem: null };
}

/** `TRUNCATED` where something reaches past the end of the file. */
export function assertInside(source: ByteSource, offset: number, length: number, what: string): void {
  const end = offset + length;
  if (length > 0 && (!Number.isSafeInteger(end) || end > source.size)) {
    fail(
      "TRUNCATED",
      `${what} (${length} bytes at ${hex(offset)}) reaches past the end of the file (${source.size} bytes)`,
      { offset, length, size: source.size },
    );
  }
}

/**
 * Refuses bytes that are no section headers, as where e_shoff leads elsewhere. One section that is broken does not make
 * the others useless, nor does a wrong section header 0. `MALFORMED`.
 */
function assertUsable(bytes: Uint8Array, count: number, e: Encoding, fileSize: number): void {
  assertSafe(bytes, count, e);

  const types = Shdr.words("type", bytes, count, e);
  if (types[0] === SHT.NULL) return;

  const offsets = Shdr.doubles("offset", bytes, count, e);
  const sizes = Shdr.doubles("size", bytes, count, e);
  const past = types.findIndex((t, i) => t !== SHT.NULL && t !== SHT.NOBITS && offsets[i]! + sizes[i]! > fileSize);
  if (past < 0) return;
  fail("MALFORMED", `section header 0 is no SHT_NULL, and what section header ${past} describes is not in the file`, {
    offset: 0,
  });
}

/** The fields that have to be numbers: offsets and sizes. An address may be above 2^53-1. */
const NUMBERS = ["offset", "size", "flags", "addralign", "entsize"] as const;

/** Refuses section headers with numbers that no file has, and names the first of them. `MALFORMED`. */
export function assertSafe(bytes: Uint8Array, count: number, e: Encoding, stride = Shdr.size(e.class)): void {
  if (e.class === 32) return;

  for (const field of NUMBERS) {
    const values = Shdr.doubles(field, bytes, count, e, stride);
    const at = values.findIndex((n) => n > Number.MAX_SAFE_INTEGER);
    if (at < 0) continue;

    const value = Shdr.view(viewOf(bytes), at * stride, e).exact(field);
    fail("MALFORMED", `sh_${field} of section header ${at} is ${hex(value)}, more than a file can have`, { offset: 0 });
  }
}

import { alignUp, toHex, viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { hex } from "../../error.js";
import { propertyType } from "../../spec/notes.js";
import { brokenNote, type NoteFormat, type NoteReading } from "./note-fields.js";

/** One property of a NT_GNU_PROPERTY_TYPE_0 note. Plain JSON. */
export interface GnuProperty {
  /** pr_type. */
  readonly type: number;
  /** `GNU_PROPERTY_X86_FEATURE_1_AND`; null for one that nobody knows. */
  readonly name: string | null;
  /** pr_datasz, in bytes. */
  readonly size: number;
  /** Its data in hex, at most the first 64 bytes. */
  readonly data: string;
  /** Data of 4 or 8 bytes as a number, `0x…` where it is above 2^53-1; null for any other size. */
  readonly value: number | string | null;
  /** Names of the bits that are set, where it is a set of bits: `IBT`, `SHSTK`, `x86-64-v2`, `BTI`. */
  readonly flags?: readonly string[];
}

/** A linker writes a handful; more are an attack on whoever lists them. */
const MOST_PROPERTIES = 1024;
const LONGEST_DATA = 64;

/** The set bits by name, those without one as `0x…`. */
export function bitNames(value: number, names: readonly string[]): string[] {
  const known = names.filter((_, i) => value & (1 << i));
  const rest = (value & ~((1 << names.length) - 1)) >>> 0;
  return rest ? [...known, hex(rest)] : known;
}

/** Each property is padded to the width of the class's words: 8 bytes in ELFCLASS64, 4 in ELFCLASS32 (x32 too). */
export function decodeProperties(b: Uint8Array, f: NoteReading): GnuProperty[] {
  const v = viewOf(b);
  const align = wordSize(f);
  const out: GnuProperty[] = [];

  for (let at = 0; at < b.length;) {
    if (at + 8 > b.length) brokenNote(`has ${b.length - at} bytes at its end that are no property`, f);
    if (out.length === MOST_PROPERTIES) brokenNote(`has more than ${MOST_PROPERTIES} properties`, f);
    const type = v.getUint32(at, f.littleEndian);
    const size = v.getUint32(at + 4, f.littleEndian);
    const start = at + 8;

    if (start + size > b.length) {
      brokenNote(`has a property (${hex(type)}) of ${size} bytes where ${b.length - start} are left`, f);
    }

    out.push(property(type, b.subarray(start, start + size), f));
    at = alignUp(start + size, align);
  }

  return out;
}

function property(type: number, data: Uint8Array, f: NoteFormat): GnuProperty {
  const known = propertyType(type, f.machine);
  const value = numberIn(data, f);
  const plain = {
    type,
    name: known ? `GNU_PROPERTY_${known.name}` : null,
    size: data.length,
    data: toHex(data.subarray(0, LONGEST_DATA)),
    value,
  };

  return known?.bits && data.length === 4 ? { ...plain, flags: bitNames(Number(value), known.bits) } : plain;
}

function numberIn(data: Uint8Array, f: NoteFormat): number | string | null {
  if (data.length === 4) return viewOf(data).getUint32(0, f.littleEndian);
  if (data.length !== 8) return null;
  const n = viewOf(data).getBigUint64(0, f.littleEndian);
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : hex(n);
}

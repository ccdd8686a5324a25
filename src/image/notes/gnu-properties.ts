import { alignUp, toHex, viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { hex } from "../../error.js";
import { propertyType } from "../../spec/notes.js";
import { brokenNote, type NoteFormat, type NoteReading } from "./note-fields.js";

/** One property of an NT_GNU_PROPERTY_TYPE_0 note. Plain JSON. */
export interface GnuProperty {
  /** pr_type. */
  readonly type: number;
  /** `GNU_PROPERTY_X86_FEATURE_1_AND`; null for a property that is not known. */
  readonly name: string | null;
  /** pr_datasz, in bytes. */
  readonly size: number;
  /** The data in hex, at most the first 64 bytes of it. */
  readonly data: string;
  /** Data of 4 or 8 bytes as a number, or as `0x…` above 2^53-1; null for data of any other size. */
  readonly value: number | string | null;
  /** Where the data is a set of bits, the names of those that are set: `IBT`, `SHSTK`, `x86-64-v2`, `BTI`. */
  readonly flags?: readonly string[];
}

/** A linker writes a handful. More are an attack on whoever lists them. */
const MOST_PROPERTIES = 1024;
/** Bytes of data that are shown. */
const LONGEST_DATA = 64;

/** The names of the bits that are set. Bits without a name are one more entry, `0x…`. */
export function bitNames(value: number, names: readonly string[]): string[] {
  const known = names.filter((_, i) => value & (1 << i));
  const unknown = (value & ~((1 << names.length) - 1)) >>> 0;
  return unknown ? [...known, hex(unknown)] : known;
}

/** Reads properties. Each is padded to the word size of the class: 8 bytes in ELFCLASS64, 4 in ELFCLASS32 (x32 too). */
export function decodeProperties(b: Uint8Array, f: NoteReading): GnuProperty[] {
  const v = viewOf(b);
  const align = wordSize(f);
  const properties: GnuProperty[] = [];

  let at = 0;
  while (at < b.length) {
    if (at + 8 > b.length) brokenNote(`has ${b.length - at} bytes at its end that are no property`, f);
    if (properties.length === MOST_PROPERTIES) brokenNote(`has more than ${MOST_PROPERTIES} properties`, f);

    const type = v.getUint32(at, f.littleEndian);
    const size = v.getUint32(at + 4, f.littleEndian);
    const start = at + 8;
    const end = start + size;
    if (end > b.length) {
      brokenNote(`has a property (${hex(type)}) of ${size} bytes where ${b.length - start} are left`, f);
    }

    properties.push(decodeProperty(type, b.subarray(start, end), f));
    at = alignUp(end, align);
  }

  return properties;
}

function decodeProperty(type: number, data: Uint8Array, f: NoteFormat): GnuProperty {
  const known = propertyType(type, f.machine);
  const value = numberOf(data, f);
  const property = {
    type,
    name: known ? `GNU_PROPERTY_${known.name}` : null,
    size: data.length,
    data: toHex(data.subarray(0, LONGEST_DATA)),
    value,
  };

  const isBits = known?.bits && data.length === 4;
  return isBits ? { ...property, flags: bitNames(Number(value), known.bits) } : property;
}

function numberOf(data: Uint8Array, f: NoteFormat): number | string | null {
  if (data.length === 4) return viewOf(data).getUint32(0, f.littleEndian);
  if (data.length !== 8) return null;
  const n = viewOf(data).getBigUint64(0, f.littleEndian);
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : hex(n);
}

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
export function decodeProperties(bytes: Uint8Array, format: NoteReading): GnuProperty[] {
  const view = viewOf(bytes);
  const align = wordSize(format);
  const properties: GnuProperty[] = [];

  let at = 0;
  while (at < bytes.length) {
    if (at + 8 > bytes.length) brokenNote(`has ${bytes.length - at} bytes at its end that are no property`, format);
    if (properties.length === MOST_PROPERTIES) brokenNote(`has more than ${MOST_PROPERTIES} properties`, format);

    const type = view.getUint32(at, format.littleEndian);
    const size = view.getUint32(at + 4, format.littleEndian);
    const start = at + 8;
    const end = start + size;
    if (end > bytes.length) {
      brokenNote(`has a property (${hex(type)}) of ${size} bytes where ${bytes.length - start} are left`, format);
    }

    properties.push(decodeProperty(type, bytes.subarray(start, end), format));
    at = alignUp(end, align);
  }

  return properties;
}

function decodeProperty(type: number, data: Uint8Array, format: NoteFormat): GnuProperty {
  const known = propertyType(type, format.machine);
  const value = numberOf(data, format);
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

function numberOf(data: Uint8Array, format: NoteFormat): number | string | null {
  if (data.length === 4) return viewOf(data).getUint32(0, format.littleEndian);
  if (data.length !== 8) return null;
  const n = viewOf(data).getBigUint64(0, format.littleEndian);
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : hex(n);
}

import { fail } from "../error.js";
import type { FieldKind, RecordFields } from "../spec/records.js";
import { viewOf } from "./bytes.js";
import type { ElfClass, Encoding } from "./encoding.js";

/** Widths in bytes of the gABI's data types, `[ELFCLASS32, ELFCLASS64]` (gABI, "Data Representation"). */
const WIDTHS: Readonly<Record<FieldKind, readonly [number, number]>> = {
  byte: [1, 1],
  half: [2, 2],
  word: [4, 4],
  addr: [4, 8],
  off: [4, 8],
  xword: [4, 8],
  sxword: [4, 8],
};

/** One record in the bytes, read and written in place. Setting a field changes its bytes and no others. */
export type View<F extends RecordFields> = { -readonly [K in keyof F]: number } & {
  /** The field without the limit of 2^53-1. */
  exact(field: keyof F & string): bigint;
  /** The field as a double: exact up to 2^53, near above. For comparing very many records with something smaller. */
  near(field: keyof F & string): number;
  /** Writes any value to a field; bits above its width are cut off. */
  setExact(field: keyof F & string, value: bigint): void;
  /** Moves the view to another record of the same bytes, so that walking a large table needs one view only. */
  moveTo(at: number): void;
};

/** A record that is only read. */
export type ReadonlyView<F extends RecordFields> = Readonly<Omit<View<F>, "setExact" | "moveTo">>;

/** A record type, described once for both classes and both byte orders. */
export interface Struct<F extends RecordFields> {
  /** Bytes of one record. */
  size(c: ElfClass): number;
  /** Byte offset of a field inside the record. */
  offsetOf(field: keyof F & string, c: ElfClass): number;
  /** The record at byte `at`. Check the range first: `DataView`'s own range error is a bug of the caller. */
  view(data: DataView, at: number, encoding: Encoding): View<F>;
  /** All whole records of `stride` bytes in these bytes. */
  table(bytes: Uint8Array, encoding: Encoding, stride?: number): View<F>[];
  /**
   * One field of the first `count` records; of a field of 8 bytes, the lower 32 bits. For very many records, where a
   * view of each would cost too much.
   */
  words(field: keyof F & string, bytes: Uint8Array, count: number, encoding: Encoding, stride?: number): Uint32Array;
  /** The same as doubles: exact up to 2^53, near above. */
  doubles(field: keyof F & string, bytes: Uint8Array, count: number, encoding: Encoding, stride?: number): Float64Array;
}

const TWO32 = 0x1_0000_0000;

/** The upper word of 2^53-1. */
const MAX_HIGH = 0x1f_ffff;

type Get = (v: DataView, at: number, le: boolean) => number;
type Set = (v: DataView, at: number, n: number, le: boolean) => void;

const getXword: Get = (v, at, le) => {
  const high = v.getUint32(at + (le ? 4 : 0), le);
  if (high > MAX_HIGH) unsafe(v.getBigUint64(at, le));
  return high * TWO32 + v.getUint32(at + (le ? 0 : 4), le);
};

const getSxword: Get = (v, at, le) => {
  const high = v.getInt32(at + (le ? 4 : 0), le);
  if (high > MAX_HIGH || high < -MAX_HIGH) unsafe(v.getBigInt64(at, le));
  return high * TWO32 + v.getUint32(at + (le ? 0 : 4), le);
};

const getSword: Get = (v, at, le) => v.getInt32(at, le);

const setXword: Set = (v, at, n, le) => {
  v.setUint32(at + (le ? 4 : 0), Math.floor(n / TWO32), le);
  v.setUint32(at + (le ? 0 : 4), n, le);
};

/** By the width in bytes, for unsigned fields. */
const getters: Readonly<Record<number, Get>> = {
  1: (v, at) => v.getUint8(at),
  2: (v, at, le) => v.getUint16(at, le),
  4: (v, at, le) => v.getUint32(at, le),
  8: getXword,
};

/** By the width in bytes. */
const setters: Readonly<Record<number, Set>> = {
  1: (v, at, n) => v.setUint8(at, n),
  2: (v, at, n, le) => v.setUint16(at, n, le),
  4: (v, at, n, le) => v.setUint32(at, n, le),
  8: setXword,
};

function unsafe(value: bigint): never {
  const digits = BigInt.asUintN(64, value).toString(16);
  return fail(
    "UNSAFE_INTEGER",
    `the value 0x${digits} is above 2^53-1 and cannot be computed with; read it with exact()`,
    { value },
  );
}

const widthOf = (kind: FieldKind, c: ElfClass): number => WIDTHS[kind][c === 32 ? 0 : 1];

/** Where the fields of a record are in one class. */
interface RecordLayout {
  readonly offsets: Readonly<Record<string, number>>;
  readonly size: number;
}

function layOut(fields: RecordFields, order: readonly string[], c: ElfClass): RecordLayout {
  const offsets: Record<string, number> = {};
  let size = 0;
  for (const name of order) {
    offsets[name] = size;
    size += widthOf(fields[name]!, c);
  }
  return { offsets, size };
}

type ViewConstructor<F extends RecordFields> = new (data: DataView, at: number) => View<F>;

/** Makes the class of views for one class and byte order: an accessor for each field, whose offset it knows. */
function compile<F extends RecordFields>(
  fields: F,
  offsets: Readonly<Record<string, number>>,
  c: ElfClass,
  le: boolean,
): ViewConstructor<F> {
  const names = Object.keys(fields);
  const widths: Record<string, number> = {};
  for (const name of names) widths[name] = widthOf(fields[name]!, c);

  class RecordView {
    readonly data: DataView;
    at: number;

    constructor(data: DataView, at: number) {
      this.data = data;
      this.at = at;
    }

    moveTo(at: number): void {
      this.at = at;
    }

    exact(name: string): bigint {
      const at = this.at + offsets[name]!;
      const width = widths[name]!;
      const isSigned = fields[name] === "sxword";
      if (width === 8) return isSigned ? this.data.getBigInt64(at, le) : this.data.getBigUint64(at, le);
      return BigInt(isSigned ? getSword(this.data, at, le) : getters[width]!(this.data, at, le));
    }

    near(name: string): number {
      const at = this.at + offsets[name]!;
      const width = widths[name]!;
      if (width !== 8) return getters[width]!(this.data, at, le);
      return this.data.getUint32(at + (le ? 4 : 0), le) * TWO32 + this.data.getUint32(at + (le ? 0 : 4), le);
    }

    setExact(name: string, value: bigint): void {
      const at = this.at + offsets[name]!;
      const width = widths[name]!;
      if (width === 8) this.data.setBigUint64(at, BigInt.asUintN(64, value), le);
      else setters[width]!(this.data, at, Number(BigInt.asUintN(width * 8, value)), le);
    }
  }

  for (const name of names) {
    const offset = offsets[name]!;
    const width = widths[name]!;
    const getSigned = width === 8 ? getSxword : getSword;
    const get = fields[name] === "sxword" ? getSigned : getters[width]!;
    const set = setters[width]!;
    Object.defineProperty(RecordView.prototype, name, {
      enumerable: true,
      get(this: RecordView) {
        return get(this.data, this.at + offset, le);
      },
      set(this: RecordView, n: number) {
        set(this.data, this.at + offset, n, le);
      },
    });
  }

  return RecordView as unknown as ViewConstructor<F>;
}

/**
 * Describes a record by its fields, in ELFCLASS64 order; `order32` where ELFCLASS32 has another one. The accessors are
 * made once for each class and byte order, at first use.
 */
export function struct<const F extends RecordFields>(
  fields: F,
  order32: readonly (keyof F & string)[] = Object.keys(fields),
): Struct<F> {
  const layouts = { 32: layOut(fields, order32, 32), 64: layOut(fields, Object.keys(fields), 64) };

  const compiled: (ViewConstructor<F> | undefined)[] = [];
  const viewsOf = ({ class: c, littleEndian }: Encoding): ViewConstructor<F> =>
    (compiled[(c === 64 ? 2 : 0) + (littleEndian ? 1 : 0)] ??= compile(fields, layouts[c].offsets, c, littleEndian));

  return {
    size: (c) => layouts[c].size,

    offsetOf: (field, c) => layouts[c].offsets[field]!,

    view: (data, at, encoding) => new (viewsOf(encoding))(data, at),

    table(bytes, encoding, stride = layouts[encoding.class].size) {
      const { size } = layouts[encoding.class];
      const data = viewOf(bytes);
      const RecordView = viewsOf(encoding);
      const views: View<F>[] = [];
      for (let at = 0; at + size <= bytes.length; at += stride) views.push(new RecordView(data, at));
      return views;
    },

    words(field, bytes, count, { class: c, littleEndian: le }, stride = layouts[c].size) {
      const data = viewOf(bytes);
      const out = new Uint32Array(count);
      const width = widthOf(fields[field]!, c);
      const start = layouts[c].offsets[field]! + (width === 8 && !le ? 4 : 0);

      if (width === 1) for (let i = 0, at = start; i < count; i++, at += stride) out[i] = data.getUint8(at);
      else if (width === 2) for (let i = 0, at = start; i < count; i++, at += stride) out[i] = data.getUint16(at, le);
      else for (let i = 0, at = start; i < count; i++, at += stride) out[i] = data.getUint32(at, le);

      return out;
    },

    doubles(field, bytes, count, encoding, stride = layouts[encoding.class].size) {
      const { class: c, littleEndian: le } = encoding;
      if (widthOf(fields[field]!, c) < 8) return new Float64Array(this.words(field, bytes, count, encoding, stride));

      const data = viewOf(bytes);
      const out = new Float64Array(count);
      const start = layouts[c].offsets[field]!;
      const high = le ? 4 : 0;
      const low = 4 - high;
      for (let i = 0, at = start; i < count; i++, at += stride) {
        out[i] = data.getUint32(at + high, le) * TWO32 + data.getUint32(at + low, le);
      }

      return out;
    },
  };
}

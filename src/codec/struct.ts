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

/** One record in the bytes, read and written in place: setting a field changes these bytes and no other. */
export type View<F extends RecordFields> = { -readonly [K in keyof F]: number } & {
  /** The field without the limit of 2^53-1. */
  exact(field: keyof F & string): bigint;
  /** The field as a double: exact up to 2^53, near above. For comparing very many records with what is smaller. */
  near(field: keyof F & string): number;
  /** Writes a field of any value; bits above its width are cut off. */
  setExact(field: keyof F & string, value: bigint): void;
  /** Turns the view to another record of the same bytes: walking a large table needs one view. */
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
  /** The record at byte `at`. `DataView`'s own range error is a bug of the caller: check the range first. */
  view(data: DataView, at: number, encoding: Encoding): View<F>;
  /** All whole records of `stride` bytes in these bytes. */
  table(bytes: Uint8Array, encoding: Encoding, stride?: number): View<F>[];
  /**
   * One field of the first `count` records, as many bits of it as fit into words: of very many records, where a view of
   * each would be too dear.
   */
  words(field: keyof F & string, bytes: Uint8Array, count: number, encoding: Encoding, stride?: number): Uint32Array;
  /** The same, as doubles: exact up to 2^53, near above. */
  doubles(field: keyof F & string, bytes: Uint8Array, count: number, encoding: Encoding, stride?: number): Float64Array;
}

const TWO32 = 0x1_0000_0000;
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
const setXword: Set = (v, at, n, le) => {
  v.setUint32(at + (le ? 4 : 0), Math.floor(n / TWO32), le);
  v.setUint32(at + (le ? 0 : 4), n, le);
};
const getters: Readonly<Record<number, Get>> = {
  1: (v, at) => v.getUint8(at),
  2: (v, at, le) => v.getUint16(at, le),
  4: (v, at, le) => v.getUint32(at, le),
  8: getXword,
};
const setters: Readonly<Record<number, Set>> = {
  1: (v, at, n) => v.setUint8(at, n),
  2: (v, at, n, le) => v.setUint16(at, n, le),
  4: (v, at, n, le) => v.setUint32(at, n, le),
  8: setXword,
};
const getSword: Get = (v, at, le) => v.getInt32(at, le);

function unsafe(value: bigint): never {
  return fail(
    "UNSAFE_INTEGER",
    `the value 0x${BigInt.asUintN(64, value).toString(16)} is above 2^53-1 and cannot be computed with; read it with exact()`,
    { value },
  );
}

/**
 * Describes a record by its fields, in ELFCLASS64 order; `order32` where ELFCLASS32 has another. The accessors are
 * made once per class and byte order, at first use.
 */
export function struct<const F extends RecordFields>(
  fields: F,
  order32: readonly (keyof F & string)[] = Object.keys(fields),
): Struct<F> {
  const lay = (order: readonly string[], i: 0 | 1) => {
    const at: Record<string, number> = {};
    let size = 0;
    for (const name of order) {
      at[name] = size;
      size += WIDTHS[fields[name]!][i];
    }
    return { at, size };
  };
  const layouts = { 32: lay(order32, 0), 64: lay(Object.keys(fields), 1) };

  const compile = (c: ElfClass, le: boolean) => {
    const widths = Object.fromEntries(
      Object.keys(fields).map((name) => [name, WIDTHS[fields[name]!][c === 32 ? 0 : 1]]),
    );
    const width = (name: string): number => widths[name]!;
    const { at: offsets } = layouts[c];
    class Record_ {
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
        const signed = fields[name] === "sxword";
        if (width(name) === 8) return signed ? this.data.getBigInt64(at, le) : this.data.getBigUint64(at, le);
        return BigInt(signed ? getSword(this.data, at, le) : getters[width(name)]!(this.data, at, le));
      }
      near(name: string): number {
        const at = this.at + offsets[name]!;
        if (width(name) !== 8) return getters[width(name)]!(this.data, at, le);
        return this.data.getUint32(at + (le ? 4 : 0), le) * TWO32 + this.data.getUint32(at + (le ? 0 : 4), le);
      }
      setExact(name: string, value: bigint): void {
        const at = this.at + offsets[name]!;
        if (width(name) === 8) this.data.setBigUint64(at, BigInt.asUintN(64, value), le);
        else setters[width(name)]!(this.data, at, Number(BigInt.asUintN(width(name) * 8, value)), le);
      }
    }

    for (const name of Object.keys(fields)) {
      const offset = offsets[name]!;
      const w = width(name);
      const get = fields[name] === "sxword" ? (w === 8 ? getSxword : getSword) : getters[w]!;
      const set = setters[w]!;
      Object.defineProperty(Record_.prototype, name, {
        enumerable: true,
        get(this: Record_) {
          return get(this.data, this.at + offset, le);
        },
        set(this: Record_, n: number) {
          set(this.data, this.at + offset, n, le);
        },
      });
    }

    return Record_ as unknown as new (data: DataView, at: number) => View<F>;
  };

  const compiled: (ReturnType<typeof compile> | undefined)[] = [];
  const of = (e: Encoding) =>
    (compiled[(e.class === 64 ? 2 : 0) + (e.littleEndian ? 1 : 0)] ??= compile(e.class, e.littleEndian));
  return {
    size: (c) => layouts[c].size,
    offsetOf: (field, c) => layouts[c].at[field]!,
    view: (data, at, e) => new (of(e))(data, at),
    words(field, bytes, count, { class: c, littleEndian: le }, stride = layouts[c].size) {
      const data = viewOf(bytes);
      const out = new Uint32Array(count);
      const width = WIDTHS[fields[field]!][c === 32 ? 0 : 1];
      const start = layouts[c].at[field]! + (width === 8 && !le ? 4 : 0);
      if (width === 1) for (let i = 0, at = start; i < count; i++, at += stride) out[i] = data.getUint8(at);
      else if (width === 2) for (let i = 0, at = start; i < count; i++, at += stride) out[i] = data.getUint16(at, le);
      else for (let i = 0, at = start; i < count; i++, at += stride) out[i] = data.getUint32(at, le);
      return out;
    },
    doubles(field, bytes, count, e, stride = layouts[e.class].size) {
      const { class: c, littleEndian: le } = e;
      const start = layouts[c].at[field]!;
      if (WIDTHS[fields[field]!][c === 32 ? 0 : 1] < 8) {
        return new Float64Array(this.words(field, bytes, count, e, stride));
      }

      const data = viewOf(bytes);
      const out = new Float64Array(count);
      const high = le ? 4 : 0;

      for (let i = 0, at = start; i < count; i++, at += stride) {
        out[i] = data.getUint32(at + high, le) * TWO32 + data.getUint32(at + 4 - high, le);
      }

      return out;
    },
    table(bytes, e, stride = layouts[e.class].size) {
      const data = viewOf(bytes);
      const R = of(e);
      const out: View<F>[] = [];
      for (let at = 0; at + layouts[e.class].size <= bytes.length; at += stride) out.push(new R(data, at));
      return out;
    },
  };
}

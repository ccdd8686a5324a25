import { concat, encodeText } from "../codec/bytes.js";

/** The strings that stay, by where each begins and ends (its NUL) in the old table. */
interface Spans {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

/** A new string table, and where each of the strings asked for begins in it. */
export interface CompactTable {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

/**
 * A new string table of the strings that these offsets lead to in an old one, each once, in their old order; a string
 * that ends another one shares its bytes. The first byte is NUL. Strings are bytes here, of any encoding. Takes time in
 * proportion to the table.
 *
 * @param offsets each inside the table, with a NUL at or behind it
 */
export function compactTable(table: Uint8Array, offsets: Uint32Array): CompactTable {
  const spans = longest(table, offsets);
  const { starts, ends } = spans;
  const { at, size } = place(spans, parents(table, spans));
  const bytes = new Uint8Array(size);
  for (let i = 0; i < spans.count; i++) bytes.set(table.subarray(starts[i], ends[i]), at[i]);
  let span = 0;

  return {
    bytes,
    offsets: offsets.map((o) => {
      if (table[o] === 0) return 0;
      // Neighbours in a symbol table are mostly neighbours in its strings.
      if (!(starts[span]! <= o && o < ends[span]!)) span = spanOf(spans, o);
      return at[span]! + o - starts[span]!;
    }),
  };
}

/** Of strings that end at the same NUL the one that begins first: the others are its ends. */
function longest(table: Uint8Array, offsets: Uint32Array): Spans {
  const marks = new Uint8Array(table.length);
  const starts = new Uint32Array(offsets.length);
  const ends = new Uint32Array(offsets.length);
  for (let i = 0; i < offsets.length; i++) marks[offsets[i]!] = 1;
  let count = 0;

  for (let at = marks.indexOf(1); at >= 0; at = marks.indexOf(1, at)) {
    const end = table.indexOf(0, at);
    if (at < end) {
      starts[count] = at;
      ends[count++] = end;
    }
    at = end + 1;
  }

  return { starts, ends, count };
}

function spanOf({ starts, count }: Spans, offset: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (starts[mid]! <= offset) low = mid;
    else high = mid - 1;
  }
  return low;
}

const PRIME = 0x01000193;
/** The first three bytes of what stands before `end`, mixed into 16 bits. */
const opening = (table: Uint8Array, at: number, end: number): number =>
  Math.imul(
    table[at]! | (at + 1 < end ? table[at + 1]! << 8 : 0) | (at + 2 < end ? table[at + 2]! << 16 : 0),
    0x9e3779b1,
  ) >>> 16;

/** Strings by their hashes: open addressing. */
class SpanTable {
  readonly #table: Uint8Array;
  readonly #spans: Spans;
  readonly #slots: Int32Array;
  readonly #hashes: Int32Array;

  constructor(table: Uint8Array, spans: Spans) {
    this.#table = table;
    this.#spans = spans;
    this.#slots = new Int32Array(2 ** Math.max(1, 33 - Math.clz32(spans.count))).fill(-1);
    this.#hashes = new Int32Array(spans.count);
  }

  /** The string of this hash and length that stands before `end`, or -1. */
  find(hash: number, length: number, end: number): number {
    const { starts, ends } = this.#spans;
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; this.#slots[slot]! >= 0; slot = (slot + 1) & mask) {
      const s = this.#slots[slot]!;
      if (
        this.#hashes[s] === hash &&
        ends[s]! - starts[s]! === length &&
        this.#equal(starts[s]!, end - length, length)
      ) {
        return s;
      }
    }

    return -1;
  }

  add(hash: number, span: number): void {
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#slots[slot]! >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = span;
    this.#hashes[span] = hash;
  }

  #equal(a: number, b: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (this.#table[a + i] !== this.#table[b + i]) return false;
    return true;
  }
}

/**
 * Which string each one ends, or is equal to; -1 for those that end no other. Strings are hashed from their last byte
 * on, so that every end of a string has its hash on the way; only what begins as some string does is looked up.
 * FNV-1a's step, from a start that nobody can know beforehand: a file cannot be made to give the same hash often.
 */
function parents(table: Uint8Array, spans: Spans): Int32Array {
  const { starts, ends, count } = spans;
  const known = new SpanTable(table, spans);
  const firsts = new Uint8Array(256);
  const openings = new Uint8Array(1 << 16);
  const parent = new Int32Array(count).fill(-1);
  const seed = (Math.random() * 0x1_0000_0000) | 0;

  for (let i = 0; i < count; i++) {
    const first = starts[i]!;
    const end = ends[i]!;
    let h = seed;
    for (let at = end - 1; at >= first; at--) h = Math.imul(h ^ table[at]!, PRIME);
    const same = known.find(h, end - first, end);

    if (same >= 0) {
      parent[i] = same;
    } else {
      known.add(h, i);
      firsts[table[first]!] = 1;
      openings[opening(table, first, end)] = 1;
    }
  }

  for (let i = 0; i < count; i++) {
    if (parent[i]! >= 0) continue;

    const first = starts[i]!;
    const end = ends[i]!;
    let h = seed;

    for (let at = end - 1; at > first; at--) {
      const byte = table[at]!;
      h = Math.imul(h ^ byte, PRIME);
      if (firsts[byte] === 0 || openings[opening(table, at, end)] === 0) continue;
      const s = known.find(h, end - at, end);
      if (s >= 0 && parent[s]! < 0) parent[s] = i;
    }
  }

  return parent;
}

/** Where each string begins in the new table: behind those before, or inside the one that it ends. */
function place({ starts, ends, count }: Spans, parent: Int32Array): { at: Uint32Array; size: number } {
  const at = new Uint32Array(count);
  let size = 1;
  for (let i = 0; i < count; i++) {
    if (parent[i]! < 0) {
      at[i] = size;
      size += ends[i]! - starts[i]! + 1;
    }
  }

  for (let i = 0; i < count; i++) {
    if (parent[i]! < 0) continue;
    let root = i;
    while (parent[root]! >= 0) root = parent[root]!;
    at[i] = at[root]! + (ends[root]! - starts[root]!) - (ends[i]! - starts[i]!);
    parent[i] = root;
  }

  return { at, size };
}

/** A new string table of these texts, where a text that ends another one shares its bytes. The first byte is NUL. */
export function compactStrings(texts: readonly string[]): { bytes: Uint8Array; offsetOf(text: string): number } {
  const index = new Map<string, number>();
  const parts: Uint8Array[] = [];
  const starts: number[] = [];
  let size = 0;

  for (const text of texts) {
    if (index.has(text)) continue;
    const b = encodeText(`${text}\0`);
    index.set(text, starts.length);
    starts.push(size);
    parts.push(b);
    size += b.length;
  }

  const { bytes, offsets } = compactTable(concat(parts), Uint32Array.from(starts));
  return { bytes, offsetOf: (t) => (t === "" ? 0 : offsets[index.get(t)!]!) };
}

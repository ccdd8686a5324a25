import { concat, encodeText } from "../codec/bytes.js";

/** The strings that stay, by where each begins and ends (its NUL) in the old table. */
interface Spans {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

/** A new string table, and where each of the strings that were asked for begins in it. */
export interface CompactTable {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

/**
 * Makes a new string table of the strings that these offsets of an old one lead to, each once and in their old order. A
 * string that ends another one shares its bytes. The first byte is NUL. Strings are bytes here, in any encoding. The
 * time is in proportion to the table.
 *
 * @param offsets each is inside the table, with a NUL at or behind it
 */
export function compactTable(table: Uint8Array, offsets: Uint32Array): CompactTable {
  const spans = longestStrings(table, offsets);
  const { starts, ends, count } = spans;
  const { places, size } = placesOf(spans, parentsOf(table, spans));

  const bytes = new Uint8Array(size);
  for (let i = 0; i < count; i++) bytes.set(table.subarray(starts[i], ends[i]), places[i]);

  let span = 0;
  const newOffset = (offset: number): number => {
    if (table[offset] === 0) return 0;
    // Neighbours in a symbol table are mostly neighbours in its strings.
    const isInSpan = starts[span]! <= offset && offset < ends[span]!;
    if (!isInSpan) span = spanOf(spans, offset);
    return places[span]! + offset - starts[span]!;
  };

  return { bytes, offsets: offsets.map(newOffset) };
}

/** Of strings that end at the same NUL, the one that begins first: the others are its ends. */
function longestStrings(table: Uint8Array, offsets: Uint32Array): Spans {
  const marks = new Uint8Array(table.length);
  for (let i = 0; i < offsets.length; i++) marks[offsets[i]!] = 1;

  const starts = new Uint32Array(offsets.length);
  const ends = new Uint32Array(offsets.length);
  let count = 0;
  let at = marks.indexOf(1);
  while (at >= 0) {
    const end = table.indexOf(0, at);
    if (at < end) {
      starts[count] = at;
      ends[count] = end;
      count++;
    }
    at = marks.indexOf(1, end + 1);
  }

  return { starts, ends, count };
}

/** The string that an offset lies in, by binary search. */
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

/** The prime of FNV-1a with 32 bits. */
const PRIME = 0x01000193;

/** The first three bytes from `at` on, of those before `end`, mixed into 16 bits. */
function openingOf(table: Uint8Array, at: number, end: number): number {
  const second = at + 1 < end ? table[at + 1]! << 8 : 0;
  const third = at + 2 < end ? table[at + 2]! << 16 : 0;
  return Math.imul(table[at]! | second | third, 0x9e3779b1) >>> 16;
}

/** Strings by their hashes, with open addressing. */
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

  /** The string with this hash and the same bytes as the `length` ones before `end`, or -1. */
  find(hash: number, length: number, end: number): number {
    const { starts, ends } = this.#spans;
    const mask = this.#slots.length - 1;

    for (let slot = (hash ^ (hash >>> 15)) & mask; this.#slots[slot]! >= 0; slot = (slot + 1) & mask) {
      const span = this.#slots[slot]!;
      if (this.#hashes[span] !== hash || ends[span]! - starts[span]! !== length) continue;
      if (this.#areEqual(starts[span]!, end - length, length)) return span;
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

  #areEqual(a: number, b: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (this.#table[a + i] !== this.#table[b + i]) return false;
    return true;
  }
}

/**
 * For each string another one that it is equal to or ends; -1 where there is none. Strings are hashed from their last
 * byte on, so that the hash of every end comes up on the way. Only what begins as some string does is looked up. The
 * step is FNV-1a's, from a start that nobody can know beforehand: no file can be made to give the same hash often.
 */
function parentsOf(table: Uint8Array, spans: Spans): Int32Array {
  const { starts, ends, count } = spans;
  const known = new SpanTable(table, spans);
  const firstBytes = new Uint8Array(256);
  const openings = new Uint8Array(1 << 16);
  const parents = new Int32Array(count).fill(-1);
  const seed = (Math.random() * 0x1_0000_0000) | 0;

  // Equal strings: the first one of them is known, the others get it for a parent.
  for (let i = 0; i < count; i++) {
    const start = starts[i]!;
    const end = ends[i]!;
    let hash = seed;
    for (let at = end - 1; at >= start; at--) hash = Math.imul(hash ^ table[at]!, PRIME);

    const same = known.find(hash, end - start, end);
    if (same >= 0) {
      parents[i] = same;
    } else {
      known.add(hash, i);
      firstBytes[table[start]!] = 1;
      openings[openingOf(table, start, end)] = 1;
    }
  }

  // Known strings that end other ones.
  for (let i = 0; i < count; i++) {
    if (parents[i]! >= 0) continue;

    const start = starts[i]!;
    const end = ends[i]!;
    let hash = seed;
    for (let at = end - 1; at > start; at--) {
      const byte = table[at]!;
      hash = Math.imul(hash ^ byte, PRIME);
      if (firstBytes[byte] === 0 || openings[openingOf(table, at, end)] === 0) continue;
      const ending = known.find(hash, end - at, end);
      if (ending >= 0 && parents[ending]! < 0) parents[ending] = i;
    }
  }

  return parents;
}

/** Where each string begins in the new table: behind those before it, or inside the one that it ends. */
function placesOf({ starts, ends, count }: Spans, parents: Int32Array): { places: Uint32Array; size: number } {
  const places = new Uint32Array(count);
  let size = 1;
  for (let i = 0; i < count; i++) {
    if (parents[i]! >= 0) continue;
    places[i] = size;
    size += ends[i]! - starts[i]! + 1;
  }

  for (let i = 0; i < count; i++) {
    if (parents[i]! < 0) continue;
    let root = i;
    while (parents[root]! >= 0) root = parents[root]!;
    places[i] = places[root]! + (ends[root]! - starts[root]!) - (ends[i]! - starts[i]!);
    // Others that lead here have a shorter way then.
    parents[i] = root;
  }

  return { places, size };
}

/** A new string table of these texts, where a text that ends another one shares its bytes. The first byte is NUL. */
export function compactStrings(texts: readonly string[]): { bytes: Uint8Array; offsetOf(text: string): number } {
  const indexes = new Map<string, number>();
  const parts: Uint8Array[] = [];
  const starts: number[] = [];
  let size = 0;
  for (const text of texts) {
    if (indexes.has(text)) continue;
    const part = encodeText(`${text}\0`);
    indexes.set(text, starts.length);
    starts.push(size);
    parts.push(part);
    size += part.length;
  }

  const { bytes, offsets } = compactTable(concat(parts), Uint32Array.from(starts));
  return { bytes, offsetOf: (text) => (text === "" ? 0 : offsets[indexes.get(text)!]!) };
}

import { type ByteSource, readExactly } from "../../codec/source.js";

/** Bytes of the file, by offset. */
export interface SearchedRange {
  readonly offset: number;
  readonly size: number;
}

/** A text to look for: at least {@link SHORTEST_NEEDLE} characters from U+0000 to U+00FF, each of them one byte. */
export interface Needle {
  readonly text: string;
  /** Does the text at this offset count? Called a limited number of times. */
  readonly holds?: (offset: number) => boolean;
}

/** A file full of texts that almost match costs no more than this many calls of each needle's `holds`. */
const MOST_TRIES = 4096;
const PIECE = 1 << 20;

/**
 * Of the file's bytes, only every fourth pair is looked at. A text of five bytes has a pair at one of those places,
 * wherever it begins.
 */
const STRIDE = 4;
export const SHORTEST_NEEDLE = STRIDE + 1;

/** A pair of bytes of a needle, and its place in the text. */
interface Probe {
  readonly needle: number;
  readonly at: number;
}

const pairAt = (text: string, at: number): number => (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
const isCommon = (text: string, at: number): boolean => /^([a-z]{2}|\0\0|\xff\xff)$/.test(text.slice(at, at + 2));

/** Four pairs in a row, from where the text has the fewest that are common in programs: pairs of letters, or zeros. */
function probesOf(text: string, needle: number): Probe[] {
  let best = 0;
  let least = Infinity;
  for (let from = 0; from + STRIDE < text.length; from++) {
    let common = 0;
    for (let at = from; at < from + STRIDE; at++) if (isCommon(text, at)) common++;
    if (common < least) {
      best = from;
      least = common;
    }
  }

  return Array.from({ length: STRIDE }, (_, i) => ({ needle, at: best + i }));
}

/** The probes of all needles, by the pair. */
function probesByPair(needles: readonly Needle[]): Map<number, Probe[]> {
  const probes = new Map<number, Probe[]>();
  for (const [index, { text }] of needles.entries()) {
    for (const probe of probesOf(text, index)) {
      const pair = pairAt(text, probe.at);
      probes.set(pair, [...(probes.get(pair) ?? []), probe]);
    }
  }
  return probes;
}

/**
 * Of a range that is longer than two such ends, only these are searched, and of all ranges together no more than
 * {@link MOST_SEARCHED}: gigabytes are data that a program carries, no texts of a runtime. Linkers put merged strings
 * first into a section, and what comes from libraries last.
 */
const LONGEST_END = 32 << 20;
const MOST_SEARCHED = 256 << 20;

/** The parts of ranges that are searched. */
export function* searchedParts(ranges: readonly SearchedRange[]): Generator<SearchedRange> {
  let left = MOST_SEARCHED;
  for (const { offset, size } of ranges) {
    const isLong = size > 2 * LONGEST_END;
    const parts = isLong
      ? [
          { offset, size: LONGEST_END },
          { offset: offset + size - LONGEST_END, size: LONGEST_END },
        ]
      : [{ offset, size }];

    for (const part of parts) {
      if (left <= 0) return;
      yield { offset: part.offset, size: Math.min(part.size, left) };
      left -= part.size;
    }
  }
}

/**
 * The first place of each text in the ranges, which are read in pieces. The search ends when `enough` says so. Of very
 * large ranges, only {@link searchedParts} are read.
 *
 * @returns offsets in the order of the needles; undefined for those that were not found
 */
export function searchTexts(
  source: ByteSource,
  ranges: readonly SearchedRange[],
  needles: readonly Needle[],
  enough: (found: readonly (number | undefined)[]) => boolean,
): (number | undefined)[] {
  const found: (number | undefined)[] = needles.map(() => undefined);
  const tries = needles.map(() => 0);
  const probes = probesByPair(needles);
  // Nearly all pairs are no probes, and a byte array says so faster than a map.
  const isProbe = new Uint8Array(1 << 16);
  for (const pair of probes.keys()) isProbe[pair] = 1;

  /** Looks at the needle that may begin at `from`, an index into the bytes; `offset` is the same place in the file. */
  const tryNeedle = (needle: number, bytes: Uint8Array, from: number, offset: number) => {
    const { text, holds } = needles[needle]!;
    if (found[needle] !== undefined || tries[needle]! >= MOST_TRIES || !standsAt(bytes, from, text)) return;

    if (holds) {
      tries[needle]!++;
      if (!holds(offset)) return;
    }
    found[needle] = offset;
  };

  const look = (bytes: Uint8Array, start: number) => {
    for (let i = 1; i < bytes.length; i += STRIDE) {
      const pair = (bytes[i - 1]! << 8) | bytes[i]!;
      if (isProbe[pair] === 0) continue;
      for (const { needle, at } of probes.get(pair)!) {
        const from = i - 1 - at;
        tryNeedle(needle, bytes, from, start + from);
      }
    }
  };

  // Pieces overlap, so that a text across two of them is whole in the second.
  const overlap = Math.max(...needles.map((n) => n.text.length)) - 1;
  for (const { offset, size } of searchedParts(ranges)) {
    for (let at = 0; at < size; at += PIECE) {
      const from = Math.max(0, at - overlap);
      look(readExactly(source, offset + from, Math.min(at + PIECE, size) - from, "data"), offset + from);
      if (enough(found)) return found;
    }
  }

  return found;
}

function standsAt(bytes: Uint8Array, at: number, text: string): boolean {
  if (at < 0 || at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Ranges in order of their offsets, inside the file, none twice: program headers of a broken file may overlap. */
export function disjoint(ranges: readonly SearchedRange[], fileSize: number): SearchedRange[] {
  const parts: SearchedRange[] = [];
  let end = 0;
  for (const { offset, size } of [...ranges].sort((a, b) => a.offset - b.offset)) {
    const from = Math.max(offset, end);
    const to = Math.min(offset + size, fileSize);
    if (to <= from) continue;

    parts.push({ offset: from, size: to - from });
    end = to;
  }

  return parts;
}

import { type ByteSource, fillFrom, readExactly } from "../../codec/source.js";
import type { Header } from "../../image/elf.js";
import { readHeader } from "../../image/headers/header.js";
import { mergedRanges, type Range, subtractRanges } from "../../pieces/ranges.js";
import { Draft, PAGE } from "./draft.js";
import { hideSections, type LoaderView, loadingOf, loadsAlike, touches } from "./loading.js";

/** Bytes behind the old end of the file, which nothing leads to until a step does. */
export interface Behind {
  readonly at: number;
  readonly size: number;
  /** Where the bytes come from, and the offset of the first of them. */
  readonly source: ByteSource;
  readonly from: number;
}

/** A file before and after, what both say to kernel and loader, and what differs, by who reads it. */
export interface Turn {
  readonly source: ByteSource;
  readonly target: ByteSource;
  readonly before: LoaderView;
  readonly after: LoaderView;
  /** All that differs within the old file. */
  readonly changed: readonly Range[];
  /** Of that, outside of both headers: what is read after the turn only, before it and after it, and all else. */
  readonly fresh: readonly Range[];
  readonly shared: readonly Range[];
  readonly rest: readonly Range[];
}

/** The ELF header and the program header table, in copies that may be changed. */
export interface Headers {
  readonly header: Uint8Array;
  readonly table: Uint8Array;
  /** The table's offset. */
  readonly at: number;
}

/** The bytes that two lists of ranges have in common. */
export const commonRanges = (a: readonly Range[], b: readonly Range[]): Range[] =>
  subtractRanges(a, subtractRanges(a, b));

export function turnOf(
  source: ByteSource,
  target: ByteSource,
  before: LoaderView,
  after: LoaderView,
  changed: readonly Range[],
): Turn {
  const inside = subtractRanges(changed, mergedRanges([before.header, before.table, after.table]));
  const [old, now] = [readRanges(before), readRanges(after)];
  const shared = commonRanges(commonRanges(inside, old), now);
  const fresh = subtractRanges(commonRanges(inside, now), shared);
  const rest = subtractRanges(subtractRanges(inside, fresh), shared);
  return { source, target, before, after, changed, fresh, shared, rest };
}

function readRanges({ parts, dynamic }: LoaderView): Range[] {
  const ranges = parts.map(({ offset, size }) => ({ start: offset, end: offset + size }));
  return mergedRanges(dynamic ? [...ranges, dynamic] : ranges);
}

/** The bytes that one call reads at most. */
const CHUNK = 1 << 20;
/** Ranges with at most so many bytes between them are read together. */
const GAP = 4096;

/** Writes some ranges of the new file, which are in order, into a draft of the old one. */
export function takeRanges(draft: Draft, target: ByteSource, ranges: readonly Range[]): void {
  for (let i = 0; i < ranges.length;) {
    const { start } = ranges[i]!;
    const group: Range[] = [];
    let end = start;
    for (; i < ranges.length && ranges[i]!.start - end <= GAP && ranges[i]!.end - start <= CHUNK; i++) {
      group.push(ranges[i]!);
      end = ranges[i]!.end;
    }

    if (group.length > 0) draft.write(start, filled(target, start, end), group);
    else takeLarge(draft, target, ranges[i++]!);
  }
}

function takeLarge(draft: Draft, target: ByteSource, { start, end }: Range): void {
  for (let at = start; at < end; at += CHUNK) {
    draft.write(at, filled(target, at, Math.min(at + CHUNK, end)));
  }
}

/** The bytes of many pieces, with few reads. */
function filled(source: ByteSource, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  fillFrom(source, start, bytes, "the new file");
  return bytes;
}

/**
 * Is the section header table written over, or written where other bytes are now? Then the ELF header leads to none
 * meanwhile.
 */
export function losesSections(source: ByteSource, target: ByteSource, changed: readonly Range[]): boolean {
  try {
    const [old, now] = [readHeader(source), readHeader(target)];
    const stays = old.shoff === now.shoff && old.shnum === now.shnum && old.shstrndx === now.shstrndx;
    const isHit = ({ shoff, shnum, shentsize }: Header) => touches(changed, shoff, shoff + shnum * shentsize);
    return !stays && (isHit(old) || isHit(now));
  } catch {
    return false;
  }
}

/** One way from the file before to the file after, tried on a draft. */
export class Trial {
  readonly turn: Turn;
  readonly draft: Draft;
  readonly #shifts: readonly bigint[];
  readonly #hides: boolean;
  #hasTurned = false;
  #isSound = true;

  /**
   * @param shifts what lies between the offsets of segments and those of their copies
   */
  constructor(turn: Turn, behind: readonly Behind[], shifts: readonly bigint[]) {
    const { source, target, changed } = turn;
    this.turn = turn;
    this.draft = new Draft(withBehind(source, behind));
    this.#shifts = shifts;
    this.#hides = losesSections(source, target, changed);
    if (this.#hides) this.turnTo(this.#headersOf(source, turn.before));
  }

  /** The headers of the file after the turn, for the write that turns to it. */
  headers(): Headers {
    return this.#headersOf(this.turn.target, this.turn.after);
  }

  #headersOf(source: ByteSource, { elf, header, table }: LoaderView): Headers {
    const bytes = (r: Range) => readExactly(source, r.start, r.end - r.start, "the headers").slice();
    const own = bytes(header);
    if (this.#hides) hideSections(own, elf.header);
    return { header: own, table: bytes(table), at: table.start };
  }

  /** Writes the headers, with one write where they stand in one page. */
  turnTo({ header, table, at }: Headers): void {
    const end = at + table.length;
    if (end > PAGE) {
      this.#write(at, table);
      this.#write(0, header);
      return;
    }

    const both = this.draft.read(0, Math.max(end, header.length)).slice();
    both.set(header);
    both.set(table, at);
    this.#write(0, both);
  }

  /** Writes what differs in ranges that somebody reads, and looks at the file after each write. */
  turnRanges(ranges: readonly Range[]): void {
    for (const { start, end } of ranges) {
      this.#write(start, readExactly(this.turn.target, start, end - start, "the new file"));
    }
  }

  /** Writes what differs in ranges that nobody reads at this time. */
  take(ranges: readonly Range[]): void {
    takeRanges(this.draft, this.turn.target, ranges);
    this.#look();
  }

  /** Writes the rest, and the headers as they shall be. Does the file load as before or as after all along? */
  end(): boolean {
    const { target, after, changed } = this.turn;
    const { header, table } = after;
    const isBeside = readHeaderTable(this.draft) !== table.start;
    const headers = isBeside ? [header] : mergedRanges([header, table]);

    this.take(subtractRanges(changed, headers));
    this.turnTo({
      header: readExactly(target, 0, header.end, "the ELF header"),
      table: readExactly(target, table.start, table.end - table.start, "the program header table"),
      at: table.start,
    });
    return this.#isSound && this.#loadsAs(after);
  }

  #write(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length && this.#isSound;) {
      const size = Math.min(PAGE - ((at + done) % PAGE), bytes.length - done);
      const count = this.draft.steps.length;
      this.draft.write(at + done, bytes.subarray(done, done + size));
      if (this.draft.steps.length > count) this.#look();
      done += size;
    }
  }

  #look(): void {
    const { before, after } = this.turn;
    if (!this.#isSound || (!this.#hasTurned && this.#loadsAs(before))) return;
    this.#hasTurned = true;
    this.#isSound = this.#loadsAs(after);
  }

  #loadsAs(other: LoaderView): boolean {
    const now = loadingOf(this.draft, other.symbols, [this.turn.before, this.turn.after]);
    return now !== undefined && loadsAlike(now, other, this.turn.changed, this.#shifts);
  }
}

function readHeaderTable(source: ByteSource): number {
  return readHeader(source).phoff;
}

/** A file with more bytes behind its end. Between them are zeros. */
export function withBehind(source: ByteSource, behind: readonly Behind[]): ByteSource {
  const parts: Behind[] = [{ at: 0, size: source.size, source, from: 0 }, ...behind];
  return {
    size: Math.max(...parts.map((p) => p.at + p.size)),
    read(offset, length) {
      const [first] = parts;
      if (offset + length <= first!.size) return source.read(offset, length);

      const bytes = new Uint8Array(length);
      for (const p of parts) {
        const start = Math.max(offset, p.at);
        const end = Math.min(offset + length, p.at + p.size);
        if (start >= end) continue;
        bytes.set(readExactly(p.source, p.from + start - p.at, end - start, "the file"), start - offset);
      }
      return bytes;
    },
  };
}

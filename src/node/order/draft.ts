import { alignDown, alignUp } from "../../codec/bytes.js";
import { type ByteSource, readExactly } from "../../codec/source.js";
import type { Range } from "../../pieces/ranges.js";
import { SMALLEST_PAGE } from "../../spec/machines.js";

/** A write inside of one page of the file: a process that is killed leaves such a write done or not done. */
export interface Step {
  readonly at: number;
  readonly was: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The kernel looks for a kill between two pages of a write. */
export const PAGE = SMALLEST_PAGE;

/** A file as some writes leave it, and these writes, each inside of a page. Pages that are written are held. */
export class Draft implements ByteSource {
  readonly size: number;
  readonly steps: Step[] = [];
  readonly #base: ByteSource;
  readonly #keepsSteps: boolean;
  readonly #pages = new Map<number, Uint8Array>();

  /**
   * @param keepsSteps false where nobody wants the steps
   */
  constructor(base: ByteSource, size = base.size, keepsSteps = true) {
    this.#base = base;
    this.size = size;
    this.#keepsSteps = keepsSteps;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = readExactly(this.#base, offset, length, "the file");
    const first = Math.floor(offset / PAGE);
    const last = Math.floor((offset + length - 1) / PAGE);
    let own: Uint8Array | undefined;

    for (let n = first; n <= last && this.#pages.size > 0; n++) {
      const page = this.#pages.get(n);
      if (!page) continue;
      own ??= bytes.slice();
      const skip = Math.max(0, offset - n * PAGE);
      const part = page.subarray(skip, Math.min(page.length, offset + length - n * PAGE));
      own.set(part, n * PAGE + skip - offset);
    }

    return own ?? bytes;
  }

  /**
   * Writes bytes, or some ranges of them, a page after the other, and of each page only from the first to the last byte
   * that differs.
   *
   * @param ranges offsets in the file, in order
   */
  write(at: number, bytes: Uint8Array, ranges: readonly Range[] = [{ start: at, end: at + bytes.length }]): void {
    const first = alignDown(at, PAGE);
    const last = Math.min(this.size, alignUp(at + bytes.length, PAGE));
    const old = this.read(first, last - first);

    for (const { start, end } of ranges) {
      for (let from = start; from < end;) {
        const page = alignDown(from, PAGE);
        const to = Math.min(page + PAGE, end);
        const was = this.#pages.get(page / PAGE) ?? old.subarray(page - first, page - first + PAGE);
        this.#writePart(from, bytes.subarray(from - at, to - at), was);
        from = to;
      }
    }
  }

  /** Writes bytes inside of a page, which has these bytes before. */
  #writePart(at: number, bytes: Uint8Array, old: Uint8Array): void {
    const skip = at % PAGE;
    let from = 0;
    let to = bytes.length;
    while (from < to && bytes[from] === old[skip + from]) from++;
    while (from < to && bytes[to - 1] === old[skip + to - 1]) to--;
    if (from === to) return;

    const index = (at - skip) / PAGE;
    const own = this.#keepsSteps ? undefined : this.#pages.get(index);
    const page = own ?? new Uint8Array(old);
    page.set(bytes.subarray(from, to), skip + from);
    this.#pages.set(index, page);
    if (!this.#keepsSteps) return;

    const part = (b: Uint8Array) => b.subarray(skip + from, skip + to);
    this.steps.push({ at: at + from, was: part(old), bytes: part(page) });
  }
}

import { ascending } from "../../../codec/ascending.js";
import { alignUp } from "../../../codec/bytes.js";
import type { FileMap } from "../../../pieces/pieces.js";
import type { Range } from "../../../pieces/ranges.js";

/**
 * What of the tail stays together: ranges of the input, and the new bytes of sections. One array a field, since there
 * may be very many.
 */
export class TailItems {
  count = 0;
  /** Offset in the input; `Infinity` for what goes behind all that has one. */
  readonly start: Float64Array;
  readonly size: Float64Array;
  readonly align: Float64Array;
  /** The section's index, or -1. */
  readonly section: Int32Array;
  /** 1 for new bytes. */
  readonly isNew: Uint8Array;

  constructor(most: number) {
    this.start = new Float64Array(most);
    this.size = new Float64Array(most);
    this.align = new Float64Array(most);
    this.section = new Int32Array(most);
    this.isNew = new Uint8Array(most);
  }

  add(start: number, size: number, align: number, section = -1, isNew = 0): void {
    const i = this.count++;
    this.start[i] = start;
    this.size[i] = size;
    this.align[i] = align;
    this.section[i] = section;
    this.isNew[i] = isNew;
  }

  /** The end of all of them in the input, those with new bytes aside; at least `from`. */
  end(from: number): number {
    let end = from;
    for (let i = 0; i < this.count; i++) if (this.isNew[i] === 0) end = Math.max(end, this.start[i]! + this.size[i]!);
    return end;
  }

  /**
   * In the order of the input; ranges of it that overlap are one. Also tells which of these each of the old ones is in.
   */
  joined(): { items: TailItems; into: Uint32Array } {
    const { start, size, align, section, isNew, count } = this;
    const items = new TailItems(count);
    const into = new Uint32Array(count);
    let last = -1;

    for (const i of ascending(start, count)) {
      if (isNew[i] === 0 && last >= 0 && start[i]! < items.start[last]! + items.size[last]!) {
        items.size[last] = Math.max(items.size[last]!, start[i]! + size[i]! - items.start[last]!);
      } else {
        items.add(start[i]!, size[i]!, align[i]!, section[i], isNew[i]);
        if (isNew[i] === 0) last = items.count - 1;
      }
      into[i] = isNew[i] === 1 ? items.count - 1 : last;
    }

    return { items, into };
  }
}

/** Where each item went. */
export class PackedItems {
  readonly #items: TailItems;
  readonly #kept: readonly number[];
  readonly at: Float64Array;
  readonly end: number;

  /**
   * Puts items one behind the other.
   *
   * @param padding ranges of the input, in order, that are zero: padding that is the same in the output comes along
   */
  constructor(items: TailItems, map: FileMap, start: number, padding: readonly Range[]) {
    const { count } = items;
    const at = new Float64Array(count);
    const kept: number[] = [];
    let end = start;
    let pad = 0;

    for (let i = 0; i < count; i++) {
      at[i] = alignUp(end, items.align[i]!);
      end = at[i]! + items.size[i]!;
      if (items.isNew[i] === 1) continue;

      kept.push(i);
      const until = items.start[i]! + items.size[i]!;
      const gap = i + 1 < count ? alignUp(end, items.align[i + 1]!) - end : 0;
      while (pad < padding.length && padding[pad]!.start < until) pad++;
      const along = pad < padding.length && padding[pad]!.start === until && until + gap <= padding[pad]!.end ? gap : 0;
      map.keep(items.start[i]!, items.size[i]! + along, at[i]!);
    }

    this.#items = items;
    this.#kept = kept;
    this.at = at;
    this.end = end;
  }

  /**
   * Where a byte of the input is in the output; where it went, what follows it. A section may lie over a table that is
   * written anew: its own bytes are where those of the input went.
   */
  outputOf(offset: number): number {
    const behind = firstBehind(this.#items.count, (i) => this.#items.start[i]!, offset);
    const kept = this.#kept[firstBehind(this.#kept.length, (k) => this.#items.start[this.#kept[k]!]!, offset) - 1];
    return this.#in(kept, offset) ?? this.#in(behind - 1, offset) ?? this.at[behind] ?? this.end;
  }

  #in(item: number | undefined, offset: number): number | undefined {
    if (item === undefined || item < 0) return undefined;
    const start = this.#items.start[item]!;
    return offset < start + this.#items.size[item]! ? offset - start + this.at[item]! : undefined;
  }
}

/** The first of `count` ascending starts that is behind an offset. Binary search. */
function firstBehind(count: number, startOf: (i: number) => number, offset: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (startOf(mid) <= offset) low = mid + 1;
    else high = mid;
  }
  return low;
}

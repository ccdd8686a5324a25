import { ascending } from "../../../codec/ascending.js";
import { alignUp } from "../../../codec/bytes.js";
import type { FileMap } from "../../../pieces/pieces.js";
import type { Range } from "../../../pieces/ranges.js";

/**
 * The parts of the tail that stay together: ranges of the input, and new bytes of sections. Each field is one array,
 * since there may be very many items.
 */
export class TailItems {
  count = 0;
  /** Offset in the input; `Infinity` for what goes after all that has one. */
  readonly start: Float64Array;
  readonly size: Float64Array;
  readonly align: Float64Array;
  /** The section's index, or -1. */
  readonly section: Int32Array;
  /** 1 for new bytes. */
  readonly isNew: Uint8Array;

  /** @param capacity the most items that are ever added */
  constructor(capacity: number) {
    this.start = new Float64Array(capacity);
    this.size = new Float64Array(capacity);
    this.align = new Float64Array(capacity);
    this.section = new Int32Array(capacity);
    this.isNew = new Uint8Array(capacity);
  }

  add(start: number, size: number, align: number, section = -1, isNew = 0): void {
    const i = this.count++;
    this.start[i] = start;
    this.size[i] = size;
    this.align[i] = align;
    this.section[i] = section;
    this.isNew[i] = isNew;
  }

  /** The end in the input of all items but those with new bytes; at least `from`. */
  end(from: number): number {
    let end = from;
    for (let i = 0; i < this.count; i++) {
      if (this.isNew[i] === 0) end = Math.max(end, this.start[i]! + this.size[i]!);
    }
    return end;
  }

  /**
   * The items in the order of the input, those that overlap there joined. `into` tells for each old item in which of
   * these it is.
   */
  joined(): { items: TailItems; into: Uint32Array } {
    const { start, size, align, section, isNew, count } = this;
    const items = new TailItems(count);
    const into = new Uint32Array(count);

    let last = -1;
    for (const i of ascending(start, count)) {
      if (isNew[i] === 1) {
        into[i] = items.count;
        items.add(start[i]!, size[i]!, align[i]!, section[i], 1);
        continue;
      }

      const overlaps = last >= 0 && start[i]! < items.start[last]! + items.size[last]!;
      if (overlaps) {
        items.size[last] = Math.max(items.size[last]!, start[i]! + size[i]! - items.start[last]!);
      } else {
        last = items.count;
        items.add(start[i]!, size[i]!, align[i]!, section[i]);
      }
      into[i] = last;
    }

    return { items, into };
  }
}

/** Where each item went. */
export class PackedItems {
  readonly #items: TailItems;
  /** The items that are ranges of the input. */
  readonly #kept: readonly number[];
  /** The offset in the output of each item. */
  readonly at: Float64Array;
  /** The end of the last item in the output. */
  readonly end: number;

  /**
   * Puts items one after the other.
   *
   * @param padding ranges of the input, in order, that are zero. Padding that is the same in the output comes along.
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
      const inputEnd = items.start[i]! + items.size[i]!;
      const gap = i + 1 < count ? alignUp(end, items.align[i + 1]!) - end : 0;
      while (pad < padding.length && padding[pad]!.start < inputEnd) pad++;

      const zeros = padding[pad];
      const hasPadding = zeros !== undefined && zeros.start === inputEnd && inputEnd + gap <= zeros.end;
      map.keep(items.start[i]!, items.size[i]! + (hasPadding ? gap : 0), at[i]!);
    }

    this.#items = items;
    this.#kept = kept;
    this.at = at;
    this.end = end;
  }

  /**
   * Where a byte of the input is in the output; where it went, the place of what follows it. A section may lie over a
   * table that is written anew: then its own bytes count, which are where those of the input went.
   */
  outputOf(offset: number): number {
    const items = this.#items;
    const kept = this.#kept;
    const next = firstBehind(items.count, (i) => items.start[i]!, offset);
    const nextKept = firstBehind(kept.length, (k) => items.start[kept[k]!]!, offset);

    return this.#placeIn(kept[nextKept - 1], offset) ?? this.#placeIn(next - 1, offset) ?? this.at[next] ?? this.end;
  }

  /** Where a byte of the input is in the output, if the item has it. */
  #placeIn(item: number | undefined, offset: number): number | undefined {
    if (item === undefined || item < 0) return undefined;

    const start = this.#items.start[item]!;
    const isInside = offset < start + this.#items.size[item]!;
    return isInside ? offset - start + this.at[item]! : undefined;
  }
}

/** The first of `count` ascending starts that is above an offset, by binary search; `count` where none is. */
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

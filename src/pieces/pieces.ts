import { equalBytes } from "../codec/bytes.js";
import { type ByteSource, readExactly } from "../codec/source.js";

/** A range of the output, and where its bytes come from. Offsets and sizes in bytes. */
export type Piece =
  | {
      readonly kind: "input";
      readonly at: number;
      readonly size: number;
      /** Offset in the input. */
      readonly from: number;
    }
  | { readonly kind: "bytes"; readonly at: number; readonly size: number; readonly bytes: Uint8Array }
  | { readonly kind: "zero"; readonly at: number; readonly size: number };

/** Bytes for a place of the output: `size` of them, from `from` on. */
interface Write {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly from: number;
  size: number;
}

/** Writes that overlap, as one. */
interface MergedWrite {
  readonly at: number;
  readonly bytes: Uint8Array;
}

const bytesOf = ({ bytes, from, size }: Write): Uint8Array => bytes.subarray(from, from + size);

/** The output under construction: ranges of the input, and bytes written over them. */
export class FileMap {
  readonly #source: ByteSource;
  #base: { kind: "input"; at: number; size: number; from: number }[] = [];
  #writes: Write[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Takes a range of the input to an offset of the output. */
  keep(from: number, size: number, at = from): void {
    const last = this.#base[this.#base.length - 1];
    const continues = last && last.from + last.size === from && last.at + last.size === at;
    if (continues) last.size += size;
    else if (size > 0) this.#base.push({ kind: "input", at, size, from });
  }

  /** Writes bytes, or some of them. A later write wins over an earlier one. */
  write(at: number, bytes: Uint8Array, from = 0, size = bytes.length): void {
    const last = this.#writes[this.#writes.length - 1];
    const continues = last && last.bytes === bytes && last.from + last.size === from && last.at + last.size === at;
    if (continues) last.size += size;
    else if (size > 0) this.#writes.push({ at, bytes, from, size });
  }

  /** All pieces in order, without gaps. Bytes that nobody kept or wrote are zero. */
  finish(size: number): Piece[] {
    const base = this.#base.sort((a, b) => a.at - b.at);
    const out: Piece[] = [];
    let at = 0;
    let next = 0;
    /** Appends what the input has for the bytes up to `to`. */
    const fill = (to: number) => {
      while (at < to) {
        while (next < base.length && base[next]!.at + base[next]!.size <= at) next++;
        const p = base[next];
        if (p && p.at <= at) {
          const length = Math.min(to, p.at + p.size) - at;
          out.push(slicePiece(p, at - p.at, length));
          at += length;
        } else {
          const length = Math.min(to, p?.at ?? to) - at;
          out.push({ kind: "zero", at, size: length });
          at += length;
        }
      }
    };

    for (const w of this.#mergedWrites()) {
      fill(w.at);
      if (this.#isThere(w, base)) continue;
      out.push({ kind: "bytes", at: w.at, size: w.bytes.length, bytes: w.bytes });
      at = w.at + w.bytes.length;
    }
    fill(size);

    return joinedPieces(out);
  }

  /** The writes in order. Where some overlap, they become one, in which the latest wins. */
  #mergedWrites(): MergedWrite[] {
    // Sorting keeps the order of writes to the same place.
    const order = [...this.#writes.entries()].sort(([, a], [, b]) => a.at - b.at);
    const out: MergedWrite[] = [];

    for (let i = 0; i < order.length;) {
      const first = order[i]![1];
      let end = first.at + first.size;
      let next = i + 1;
      for (; next < order.length && order[next]![1].at < end; next++) {
        const write = order[next]![1];
        end = Math.max(end, write.at + write.size);
      }

      if (next === i + 1) {
        out.push({ at: first.at, bytes: bytesOf(first) });
      } else {
        const bytes = new Uint8Array(end - first.at);
        const asWritten = order.slice(i, next).sort(([a], [b]) => a - b);
        for (const [, w] of asWritten) bytes.set(bytesOf(w), w.at - first.at);
        out.push({ at: first.at, bytes });
      }

      i = next;
    }

    return out;
  }

  /** Does the input have the same bytes there? */
  #isThere(w: MergedWrite, base: readonly Piece[]): boolean {
    const p = base.length === 0 ? undefined : base[firstAt(base, w.at)];
    return (
      p?.kind === "input" &&
      p.at <= w.at &&
      w.at + w.bytes.length <= p.at + p.size &&
      equalBytes(readExactly(this.#source, p.from + w.at - p.at, w.bytes.length, "the input"), w.bytes)
    );
  }
}

/** A part of a piece, at its own place in the output. */
export function slicePiece(p: Piece, skip: number, size: number): Piece {
  if (p.kind === "input") return { ...p, at: p.at + skip, from: p.from + skip, size };
  if (p.kind === "bytes") return { ...p, at: p.at + skip, bytes: p.bytes.subarray(skip, skip + size), size };
  return { ...p, at: p.at + skip, size };
}

/** Joins neighbours that continue each other, and leaves out pieces without bytes. */
export function joinedPieces(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const p of pieces) {
    const last = out[out.length - 1];
    if (last?.kind === "input" && p.kind === "input" && last.from + last.size === p.from) {
      out[out.length - 1] = { ...last, size: last.size + p.size };
    } else if (last?.kind === "zero" && p.kind === "zero") {
      out[out.length - 1] = { ...last, size: last.size + p.size };
    } else if (p.size > 0) {
      out.push(p);
    }
  }

  return out;
}

/** The index of the piece that holds an offset, by binary search. */
export function firstAt(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (pieces[mid]!.at <= offset) low = mid;
    else high = mid - 1;
  }
  return low;
}

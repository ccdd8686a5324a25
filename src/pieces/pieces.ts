import { concat, equalBytes } from "../codec/bytes.js";
import { type ByteSource, readExactly } from "../codec/source.js";

/** A range of the output and where its bytes come from. Offsets and sizes in bytes. */
export type Piece =
  | {
      readonly kind: "input";
      readonly at: number;
      readonly size: number;
      /** Offset in the input. */ readonly from: number;
    }
  | { readonly kind: "bytes"; readonly at: number; readonly size: number; readonly bytes: Uint8Array }
  | { readonly kind: "zero"; readonly at: number; readonly size: number };

/** Bytes for a place of the output: `size` of them from `from` on. */
interface Write {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly from: number;
  size: number;
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
    if (last && last.from + last.size === from && last.at + last.size === at) last.size += size;
    else if (size > 0) this.#base.push({ kind: "input", at, size, from });
  }

  /** Writes bytes, or some of them; a later write wins over an earlier one. */
  write(at: number, bytes: Uint8Array, from = 0, size = bytes.length): void {
    const last = this.#writes[this.#writes.length - 1];
    if (last && last.bytes === bytes && last.from + last.size === from && last.at + last.size === at) last.size += size;
    else if (size > 0) this.#writes.push({ at, bytes, from, size });
  }

  /** All pieces in order, without gaps: what nothing was said of is zero. */
  finish(size: number): Piece[] {
    const base = this.#base.sort((a, b) => a.at - b.at);
    const out: Piece[] = [];
    let at = 0;
    let next = 0;
    const fill = (to: number) => {
      while (at < to) {
        while (next < base.length && base[next]!.at + base[next]!.size <= at) next++;
        const p = base[next];
        if (p && p.at <= at) {
          const n = Math.min(to, p.at + p.size) - at;
          out.push(slice(p, at - p.at, n));
          at += n;
        } else {
          const n = Math.min(to, p?.at ?? to) - at;
          out.push({ kind: "zero", at, size: n });
          at += n;
        }
      }
    };

    for (const w of this.#merged()) {
      fill(w.at);
      if (this.#isThere(w, base)) continue;
      out.push({ kind: "bytes", at: w.at, size: w.bytes.length, bytes: w.bytes });
      at = w.at + w.bytes.length;
    }

    fill(size);
    return joined(out);
  }

  /** In order; where writes overlap, the later one wins. */
  #merged(): { at: number; bytes: Uint8Array }[] {
    // Sorting keeps the order of those at the same place.
    const order = [...this.#writes.entries()].sort(([, a], [, b]) => a.at - b.at);
    const out: { at: number; bytes: Uint8Array }[] = [];
    for (let i = 0; i < order.length;) {
      const first = order[i]![1];
      let end = first.at + first.size;
      let j = i + 1;
      for (; j < order.length && order[j]![1].at < end; j++) end = Math.max(end, order[j]![1].at + order[j]![1].size);

      if (j === i + 1) {
        out.push({ at: first.at, bytes: bytesOf(first) });
      } else {
        const bytes = new Uint8Array(end - first.at);
        for (const [, w] of order.slice(i, j).sort(([a], [b]) => a - b)) bytes.set(bytesOf(w), w.at - first.at);
        out.push({ at: first.at, bytes });
      }

      i = j;
    }

    return out;
  }

  /** Does the input say the same already? */
  #isThere(w: { at: number; bytes: Uint8Array }, base: readonly Piece[]): boolean {
    const p = base.length === 0 ? undefined : base[firstAt(base, w.at)];
    return (
      p?.kind === "input" &&
      p.at <= w.at &&
      w.at + w.bytes.length <= p.at + p.size &&
      equalBytes(readExactly(this.#source, p.from + w.at - p.at, w.bytes.length, "the input"), w.bytes)
    );
  }
}

/** A part of a piece, at its place in the output. */
export function slice(p: Piece, skip: number, size: number): Piece {
  if (p.kind === "input") return { ...p, at: p.at + skip, from: p.from + skip, size };
  if (p.kind === "bytes") return { ...p, at: p.at + skip, bytes: p.bytes.subarray(skip, skip + size), size };
  return { ...p, at: p.at + skip, size };
}

/** Neighbours that continue each other become one piece. */
export function joined(pieces: readonly Piece[]): Piece[] {
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

/** The bytes of a range of the output. */
export function readPieces(source: ByteSource, pieces: readonly Piece[], offset: number, length: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = firstAt(pieces, offset), at = offset; at < offset + length; i++) {
    const p = pieces[i]!;
    const skip = at - p.at;
    const n = Math.min(p.size - skip, offset + length - at);
    if (p.kind === "input") parts.push(readExactly(source, p.from + skip, n, "the input"));
    else parts.push(p.kind === "bytes" ? p.bytes.subarray(skip, skip + n) : new Uint8Array(n));
    at += n;
  }

  return parts.length === 1 ? parts[0]! : concat(parts);
}

/** Binary search for the piece that holds an offset. */
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

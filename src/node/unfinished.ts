import { concat, encodeText, equalBytes, viewOf } from "../codec/bytes.js";
import { crc32 } from "../codec/crc32.js";
import type { ByteSource } from "../codec/source.js";
import { FileMap, type Piece } from "../pieces/pieces.js";
import { Draft, PAGE, type Step } from "./order/draft.js";

/**
 * While a file is written in place, its last bytes say how to undo that: what the changed ranges were, in the order in
 * which they are written. They are cut off at last. Found in a file whose writer was killed, they lead back to the file
 * that it was, so that every call goes on from there. A file that somebody made with such an end only says of itself
 * what it was: nothing but the file is read, or written to.
 *
 * The end, in little-endian byte order: `steps`, END, then a foot of 64 bytes: MAGIC, the old size, the offset of the
 * steps, the size of the whole file, the CRC-32 of the steps, that of the foot. The foot is written first; while the
 * last byte of END is missing, nothing else has been. A step is its offset, length and the CRC-32 of its new bytes,
 * then the old bytes.
 */
export interface Unfinished {
  /** The old file. */
  readonly size: number;
  readonly pieces: readonly Piece[];
  /** The writes that were done. The `bytes` that they wrote are not known. */
  readonly done: readonly Pick<Step, "at" | "was">[];
}

const MAGIC = /* @__PURE__ */ encodeText("elfwright undoes");
const END = /* @__PURE__ */ encodeText("old end\n");
const FOOT = 64;
const STEP = 16;
/** A file that needs more writes is not written in place: whoever finds the old bytes has to look at all of them. */
export const MOST_STEPS = 1 << 16;
/** So many states that a file may be in are looked at. There is one, or rarely two. */
const MOST_STATES = 8;

/** The end of a file, from `at` on, that can undo these steps. From `foot` on, it is to be written first. */
export function undoBytes(
  steps: readonly Step[],
  oldSize: number,
  end: number,
): { readonly at: number; readonly bytes: Uint8Array; readonly foot: number } {
  const parts = steps.flatMap(({ at, was, bytes }) => {
    const head = new Uint8Array(STEP);
    const v = viewOf(head);
    v.setBigUint64(0, BigInt(at), true);
    v.setUint32(8, was.length, true);
    v.setUint32(12, crc32(bytes), true);
    return [head, was];
  });
  const body = concat([...parts, END]);

  // The foot lies in one page, so that it is there or not.
  const padding = -(end + body.length) & (FOOT - 1);
  const foot = new Uint8Array(FOOT);
  const v = viewOf(foot);
  foot.set(MAGIC);
  v.setBigUint64(16, BigInt(oldSize), true);
  v.setBigUint64(24, BigInt(end), true);
  v.setBigUint64(32, BigInt(end + body.length + padding + FOOT), true);
  v.setUint32(40, crc32(body), true);
  v.setUint32(44, padding, true);
  v.setUint32(FOOT - 4, crc32(foot.subarray(0, FOOT - 4)), true);
  return { at: end, bytes: concat([body, new Uint8Array(padding), foot]), foot: body.length + padding };
}

/** What a killed writer left at the end of a file; undefined for any other file. */
export function findUnfinished(source: ByteSource): Unfinished | undefined {
  const found = readUndo(source);
  if (!found) return undefined;

  const { oldSize, steps } = found;
  const states = steps.map((_, i) => i + 1).filter((count) => isState(source, steps, count));
  if (steps.length === 0 || isState(source, steps, 0)) states.unshift(0);

  for (const count of states.slice(-MOST_STATES).reverse()) {
    const done = steps.slice(0, count);
    if (!wereDone(source, oldSize, done)) continue;

    const map = new FileMap(source);
    map.keep(0, oldSize);
    for (const { at, was } of [...done].reverse()) map.write(at, was);
    return { size: oldSize, pieces: map.finish(oldSize), done };
  }

  return undefined;
}

/** A step as a file tells it. */
interface Told {
  readonly at: number;
  readonly was: Uint8Array;
  readonly crc: number;
}

function readUndo(source: ByteSource): { oldSize: number; steps: Told[] } | undefined {
  const { size } = source;
  if (size < FOOT || size % FOOT !== 0) return undefined;

  const foot = source.read(size - FOOT, FOOT);
  const v = viewOf(foot);
  const number = (at: number) => Number(v.getBigUint64(at, true));
  const [oldSize, start, end] = [number(16), number(24), size - FOOT - v.getUint32(44, true)];
  const isOurs =
    equalBytes(foot.subarray(0, MAGIC.length), MAGIC) &&
    v.getUint32(FOOT - 4, true) === crc32(foot.subarray(0, FOOT - 4)) &&
    number(32) === size &&
    oldSize <= start &&
    start + END.length <= end &&
    end - start <= MOST_STEPS * (STEP + PAGE) + END.length;
  if (!isOurs) return undefined;

  const body = source.read(start, end - start);
  const last = body.subarray(body.length - END.length);
  if (last.at(-1) === 0) return { oldSize, steps: [] };
  if (!equalBytes(last, END) || v.getUint32(40, true) !== crc32(body)) return undefined;

  const steps: Told[] = [];
  const data = viewOf(body);
  for (let at = 0; at + STEP <= body.length - END.length;) {
    const to = Number(data.getBigUint64(at, true));
    const length = data.getUint32(at + 8, true);
    const was = body.subarray(at + STEP, at + STEP + length);
    const isStep = length > 0 && length <= PAGE && was.length === length && to + length <= oldSize;
    if (!isStep || steps.length === MOST_STEPS) return undefined;
    steps.push({ at: to, was, crc: data.getUint32(at + 12, true) });
    at += STEP + length;
  }
  return { oldSize, steps };
}

/** Can so many steps have been done? The last one's new bytes are there then, and the old ones of the next. */
function isState(source: ByteSource, steps: readonly Told[], count: number): boolean {
  const [last, next] = [steps[count - 1], steps[count]];
  const isDone = !last || crc32(source.read(last.at, last.was.length)) === last.crc;
  return isDone && (!next || equalBytes(source.read(next.at, next.was.length), next.was));
}

/** Taken back one by one, does each of these steps find the bytes that it wrote? */
function wereDone(source: ByteSource, oldSize: number, done: readonly Told[]): boolean {
  const draft = new Draft(source, oldSize, false);
  return [...done].reverse().every(({ at, was, crc }) => {
    const isThere = crc32(draft.read(at, was.length)) === crc;
    draft.write(at, was);
    return isThere;
  });
}

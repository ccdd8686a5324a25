import { closeSync, fsyncSync, ftruncateSync, openSync, renameSync, type Stats, writeSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import type { Plan } from "../patch.js";
import { copyBySystem, copyBySystemSync, keepDates, keepRights, NEW, refuseOther, whileWritten } from "./new-file.js";
import { newRanges } from "./runs.js";
import { type FileAtOpen, refuseChanged } from "./source.js";

/** A result that is to be written. */
export interface Writing {
  readonly plan: Plan;
  /** The input. It stays open, and no other file is read under its name. */
  readonly source: FileAtOpen;
  /** The path that is written first, beside the target, and then renamed to it. */
  readonly temp: string;
  readonly target: string;
  /** Is the input the target? Then nothing else may be. */
  readonly isSame: boolean;
  /** Wait until the bytes are on the disk. */
  readonly sync: boolean;
  /** The result gets the input's times. */
  readonly preserveDates?: boolean | undefined;
  /** Called when the new file is whole and the input is still the old one, before the new one takes its name. */
  readonly ready?: () => void;
}

/** The system copies larger files (with a reflink if it can) before the changed ranges are written. */
const COPY_FROM = 1 << 20;
/** The part of the file that must stay for that. */
const COPIED_SHARE = 7 / 8;
/** The bytes of one write at most. */
const CHUNK = 1 << 20;
/** A hole of a sparse file stays if it has at least this many bytes and begins at a multiple of it. */
const HOLE = 1 << 16;
const ZEROS = /* @__PURE__ */ new Uint8Array(HOLE);

/** A part of the result. Its bytes are valid until the next part is asked for. */
interface Part {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Linux counts blocks of 512 bytes, whatever the blocks of the file system are. Windows does not count. */
const hasHoles = (s: Stats): boolean => s.blocks !== undefined && s.blocks * 512 < s.size;

/**
 * Should the system copy the whole input, so that only the new ranges need writing? Not if bytes move, or if much would
 * be copied for nothing. Not a file with holes, which the copy would fill.
 */
function isCopied({ plan, source: { stats } }: Writing): boolean {
  if (stats.size < COPY_FROM || hasHoles(stats)) return false;

  let kept = 0;
  for (const piece of plan.pieces) {
    if (piece.kind !== "input") continue;
    if (piece.from !== piece.at) return false;
    kept += piece.size;
  }
  return kept >= stats.size * COPIED_SHARE;
}

/** The parts to write: those that the copy lacks; without a copy everything except holes. */
function* partsOf({ plan, source: { stats } }: Writing, copied: boolean): Generator<Part> {
  const buffer = new Uint8Array(Math.min(CHUNK, plan.size));
  const isSparse = hasHoles(stats);
  const ranges = copied ? newRanges(plan.pieces) : [{ start: 0, end: plan.size }];

  for (const { start, end } of ranges) {
    for (let at = start; at < end; at += CHUNK) {
      const bytes = buffer.subarray(0, Math.min(CHUNK, end - at));
      plan.readInto(at, bytes);
      if (isSparse) yield* filledParts(at, bytes);
      else yield { at, bytes };
    }
  }
}

/** The parts of these bytes that are no holes. */
function* filledParts(at: number, bytes: Uint8Array): Generator<Part> {
  const isHole = (from: number) => {
    const part = bytes.subarray(from, from + HOLE);
    return Buffer.compare(part, ZEROS.subarray(0, part.length)) === 0;
  };

  let from = 0;
  while (from < bytes.length) {
    const startsHole = isHole(from);
    let to = from + HOLE;
    while (to < bytes.length && isHole(to) === startsHole) to += HOLE;
    if (!startsHole) yield { at: at + from, bytes: bytes.subarray(from, to) };
    from = to;
  }
}

/** Gives the new file the input's owner, mode and times, once it is whole. `IO` if there is another input by now. */
function finish({ source, temp, target, isSame, preserveDates, ready }: Writing, fd: number): void {
  keepRights(fd, source.stats);
  if (preserveDates) keepDates(fd, source.stats);

  refuseChanged(source, isSame ? [source.path, target] : [source.path]);
  ready?.();
  refuseOther(temp, fd);
}

/** Writes the result beside its target and gives it the target's name. The caller removes what a failure leaves. */
export async function writeFileAtomically(writing: Writing): Promise<void> {
  const { plan, source, temp, target, sync } = writing;
  whileWritten.begun?.(temp);
  const file = await open(temp, ...NEW);
  try {
    const copied = isCopied(writing) && (await copyBySystem(source.fd, file.fd, source.stats));
    for (const { at, bytes } of partsOf(writing, copied)) {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
    }

    await file.truncate(plan.size);
    if (sync) await file.sync();
    finish(writing, file.fd);
  } finally {
    await file.close();
  }

  await rename(temp, target);
}

/** {@link writeFileAtomically}, synchronous. */
export function writeFileAtomicallySync(writing: Writing): void {
  const { plan, source, temp, target, sync } = writing;
  const fd = openSync(temp, ...NEW);
  try {
    const copied = isCopied(writing) && copyBySystemSync(source.fd, fd, source.stats);
    for (const { at, bytes } of partsOf(writing, copied)) {
      let done = 0;
      while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
    }

    ftruncateSync(fd, plan.size);
    if (sync) fsyncSync(fd);
    finish(writing, fd);
  } finally {
    closeSync(fd);
  }

  renameSync(temp, target);
}

import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  type Stats,
  utimesSync,
  writeSync,
} from "node:fs";
import { copyFile, type FileHandle, open, rename } from "node:fs/promises";
import type { Plan } from "../patch.js";
import { newRanges } from "./runs.js";

/** A result that is to be written. */
export interface Writing {
  readonly plan: Plan;
  /** The path of the input, and what the system tells about it. */
  readonly input: string;
  readonly stats: Stats;
  /** The path that is written first, beside the target, and then renamed to it. */
  readonly temp: string;
  readonly target: string;
  /** Wait until the bytes are on the disk. */
  readonly sync: boolean;
  /** The result gets the input's times. */
  readonly preserveDates?: boolean | undefined;
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

/** The bits by which a program runs with the rights of its owner or group. */
export const SET_ID = 0o6000;
const COPY_FLAGS = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;

/** A part of the result. Its bytes are valid until the next part is asked for. */
interface Part {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Linux counts blocks of 512 bytes, whatever the blocks of the file system are. Windows does not count. */
const hasHoles = (s: Stats): boolean => s.blocks !== undefined && s.blocks * 512 < s.size;

/**
 * Should the system copy the whole input, so that only the new ranges need writing? Not if bytes move, or if much would
 * be copied for nothing. Not a file with holes, which the copy would fill. Not a set-user-ID program, whose copy would
 * belong to the wrong user for a moment.
 */
function isCopied({ plan, stats }: Writing): boolean {
  if (stats.size < COPY_FROM || hasHoles(stats) || (stats.mode & SET_ID) !== 0) return false;

  let kept = 0;
  for (const piece of plan.pieces) {
    if (piece.kind !== "input") continue;
    if (piece.from !== piece.at) return false;
    kept += piece.size;
  }
  return kept >= stats.size * COPIED_SHARE;
}

/** The parts to write: those that the copy lacks; without a copy everything except holes. */
function* partsOf({ plan, stats }: Writing, copied: boolean): Generator<Part> {
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

/** How the temporary file is opened: it must be new, and only its owner has rights. */
const NEW = ["wx", 0o600] as const;

/** Writes the result beside its target and gives it the target's name. The caller removes what a failure leaves. */
export async function writeFileAtomically(writing: Writing): Promise<void> {
  const { plan, input, temp, target, sync } = writing;
  const copied = isCopied(writing);
  if (copied) {
    await copyFile(input, temp, COPY_FLAGS);
    // The copy of a read-only file is read-only too.
    chmodSync(temp, 0o600);
  }

  let file: FileHandle | undefined;
  try {
    file = copied ? await open(temp, "r+") : await open(temp, ...NEW);
    for (const { at, bytes } of partsOf(writing, copied)) {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
    }

    await file.truncate(plan.size);
    if (sync) await file.sync();
  } finally {
    await file?.close();
  }

  keepOwner(writing);
  await rename(temp, target);
}

/** {@link writeFileAtomically}, synchronous. */
export function writeFileAtomicallySync(writing: Writing): void {
  const { plan, input, temp, target, sync } = writing;
  const copied = isCopied(writing);
  if (copied) {
    copyFileSync(input, temp, COPY_FLAGS);
    // The copy of a read-only file is read-only too.
    chmodSync(temp, 0o600);
  }

  const fd = copied ? openSync(temp, "r+") : openSync(temp, ...NEW);
  try {
    for (const { at, bytes } of partsOf(writing, copied)) {
      let done = 0;
      while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
    }

    ftruncateSync(fd, plan.size);
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }

  keepOwner(writing);
  renameSync(temp, target);
}

/** Gives a file the times of access and modification that the input had. Node writes microseconds. */
export const keepDates = (path: string, { atimeMs, mtimeMs }: Stats): void =>
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000);

/** Gives the temporary file the input's owner and mode, and its times if they are to stay. */
function keepOwner({ temp, stats, preserveDates }: Writing): void {
  let mode = stats.mode & 0o7777;
  try {
    chownSync(temp, stats.uid, stats.gid);
  } catch {
    // Only root may give files away. The file belongs to the user who patched it, and must not run with that user's
    // rights.
    mode &= ~SET_ID;
  }

  // chown clears the set-user-ID bit, so the mode is set after it.
  chmodSync(temp, mode);
  if (preserveDates) keepDates(temp, stats);
}

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

/** A result that is to take its place on the disk. */
export interface Writing {
  readonly plan: Plan;
  /** The input, and what is known of it. */
  readonly input: string;
  readonly stats: Stats;
  /** Written first, beside the target, then renamed to it. */
  readonly temp: string;
  readonly target: string;
  /** Wait until the bytes are on the disk. */
  readonly sync: boolean;
  /** The result gets the input's times. */
  readonly preserveDates?: boolean | undefined;
}

/** Files above this are copied by the system (a reflink where it can) before the changed ranges are written. */
const COPY_FROM = 1 << 20;
/** How much of them has to stay for that. */
const COPIED_SHARE = 7 / 8;
/** What one write holds at most. */
const CHUNK = 1 << 20;
/** Holes of a sparse file stay where they have at least this many bytes and begin at a multiple of it. */
const HOLE = 1 << 16;
const ZEROS = /* @__PURE__ */ new Uint8Array(HOLE);

/** The bits by which a program runs with its owner's or group's rights. */
export const SET_ID = 0o6000;
const COPY_FLAGS = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;

/** Linux counts blocks of 512 bytes, whatever the file system's own are; Windows does not count. */
const hasHoles = (s: Stats): boolean => s.blocks !== undefined && s.blocks * 512 < s.size;

/**
 * Shall the system copy the input whole, so that only the new ranges need writing? Not where bytes move, nor where much
 * of it would be copied for nothing; nor with holes, which the copy would fill; nor a set-user-ID program, whose copy
 * would belong to the wrong user for a moment.
 */
function isCopied({ plan, stats }: Writing): boolean {
  if (stats.size < COPY_FROM || hasHoles(stats) || (stats.mode & SET_ID) !== 0) return false;
  const kept = plan.pieces.filter((p) => p.kind === "input");
  return (
    kept.every((p) => p.kind !== "input" || p.from === p.at) &&
    kept.reduce((n, p) => n + p.size, 0) >= stats.size * COPIED_SHARE
  );
}

/**
 * What to write, as offset and bytes, which are good until the next: what the copy has not, or everything but holes.
 */
function* ranges({ plan, stats }: Writing, copied: boolean): Generator<{ at: number; bytes: Uint8Array }> {
  const buffer = new Uint8Array(Math.min(CHUNK, plan.size));
  const sparse = hasHoles(stats);
  for (const { start, end } of copied ? newRanges(plan.pieces) : [{ start: 0, end: plan.size }]) {
    for (let at = start; at < end; at += CHUNK) {
      const bytes = buffer.subarray(0, Math.min(CHUNK, end - at));
      plan.readInto(at, bytes);
      if (sparse) yield* filled(at, bytes);
      else yield { at, bytes };
    }
  }
}

/** The parts of these bytes that are no holes. */
function* filled(at: number, bytes: Uint8Array): Generator<{ at: number; bytes: Uint8Array }> {
  const isHole = (from: number) => {
    const part = bytes.subarray(from, from + HOLE);
    return Buffer.compare(part, ZEROS.subarray(0, part.length)) === 0;
  };
  for (let from = 0, to = 0; from < bytes.length; from = to) {
    const hole = isHole(from);
    for (to = from + HOLE; to < bytes.length && isHole(to) === hole;) to += HOLE;
    if (!hole) yield { at: at + from, bytes: bytes.subarray(from, to) };
  }
}

/** The temporary file, made with rights for its owner only. */
const NEW = ["wx", 0o600] as const;

/** Writes the result beside its target and gives it the target's name. The caller removes what a failure leaves. */
export async function writeFileAtomically(w: Writing): Promise<void> {
  const copied = isCopied(w);
  if (copied) {
    await copyFile(w.input, w.temp, COPY_FLAGS);
    // The copy of a file that is read-only is so, too.
    chmodSync(w.temp, 0o600);
  }

  let file: FileHandle | undefined;
  try {
    file = copied ? await open(w.temp, "r+") : await open(w.temp, ...NEW);
    for (const { at, bytes } of ranges(w, copied)) {
      for (let done = 0; done < bytes.length;) {
        done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
    }

    await file.truncate(w.plan.size);
    if (w.sync) await file.sync();
  } finally {
    await file?.close();
  }

  keepOwner(w);
  await rename(w.temp, w.target);
}

/** {@link writeFileAtomically}, synchronous. */
export function writeNow(w: Writing): void {
  const copied = isCopied(w);
  if (copied) {
    copyFileSync(w.input, w.temp, COPY_FLAGS);
    chmodSync(w.temp, 0o600);
  }

  const fd = copied ? openSync(w.temp, "r+") : openSync(w.temp, ...NEW);
  try {
    for (const { at, bytes } of ranges(w, copied)) {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
    }
    ftruncateSync(fd, w.plan.size);
    if (w.sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }

  keepOwner(w);
  renameSync(w.temp, w.target);
}

/** The times of access and modification that the input had; Node writes microseconds. */
export const keepDates = (path: string, { atimeMs, mtimeMs }: Stats): void =>
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000);

function keepOwner({ temp, stats, preserveDates }: Writing): void {
  let mode = stats.mode & 0o7777;
  try {
    chownSync(temp, stats.uid, stats.gid);
  } catch {
    // Only root may give files away. The file now belongs to who patched it, and must not run with that user's rights.
    mode &= ~SET_ID;
  }

  // After chown, which clears the set-user-ID bit.
  chmodSync(temp, mode);
  if (preserveDates) keepDates(temp, stats);
}

import { chmodSync, chownSync, closeSync, constants, copyFileSync, fsyncSync, ftruncateSync, openSync, renameSync, type Stats, utimesSync, writeSync } from "node:fs";
import { copyFile, type FileHandle, open, rename } from "node:fs/promises";
import type { Plan } from "../patch.js";

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
/** What one write holds at most. */
const CHUNK = 1 << 20;
const ZEROS = new Uint8Array(CHUNK);

/** The bits by which a program runs with its owner's or group's rights. */
export const SET_ID = 0o6000;
const COPY_FLAGS = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;

/** Linux counts blocks of 512 bytes, whatever the file system's own are; Windows does not count. */
const hasHoles = (s: Stats): boolean => s.blocks !== undefined && s.blocks * 512 < s.size;

/**
 * Can the system copy the input whole, so that only the new ranges need writing? Not where bytes move; nor with holes, which
 * the copy would fill; nor a set-user-ID program, whose copy would belong to the wrong user for a moment.
 */
const canCopy = ({ plan, stats }: Writing): boolean =>
  stats.size >= COPY_FROM && !hasHoles(stats) && (stats.mode & SET_ID) === 0 && plan.pieces.every((p) => p.kind !== "input" || p.from === p.at);

/** What to write, as offset and bytes: what the copy has not, or everything but holes. */
function* ranges({ plan, stats }: Writing, copied: boolean): Generator<{ at: number; bytes: Uint8Array }> {
  const sparse = hasHoles(stats);
  for (const p of plan.pieces) {
    if (copied && p.kind === "input") continue;
    for (let done = 0; done < p.size; done += CHUNK) {
      const at = p.at + done, bytes = plan.read(at, Math.min(CHUNK, p.size - done));
      if (!sparse || Buffer.compare(bytes, ZEROS.subarray(0, bytes.length)) !== 0) yield { at, bytes };
    }
  }
}

/** The temporary file, made with rights for its owner only. */
const NEW = ["wx", 0o600] as const;

/** Writes the result beside its target and gives it the target's name. The caller removes what a failure leaves. */
export async function write(w: Writing): Promise<void> {
  const copied = canCopy(w);
  if (copied) {
    await copyFile(w.input, w.temp, COPY_FLAGS);
    // The copy of a file that is read-only is so, too.
    chmodSync(w.temp, 0o600);
  }
  let file: FileHandle | undefined;
  try {
    file = copied ? await open(w.temp, "r+") : await open(w.temp, ...NEW);
    for (const { at, bytes } of ranges(w, copied)) for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    await file.truncate(w.plan.size);
    if (w.sync) await file.sync();
  } finally {
    await file?.close();
  }
  keepOwner(w);
  await rename(w.temp, w.target);
}

/** {@link write}, synchronous. */
export function writeNow(w: Writing): void {
  const copied = canCopy(w);
  if (copied) {
    copyFileSync(w.input, w.temp, COPY_FLAGS);
    chmodSync(w.temp, 0o600);
  }
  const fd = copied ? openSync(w.temp, "r+") : openSync(w.temp, ...NEW);
  try {
    for (const { at, bytes } of ranges(w, copied)) for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
    ftruncateSync(fd, w.plan.size);
    if (w.sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  keepOwner(w);
  renameSync(w.temp, w.target);
}

/** The times of access and modification that the input had; Node writes microseconds. */
export const keepDates = (path: string, { atimeMs, mtimeMs }: Stats): void => utimesSync(path, atimeMs / 1000, mtimeMs / 1000);

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

import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  type Stats,
  writeSync,
} from "node:fs";
import { fail } from "../error.js";
import type { Plan } from "../patch.js";
import { keepDates } from "./new-file.js";
import { newRanges } from "./runs.js";
import { isError } from "./source.js";

/** A range of a file that changes. Its old bytes are held in memory, to be put back if writing fails. */
interface Range {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly was: Uint8Array;
}

/** The bytes of one comparison. Only what differs is written. */
const CHUNK = 1 << 16;
/** The bytes of one write behind the old end, where nothing is compared. */
const LARGE = 1 << 20;
/** Between two differences, so many equal bytes are written along: one write is cheaper than two. */
const LITTLE = 256;

/** The `cause` of an `IO` error after which the file is neither the old nor the new one. */
export const DAMAGED = "damaged";

/**
 * Writes a result into the file that it was made of. The bytes behind the old end are written first, so that a full
 * disk is known before a byte of the old file has changed. Then the changed ranges are written, from the end to the
 * headers that lead to them. A shorter file is cut last. After a failure the old bytes are put back; after a crash of
 * the system they are not.
 *
 * @throws what the system calls throw, if the file is as it was; `IO` if the file changed meanwhile or is damaged
 */
export function writeInPlace(path: string, plan: Plan, stats: Stats, sync: boolean, preserveDates = false): void {
  const fd = openSync(path, "r+");
  try {
    const now = fstatSync(fd);
    if (now.ino !== stats.ino || now.size !== stats.size || now.mtimeMs !== stats.mtimeMs) {
      fail("IO", `${path}: the file changed while it was read`, { path });
    }

    const ranges = changedRanges(fd, plan, stats.size);
    const begun: Range[] = [];
    try {
      for (const { at, bytes } of appended(plan, stats.size)) put(fd, at, bytes);
      for (const range of ranges) {
        begun.push(range);
        put(fd, range.at, range.bytes);
      }
      if (plan.size < stats.size) ftruncateSync(fd, plan.size);
      if (sync) fsyncSync(fd);
    } catch (e) {
      restore(fd, path, begun, stats.size, e);
      throw e;
    }

    // Writing clears the set-user-ID bit, except for root.
    const mode = stats.mode & 0o7777;
    if ((fstatSync(fd).mode & 0o7777) !== mode) fchmodSync(fd, mode);
    if (preserveDates) keepDates(fd, stats);
  } finally {
    closeSync(fd);
  }
}

/** The bytes behind the old end. They are valid until the next ones. */
function* appended(plan: Plan, from: number): Generator<{ at: number; bytes: Uint8Array }> {
  const buffer = new Uint8Array(Math.max(0, Math.min(LARGE, plan.size - from)));
  for (let at = from; at < plan.size; at += LARGE) {
    const bytes = buffer.subarray(0, Math.min(LARGE, plan.size - at));
    plan.readInto(at, bytes);
    yield { at, bytes };
  }
}

/**
 * The ranges that change within the old file, the last one first. All are read before any is written, since the plan
 * reads from the file itself what stays.
 */
function changedRanges(fd: number, plan: Plan, size: number): Range[] {
  const ranges: Range[] = [];
  const buffer = new Uint8Array(CHUNK);

  for (const { start, end } of newRanges(plan.pieces)) {
    for (let at = start; at < Math.min(end, size); at += CHUNK) {
      const bytes = buffer.subarray(0, Math.min(CHUNK, end - at, size - at));
      const was = get(fd, at, bytes.length);
      plan.readInto(at, bytes);
      for (const { from, to } of differences(bytes, was)) {
        ranges.push({ at: at + from, bytes: bytes.slice(from, to), was: was.slice(from, to) });
      }
    }
  }

  return ranges.reverse();
}

/** The ranges in which bytes differ. Ranges with little between them are one. */
function* differences(a: Uint8Array, b: Uint8Array): Generator<{ from: number; to: number }> {
  if (Buffer.compare(a, b) === 0) return;

  let from = -1;
  let to = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    if (from >= 0 && i - to > LITTLE) {
      yield { from, to };
      from = i;
    }
    if (from < 0) from = i;
    to = i + 1;
  }

  yield { from, to };
}

/** Reads bytes. Those behind the end of the file are 0. */
function get(fd: number, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, at + done);
    if (count === 0) break;
    done += count;
  }
  return bytes;
}

function put(fd: number, at: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}

function restore(fd: number, path: string, begun: readonly Range[], size: number, cause: unknown): void {
  try {
    for (const { at, was } of begun) put(fd, at, was);
    ftruncateSync(fd, size);
  } catch (e) {
    const reason = (error: unknown) => (isError(error) ? error.message : String(error));
    const parts = begun.map(({ at, was }) => `${at} to ${at + was.length}`).join(", ");
    fail(
      "IO",
      `${path}: writing failed (${reason(cause)}), and giving the old bytes back failed too (${reason(e)}): ` +
        `the file is damaged at bytes ${parts || `from ${size} on`}`,
      { path, cause: DAMAGED },
    );
  }
}

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
import { newRanges } from "./runs.js";

/** What changes in a file, held in memory: the bytes that were there are given back where writing fails. */
interface Range {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly was: Uint8Array;
}

/** What one comparison looks at: larger ranges are written only where they differ. */
const CHUNK = 1 << 16;
/** What one write holds at most behind the old end, where nothing is compared. */
const LARGE = 1 << 20;
/** Bytes that stay and are written all the same, rather than by two writes. */
const LITTLE = 256;

/** The `cause` of an `IO` error after which the file is neither the old nor the new one. */
export const DAMAGED = "damaged";

/**
 * Writes a result into the file that it was made of. What lies behind the old end goes first, so that a full disk is
 * known before a byte of the old file has changed; then the changed ranges, from the end to the headers that lead to
 * them; a shorter file is cut last. A failure gives the file its old bytes back. A crash of the system in between does
 * not.
 *
 * @throws what the system calls throw, the file being as it was; `IO` where it is not
 */
export function writeInPlace(path: string, plan: Plan, stats: Stats, sync: boolean): void {
  const fd = openSync(path, "r+");
  try {
    const now = fstatSync(fd);
    if (now.ino !== stats.ino || now.size !== stats.size || now.mtimeMs !== stats.mtimeMs) {
      fail("IO", `${path}: the file changed while it was read`, { path });
    }

    const ranges = changedRanges(fd, plan, stats.size);
    const begun: Range[] = [];
    try {
      for (const { at, bytes } of behind(plan, stats.size)) put(fd, at, bytes);
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

    // Writing takes the set-user-ID bit from a file that is not root's to write.
    if ((fstatSync(fd).mode & 0o7777) !== (stats.mode & 0o7777)) fchmodSync(fd, stats.mode & 0o7777);
  } finally {
    closeSync(fd);
  }
}

/** What comes behind the old end, through one buffer. */
function* behind(plan: Plan, from: number): Generator<{ at: number; bytes: Uint8Array }> {
  const buffer = new Uint8Array(Math.max(0, Math.min(LARGE, plan.size - from)));
  for (let at = from; at < plan.size; at += LARGE) {
    const bytes = buffer.subarray(0, Math.min(LARGE, plan.size - at));
    plan.readInto(at, bytes);
    yield { at, bytes };
  }
}

/**
 * All of them are read before any is written, since a plan reads what stays from the file itself; the last comes first.
 */
function changedRanges(fd: number, plan: Plan, size: number): Range[] {
  const out: Range[] = [];
  const buffer = new Uint8Array(CHUNK);
  for (const { start, end } of newRanges(plan.pieces)) {
    for (let at = start; at < Math.min(end, size); at += CHUNK) {
      const bytes = buffer.subarray(0, Math.min(CHUNK, end - at, size - at));
      const was = get(fd, at, bytes.length);
      plan.readInto(at, bytes);
      for (const { from, to } of differences(bytes, was)) {
        out.push({ at: at + from, bytes: bytes.slice(from, to), was: was.slice(from, to) });
      }
    }
  }

  return out.reverse();
}

/** Where bytes differ; differences with little between them are one. */
function* differences(a: Uint8Array, b: Uint8Array): Generator<{ from: number; to: number }> {
  let from = -1;
  let to = 0;
  if (Buffer.compare(a, b) === 0) return;

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

function get(fd: number, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0, n = 1; done < length && n > 0; done += n) n = readSync(fd, bytes, done, length - done, at + done);
  return bytes;
}

function put(fd: number, at: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}

function restore(fd: number, path: string, begun: readonly Range[], size: number, cause: unknown): void {
  try {
    for (const { at, was } of begun) put(fd, at, was);
    ftruncateSync(fd, size);
  } catch (e) {
    const why = (x: unknown) => (x instanceof Error ? x.message : String(x));
    const parts = begun.map(({ at, was }) => `${at} to ${at + was.length}`).join(", ");
    fail(
      "IO",
      `${path}: writing failed (${why(cause)}), and giving the old bytes back failed too (${why(e)}): the file is damaged at bytes ${parts || `from ${size} on`}`,
      { path, cause: DAMAGED },
    );
  }
}

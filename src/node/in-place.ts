import { closeSync, fchmodSync, fstatSync, fsyncSync, ftruncateSync, openSync, type Stats, writeSync } from "node:fs";
import { fillFrom } from "../codec/source.js";
import { fail, isElfError } from "../error.js";
import type { Plan } from "../patch.js";
import type { Range } from "../pieces/ranges.js";
import { dropStaleLock, lockFile } from "./lock.js";
import { realTarget } from "./links.js";
import { keepDates } from "./new-file.js";
import { newRanges } from "./runs.js";
import { type FileAtOpen, isError, openAsIs, stateOf } from "./source.js";
import { type Order, orderWrites } from "./order/order.js";
import type { Step } from "./order/draft.js";
import { findUnfinished, MOST_STEPS, undoBytes, type Unfinished } from "./unfinished.js";
import type { Writing } from "./write.js";

/** The bytes of one comparison. Only what differs is written. */
const CHUNK = 1 << 18;
/** The bytes of one write at most. */
const LARGE = 1 << 20;
/** Between two differences, so many equal bytes are written along: one write is cheaper than two. */
const LITTLE = 256;

/** The `cause` of an `IO` error after which the file is neither the old nor the new one, mode and times included. */
export const DAMAGED = "damaged";

/** A step that can be taken back. */
type Done = Pick<Step, "at" | "was">;

/**
 * Writes a result into the file that it was made of. The bytes behind the old end are written first, so that a full
 * disk is known before a byte of the old file has changed: the last of them tell how to undo the rest. Then the steps
 * of {@link orderWrites} follow. What lies behind the new end is cut off last. After a failure the old bytes are put
 * back. If the process is killed, the file loads as before or as after, and {@link undoUnfinished} finds it; a crash of
 * the system may leave any mixture.
 *
 * @throws what the system calls throw, if the file is as it was; `IO` if the file changed meanwhile, is damaged, or
 *   another process writes into it; `UNSUPPORTED` as `orderWrites`
 */
export function writeInPlace({ target, plan, source, sync, preserveDates }: Writing): void {
  const file = new OpenFile(target, source.state);
  try {
    const order = orderWrites(source, plan, changedRanges(source, plan));
    const done: Done[] = [];
    try {
      writeAll(file, plan, source.size, order, done);
      if (sync) fsyncSync(file.fd);
    } catch (e) {
      if (!isElfError(e)) takeBack(file, done, source.size, e);
      throw e;
    }

    keepMode(file, source.stats, preserveDates === true);
  } finally {
    file.close();
  }
}

/** Gives the file its mode again, since writing clears the set-user-ID bit, except for root; and its times. */
function keepMode({ fd, path }: OpenFile, stats: Stats, preserveDates: boolean): void {
  try {
    const mode = stats.mode & 0o7777;
    if ((fstatSync(fd).mode & 0o7777) !== mode) fchmodSync(fd, mode);
    if (preserveDates) keepDates(fd, stats);
  } catch (e) {
    const reason = isError(e) ? e.message : String(e);
    fail("IO", `${path}: the file is written, but its mode or its times could not be set again: ${reason}`, {
      path,
      cause: DAMAGED,
    });
  }
}

function writeAll(file: OpenFile, plan: Plan, oldSize: number, { behind, steps, end }: Order, done: Done[]): void {
  if (steps.length > MOST_STEPS) {
    fail("UNSUPPORTED", "in place, too much would change: let a new file take its name (without --in-place)", {
      what: `${steps.length} writes in place`,
    });
  }

  const isShorter = plan.size < oldSize;
  // What one write does is done or not done.
  if (behind.length + steps.length + Number(isShorter) > 1) {
    const { at, bytes, foot } = undoBytes(steps, oldSize, end);
    file.put(at + foot, bytes.subarray(foot));
    file.put(at, bytes.subarray(0, foot));
  }

  for (const { at, size, source, from } of behind) {
    const buffer = new Uint8Array(Math.min(LARGE, size));
    for (let i = 0; i < size; i += LARGE) {
      const part = buffer.subarray(0, Math.min(LARGE, size - i));
      fillFrom(source, from + i, part, "the new file");
      file.put(at + i, part);
    }
  }

  for (const step of joined(steps)) {
    done.push(step);
    file.put(step.at, step.bytes);
  }
  if (file.size() > plan.size) file.cut(plan.size);
}

/** Steps that continue each other, as one write: the system does it page by page. */
function* joined(steps: readonly Step[]): Generator<Step> {
  for (let i = 0; i < steps.length;) {
    const first = i;
    let size = 0;
    do {
      size += steps[i]!.bytes.length;
      i++;
    } while (i < steps.length && size < LARGE && steps[i]!.at === steps[first]!.at + size);

    const run = steps.slice(first, i);
    const [at, was, bytes] = [run[0]!.at, run.map((s) => s.was), run.map((s) => s.bytes)];
    yield run.length === 1 ? run[0]! : { at, was: Buffer.concat(was), bytes: Buffer.concat(bytes) };
  }
}

/**
 * Makes the old file again of one whose writer was killed while it wrote in place, if it is such a file, and removes
 * the lock that such a writer left.
 *
 * @throws what the system calls throw; `IO` while that process still writes
 */
export function undoUnfinished(path: string): void {
  const source = openAsIs(path);
  try {
    if (!findUnfinished(source)) {
      dropStaleLock(realTarget(path), source.stats.ino);
      return;
    }

    const file = new OpenFile(realTarget(path), source.state);
    try {
      const { done, size } = findUnfinished(source) as Unfinished;
      for (const { at, was } of [...done].reverse()) file.put(at, was);
      file.cut(size);
    } finally {
      file.close();
    }
  } finally {
    source.close();
  }
}

/** A file that is open for writing in place, and locked. Whatever anybody else writes to it stops its writer. */
class OpenFile {
  readonly fd: number;
  readonly path: string;
  readonly #unlock: () => void;
  #state: string;

  /**
   * @param state what {@link stateOf} said of the file when it was read
   */
  constructor(path: string, state: string) {
    this.fd = openSync(path, "r+");
    this.path = path;
    this.#state = state;
    try {
      this.#unlock = lockFile(path, fstatSync(this.fd).ino);
    } catch (e) {
      closeSync(this.fd);
      throw e;
    }

    try {
      this.#refuseOther("while it was read, so nothing was written");
    } catch (e) {
      this.close();
      throw e;
    }
  }

  close(): void {
    closeSync(this.fd);
    this.#unlock();
  }

  size(): number {
    return fstatSync(this.fd).size;
  }

  put(at: number, bytes: Uint8Array): void {
    this.#change(() => {
      let done = 0;
      while (done < bytes.length) done += writeSync(this.fd, bytes, done, bytes.length - done, at + done);
    });
  }

  cut(size: number): void {
    this.#change(() => ftruncateSync(this.fd, size));
  }

  #change(work: () => void): void {
    this.#refuseOther("while it was written, so writing stopped", DAMAGED);
    try {
      work();
    } finally {
      this.#state = stateOf(this.fd);
    }
  }

  #refuseOther(when: string, cause?: string): void {
    if (stateOf(this.fd) === this.#state) return;
    fail("IO", `${this.path}: the file changed ${when}`, { path: this.path, ...(cause && { cause }) });
  }
}

/** The ranges that change within the old file, in order. */
function changedRanges(source: FileAtOpen, plan: Plan): Range[] {
  const { size } = source;
  const ranges: Range[] = [];
  const buffer = new Uint8Array(CHUNK);

  for (const { start, end } of newRanges(plan.pieces)) {
    for (let at = start; at < Math.min(end, size); at += CHUNK) {
      const bytes = buffer.subarray(0, Math.min(CHUNK, end - at, size - at));
      const was = source.read(at, bytes.length);
      plan.readInto(at, bytes);
      for (const { from, to } of differences(bytes, was)) {
        ranges.push({ start: at + from, end: at + to });
      }
    }
  }

  return ranges;
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

function takeBack(file: OpenFile, done: readonly Done[], size: number, cause: unknown): void {
  try {
    for (const { at, was } of [...done].reverse()) file.put(at, was);
    file.cut(size);
  } catch (e) {
    const reason = (error: unknown) => (isError(error) ? error.message : String(error));
    const parts = done.map(({ at, was }) => `${at} to ${at + was.length}`).join(", ");
    fail(
      "IO",
      `${file.path}: writing failed (${reason(cause)}), and giving the old bytes back failed too (${reason(e)}): ` +
        `the file is damaged at bytes ${parts || `from ${size} on`}; the same call once more gives them back`,
      { path: file.path, cause: DAMAGED },
    );
  }
}

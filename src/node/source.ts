import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import type { ByteSource } from "../codec/source.js";
import { fail } from "../error.js";
import { refuseArgument } from "../input.js";

/** Small reads come from blocks of this many bytes, so that headers and strings cost few system calls. */
const BLOCK = 4096;
/** The number of blocks that are kept: headers, .dynamic, .dynstr and section names stay in memory together. */
const KEPT = 32;
/** One read(2) takes less than 2 GiB. */
const LARGEST_READ = 1 << 30;

/** A file as a {@link ByteSource}: only what is asked for is read. Close it when done. */
export interface FileSource extends ByteSource {
  readonly path: string;
  /** Closes the file. Afterwards, reading what was not read before throws `IO`. A second call does nothing. */
  close(): void;
}

/** A source that knows which file it has opened, and what the system told of it then. */
export interface FileAtOpen extends FileSource {
  readonly fd: number;
  readonly stats: Stats;
  /** See {@link stateOf}. */
  readonly state: string;
}

/** Is it an error of any realm? Test runners run code in one of its own, where those of `fs` are no instances. */
export const isError = (e: unknown): e is Error => typeof e === "object" && e !== null && "message" in e;

/** Throws an `IO` error for a failed system call. Any other error is thrown as it is. */
export function ioError(path: string, e: unknown): never {
  const isOfSystem = isError(e) && "syscall" in e && "code" in e;
  if (!isOfSystem) throw e;

  const call = String(e.syscall);
  const cause = String(e.code);
  // Node's message ends in the call and its paths, one of which may be a temporary name that helps nobody.
  const [reason] = e.message.split(`, ${call}`);
  return fail("IO", `${path}: ${reason!} (${call})`, { path, cause });
}

/** Runs system calls that concern `path`. Throws `IO` if one fails. */
export function onFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (e) {
    return ioError(path, e);
  }
}

const EXACT = { bigint: true, throwIfNoEntry: false } as const;

/** Which file it is and when it changed last, to the nanosecond: a write by anybody changes this text. */
export function stateOf(file: string | number): string {
  const now: BigIntStats | undefined = typeof file === "number" ? fstatSync(file, EXACT) : statSync(file, EXACT);
  return now ? [now.dev, now.ino, now.size, now.mtimeNs, now.ctimeNs].join() : "";
}

/**
 * `IO` if the file was written to since it was opened, or if one of its names leads to another one by now.
 *
 * @param names its path, and the path whose name a new file takes: by links, others decide where they lead
 */
export function refuseChanged({ path, fd, state }: FileAtOpen, names: readonly string[]): void {
  const files = [fd, ...names];
  if (onFile(path, () => files.every((file) => stateOf(file) === state))) return;
  fail("IO", `${path}: the file changed while it was read, so nothing was written`, { path });
}

function openFile(path: string): { fd: number; stats: Stats; state: string } {
  // Opening a FIFO would wait for its writer. The flag changes nothing for regular files, and Windows has none.
  const fd = onFile(path, () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    // In this order: what changes in between has another state later.
    const state = stateOf(fd);
    const stats = fstatSync(fd);
    if (!stats.isFile()) fail("IO", `${path}: this is not a regular file`, { path });
    return { fd, stats, state };
  } catch (e) {
    closeSync(fd);
    return ioError(path, e);
  }
}

/** Node would take bytes for a path, and say that it has no file of that name. */
function refuseNoPath(path: unknown): void {
  if (typeof path === "string") return;

  const hint = path instanceof URL ? "fileURLToPath() makes one of a URL" : "readElf and patch take bytes";
  refuseArgument("a function of elfwright/node", "the path of a file as text", path, hint);
}

/**
 * Opens a file for reading.
 *
 * @throws ElfError `IO` if that fails, also for a directory; `BAD_INPUT` for what is no path
 * @example
 * const source = openSource("server");
 * try { console.log(readElf(source).needed); } finally { source.close(); }
 */
export function openSource(path: string): FileSource {
  return openAsIs(path);
}

/** {@link openSource}, with what is known of the open file. */
export function openAsIs(path: string): FileAtOpen {
  refuseNoPath(path);
  const { fd, stats, state } = openFile(path);
  const { size } = stats;
  let isOpen = true;

  const readInto = (offset: number, target: Uint8Array): void => {
    // The descriptor may be that of another file by now.
    if (!isOpen) fail("IO", `${path}: the file was closed before this part of it was read`, { path });

    for (let done = 0; done < target.length;) {
      const length = Math.min(target.length - done, LARGEST_READ);
      const count = onFile(path, () => readSync(fd, target, done, length, offset + done));
      if (count === 0) fail("IO", `${path}: the file became shorter while it was read`, { path });
      done += count;
    }
  };

  const readAt = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    readInto(offset, bytes);
    return bytes;
  };

  // In the order of their last use.
  const blocks = new Map<number, Uint8Array>();
  const blockAt = (at: number): Uint8Array => {
    const block = blocks.get(at) ?? readAt(at, Math.min(BLOCK, size - at));
    blocks.delete(at);
    blocks.set(at, block);
    if (blocks.size > KEPT) blocks.delete(blocks.keys().next().value!);
    return block;
  };

  return {
    path,
    size,
    fd,
    stats,
    state,
    readInto,
    read(offset, length) {
      const start = offset - (offset % BLOCK);
      if (offset + length > start + BLOCK) return readAt(offset, length);
      return blockAt(start).subarray(offset - start, offset - start + length);
    },
    close() {
      if (isOpen) closeSync(fd);
      isOpen = false;
    },
  };
}

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "../codec/source.js";
import { fail } from "../error.js";

/** Small reads come from blocks of this many bytes, so that headers and strings cost few system calls. */
const BLOCK = 4096;
/** Blocks kept: headers, .dynamic, .dynstr and section names stay in memory together. */
const KEPT = 32;
/** One read(2) takes less than 2 GiB. */
const LARGEST_READ = 1 << 30;

/** A file as a {@link ByteSource}: only what is asked for is read. Close it when done. */
export interface FileSource extends ByteSource {
  readonly path: string;
  /** Closes the file; reading what was not read before throws `IO` afterwards. A second call does nothing. */
  close(): void;
}

/** Throws an `IO` error for a failed system call; any other error goes on as it is. */
export function ioError(path: string, e: unknown): never {
  if (!(e instanceof Error && "syscall" in e && "code" in e)) throw e;
  const call = String(e.syscall);
  const cause = String(e.code);
  // Node's text ends in the call and its paths, of which one is a temporary name that tells nobody anything.
  return fail("IO", `${path}: ${e.message.split(`, ${call}`)[0]!} (${call})`, { path, cause });
}

/** Runs system calls that concern `path`. */
export function onFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (e) {
    return ioError(path, e);
  }
}

function openFile(path: string): { fd: number; size: number } {
  // A FIFO would wait for its writer; regular files do not know the flag, and Windows has none.
  const fd = onFile(path, () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const s = fstatSync(fd);
    if (!s.isFile()) fail("IO", `${path}: this is not a regular file`, { path });
    return { fd, size: s.size };
  } catch (e) {
    closeSync(fd);
    return ioError(path, e);
  }
}

/**
 * Opens a file for reading. `IO` where that fails, also for a directory.
 *
 * @example
 * const source = openSource("server");
 * try { console.log(readElf(source).needed); } finally { source.close(); }
 */
export function openSource(path: string): FileSource {
  const { fd, size } = openFile(path);
  let open = true;
  const blocks = new Map<number, Uint8Array>();
  const readInto = (offset: number, target: Uint8Array): Uint8Array => {
    // The number may belong to another file by now.
    if (!open) fail("IO", `${path}: the file was closed before this part of it was read`, { path });

    for (let done = 0; done < target.length;) {
      const n = onFile(path, () =>
        readSync(fd, target, done, Math.min(target.length - done, LARGEST_READ), offset + done),
      );
      if (n === 0) fail("IO", `${path}: the file became shorter while it was read`, { path });
      done += n;
    }

    return target;
  };
  const readAt = (offset: number, length: number) => readInto(offset, new Uint8Array(length));
  const block = (at: number): Uint8Array => {
    let b = blocks.get(at);
    if (b) blocks.delete(at);
    else b = readAt(at, Math.min(BLOCK, size - at));
    blocks.set(at, b);
    if (blocks.size > KEPT) blocks.delete(blocks.keys().next().value!);
    return b;
  };

  return {
    path,
    size,
    readInto: (offset, target) => void readInto(offset, target),
    read(offset, length) {
      const start = offset - (offset % BLOCK);
      return offset + length <= start + BLOCK
        ? block(start).subarray(offset - start, offset - start + length)
        : readAt(offset, length);
    },
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
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
  close(): void;
}

/** Throws an `IO` error for a failed system call. */
export function ioError(path: string, e: unknown): never {
  const cause = e instanceof Error && "code" in e ? String(e.code) : String(e);
  return fail("IO", `${path}: ${e instanceof Error ? e.message : cause}`, { path, cause });
}

/**
 * Opens a file for reading. `IO` where that fails, also for a directory.
 *
 * @example
 * const source = openSource("server");
 * try { console.log(readElf(source).needed); } finally { source.close(); }
 */
export function openSource(path: string): FileSource {
  let fd: number;
  let size: number;
  try {
    fd = openSync(path, "r");
  } catch (e) {
    ioError(path, e);
  }
  try {
    const s = fstatSync(fd);
    if (!s.isFile()) fail("IO", `${path} is not a regular file`, { path });
    size = s.size;
  } catch (e) {
    closeSync(fd);
    throw e;
  }
  const blocks = new Map<number, Uint8Array>();
  const readAt = (offset: number, length: number): Uint8Array => {
    const b = new Uint8Array(length);
    try {
      for (let done = 0; done < length; ) {
        const n = readSync(fd, b, done, Math.min(length - done, LARGEST_READ), offset + done);
        if (n === 0) fail("IO", `${path} became shorter while it was read`, { path });
        done += n;
      }
    } catch (e) {
      if (e instanceof Error && "syscall" in e) ioError(path, e);
      throw e;
    }
    return b;
  };
  const block = (at: number): Uint8Array => {
    let b = blocks.get(at);
    if (b) blocks.delete(at);
    else b = readAt(at, Math.min(BLOCK, size - at));
    blocks.set(at, b);
    if (blocks.size > KEPT) blocks.delete(blocks.keys().next().value!);
    return b;
  };
  return {
    path, size,
    read(offset, length) {
      const start = offset - (offset % BLOCK);
      return offset + length <= start + BLOCK ? block(start).subarray(offset - start, offset - start + length) : readAt(offset, length);
    },
    close: () => closeSync(fd),
  };
}

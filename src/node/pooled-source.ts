import { type Stats, statSync } from "node:fs";
import type { ByteSource } from "../codec/source.js";
import { fail } from "../error.js";
import { type FileAtOpen, openAsIs } from "./source.js";

/** The files that are open at once. Programs have hundreds of libraries, and some systems allow a process 256 files. */
const MOST_OPEN = 32;

/** Many files as sources, of which few are open at a time. */
export class SourcePool {
  readonly #open = new Map<string, FileAtOpen>();
  #closed = false;

  /**
   * A source that opens its file again when it must. Undefined for a file that cannot be opened now. A path that is no
   * regular file has no bytes.
   */
  source(path: string): ByteSource | undefined {
    const stats = statOf(path);
    if (!stats) return undefined;
    if (!stats.isFile()) return { size: 0, read: () => new Uint8Array(0) };

    let first: FileAtOpen;
    try {
      first = this.#opened(path);
    } catch {
      return undefined;
    }

    const { size, state } = first;
    return {
      size,
      read: (offset, length) => this.#opened(path, state).read(offset, length),
      readInto: (offset, target) => this.#opened(path, state).readInto!(offset, target),
    };
  }

  close(): void {
    for (const source of this.#open.values()) source.close();
    this.#open.clear();
    this.#closed = true;
  }

  /** The open file; `IO` if it is no longer in the state that it had when it was opened first. */
  #opened(path: string, state?: string): FileAtOpen {
    if (this.#closed) fail("IO", `${path}: the file was closed before this part of it was read`, { path });

    const known = this.#open.get(path);
    if (known) {
      // A map keeps the order in which entries are set: the file that was used last is closed last.
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }

    const source = openAsIs(path);
    if (state !== undefined && source.state !== state) {
      source.close();
      fail("IO", `${path}: the file changed while it was read`, { path });
    }

    this.#open.set(path, source);
    if (this.#open.size > MOST_OPEN) {
      const [oldestPath, oldest] = this.#open.entries().next().value!;
      oldest.close();
      this.#open.delete(oldestPath);
    }

    return source;
  }
}

/** What stat(2) tells, with links followed; undefined where it fails. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

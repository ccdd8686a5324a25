import { type Stats, statSync } from "node:fs";
import type { ByteSource } from "../codec/source.js";
import { fail } from "../error.js";
import { type FileSource, onFile, openSource } from "./source.js";

/** Files open at once: programs have hundreds of libraries, and a process may have but 256 files. */
const MOST_OPEN = 32;

/** Many files as sources, of which few are open at a time. */
export class SourcePool {
  readonly #open = new Map<string, FileSource>();
  #closed = false;

  /**
   * A source that opens its file again when it has to; undefined where it cannot be opened now. No bytes for what is no
   * regular file.
   */
  source(path: string): ByteSource | undefined {
    const stat = statOf(path);
    if (!stat) return undefined;
    if (!stat.isFile()) return { size: 0, read: () => new Uint8Array(0) };

    try {
      this.#opened(path, stat);
    } catch {
      return undefined;
    }

    return {
      size: stat.size,
      read: (offset, length) => this.#opened(path, stat).read(offset, length),
      readInto: (offset, target) => this.#opened(path, stat).readInto!(offset, target),
    };
  }

  close(): void {
    for (const s of this.#open.values()) s.close();
    this.#open.clear();
    this.#closed = true;
  }

  #opened(path: string, was: Stats): FileSource {
    if (this.#closed) fail("IO", `${path}: the file was closed before this part of it was read`, { path });

    const known = this.#open.get(path);
    if (known) {
      // The last used one is the last to go.
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }

    const source = openSource(path);
    const now = onFile(path, () => statSync(path));
    if (now.ino !== was.ino || now.dev !== was.dev || now.size !== was.size || now.mtimeMs !== was.mtimeMs) {
      source.close();
      fail("IO", `${path}: the file was changed while it was read`, { path });
    }

    this.#open.set(path, source);
    if (this.#open.size > MOST_OPEN) {
      const [oldest, s] = this.#open.entries().next().value!;
      s.close();
      this.#open.delete(oldest);
    }

    return source;
  }
}

export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

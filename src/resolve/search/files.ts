import { type ByteSource, readExactly, toSource } from "../../codec/source.js";
import { decodeText } from "../../codec/bytes.js";
import { fail } from "../../error.js";
import { followLinks } from "./links.js";

/**
 * The file system that a program would see: a folder, the layers of an image, a map in a test. Paths are absolute, as
 * they are in there.
 */
export interface LibraryFiles {
  /**
   * A regular file; undefined for what is not there or cannot be opened. For a directory, no bytes. Links in the path
   * are followed by the caller where there is `readLink`.
   */
  readFile(path: string): Uint8Array | ByteSource | undefined;
  /** The target of a symbolic link, as it is written; undefined for what is no link. Without it there are no links. */
  readLink?(path: string): string | undefined;
  /**
   * The names in a directory, for `include` in ld.so.conf; undefined for what is none. Without it nothing is included.
   */
  listDirectory?(path: string): readonly string[] | undefined;
  /** Is it a directory? Default: what `listDirectory` says, if anything; without both, yes. */
  isDirectory?(path: string): boolean;
  /** What two paths of one file (hard links) have in common. Default: the path with its links followed. */
  identity?(path: string): string;
  /** Has the file the set-user-ID bit? Asked for preloads in secure mode. Default: no. */
  isSetuid?(path: string): boolean;
}

/** A file that was found. */
export interface FoundFile {
  readonly realPath: string;
  readonly id: string;
  readonly source: ByteSource;
}

/** Longer paths are ENAMETOOLONG (limits.h). */
const PATH_MAX = 4096;

/**
 * How much work all paths together may be for one program: a quarter of a million places, which only a made-up file
 * asks for.
 */
const BUDGET = 1 << 24;
const PLACE = 64;

/** Settings files of loaders have a few lines. */
const LARGEST_TEXT = 1 << 20;

/** {@link LibraryFiles} with links followed, each question asked once. */
export class SeenFiles {
  readonly #files: LibraryFiles;
  readonly #links = new Map<string, string | undefined>();
  readonly #found = new Map<string, FoundFile | undefined>();
  readonly #directories = new Map<string, boolean>();
  /**
   * File offset of what asks for all the places, for errors: the program's dynamic section, 0 until that is known.
   */
  askedAt = 0;
  #left = BUDGET;

  constructor(files: LibraryFiles) {
    this.#files = files;
  }

  /** The path with its links followed; undefined for a loop, or a path that is too long. */
  real(path: string): string | undefined {
    // Each directory on the way is a question of its own.
    this.#left -= Math.max(PLACE, (path.length * path.split("/", PATH_MAX).length) >> 3);
    if (this.#left < 0) {
      fail("MALFORMED", "the needed libraries and search paths together ask for more places than can be looked at", {
        offset: this.askedAt,
      });
    }

    const { readLink } = this.#files;
    if (path.length >= PATH_MAX || path.includes("\0")) return undefined;
    return followLinks(
      path,
      (p) => {
        if (!this.#links.has(p)) this.#links.set(p, readLink?.call(this.#files, p));
        return this.#links.get(p);
      },
      (p) => this.#isDirectory(p),
    );
  }

  find(path: string): FoundFile | undefined {
    const realPath = this.real(path);
    if (realPath === undefined) return undefined;

    if (!this.#found.has(realPath)) {
      const file = this.#files.readFile(realPath);
      this.#found.set(
        realPath,
        file && { realPath, id: this.#files.identity?.(realPath) ?? realPath, source: toSource(file) },
      );
    }

    return this.#found.get(realPath);
  }

  /** All bytes of a file, or its first `most`. */
  bytes(path: string, most: number): Uint8Array | undefined {
    const source = this.find(path)?.source;
    return source && readExactly(source, 0, Math.min(source.size, most), path);
  }

  text(path: string): string | undefined {
    const b = this.bytes(path, LARGEST_TEXT);
    return b && decodeText(b);
  }

  list(path: string): readonly string[] {
    const real = this.real(path);
    return (real !== undefined && this.#files.listDirectory?.(real)) || [];
  }

  /** False only where it is known that there is no such directory. */
  mayHave(directory: string): boolean {
    const { isDirectory, listDirectory } = this.#files;
    if (!isDirectory && !listDirectory) return true;
    const real = this.real(directory);
    return real !== undefined && this.#isDirectory(real);
  }

  #isDirectory(path: string): boolean {
    let known = this.#directories.get(path);
    if (known === undefined) {
      const { isDirectory, listDirectory } = this.#files;
      known = isDirectory
        ? isDirectory.call(this.#files, path)
        : !listDirectory || listDirectory.call(this.#files, path) !== undefined;
      this.#directories.set(path, known);
    }
    return known;
  }

  isSetuid(realPath: string): boolean {
    return this.#files.isSetuid?.(realPath) ?? false;
  }
}

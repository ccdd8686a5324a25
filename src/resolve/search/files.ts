import { type ByteSource, type ElfInput, readExactly, toSource } from "../../codec/source.js";
import { decodeText } from "../../codec/bytes.js";
import { fail } from "../../error.js";
import { followLinks } from "./links.js";

/**
 * The file system that a program would see: a folder, the layers of an image, a map in a test. Paths are absolute
 * within it.
 */
export interface LibraryFiles {
  /**
   * Reads a regular file. Undefined for a path that does not exist or cannot be opened; no bytes for a directory. With
   * `readLink`, the caller has followed the links in the path.
   */
  readFile(path: string): ElfInput | undefined;
  /** The target of a symbolic link as it is written; undefined for what is no link. Default: there are no links. */
  readLink?(path: string): string | undefined;
  /**
   * The names in a directory, for `include` in ld.so.conf; undefined for what is no directory. Default: nothing is
   * included.
   */
  listDirectory?(path: string): readonly string[] | undefined;
  /** Is the path a directory? Default: `listDirectory` tells; without it, yes. */
  isDirectory?(path: string): boolean;
  /** A text that is the same for all paths of one file (hard links). Default: the path with its links followed. */
  identity?(path: string): string;
  /** Does the file have the set-user-ID bit? It is asked for preloads in secure mode. Default: no. */
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
 * The work that all paths of one program together may take, and what one path takes at least: a quarter of a million
 * places, which only a made-up file asks for.
 */
const BUDGET = 1 << 24;
const PLACE = 64;

/** The settings files of loaders have a few lines. */
const LARGEST_TEXT = 1 << 20;

/** {@link LibraryFiles} with links followed. Each question is asked once. */
export class SeenFiles {
  readonly #files: LibraryFiles;
  readonly #links = new Map<string, string | undefined>();
  readonly #found = new Map<string, FoundFile | undefined>();
  readonly #directories = new Map<string, boolean>();
  /** The file offset of what asks for the places, for errors: the program's dynamic section, 0 until it is known. */
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

    if (path.length >= PATH_MAX || path.includes("\0")) return undefined;
    return followLinks(
      path,
      (p) => this.#readLink(p),
      (p) => this.#isDirectory(p),
    );
  }

  #readLink(path: string): string | undefined {
    if (!this.#links.has(path)) this.#links.set(path, this.#files.readLink?.(path));
    return this.#links.get(path);
  }

  find(path: string): FoundFile | undefined {
    const realPath = this.real(path);
    if (realPath === undefined) return undefined;

    if (!this.#found.has(realPath)) this.#found.set(realPath, this.#open(realPath));
    return this.#found.get(realPath);
  }

  #open(realPath: string): FoundFile | undefined {
    const file = this.#files.readFile(realPath);
    return file && { realPath, id: this.#files.identity?.(realPath) ?? realPath, source: toSource(file, "readFile") };
  }

  /** The bytes of a file, at most its first `most`. */
  bytes(path: string, most: number): Uint8Array | undefined {
    const source = this.find(path)?.source;
    return source && readExactly(source, 0, Math.min(source.size, most), path);
  }

  text(path: string): string | undefined {
    const bytes = this.bytes(path, LARGEST_TEXT);
    return bytes && decodeText(bytes);
  }

  /** The names in a directory; none for what is no directory. */
  list(path: string): readonly string[] {
    const real = this.real(path);
    return (real !== undefined && this.#files.listDirectory?.(real)) || [];
  }

  /** False only if it is known that there is no such directory. */
  mayHave(directory: string): boolean {
    const { isDirectory, listDirectory } = this.#files;
    if (!isDirectory && !listDirectory) return true;

    const real = this.real(directory);
    return real !== undefined && this.#isDirectory(real);
  }

  #isDirectory(path: string): boolean {
    let known = this.#directories.get(path);
    if (known === undefined) {
      known = this.#askIsDirectory(path);
      this.#directories.set(path, known);
    }
    return known;
  }

  #askIsDirectory(path: string): boolean {
    const files = this.#files;
    if (files.isDirectory) return files.isDirectory(path);
    return !files.listDirectory || files.listDirectory(path) !== undefined;
  }

  isSetuid(realPath: string): boolean {
    return this.#files.isSetuid?.(realPath) ?? false;
  }
}

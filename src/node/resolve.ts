import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fail } from "../error.js";
import type { Header } from "../image/elf.js";
import { readElf } from "../image/read-elf.js";
import type { LibraryFiles } from "../resolve/search/files.js";
import { followLinks } from "../resolve/search/links.js";
import { LOADER_OPTIONS, type LoaderOptions } from "../resolve/search/options.js";
import { resolveLibraries as resolveIn } from "../resolve/search/resolve.js";
import type { LibraryTree } from "../resolve/tree.js";
import { hostProcessor } from "./host.js";
import { linkTarget } from "./links.js";
import { SourcePool, statOf } from "./pooled-source.js";
import { onFile, openSource } from "./source.js";
import { assertOptions, refuseArgument } from "../input.js";

/** Options of {@link resolveFileLibraries}. */
export interface ResolveFileLibrariesOptions extends LoaderOptions {
  /**
   * The directory that will be `/` for the program. Directories, links and the loader's settings are looked up in it.
   */
  readonly sysroot?: string | undefined;
}

/** A {@link LibraryTree} over files. */
export interface OpenLibraryTree extends LibraryTree {
  /** Closes all files. Afterwards, reading what was not read before throws `IO`. */
  close(): void;
}

/**
 * `resolveLibraries` of the main entry, over the file system. Only the needed parts of each file are read, and few
 * files are open at a time. For programs of this machine, `hwcaps` and `platform` default to those of the processor.
 * For a file with the set-user-ID or set-group-ID bit, `secure` defaults to true. The environment of this process does
 * not count.
 *
 * @param path the path of the program or library. With `sysroot`: a path that leads into the sysroot, or a path within
 *   it. A file elsewhere is resolved as if it stood in the sysroot under the same path.
 * @throws ElfError as `resolveLibraries` of the main entry; `IO` for a sysroot that is no directory
 * @example
 * const tree = resolveFileLibraries("/usr/bin/git");
 * try { for (const o of tree.objects) console.log(o.path); } finally { tree.close(); }
 */
export function resolveFileLibraries(path: string, options: ResolveFileLibrariesOptions = {}): OpenLibraryTree {
  if (typeof path !== "string") refuseArgument("resolveFileLibraries", "a path", path);
  assertOptions<ResolveFileLibrariesOptions>("resolveFileLibraries", options, { ...LOADER_OPTIONS, sysroot: true });
  const { sysroot, ...ofLoader } = options;

  const pool = new SourcePool();
  const root = resolve(sysroot ?? "/");
  if (!onFile(root, () => statSync(root)).isDirectory()) {
    fail("IO", `${root}: the sysroot is not a directory`, { path: root });
  }

  try {
    const place = placeOf(path, root, sysroot === undefined);
    const tree = resolveIn(place.inside, {
      ...(sysroot === undefined && { cwd: process.cwd() }),
      ...defaultsFor(place.outside),
      ...given(ofLoader),
      files: filesIn(root, pool, place),
    });
    return { ...tree, close: () => pool.close() };
  } catch (e) {
    pool.close();
    throw e;
  }
}

/** The path of the program as its loader sees it, and as we see it. */
interface Place {
  readonly inside: string;
  readonly outside: string;
}

function placeOf(path: string, root: string, isHost: boolean): Place {
  const absolute = resolve(path);
  if (isHost) {
    // Unlike `resolve`, this keeps `..`, which a loader takes only after links are followed.
    const cwd = process.cwd() === "/" ? "" : process.cwd();
    return { inside: path.startsWith("/") ? path : `${cwd}/${path}`, outside: absolute };
  }
  if (absolute.startsWith(`${root}/`)) return { inside: absolute.slice(root.length), outside: absolute };

  const inside = path.startsWith("/") ? path : `/${path}`;
  const followed = followLinks(inside, (p) => linkTarget(join(root, p)));
  if (followed !== undefined && statOf(join(root, followed))?.isFile()) {
    return { inside, outside: join(root, followed) };
  }

  return { inside: absolute, outside: absolute };
}

function filesIn(root: string, pool: SourcePool, program: Place): LibraryFiles {
  const at = (path: string) => (root === "/" ? path : join(root, path));
  // A program from elsewhere is not in the sysroot.
  const outside = (path: string) => (path === program.inside && !statOf(at(path)) ? program.outside : at(path));

  return {
    readFile: (path) => pool.source(outside(path)),
    readLink: (path) => linkTarget(at(path)),
    listDirectory(path) {
      try {
        return readdirSync(at(path));
      } catch {
        return undefined;
      }
    },
    isDirectory: (path) => statOf(at(path))?.isDirectory() ?? false,
    identity(path) {
      const stats = statOf(outside(path));
      return stats ? `${stats.dev} ${stats.ino}` : path;
    },
    isSetuid: (path) => isSet(at(path), SETUID),
  };
}

const SETUID = 0o4000;
const SETGID = 0o2000;

const isSet = (path: string, bits: number): boolean => ((statOf(path)?.mode ?? 0) & bits) !== 0;

/** The defaults that follow from this machine and the file's mode. Throws if the file is no ELF file. */
function defaultsFor(path: string): LoaderOptions {
  const header = headerOf(path);
  const host = hostProcessor();
  const isHosts =
    host && host.machine === header.machine && host.class === header.class && host.littleEndian === header.littleEndian;

  return {
    secure: isSet(path, SETUID | SETGID),
    ...(isHosts && { hwcaps: host.hwcaps, platform: host.platform, legacyHwcaps: host.legacyHwcaps }),
  };
}

function headerOf(path: string): Header {
  const source = openSource(path);
  try {
    return readElf(source).header;
  } finally {
    source.close();
  }
}

/** The options that are set: one that is undefined does not hide a default. */
const given = (options: LoaderOptions): LoaderOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

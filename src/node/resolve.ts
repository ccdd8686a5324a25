import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fail } from "../error.js";
import { readElf } from "../image/read-elf.js";
import type { LibraryFiles } from "../resolve/search/files.js";
import { followLinks } from "../resolve/search/links.js";
import type { LoaderOptions } from "../resolve/search/options.js";
import { resolveLibraries as resolveIn } from "../resolve/search/resolve.js";
import type { LibraryTree } from "../resolve/tree.js";
import { hostProcessor } from "./host.js";
import { linkTarget } from "./links.js";
import { SourcePool, statOf } from "./pooled-source.js";
import { onFile, openSource } from "./source.js";

/** Options of {@link resolveFileLibraries}. */
export interface ResolveFileLibrariesOptions extends LoaderOptions {
  /**
   * The directory that will be `/` for the program: directories, links and the loader's settings are those in there.
   */
  readonly sysroot?: string | undefined;
}

/** A {@link LibraryTree} over files. */
export interface OpenLibraryTree extends LibraryTree {
  /** Closes all files; what was not read of them before throws `IO` afterwards. */
  close(): void;
}

/**
 * `resolveLibraries` of the main entry, over the file system. Of each file only what is asked for is read, and few are
 * open at a time. For programs of this machine, the processor's own `hwcaps` and `platform` are the default; a file
 * with the set-user-ID or set-group-ID bit is taken for `secure`. The environment of this process does not count.
 *
 * @param path of the program or library. With `sysroot`: a path that leads into the sysroot, or one as it is in there;
 *   a file elsewhere is resolved as if it were put there under its path.
 * @throws ElfError as `resolveLibraries` of the main entry; `IO` for a sysroot that is no directory
 * @example
 * const tree = resolveLibraries("/usr/bin/git");
 * try { for (const o of tree.objects) console.log(o.path); } finally { tree.close(); }
 */
export function resolveFileLibraries(
  path: string,
  { sysroot, ...options }: ResolveFileLibrariesOptions = {},
): OpenLibraryTree {
  const pool = new SourcePool();
  const root = resolve(sysroot ?? "/");
  if (!onFile(root, () => statSync(root)).isDirectory()) {
    fail("IO", `${root}: the sysroot is not a directory`, { path: root });
  }

  try {
    const place = placeOf(path, root, sysroot === undefined);
    const files = filesIn(root, pool, place);
    const tree = resolveIn(place.inside, {
      ...(sysroot === undefined && { cwd: process.cwd() }),
      ...defaultsFor(place.outside),
      ...given(options),
      files,
    });

    return { ...tree, close: () => pool.close() };
  } catch (e) {
    pool.close();
    throw e;
  }
}

/** Where the program is for its loader, and where it is for us. */
interface Place {
  readonly inside: string;
  readonly outside: string;
}

function placeOf(path: string, root: string, isHost: boolean): Place {
  const absolute = resolve(path);
  if (isHost) {
    return {
      inside: path.startsWith("/") ? path : `${process.cwd() === "/" ? "" : process.cwd()}/${path}`,
      outside: absolute,
    };
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
      const s = statOf(outside(path));
      return s ? `${s.dev} ${s.ino}` : path;
    },
    isSetuid: (path) => isSet(at(path), SETUID),
  };
}

const SETUID = 0o4000;
const SETGID = 0o2000;

const isSet = (path: string, bits: number): boolean => ((statOf(path)?.mode ?? 0) & bits) !== 0;

/** What the machine that this runs on, and the file's mode, say. Throws for what is no ELF file. */
function defaultsFor(path: string): LoaderOptions {
  const source = openSource(path);
  try {
    const h = readElf(source).header;
    const host = hostProcessor();
    const isHosts =
      host && host.machine === h.machine && host.class === h.class && host.littleEndian === h.littleEndian;

    return {
      secure: isSet(path, SETUID | SETGID),
      ...(isHosts && { hwcaps: host.hwcaps, platform: host.platform, legacyHwcaps: host.legacyHwcaps }),
    };
  } finally {
    source.close();
  }
}

/** Options that are undefined do not hide defaults. */
const given = (options: LoaderOptions): LoaderOptions =>
  Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined));

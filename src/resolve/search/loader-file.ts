import { toLatin1 } from "../../codec/bytes.js";
import type { SeenFiles } from "./files.js";

/** What a glibc loader was built with. */
export interface LoaderFile {
  /** The directories that are searched last: `/lib/x86_64-linux-gnu`, …. Null if the file does not tell. */
  readonly systemDirs: readonly string[] | null;
  /** glibc up to 2.36 tries `tls` and the subdirectories of the platform and the legacy hwcaps (NEWS of 2.37). */
  readonly triesLegacy: boolean;
  /** glibc from 2.33 on tries `glibc-hwcaps`. */
  readonly triesHwcaps: boolean;
}

/** The last release of glibc 2 that tries legacy subdirectories. */
const LAST_LEGACY = 36;

/** The constants of a loader stand well before this offset; debug information stands behind them. */
const LOOKED_AT = 4 << 20;

/** Directories that end in a slash, one after another: the array system_dirs of elf/dl-load.c. */
const DIRECTORIES = /\0((?:\/[\x21-\x7e]{0,255}\/\0)+)/g;
const LIBRARIES = /\/lib(?:32|64|x32)?\//;

/** Looks for what a loader was built with among the constants of its file. */
export function readLoaderFile(files: SeenFiles, path: string): LoaderFile | undefined {
  const bytes = files.bytes(path, LOOKED_AT);
  if (!bytes) return undefined;

  const text = toLatin1(bytes);
  let longest: string[] = [];
  for (const [, run] of text.matchAll(DIRECTORIES)) {
    const directories = run!.split("\0").slice(0, -1);
    if (directories.length > longest.length && directories.every((d) => LIBRARIES.test(d))) longest = directories;
  }

  // A loader before 2.33 does not tell its release, and has no such word in it.
  const release = /\brelease version 2\.(\d{1,3})/.exec(text);
  const isGlibc = longest.length > 0;
  const triesHwcaps = !isGlibc || text.includes("glibc-hwcaps");

  return {
    systemDirs: isGlibc ? longest.map((d) => d.slice(0, -1)) : null,
    triesHwcaps,
    triesLegacy: release ? Number(release[1]) <= LAST_LEGACY : !triesHwcaps,
  };
}

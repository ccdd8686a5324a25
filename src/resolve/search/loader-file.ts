import { toLatin1 } from "../../codec/bytes.js";
import type { SeenFiles } from "./files.js";

/** What a glibc loader was built with. */
export interface LoaderFile {
  /** `/lib/x86_64-linux-gnu`, …: searched last. Null where the file does not tell. */
  readonly systemDirs: readonly string[] | null;
  /** It tries `tls`, the platform's and the legacy hwcaps' subdirectories: up to glibc 2.36 (NEWS of 2.37). */
  readonly triesLegacy: boolean;
  /** It tries `glibc-hwcaps`: from glibc 2.33 on. */
  readonly triesHwcaps: boolean;
}

const LAST_LEGACY = 36;

/** Constants of a loader stand well before this; debug information comes behind. */
const LOOKED_AT = 4 << 20;

/** Directories with a slash at the end, one behind another, as the array system_dirs of elf/dl-load.c has them. */
const DIRECTORIES = /\0((?:\/[\x21-\x7e]{0,255}\/\0)+)/g;
const LIBRARIES = /\/lib(?:32|64|x32)?\//;

/** Reads what the loader's file has among its constants. */
export function readLoaderFile(files: SeenFiles, path: string): LoaderFile | undefined {
  const bytes = files.bytes(path, LOOKED_AT);
  if (!bytes) return undefined;

  const text = toLatin1(bytes);
  let best: string[] = [];
  for (const m of text.matchAll(DIRECTORIES)) {
    const run = m[1]!.split("\0").slice(0, -1);
    if (run.length > best.length && run.every((d) => LIBRARIES.test(d))) best = run;
  }

  // Before 2.33 a loader does not say its release, and does not know the word.
  const release = /\brelease version 2\.(\d{1,3})/.exec(text);
  const isGlibc = best.length > 0;
  const triesHwcaps = !isGlibc || text.includes("glibc-hwcaps");

  return {
    systemDirs: isGlibc ? best.map((d) => d.slice(0, -1)) : null,
    triesHwcaps,
    triesLegacy: release ? Number(release[1]) <= LAST_LEGACY : !triesHwcaps,
  };
}

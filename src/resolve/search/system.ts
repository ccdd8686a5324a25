import type { ElfFile } from "../../image/elf.js";
import type { SeenFiles } from "./files.js";
import { readLoaderFile } from "./loader-file.js";
import type { LoaderMachine } from "./machines.js";
import type { LoaderOptions } from "./options.js";
import { isMuslLoader } from "./rules.js";
import type { LoaderRules } from "../tree.js";
import { hwcapsNames, legacyDirectories } from "./hwcaps.js";

/** What a glibc loader knows by itself, for one program. */
export interface GlibcSystem {
  readonly systemDirs: readonly string[];
  /** What `$LIB` and `$PLATFORM` stand for. */
  readonly lib: string;
  readonly platform: string;
  /** The subdirectories of `glibc-hwcaps` that the processor can use, best first. */
  readonly hwcaps: readonly string[];
  /** All subdirectories that are tried before a directory itself. */
  readonly subdirectories: readonly string[];
}

export function glibcSystem(
  files: SeenFiles,
  machine: LoaderMachine,
  loader: string | null,
  options: LoaderOptions,
): GlibcSystem {
  const file = loader === null ? undefined : readLoaderFile(files, loader);
  const directories = options.systemDirs ?? file?.systemDirs ?? usualDirectories(files, machine);
  const systemDirs = directories.map((d) => d.replace(/(.)\/+$/, "$1"));
  const platform = options.platform ?? machine.platform;

  const hwcaps = file?.triesHwcaps === false ? [] : hwcapsNames(options.hwcaps);
  const legacyNames = options.legacyHwcaps ?? usualLegacyNames(platform, machine);
  const legacy = file?.triesLegacy ? legacyDirectories(legacyNames) : [];

  return {
    systemDirs,
    platform,
    hwcaps,
    subdirectories: [...hwcaps.map((h) => `glibc-hwcaps/${h}`), ...legacy],
    lib: options.lib ?? /^\/(?:usr\/)?(lib.*)$/.exec(systemDirs[0] ?? "")?.[1] ?? "lib",
  };
}

function usualLegacyNames(platform: string, machine: LoaderMachine): string[] {
  const names = machine.platform === "x86_64" ? [platform, "x86_64"] : [platform];
  return [...new Set(names)].filter((name) => name !== "");
}

/** The usual directories of distributions, for a system without a loader: an image's layer, a folder of packages. */
function usualDirectories(files: SeenFiles, { multiarch, libraryDirectory }: LoaderMachine): string[] {
  const names = [libraryDirectory, "lib"];
  if (multiarch !== undefined && isMultiarch(files, multiarch)) names.unshift(`lib/${multiarch}`);
  return [...new Set(names.flatMap((name) => [`/${name}`, `/usr/${name}`]))];
}

/** Does the system have libraries in Debian's directories? */
function isMultiarch(files: SeenFiles, multiarch: string): boolean {
  const directories = [`/lib/${multiarch}`, `/usr/lib/${multiarch}`];
  return directories.some((d) => files.find(`${d}/libc.so.6`) || files.list(d).length > 0);
}

/**
 * The path of the loader: PT_INTERP if that loader has these rules, else the first usual path that exists. Null for
 * none.
 */
export function loaderPath(
  files: SeenFiles,
  root: ElfFile,
  usual: readonly string[],
  rules: LoaderRules,
): string | null {
  const own = root.interpreter;
  if (own !== null && isMuslLoader(own) === (rules === "musl")) return own;
  return usual.find((path) => files.find(path)) ?? null;
}

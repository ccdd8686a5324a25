import type { ElfFile } from "../../image/elf.js";
import type { SeenFiles } from "./files.js";
import { readLoaderFile } from "./loader-file.js";
import type { LoaderMachine } from "./machines.js";
import type { LoaderOptions } from "./options.js";
import { isMuslLoader } from "./rules.js";
import type { LoaderRules } from "../tree.js";
import { hwcapsNames, legacyDirectories } from "./hwcaps.js";

/** What a glibc loader would have as its own, for one program. */
export interface GlibcSystem {
  readonly systemDirs: readonly string[];
  readonly lib: string;
  readonly platform: string;
  /** Subdirectories of `glibc-hwcaps` that can be used, best first. */
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
  const systemDirs = (options.systemDirs ?? file?.systemDirs ?? usualDirectories(files, machine)).map((d) =>
    d.replace(/(.)\/+$/, "$1"),
  );
  const platform = options.platform ?? machine.platform;
  const hwcaps = file?.triesHwcaps === false ? [] : hwcapsNames(options.hwcaps);
  const legacy = file?.triesLegacy
    ? legacyDirectories(
        options.legacyHwcaps ??
          [...new Set([platform, ...(machine.platform === "x86_64" ? ["x86_64"] : [])])].filter((n) => n !== ""),
      )
    : [];

  return {
    systemDirs,
    platform,
    hwcaps,
    subdirectories: [...hwcaps.map((h) => `glibc-hwcaps/${h}`), ...legacy],
    lib: options.lib ?? /^\/(?:usr\/)?(lib.*)$/.exec(systemDirs[0] ?? "")?.[1] ?? "lib",
  };
}

/** Where distributions have libraries, for a system without a loader: an image's layer, a folder of packages. */
function usualDirectories(files: SeenFiles, { multiarch, libraryDirectory }: LoaderMachine): string[] {
  const names = [libraryDirectory, "lib"];
  const isMultiarch =
    multiarch !== undefined &&
    [`/lib/${multiarch}`, `/usr/lib/${multiarch}`].some(
      (d) => files.find(`${d}/libc.so.6`) || files.list(d).length > 0,
    );
  return [...new Set([...(isMultiarch ? [`lib/${multiarch}`] : []), ...names].flatMap((n) => [`/${n}`, `/usr/${n}`]))];
}

/**
 * The loader that is there: that of PT_INTERP if the rules are its own, or one of those that are usual. Null where
 * there is none.
 */
export function loaderPath(
  files: SeenFiles,
  root: ElfFile,
  usual: readonly string[],
  rules: LoaderRules,
): string | null {
  const own = root.interpreter;
  return own !== null && isMuslLoader(own) === (rules === "musl")
    ? own
    : (usual.find((path) => files.find(path)) ?? null);
}

import type { LibraryFiles } from "./files.js";
import type { LoaderRules } from "../tree.js";
import { type OptionNames } from "../../input.js";

/** What decides about the libraries besides the files. */
export interface LoaderOptions {
  /**
   * The loader whose rules apply. Default `"auto"`: the interpreter tells, else the needed libraries, else the loader
   * that the system has. Any other loader is taken for one like glibc's.
   */
  readonly rules?: LoaderRules | "auto" | undefined;
  /** The environment that the program would have. The environment of this process is never looked at. */
  readonly env?:
    { readonly LD_LIBRARY_PATH?: string | undefined; readonly LD_PRELOAD?: string | undefined } | undefined;
  /**
   * AT_SECURE: the mode of set-user-ID programs and the like, in which loaders trust less (ld.so(8), "Secure-execution
   * mode"). Default: false.
   */
  readonly secure?: boolean | undefined;
  /**
   * The subdirectories of `glibc-hwcaps` that the processor can use, best first. The best level alone means the lower
   * ones too: `"x86-64-v3"` is `["x86-64-v3", "x86-64-v2"]`. Default: none.
   */
  readonly hwcaps?: string | readonly string[] | undefined;
  /**
   * The names of the subdirectories that glibc before 2.37 tries too, in the order of glibc: `["haswell", "x86_64"]`.
   * Default: `platform` and the machine's own name.
   */
  readonly legacyHwcaps?: readonly string[] | undefined;
  /** What `$PLATFORM` stands for (AT_PLATFORM). Default: by the machine. */
  readonly platform?: string | undefined;
  /** What `$LIB` stands for: `lib64`, `lib/x86_64-linux-gnu`. Default: by the system directories. */
  readonly lib?: string | undefined;
  /**
   * The loader's own directories, which are searched last. Default: those that the loader's file names; without such a
   * file, those that distributions use.
   */
  readonly systemDirs?: readonly string[] | undefined;
  /**
   * `"ignore"` searches neither ld.so.cache nor, on a system without a cache, ld.so.conf (ld.so's `--inhibit-cache`).
   * Default: `"use"`.
   */
  readonly cache?: "use" | "ignore" | undefined;
  /** The directory from which empty and relative elements start. Default: `/`. */
  readonly cwd?: string | undefined;
}

/** Options of `resolveLibraries`. */
export interface ResolveOptions extends LoaderOptions {
  /** The file system in which files are looked for. */
  readonly files: LibraryFiles;
}

/** The names of the options. */
export const LOADER_OPTIONS: OptionNames<LoaderOptions> = {
  rules: true,
  env: true,
  secure: true,
  hwcaps: true,
  legacyHwcaps: true,
  platform: true,
  lib: true,
  systemDirs: true,
  cache: true,
  cwd: true,
};

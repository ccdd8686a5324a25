import type { LibraryFiles } from "./files.js";
import type { LoaderRules } from "../tree.js";

/** What decides beside the files. */
export interface LoaderOptions {
  /**
   * Whose rules. Default `"auto"`: by the interpreter, by what is needed, by the loader that the system has. A loader
   * that is neither is taken for one like glibc's.
   */
  readonly rules?: LoaderRules | "auto" | undefined;
  /** The environment that the program would have. The process's own is never looked at. */
  readonly env?:
    { readonly LD_LIBRARY_PATH?: string | undefined; readonly LD_PRELOAD?: string | undefined } | undefined;
  /** AT_SECURE: set-user-ID programs and such, for which loaders trust less (ld.so(8), "Secure-execution mode"). */
  readonly secure?: boolean | undefined;
  /**
   * The subdirectories of `glibc-hwcaps` that the processor can use, best first, or the best level alone, which stands
   * for the lower ones too: `"x86-64-v3"` for `["x86-64-v3", "x86-64-v2"]`. Default: none.
   */
  readonly hwcaps?: string | readonly string[] | undefined;
  /**
   * The names of the subdirectories that glibc before 2.37 tries too, in its order: `["haswell", "x86_64"]`. Default:
   * `platform` and the machine's own.
   */
  readonly legacyHwcaps?: readonly string[] | undefined;
  /** What `$PLATFORM` stands for (AT_PLATFORM). Default: by the machine. */
  readonly platform?: string | undefined;
  /** What `$LIB` stands for: `lib64`, `lib/x86_64-linux-gnu`. Default: by the system directories. */
  readonly lib?: string | undefined;
  /**
   * The loader's own directories, searched last. Default: what the loader's file says; without one, where distributions
   * have them.
   */
  readonly systemDirs?: readonly string[] | undefined;
  /**
   * `"ignore"`: without ld.so.cache, and without ld.so.conf where there is no cache (ld.so's `--inhibit-cache`).
   * Default: `"use"`.
   */
  readonly cache?: "use" | "ignore" | undefined;
  /** The directory that empty and relative elements start from. Default: `/`. */
  readonly cwd?: string | undefined;
}

/** Options of `resolveLibraries`. */
export interface ResolveOptions extends LoaderOptions {
  /** Where files are looked for. */
  readonly files: LibraryFiles;
}

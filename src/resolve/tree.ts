import type { ElfFile } from "../image/elf.js";

/** Whose rules: ld.so(8) of glibc, or musl's dynamic linker. */
export type LoaderRules = "glibc" | "musl";

/** How a loader came to a file. */
export type FoundBy =
  /** The name has a slash, or is the program itself. */
  | "path"
  /** Another object of this name, DT_SONAME or file was there before. */
  | "loaded"
  /** A name that is the loader itself: ld-linux-x86-64.so.2, with musl also libc., libm., …. */
  | "loader"
  | "interpreter"
  | "preload"
  | "rpath"
  | "library-path"
  | "runpath"
  | "cache"
  /** ld.so.conf of a system without a cache, /etc/ld-musl-*.path. */
  | "configured"
  | "default";

/**
 * A place that was looked at. Subdirectories for processors (`glibc-hwcaps/x86-64-v3`) are there only where they have
 * such a file. A cache without a fit entry is there itself.
 */
export interface Tried {
  readonly path: string;
  readonly by: FoundBy;
  /** The path of the object whose DT_RPATH or DT_RUNPATH it is. */
  readonly of?: string;
  readonly outcome: "found" | "absent" | "other-machine" | "invalid";
}

/** One DT_NEEDED entry (or a preload), and what it led to. */
export interface Edge {
  /** As it stands in the file. */
  readonly name: string;
  /** Where it is no DT_NEEDED: the object's symbols are looked up in that one first. */
  readonly tag?: "DT_FILTER" | "DT_AUXILIARY";
  /** Null where it was not found. */
  readonly object: LoadedObject | null;
  readonly by: FoundBy | null;
  /** The path of the object whose DT_RPATH or DT_RUNPATH led there. */
  readonly of: string | null;
  readonly tried: readonly Tried[];
}

/** An object that the loader would map, once. */
export interface LoadedObject {
  /** The name that it was asked for first. */
  readonly name: string;
  /**
   * The path that the loader would open, as seen from inside the sysroot. `$ORIGIN` is its directory (that of
   * `realPath` for a program).
   */
  readonly path: string;
  /** The same with all links followed. */
  readonly realPath: string;
  readonly elf: ElfFile;
  readonly needs: readonly Edge[];
}

/** What a loader would map for a file, without running anything. */
export interface LibraryTree {
  readonly rules: LoaderRules;
  readonly root: LoadedObject;
  /** The loader itself: by PT_INTERP of the program, or the one that the libraries need. Null where there is none. */
  readonly interpreter: Edge | null;
  readonly preloads: readonly Edge[];
  /** All objects in the order in which symbols are looked up: the program, preloads, then breadth first. */
  readonly objects: readonly LoadedObject[];
  /** Edges that led nowhere, with the object that asked. */
  readonly missing: readonly { readonly from: LoadedObject; readonly edge: Edge }[];
}

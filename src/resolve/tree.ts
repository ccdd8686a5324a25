import type { ElfFile } from "../image/elf.js";
import type { MachineKind } from "../spec/machine-names.js";

/** The loader whose rules apply: ld.so(8) of glibc, or musl's dynamic linker. */
export type LoaderRules = "glibc" | "musl";

/** How a loader came to a file. */
export type FoundBy =
  /** The name has a slash, or the file is the program itself. */
  | "path"
  /** An object of this name, DT_SONAME or file was loaded before. */
  | "loaded"
  /** The name means the loader itself: ld-linux-x86-64.so.2, with musl also libc., libm., …. */
  | "loader"
  | "interpreter"
  | "preload"
  | "rpath"
  | "library-path"
  | "runpath"
  | "cache"
  /** ld.so.conf on a system without a cache, or /etc/ld-musl-*.path. */
  | "configured"
  | "default";

/**
 * A place that was looked at. A subdirectory for processors (`glibc-hwcaps/x86-64-v3`) is listed only if it has such a
 * file. A cache without a fitting entry is listed itself.
 */
export interface Tried {
  readonly path: string;
  readonly by: FoundBy;
  /** The path of the object whose DT_RPATH or DT_RUNPATH names the place. */
  readonly of?: string;
  readonly outcome: "found" | "absent" | "other-machine" | "invalid";
}

/** One DT_NEEDED entry (or a preload), and what it led to. */
export interface Edge {
  /** The name as it stands in the file. */
  readonly name: string;
  /** Set where the entry is no DT_NEEDED: the object's symbols are looked up in the named library first. */
  readonly tag?: "DT_FILTER" | "DT_AUXILIARY";
  /** Null if nothing was found. */
  readonly object: LoadedObject | null;
  readonly by: FoundBy | null;
  /** The path of the object whose DT_RPATH or DT_RUNPATH led there. */
  readonly of: string | null;
  readonly tried: readonly Tried[];
}

/** An object that the loader would map. Each is mapped once. */
export interface LoadedObject {
  /** The first name by which it was asked for. */
  readonly name: string;
  /**
   * The path that the loader would open, as seen from inside the sysroot. `$ORIGIN` is the directory of this path; for
   * a program, that of `realPath`.
   */
  readonly path: string;
  /** The path with all links followed. */
  readonly realPath: string;
  readonly elf: ElfFile;
  readonly needs: readonly Edge[];
}

/** What a loader would map for a file, without running anything. */
export interface LibraryTree {
  readonly rules: LoaderRules;
  readonly root: LoadedObject;
  /** The loader itself, by the program's PT_INTERP, or the one that the libraries need. Null if there is none. */
  readonly interpreter: Edge | null;
  readonly preloads: readonly Edge[];
  /** All objects in the order of symbol lookup: the program, the preloads, then the rest breadth first. */
  readonly objects: readonly LoadedObject[];
  /** Edges that led nowhere, each with the object that asked. */
  readonly missing: readonly { readonly from: LoadedObject; readonly edge: Edge }[];
  /**
   * Set where nothing that the file needs is there because the files are those of a system of another machine: that
   * machine.
   */
  readonly otherMachine?: MachineKind;
}

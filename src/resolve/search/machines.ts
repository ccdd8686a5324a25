import type { Header } from "../../image/elf.js";
import { loaderAbi } from "../../spec/loader-abi.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";

/** What loaders know about a machine, and files do not tell. */
export interface LoaderMachine {
  /** The usual paths of glibc's loader, the likeliest first (each port's shlib-versions). */
  readonly loaders: readonly string[];
  /**
   * The flags of those entries in ld.so.cache that this machine's loader accepts (sysdeps: dl-cache.h); undefined if
   * nothing is known.
   */
  readonly cacheFlags: readonly number[] | undefined;
  /** AT_PLATFORM. */
  readonly platform: string;
  /** Debian's directory below /lib. */
  readonly multiarch: string | undefined;
  /** The directory beside /lib in which other distributions have libraries of this kind. */
  readonly libraryDirectory: "lib" | "lib32" | "lib64" | "libx32";
  /** LDSO_ARCH of musl's loader, without its variants. */
  readonly muslArch: string | undefined;
}

/** The machine of a file. Class, byte order and e_flags tell its ABI. */
export function loaderMachine(h: Header): LoaderMachine {
  const abi = loaderAbi(h);
  return {
    loaders: abi?.loaders ?? [],
    cacheFlags: abi?.cacheFlags,
    platform: abi?.platform ?? "",
    multiarch: abi?.multiarch ?? undefined,
    libraryDirectory: abi?.libraryDirectory ?? "lib",
    muslArch: abi?.muslArch ?? undefined,
  };
}

/** The bits of e_flags that must be the same in all files of one process (glibc's elf_machine_matches_host). */
export function abiFlags(h: Header): number {
  const mask = cardOf(LOADING, h.machine)?.sameFlags?.[h.class];
  return h.flags & (mask ?? 0);
}

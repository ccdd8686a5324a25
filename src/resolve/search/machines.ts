import type { Header } from "../../image/elf.js";
import { loaderAbi } from "../../spec/loader-abi.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";

/** What loaders know of a machine, and files do not say. */
export interface LoaderMachine {
  /** glibc's loader in its usual places, the likeliest first (each port's shlib-versions). */
  readonly loaders: readonly string[];
  /**
   * The flags of entries in ld.so.cache that this machine's loader takes (sysdeps: dl-cache.h); undefined where nothing
   * is known.
   */
  readonly cacheFlags: readonly number[] | undefined;
  /** AT_PLATFORM. */
  readonly platform: string;
  /** Debian's directory below /lib. */
  readonly multiarch: string | undefined;
  /** The directory beside /lib where other distributions have this kind of libraries. */
  readonly libraryDirectory: "lib" | "lib32" | "lib64" | "libx32";
  /** LDSO_ARCH of musl's loader, without its variants. */
  readonly muslArch: string | undefined;
}

/** The machine of a file, its ABI told by class, byte order and e_flags. */
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

/** What of e_flags must be alike in all files of one process (glibc's elf_machine_matches_host). */
export const abiFlags = (h: Header): number => h.flags & (cardOf(LOADING, h.machine)?.sameFlags?.[h.class] ?? 0);

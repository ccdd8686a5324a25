// Synopsys ARCv2.
// Sources: glibc's sysdeps/arc; binutils' bfd/elf32-arc.c and include/elf/arc.h.
import type { LoadingCard, MemoryCard, NamesCard } from "./kinds.js";

export { dynamic, symbols, types, recognition, ports } from "./plain.js";

/** Shared with the card of the older instruction sets. */
export const relocations: NonNullable<NamesCard["relocations"]> = {
  prefix: "R_ARC_",
  names: "NONE @4 32 @53 COPY GLOB_DAT JMP_SLOT RELATIVE @66 TLS_DTPMOD TLS_DTPOFF TLS_TPOFF",
};

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: false,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const names: NamesCard = {
  relocations,
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux-arc.so.2"], cacheFlags: [3, 1], platform: "arc",
      multiarch: null, libraryDirectory: "lib", muslArch: null,
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 53, got: 54, call: [55, 66, 67, 68] },
  pltSymbol: null,
  copiesProtected: false,
};

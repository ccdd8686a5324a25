// OpenRISC 1000.
// Sources: the OpenRISC 1000 Architecture Manual; glibc's sysdeps/or1k; binutils' bfd/elf32-or1k.c and
// include/elf/or1k.h; musl's arch/or1k.
import type { LoadingCard, MemoryCard, NamesCard } from "./kinds.js";

export { dynamic, symbols, types, recognition, ports } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: 0x2000,
  executableStack: null,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_OR1K_",
    names: "NONE 32 @18 COPY GLOB_DAT JMP_SLOT RELATIVE @32 TLS_TPOFF TLS_DTPOFF TLS_DTPMOD",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux-or1k.so.1"], cacheFlags: [3, 1], platform: "or1k",
      multiarch: null, libraryDirectory: "lib", muslArch: "or1k",
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 18, got: 19, call: [20, 32, 33, 34] },
  pltSymbol: null,
  copiesProtected: false,
};

// Altera Nios II.
// Sources: the Nios II Processor Reference Handbook, chapter 7; glibc's sysdeps/nios2 (up to 2.40); binutils'
// bfd/elf32-nios2.c and include/elf/nios2.h.
import type { LoadingCard, MemoryCard, NamesCard } from "./kinds.js";

export { dynamic, symbols, types, recognition, ports } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: false,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_NIOS2_",
    names: "NONE @12 BFD_RELOC_32 @33 TLS_DTPMOD TLS_DTPREL TLS_TPREL COPY GLOB_DAT JUMP_SLOT RELATIVE",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux-nios2.so.1"], cacheFlags: [3, 1], platform: "nios2",
      multiarch: null, libraryDirectory: "lib", muslArch: null,
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 36, got: 37, call: [33, 34, 35, 38] },
  pltSymbol: null,
  copiesProtected: false,
};

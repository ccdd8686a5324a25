// Xilinx MicroBlaze.
// Sources: glibc's sysdeps/microblaze; binutils' bfd/elf32-microblaze.c and include/elf/microblaze.h; musl's
// arch/microblaze.
import type { LoadingCard, MemoryCard, NamesCard } from "./kinds.js";

export { dynamic, symbols, types, recognition, ports } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: true,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_MICROBLAZE_",
    names: "NONE 32 @5 64 @16 REL JUMP_SLOT GLOB_DAT @21 COPY",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: true, flags: null,
      loaders: ["/lib/ld.so.1"], cacheFlags: [3, 1], platform: "microblaze",
      multiarch: null, libraryDirectory: "lib", muslArch: "microblazeel",
    },
    {
      class: null, littleEndian: false, flags: null,
      loaders: ["/lib/ld.so.1"], cacheFlags: [3, 1], platform: "microblaze",
      multiarch: null, libraryDirectory: "lib", muslArch: "microblaze",
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 21, got: 18, call: [17, 25, 26, 27, 29] },
  pltSymbol: null,
  copiesProtected: false,
};

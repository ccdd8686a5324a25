// SuperH.
// Sources: glibc's sysdeps/sh; binutils' bfd/elf32-sh.c and include/elf/sh.h; musl's arch/sh.
import type { LoadingCard, MemoryCard, NamesCard, TypesCard } from "./kinds.js";

export { dynamic, symbols, recognition, ports } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: true,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: null,
  properties: null,
  headerFlags: {
    bits: { SH_PIC: 0x100, SH_FDPIC: 0x8000 },
    fields: [
      { mask: 0x1f, values: {
        1: "SH1", 2: "SH2", 3: "SH3", 4: "SH_DSP", 5: "SH3_DSP", 6: "SH4AL_DSP", 8: "SH3E", 9: "SH4", 11: "SH2E",
        12: "SH4A", 13: "SH2A", 16: "SH4_NOFPU", 17: "SH4A_NOFPU", 18: "SH4_NOMMU_NOFPU", 19: "SH2A_NOFPU",
        20: "SH3_NOMMU",
      } },
    ],
    older: null,
  },
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_SH_",
    names:
      "NONE DIR32 REL32 @149 TLS_DTPMOD32 TLS_DTPOFF32 TLS_TPOFF32 @162 COPY GLOB_DAT JMP_SLOT RELATIVE @194 " +
      "GLOB_DAT64 @207 FUNCDESC FUNCDESC_VALUE @254 64",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: true, flags: null,
      loaders: ["/lib/ld-linux.so.2"], cacheFlags: [3, 1], platform: "sh4",
      multiarch: "sh4-linux-gnu", libraryDirectory: "lib", muslArch: "sh",
    },
    {
      class: null, littleEndian: false, flags: null,
      loaders: ["/lib/ld-linux.so.2"], cacheFlags: [3, 1], platform: "sh4",
      multiarch: "sh4-linux-gnu", libraryDirectory: "lib", muslArch: "sheb",
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 162, got: 163, call: [149, 150, 151, 164] },
  pltSymbol: null,
  copiesProtected: false,
};

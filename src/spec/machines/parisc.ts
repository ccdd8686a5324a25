// HP's PA-RISC.
// Sources: HP's "Processor-Specific ELF Supplement for PA-RISC"; glibc's sysdeps/hppa; binutils' bfd/elf32-hppa.c and
// include/elf/hppa.h.
import type { LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, TypesCard } from "./kinds.js";

export { dynamic, symbols } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: true,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "descriptor",
};

export const types: TypesCard = {
  segmentTypes: { PARISC_ARCHEXT: 0x70000000, PARISC_UNWIND: 0x70000001 },
  sectionTypes: { PARISC_EXT: 0x70000000, PARISC_UNWIND: 0x70000001 },
  properties: null,
  headerFlags: {
    bits: {
      PARISC_TRAPNIL: 0x10000, PARISC_EXT: 0x20000, PARISC_LSB: 0x40000, PARISC_WIDE: 0x80000, PARISC_NO_KABP: 0x100000,
      PARISC_LAZYSWAP: 0x400000,
    },
    fields: [
      { mask: 0xffff, values: { 0x20b: "PARISC_ARCH_1_0", 0x210: "PARISC_ARCH_1_1", 0x214: "PARISC_ARCH_2_0" } },
    ],
    older: null,
  },
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_PARISC_",
    names:
      "NONE DIR32 @64 FPTR64 PLABEL32 @80 DIR64 @128 COPY IPLT EPLT @153 TPREL32 @216 TPREL64 @242 TLS_DTPMOD32 " +
      "@244 TLS_DTPOFF32",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld.so.1"], cacheFlags: [3, 1], platform: "parisc",
      multiarch: "hppa-linux-gnu", libraryDirectory: "lib", muslArch: null,
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: null,
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: null,
  interpreters: null,
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: null,
  ports: [
    {
      class: 32, littleEndian: null, name: null, python: "parisc", hasPolicies: false,
      zig: null, glibcLoader: null,
    },
    {
      class: 64, littleEndian: null, name: null, python: "parisc64", hasPolicies: false,
      zig: null, glibcLoader: null,
    },
  ],
};

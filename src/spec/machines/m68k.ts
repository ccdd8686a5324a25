// Motorola 68000.
// Sources: the M68000 psABI; glibc's sysdeps/m68k; binutils' bfd/elf32-m68k.c and include/elf/m68k.h; musl's
// arch/m68k.
import type { LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, TypesCard } from "./kinds.js";

export { dynamic, symbols } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: 0x2000,
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
    bits: {
      "68K_CFV4E": 0x8000, "68K_CPU32": 0x810000, "68K_M68000": 0x1000000, "68K_FIDO": 0x2000000,
    },
    fields: null,
    older: null,
  },
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_68K_",
    names: "NONE 32 @19 COPY GLOB_DAT JMP_SLOT RELATIVE @40 TLS_DTPMOD32 TLS_DTPREL32 TLS_TPREL32",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld.so.1"], cacheFlags: [3, 1], platform: "m68k",
      multiarch: "m68k-linux-gnu", libraryDirectory: "lib", muslArch: "m68k",
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 19, got: 20, call: [21, 40, 41, 42] },
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: null,
  interpreters: [
    { name: /^ld-musl-m68k(-[\w]+)?\.so\.1$/, libc: "musl", class: 32 },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: [null, "m68k"],
  ports: [
    {
      class: 32, littleEndian: null, name: null, python: "m68k", hasPolicies: false,
      zig: null, glibcLoader: null,
    },
  ],
};

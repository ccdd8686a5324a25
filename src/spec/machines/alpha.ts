// Alpha by its assigned number. Files for Linux have the old one.
// Sources: glibc's sysdeps/alpha; binutils' bfd/elf64-alpha.c and include/elf/alpha.h.
import type {
  DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, SymbolsCard, TypesCard,
} from "./kinds.js";

/** The same for all e_machine numbers of the machine. */
export const relocations: NonNullable<NamesCard["relocations"]> = {
  prefix: "R_ALPHA_",
  names:
    "NONE REFLONG REFQUAD @24 COPY GLOB_DAT JMP_SLOT RELATIVE @31 DTPMOD64 @33 DTPREL64 @36 DTPREL16 @38 " +
    "TPREL64 @41 TPREL16",
};

export const dynamic: DynamicCard = {
  tags: { ALPHA_PLTRO: [0x70000000, "value"] },
  hashEntry: 8,
  gotOrder: null,
};

export const memory: MemoryCard = {
  maxPage: 0x2000,
  executableStack: true,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const symbols: SymbolsCard = {
  mapping: null,
  temporaryPrefix: "$",
  unusedSectionSymbols: true,
};

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: { ALPHA_DEBUG: 0x70000001, ALPHA_REGINFO: 0x70000002 },
  properties: null,
  headerFlags: {
    bits: { ALPHA_32BIT: 1, ALPHA_CANRELAX: 2 },
    fields: null,
    older: null,
  },
};

export const names: NamesCard = {
  relocations,
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux.so.2"], cacheFlags: [3, 1], platform: "ev67",
      multiarch: "alpha-linux-gnu", libraryDirectory: "lib", muslArch: null,
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 24, got: 25, call: [26, 31, 33, 38] },
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: null,
  interpreters: [
    { name: /^ld-linux\.so\.2$/, libc: "glibc", class: null },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: null,
  ports: [
    {
      class: 64, littleEndian: null, name: null, python: "alpha", hasPolicies: false,
      zig: null, glibcLoader: null,
    },
  ],
};

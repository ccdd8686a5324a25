// Itanium.
// Sources: the Itanium psABI; glibc's sysdeps/ia64 (up to 2.38); binutils' bfd/elfnn-ia64.c and include/elf/ia64.h.
import type {
  DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, TypesCard,
} from "./kinds.js";

export { symbols } from "./plain.js";

export const dynamic: DynamicCard = {
  tags: { IA_64_PLT_RESERVE: [0x70000000, "address"] },
  hashEntry: 4,
  gotOrder: null,
};

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: false,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "descriptor",
};

export const types: TypesCard = {
  segmentTypes: { IA_64_ARCHEXT: 0x70000000, IA_64_UNWIND: 0x70000001 },
  sectionTypes: { IA_64_EXT: 0x70000000, IA_64_UNWIND: 0x70000001 },
  properties: null,
  headerFlags: {
    bits: {
      IA_64_TRAPNIL: 1, IA_64_ABI64: 0x10, IA_64_REDUCEDFP: 0x20, IA_64_CONS_GP: 0x40, IA_64_NOFUNCDESC_CONS_GP: 0x80,
      IA_64_ABSOLUTE: 0x100,
    },
    fields: null,
    older: null,
  },
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_IA64_",
    names:
      "NONE @37 DIR32LSB @39 DIR64LSB @71 FPTR64LSB @109 REL32LSB @111 REL64LSB @128 IPLTMSB IPLTLSB @132 COPY " +
      "@145 TPREL14 TPREL22 @151 TPREL64LSB @167 DTPMOD64LSB @177 DTPREL14 DTPREL22 @183 DTPREL64LSB",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux-ia64.so.2"], cacheFlags: [0x203, 3], platform: "ia64",
      multiarch: "ia64-linux-gnu", libraryDirectory: "lib", muslArch: null,
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
  interpreters: [
    { name: /^ld-linux-ia64\.so\.2$/, libc: "glibc", class: 64 },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: null,
  ports: [
    {
      class: 64, littleEndian: null, name: null, python: "ia64", hasPolicies: false,
      zig: null, glibcLoader: null,
    },
  ],
};

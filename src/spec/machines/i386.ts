// 32-bit x86.
// Sources: the Intel386 psABI; glibc's sysdeps/i386; binutils' bfd/elf32-i386.c and include/elf/i386.h; musl's
// arch/i386.
import { properties } from "./x86-64.js";
import type {
  LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, SymbolsCard, TypesCard,
} from "./kinds.js";

export { dynamic } from "./plain.js";

/** Shared with the card of Intel's microcontrollers. */
export const relocations: NonNullable<NamesCard["relocations"]> = {
  prefix: "R_386_",
  names:
    "NONE 32 PC32 GOT32 PLT32 COPY GLOB_DAT JUMP_SLOT RELATIVE GOTOFF GOTPC 32PLT @14 TLS_TPOFF TLS_IE " +
    "TLS_GOTIE TLS_LE TLS_GD TLS_LDM 16 PC16 8 PC8 TLS_GD_32 TLS_GD_PUSH TLS_GD_CALL TLS_GD_POP TLS_LDM_32 " +
    "TLS_LDM_PUSH TLS_LDM_CALL TLS_LDM_POP TLS_LDO_32 TLS_IE_32 TLS_LE_32 TLS_DTPMOD32 TLS_DTPOFF32 TLS_TPOFF32 " +
    "SIZE32 TLS_GOTDESC TLS_DESC_CALL TLS_DESC IRELATIVE GOT32X @250 GNU_VTINHERIT GNU_VTENTRY",
};

export const memory: MemoryCard = {
  maxPage: 0x1000,
  executableStack: true,
  gotHoldsDynamic: true,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const symbols: SymbolsCard = {
  mapping: null,
  temporaryPrefix: null,
  unusedSectionSymbols: false,
};

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: null,
  properties,
  headerFlags: null,
};

export const names: NamesCard = {
  relocations,
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux.so.2"], cacheFlags: [3, 1], platform: "i686",
      multiarch: "i386-linux-gnu", libraryDirectory: "lib", muslArch: "i386",
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rel",
  relocations: { copy: 5, got: 6, call: [7, 14, 35, 36, 37, 41] },
  pltSymbol: null,
  copiesProtected: true,
};

export const recognition: RecognitionCard = {
  startCode: [
    {
      class: 32, littleEndian: true, bothOrders: false,
      rows: [
        ["musl", "31ed 89e0 83e4f0 50 50 e8........ 810424........ 50 e8"],
        ["glibc", "31ed 5e 89e1 83e4f0 50 54 52"],
        ["dietlibc", "59 89e0 51 8d748804 56 50 51 8935"],
        ["go", "e9........ cccccc"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld-linux\.so\.2$/, libc: "glibc", class: null },
    { name: /^ld-musl-i386\.so\.1$/, libc: "musl", class: 32 },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: ["i386", null],
  ports: [
    {
      class: 32, littleEndian: true, name: "i386", python: "i686", hasPolicies: true,
      zig: "x86-linux-gnu", glibcLoader: "ld-linux.so.2",
    },
  ],
};

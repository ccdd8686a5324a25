// 64-bit PowerPC with either version of its ABI.
// Sources: the 64-bit PowerPC ELF ABI Supplement 1.9 and the 64-Bit ELF V2 ABI Specification; glibc's
// sysdeps/powerpc/powerpc64; binutils' bfd/elf64-ppc.c and include/elf/ppc64.h; musl's arch/powerpc64.
import type {
  DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, TypesCard,
} from "./kinds.js";

export { symbols } from "./plain.js";

export const dynamic: DynamicCard = {
  tags: {
    PPC64_GLINK: [0x70000000, "address"], PPC64_OPD: [0x70000001, "address"], PPC64_OPDSZ: [0x70000002, "value"],
    PPC64_OPT: [0x70000003, "value"],
  },
  hashEntry: 4,
  gotOrder: null,
};

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: false,
  gotHoldsDynamic: false,
  readOnlyDynamic: false,
  segments: null,
  entry: "descriptor-v1",
};

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: null,
  properties: null,
  headerFlags: {
    bits: null,
    fields: [
      { mask: 3, values: { 1: "PPC64_ABI_V1", 2: "PPC64_ABI_V2" } },
    ],
    older: null,
  },
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_PPC64_",
    names:
      "NONE ADDR32 ADDR24 ADDR16 ADDR16_LO ADDR16_HI ADDR16_HA ADDR14 ADDR14_BRTAKEN ADDR14_BRNTAKEN REL24 " +
      "REL14 REL14_BRTAKEN REL14_BRNTAKEN GOT16 GOT16_LO GOT16_HI GOT16_HA @19 COPY GLOB_DAT JMP_SLOT RELATIVE " +
      "@24 UADDR32 UADDR16 REL32 PLT32 PLTREL32 PLT16_LO PLT16_HI PLT16_HA @33 SECTOFF SECTOFF_LO SECTOFF_HI " +
      "SECTOFF_HA REL30 ADDR64 ADDR16_HIGHER ADDR16_HIGHERA ADDR16_HIGHEST ADDR16_HIGHESTA UADDR64 REL64 PLT64 " +
      "PLTREL64 TOC16 TOC16_LO TOC16_HI TOC16_HA TOC PLTGOT16 PLTGOT16_LO PLTGOT16_HI PLTGOT16_HA ADDR16_DS " +
      "ADDR16_LO_DS GOT16_DS GOT16_LO_DS PLT16_LO_DS SECTOFF_DS SECTOFF_LO_DS TOC16_DS TOC16_LO_DS PLTGOT16_DS " +
      "PLTGOT16_LO_DS TLS DTPMOD64 TPREL16 TPREL16_LO TPREL16_HI TPREL16_HA TPREL64 DTPREL16 DTPREL16_LO " +
      "DTPREL16_HI DTPREL16_HA DTPREL64 GOT_TLSGD16 GOT_TLSGD16_LO GOT_TLSGD16_HI GOT_TLSGD16_HA GOT_TLSLD16 " +
      "GOT_TLSLD16_LO GOT_TLSLD16_HI GOT_TLSLD16_HA GOT_TPREL16_DS GOT_TPREL16_LO_DS GOT_TPREL16_HI " +
      "GOT_TPREL16_HA GOT_DTPREL16_DS GOT_DTPREL16_LO_DS GOT_DTPREL16_HI GOT_DTPREL16_HA TPREL16_DS " +
      "TPREL16_LO_DS TPREL16_HIGHER TPREL16_HIGHERA TPREL16_HIGHEST TPREL16_HIGHESTA DTPREL16_DS DTPREL16_LO_DS " +
      "DTPREL16_HIGHER DTPREL16_HIGHERA DTPREL16_HIGHEST DTPREL16_HIGHESTA TLSGD TLSLD TOCSAVE ADDR16_HIGH " +
      "ADDR16_HIGHA TPREL16_HIGH TPREL16_HIGHA DTPREL16_HIGH DTPREL16_HIGHA REL24_NOTOC ADDR64_LOCAL ENTRY " +
      "PLTSEQ PLTCALL PLTSEQ_NOTOC PLTCALL_NOTOC PCREL_OPT REL24_P9NOTOC @128 D34 D34_LO D34_HI30 D34_HA30 " +
      "PCREL34 GOT_PCREL34 PLT_PCREL34 PLT_PCREL34_NOTOC ADDR16_HIGHER34 ADDR16_HIGHERA34 ADDR16_HIGHEST34 " +
      "ADDR16_HIGHESTA34 REL16_HIGHER34 REL16_HIGHERA34 REL16_HIGHEST34 REL16_HIGHESTA34 D28 PCREL28 TPREL34 " +
      "DTPREL34 GOT_TLSGD_PCREL34 GOT_TLSLD_PCREL34 GOT_TPREL_PCREL34 GOT_DTPREL_PCREL34 @240 REL16_HIGH " +
      "REL16_HIGHA REL16_HIGHER REL16_HIGHERA REL16_HIGHEST REL16_HIGHESTA REL16DX_HA JMP_IREL IRELATIVE REL16 " +
      "REL16_LO REL16_HI REL16_HA GNU_VTINHERIT GNU_VTENTRY",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: true, flags: null,
      loaders: ["/lib64/ld64.so.2"], cacheFlags: [0x503], platform: "power8",
      multiarch: "powerpc64le-linux-gnu", libraryDirectory: "lib64", muslArch: "powerpc64le",
    },
    {
      class: null, littleEndian: false, flags: null,
      loaders: ["/lib64/ld64.so.1"], cacheFlags: [0x503], platform: "ppc64",
      multiarch: "powerpc64-linux-gnu", libraryDirectory: "lib64", muslArch: "powerpc64",
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: {
    copy: 19, got: 20,
    call: [
      10, 21, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92,
      93, 94,
    ],
  },
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: [
    {
      class: 64, littleEndian: true, bothOrders: false,
      rows: [
        ["musl", "....4c3c ....4238 28008c80 1462847c 780b237c e4062178 00000038"],
        ["glibc", "....4c3c ....4238 780b297c e4062178 00000038 81ff21f8 a603087c 000001f8 ....02e9"],
        ["dietlibc", "....4c3c ....4238 780b297c e4062178 00000038 81ff21f8 a603087c 000001f8 0000c03d"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld64\.so\.2$/, libc: "glibc", class: 64 },
    { name: /^ld64\.so\.1$/, libc: "glibc", class: 64 },
    { name: /^ld-musl-powerpc64(le)?(-sf)?\.so\.1$/, libc: "musl", class: 64 },
  ],
  pages: [
    { bionic: false, class: null, size: 0x10000, whose: "most Linux distributions for POWER" },
  ],
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: ["powerpcle", "powerpc"],
  ports: [
    {
      class: 64, littleEndian: true, name: "ppc64le", python: "ppc64le", hasPolicies: true,
      zig: "powerpc64le-linux-gnu", glibcLoader: "ld64.so.2",
    },
    {
      class: 64, littleEndian: false, name: null, python: "ppc64", hasPolicies: true,
      zig: null, glibcLoader: null,
    },
  ],
};

// 64-bit ARM.
// Sources: "ELF for the Arm 64-bit Architecture" (aaelf64); glibc's sysdeps/aarch64; binutils' bfd/elfnn-aarch64.c
// and include/elf/aarch64.h; musl's arch/aarch64.
import type {
  DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, SymbolsCard, TypesCard,
} from "./kinds.js";

export const dynamic: DynamicCard = {
  tags: {
    AARCH64_BTI_PLT: [0x70000001, "value"], AARCH64_PAC_PLT: [0x70000003, "value"],
    AARCH64_VARIANT_PCS: [0x70000005, "value"],
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
  entry: "address",
};

export const symbols: SymbolsCard = {
  mapping: /^\$[xd](\.|$)/,
  temporaryPrefix: null,
  unusedSectionSymbols: true,
};

export const types: TypesCard = {
  segmentTypes: { AARCH64_ARCHEXT: 0x70000000, AARCH64_UNWIND: 0x70000001, AARCH64_MEMTAG_MTE: 0x70000002 },
  sectionTypes: {
    AARCH64_ATTRIBUTES: 0x70000003, AARCH64_AUTH_RELR: 0x70000004, AARCH64_MEMTAG_GLOBALS_STATIC: 0x70000007,
  },
  properties: {
    0xc0000000: { name: "AARCH64_FEATURE_1_AND", bits: ["BTI", "PAC", "GCS"] },
    0xc0000001: { name: "AARCH64_FEATURE_PAUTH" },
  },
  headerFlags: null,
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_AARCH64_",
    names:
      "NONE P32_ABS32 @180 P32_COPY P32_GLOB_DAT P32_JUMP_SLOT P32_RELATIVE P32_TLS_DTPMOD P32_TLS_DTPREL " +
      "P32_TLS_TPREL P32_TLSDESC P32_IRELATIVE @257 ABS64 ABS32 ABS16 PREL64 PREL32 PREL16 MOVW_UABS_G0 " +
      "MOVW_UABS_G0_NC MOVW_UABS_G1 MOVW_UABS_G1_NC MOVW_UABS_G2 MOVW_UABS_G2_NC MOVW_UABS_G3 MOVW_SABS_G0 " +
      "MOVW_SABS_G1 MOVW_SABS_G2 LD_PREL_LO19 ADR_PREL_LO21 ADR_PREL_PG_HI21 ADR_PREL_PG_HI21_NC " +
      "ADD_ABS_LO12_NC LDST8_ABS_LO12_NC TSTBR14 CONDBR19 @282 JUMP26 CALL26 LDST16_ABS_LO12_NC " +
      "LDST32_ABS_LO12_NC LDST64_ABS_LO12_NC MOVW_PREL_G0 MOVW_PREL_G0_NC MOVW_PREL_G1 MOVW_PREL_G1_NC " +
      "MOVW_PREL_G2 MOVW_PREL_G2_NC MOVW_PREL_G3 @299 LDST128_ABS_LO12_NC MOVW_GOTOFF_G0 MOVW_GOTOFF_G0_NC " +
      "MOVW_GOTOFF_G1 MOVW_GOTOFF_G1_NC MOVW_GOTOFF_G2 MOVW_GOTOFF_G2_NC MOVW_GOTOFF_G3 GOTREL64 GOTREL32 " +
      "GOT_LD_PREL19 LD64_GOTOFF_LO15 ADR_GOT_PAGE LD64_GOT_LO12_NC LD64_GOTPAGE_LO15 @512 TLSGD_ADR_PREL21 " +
      "TLSGD_ADR_PAGE21 TLSGD_ADD_LO12_NC TLSGD_MOVW_G1 TLSGD_MOVW_G0_NC TLSLD_ADR_PREL21 TLSLD_ADR_PAGE21 " +
      "TLSLD_ADD_LO12_NC TLSLD_MOVW_G1 TLSLD_MOVW_G0_NC TLSLD_LD_PREL19 TLSLD_MOVW_DTPREL_G2 " +
      "TLSLD_MOVW_DTPREL_G1 TLSLD_MOVW_DTPREL_G1_NC TLSLD_MOVW_DTPREL_G0 TLSLD_MOVW_DTPREL_G0_NC " +
      "TLSLD_ADD_DTPREL_HI12 TLSLD_ADD_DTPREL_LO12 TLSLD_ADD_DTPREL_LO12_NC TLSLD_LDST8_DTPREL_LO12 " +
      "TLSLD_LDST8_DTPREL_LO12_NC TLSLD_LDST16_DTPREL_LO12 TLSLD_LDST16_DTPREL_LO12_NC TLSLD_LDST32_DTPREL_LO12 " +
      "TLSLD_LDST32_DTPREL_LO12_NC TLSLD_LDST64_DTPREL_LO12 TLSLD_LDST64_DTPREL_LO12_NC TLSIE_MOVW_GOTTPREL_G1 " +
      "TLSIE_MOVW_GOTTPREL_G0_NC TLSIE_ADR_GOTTPREL_PAGE21 TLSIE_LD64_GOTTPREL_LO12_NC TLSIE_LD_GOTTPREL_PREL19 " +
      "TLSLE_MOVW_TPREL_G2 TLSLE_MOVW_TPREL_G1 TLSLE_MOVW_TPREL_G1_NC TLSLE_MOVW_TPREL_G0 " +
      "TLSLE_MOVW_TPREL_G0_NC TLSLE_ADD_TPREL_HI12 TLSLE_ADD_TPREL_LO12 TLSLE_ADD_TPREL_LO12_NC " +
      "TLSLE_LDST8_TPREL_LO12 TLSLE_LDST8_TPREL_LO12_NC TLSLE_LDST16_TPREL_LO12 TLSLE_LDST16_TPREL_LO12_NC " +
      "TLSLE_LDST32_TPREL_LO12 TLSLE_LDST32_TPREL_LO12_NC TLSLE_LDST64_TPREL_LO12 TLSLE_LDST64_TPREL_LO12_NC " +
      "TLSDESC_LD_PREL19 TLSDESC_ADR_PREL21 TLSDESC_ADR_PAGE21 TLSDESC_LD64_LO12 TLSDESC_ADD_LO12 " +
      "TLSDESC_OFF_G1 TLSDESC_OFF_G0_NC TLSDESC_LDR TLSDESC_ADD TLSDESC_CALL TLSLE_LDST128_TPREL_LO12 " +
      "TLSLE_LDST128_TPREL_LO12_NC TLSLD_LDST128_DTPREL_LO12 TLSLD_LDST128_DTPREL_LO12_NC @1024 COPY GLOB_DAT " +
      "JUMP_SLOT RELATIVE TLS_DTPMOD64 TLS_DTPREL64 TLS_TPREL64 TLSDESC IRELATIVE",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: true, flags: null,
      loaders: ["/lib/ld-linux-aarch64.so.1"], cacheFlags: [0xa03], platform: "aarch64",
      multiarch: "aarch64-linux-gnu", libraryDirectory: "lib64", muslArch: "aarch64",
    },
    {
      class: null, littleEndian: false, flags: null,
      loaders: ["/lib/ld-linux-aarch64_be.so.1"], cacheFlags: [0xa03], platform: "aarch64_be",
      multiarch: "aarch64_be-linux-gnu", libraryDirectory: "lib64", muslArch: "aarch64_be",
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 1024, got: 1025, call: [1026, 1028, 1029, 1030, 1031] },
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: [
    {
      class: 64, littleEndian: true, bothOrders: false,
      rows: [
        ["musl", "1d0080d2 1e0080d2 e0030091 ........ ......91 1fec7c92"],
        ["musl", "1d0080d2 1e0080d2 e0030091 1fec7c92", "likely"],
        ["glibc", "1d0080d2 1e0080d2 e50300aa e10340f9 e2230091 e6030091"],
        ["glibc", "..2.03d5 1d0080d2 1e0080d2 e50300aa e10340f9 e2230091 e6030091"],
        ["bionic", "..2.03d5 1d0080d2 1e0080d2 e0030091 ......14"],
        ["bionic", "1d0080d2 1e0080d2 e0030091 ......14", "likely"],
        ["dietlibc", "1d0080d2 1e0080d2 e00340f9 e1230091 ......58"],
        ["go", "e00340f9 e1230091 ......94 00000000"],
        ["go", "......17 00000000 00000000 00000000 00000000"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld-linux-aarch64(_be)?\.so\.1$/, libc: "glibc", class: 64 },
    { name: /^ld-musl-aarch64(_be)?\.so\.1$/, libc: "musl", class: 64 },
  ],
  pages: [
    { bionic: true, class: 64, size: 0x4000, whose: "Android 15 and later, and asked for by Google Play" },
    { bionic: false, class: null, size: 0x4000, whose: "Linux on Apple's processors" },
    {
      bionic: false, class: null, size: 0x10000,
      whose: "Linux distributions for servers: Red Hat's kernel-64k, CentOS 7 and 8",
    },
  ],
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: ["littleaarch64", "bigaarch64"],
  ports: [
    {
      class: 64, littleEndian: true, name: "aarch64", python: "aarch64", hasPolicies: true,
      zig: "aarch64-linux-gnu", glibcLoader: "ld-linux-aarch64.so.1",
    },
  ],
};

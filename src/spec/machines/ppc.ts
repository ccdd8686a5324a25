// 32-bit PowerPC.
// Sources: the Power Architecture 32-bit ABI Supplement; glibc's sysdeps/powerpc/powerpc32; binutils' bfd/elf32-ppc.c
// and include/elf/ppc.h; musl's arch/powerpc.
import type {
  DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, TypesCard,
} from "./kinds.js";

export { symbols } from "./plain.js";

export const dynamic: DynamicCard = {
  tags: { PPC_GOT: [0x70000000, "address"], PPC_OPT: [0x70000001, "value"] },
  hashEntry: 4,
  gotOrder: null,
};

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
    bits: { PPC_RELOCATABLE_LIB: 0x8000, PPC_RELOCATABLE: 0x10000, PPC_EMB: 0x80000000 },
    fields: null,
    older: null,
  },
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_PPC_",
    names:
      "NONE ADDR32 ADDR24 ADDR16 ADDR16_LO ADDR16_HI ADDR16_HA ADDR14 ADDR14_BRTAKEN ADDR14_BRNTAKEN REL24 " +
      "REL14 REL14_BRTAKEN REL14_BRNTAKEN GOT16 GOT16_LO GOT16_HI GOT16_HA PLTREL24 COPY GLOB_DAT JMP_SLOT " +
      "RELATIVE LOCAL24PC UADDR32 UADDR16 REL32 PLT32 PLTREL32 PLT16_LO PLT16_HI PLT16_HA SDAREL16 SECTOFF " +
      "SECTOFF_LO SECTOFF_HI SECTOFF_HA ADDR30 @67 TLS DTPMOD32 TPREL16 TPREL16_LO TPREL16_HI TPREL16_HA " +
      "TPREL32 DTPREL16 DTPREL16_LO DTPREL16_HI DTPREL16_HA DTPREL32 GOT_TLSGD16 GOT_TLSGD16_LO GOT_TLSGD16_HI " +
      "GOT_TLSGD16_HA GOT_TLSLD16 GOT_TLSLD16_LO GOT_TLSLD16_HI GOT_TLSLD16_HA GOT_TPREL16 GOT_TPREL16_LO " +
      "GOT_TPREL16_HI GOT_TPREL16_HA GOT_DTPREL16 GOT_DTPREL16_LO GOT_DTPREL16_HI GOT_DTPREL16_HA TLSGD TLSLD " +
      "@101 EMB_NADDR32 EMB_NADDR16 EMB_NADDR16_LO EMB_NADDR16_HI EMB_NADDR16_HA EMB_SDAI16 EMB_SDA2I16 " +
      "EMB_SDA2REL EMB_SDA21 EMB_MRKREF EMB_RELSEC16 EMB_RELST_LO EMB_RELST_HI EMB_RELST_HA EMB_BIT_FLD " +
      "EMB_RELSDA @119 PLTSEQ PLTCALL @180 DIAB_SDA21_LO DIAB_SDA21_HI DIAB_SDA21_HA DIAB_RELSDA_LO " +
      "DIAB_RELSDA_HI DIAB_RELSDA_HA @216 VLE_REL8 VLE_REL15 VLE_REL24 VLE_LO16A VLE_LO16D VLE_HI16A VLE_HI16D " +
      "VLE_HA16A VLE_HA16D VLE_SDA21 VLE_SDA21_LO VLE_SDAREL_LO16A VLE_SDAREL_LO16D VLE_SDAREL_HI16A " +
      "VLE_SDAREL_HI16D VLE_SDAREL_HA16A VLE_SDAREL_HA16D VLE_ADDR20 @246 REL16DX_HA @248 IRELATIVE REL16 " +
      "REL16_LO REL16_HI REL16_HA GNU_VTINHERIT GNU_VTENTRY TOC16",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld.so.1"], cacheFlags: [3, 1], platform: "powerpc",
      multiarch: "powerpc-linux-gnu", libraryDirectory: "lib", muslArch: "powerpc",
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
      class: 32, littleEndian: false, bothOrders: false,
      rows: [
        ["glibc", "7c290b78 54210036 429f0005 7da802a6"],
        ["musl", "48000009 ........ 7c8802a6 80640000 7c832214 7c230b78", "likely"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld-musl-powerpc(-sf)?\.so\.1$/, libc: "musl", class: 32 },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: ["powerpcle", "powerpc"],
  ports: [
    {
      class: 32, littleEndian: null, name: null, python: "ppc", hasPolicies: false,
      zig: null, glibcLoader: null,
    },
  ],
};

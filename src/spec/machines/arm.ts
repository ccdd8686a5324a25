// 32-bit ARM.
// Sources: "ELF for the Arm Architecture" (aaelf32); glibc's sysdeps/arm; binutils' bfd/elf32-arm.c and
// include/elf/arm.h; musl's arch/arm.
import type {
  LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, SymbolsCard, TypesCard,
} from "./kinds.js";

export { dynamic } from "./plain.js";

/** EF_ARM_ABI_FLOAT_SOFT, EF_ARM_ABI_FLOAT_HARD. */
const FLOAT_SOFT = 0x200;
const FLOAT_HARD = 0x400;

export const memory: MemoryCard = {
  // GNU ld gives files for ARM a p_align of 4 KiB, so no kernel that runs them has larger pages.
  maxPage: 0x1000,
  executableStack: true,
  gotHoldsDynamic: true,
  readOnlyDynamic: false,
  // PT_ARM_EXIDX.
  segments: [{ type: 0x70000001, isMapped: true, section: null }],
  entry: "thumb",
};

export const symbols: SymbolsCard = {
  mapping: /^\$[atd](\.|$)/,
  temporaryPrefix: null,
  unusedSectionSymbols: true,
};

export const types: TypesCard = {
  segmentTypes: { ARM_ARCHEXT: 0x70000000, ARM_EXIDX: 0x70000001 },
  sectionTypes: { ARM_EXIDX: 0x70000001, ARM_PREEMPTMAP: 0x70000002, ARM_ATTRIBUTES: 0x70000003 },
  properties: null,
  headerFlags: {
    bits: {
      ARM_ABI_FLOAT_SOFT: 0x200, ARM_ABI_FLOAT_HARD: 0x400, ARM_LE8: 0x400000, ARM_BE8: 0x800000,
    },
    fields: [
      { mask: 0xff000000, values: {
        0x1000000: "ARM_EABI_VER1", 0x2000000: "ARM_EABI_VER2", 0x3000000: "ARM_EABI_VER3", 0x4000000: "ARM_EABI_VER4",
        0x5000000: "ARM_EABI_VER5",
      } },
    ],
    older: {
      unless: 0xff000000,
      bits: {
        ARM_RELEXEC: 1, ARM_INTERWORK: 4, ARM_APCS_26: 8, ARM_APCS_FLOAT: 0x10, ARM_PIC: 0x20, ARM_ALIGN8: 0x40,
        ARM_NEW_ABI: 0x80, ARM_OLD_ABI: 0x100, ARM_SOFT_FLOAT: 0x200, ARM_VFP_FLOAT: 0x400, ARM_MAVERICK_FLOAT: 0x800,
      },
      fields: null,
    },
  },
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_ARM_",
    names:
      "NONE PC24 ABS32 REL32 LDR_PC_G0 ABS16 ABS12 THM_ABS5 ABS8 SBREL32 THM_CALL THM_PC8 BREL_ADJ TLS_DESC " +
      "THM_SWI8 XPC25 THM_XPC22 TLS_DTPMOD32 TLS_DTPOFF32 TLS_TPOFF32 COPY GLOB_DAT JUMP_SLOT RELATIVE GOTOFF32 " +
      "BASE_PREL GOT_BREL PLT32 CALL JUMP24 THM_JUMP24 BASE_ABS ALU_PCREL7_0 ALU_PCREL15_8 ALU_PCREL23_15 " +
      "LDR_SBREL_11_0 ALU_SBREL_19_12 ALU_SBREL_27_20 TARGET1 SBREL31 V4BX TARGET2 PREL31 MOVW_ABS_NC MOVT_ABS " +
      "MOVW_PREL_NC MOVT_PREL THM_MOVW_ABS_NC THM_MOVT_ABS THM_MOVW_PREL_NC THM_MOVT_PREL THM_JUMP19 THM_JUMP6 " +
      "THM_ALU_PREL_11_0 THM_PC12 ABS32_NOI REL32_NOI ALU_PC_G0_NC ALU_PC_G0 ALU_PC_G1_NC ALU_PC_G1 ALU_PC_G2 " +
      "LDR_PC_G1 LDR_PC_G2 LDRS_PC_G0 LDRS_PC_G1 LDRS_PC_G2 LDC_PC_G0 LDC_PC_G1 LDC_PC_G2 ALU_SB_G0_NC " +
      "ALU_SB_G0 ALU_SB_G1_NC ALU_SB_G1 ALU_SB_G2 LDR_SB_G0 LDR_SB_G1 LDR_SB_G2 LDRS_SB_G0 LDRS_SB_G1 " +
      "LDRS_SB_G2 LDC_SB_G0 LDC_SB_G1 LDC_SB_G2 MOVW_BREL_NC MOVT_BREL MOVW_BREL THM_MOVW_BREL_NC THM_MOVT_BREL " +
      "THM_MOVW_BREL TLS_GOTDESC TLS_CALL TLS_DESCSEQ THM_TLS_CALL PLT32_ABS GOT_ABS GOT_PREL GOT_BREL12 " +
      "GOTOFF12 GOTRELAX GNU_VTENTRY GNU_VTINHERIT THM_JUMP11 THM_JUMP8 TLS_GD32 TLS_LDM32 TLS_LDO32 TLS_IE32 " +
      "TLS_LE32 TLS_LDO12 TLS_LE12 TLS_IE12GP @128 ME_TOO THM_TLS_DESCSEQ THM_TLS_DESCSEQ32 THM_GOT_BREL12 " +
      "THM_ALU_ABS_G0_NC THM_ALU_ABS_G1_NC THM_ALU_ABS_G2_NC THM_ALU_ABS_G3_NC THM_BF16 THM_BF12 THM_BF18 @160 " +
      "IRELATIVE GOTFUNCDESC GOTOFFFUNCDESC FUNCDESC FUNCDESC_VALUE TLS_GD32_FDPIC TLS_LDM32_FDPIC " +
      "TLS_IE32_FDPIC @249 RXPC25 RSBREL32 THM_RPC22 RREL32 RABS32 RPC24 RBASE",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: [FLOAT_HARD, FLOAT_HARD],
      loaders: ["/lib/ld-linux-armhf.so.3"], cacheFlags: [0x903, 3], platform: "v7l",
      multiarch: "arm-linux-gnueabihf", libraryDirectory: "lib", muslArch: "armhf",
    },
    {
      class: null, littleEndian: null, flags: [FLOAT_SOFT, FLOAT_SOFT],
      loaders: ["/lib/ld-linux.so.3"], cacheFlags: [0xb03, 3], platform: "v5l",
      multiarch: "arm-linux-gnueabi", libraryDirectory: "lib", muslArch: "arm",
    },
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux-armhf.so.3", "/lib/ld-linux.so.3"], cacheFlags: [0x903, 0xb03, 3], platform: "v7l",
      multiarch: "arm-linux-gnueabihf", libraryDirectory: "lib", muslArch: "armhf",
    },
  ],
  sameFlags: null,
  // ELFOSABI_ARM.
  osabi: 97,
  relocationForm: "rel",
  relocations: { copy: 20, got: 21, call: [13, 17, 18, 19, 22] },
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: [
    {
      class: 32, littleEndian: true, bothOrders: false,
      rows: [
        ["musl", "00b0a0e3 00e0a0e3 10109fe5 01108fe0 0d00a0e1 0fc0c0e3"],
        ["musl", "4ff0000b 4ff0000e 0349 7944 6846 20f00f0c"],
        ["glibc", "00b0a0e3 00e0a0e3 04109de4 0d20a0e1 04202de5 04002de5"],
        ["glibc", "4ff0000b 4ff0000e 02bc 6a46 04b4 01b4"],
        ["dietlibc", "00b0a0e3 00009de5 04108de2 ......e5 002181e0"],
        ["go", "00009de5 04108de2 04409fe5 00f084e2"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld-linux(-armhf)?\.so\.3$/, libc: "glibc", class: 32 },
    { name: /^ld-musl-arm(eb)?(hf)?\.so\.1$/, libc: "musl", class: 32 },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: ["littlearm", "bigarm"],
  ports: [
    {
      class: 32, littleEndian: true, name: "arm", python: "armv7l", hasPolicies: true,
      zig: null, glibcLoader: "ld-linux-armhf.so.3",
    },
  ],
};

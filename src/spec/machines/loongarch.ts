// LoongArch.
// Sources: the LoongArch psABI (la-abi-specs); glibc's sysdeps/loongarch; binutils' bfd/elfnn-loongarch.c and
// include/elf/loongarch.h; musl's arch/loongarch64.
import type { LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, TypesCard } from "./kinds.js";

export { dynamic, symbols } from "./plain.js";

/** EF_LOONGARCH_ABI_MODIFIER_MASK, and its value without floating point. */
const FLOAT_ABI = 7;
const FLOAT_SOFT = 1;

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: false,
  gotHoldsDynamic: false,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: null,
  properties: null,
  headerFlags: {
    bits: null,
    fields: [
      { mask: 7, values: {
        1: "LOONGARCH_ABI_SOFT_FLOAT", 2: "LOONGARCH_ABI_SINGLE_FLOAT", 3: "LOONGARCH_ABI_DOUBLE_FLOAT",
      } },
      { mask: 0xc0, values: { 0: "LOONGARCH_OBJABI_V0", 0x40: "LOONGARCH_OBJABI_V1" } },
    ],
    older: null,
  },
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_LARCH_",
    names:
      "NONE 32 64 RELATIVE COPY JUMP_SLOT TLS_DTPMOD32 TLS_DTPMOD64 TLS_DTPREL32 TLS_DTPREL64 TLS_TPREL32 " +
      "TLS_TPREL64 IRELATIVE TLS_DESC32 TLS_DESC64 @20 MARK_LA MARK_PCREL SOP_PUSH_PCREL SOP_PUSH_ABSOLUTE " +
      "SOP_PUSH_DUP SOP_PUSH_GPREL SOP_PUSH_TLS_TPREL SOP_PUSH_TLS_GOT SOP_PUSH_TLS_GD SOP_PUSH_PLT_PCREL " +
      "SOP_ASSERT SOP_NOT SOP_SUB SOP_SL SOP_SR SOP_ADD SOP_AND SOP_IF_ELSE SOP_POP_32_S_10_5 " +
      "SOP_POP_32_U_10_12 SOP_POP_32_S_10_12 SOP_POP_32_S_10_16 SOP_POP_32_S_10_16_S2 SOP_POP_32_S_5_20 " +
      "SOP_POP_32_S_0_5_10_16_S2 SOP_POP_32_S_0_10_10_16_S2 SOP_POP_32_U ADD8 ADD16 ADD24 ADD32 ADD64 SUB8 " +
      "SUB16 SUB24 SUB32 SUB64 GNU_VTINHERIT GNU_VTENTRY @64 B16 B21 B26 ABS_HI20 ABS_LO12 ABS64_LO20 " +
      "ABS64_HI12 PCALA_HI20 PCALA_LO12 PCALA64_LO20 PCALA64_HI12 GOT_PC_HI20 GOT_PC_LO12 GOT64_PC_LO20 " +
      "GOT64_PC_HI12 GOT_HI20 GOT_LO12 GOT64_LO20 GOT64_HI12 TLS_LE_HI20 TLS_LE_LO12 TLS_LE64_LO20 " +
      "TLS_LE64_HI12 TLS_IE_PC_HI20 TLS_IE_PC_LO12 TLS_IE64_PC_LO20 TLS_IE64_PC_HI12 TLS_IE_HI20 TLS_IE_LO12 " +
      "TLS_IE64_LO20 TLS_IE64_HI12 TLS_LD_PC_HI20 TLS_LD_HI20 TLS_GD_PC_HI20 TLS_GD_HI20 32_PCREL RELAX @102 " +
      "ALIGN PCREL20_S2 CFA ADD6 SUB6 ADD_ULEB128 SUB_ULEB128 64_PCREL CALL36 TLS_DESC_PC_HI20 TLS_DESC_PC_LO12 " +
      "TLS_DESC64_PC_LO20 TLS_DESC64_PC_HI12 TLS_DESC_HI20 TLS_DESC_LO12 TLS_DESC64_LO20 TLS_DESC64_HI12 " +
      "TLS_DESC_LD TLS_DESC_CALL TLS_LE_HI20_R TLS_LE_ADD_R TLS_LE_LO12_R TLS_LD_PCREL20_S2 TLS_GD_PCREL20_S2 " +
      "TLS_DESC_PCREL20_S2",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: [FLOAT_ABI, FLOAT_SOFT],
      loaders: ["/lib64/ld-linux-loongarch-lp64s.so.1"], cacheFlags: [0x1103], platform: "loongarch64",
      multiarch: "loongarch64-linux-gnu", libraryDirectory: "lib64", muslArch: "loongarch64",
    },
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib64/ld-linux-loongarch-lp64d.so.1"], cacheFlags: [0x1203], platform: "loongarch64",
      multiarch: "loongarch64-linux-gnu", libraryDirectory: "lib64", muslArch: "loongarch64",
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 4, got: null, call: [5, 6, 7, 8, 9, 10, 11, 13, 14] },
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: [
    {
      class: 64, littleEndian: true, bothOrders: false,
      rows: [
        ["musl", "16001500 64001500 ........ ........ 03008300"],
        ["glibc", "89001500 ........ ........ ........ ........ ........ 6500c028 6620c002 03008300"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld-linux-loongarch-[\w]+\.so\.1$/, libc: "glibc", class: null },
    { name: /^ld-musl-loongarch64(-s[fp])?\.so\.1$/, libc: "musl", class: 64 },
  ],
  pages: [
    { bionic: false, class: null, size: 0x4000, whose: "Linux on LoongArch" },
  ],
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: ["loongarch", null],
  ports: [
    {
      class: 64, littleEndian: true, name: "loongarch64", python: "loongarch64", hasPolicies: true,
      zig: null, glibcLoader: "ld-linux-loongarch-lp64d.so.1",
    },
  ],
};

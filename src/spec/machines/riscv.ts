// RISC-V of both classes.
// Sources: the RISC-V psABI (riscv-elf-psabi-doc); glibc's sysdeps/riscv; binutils' bfd/elfnn-riscv.c and
// include/elf/riscv.h; musl's arch/riscv32 and arch/riscv64.
import type {
  DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, SymbolsCard, TypesCard,
} from "./kinds.js";

/** EF_RISCV_FLOAT_ABI, and its value for floating point of double width. */
const FLOAT_ABI = 6;
const FLOAT_DOUBLE = 4;

export const dynamic: DynamicCard = {
  tags: { RISCV_VARIANT_CC: [0x70000001, "value"] },
  hashEntry: 4,
  gotOrder: null,
};

export const memory: MemoryCard = {
  maxPage: 0x1000,
  executableStack: false,
  gotHoldsDynamic: false,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const symbols: SymbolsCard = {
  mapping: /^\$(x|d(\.|$))/,
  temporaryPrefix: null,
  unusedSectionSymbols: true,
};

export const types: TypesCard = {
  segmentTypes: { RISCV_ATTRIBUTES: 0x70000003 },
  sectionTypes: { RISCV_ATTRIBUTES: 0x70000003 },
  properties: {
    0xc0000000: { name: "RISCV_FEATURE_1_AND", bits: ["CFI_LP_UNLABELED", "CFI_SS", "CFI_LP_FUNC_SIG"] },
  },
  headerFlags: {
    bits: { RISCV_RVC: 1, RISCV_RVE: 8, RISCV_TSO: 0x10 },
    fields: [
      { mask: 6, values: {
        0: "RISCV_FLOAT_ABI_SOFT", 2: "RISCV_FLOAT_ABI_SINGLE", 4: "RISCV_FLOAT_ABI_DOUBLE", 6: "RISCV_FLOAT_ABI_QUAD",
      } },
    ],
    older: null,
  },
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_RISCV_",
    names:
      "NONE 32 64 RELATIVE COPY JUMP_SLOT TLS_DTPMOD32 TLS_DTPMOD64 TLS_DTPREL32 TLS_DTPREL64 TLS_TPREL32 " +
      "TLS_TPREL64 TLSDESC @16 BRANCH JAL CALL CALL_PLT GOT_HI20 TLS_GOT_HI20 TLS_GD_HI20 PCREL_HI20 " +
      "PCREL_LO12_I PCREL_LO12_S HI20 LO12_I LO12_S TPREL_HI20 TPREL_LO12_I TPREL_LO12_S TPREL_ADD ADD8 ADD16 " +
      "ADD32 ADD64 SUB8 SUB16 SUB32 SUB64 GNU_VTINHERIT GNU_VTENTRY ALIGN RVC_BRANCH RVC_JUMP RVC_LUI GPREL_I " +
      "GPREL_S TPREL_I TPREL_S RELAX SUB6 SET6 SET8 SET16 SET32 32_PCREL IRELATIVE PLT32 SET_ULEB128 " +
      "SUB_ULEB128 TLSDESC_HI20 TLSDESC_LOAD_LO12 TLSDESC_ADD_LO12 TLSDESC_CALL",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: 64, littleEndian: null, flags: [FLOAT_ABI, FLOAT_DOUBLE],
      loaders: ["/lib/ld-linux-riscv64-lp64d.so.1"], cacheFlags: [0x1003], platform: "riscv64",
      multiarch: "riscv64-linux-gnu", libraryDirectory: "lib64", muslArch: "riscv64",
    },
    {
      class: 64, littleEndian: null, flags: [FLOAT_ABI, 0],
      loaders: ["/lib/ld-linux-riscv64-lp64.so.1"], cacheFlags: [0xf03], platform: "riscv64",
      multiarch: "riscv64-linux-gnu", libraryDirectory: "lib64", muslArch: "riscv64-sf",
    },
    {
      class: 64, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux-riscv64-lp64.so.1"], cacheFlags: [0xf03], platform: "riscv64",
      multiarch: "riscv64-linux-gnu", libraryDirectory: "lib64", muslArch: "riscv64",
    },
    {
      class: 32, littleEndian: null, flags: [FLOAT_ABI, FLOAT_DOUBLE],
      loaders: ["/lib/ld-linux-riscv32-ilp32d.so.1"], cacheFlags: [0x1003], platform: "riscv32",
      multiarch: null, libraryDirectory: "lib32", muslArch: "riscv32",
    },
    {
      class: 32, littleEndian: null, flags: [FLOAT_ABI, 0],
      loaders: ["/lib/ld-linux-riscv32-ilp32.so.1"], cacheFlags: [0xf03], platform: "riscv32",
      multiarch: null, libraryDirectory: "lib32", muslArch: "riscv32-sf",
    },
    {
      class: 32, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux-riscv32-ilp32.so.1"], cacheFlags: [0xf03], platform: "riscv32",
      multiarch: null, libraryDirectory: "lib32", muslArch: "riscv32",
    },
  ],
  sameFlags: { 32: FLOAT_ABI, 64: FLOAT_ABI },
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 4, got: null, call: [5, 6, 7, 8, 9, 10, 11, 12] },
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: [
    {
      class: 64, littleEndian: true, bothOrders: false,
      rows: [
        // load_gp is called by jal where the linker relaxes, elsewhere by auipc and jalr.
        ["glibc", "........ aa87 .......... ...... 8265 3000 137101ff 8146 0147 0a88"],
        ["glibc", "........ ........ aa87 .......... ...... 8265 3000 137101ff 8146 0147 0a88", "likely"],
        ["musl", "97.1.... 9381.1.. 0a85 97.5.... 9385.5.. 137101ff"],
        ["go", "03350100 93058100 6f......"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld-linux-riscv64-[\w]+\.so\.1$/, libc: "glibc", class: 64 },
    { name: /^ld-linux-riscv32-[\w]+\.so\.1$/, libc: "glibc", class: 32 },
    { name: /^ld-musl-riscv64(-s[fp])?\.so\.1$/, libc: "musl", class: 64 },
    { name: /^ld-musl-riscv32(-s[fp])?\.so\.1$/, libc: "musl", class: 32 },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: ["littleriscv", "bigriscv"],
  ports: [
    {
      class: 64, littleEndian: true, name: "riscv64", python: "riscv64", hasPolicies: true,
      zig: "riscv64-linux-gnu", glibcLoader: "ld-linux-riscv64-lp64d.so.1",
    },
  ],
};

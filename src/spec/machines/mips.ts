// MIPS with the ABIs o32, n32 and n64.
// Sources: the MIPS psABI, third edition; SGI's "64-bit ELF Object File Specification"; glibc's sysdeps/mips;
// binutils' bfd/elfxx-mips.c and include/elf/mips.h; musl's arch/mips, arch/mipsn32 and arch/mips64.
import type {
  DynamicCard, HeaderFlags, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, SymbolsCard, TypesCard,
} from "./kinds.js";

/** EF_MIPS_ABI2 (n32), EF_MIPS_NAN2008, and both. */
const ABI2 = 0x20;
const NAN2008 = 0x400;
const ABI2_NAN2008 = 0x420;

/** The same for all e_machine numbers of the machine. */
export const relocations: NonNullable<NamesCard["relocations"]> = {
  prefix: "R_MIPS_",
  names:
    "NONE 16 32 REL32 26 HI16 LO16 GPREL16 LITERAL GOT16 PC16 CALL16 GPREL32 @16 SHIFT5 SHIFT6 64 GOT_DISP " +
    "GOT_PAGE GOT_OFST GOT_HI16 GOT_LO16 SUB INSERT_A INSERT_B DELETE HIGHER HIGHEST CALL_HI16 CALL_LO16 " +
    "SCN_DISP REL16 ADD_IMMEDIATE PJUMP RELGOT JALR TLS_DTPMOD32 TLS_DTPREL32 TLS_DTPMOD64 TLS_DTPREL64 TLS_GD " +
    "TLS_LDM TLS_DTPREL_HI16 TLS_DTPREL_LO16 TLS_GOTTPREL TLS_TPREL32 TLS_TPREL64 TLS_TPREL_HI16 TLS_TPREL_LO16 " +
    "GLOB_DAT @60 PC21_S2 PC26_S2 PC18_S3 PC19_S2 PCHI16 PCLO16 @126 COPY JUMP_SLOT @248 PC32 EH GNU_REL16_S2 " +
    "@253 GNU_VTINHERIT GNU_VTENTRY",
};

export const dynamic: DynamicCard = {
  tags: {
    MIPS_RLD_VERSION: [0x70000001, "value"], MIPS_TIME_STAMP: [0x70000002, "value"],
    MIPS_ICHECKSUM: [0x70000003, "value"], MIPS_IVERSION: [0x70000004, "string"], MIPS_FLAGS: [0x70000005, "value"],
    MIPS_BASE_ADDRESS: [0x70000006, "address"], MIPS_MSYM: [0x70000007, "address"],
    MIPS_CONFLICT: [0x70000008, "address"], MIPS_LIBLIST: [0x70000009, "address"],
    MIPS_LOCAL_GOTNO: [0x7000000a, "value"], MIPS_CONFLICTNO: [0x7000000b, "value"],
    MIPS_LIBLISTNO: [0x70000010, "value"], MIPS_SYMTABNO: [0x70000011, "value"], MIPS_UNREFEXTNO: [0x70000012, "value"],
    MIPS_GOTSYM: [0x70000013, "value"], MIPS_HIPAGENO: [0x70000014, "value"], MIPS_RLD_MAP: [0x70000016, "address"],
    MIPS_OPTIONS: [0x70000029, "address"], MIPS_PLTGOT: [0x70000032, "address"], MIPS_RWPLT: [0x70000034, "address"],
    MIPS_RLD_MAP_REL: [0x70000035, "self-relative"], MIPS_XHASH: [0x70000036, "address"],
  },
  hashEntry: 4,
  // DT_MIPS_SYMTABNO, DT_MIPS_GOTSYM, DT_MIPS_XHASH, SHT_MIPS_XHASH.
  gotOrder: { countTag: 0x70000011, firstTag: 0x70000013, hashTag: 0x70000036, hashSection: 0x7000002b },
};

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: true,
  gotHoldsDynamic: false,
  readOnlyDynamic: true,
  // PT_MIPS_REGINFO, PT_MIPS_OPTIONS, PT_MIPS_ABIFLAGS.
  segments: [
    { type: 0x70000000, isMapped: true, section: { kind: "mipsReginfo", type: 0x70000006 } },
    { type: 0x70000002, isMapped: false, section: { kind: "mipsOptions", type: 0x7000000d } },
    { type: 0x70000003, isMapped: true, section: { kind: "mipsAbiflags", type: 0x7000002a } },
  ],
  entry: "address",
};

export const symbols: SymbolsCard = {
  mapping: null,
  temporaryPrefix: "$",
  unusedSectionSymbols: true,
};

/** e_flags, the same for both e_machine numbers. */
export const headerFlags: HeaderFlags = {
  bits: {
    MIPS_NOREORDER: 1, MIPS_PIC: 2, MIPS_CPIC: 4, MIPS_XGOT: 8, MIPS_UCODE: 0x10, MIPS_ABI2: 0x20,
    MIPS_32BITMODE: 0x100, MIPS_FP64: 0x200, MIPS_NAN2008: 0x400, MIPS_MICROMIPS: 0x2000000,
    MIPS_ARCH_ASE_M16: 0x4000000, MIPS_ARCH_ASE_MDMX: 0x8000000,
  },
  fields: [
    { mask: 0xf000, values: {
      0x1000: "MIPS_ABI_O32", 0x2000: "MIPS_ABI_O64", 0x3000: "MIPS_ABI_EABI32", 0x4000: "MIPS_ABI_EABI64",
    } },
    { mask: 0xff0000, values: {
      0x810000: "MIPS_MACH_3900", 0x820000: "MIPS_MACH_4010", 0x830000: "MIPS_MACH_4100",
      0x840000: "MIPS_MACH_ALLEGREX", 0x850000: "MIPS_MACH_4650", 0x870000: "MIPS_MACH_4120",
      0x880000: "MIPS_MACH_4111", 0x8a0000: "MIPS_MACH_SB1", 0x8b0000: "MIPS_MACH_OCTEON", 0x8c0000: "MIPS_MACH_XLR",
      0x8d0000: "MIPS_MACH_OCTEON2", 0x8e0000: "MIPS_MACH_OCTEON3", 0x910000: "MIPS_MACH_5400",
      0x920000: "MIPS_MACH_5900", 0x930000: "MIPS_MACH_IAMR2", 0x980000: "MIPS_MACH_5500", 0x990000: "MIPS_MACH_9000",
      0xa00000: "MIPS_MACH_LS2E", 0xa10000: "MIPS_MACH_LS2F", 0xa20000: "MIPS_MACH_GS464",
      0xa30000: "MIPS_MACH_GS464E", 0xa40000: "MIPS_MACH_GS264E",
    } },
    { mask: 0xf0000000, values: {
      0: "MIPS_ARCH_1", 0x10000000: "MIPS_ARCH_2", 0x20000000: "MIPS_ARCH_3", 0x30000000: "MIPS_ARCH_4",
      0x40000000: "MIPS_ARCH_5", 0x50000000: "MIPS_ARCH_32", 0x60000000: "MIPS_ARCH_64", 0x70000000: "MIPS_ARCH_32R2",
      0x80000000: "MIPS_ARCH_64R2", 0x90000000: "MIPS_ARCH_32R6", 0xa0000000: "MIPS_ARCH_64R6",
    } },
  ],
  older: null,
};

export const types: TypesCard = {
  segmentTypes: {
    MIPS_REGINFO: 0x70000000, MIPS_RTPROC: 0x70000001, MIPS_OPTIONS: 0x70000002, MIPS_ABIFLAGS: 0x70000003,
  },
  sectionTypes: {
    MIPS_LIBLIST: 0x70000000, MIPS_REGINFO: 0x70000006, MIPS_OPTIONS: 0x7000000d, MIPS_DWARF: 0x7000001e,
    MIPS_ABIFLAGS: 0x7000002a, MIPS_XHASH: 0x7000002b,
  },
  properties: null,
  headerFlags,
};

export const names: NamesCard = {
  relocations,
};

export const loading: LoadingCard = {
  abis: [
    {
      class: 64, littleEndian: true, flags: [NAN2008, NAN2008],
      loaders: ["/lib64/ld-linux-mipsn8.so.1"], cacheFlags: [0xe03], platform: "mips64",
      multiarch: "mips64el-linux-gnuabi64", libraryDirectory: "lib64", muslArch: "mips64el",
    },
    {
      class: 64, littleEndian: true, flags: null,
      loaders: ["/lib64/ld.so.1"], cacheFlags: [0x703], platform: "mips64",
      multiarch: "mips64el-linux-gnuabi64", libraryDirectory: "lib64", muslArch: "mips64el",
    },
    {
      class: 32, littleEndian: true, flags: [ABI2_NAN2008, ABI2_NAN2008],
      loaders: ["/lib32/ld-linux-mipsn8.so.1"], cacheFlags: [0xd03], platform: "mips64",
      multiarch: "mips64el-linux-gnuabin32", libraryDirectory: "lib32", muslArch: "mipsn32el",
    },
    {
      class: 32, littleEndian: true, flags: [ABI2, ABI2],
      loaders: ["/lib32/ld.so.1"], cacheFlags: [0x603], platform: "mips64",
      multiarch: "mips64el-linux-gnuabin32", libraryDirectory: "lib32", muslArch: "mipsn32el",
    },
    {
      class: 32, littleEndian: true, flags: [NAN2008, NAN2008],
      loaders: ["/lib/ld-linux-mipsn8.so.1"], cacheFlags: [0xc03], platform: "mips",
      multiarch: "mipsel-linux-gnu", libraryDirectory: "lib", muslArch: "mipsel",
    },
    {
      class: 32, littleEndian: true, flags: null,
      loaders: ["/lib/ld.so.1"], cacheFlags: [3, 1], platform: "mips",
      multiarch: "mipsel-linux-gnu", libraryDirectory: "lib", muslArch: "mipsel",
    },
    {
      class: 64, littleEndian: false, flags: [NAN2008, NAN2008],
      loaders: ["/lib64/ld-linux-mipsn8.so.1"], cacheFlags: [0xe03], platform: "mips64",
      multiarch: "mips64-linux-gnuabi64", libraryDirectory: "lib64", muslArch: "mips64",
    },
    {
      class: 64, littleEndian: false, flags: null,
      loaders: ["/lib64/ld.so.1"], cacheFlags: [0x703], platform: "mips64",
      multiarch: "mips64-linux-gnuabi64", libraryDirectory: "lib64", muslArch: "mips64",
    },
    {
      class: 32, littleEndian: false, flags: [ABI2_NAN2008, ABI2_NAN2008],
      loaders: ["/lib32/ld-linux-mipsn8.so.1"], cacheFlags: [0xd03], platform: "mips64",
      multiarch: "mips64-linux-gnuabin32", libraryDirectory: "lib32", muslArch: "mipsn32",
    },
    {
      class: 32, littleEndian: false, flags: [ABI2, ABI2],
      loaders: ["/lib32/ld.so.1"], cacheFlags: [0x603], platform: "mips64",
      multiarch: "mips64-linux-gnuabin32", libraryDirectory: "lib32", muslArch: "mipsn32",
    },
    {
      class: 32, littleEndian: false, flags: [NAN2008, NAN2008],
      loaders: ["/lib/ld-linux-mipsn8.so.1"], cacheFlags: [0xc03], platform: "mips",
      multiarch: "mips-linux-gnu", libraryDirectory: "lib", muslArch: "mips",
    },
    {
      class: 32, littleEndian: false, flags: null,
      loaders: ["/lib/ld.so.1"], cacheFlags: [3, 1], platform: "mips",
      multiarch: "mips-linux-gnu", libraryDirectory: "lib", muslArch: "mips",
    },
  ],
  sameFlags: { 32: ABI2, 64: 0 },
  osabi: null,
  relocationForm: "rel",
  relocations: { copy: 126, got: 51, call: [127] },
  // STO_MIPS_PLT.
  pltSymbol: 8,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: [
    {
      class: 64, littleEndian: true, bothOrders: true,
      rows: [
        ["musl", "07001104 25f00000 ........ ........ ........ ........ ........ ........ 0000fcdf 2fe0fc03 2520a003"],
        ["glibc", "2500e003 01001104 00000000 25c88003 ....1c3c ....9c27 2de09f03 25f80000"],
        ["dietlibc", "01001004 00000000 25f80000 0000a48f 0800a567"],
      ],
    },
    {
      class: 32, littleEndian: true, bothOrders: true,
      rows: [
        ["musl", "04001104 25f00000 ........ ........ ........ 0000fc8f 23e0fc03 2520a003"],
        ["glibc", "2500e003 01001104 00000000 ....1c3c ....9c27 21e09f03 25f80000"],
        ["dietlibc", "01001004 00000000 ....1c3c ....9c27 25f80000 0000a48f 0400a527"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld-linux-mipsn8\.so\.1$/, libc: "glibc", class: null },
    { name: /^ld-musl-mips[\w]*(-sf)?\.so\.1$/, libc: "musl", class: null },
  ],
  pages: null,
  // Kernels for MIPS ran delay slots from the stack.
  asksForExecutableStack: true,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: ["tradlittlemips", "tradbigmips"],
  ports: [
    {
      class: 32, littleEndian: null, name: null, python: "mips", hasPolicies: false,
      zig: null, glibcLoader: null,
    },
    {
      class: 64, littleEndian: null, name: null, python: "mips64", hasPolicies: false,
      zig: null, glibcLoader: null,
    },
  ],
};

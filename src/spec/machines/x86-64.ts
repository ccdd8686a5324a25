// 64-bit x86, and x32, its ABI with 32-bit addresses.
// Sources: the AMD64 psABI; glibc's sysdeps/x86_64 and sysdeps/x86; binutils' bfd/elf64-x86-64.c and
// include/elf/x86-64.h; musl's arch/x86_64 and arch/x32.
import type {
  DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, SymbolsCard, TypesCard,
} from "./kinds.js";

const FEATURE_2 = [
  "X86", "X87", "MMX", "XMM", "YMM", "ZMM", "FXSR", "XSAVE", "XSAVEOPT", "XSAVEC", "TMM", "MASK",
];
const ISA_1 = ["x86-64-baseline", "x86-64-v2", "x86-64-v3", "x86-64-v4"];

/** Shared by all cards of x86. */
export const properties: NonNullable<TypesCard["properties"]> = {
  0xc0000000: { name: "X86_COMPAT_ISA_1_USED" },
  0xc0000001: { name: "X86_COMPAT_ISA_1_NEEDED" },
  0xc0000002: { name: "X86_FEATURE_1_AND", bits: ["IBT", "SHSTK", "LAM_U48", "LAM_U57"] },
  0xc0008000: { name: "X86_COMPAT_2_ISA_1_NEEDED" },
  0xc0008001: { name: "X86_FEATURE_2_NEEDED", bits: FEATURE_2 },
  0xc0008002: { name: "X86_ISA_1_NEEDED", bits: ISA_1 },
  0xc0010000: { name: "X86_COMPAT_2_ISA_1_USED" },
  0xc0010001: { name: "X86_FEATURE_2_USED", bits: FEATURE_2 },
  0xc0010002: { name: "X86_ISA_1_USED", bits: ISA_1 },
};

export const dynamic: DynamicCard = {
  tags: {
    X86_64_PLT: [0x70000000, "address"], X86_64_PLTSZ: [0x70000001, "value"], X86_64_PLTENT: [0x70000003, "value"],
  },
  hashEntry: 4,
  gotOrder: null,
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
  sectionTypes: { X86_64_UNWIND: 0x70000001 },
  properties,
  headerFlags: null,
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_X86_64_",
    names:
      "NONE 64 PC32 GOT32 PLT32 COPY GLOB_DAT JUMP_SLOT RELATIVE GOTPCREL 32 32S 16 PC16 8 PC8 DTPMOD64 " +
      "DTPOFF64 TPOFF64 TLSGD TLSLD DTPOFF32 GOTTPOFF TPOFF32 PC64 GOTOFF64 GOTPC32 GOT64 GOTPCREL64 GOTPC64 " +
      "GOTPLT64 PLTOFF64 SIZE32 SIZE64 GOTPC32_TLSDESC TLSDESC_CALL TLSDESC IRELATIVE RELATIVE64 PC32_BND " +
      "PLT32_BND GOTPCRELX REX_GOTPCRELX CODE_4_GOTPCRELX CODE_4_GOTTPOFF CODE_4_GOTPC32_TLSDESC " +
      "CODE_5_GOTPCRELX CODE_5_GOTTPOFF CODE_5_GOTPC32_TLSDESC CODE_6_GOTPCRELX CODE_6_GOTTPOFF " +
      "CODE_6_GOTPC32_TLSDESC @250 GNU_VTINHERIT GNU_VTENTRY",
  },
};

export const loading: LoadingCard = {
  abis: [
    {
      class: 64, littleEndian: null, flags: null,
      loaders: ["/lib64/ld-linux-x86-64.so.2"], cacheFlags: [0x303], platform: "x86_64",
      multiarch: "x86_64-linux-gnu", libraryDirectory: "lib64", muslArch: "x86_64",
    },
    {
      class: 32, littleEndian: null, flags: null,
      loaders: ["/libx32/ld-linux-x32.so.2"], cacheFlags: [0x803], platform: "x86_64",
      multiarch: "x86_64-linux-gnux32", libraryDirectory: "libx32", muslArch: "x32",
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 5, got: 6, call: [7, 16, 17, 18, 36] },
  pltSymbol: null,
  copiesProtected: true,
};

export const recognition: RecognitionCard = {
  startCode: [
    {
      class: 64, littleEndian: true, bothOrders: false,
      rows: [
        ["musl", "4831ed 4889e7 488d35........ 4883e4f0 e8"],
        // Start files before musl 1.1.2, which did not look for _DYNAMIC.
        ["musl", "4831ed 4889e7 4883e4f0 e8", "likely"],
        ["glibc", "31ed 4989d1 5e 4889e2 4883e4f0 50 54"],
        ["glibc", "f30f1efa 31ed 4989d1 5e 4889e2 4883e4f0 50 54"],
        ["dietlibc", "5f 4889e6 57 488d54fe08 488915"],
        ["klibc", "4889e7 4889d6 e8"],
        ["go", "e9........ cccccc"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld-linux-x86-64\.so\.2$/, libc: "glibc", class: 64 },
    { name: /^ld-linux-x32\.so\.2$/, libc: "glibc", class: 32 },
    { name: /^ld-musl-x86_64\.so\.1$/, libc: "musl", class: 64 },
    { name: /^ld-musl-x32\.so\.1$/, libc: "musl", class: 32 },
  ],
  pages: [
    { bionic: true, class: 64, size: 0x4000, whose: "Android 15 and later, and asked for by Google Play" },
  ],
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: ["x86-64", null],
  ports: [
    {
      class: 64, littleEndian: true, name: "x86_64", python: "x86_64", hasPolicies: true,
      zig: "x86_64-linux-gnu", glibcLoader: "ld-linux-x86-64.so.2",
    },
  ],
};

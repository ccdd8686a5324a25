// S/390 and z/Architecture.
// Sources: the s390x ELF ABI Supplement; glibc's sysdeps/s390; binutils' bfd/elf32-s390.c, bfd/elf64-s390.c and
// include/elf/s390.h; musl's arch/s390x.
import type {
  DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard, TypesCard,
} from "./kinds.js";

export { symbols } from "./plain.js";

/** The same for all e_machine numbers of the machine. */
export const relocations: NonNullable<NamesCard["relocations"]> = {
  prefix: "R_390_",
  names:
    "NONE 8 12 16 32 PC32 GOT12 GOT32 PLT32 COPY GLOB_DAT JMP_SLOT RELATIVE GOTOFF32 GOTPC GOT16 PC16 PC16DBL " +
    "PLT16DBL PC32DBL PLT32DBL GOTPCDBL 64 PC64 GOT64 PLT64 GOTENT GOTOFF16 GOTOFF64 GOTPLT12 GOTPLT16 GOTPLT32 " +
    "GOTPLT64 GOTPLTENT PLTOFF16 PLTOFF32 PLTOFF64 TLS_LOAD TLS_GDCALL TLS_LDCALL TLS_GD32 TLS_GD64 TLS_GOTIE12 " +
    "TLS_GOTIE32 TLS_GOTIE64 TLS_LDM32 TLS_LDM64 TLS_IE32 TLS_IE64 TLS_IEENT TLS_LE32 TLS_LE64 TLS_LDO32 " +
    "TLS_LDO64 TLS_DTPMOD TLS_DTPOFF TLS_TPOFF 20 GOT20 GOTPLT20 TLS_GOTIE20 IRELATIVE PC12DBL PLT12DBL PC24DBL " +
    "PLT24DBL @250 GNU_VTINHERIT GNU_VTENTRY",
};

export const dynamic: DynamicCard = {
  tags: null,
  hashEntry: 8,
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

export const types: TypesCard = {
  segmentTypes: { S390_PGSTE: 0x70000000 },
  sectionTypes: null,
  properties: null,
  headerFlags: {
    bits: { S390_HIGH_GPRS: 1 },
    fields: null,
    older: null,
  },
};

export const names: NamesCard = {
  relocations,
};

export const loading: LoadingCard = {
  abis: [
    {
      class: 64, littleEndian: null, flags: null,
      loaders: ["/lib/ld64.so.1"], cacheFlags: [0x403], platform: "z900",
      multiarch: "s390x-linux-gnu", libraryDirectory: "lib64", muslArch: "s390x",
    },
    {
      class: 32, littleEndian: null, flags: null,
      loaders: ["/lib/ld.so.1"], cacheFlags: [3, 1], platform: "g5",
      multiarch: "s390-linux-gnu", libraryDirectory: "lib", muslArch: null,
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 9, got: 10, call: [11, 54, 55, 56] },
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: [
    {
      class: 64, littleEndian: false, bothOrders: false,
      rows: [
        ["musl", "b904002f c030........ e33030000018 a7fbff60 a7090000 e300f0000024"],
        ["glibc", "4140f008 e330f0000004 a709fff0 b98000f0 a7fbff50"],
        ["dietlibc", "e320f0000004 4130f008 b9040042"],
        ["go", "e320f0000004 ec3f000800d9 c0f4........"],
      ],
    },
  ],
  interpreters: [
    { name: /^ld64\.so\.1$/, libc: "glibc", class: 64 },
    { name: /^ld-musl-s390x\.so\.1$/, libc: "musl", class: 64 },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: [null, "s390"],
  ports: [
    {
      class: 64, littleEndian: false, name: "s390x", python: "s390x", hasPolicies: true,
      zig: "s390x-linux-gnu", glibcLoader: "ld64.so.1",
    },
  ],
};

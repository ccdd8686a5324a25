// Numbers of the gABI, its processor supplements and the GNU extensions (elf.h), by their names there without the
// prefix.

/** EI_OSABI (gABI, "ELF Identification"). */
export const ELFOSABI = {
  NONE: 0, HPUX: 1, NETBSD: 2, GNU: 3, SOLARIS: 6, AIX: 7, IRIX: 8, FREEBSD: 9, TRU64: 10, MODESTO: 11, OPENBSD: 12,
  OPENVMS: 13, NSK: 14, AROS: 15, FENIXOS: 16, CLOUDABI: 17, OPENVOS: 18, CUDA: 51, AMDGPU_HSA: 64, ARM_AEABI: 64,
  ARM_FDPIC: 65, ARM: 97, STANDALONE: 255,
} as const;

/** e_type. */
export const ET = { NONE: 0, REL: 1, EXEC: 2, DYN: 3, CORE: 4 } as const;

/** e_machine. */
export const EM = {
  NONE: 0, M32: 1, SPARC: 2, "386": 3, "68K": 4, "88K": 5, IAMCU: 6, "860": 7, MIPS: 8, S370: 9, MIPS_RS3_LE: 10,
  PARISC: 15, SPARC32PLUS: 18, PPC: 20, PPC64: 21, S390: 22, SPU: 23, V850: 36, ARM: 40, ALPHA: 41, SH: 42, SPARCV9: 43,
  TRICORE: 44, H8_300: 46, IA_64: 50, COLDFIRE: 52, "68HC12": 53, X86_64: 62, VAX: 75, CRIS: 76, AVR: 83, M32R: 88,
  MN10300: 89, OPENRISC: 92, ARC_COMPACT: 93, XTENSA: 94, MSP430: 105, BLACKFIN: 106, NIOS2: 113, HEXAGON: 164,
  AARCH64: 183, TILEPRO: 188, MICROBLAZE: 189, CUDA: 190, TILEGX: 191, ARC_COMPACT2: 195, AMDGPU: 224, RISCV: 243,
  LANAI: 244, BPF: 247, CSKY: 252, LOONGARCH: 258,
  /** Used before a number was assigned. Old binutils wrote these. */
  ALPHA_OLD: 0x9026, S390_OLD: 0xa390,
} as const;

/** p_type. */
export const PT = {
  NULL: 0, LOAD: 1, DYNAMIC: 2, INTERP: 3, NOTE: 4, SHLIB: 5, PHDR: 6, TLS: 7,
  GNU_EH_FRAME: 0x6474e550, GNU_STACK: 0x6474e551, GNU_RELRO: 0x6474e552, GNU_PROPERTY: 0x6474e553,
  GNU_SFRAME: 0x6474e554, GNU_MBIND_LO: 0x6474e555,
  PAX_FLAGS: 0x65041580,
  OPENBSD_MUTABLE: 0x65a3dbe5, OPENBSD_RANDOMIZE: 0x65a3dbe6, OPENBSD_WXNEEDED: 0x65a3dbe7,
  OPENBSD_BOOTDATA: 0x65a41be6,
  SUNWBSS: 0x6ffffffa, SUNWSTACK: 0x6ffffffb,
} as const;

/** p_flags. */
export const PF = { X: 1, W: 2, R: 4 } as const;

/** The e_phnum of a file whose real number stands in sh_info of section header 0 (gABI, "ELF Header"). */
export const PN_XNUM = 0xffff;

/** Special section indexes. */
export const SHN = { UNDEF: 0, LORESERVE: 0xff00, ABS: 0xfff1, COMMON: 0xfff2, XINDEX: 0xffff } as const;

/** sh_type. */
export const SHT = {
  NULL: 0, PROGBITS: 1, SYMTAB: 2, STRTAB: 3, RELA: 4, HASH: 5, DYNAMIC: 6, NOTE: 7, NOBITS: 8, REL: 9, SHLIB: 10,
  DYNSYM: 11, INIT_ARRAY: 14, FINI_ARRAY: 15, PREINIT_ARRAY: 16, GROUP: 17, SYMTAB_SHNDX: 18, RELR: 19,
  CREL: 0x40000014,
  ANDROID_REL: 0x60000001, ANDROID_RELA: 0x60000002, LLVM_ODRTAB: 0x6fff4c00, LLVM_LINKER_OPTIONS: 0x6fff4c01,
  LLVM_ADDRSIG: 0x6fff4c03, LLVM_DEPENDENT_LIBRARIES: 0x6fff4c04, LLVM_SYMPART: 0x6fff4c05, LLVM_PART_EHDR: 0x6fff4c06,
  LLVM_PART_PHDR: 0x6fff4c07, LLVM_BB_ADDR_MAP_V0: 0x6fff4c08, LLVM_CALL_GRAPH_PROFILE: 0x6fff4c09,
  LLVM_BB_ADDR_MAP: 0x6fff4c0a, LLVM_OFFLOADING: 0x6fff4c0b, LLVM_LTO: 0x6fff4c0c,
  ANDROID_RELR: 0x6fffff00,
  GNU_SFRAME: 0x6ffffff4, GNU_ATTRIBUTES: 0x6ffffff5, GNU_HASH: 0x6ffffff6, GNU_LIBLIST: 0x6ffffff7,
  CHECKSUM: 0x6ffffff8, GNU_VERDEF: 0x6ffffffd, GNU_VERNEED: 0x6ffffffe, GNU_VERSYM: 0x6fffffff,
} as const;

/** sh_flags. */
export const SHF = {
  WRITE: 1, ALLOC: 2, EXECINSTR: 4, MERGE: 0x10, STRINGS: 0x20, INFO_LINK: 0x40, LINK_ORDER: 0x80,
  OS_NONCONFORMING: 0x100, GROUP: 0x200, TLS: 0x400, COMPRESSED: 0x800, GNU_RETAIN: 0x200000,
} as const;

/** Symbol binding, type and visibility: the halves of st_info and the low bits of st_other. */
export const STB = { LOCAL: 0, GLOBAL: 1, WEAK: 2, GNU_UNIQUE: 10 } as const;
export const STT = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4, COMMON: 5, TLS: 6, GNU_IFUNC: 10 } as const;
/** Types from here on have a meaning on one processor only. */
export const STT_LOPROC = 13;
export const STV = { DEFAULT: 0, INTERNAL: 1, HIDDEN: 2, PROTECTED: 3 } as const;

/** Values and bits of .gnu.version, and vd_flags and vna_flags (LSB, "Symbol Versioning"). */
export const VERSYM = { LOCAL: 0, GLOBAL: 1, HIDDEN: 0x8000 } as const;
export const VER_FLG = { BASE: 1, WEAK: 2, INFO: 4 } as const;

/** DT_FLAGS and DT_FLAGS_1. */
export const DF = { ORIGIN: 1, SYMBOLIC: 2, TEXTREL: 4, BIND_NOW: 8, STATIC_TLS: 0x10 } as const;
export const DF_1 = {
  NOW: 1, GLOBAL: 2, GROUP: 4, NODELETE: 8, LOADFLTR: 0x10, INITFIRST: 0x20, NOOPEN: 0x40, ORIGIN: 0x80, DIRECT: 0x100,
  TRANS: 0x200, INTERPOSE: 0x400, NODEFLIB: 0x800, NODUMP: 0x1000, CONFALT: 0x2000, ENDFILTEE: 0x4000,
  DISPRELDNE: 0x8000, DISPRELPND: 0x10000, NODIRECT: 0x20000, IGNMULDEF: 0x40000, NOKSYMS: 0x80000, NOHDR: 0x100000,
  EDITED: 0x200000, NORELOC: 0x400000, SYMINTPOSE: 0x800000, GLOBAUDIT: 0x1000000, SINGLETON: 0x2000000,
  STUB: 0x4000000, PIE: 0x8000000, KMOD: 0x10000000, WEAKFILTER: 0x20000000, NOCOMMON: 0x40000000,
} as const;

/** n_type of notes whose owner is GNU. */
export const NT_GNU = { ABI_TAG: 1, HWCAP: 2, BUILD_ID: 3, GOLD_VERSION: 4, PROPERTY_TYPE_0: 5 } as const;

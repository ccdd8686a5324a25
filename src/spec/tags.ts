import type { TagKind } from "./machines/kinds.js";

/** Search paths (gABI, "Dynamic Section"). They stand alone, since an edit of them needs no table of tags. */
export const DT_RPATH = 15;
export const DT_RUNPATH = 29;

/** Every tag by name: number and kind (gABI, "Dynamic Section"; elf.h for the GNU, Sun and Android ranges). */
export const GENERIC_TAGS = {
  NULL: [0, "value"], NEEDED: [1, "string"], PLTRELSZ: [2, "value"], PLTGOT: [3, "address"], HASH: [4, "address"],
  STRTAB: [5, "address"], SYMTAB: [6, "address"], RELA: [7, "address"], RELASZ: [8, "value"], RELAENT: [9, "value"],
  STRSZ: [10, "value"], SYMENT: [11, "value"], INIT: [12, "address"], FINI: [13, "address"], SONAME: [14, "string"],
  RPATH: [DT_RPATH, "string"], SYMBOLIC: [16, "value"], REL: [17, "address"], RELSZ: [18, "value"],
  RELENT: [19, "value"], PLTREL: [20, "value"], DEBUG: [21, "value"], TEXTREL: [22, "value"], JMPREL: [23, "address"],
  BIND_NOW: [24, "value"], INIT_ARRAY: [25, "address"], FINI_ARRAY: [26, "address"], INIT_ARRAYSZ: [27, "value"],
  FINI_ARRAYSZ: [28, "value"], RUNPATH: [DT_RUNPATH, "string"], FLAGS: [30, "value"], PREINIT_ARRAY: [32, "address"],
  PREINIT_ARRAYSZ: [33, "value"], SYMTAB_SHNDX: [34, "address"], RELRSZ: [35, "value"], RELR: [36, "address"],
  RELRENT: [37, "value"],
  CREL: [0x40000026, "address"],
  ANDROID_REL: [0x6000000f, "address"], ANDROID_RELSZ: [0x60000010, "value"], ANDROID_RELA: [0x60000011, "address"],
  ANDROID_RELASZ: [0x60000012, "value"], ANDROID_RELR: [0x6fffe000, "address"], ANDROID_RELRSZ: [0x6fffe001, "value"],
  ANDROID_RELRENT: [0x6fffe003, "value"], ANDROID_RELRCOUNT: [0x6fffe005, "value"],
  GNU_PRELINKED: [0x6ffffdf5, "value"], GNU_CONFLICTSZ: [0x6ffffdf6, "value"], GNU_LIBLISTSZ: [0x6ffffdf7, "value"],
  CHECKSUM: [0x6ffffdf8, "value"], PLTPADSZ: [0x6ffffdf9, "value"], MOVEENT: [0x6ffffdfa, "value"],
  MOVESZ: [0x6ffffdfb, "value"], FEATURE_1: [0x6ffffdfc, "value"], POSFLAG_1: [0x6ffffdfd, "value"],
  SYMINSZ: [0x6ffffdfe, "value"], SYMINENT: [0x6ffffdff, "value"],
  GNU_HASH: [0x6ffffef5, "address"], TLSDESC_PLT: [0x6ffffef6, "address"], TLSDESC_GOT: [0x6ffffef7, "address"],
  GNU_CONFLICT: [0x6ffffef8, "address"], GNU_LIBLIST: [0x6ffffef9, "address"], CONFIG: [0x6ffffefa, "string"],
  DEPAUDIT: [0x6ffffefb, "string"], AUDIT: [0x6ffffefc, "string"], PLTPAD: [0x6ffffefd, "address"],
  MOVETAB: [0x6ffffefe, "address"], SYMINFO: [0x6ffffeff, "address"],
  VERSYM: [0x6ffffff0, "address"], RELACOUNT: [0x6ffffff9, "value"], RELCOUNT: [0x6ffffffa, "value"],
  FLAGS_1: [0x6ffffffb, "value"], VERDEF: [0x6ffffffc, "address"], VERDEFNUM: [0x6ffffffd, "value"],
  VERNEED: [0x6ffffffe, "address"], VERNEEDNUM: [0x6fffffff, "value"],
  AUXILIARY: [0x7ffffffd, "string"], FILTER: [0x7fffffff, "string"],
} as const satisfies Record<string, readonly [number, TagKind]>;

type Numbers<T extends Record<string, readonly [number, TagKind]>> = { readonly [K in keyof T]: T[K][0] };

/** d_tag by name, e.g. `DT.RUNPATH`. Only `dynamicTag` knows those of one machine. */
export const DT = /* @__PURE__ */ Object.fromEntries(
  /* @__PURE__ */ Object.entries(GENERIC_TAGS).map(([name, [number]]) => [name, number]),
) as Numbers<typeof GENERIC_TAGS>;

import { EM } from "./constants.js";

/**
 * What d_val means: an address of the file (which follows what it points to), an offset into .dynstr, the entry's own
 * place in memory as base (MIPS), or a plain value.
 */
export type TagKind = "address" | "string" | "self-relative" | "value";

/** Every tag by name: number and kind (gABI, "Dynamic Section"; elf.h for the GNU, Sun and Android ranges). */
const GENERIC = {
  NULL: [0, "value"], NEEDED: [1, "string"], PLTRELSZ: [2, "value"], PLTGOT: [3, "address"], HASH: [4, "address"], STRTAB: [5, "address"], SYMTAB: [6, "address"],
  RELA: [7, "address"], RELASZ: [8, "value"], RELAENT: [9, "value"], STRSZ: [10, "value"], SYMENT: [11, "value"], INIT: [12, "address"], FINI: [13, "address"],
  SONAME: [14, "string"], RPATH: [15, "string"], SYMBOLIC: [16, "value"], REL: [17, "address"], RELSZ: [18, "value"], RELENT: [19, "value"], PLTREL: [20, "value"],
  DEBUG: [21, "value"], TEXTREL: [22, "value"], JMPREL: [23, "address"], BIND_NOW: [24, "value"], INIT_ARRAY: [25, "address"], FINI_ARRAY: [26, "address"],
  INIT_ARRAYSZ: [27, "value"], FINI_ARRAYSZ: [28, "value"], RUNPATH: [29, "string"], FLAGS: [30, "value"], PREINIT_ARRAY: [32, "address"],
  PREINIT_ARRAYSZ: [33, "value"], SYMTAB_SHNDX: [34, "address"], RELRSZ: [35, "value"], RELR: [36, "address"], RELRENT: [37, "value"],
  CREL: [0x40000026, "address"],
  ANDROID_REL: [0x6000000f, "address"], ANDROID_RELSZ: [0x60000010, "value"], ANDROID_RELA: [0x60000011, "address"], ANDROID_RELASZ: [0x60000012, "value"],
  ANDROID_RELR: [0x6fffe000, "address"], ANDROID_RELRSZ: [0x6fffe001, "value"], ANDROID_RELRENT: [0x6fffe003, "value"], ANDROID_RELRCOUNT: [0x6fffe005, "value"],
  GNU_PRELINKED: [0x6ffffdf5, "value"], GNU_CONFLICTSZ: [0x6ffffdf6, "value"], GNU_LIBLISTSZ: [0x6ffffdf7, "value"], CHECKSUM: [0x6ffffdf8, "value"],
  PLTPADSZ: [0x6ffffdf9, "value"], MOVEENT: [0x6ffffdfa, "value"], MOVESZ: [0x6ffffdfb, "value"], FEATURE_1: [0x6ffffdfc, "value"], POSFLAG_1: [0x6ffffdfd, "value"],
  SYMINSZ: [0x6ffffdfe, "value"], SYMINENT: [0x6ffffdff, "value"],
  GNU_HASH: [0x6ffffef5, "address"], TLSDESC_PLT: [0x6ffffef6, "address"], TLSDESC_GOT: [0x6ffffef7, "address"], GNU_CONFLICT: [0x6ffffef8, "address"],
  GNU_LIBLIST: [0x6ffffef9, "address"], CONFIG: [0x6ffffefa, "string"], DEPAUDIT: [0x6ffffefb, "string"], AUDIT: [0x6ffffefc, "string"],
  PLTPAD: [0x6ffffefd, "address"], MOVETAB: [0x6ffffefe, "address"], SYMINFO: [0x6ffffeff, "address"],
  VERSYM: [0x6ffffff0, "address"], RELACOUNT: [0x6ffffff9, "value"], RELCOUNT: [0x6ffffffa, "value"], FLAGS_1: [0x6ffffffb, "value"],
  VERDEF: [0x6ffffffc, "address"], VERDEFNUM: [0x6ffffffd, "value"], VERNEED: [0x6ffffffe, "address"], VERNEEDNUM: [0x6fffffff, "value"],
  AUXILIARY: [0x7ffffffd, "string"], FILTER: [0x7fffffff, "string"],
} as const satisfies Record<string, readonly [number, TagKind]>;

const MACHINE: Readonly<Record<number, Readonly<Record<string, readonly [number, TagKind]>>>> = {
  [EM.MIPS]: {
    MIPS_RLD_VERSION: [0x70000001, "value"], MIPS_TIME_STAMP: [0x70000002, "value"], MIPS_ICHECKSUM: [0x70000003, "value"], MIPS_IVERSION: [0x70000004, "string"],
    MIPS_FLAGS: [0x70000005, "value"], MIPS_BASE_ADDRESS: [0x70000006, "address"], MIPS_MSYM: [0x70000007, "address"], MIPS_CONFLICT: [0x70000008, "address"],
    MIPS_LIBLIST: [0x70000009, "address"], MIPS_LOCAL_GOTNO: [0x7000000a, "value"], MIPS_CONFLICTNO: [0x7000000b, "value"], MIPS_LIBLISTNO: [0x70000010, "value"],
    MIPS_SYMTABNO: [0x70000011, "value"], MIPS_UNREFEXTNO: [0x70000012, "value"], MIPS_GOTSYM: [0x70000013, "value"], MIPS_HIPAGENO: [0x70000014, "value"],
    MIPS_RLD_MAP: [0x70000016, "address"], MIPS_OPTIONS: [0x70000029, "address"], MIPS_PLTGOT: [0x70000032, "address"], MIPS_RWPLT: [0x70000034, "address"],
    MIPS_RLD_MAP_REL: [0x70000035, "self-relative"], MIPS_XHASH: [0x70000036, "address"],
  },
  [EM.PPC]: { PPC_GOT: [0x70000000, "address"], PPC_OPT: [0x70000001, "value"] },
  [EM.PPC64]: { PPC64_GLINK: [0x70000000, "address"], PPC64_OPD: [0x70000001, "address"], PPC64_OPDSZ: [0x70000002, "value"], PPC64_OPT: [0x70000003, "value"] },
  [EM.AARCH64]: { AARCH64_BTI_PLT: [0x70000001, "value"], AARCH64_PAC_PLT: [0x70000003, "value"], AARCH64_VARIANT_PCS: [0x70000005, "value"] },
  [EM.RISCV]: { RISCV_VARIANT_CC: [0x70000001, "value"] },
  [EM.SPARC]: { SPARC_REGISTER: [0x70000001, "value"] },
  [EM.SPARCV9]: { SPARC_REGISTER: [0x70000001, "value"] },
  [EM.X86_64]: { X86_64_PLT: [0x70000000, "address"], X86_64_PLTSZ: [0x70000001, "value"], X86_64_PLTENT: [0x70000003, "value"] },
  [EM.IA_64]: { IA_64_PLT_RESERVE: [0x70000000, "address"] },
  [EM.ALPHA]: { ALPHA_PLTRO: [0x70000000, "value"] },
};

type Numbers<T extends Record<string, readonly [number, TagKind]>> = { readonly [K in keyof T]: T[K][0] };

/** d_tag by name, e.g. `DT.RUNPATH`; processor tags are in {@link dynamicTag}. */
export const DT = /* @__PURE__ */ Object.fromEntries(/* @__PURE__ */ Object.entries(GENERIC).map(([k, [n]]) => [k, n])) as Numbers<typeof GENERIC>;

/** DT_MIPS_RLD_MAP_REL, the one tag whose value counts from the entry itself. */
export const DT_MIPS_RLD_MAP_REL = 0x70000035;
/** DT_MIPS_SYMTABNO: the number of dynamic symbols, told outright. */
export const DT_MIPS_SYMTABNO = 0x70000011;
/** DT_MIPS_XHASH: a DT_GNU_HASH whose symbols may stand in another order. */
export const DT_MIPS_XHASH = 0x70000036;

const byNumber = new Map<string, readonly [string, TagKind]>();

/** The name (with `DT_`) and kind of a tag on this machine; a tag nobody knows is a value named by its number. */
export function dynamicTag(tag: number, machine: number): { name: string; kind: TagKind } {
  if (byNumber.size === 0) {
    for (const [k, [n, kind]] of Object.entries(GENERIC)) byNumber.set(`:${n}`, [k, kind]);
    for (const [m, tags] of Object.entries(MACHINE)) for (const [k, [n, kind]] of Object.entries(tags)) byNumber.set(`${m}:${n}`, [k, kind]);
  }
  const found = byNumber.get(`${machine}:${tag}`) ?? byNumber.get(`:${tag}`);
  return found ? { name: `DT_${found[0]}`, kind: found[1] } : { name: `DT_0x${tag < 0 ? (BigInt.asUintN(64, BigInt(tag))).toString(16) : tag.toString(16)}`, kind: "value" };
}

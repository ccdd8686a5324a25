import type { ElfClass, Encoding } from "../codec/encoding.js";
import type { ByteSource } from "../codec/source.js";
import type { ReadonlyView } from "../codec/struct.js";
import type { TagKind } from "../spec/dynamic.js";
import type { PHDR, SHDR, SYM } from "../spec/records.js";
import type { StringTable } from "./strings.js";

/**
 * An ELF file, read lazily: each property reads what it needs from the source at first use, and keeps it. Nothing here
 * changes the file. For a broken file every property may throw `TRUNCATED`, `MALFORMED` or `UNSAFE_INTEGER`.
 *
 * @example
 * const elf = readElf(bytes);
 * elf.needed // ["libc.so.6"]
 */
export interface ElfFile {
  readonly source: ByteSource;
  readonly header: Header;
  readonly segments: readonly Segment[];
  /** Empty where the file has no section headers, or none that can be used (`header.brokenSections`). */
  readonly sections: readonly Section[];
  /** Null where the file has no PT_DYNAMIC. */
  readonly dynamic: Dynamic | null;
  /** PT_INTERP: the path of the dynamic loader, or null. */
  readonly interpreter: string | null;
  /** DT_NEEDED in order. */
  readonly needed: readonly string[];
  /** DT_RUNPATH, DT_RPATH, DT_SONAME, or null. */
  readonly runpath: string | null;
  readonly rpath: string | null;
  readonly soname: string | null;
  /** .symtab, or null. */
  readonly symbols: SymbolTable | null;
  /** .dynsym, found by DT_SYMTAB, or null. */
  readonly dynamicSymbols: SymbolTable | null;
  readonly versionNeeds: readonly VersionNeed[];
  readonly versionDefinitions: readonly VersionDefinition[];
  readonly notes: readonly ElfNote[];
  /** Bytes behind the end of the ELF file; null where there are none but zeros. */
  readonly overlay: Overlay | null;
  readonly linkage: Linkage;
  /** The file offset of `length` bytes at an address, or undefined where no PT_LOAD holds them all in the file. */
  offsetOf(address: number | bigint, length?: number): number | undefined;
  /** The address of `length` bytes at a file offset, or undefined where no PT_LOAD maps them all. */
  addressOf(offset: number, length?: number): bigint | undefined;
  /** A summary, which `JSON.stringify` and `console.log` show. `describeElf` tells all. */
  toJSON(): ElfSummary;
}

/** A summary of a file, for logs. `describeElf` tells all. What cannot be read is null. */
export interface ElfSummary {
  readonly class: 32 | 64;
  readonly byteOrder: "little" | "big";
  /** `ET_DYN`. */
  readonly type: string;
  /** `EM_X86_64`. */
  readonly machine: string;
  readonly linkage: Linkage | null;
  readonly interpreter: string | null;
  readonly needed: readonly string[] | null;
  readonly runpath: string | null;
  readonly rpath: string | null;
  readonly soname: string | null;
  /** How many program headers and section headers there are. */
  readonly segments: number;
  readonly sections: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Why parts cannot be read. */
  readonly problems: readonly string[];
}

/** The ELF header with the extended numbering resolved (gABI, "ELF Header"). Offsets and sizes in bytes. */
export interface Header extends Encoding {
  readonly class: ElfClass;
  /** EI_OSABI and EI_ABIVERSION. */
  readonly osabi: number;
  readonly abiVersion: number;
  /** e_type, e_machine, e_flags. */
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  /** e_entry, exact: a kernel's is above 2^53. */
  readonly entry: bigint;
  readonly phoff: number;
  readonly phentsize: number;
  /** The real number of program headers, also where e_phnum is PN_XNUM. */
  readonly phnum: number;
  readonly shoff: number;
  readonly shentsize: number;
  /** The real number of section headers, also where e_shnum is 0; 0 where they cannot be used. */
  readonly shnum: number;
  /** The real index of the section name table, 0 for none, also where e_shstrndx is SHN_XINDEX. */
  readonly shstrndx: number;
  /**
   * Why the section header table cannot be used, in words; null where it can, or where the file has none. No loader on
   * Linux reads it: such a file reads by its program headers alone.
   */
  readonly brokenSections: string | null;
  /** e_ehsize. */
  readonly ehsize: number;
}

/**
 * A program header. Fields by their gABI names, in bytes; `vaddr` and `paddr` throw `UNSAFE_INTEGER` above 2^53-1,
 * where `exact("vaddr")` gives the bigint.
 */
export type Segment = ReadonlyView<typeof PHDR>;

/** A section header and its name. */
export interface Section {
  /** Its place in the section header table. */
  readonly index: number;
  /** From the section name table; empty where there is none or sh_name points outside it. */
  readonly name: string;
  /** The fields by their gABI names, in bytes. */
  readonly header: ReadonlyView<typeof SHDR>;
}

/**
 * Bytes behind everything that the ELF file describes: the payload of a self-extractor, .NET, bun or AppImage, or the
 * signature of a kernel module. Zeros alone are no overlay but padding, which rewrites keep or drop.
 */
export interface Overlay {
  /** File offset in bytes: the end of the ELF file proper. */
  readonly offset: number;
  readonly size: number;
}

/** One entry of the dynamic section. */
export interface DynamicEntry {
  /** Its place in the table, 0 and up. */
  readonly index: number;
  readonly tag: number;
  /** `DT_RUNPATH`, or `DT_0x…` for a tag that is not known. */
  readonly name: string;
  readonly kind: TagKind;
  /** d_val or d_ptr, exact. */
  readonly value: bigint;
}

/** The dynamic section as the loader sees it: found through PT_DYNAMIC, ended by DT_NULL (gABI, "Dynamic Section"). */
export interface Dynamic {
  /** File offset, address and bytes of the whole table, spare entries included. */
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
  /** The entries before the terminating DT_NULL. */
  readonly entries: readonly DynamicEntry[];
  /**
   * How many entries the table can hold, the terminator included; entries behind the terminator count as long as they
   * are DT_NULL, too.
   */
  readonly capacity: number;
  /** .dynstr: DT_STRTAB and DT_STRSZ; undefined where they are missing or point outside the file. */
  readonly strings: StringTable | undefined;
  /** The value of the first entry with this tag. */
  get(tag: number): bigint | undefined;
  /** The text of an entry of kind "string". `MALFORMED` where it points outside .dynstr. */
  text(entry: DynamicEntry): string;
  /** The texts of all entries with this tag, in order. */
  texts(tag: number): string[];
}

/**
 * How the file gets its libraries. "loader" is the dynamic loader itself (ld.so, musl's libc.so); "other" is a core
 * file or an unknown e_type.
 */
export type Linkage = "dynamic" | "shared-library" | "static" | "static-pie" | "loader" | "relocatable" | "other";

/** One symbol (gABI, "Symbol Table"). */
export interface ElfSymbol {
  readonly index: number;
  readonly name: string;
  /** st_value and st_size, exact. */
  readonly value: bigint;
  readonly size: bigint;
  /** STB_*, STT_*, STV_* as numbers. */
  readonly binding: number;
  readonly type: number;
  readonly visibility: number;
  /** st_shndx as it stands: SHN_XINDEX is not looked up. */
  readonly shndx: number;
}

/** A run of symbols. */
export interface SymbolPiece {
  /** The index of the first of them. */
  readonly first: number;
  readonly count: number;
  /** One field of all of them; of a wider field, the lower 32 bits. */
  words(field: keyof typeof SYM): Uint32Array;
  /** One field of one of them, exact; `i` counts from `first`. */
  exact(field: keyof typeof SYM, i: number): bigint;
}

/** A symbol table; iterating reads it in pieces. */
export interface SymbolTable extends Iterable<ElfSymbol> {
  /** File offset in bytes. */
  readonly offset: number;
  /** How many entries there are, the null symbol included. */
  readonly count: number;
  /** False where nothing in the file tells the number of dynamic symbols, so that `count` is only an upper bound. */
  readonly exact: boolean;
  readonly strings: StringTable | undefined;
  /**
   * The records themselves, without names, each with its file offset. `symbol` is one object that moves on, so do not
   * keep it.
   */
  records(): Generator<{ readonly index: number; readonly at: number; readonly symbol: ReadonlyView<typeof SYM> }>;
  /** The records in pieces of some thousands, as columns: the quick way through many symbols. */
  pieces(): Generator<SymbolPiece>;
}

/** One version needed of a file (LSB, "Symbol Versioning": Vernaux). */
export interface NeededVersion {
  readonly name: string;
  /** vna_hash, vna_flags (VER_FLG_*). */
  readonly hash: number;
  readonly flags: number;
  /** vna_other: the number that .gnu.version uses for it. */
  readonly index: number;
  /** vna_name: its offset in .dynstr. */
  readonly nameOffset: number;
  /** File offset of the record. */
  readonly at: number;
}

/** The versions needed of one file (Verneed). */
export interface VersionNeed {
  readonly file: string;
  /** vn_file: the name's offset in .dynstr. */
  readonly fileOffset: number;
  readonly versions: readonly NeededVersion[];
  /** File offset of the record, and of the end of the last of its versions' records. */
  readonly at: number;
  readonly end: number;
}

/** One version that the file defines (Verdef). `names` has its own name first, then the versions it builds on. */
export interface VersionDefinition {
  readonly index: number;
  /** VER_FLG_BASE marks the file's own name. */
  readonly flags: number;
  readonly names: readonly string[];
  readonly nameOffsets: readonly number[];
  /** File offset of the record, and of the end of the last of its names' records. */
  readonly at: number;
  readonly end: number;
}

/** One note (gABI, "Note Section"). */
export interface ElfNote {
  /** Its owner, e.g. `GNU`. */
  readonly owner: string;
  readonly type: number;
  readonly description: Uint8Array;
  /** File offset of its header. */
  readonly offset: number;
}

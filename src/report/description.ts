import type { Linkage } from "../image/elf.js";
import type { NoteContents } from "../image/notes/note-contents.js";
import type { Quantity } from "./quantity.js";
import type {
  MemoryRange,
  ArraysDescription,
  RelocationSummary,
  SecurityDescription,
  SymbolSummary,
  TlsDescription,
} from "./summaries.js";

export type { Quantity } from "./quantity.js";

export interface FileDescription {
  /** `ELFCLASS64`. */
  readonly class: string;
  readonly byteOrder: "little" | "big";
  /** `ET_DYN`. */
  readonly type: string;
  /** `EM_X86_64`. */
  readonly machine: string;
  readonly osabi: string;
  /** e_flags. */
  readonly flags: number;
  readonly entry: Quantity;
  /** Bytes of the file, overlay included. */
  readonly size: number;
  /** Null where a broken dynamic section hides it. */
  readonly linkage: Linkage | null;
  /** EI_ABIVERSION. */
  readonly abiVersion: number;
  /** e_flags in words: `EF_ARM_EABI_VER5`. */
  readonly flagNames: readonly string[];
  /** File offset of the program header table. */
  readonly phoff: number;
  /** Number of program headers. */
  readonly phnum: number;
  /** File offset of the section header table. */
  readonly shoff: number;
  /** Number of section headers. */
  readonly shnum: number;
  /** Index of the section that holds the sections' names. */
  readonly shstrndx: number;
}

export interface SegmentDescription {
  readonly type: string;
  /** `R E`. */
  readonly flags: string;
  readonly offset: Quantity;
  readonly vaddr: Quantity;
  readonly paddr: Quantity;
  readonly filesz: Quantity;
  readonly memsz: Quantity;
  readonly align: Quantity;
}

export interface SectionDescription {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly flags: readonly string[];
  readonly addr: Quantity;
  readonly offset: Quantity;
  readonly size: Quantity;
  readonly link: number;
  readonly info: number;
  readonly addralign: Quantity;
  readonly entsize: Quantity;
}

export interface DynamicDescription {
  readonly tag: string;
  readonly value: Quantity;
  /** The string that the value refers to; null where it cannot be read. Only on tags of strings. */
  readonly text?: string | null;
  /** Only on DT_FLAGS and DT_FLAGS_1. */
  readonly flags?: readonly string[];
}

export interface VersionNeedDescription {
  readonly file: string;
  readonly versions: readonly { readonly name: string; readonly index: number; readonly weak: boolean }[];
}

export interface VersionDefinitionDescription {
  readonly index: number;
  /** True for the file's own name, which is no version (VER_FLG_BASE). */
  readonly base: boolean;
  /** Its name, then the versions that it builds on. */
  readonly names: readonly string[];
}

export interface NoteDescription {
  readonly owner: string;
  readonly type: number;
  /** `NT_GNU_BUILD_ID`; null where the owner, or the owner's type, is not known. */
  readonly name: string | null;
  /** Bytes of the description. */
  readonly size: number;
  /** Its first 64 bytes in hex. */
  readonly description: string;
  /** File offset of its header. */
  readonly offset: number;
  /** What the note says; null where that is not known, or cannot be read. */
  readonly contents: NoteContents | null;
}

export interface DynamicSymbolDescription {
  readonly name: string;
  readonly binding: string;
  readonly type: string;
  readonly visibility: string;
  readonly defined: boolean;
  /** `GLIBC_2.34`, or null for none. */
  readonly version: string | null;
  /** True for a definition that only references to this very version bind to. */
  readonly hidden: boolean;
}

/**
 * The contents of an ELF file: plain JSON with a fixed order of keys, for snapshots. A part that cannot be read is
 * null, and `problems` says why.
 */
export interface ElfDescription {
  readonly file: FileDescription;
  readonly interpreter: string | null;
  readonly soname: string | null;
  readonly needed: readonly string[] | null;
  readonly runpath: string | null;
  readonly rpath: string | null;
  /** The build ID in hex. */
  readonly buildId: string | null;
  readonly segments: readonly SegmentDescription[] | null;
  readonly sections: readonly SectionDescription[] | null;
  /** Null also where the file has no dynamic section. */
  readonly dynamic: readonly DynamicDescription[] | null;
  readonly versionNeeds: readonly VersionNeedDescription[] | null;
  readonly versionDefinitions: readonly VersionDefinitionDescription[] | null;
  readonly notes: readonly NoteDescription[] | null;
  /** Numbers of symbols, the null symbol included; null for no table. */
  readonly symbols: { readonly symtab: number | null; readonly dynsym: number | null };
  /** All except the null symbol. Null where the file has no dynamic symbols, or nothing in it tells their number. */
  readonly dynamicSymbols: readonly DynamicSymbolDescription[] | null;
  /** The bytes behind the end of the ELF file; `kind` is null where nothing tells what they are. */
  readonly overlay: { readonly offset: number; readonly size: number; readonly kind: string | null } | null;
  readonly symbolCounts: SymbolSummary;
  readonly relocations: RelocationSummary | null;
  readonly relro: MemoryRange | null;
  readonly tls: TlsDescription | null;
  /** Null where the file has no dynamic section. */
  readonly arrays: ArraysDescription | null;
  /** Null for relocatable, core and separate debug files. */
  readonly security: SecurityDescription | null;
  /** Why parts are null. */
  readonly problems: readonly string[];
}

import type { FileDescription, Quantity } from "../description.js";

/** What a range holds. The last four take memory only. */
export type PartKind =
  | "elf-header"
  | "program-headers"
  | "section-headers"
  /** Loaded sections by their purpose: instructions, constants, variables, tables and strings of the loader, notes. */
  | "code"
  | "read-only"
  | "data"
  | "table"
  | "note"
  /** Sections for tools: symbols, their names and relocations; DWARF; others. */
  | "symbols"
  | "debug"
  | "other"
  /** Bytes of a PT_LOAD in a file without section headers that no table of the loader explains. */
  | "contents"
  /** Bytes that nothing describes: all zero; others, or too many to be looked at. */
  | "zeros"
  | "undescribed"
  /** Bytes behind the end of the ELF file. */
  | "overlay"
  /** SHT_NOBITS sections; other memory behind a segment's file bytes. */
  | "bss"
  | "zero-fill"
  /** What is mapped with a segment because memory comes in whole pages: in front of it, and behind it. */
  | "page-head"
  | "page-tail";

/** How a part differs from the other file's. */
export type Mark = "moved" | "changed" | "new" | "gone";

/**
 * The source of a description: a header at a fixed place, a section header, a dynamic tag, a program header; null for
 * none.
 */
export type DescribedBy = "header" | "section" | "dynamic" | "segment" | null;

/** A range of the file, of memory, or of both. Offsets and sizes in bytes. */
export interface MapPart {
  readonly kind: PartKind;
  /** The section's or table's name, as it is in the file: escape it before you show it. */
  readonly label: string;
  readonly by: DescribedBy;
  /** The index of its section header. */
  readonly section: number | null;
  /** Null for no bytes in the file. */
  readonly offset: number | null;
  /** Null for what is not loaded. */
  readonly address: Quantity | null;
  readonly size: Quantity;
  /** True where another part, a segment's border or the file's end cuts bytes off. */
  readonly partial: boolean;
  /** Its place in the other file of a comparison; null where it has not moved. */
  readonly other: { readonly offset: number | null; readonly address: Quantity | null } | null;
  /** Empty where nothing differs, and in a map that is compared with no other. */
  readonly marks: readonly Mark[];
}

/** A stretch of the file: what one PT_LOAD loads, what no PT_LOAD loads, or the overlay. */
export interface FileRegion {
  readonly kind: "load" | "unloaded" | "overlay";
  /** Index of the PT_LOAD in the program header table. */
  readonly segment: number | null;
  /** p_flags, as `show` prints them: `R E`. */
  readonly flags: string | null;
  readonly offset: number;
  readonly size: number;
  readonly address: Quantity | null;
  /** In order, without gaps. */
  readonly parts: readonly MapPart[];
}

/** A PT_LOAD in memory. */
export interface MemorySegment {
  /** Index in the program header table. */
  readonly segment: number;
  readonly flags: string;
  readonly offset: Quantity;
  readonly filesz: Quantity;
  readonly address: Quantity;
  /** p_memsz. */
  readonly size: Quantity;
  /** The whole pages it takes, of `pageSize`. */
  readonly pages: { readonly address: Quantity; readonly size: Quantity };
  /** In order, without gaps: page head, file bytes, .bss, page tail. */
  readonly parts: readonly MapPart[];
  readonly marks: readonly Mark[];
}

/** A program header that is no PT_LOAD. It lies over parts of PT_LOADs. */
export interface MapMarker {
  /** `PT_GNU_RELRO`. */
  readonly type: string;
  readonly segment: number;
  readonly flags: string;
  readonly offset: Quantity;
  readonly filesz: Quantity;
  readonly address: Quantity;
  readonly memsz: Quantity;
  readonly marks: readonly Mark[];
}

/** A section without bytes in the file and without memory of a PT_LOAD: empty, .tbss, or .bss of an object file. */
export interface UnplacedSection {
  readonly section: number;
  readonly label: string;
  readonly size: Quantity;
}

/** The layout of an ELF file: JSON-safe, with a fixed order of keys. */
export interface LayoutMap {
  readonly file: FileDescription;
  /** The page size in bytes that the PT_LOADs are laid out for; null where there are none. */
  readonly pageSize: number | null;
  /** The whole file, in order: each byte is in exactly one part of one region. */
  readonly regions: readonly FileRegion[];
  /** PT_LOADs that take memory, ascending by address. */
  readonly memory: readonly MemorySegment[];
  readonly markers: readonly MapMarker[];
  readonly unplaced: readonly UnplacedSection[];
  /** What could not be read, or contradicts itself. */
  readonly problems: readonly string[];
}

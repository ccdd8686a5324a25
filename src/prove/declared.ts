import type { SymbolVersion } from "../image/dynamic/versions.js";

/** One entry of the dynamic section as the edits want it. */
export interface DeclaredEntry {
  readonly tag: number;
  /** The string that it shall name; undefined where `value` says what it holds. */
  readonly text: string | undefined;
  readonly value: bigint;
}

/** A place that a table has got: its address, and its size in bytes. */
export interface DeclaredPlace {
  readonly address: bigint;
  readonly size: number;
}

/** What the edits want of the versions. */
export interface DeclaredVersions {
  /** The files that versions are needed of, and these versions, with vna_flags and vna_other. */
  readonly needs: readonly {
    readonly file: string;
    readonly versions: readonly { readonly name: string; readonly flags: number; readonly index: number }[];
  }[];
  /** Does any symbol get another number of .gnu.version? */
  readonly renumbers: boolean;
  /** The version that a symbol shall have, by its index in the input; undefined for none. */
  versionOf(symbol: number): Omit<SymbolVersion, "hidden"> | undefined;
  /** Symbols that become weak, by their index in the input. */
  readonly weakened: { readonly size: number; has(symbol: number): boolean };
}

/**
 * All that a rewrite says of itself, as data: what its edits want, and where it has put tables. What it does not say
 * has to stay as it is.
 */
export interface Declared {
  /** Undefined where no edit asks of the dynamic section. */
  readonly dynamic: readonly DeclaredEntry[] | undefined;
  /** PT_INTERP's string; undefined where it stays. */
  readonly interpreter: string | undefined;
  /** EI_OSABI and EI_ABIVERSION, where they change. */
  readonly header: { readonly osabi?: number; readonly abiVersion?: number };
  /** Fields that the program headers of a type get. */
  readonly segments: readonly {
    readonly type: number;
    readonly fields: { readonly flags?: number; readonly memsz?: number };
  }[];
  readonly versions: DeclaredVersions | undefined;
  /**
   * New names of dynamic symbols by their index in the input; undefined where no edit asks of names or hash tables, so
   * that these, and the order of the symbols, stay.
   */
  readonly names: ReadonlyMap<number, string> | undefined;
  /** Tables that got a place, those among them that were written anew where they are. */
  readonly places: readonly DeclaredPlace[];
  /** Sections that go, and loaded ones among them whose bytes become zero, by index. */
  readonly dropped: ReadonlySet<number>;
  readonly zeroed: ReadonlySet<number>;
  /** Sections that are in no group any more, by index. */
  readonly ungrouped: ReadonlySet<number>;
  /** May symbols go that other files can use? */
  readonly freesSymbols: boolean;
  /** Is it a section whose bytes are written anew? */
  rewrites(section: number): boolean;
  /** Sections that come. */
  readonly added: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Does the section header table go, with all that no program header names? */
  readonly dropsHeaders: boolean;
  /** Is the result the separate debug file of what the edits have made? */
  readonly isDebugFile: boolean;
  /** What becomes of bytes behind the end of the ELF file: the option, undefined where it was not given. */
  readonly overlay: "keep" | "keep-in-place" | "drop" | undefined;
}

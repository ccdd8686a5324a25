import type { IDENT } from "../../image/headers/header.js";
import type { Note } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { sectionColumns } from "../../image/headers/section-columns.js";
import { Contents } from "./contents.js";
import { DynamicDraft } from "./dynamic-draft.js";
import type { DynamicTables, SymbolTables } from "./dynamic-tables.js";

/**
 * Fields that a program header shall have: of every one of a type, or of one that is added. By their gABI names; what
 * is not named stays.
 */
export interface SegmentWish {
  /** p_type. */
  readonly type: number;
  readonly fields: { readonly flags?: number; readonly memsz?: number };
  /** The other fields of a new one, where the file has none of the type; undefined where none is to be added. */
  readonly added?: { readonly align: number } | undefined;
}

/** Bytes of the ELF header that shall change. */
export type HeaderWish = { -readonly [field in keyof typeof IDENT]?: number };

/** A section that the file has not, for tools. */
export interface NewSection {
  readonly name: string;
  /** sh_type. */
  readonly type: number;
  readonly align: number;
  readonly bytes: Uint8Array;
}

/** What becomes of the sections that no loader reads. */
export interface SectionsWish {
  /** Indexes of those that go. */
  readonly dropped: ReadonlySet<number>;
  /** New bytes of those that stay. */
  readonly contents: Contents;
  /** Those that are in no group any more. */
  readonly ungrouped: ReadonlySet<number>;
  /** Dropped loaded ones whose bytes become zero. */
  readonly zeroed: ReadonlySet<number>;
  /** The section header table goes, with all that no program header speaks of. */
  readonly dropsHeaders: boolean;
}

/**
 * All that the edits of a patch want of a file: what it shall say, not where anything goes. Each family writes its
 * part.
 */
export class Wish {
  readonly elf: ElfFile;
  readonly notes: Note[] = [];
  /** PT_INTERP's string, NUL included; undefined where it stays. */
  interpreter: Uint8Array | undefined;
  readonly header: HeaderWish = {};
  readonly segments: SegmentWish[] = [];
  readonly newSections: NewSection[] = [];
  /** Version needs and the versions of dynamic symbols, where edits touch them. */
  versions: DynamicTables | undefined;
  /** Names of dynamic symbols and hash tables, where edits touch them. */
  symbols: SymbolTables | undefined;
  #dynamic: DynamicDraft | undefined;
  #sections: SectionsWish | undefined;
  readonly #afterwards: (() => void)[] = [];

  constructor(elf: ElfFile) {
    this.elf = elf;
  }

  /** The entries of the dynamic section. */
  get dynamic(): DynamicDraft {
    return (this.#dynamic ??= new DynamicDraft(this.elf, this.notes));
  }

  /** Did any edit look at the dynamic section? */
  get touchesDynamic(): boolean {
    return this.#dynamic !== undefined;
  }

  get sections(): SectionsWish {
    return (this.#sections ??= {
      dropped: new Set(),
      contents: new Contents(sectionColumns(this.elf).count),
      ungrouped: new Set(),
      zeroed: new Set(),
      dropsHeaders: false,
    });
  }

  set sections(wanted: SectionsWish) {
    this.#sections = wanted;
  }

  /** Does this when every family has had its turn. */
  afterwards(work: () => void): void {
    this.#afterwards.push(work);
  }

  /** Every family has had its turn: does what waited for that. */
  conclude(): void {
    for (const work of this.#afterwards.splice(0)) work();
  }
}

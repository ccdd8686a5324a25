import type { IDENT } from "../../image/headers/header.js";
import type { Note } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import type { ContentsProof, LinkProof } from "../../prove/proof.js";
import { sectionColumns } from "../../image/headers/section-columns.js";
import { Contents } from "./contents.js";
import { DynamicDraft } from "./dynamic-draft.js";
import type { SymbolTables, VersionTables } from "./dynamic-tables.js";

/**
 * Fields that every program header of a type shall have, by their gABI names. What is not named stays. Where there is
 * none of the type, one may be added.
 */
export interface SegmentWish {
  /** p_type. */
  readonly type: number;
  readonly fields: { readonly flags?: number; readonly memsz?: number };
  /** Other fields of the one that is added; undefined where none is to be added. */
  readonly added?: { readonly align: number } | undefined;
}

/** Bytes of e_ident that shall change. */
export type HeaderWish = { -readonly [field in keyof typeof IDENT]?: number };

/** A new section, for tools. */
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
  /** Indexes of those that are in no group any more. */
  readonly ungrouped: ReadonlySet<number>;
  /** Indexes of dropped loaded ones, whose bytes become zero. */
  readonly zeroed: ReadonlySet<number>;
  /** Does the section header table go, with all that no program header names? */
  readonly dropsHeaders: boolean;
  /** May symbols go that other files can use? */
  readonly freesSymbols: boolean;
  /** Proves the new bytes. */
  readonly proof: ContentsProof | undefined;
}

/**
 * All that the edits of a patch want of a file: what it shall say, not where anything goes. Each family writes a part.
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
  versions: VersionTables | undefined;
  /** Names of dynamic symbols and hash tables, where edits touch them. */
  symbols: SymbolTables | undefined;
  /** Proves what dynamic linking goes by, where edits touch it. */
  link: LinkProof | undefined;

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
      freesSymbols: false,
      proof: undefined,
    });
  }

  set sections(wanted: SectionsWish) {
    this.#sections = wanted;
  }

  /** Puts work off until every family has had its turn. */
  afterwards(work: () => void): void {
    this.#afterwards.push(work);
  }

  /** Does the work that was put off: every family has had its turn. */
  conclude(): void {
    for (const work of this.#afterwards.splice(0)) work();
  }
}

import { PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { dynamic as MIPS_DYNAMIC } from "../../spec/machines/mips.js";
import type { TableKind } from "../../spec/table-kinds.js";

/** All that the layout asks about a kind of table. A new kind does not compile until it has answered. */
export interface KindAnswers {
  /** p_type of the program header that is its alone, follows it and takes its new size; null for none. */
  readonly segment: number | null;
  /** sh_type of its section header, which follows it; null where only a machine's card knows it. */
  readonly section: number | null;
  /**
   * May that header say another size than the loader's, and takes the new one all the same? Padding behind .dynstr,
   * half an entry of .dynamic.
   */
  readonly sectionIsLoose: boolean;
  /** What sh_link of its section header means: the dynamic symbols, their names, or nothing. */
  readonly link: "symbols" | "strings" | null;
  /** The dynamic tag that leads to it; null where a program header does. */
  readonly tag: number | null;
  /** Where it stands in a segment of ours, from 0 on. The last one can grow where it is by the next patch. */
  readonly rank: 0 | 1 | 2;
  /**
   * What of its old bytes code may read, having the address: all of them (`_DYNAMIC`), the program's own notes, or
   * nothing.
   */
  readonly readByCode: "all" | "own notes" | "nothing";
  /**
   * What of it must be looked at before its bytes may be overwritten: a path and nothing behind it, notes of the
   * program's own.
   */
  readonly mayHoldMore: "behind its path" | "own notes" | "nothing";
  /** May another table take its old place? Then nobody reads that once .dynamic says where the new one is. */
  readonly leavesHole: boolean;
  /**
   * Is it written to while the program starts, and protected by PT_GNU_RELRO behind that? Then it may stand in front of
   * its segment, and must stay writable.
   */
  readonly isRelro: boolean;
}

/** What most tables that a dynamic tag leads to have in common. */
const TAGGED = {
  segment: null,
  sectionIsLoose: false,
  rank: 1,
  readByCode: "nothing",
  mayHoldMore: "nothing",
  leavesHole: true,
  isRelro: false,
} as const;

/** MIPS's own tables: loaders find them by program headers that lie over them, tools by their sections. */
const MIPS = { ...TAGGED, link: null, tag: null, leavesHole: false } as const;

const { hashTag, hashSection } = MIPS_DYNAMIC.gotOrder!;

export const KINDS: Readonly<Record<TableKind, KindAnswers>> = {
  interpreter: {
    segment: PT.INTERP,
    section: SHT.PROGBITS,
    sectionIsLoose: true,
    link: null,
    tag: null,
    rank: 1,
    readByCode: "nothing",
    mayHoldMore: "behind its path",
    leavesHole: false,
    isRelro: false,
  },
  notes: {
    segment: null,
    section: SHT.NOTE,
    sectionIsLoose: false,
    link: null,
    tag: null,
    rank: 1,
    readByCode: "own notes",
    mayHoldMore: "own notes",
    leavesHole: false,
    isRelro: false,
  },
  dynamic: {
    segment: PT.DYNAMIC,
    section: SHT.DYNAMIC,
    sectionIsLoose: true,
    link: null,
    tag: null,
    rank: 0,
    readByCode: "all",
    mayHoldMore: "nothing",
    leavesHole: false,
    isRelro: true,
  },
  strings: { ...TAGGED, section: SHT.STRTAB, sectionIsLoose: true, link: null, tag: DT.STRTAB, rank: 2 },
  symbols: { ...TAGGED, section: SHT.DYNSYM, link: "strings", tag: DT.SYMTAB },
  hash: { ...TAGGED, section: SHT.HASH, link: "symbols", tag: DT.HASH },
  gnuHash: { ...TAGGED, section: SHT.GNU_HASH, link: "symbols", tag: DT.GNU_HASH },
  versions: { ...TAGGED, section: SHT.GNU_VERSYM, link: "symbols", tag: DT.VERSYM },
  versionNeeds: { ...TAGGED, section: SHT.GNU_VERNEED, sectionIsLoose: true, link: "strings", tag: DT.VERNEED },
  versionDefinitions: { ...TAGGED, section: SHT.GNU_VERDEF, link: "strings", tag: DT.VERDEF },
  mipsHash: { ...MIPS, section: hashSection, link: "symbols", tag: hashTag },
  mipsReginfo: { ...MIPS, section: null },
  mipsOptions: { ...MIPS, section: null },
  mipsAbiflags: { ...MIPS, section: null },
};

import { PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { dynamic as MIPS_DYNAMIC } from "../../spec/machines/mips.js";
import type { TableKind } from "../../spec/table-kinds.js";

/** All that the layout asks about a kind of table. A new kind does not compile until it answers. */
export interface KindAnswers {
  /** p_type of the program header that is its alone, which follows it and takes its new size; null for none. */
  readonly segment: number | null;
  /** sh_type of its section header, which follows it; null where only a machine's card knows the type. */
  readonly section: number | null;
  /**
   * May the size in the section header differ from the loader's, and does the header take the new size all the same?
   * Padding after .dynstr may be why, or half an entry of .dynamic.
   */
  readonly sectionIsLoose: boolean;
  /** What sh_link of its section header means: the dynamic symbols, their names, or nothing. */
  readonly link: "symbols" | "strings" | null;
  /** The dynamic tag that leads to it; null where a program header does. */
  readonly tag: number | null;
  /** Its order in a segment of ours, from 0 on. The next patch can grow the last one where it is. */
  readonly rank: 0 | 1 | 2;
  /** Which of its old bytes code may read by address: all (`_DYNAMIC`), the program's own notes, or none. */
  readonly readByCode: "all" | "own notes" | "nothing";
  /**
   * What must be ruled out before its bytes are overwritten: something after its path, or notes that are the program's
   * own.
   */
  readonly mayHoldMore: "behind its path" | "own notes" | "nothing";
  /** May another table take its old place? Only where nobody reads that once .dynamic says where the new place is. */
  readonly leavesHole: boolean;
  /**
   * Is it written to while the program starts, and protected by PT_GNU_RELRO after that? Then it may stand in front of
   * its segment, and must stay writable.
   */
  readonly isRelro: boolean;
}

/** The answers that most tables reached by a dynamic tag have in common. */
const TAGGED = {
  segment: null,
  sectionIsLoose: false,
  rank: 1,
  readByCode: "nothing",
  mayHoldMore: "nothing",
  leavesHole: true,
  isRelro: false,
} as const;

function allAnswers(): Readonly<Record<TableKind, KindAnswers>> {
  // MIPS's own tables: loaders find them by program headers that lie over them, tools by their sections.
  const mips = { ...TAGGED, link: null, tag: null, leavesHole: false } as const;
  const { hashTag, hashSection } = MIPS_DYNAMIC.gotOrder!;

  return {
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
    mipsHash: { ...mips, section: hashSection, link: "symbols", tag: hashTag },
    mipsReginfo: { ...mips, section: null },
    mipsOptions: { ...mips, section: null },
    mipsAbiflags: { ...mips, section: null },
  };
}

/** The answers of each kind of table. */
export const KINDS: Readonly<Record<TableKind, KindAnswers>> = /* @__PURE__ */ allAnswers();

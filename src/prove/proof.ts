import type { ElfFile } from "../image/elf.js";
import type { Declared } from "./declared.js";
import type { ProgramDifference } from "./difference.js";
import type { AddressRun } from "./memory.js";
import type { Pair } from "./pair.js";

/** Proves what dynamic linking goes by, where edits change it. */
export interface LinkProof {
  compare(pair: Pair): Iterable<ProgramDifference>;
  /** Where tables of relocations are in memory, which are compared apart. */
  relocations(elf: ElfFile): readonly AddressRun[];
}

/** Proves the bytes of sections that are not loaded, where edits write them anew. */
export interface ContentsProof {
  /** @param indexOf the index after of each section before; -1 for one that is gone */
  compare(pair: Pair, indexOf: (section: number) => number): Iterable<ProgramDifference>;
}

/** What a rewrite is proved by: what it says of itself, and comparisons that only some edits need. */
export interface Proof {
  readonly declared: Declared;
  /** Undefined where no edit asks of symbols or versions, so that all of them stay. */
  readonly link: LinkProof | undefined;
  /** Undefined where no section gets new bytes. */
  readonly contents: ContentsProof | undefined;
}

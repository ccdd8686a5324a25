import { isLossless } from "../../codec/bytes.js";
import { fail, type Note, type NoteCode } from "../../error.js";
import type { DynamicEntry, ElfFile } from "../../image/elf.js";

/** One entry of the dynamic section as it shall be. */
export interface DraftEntry {
  readonly tag: number;
  /** d_val, as it stands in the file for an entry that nobody edits. */
  readonly value: bigint;
  /** The string the entry shall name; undefined leaves `value` as it is. */
  readonly text?: string;
  /** The entry it was, to tell what changed. */
  readonly was?: DynamicEntry;
}

/**
 * The dynamic section as the edits want it: what each entry says, not where anything goes. Edits of one family run in
 * the order given; families do not see each other's entries.
 */
export class DynamicDraft {
  readonly elf: ElfFile;
  entries: DraftEntry[];
  readonly #notes: Note[];

  /** @param notes where to put what there is to say */
  constructor(elf: ElfFile, notes: Note[]) {
    this.elf = elf;
    this.#notes = notes;
    this.entries = (elf.dynamic?.entries ?? []).map((was) => ({ tag: was.tag, value: was.value, was }));
  }

  /** What an entry's string will be. */
  text(e: DraftEntry): string {
    return e.text ?? this.elf.dynamic!.text(e.was!);
  }

  /** `text`, for a string that is to be taken apart and written again: `MALFORMED` where it is not UTF-8. */
  exactText(e: DraftEntry): string {
    const text = this.text(e);
    if (e.text !== undefined) return text;

    const strings = this.elf.dynamic!.strings!;
    const at = Number(e.was!.value);
    if (!isLossless(strings.bytesAt(at))) {
      fail(
        "MALFORMED",
        `the string of ${e.was!.name} is not UTF-8, so it cannot be extended without changing it; set it as a whole`,
        { offset: strings.offset + at },
      );
    }
    return text;
  }

  note(note: NoteCode, message: string): void {
    this.#notes.push({ note, message });
  }
}

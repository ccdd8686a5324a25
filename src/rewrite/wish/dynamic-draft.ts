import { isLossless } from "../../codec/bytes.js";
import { fail, type Note, type NoteCode } from "../../error.js";
import type { DynamicEntry, ElfFile } from "../../image/elf.js";
import { DT_RPATH, DT_RUNPATH } from "../../spec/dynamic.js";

/** One entry of the dynamic section as it shall be. */
export interface DraftEntry {
  readonly tag: number;
  /** d_val: as it is in the file, where no edit changes it. */
  readonly value: bigint;
  /** The string that the entry shall name; undefined leaves `value` as it is. */
  readonly text?: string;
  /** The entry of the file that it was; undefined for a new one. */
  readonly was?: DynamicEntry;
}

/**
 * The dynamic section as the edits want it: what each entry says, not where anything goes. Edits of one family run in
 * the order in which they were given. Families do not see each other's entries.
 */
export class DynamicDraft {
  readonly elf: ElfFile;
  entries: DraftEntry[];
  readonly #notes: Note[];

  /** @param notes where notes go */
  constructor(elf: ElfFile, notes: Note[]) {
    this.elf = elf;
    this.#notes = notes;
    this.entries = (elf.dynamic?.entries ?? []).map((was) => ({ tag: was.tag, value: was.value, was }));
  }

  /** The string that an entry will name. */
  text(e: DraftEntry): string {
    return e.text ?? this.elf.dynamic!.text(e.was!);
  }

  /** The same, for a string that is to be taken apart and written again. `MALFORMED` where it is not UTF-8. */
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

  /** The search path that counts: ld.so ignores DT_RPATH where there is a DT_RUNPATH. */
  get searchPath(): DraftEntry | undefined {
    return this.entries.find((e) => e.tag === DT_RUNPATH) ?? this.entries.find((e) => e.tag === DT_RPATH);
  }

  /** Puts an entry in the place of the search path that counts, or none. A DT_RPATH that ld.so ignored goes. */
  setSearchPath(entry: DraftEntry | undefined): void {
    const { searchPath } = this;
    const isOther = (e: DraftEntry) => e.tag !== DT_RUNPATH && e.tag !== DT_RPATH;
    this.entries = this.entries.flatMap((e) => {
      if (e === searchPath) return entry ?? [];
      return isOther(e) ? e : [];
    });
  }

  /** Notes, once for each name of an edit, that the file has not what they work on. */
  noteMissing(edits: readonly { readonly edit: string }[], what: string): void {
    for (const name of new Set(edits.map((e) => e.edit))) this.note("NOT_FOUND", `${name}: the file has ${what}`);
  }

  note(note: NoteCode, message: string): void {
    this.#notes.push({ note, message });
  }
}

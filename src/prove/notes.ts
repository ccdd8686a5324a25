import { toHex } from "../codec/bytes.js";
import type { ElfFile, ElfNote } from "../image/elf.js";
import { damage, edit, type ProgramDifference } from "./difference.js";
import type { Pair } from "./pair.js";

const keyOf = ({ owner, type, description }: ElfNote): string => `${owner}\0${type}\0${toHex(description)}`;

/** Notes longer than this are compared by their owners, types and sizes: memory has their bytes. */
const LONGEST = 1 << 12;

const shortKey = (note: ElfNote): string =>
  note.description.length > LONGEST ? `${note.owner}\0${note.type}\0${note.description.length} bytes` : keyOf(note);

function countNotes({ notes }: ElfFile): Map<string, { readonly note: ElfNote; count: number }> {
  const all = new Map<string, { note: ElfNote; count: number }>();
  for (const note of notes) {
    const key = shortKey(note);
    const known = all.get(key);
    if (known) known.count++;
    else all.set(key, { note, count: 1 });
  }
  return all;
}

/** The notes that program headers lead to. */
export function* noteDifferences({ before, after, declared }: Pair): Generator<ProgramDifference> {
  const old = countNotes(before);
  const now = countNotes(after);
  const mayGo = declared === undefined || declared.dropped.size > 0;

  for (const [key, { note, count }] of old) {
    if ((now.get(key)?.count ?? 0) >= count) continue;
    const at = `${note.owner} note of type ${note.type}`;
    if (!mayGo) yield damage("notes", at, `the ${at} is gone`);
    else if (!declared) yield edit("notes", at, `the ${at} is gone`);
  }
  for (const [key, { note, count }] of now) {
    const isNew = (old.get(key)?.count ?? 0) < count;
    const at = `${note.owner} note of type ${note.type}`;
    // Where a note is zeroed, one without an owner takes its place.
    if (isNew && !(declared && note.owner === "")) yield (declared ? damage : edit)("notes", at, `the ${at} is new`);
  }
}

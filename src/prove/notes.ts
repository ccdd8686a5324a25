import { toHex } from "../codec/bytes.js";
import type { ElfFile, ElfNote, Segment } from "../image/elf.js";
import { PT, SHT } from "../spec/constants.js";
import { damage, edit, type ProgramDifference } from "./difference.js";
import type { Pair } from "./pair.js";

/** Of a longer note, the first bytes and the length are compared: memory has all of it. */
const LONGEST = 1 << 12;

const keyOf = ({ owner, type, description }: ElfNote): string =>
  [owner, type, description.length, toHex(description.subarray(0, LONGEST))].join("\0");

function countNotes({ notes }: ElfFile): Map<string, { readonly note: ElfNote; count: number }> {
  const all = new Map<string, { note: ElfNote; count: number }>();
  for (const note of notes) {
    const key = keyOf(note);
    const known = all.get(key);
    if (known) known.count++;
    else all.set(key, { note, count: 1 });
  }
  return all;
}

/** Are the blocks of notes byte by byte what they were? Then none has to be read. */
function areSame(pair: Pair): boolean {
  const [old, now] = [pair.before, pair.after].map((elf) => elf.segments.filter((s) => s.type === PT.NOTE)) as [
    Segment[],
    Segment[],
  ];
  return (
    old.length === now.length &&
    old.every((s, i) => {
      const size = s.near("filesz");
      const other = now[i]!;
      const isWhole = size === other.near("filesz") && s.near("offset") + size <= pair.before.source.size;
      return isWhole && pair.isSame({ from: s.offset, at: other.offset, size });
    })
  );
}

/** The notes that program headers lead to. */
export function* noteDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after, declared } = pair;
  if (areSame(pair)) return;

  const old = countNotes(before);
  const now = countNotes(after);
  const mayGo = !declared || [...declared.dropped].some((i) => before.sections[i]?.header.type === SHT.NOTE);

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
    if (isNew && !(declared && note.owner === "")) yield edit("notes", at, `the ${at} is new`);
  }
}

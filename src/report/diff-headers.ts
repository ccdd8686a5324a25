import { Shdr } from "../codec/records.js";
import type { ElfFile, Section } from "../image/elf.js";
import { realSections, sectionColumns } from "../image/headers/section-columns.js";
import { sectionNames } from "../image/headers/section-names.js";
import { sectionAt } from "../image/headers/sections.js";
import { sectionTypeName } from "../spec/names.js";
import { type Change, changed } from "./change.js";
import type { SegmentDescription } from "./description.js";
import { match } from "./match.js";
import { describeSection, describeSegments } from "./parts.js";
import { Tolerant } from "../image/tolerant.js";

const SECTION_FIELDS = ["index", "addr", "offset", "size", "link", "info", "addralign", "entsize"] as const;
const SEGMENT_FIELDS = ["flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align"] as const;

/** Program headers that only say how the file is laid out. */
const LAYOUT_SEGMENTS = ["PT_LOAD", "PT_NULL", "PT_PHDR", "PT_NOTE"];

/**
 * What is said by intent and does not follow from the layout: PT_GNU_STACK is its flags and the size that musl gives
 * threads, p_align is the page size a file is fit for.
 */
const MEANT: Readonly<Record<string, readonly (typeof SEGMENT_FIELDS)[number][]>> = {
  PT_GNU_STACK: ["flags", "memsz"],
  PT_LOAD: ["align"],
};

export function* diffSections(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const a = sectionList(before);
  const b = sectionList(after);
  const at = "sections";
  let first = 0;

  while (
    first < a.length &&
    first < b.length &&
    sectionNames(before).isSame(a[first]!, sectionNames(after), b[first]!)
  ) {
    first++;
  }

  const m = match(sectionsAt(before, a.subarray(first)), sectionsAt(after, b.subarray(first)), (s) => s.name);
  const typeOf = (elf: ElfFile, s: Section | undefined) =>
    s ? sectionTypeName(s.header.type, elf.header.machine) : null;
  for (const { from, to } of m.steps) {
    yield { at, name: (from ?? to)!.name, from: typeOf(before, from), to: typeOf(after, to) };
  }

  // An object file has tens of thousands of them, of which few differ: those alone are put into words.
  const differ = layout || first + m.kept.length === 0 ? () => true : meaningDiffers(before, after);
  for (let i = 0; i < first; i++) {
    if (differ(a[i]!, b[i]!)) {
      yield* diffSection(before, sectionAt(before, a[i]!), after, sectionAt(after, b[i]!), layout);
    }
  }

  for (const [old, now] of m.kept) {
    if (differ(old.index, now.index)) yield* diffSection(before, old, after, now, layout);
  }
}

const sectionList = (elf: ElfFile): Uint32Array =>
  new Tolerant().part(() => realSections(sectionColumns(elf))) ?? new Uint32Array(0);

const sectionsAt = (elf: ElfFile, indexes: Uint32Array): Section[] => Array.from(indexes, (i) => sectionAt(elf, i));

function* diffSection(before: ElfFile, old: Section, after: ElfFile, now: Section, layout: boolean): Generator<Change> {
  const a = describeSection(before, old);
  const b = describeSection(after, now);
  const at = "sections";
  yield* changed({ at, name: a.name }, a.type, b.type);
  yield* changed({ at, name: a.name, field: "flags" }, a.flags.join(" "), b.flags.join(" "));
  if (layout) for (const field of SECTION_FIELDS) yield* changed({ at, name: a.name, field }, a[field], b[field]);
}

/** Tells whether two sections differ in type or flags. */
function meaningDiffers(before: ElfFile, after: ElfFile): (old: number, now: number) => boolean {
  if (before.header.machine !== after.header.machine) return () => true;
  const columns = (elf: ElfFile) => {
    const { type, flags, bytes, count } = sectionColumns(elf);
    // What both the double and its lower half say is exact.
    return { type, flags, near: Shdr.doubles("flags", bytes, count, elf.header, elf.header.shentsize) };
  };
  const a = columns(before);
  const b = columns(after);
  return (i, j) => a.type[i] !== b.type[j] || a.flags[i] !== b.flags[j] || a.near[i] !== b.near[j];
}

export function* diffSegments(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const read = (elf: ElfFile): SegmentDescription[] => new Tolerant().part(() => describeSegments(elf)) ?? [];
  const m = match(read(before), read(after), (s) => s.type);
  const at = "segments";
  const seen = new Map<string, number>();

  for (const { from, to } of m.steps) {
    const name = (from ?? to)!.type;
    if (layout || !LAYOUT_SEGMENTS.includes(name)) yield { at, name, from: from?.flags ?? null, to: to?.flags ?? null };
  }

  for (const [a, b] of m.kept) {
    const occurrence = seen.get(a.type) ?? 0;
    const subject = { at, name: a.type, ...(occurrence > 0 ? { occurrence } : {}) } as const;
    seen.set(a.type, occurrence + 1);
    for (const field of layout ? SEGMENT_FIELDS : (MEANT[a.type] ?? [])) {
      yield* changed({ ...subject, field }, a[field], b[field]);
    }
  }
}

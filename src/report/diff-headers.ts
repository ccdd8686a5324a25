import { Shdr } from "../codec/records.js";
import type { ElfFile, Section } from "../image/elf.js";
import { realSections, sectionColumns } from "../image/headers/section-columns.js";
import { sectionNames } from "../image/headers/section-names.js";
import { sectionAt } from "../image/headers/sections.js";
import { Tolerant } from "../image/tolerant.js";
import { sectionTypeName } from "../spec/names.js";
import { type Change, changed } from "./change.js";
import type { SegmentDescription } from "./description.js";
import { matchLists } from "./match.js";
import { describeSection, describeSegments } from "./parts.js";

const SECTION_FIELDS = ["index", "addr", "offset", "size", "link", "info", "addralign", "entsize"] as const;
const SEGMENT_FIELDS = ["flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align"] as const;

/** Program headers that only say how the file is laid out. */
const LAYOUT_SEGMENTS = ["PT_LOAD", "PT_NULL", "PT_PHDR", "PT_NOTE"];

/**
 * Fields that are set by intent and do not follow from the layout: of PT_GNU_STACK, the flags and the stack size that
 * musl gives threads; of PT_LOAD, p_align, the largest page size that the file is fit for.
 */
const MEANT_FIELDS: Readonly<Record<string, readonly (typeof SEGMENT_FIELDS)[number][]>> = {
  PT_GNU_STACK: ["flags", "memsz"],
  PT_LOAD: ["align"],
};

export function* diffSections(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const old = sectionList(before);
  const now = sectionList(after);
  const same = sameAtStart(before, old, after, now);
  const { steps, kept } = matchLists(
    sectionsAt(before, old.subarray(same)),
    sectionsAt(after, now.subarray(same)),
    (section) => section.name,
  );

  for (const { from, to } of steps) {
    yield { at: "sections", name: (from ?? to)!.name, from: typeOf(before, from), to: typeOf(after, to) };
  }

  // An object file has tens of thousands of sections, of which few differ: only those are described.
  const mayDiffer = layout || same + kept.length === 0 ? () => true : meaningDiffers(before, after);
  for (let i = 0; i < same; i++) {
    if (mayDiffer(old[i]!, now[i]!)) {
      yield* diffSection(before, sectionAt(before, old[i]!), after, sectionAt(after, now[i]!), layout);
    }
  }
  for (const [from, to] of kept) {
    if (mayDiffer(from.index, to.index)) yield* diffSection(before, from, after, to, layout);
  }
}

const sectionList = (elf: ElfFile): Uint32Array =>
  new Tolerant().part(() => realSections(sectionColumns(elf))) ?? new Uint32Array(0);

const sectionsAt = (elf: ElfFile, indexes: Uint32Array): Section[] => Array.from(indexes, (i) => sectionAt(elf, i));

const typeOf = (elf: ElfFile, section: Section | undefined): string | null =>
  section ? sectionTypeName(section.header.type, elf.header.machine) : null;

/** Counts the sections up to the first one whose name differs. */
function sameAtStart(before: ElfFile, old: Uint32Array, after: ElfFile, now: Uint32Array): number {
  const most = Math.min(old.length, now.length);
  if (most === 0) return 0;

  const oldNames = sectionNames(before);
  const newNames = sectionNames(after);
  let count = 0;
  while (count < most && oldNames.isSame(old[count]!, newNames, now[count]!)) count++;
  return count;
}

function* diffSection(before: ElfFile, old: Section, after: ElfFile, now: Section, layout: boolean): Generator<Change> {
  const from = describeSection(before, old);
  const to = describeSection(after, now);
  const subject = { at: "sections", name: from.name } as const;

  yield* changed(subject, from.type, to.type);
  yield* changed({ ...subject, field: "flags" }, from.flags.join(" "), to.flags.join(" "));
  if (!layout) return;
  for (const field of SECTION_FIELDS) yield* changed({ ...subject, field }, from[field], to[field]);
}

/** Tells whether two sections differ in type or flags. */
function meaningDiffers(before: ElfFile, after: ElfFile): (old: number, now: number) => boolean {
  if (before.header.machine !== after.header.machine) return () => true;

  const columns = (elf: ElfFile) => {
    const { type, flags, bytes, count } = sectionColumns(elf);
    // `flags` is the lower half, `near` the whole as a double: where both agree, all 64 bits do.
    return { type, flags, near: Shdr.doubles("flags", bytes, count, elf.header, elf.header.shentsize) };
  };
  const old = columns(before);
  const now = columns(after);
  return (i, j) => old.type[i] !== now.type[j] || old.flags[i] !== now.flags[j] || old.near[i] !== now.near[j];
}

export function* diffSegments(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const { steps, kept } = matchLists(segmentList(before), segmentList(after), (segment) => segment.type);
  for (const { from, to } of steps) {
    const name = (from ?? to)!.type;
    const isTold = layout || !LAYOUT_SEGMENTS.includes(name);
    if (isTold) yield { at: "segments", name, from: from?.flags ?? null, to: to?.flags ?? null };
  }

  const seen = new Map<string, number>();
  for (const [from, to] of kept) {
    const name = from.type;
    const occurrence = seen.get(name) ?? 0;
    seen.set(name, occurrence + 1);

    const subject = { at: "segments", name, ...(occurrence > 0 ? { occurrence } : {}) } as const;
    const fields = layout ? SEGMENT_FIELDS : (MEANT_FIELDS[name] ?? []);
    for (const field of fields) yield* changed({ ...subject, field }, from[field], to[field]);
  }
}

const segmentList = (elf: ElfFile): SegmentDescription[] => new Tolerant().part(() => describeSegments(elf)) ?? [];

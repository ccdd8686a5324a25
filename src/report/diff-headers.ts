import type { ElfFile } from "../image/elf.js";
import type { Section } from "../image/sections.js";
import { SHT } from "../spec/constants.js";
import { sectionTypeName } from "../spec/names.js";
import { type Change, changed } from "./change.js";
import type { SegmentDescription } from "./description.js";
import { match } from "./match.js";
import { describeSection, describeSegments } from "./parts.js";
import { Tolerant } from "./tolerant.js";

const SECTION_FIELDS = ["index", "addr", "offset", "size", "link", "info", "addralign", "entsize"] as const;
const SEGMENT_FIELDS = ["flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align"] as const;

/** Program headers that only say how the file is laid out. */
const LAYOUT_SEGMENTS = ["PT_LOAD", "PT_NULL", "PT_PHDR", "PT_NOTE"];

/** What is said by intent and does not follow from the layout: PT_GNU_STACK is nothing but its flags, p_align is the page size a file is fit for. */
const MEANT: Readonly<Record<string, readonly (typeof SEGMENT_FIELDS)[number][]>> = { PT_GNU_STACK: ["flags"], PT_LOAD: ["align"] };

export function* diffSections(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const read = (elf: ElfFile): Section[] => new Tolerant().part(() => elf.sections)?.filter((s) => s.header.type !== SHT.NULL) ?? [];
  const m = match(read(before), read(after), (s) => s.name), at = "sections";
  const typeOf = (elf: ElfFile, s: Section | undefined) => (s ? sectionTypeName(s.header.type, elf.header.machine) : null);
  for (const { from, to } of m.steps) yield { at, name: (from ?? to)!.name, from: typeOf(before, from), to: typeOf(after, to) };
  for (const [old, now] of m.kept) {
    // An object file has tens of thousands of them, of which few differ: those alone are put into words.
    if (!layout && meansTheSame(before, old, after, now)) continue;
    const a = describeSection(before, old), b = describeSection(after, now);
    yield* changed({ at, name: a.name }, a.type, b.type);
    yield* changed({ at, name: a.name, field: "flags" }, a.flags.join(" "), b.flags.join(" "));
    if (layout) for (const field of SECTION_FIELDS) yield* changed({ at, name: a.name, field }, a[field], b[field]);
  }
}

const meansTheSame = (before: ElfFile, a: Section, after: ElfFile, b: Section): boolean =>
  before.header.machine === after.header.machine && a.header.type === b.header.type && a.header.exact("flags") === b.header.exact("flags");

export function* diffSegments(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const read = (elf: ElfFile): SegmentDescription[] => new Tolerant().part(() => describeSegments(elf)) ?? [];
  const m = match(read(before), read(after), (s) => s.type), at = "segments", seen = new Map<string, number>();
  for (const { from, to } of m.steps) {
    const name = (from ?? to)!.type;
    if (layout || !LAYOUT_SEGMENTS.includes(name)) yield { at, name, from: from?.flags ?? null, to: to?.flags ?? null };
  }
  for (const [a, b] of m.kept) {
    const occurrence = seen.get(a.type) ?? 0, subject = { at, name: a.type, ...(occurrence > 0 ? { occurrence } : {}) } as const;
    seen.set(a.type, occurrence + 1);
    for (const field of layout ? SEGMENT_FIELDS : (MEANT[a.type] ?? [])) yield* changed({ ...subject, field }, a[field], b[field]);
  }
}

import { toHex } from "../codec/bytes.js";
import type { ElfFile, ElfNote, Section } from "../image/elf.js";
import { symbolVersions } from "../image/dynamic/versions.js";
import { hex } from "../error.js";
import { decodeNote } from "../image/notes/note-contents.js";
import { readUnloadedNotes } from "../image/notes/notes.js";
import { SHN, VER_FLG } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { noteTypeName } from "../spec/notes.js";
import {
  dynamicFlag1Names,
  dynamicFlagNames,
  sectionFlagNames,
  sectionTypeName,
  segmentFlagsText,
  segmentTypeName,
  symbolBindingName,
  symbolTypeName,
  symbolVisibilityName,
} from "../spec/names.js";
import type {
  DynamicDescription,
  DynamicSymbolDescription,
  NoteDescription,
  SectionDescription,
  SegmentDescription,
  VersionDefinitionDescription,
  VersionNeedDescription,
} from "./description.js";
import { toQuantity } from "./quantity.js";
import type { Tolerant } from "../image/tolerant.js";

/** No flag of these words has a name above its lower 32 bits, and a number cannot hold all 64. */
function flagNames(value: bigint, names: (n: number) => string[]): string[] {
  const low = BigInt.asUintN(32, value);
  const high = value - low;
  return [...names(Number(low)), ...(high ? [hex(high)] : [])];
}

/** Longer note descriptions are data of their owners: a core file's hold megabytes. */
const LONGEST_NOTE = 64;

export function describeSegments(elf: ElfFile): SegmentDescription[] {
  return elf.segments.map((s) => ({
    type: segmentTypeName(s.type, elf.header.machine),
    flags: segmentFlagsText(s.flags),
    offset: toQuantity(s.exact("offset")),
    vaddr: toQuantity(s.exact("vaddr")),
    paddr: toQuantity(s.exact("paddr")),
    filesz: toQuantity(s.exact("filesz")),
    memsz: toQuantity(s.exact("memsz")),
    align: toQuantity(s.exact("align")),
  }));
}

export function describeSection(elf: ElfFile, { index, name, header: h }: Section): SectionDescription {
  return {
    index,
    name,
    type: sectionTypeName(h.type, elf.header.machine),
    flags: flagNames(h.exact("flags"), sectionFlagNames),
    addr: toQuantity(h.exact("addr")),
    offset: toQuantity(h.exact("offset")),
    size: toQuantity(h.exact("size")),
    link: h.link,
    info: h.info,
    addralign: toQuantity(h.exact("addralign")),
    entsize: toQuantity(h.exact("entsize")),
  };
}

export const describeSections = (elf: ElfFile): SectionDescription[] =>
  elf.sections.map((s) => describeSection(elf, s));

export function describeDynamic(elf: ElfFile, t: Tolerant): DynamicDescription[] | null {
  const d = elf.dynamic;
  return (
    d &&
    d.entries.map((e): DynamicDescription => {
      const entry = { tag: e.name, value: toQuantity(e.value) };
      if (e.kind === "string") return { ...entry, text: t.part(() => d.text(e)) };
      if (e.tag === DT.FLAGS) return { ...entry, flags: flagNames(e.value, dynamicFlagNames) };
      if (e.tag === DT.FLAGS_1) return { ...entry, flags: flagNames(e.value, dynamicFlag1Names) };
      return entry;
    })
  );
}

export const describeVersionNeeds = (elf: ElfFile): VersionNeedDescription[] =>
  elf.versionNeeds.map((n) => ({
    file: n.file,
    versions: n.versions.map((v) => ({ name: v.name, index: v.index, weak: (v.flags & VER_FLG.WEAK) !== 0 })),
  }));

export const describeVersionDefinitions = (elf: ElfFile): VersionDefinitionDescription[] =>
  elf.versionDefinitions.map((d) => ({ index: d.index, base: (d.flags & VER_FLG.BASE) !== 0, names: d.names }));

/** Those that loaders find first, then those of sections alone. */
export const allNotes = (elf: ElfFile, t: Tolerant): ElfNote[] => [
  ...elf.notes,
  ...(t.part(() => readUnloadedNotes(elf)) ?? []),
];

export const describeNotes = (elf: ElfFile, t: Tolerant): NoteDescription[] =>
  allNotes(elf, t).map((n) => ({
    owner: n.owner,
    type: n.type,
    name: noteTypeName(n.owner, n.type),
    size: n.description.length,
    description: toHex(n.description.subarray(0, LONGEST_NOTE)),
    offset: n.offset,
    contents: t.part(() => decodeNote(n, elf.header)),
  }));

export function describeDynamicSymbols(elf: ElfFile, t: Tolerant): DynamicSymbolDescription[] | null {
  const symbols = elf.dynamicSymbols;
  if (!symbols) return null;
  // What stands behind the last symbol would be listed as symbols.
  if (!symbols.exact) {
    return t.problem(`nothing in the file tells the number of dynamic symbols (at most ${symbols.count})`);
  }

  const version = t.part(() => symbolVersions(elf)) ?? (() => undefined);
  const out: DynamicSymbolDescription[] = [];
  for (const s of symbols) {
    if (s.index === 0) continue;

    const v = version(s.index);
    out.push({
      name: s.name,
      binding: symbolBindingName(s.binding),
      type: symbolTypeName(s.type),
      visibility: symbolVisibilityName(s.visibility),
      defined: s.shndx !== SHN.UNDEF,
      version: v?.name ?? null,
      hidden: v?.hidden ?? false,
    });
  }

  return out;
}

import { toHex } from "../codec/bytes.js";
import { hex } from "../error.js";
import { symbolVersions } from "../image/dynamic/versions.js";
import type { ElfFile, ElfNote, Section } from "../image/elf.js";
import { decodeNote } from "../image/notes/note-contents.js";
import { readUnloadedNotes } from "../image/notes/notes.js";
import type { Tolerant } from "../image/tolerant.js";
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

export function describeSegments(elf: ElfFile): SegmentDescription[] {
  return elf.segments.map((segment) => ({
    type: segmentTypeName(segment.type, elf.header.machine),
    flags: segmentFlagsText(segment.flags),
    offset: toQuantity(segment.exact("offset")),
    vaddr: toQuantity(segment.exact("vaddr")),
    paddr: toQuantity(segment.exact("paddr")),
    filesz: toQuantity(segment.exact("filesz")),
    memsz: toQuantity(segment.exact("memsz")),
    align: toQuantity(segment.exact("align")),
  }));
}

export const describeSections = (elf: ElfFile): SectionDescription[] =>
  elf.sections.map((section) => describeSection(elf, section));

export function describeSection(elf: ElfFile, { index, name, header }: Section): SectionDescription {
  return {
    index,
    name,
    type: sectionTypeName(header.type, elf.header.machine),
    flags: flagNames(header.exact("flags"), sectionFlagNames),
    addr: toQuantity(header.exact("addr")),
    offset: toQuantity(header.exact("offset")),
    size: toQuantity(header.exact("size")),
    link: header.link,
    info: header.info,
    addralign: toQuantity(header.exact("addralign")),
    entsize: toQuantity(header.exact("entsize")),
  };
}

export function describeDynamic(elf: ElfFile, tolerant: Tolerant): DynamicDescription[] | null {
  const { dynamic } = elf;
  if (!dynamic) return null;

  return dynamic.entries.map((entry): DynamicDescription => {
    const { tag, name, value, kind } = entry;
    const numbers = { tag: name, value: toQuantity(value) };
    if (kind === "string") return { ...numbers, text: tolerant.part(() => dynamic.text(entry)) };
    if (tag === DT.FLAGS) return { ...numbers, flags: flagNames(value, dynamicFlagNames) };
    if (tag === DT.FLAGS_1) return { ...numbers, flags: flagNames(value, dynamicFlag1Names) };
    return numbers;
  });
}

/** No flag above the lower 32 bits has a name, and a number cannot hold all 64 bits: the upper ones are told in hex. */
function flagNames(value: bigint, names: (flags: number) => string[]): string[] {
  const low = BigInt.asUintN(32, value);
  const high = value - low;
  return high ? [...names(Number(low)), hex(high)] : names(Number(low));
}

export const describeVersionNeeds = (elf: ElfFile): VersionNeedDescription[] =>
  elf.versionNeeds.map(({ file, versions }) => ({
    file,
    versions: versions.map(({ name, index, flags }) => ({ name, index, weak: (flags & VER_FLG.WEAK) !== 0 })),
  }));

export const describeVersionDefinitions = (elf: ElfFile): VersionDefinitionDescription[] =>
  elf.versionDefinitions.map(({ index, flags, names }) => ({ index, base: (flags & VER_FLG.BASE) !== 0, names }));

/** The notes that loaders find first, then those of sections alone. */
export const allNotes = (elf: ElfFile, tolerant: Tolerant): ElfNote[] => [
  ...elf.notes,
  ...(tolerant.part(() => readUnloadedNotes(elf)) ?? []),
];

/** Longer note descriptions are their owners' data: a core file's are megabytes long. */
const LONGEST_NOTE = 64;

export const describeNotes = (elf: ElfFile, tolerant: Tolerant): NoteDescription[] =>
  allNotes(elf, tolerant).map((note) => ({
    owner: note.owner,
    type: note.type,
    name: noteTypeName(note.owner, note.type),
    size: note.description.length,
    description: toHex(note.description.subarray(0, LONGEST_NOTE)),
    offset: note.offset,
    contents: tolerant.part(() => decodeNote(note, elf.header)),
  }));

export function describeDynamicSymbols(elf: ElfFile, tolerant: Tolerant): DynamicSymbolDescription[] | null {
  const symbols = elf.dynamicSymbols;
  if (!symbols) return null;
  // Without the number, bytes behind the last symbol would be listed as symbols.
  if (!symbols.exact) {
    return tolerant.problem(`nothing in the file tells the number of dynamic symbols (at most ${symbols.count})`);
  }

  const versionOf = tolerant.part(() => symbolVersions(elf)) ?? (() => undefined);
  const out: DynamicSymbolDescription[] = [];
  for (const symbol of symbols) {
    if (symbol.index === 0) continue;

    const version = versionOf(symbol.index);
    out.push({
      name: symbol.name,
      binding: symbolBindingName(symbol.binding),
      type: symbolTypeName(symbol.type),
      visibility: symbolVisibilityName(symbol.visibility),
      defined: symbol.shndx !== SHN.UNDEF,
      version: version?.name ?? null,
      hidden: version?.hidden ?? false,
    });
  }

  return out;
}

import { firstPassing, largest } from "../../codec/ascending.js";
import { alignUp } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import type { PhdrView, ShdrView } from "../../codec/records.js";
import { readExactly } from "../../codec/source.js";
import { headerSize, headerView } from "../../image/headers/header.js";
import type { ElfFile, Section } from "../../image/elf.js";
import { fileAlignment, fileRange, isDebugFile, isLoaded } from "../../image/headers/sections.js";
import { fail } from "../../error.js";
import { ET, PT, SHT } from "../../spec/constants.js";
import { FileMap } from "../../pieces/pieces.js";
import { firstOverlap } from "../../pieces/ranges.js";
import type { OverlayChoice } from "../layout/options.js";
import { refuseOverlay } from "../layout/tail/overlay.js";
import { SectionRows } from "../layout/follow/section-rows.js";
import { ProgramHeaders } from "../layout/program-headers.js";
import type { Layout, Pass } from "./pass.js";

/** Notes at this offset or above lie behind code or data, and do not keep their places. */
const LARGEST_HEAD = 1 << 16;

/** Notes keep their places where fewer bytes than this are free in front of each. */
const LARGEST_GAP = LARGEST_HEAD / 16;

/**
 * The separate debug file of a file: headers of everything, bytes of notes and of what is not loaded. Loaded sections
 * become SHT_NOBITS. Program headers keep their addresses and, up to the page, their offsets. Where nothing is left of
 * a segment, p_filesz is 0, as GNU objcopy writes it.
 */
function layOutDebugFile(elf: ElfFile, overlay: OverlayChoice | undefined): Layout {
  const { source } = elf;
  const map = new FileMap(source);
  if (isDebugFile(elf)) {
    map.keep(0, source.size);
    return { size: source.size, pieces: map.finish(source.size), notes: [], placements: [] };
  }
  if (elf.sections.length === 0) {
    fail(
      "UNSUPPORTED",
      "onlyKeepDebug: the file has no section headers, so nothing tells debugging information from the rest",
      { what: "a file without section headers" },
    );
  }
  if (overlay !== "drop" && elf.overlay) refuseOverlay(source, elf.overlay);

  refuseOverlaps(elf);
  const places = keepNotes(elf, map);
  const end = keepUnloaded(elf, map, places);

  const { size, pieces } = writeHeaders(elf, map, places, end);
  return { size, pieces, notes: [], placements: [] };
}

/** Refuses sections that share bytes: each gets bytes of its own, so the output could be many times the input. */
function refuseOverlaps({ header, sections, source }: ElfFile): void {
  const total = sections.reduce((sum, s) => sum + fileRange(s, source).size, 0);
  if (total <= source.size) return;

  const ranges = sections.map((s) => {
    const { offset, size } = fileRange(s, source);
    return { start: offset, end: offset + size };
  });
  fail("MALFORMED", "onlyKeepDebug: sections take the same bytes of the file", {
    offset: firstOverlap(ranges) ?? header.shoff,
  });
}

/** Where the sections went that keep their bytes. */
interface Places {
  /** Their offsets in the output, by index. */
  readonly offsets: Map<number, number>;
  /** The end of what stands at the file's beginning: headers and notes. */
  readonly head: number;
}

const isLoadedNote = (s: Section): boolean => s.header.type === SHT.NOTE && isLoaded(s);

/**
 * Keeps loaded notes. Those at the beginning of the file keep their places, so that the first segment still describes
 * them; others follow. Where a PT_LOAD begins with notes, their offset stays congruent to their address.
 */
function keepNotes(elf: ElfFile, map: FileMap): Places {
  const h = elf.header;
  const loads = elf.segments.filter((s) => s.type === PT.LOAD && s.exact("filesz") > 0n);
  const pageAt = new Map(loads.map((s) => [s.near("offset"), s.near("align")]));
  const notes = elf.sections
    .filter(isLoadedNote)
    .map((s) => ({ index: s.index, ...fileRange(s, elf.source), align: Math.max(1, s.header.addralign) }))
    .sort((a, b) => a.offset - b.offset);

  const offsets = new Map<number, number>();
  let head = headerSize(h) + h.phnum * h.phentsize;
  for (const { index, offset, size, align } of notes) {
    const isInHead = offset >= head && offset < LARGEST_HEAD && offset - head < LARGEST_GAP;
    const stays = isInHead && h.type !== ET.REL;
    const at = stays ? offset : placeOfNote(offset, head, Math.min(16, align), pageAt.get(offset) ?? 0);
    map.keep(offset, size, at);
    offsets.set(index, at);
    head = at + size;
  }

  return { offsets, head };
}

/** The place of a note from `from` on: congruent to its old one modulo the page of its PT_LOAD, if not behind it. */
function placeOfNote(offset: number, from: number, align: number, page: number): number {
  const skew = offset % page;
  const congruent = alignUp(from - skew, page) + skew;
  return page > align && congruent <= offset ? congruent : alignUp(from, align);
}

/** Keeps all that is not loaded, after the head. Returns its end in the output. */
function keepUnloaded(elf: ElfFile, map: FileMap, { offsets, head }: Places): number {
  const kept = elf.sections
    .filter((s) => !isLoaded(s) && s.header.type !== SHT.NULL && s.header.type !== SHT.NOBITS)
    .map((section) => ({ section, ...fileRange(section, elf.source) }))
    .sort((a, b) => a.offset - b.offset);

  let end = head;
  for (const { section, offset, size } of kept) {
    const at = alignUp(end, fileAlignment(section.header.near("addralign")));
    map.keep(offset, size, at);
    offsets.set(section.index, at);
    end = at + size;
  }

  return end;
}

/** Writes the ELF header and both header tables. The section header table goes to the end. */
function writeHeaders(
  elf: ElfFile,
  map: FileMap,
  places: Places,
  end: number,
): { size: number; pieces: Layout["pieces"] } {
  const rows = new SectionRows(elf);
  const segments = new ProgramHeaders(elf);
  const h = elf.header;
  const bytes = readExactly(elf.source, 0, headerSize(h), "the ELF header").slice();
  const header = headerView(bytes, h);
  const phoff = h.phnum === 0 ? 0 : headerSize(h);
  const shoff = alignUp(end, wordSize(h));

  for (let row = 0; row < rows.length; row++) fixSection(rows.view(row), row, places);
  const notesIn = loadedNotes(elf, places);
  for (const segment of segments.all()) fixSegment(segment, notesIn(segment), places, phoff);
  Object.assign(header, { phoff, shoff });

  map.write(0, bytes);
  map.write(phoff, segments.bytes());
  map.write(shoff, rows.bytes());
  const size = shoff + rows.length * h.shentsize;
  return { size, pieces: map.finish(size) };
}

/** A section without bytes in the output becomes SHT_NOBITS, with an offset inside the file. */
function fixSection(view: ShdrView, index: number, { offsets, head }: Places): void {
  const at = offsets.get(index);
  if (at !== undefined) view.offset = at;
  else if (view.type !== SHT.NULL) Object.assign(view, { type: SHT.NOBITS, offset: Math.min(view.offset, head) });
}

function fixSegment(view: PhdrView, notes: readonly Section[], { offsets, head }: Places, phoff: number): void {
  const own = view.type === PT.LOAD ? ownNotes(view, notes, offsets) : undefined;
  const isHead = view.type === PT.LOAD && view.offset === 0 && view.filesz > 0;

  if (view.type === PT.PHDR) {
    view.offset = phoff;
  } else if (view.type === PT.NULL || view.type === PT.GNU_STACK) {
    return;
  } else if (isHead) {
    view.filesz = Math.min(head, view.filesz);
  } else if ((view.type === PT.NOTE || view.type === PT.GNU_PROPERTY) && notes.length > 0) {
    view.offset = offsets.get(notes[0]!.index)!;
  } else if (own) {
    Object.assign(view, own);
  } else {
    // Nothing is left of it: the offset stays congruent to the address.
    view.offset = view.align > 1 ? Number(view.exact("vaddr") % view.exact("align")) % view.align : 0;
    view.filesz = 0;
  }
}

/**
 * What stays of a PT_LOAD that begins with notes: these, where their new offset is congruent to the address and they
 * stand as they stood to each other.
 */
function ownNotes(
  { offset, align }: PhdrView,
  notes: readonly Section[],
  offsets: Places["offsets"],
): { readonly offset: number; readonly filesz: number } | undefined {
  const moved = ({ header, index }: Section): number => offsets.get(index)! - header.offset;
  const first = notes.find((s) => s.header.offset === offset);
  const by = first ? moved(first) : 0;
  if (!first || by % Math.max(1, align) !== 0) return undefined;

  const end = largest(notes.filter((s) => moved(s) === by).map((s) => s.header.offset + s.header.size));
  return { offset: offset + by, filesz: end - offset };
}

/** The loaded notes that a segment has all addresses of, in the order of these. */
function loadedNotes(elf: ElfFile, { offsets }: Places): (segment: PhdrView) => Section[] {
  const notes = elf.sections
    .filter((s) => offsets.has(s.index) && isLoaded(s))
    .map((section) => ({ section, start: section.header.exact("addr"), size: section.header.exact("size") }))
    .sort((a, b) => (a.start < b.start ? -1 : Number(a.start > b.start)));

  return (segment) => {
    const start = segment.exact("vaddr");
    const end = start + segment.exact("filesz");
    const from = firstPassing(notes.length, (i) => notes[i]!.start >= start);
    const to = firstPassing(notes.length, (i) => notes[i]!.start > end);
    return notes.slice(from, to).flatMap((n) => (n.start + n.size <= end ? n.section : []));
  };
}

/** After the ordinary layout: makes the separate debug file of what the other edits have made. */
export const debugFilePass: Pass = {
  name: "debug file",
  order: 20,
  run: (stage, { overlay }) => {
    const debugFile = stage.then(layOutDebugFile(stage.elf, overlay));
    const { proof } = stage;
    return proof ? debugFile.provedBy({ ...proof, declared: { ...proof.declared, isDebugFile: true } }) : debugFile;
  },
};

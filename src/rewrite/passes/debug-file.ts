import { alignUp } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
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

/** Notes further up in the file than this lie behind code or data and do not keep their place. */
const LARGEST_HEAD = 1 << 16;

/**
 * The separate debug file of a file: headers of everything, bytes of notes and of what is not loaded. Loaded sections
 * become SHT_NOBITS, program headers keep their addresses and, up to the page, their offsets; where nothing is left of
 * a segment p_filesz is 0, as GNU objcopy writes it.
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
  if (elf.overlay && overlay !== "drop") {
    refuseOverlay({ start: elf.overlay.offset, end: elf.overlay.offset + elf.overlay.size });
  }

  refuseOverlaps(elf);
  const places = keepNotes(elf, map);
  const end = keepUnloaded(elf, map, places);

  return { ...writeHeaders(elf, map, places, end), notes: [], placements: [] };
}

/** Each section gets bytes of its own: where many lie over the same ones, the output would be many times the input. */
function refuseOverlaps({ header, sections, source }: ElfFile): void {
  if (sections.reduce((sum, s) => sum + fileRange(s, source).size, 0) > source.size) {
    const ranges = sections.map((s) => {
      const { offset, size } = fileRange(s, source);
      return { start: offset, end: offset + size };
    });
    fail("MALFORMED", "onlyKeepDebug: sections take the same bytes of the file", {
      offset: firstOverlap(ranges) ?? header.shoff,
    });
  }
}

/** Where sections went that keep their bytes, by index, and the end of what stands at the file's beginning. */
interface Places {
  readonly of: Map<number, number>;
  readonly head: number;
}

const keepsBytes = (s: Section): boolean => s.header.type === SHT.NOTE && isLoaded(s);

/**
 * Notes at the beginning of the file keep their place, so that the first segment still describes them; others follow
 * behind.
 */
function keepNotes(elf: ElfFile, map: FileMap): Places {
  const h = elf.header;
  const headers = headerSize(h) + h.phnum * h.phentsize;
  const of = new Map<number, number>();
  const notes = elf.sections
    .filter(keepsBytes)
    .map((s) => ({ index: s.index, ...fileRange(s, elf.source), align: Math.max(1, s.header.addralign) }))
    .sort((a, b) => a.offset - b.offset);
  let head = headers;

  for (const n of notes) {
    const stays =
      n.offset >= head && n.offset < LARGEST_HEAD && elf.header.type !== ET.REL && n.offset - head < LARGEST_HEAD / 16;
    const at = stays ? n.offset : alignUp(head, Math.min(16, n.align));
    map.keep(n.offset, n.size, at);
    of.set(n.index, at);
    head = at + n.size;
  }

  return { of, head };
}

function keepUnloaded(elf: ElfFile, map: FileMap, { of, head }: Places): number {
  let end = head;
  const kept = elf.sections
    .filter((s) => !isLoaded(s) && s.header.type !== SHT.NULL && s.header.type !== SHT.NOBITS)
    .map((s) => ({ s, ...fileRange(s, elf.source) }));
  for (const { s, offset, size } of kept.sort((a, b) => a.offset - b.offset)) {
    end = alignUp(end, fileAlignment(s.header.near("addralign")));
    map.keep(offset, size, end);
    of.set(s.index, end);
    end += size;
  }

  return end;
}

function writeHeaders(
  elf: ElfFile,
  map: FileMap,
  { of, head }: Places,
  end: number,
): { size: number; pieces: Layout["pieces"] } {
  const rows = new SectionRows(elf);
  const segments = new ProgramHeaders(elf);
  const h = elf.header;
  const bytes = readExactly(elf.source, 0, headerSize(h), "the ELF header").slice();
  const header = headerView(bytes, h);
  const phoff = h.phnum === 0 ? 0 : headerSize(h);
  const shoff = alignUp(end, wordSize(h));

  for (let row = 0; row < rows.length; row++) {
    const view = rows.view(row);
    const at = of.get(row);
    if (at !== undefined) view.offset = at;
    else if (view.type !== SHT.NULL) Object.assign(view, { type: SHT.NOBITS, offset: Math.min(view.offset, head) });
  }

  for (const view of segments.all()) {
    const notes = elf.sections.filter(
      (s) =>
        of.has(s.index) &&
        isLoaded(s) &&
        view.exact("vaddr") <= s.header.exact("addr") &&
        s.header.exact("addr") + s.header.exact("size") <= view.exact("vaddr") + view.exact("filesz"),
    );
    const isHead = view.type === PT.LOAD && view.offset === 0 && view.filesz > 0;
    if (view.type === PT.PHDR) {
      view.offset = phoff;
    } else if (view.type === PT.NULL || view.type === PT.GNU_STACK) {
      continue;
    } else if (isHead) {
      view.filesz = Math.min(head, view.filesz);
    } else if ((view.type === PT.NOTE || view.type === PT.GNU_PROPERTY) && notes.length > 0) {
      view.offset = of.get(notes[0]!.index)!;
    } else {
      view.offset = view.align > 1 ? Number(view.exact("vaddr") % view.exact("align")) % view.align : 0;
      view.filesz = 0;
    }
  }

  Object.assign(header, { phoff, shoff });
  map.write(0, bytes);
  map.write(phoff, segments.bytes());
  map.write(shoff, rows.bytes());
  const size = shoff + rows.length * h.shentsize;

  return { size, pieces: map.finish(size) };
}

/** Behind the ordinary layout: the separate debug file of what the other edits make of the file. */
export const debugFilePass: Pass = {
  name: "debug file",
  order: 20,
  run: (stage, { overlay }) => stage.then(layOutDebugFile(stage.elf, overlay)),
};

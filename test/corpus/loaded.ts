import {
  DT,
  type DynamicEntry,
  type ElfFile,
  ET,
  type Placement,
  PT,
  type Section,
  SHN,
  SHT,
} from "../../src/index.js";
import { headerSize } from "../../src/image/headers/header.js";
import { followed, type Move, movesOf, readWord, tableSize, word } from "./moves.js";
import type { SectionPairs, SegmentPairs } from "./pairs.js";
import type { Wish } from "./wishes.js";

export interface Range {
  readonly start: number;
  readonly end: number;
}

const BLOCK = 4096;
const range = (start: number, size: number): Range => ({ start, end: start + size });
const within = (ranges: readonly Range[], at: number): boolean => ranges.some((r) => r.start <= at && at < r.end);

/** The offsets `i` at which `a[from + i]` is not `b[to + i]`. */
export function* differences(a: Buffer, from: number, b: Buffer, to: number, size: number): Generator<number> {
  for (let i = 0; i < size; i += BLOCK) {
    const length = Math.min(BLOCK, size - i);
    if (a.compare(b, to + i, to + i + length, from + i, from + i + length) === 0) continue;

    for (let k = i; k < i + length; k++) {
      if (a[from + k] !== b[to + k]) yield k;
    }
  }
}

/** Fields of the ELF header that a patch may write: e_shoff, e_phnum, e_shnum, e_shstrndx. */
function headerFields(elf: ElfFile): Range[] {
  const wide = elf.header.class === 64;
  const end = headerSize(elf.header);
  return [wide ? range(40, 8) : range(32, 4), range(end - 8, 2), range(end - 4, 4)];
}

/** st_value and st_shndx of dynamic symbols that follow a section which moved or got another index. */
function symbolFields(a: ElfFile, moves: readonly Move[], sections: SectionPairs): Range[] {
  const hasDynsym = a.sections.some((s) => s.header.type === SHT.DYNSYM);
  if (!a.dynamicSymbols || !hasDynsym) return [];

  const wide = word(a) === 8;
  const movedPairs = sections.pairs.filter(([p, q]) => p.header.exact("addr") !== q.header.exact("addr"));
  const moved = new Set(movedPairs.map(([p]) => p.index));
  const dynamic = moves.find((m) => m.what === ".dynamic")?.fromAddress;

  const out: Range[] = [];
  for (const { at, symbol: s } of a.dynamicSymbols.records()) {
    if (moved.has(s.shndx) || s.exact("value") === dynamic) out.push(wide ? range(at + 8, 8) : range(at + 4, 4));

    const isIndex = s.shndx > SHN.UNDEF && s.shndx < SHN.LORESERVE;
    if (isIndex && sections.index.get(s.shndx) !== s.shndx) out.push(wide ? range(at + 6, 2) : range(at + 14, 2));
  }

  return out;
}

/** vn_file of the version needs whose file gets another name. */
const versionFields = (a: ElfFile, w: Wish): Range[] =>
  a.versionNeeds.filter((n) => w.renamed?.[n.file] !== undefined).map((n) => range(n.at + 4, 4));

/** The first word at DT_PLTGOT, where it is the address of a .dynamic that moved and the result has the new one. */
function gotField(a: ElfFile, b: ElfFile, before: Buffer, after: Buffer, moves: readonly Move[]): Range[] {
  const got = a.dynamic?.get(DT.PLTGOT);
  const at = got === undefined ? undefined : a.offsetOf(got, word(a));
  const move = moves.find((m) => m.what === ".dynamic");
  if (!move || at === undefined) return [];

  const followsMove = readWord(a, before, at) === move.fromAddress && readWord(b, after, at) === move.toAddress;
  return followsMove ? [range(at, word(a))] : [];
}

/** The strings of .dynstr that the wish lets go, each from behind the NUL of its neighbour to its own NUL. */
function freedStrings(a: ElfFile, w: Wish): Range[] {
  const d = a.dynamic;
  const table = d?.strings?.load();
  if (!d || !table) return [];

  const goes = (e: DynamicEntry): boolean => {
    switch (e.tag) {
      case DT.RUNPATH:
      case DT.RPATH:
        return w.runpath !== undefined;
      case DT.SONAME:
        return w.soname !== undefined;
      case DT.NEEDED:
        return w.renamed?.[d.text(e)] !== undefined;
      default:
        return false;
    }
  };
  return d.entries.filter(goes).map((e) => {
    const at = Number(e.value);
    const start = table.lastIndexOf(0, at - 1) + 1;
    const end = table.indexOf(0, at) + 1;
    return { start: d.strings!.offset + start, end: d.strings!.offset + end };
  });
}

/** Which section or table of the input an offset lies in, for a complaint. */
function nameOf(a: ElfFile, offset: number): string {
  const holds = ({ header: h }: Section) =>
    h.type !== SHT.NOBITS && h.type !== SHT.NULL && h.offset <= offset && offset < h.offset + h.size;
  return a.sections.find(holds)?.name ?? "no section";
}

/** The ranges that the wish may change as a whole, since another comparison looks at what they say. */
function editedTables(a: ElfFile, w: Wish): Range[] {
  const d = a.dynamic!;
  const interp = a.segments.find((s) => s.type === PT.INTERP);
  return [
    range(d.offset, d.size),
    ...(w.interpreter !== undefined && interp ? [range(interp.offset, interp.filesz)] : []),
    ...freedStrings(a, w),
  ];
}

/** Tables that stay where they are: inside them, a placement allows no change. */
function stayingTables(a: ElfFile, moves: readonly Move[]): Range[] {
  const tags = [DT.HASH, DT.GNU_HASH, DT.STRTAB, DT.SYMTAB, DT.VERSYM, DT.VERNEED, DT.VERDEF];
  return tags.flatMap((tag) => {
    const address = a.dynamic?.get(tag);
    if (address === undefined || followed(moves, address) !== address) return [];

    const at = a.offsetOf(address);
    const size = tableSize(a, tag);
    return at === undefined || size === undefined ? [] : [range(at, size)];
  });
}

export interface Loaded {
  readonly moves: readonly Move[];
  readonly complaints: readonly string[];
}

const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/**
 * Every byte that the PT_LOADs of the input map must be in the result at the same offset and address, except in the two
 * headers, in the places that the plan names, in .dynamic and in the fields that must follow. What moved must be
 * unchanged at its new place.
 */
export function compareLoaded(
  a: ElfFile,
  b: ElfFile,
  before: Buffer,
  after: Buffer,
  w: Wish,
  placements: readonly Placement[],
  segments: SegmentPairs,
  sections: SectionPairs,
): Loaded {
  const moves = movesOf(a, b, segments);
  const complaints: string[] = [];
  const say = (text: string) => {
    if (complaints.length < 20) complaints.push(text);
  };

  const h = a.header;
  const sectionHeaders = range(h.shoff, h.shnum * h.shentsize);
  const programHeaders = [range(h.phoff, b.header.phnum * h.phentsize)];
  const oldProgramHeaders = [range(h.phoff, h.phnum * h.phentsize)];
  const places = placements.map((p) => range(p.offset, p.size));
  const staying = stayingTables(a, moves);
  const left = moves.map((m) => range(m.from, m.size));
  // Close behind the program headers, old places of tables become zeros: other tools look for room there.
  const notes = a.sections.filter((s) => s.header.type === SHT.NOTE).length;
  const cleared = h.type === ET.DYN ? [range(h.phoff, (b.header.phnum + notes + 4) * h.phentsize)] : [];
  const fields = [
    ...headerFields(a),
    ...symbolFields(a, moves, sections),
    ...versionFields(a, w),
    ...gotField(a, b, before, after, moves),
    ...editedTables(a, w),
  ];
  // A section header table inside a segment (Go's linker) belongs to nothing once the table stands at the end.
  if (h.shoff === b.header.shoff) fields.push(sectionHeaders);
  else left.push(sectionHeaders);

  for (const m of moves) {
    // What no PT_LOAD maps (RISC-V's attributes) moves with the sections for tools.
    const isMapped = a.segments.some((s) => s.type === PT.LOAD && s.offset <= m.from && m.from < s.offset + s.filesz);
    if (isMapped && !within(places, m.to)) say(`${m.what} moved to ${hex(m.to)}, which no placement names`);

    for (const i of differences(before, m.from, after, m.to, m.size)) {
      const at = m.from + i;
      if (within(fields, at)) continue;
      say(`${m.what} moved, and its byte ${hex(at)} (${nameOf(a, at)}) is another at the new place`);
    }
  }

  for (const s of a.segments) {
    if (s.type !== PT.LOAD) continue;

    const size = Math.min(s.filesz, before.length - s.offset);
    if (s.offset + size > after.length) say(`the PT_LOAD at ${hex(s.exact("vaddr"))} is cut off`);

    for (const i of differences(before, s.offset, after, s.offset, Math.min(size, after.length - s.offset))) {
      const at = s.offset + i;
      if (within(fields, at)) continue;

      const isFree = before[at] === 0 || within(left, at) || within(oldProgramHeaders, at);
      const isCleared = after[at] === 0 && within(left, at) && within(cleared, at);
      const isPlaced = within(programHeaders, at) || isCleared || (within(places, at) && !within(staying, at));
      const what = `byte ${hex(at)} (${nameOf(a, at)})`;
      if (!isPlaced) {
        say(`${what} is ${hex(after[at]!)}, was ${hex(before[at]!)}, and the plan does not say so`);
      } else if (!isFree) {
        say(`${what} was written over, and was neither free nor left by a move`);
      }
    }
  }

  return { moves, complaints };
}

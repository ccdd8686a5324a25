import { DT, type ElfFile, type Placement, PT, type Section } from "../../src/index.js";
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

/** Offsets `i` where `a[from + i]` is not `b[to + i]`. */
export function* differences(a: Buffer, from: number, b: Buffer, to: number, size: number): Generator<number> {
  for (let i = 0; i < size; i += BLOCK) {
    const n = Math.min(BLOCK, size - i);
    if (a.compare(b, to + i, to + i + n, from + i, from + i + n) === 0) continue;
    for (let k = i; k < i + n; k++) if (a[from + k] !== b[to + k]) yield k;
  }
}

/** Fields of the ELF header that a patch may write: e_shoff, e_phnum, e_shnum, e_shstrndx. */
function headerFields(elf: ElfFile): Range[] {
  const wide = elf.header.class === 64;
  const end = headerSize(elf.header);
  return [wide ? range(40, 8) : range(32, 4), range(end - 8, 2), range(end - 4, 4)];
}

/** Symbols of .dynsym that follow a section which moved or got another index: their st_value and st_shndx. */
function symbolFields(a: ElfFile, moves: readonly Move[], sections: SectionPairs): Range[] {
  const wide = word(a) === 8;
  const out: Range[] = [];
  const follows = new Set(
    sections.pairs.filter(([p, q]) => p.header.exact("addr") !== q.header.exact("addr")).map(([p]) => p.index),
  );
  const dynamic = moves.find((m) => m.what === ".dynamic")?.fromAddress;
  const dynsym = a.sections.filter((s) => s.header.type === 11);
  const tables: { records(): Iterable<{ at: number; symbol: { shndx: number; exact(f: "value"): bigint } }> }[] =
    a.dynamicSymbols && dynsym.length > 0 ? [a.dynamicSymbols] : [];

  for (const t of tables) {
    for (const { at, symbol: s } of t.records()) {
      if (follows.has(s.shndx) || s.exact("value") === dynamic) out.push(wide ? range(at + 8, 8) : range(at + 4, 4));
      if (s.shndx > 0 && s.shndx < 0xff00 && sections.index.get(s.shndx) !== s.shndx) {
        out.push(wide ? range(at + 6, 2) : range(at + 14, 2));
      }
    }
  }

  return out;
}

/** vn_file of the version needs whose file takes another name. */
const versionFields = (a: ElfFile, w: Wish): Range[] =>
  a.versionNeeds.filter((n) => w.renamed?.[n.file] !== undefined).map((n) => range(n.at + 4, 4));

/** The first word at DT_PLTGOT, where it is the address of a .dynamic that moved and the result has the new one. */
function gotField(a: ElfFile, b: ElfFile, before: Buffer, after: Buffer, moves: readonly Move[]): Range[] {
  const got = a.dynamic?.get(DT.PLTGOT);
  const m = moves.find((m) => m.what === ".dynamic");
  const at = got === undefined ? undefined : a.offsetOf(got, word(a));
  if (!m || at === undefined || readWord(a, before, at) !== m.fromAddress || readWord(b, after, at) !== m.toAddress) {
    return [];
  }
  return [range(at, word(a))];
}

/** The strings of .dynstr that the wish lets go, each with the bytes between its neighbours' NULs. */
function freedStrings(a: ElfFile, w: Wish): Range[] {
  const d = a.dynamic;
  const table = d?.strings?.load();
  if (!d || !table) return [];

  const goes = (tag: number, text: () => string) =>
    (w.runpath !== undefined && (tag === DT.RUNPATH || tag === DT.RPATH)) ||
    (w.soname !== undefined && tag === DT.SONAME) ||
    (tag === DT.NEEDED && w.renamed?.[text()] !== undefined);
  return d.entries
    .filter((e) => goes(e.tag, () => d.text(e)))
    .map((e) => {
      const at = Number(e.value);
      const start = table.lastIndexOf(0, at - 1) + 1;
      const end = table.indexOf(0, at) + 1;
      return { start: d.strings!.offset + start, end: d.strings!.offset + end };
    });
}

/** Which section or table of the input an offset lies in, for a complaint. */
function nameOf(a: ElfFile, offset: number): string {
  const holds = (s: Section) =>
    s.header.type !== 8 && s.header.type !== 0 && s.header.offset <= offset && offset < s.header.offset + s.header.size;
  return a.sections.find(holds)?.name ?? "no section";
}

/** What the table's own oracle compares: the range of a table that the wish changes as a whole. */
function editedTables(a: ElfFile, w: Wish): Range[] {
  const d = a.dynamic!;
  const interp = a.segments.find((s) => s.type === PT.INTERP);
  return [
    range(d.offset, d.size),
    ...(w.interpreter !== undefined && interp ? [range(interp.offset, interp.filesz)] : []),
    ...freedStrings(a, w),
  ];
}

/** Tables that stay where they are: what a placement says of them allows no change inside them. */
function stayingTables(a: ElfFile, moves: readonly Move[]): Range[] {
  const tags = [DT.HASH, DT.GNU_HASH, DT.STRTAB, DT.SYMTAB, DT.VERSYM, DT.VERNEED, DT.VERDEF];
  return tags.flatMap((tag) => {
    const address = a.dynamic?.get(tag);
    const at = address === undefined ? undefined : a.offsetOf(address);
    const size = tableSize(a, tag);
    return at === undefined || size === undefined || followed(moves, address!) !== address ? [] : [range(at, size)];
  });
}

export interface Loaded {
  readonly moves: readonly Move[];
  readonly complaints: readonly string[];
}

/**
 * Every byte that the PT_LOADs of the input map is in the result at the same offset and address, but for the two
 * headers, the places that the plan names, .dynamic and the fields that must follow. What moved is at its new place as
 * it was.
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
  const h = a.header;
  const say = (text: string) => complaints.length < 20 && complaints.push(text);
  const fields = [
    ...headerFields(a),
    ...symbolFields(a, moves, sections),
    ...versionFields(a, w),
    ...gotField(a, b, before, after, moves),
    ...editedTables(a, w),
  ];
  if (h.shoff === b.header.shoff) fields.push(range(h.shoff, h.shnum * h.shentsize));
  const places = placements.map((p) => range(p.offset, p.size));
  const staying = stayingTables(a, moves);
  const left = moves.map((m) => range(m.from, m.size));
  // A section header table inside a segment (Go's linker) is nobody's once it stands at the end.
  if (h.shoff !== b.header.shoff) left.push(range(h.shoff, h.shnum * h.shentsize));
  const table = [range(h.phoff, b.header.phnum * h.phentsize)];
  const oldTable = [range(h.phoff, h.phnum * h.phentsize)];

  for (const m of moves) {
    // What no PT_LOAD maps (RISC-V's attributes) moves with the sections for tools.
    const isMapped = a.segments.some((s) => s.type === PT.LOAD && s.offset <= m.from && m.from < s.offset + s.filesz);
    if (isMapped && !places.some((p) => p.start <= m.to && m.to < p.end)) {
      say(`${m.what} moved to 0x${m.to.toString(16)}, which no placement names`);
    }

    for (const i of differences(before, m.from, after, m.to, m.size)) {
      if (!within(fields, m.from + i)) {
        say(
          `${m.what} moved, and its byte 0x${(m.from + i).toString(16)} (${nameOf(a, m.from + i)}) is another at the new place`,
        );
      }
    }
  }

  for (const s of a.segments) {
    if (s.type !== PT.LOAD) continue;

    const size = Math.min(s.filesz, before.length - s.offset);
    if (s.offset + size > after.length) say(`the PT_LOAD at 0x${s.exact("vaddr").toString(16)} is cut off`);
    for (const i of differences(before, s.offset, after, s.offset, Math.min(size, after.length - s.offset))) {
      const at = s.offset + i;
      const free = before[at] === 0 || within(left, at) || within(oldTable, at);
      const may = within(fields, at) || within(table, at) || (within(places, at) && !within(staying, at));

      if (!may) {
        say(
          `byte 0x${at.toString(16)} (${nameOf(a, at)}) is 0x${after[at]!.toString(16)}, was 0x${before[at]!.toString(16)}, and the plan does not say so`,
        );
      } else if (!free && !within(fields, at)) {
        say(`byte 0x${at.toString(16)} (${nameOf(a, at)}) was written over, and was neither free nor left by a move`);
      }
    }
  }

  return { moves, complaints };
}

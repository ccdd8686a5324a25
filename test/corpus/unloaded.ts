import { type ElfFile, PT, type Section, SHF, SHN, SHT, STB } from "../../src/index.js";
import { differences } from "./loaded.js";
import { followed, type Move } from "./moves.js";
import { COVERS, type SectionPairs } from "./pairs.js";
import type { Wish } from "./wishes.js";

const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/** Section headers must stay true, and sections that are not loaded must keep their bytes. */
export function compareSections(
  a: ElfFile,
  b: ElfFile,
  before: Buffer,
  after: Buffer,
  w: Wish,
  moves: readonly Move[],
  sections: SectionPairs,
): string[] {
  const out = compareSectionLists(b, w, sections);
  const lost = symbolsOfDropped(a, sections.dropped);
  if (lost) out.push(...compareLeftSymbols(a, b, lost, sections.index));

  for (const [p, q] of sections.pairs) {
    // A table that lost symbols was compared symbol by symbol, and so were their names.
    if (lost && (p.index === lost.table || p.index === lost.strings)) continue;

    const wrong = compareSectionHeaders(a, p, q, moves, sections);
    if (wrong.length > 0) out.push(`section header ${p.index} (${p.name}): ${wrong.join(", ")}`);
    else if (isComparedHere(a, p, before.length)) out.push(...compareContent(a, before, after, moves, sections, p, q));
  }

  return out;
}

/** Which sections went, came and stayed. */
function compareSectionLists(b: ElfFile, w: Wish, { dropped, added }: SectionPairs): string[] {
  const out: string[] = [];
  if (dropped.length > 0 && !w.stripped && !w.removed) {
    out.push(`sections went that nobody asked for: ${dropped.map((s) => s.name).join(" ")}`);
  }

  for (const s of dropped) {
    if (s.header.flags & SHF.ALLOC && s.header.type !== SHT.NULL) out.push(`the loaded section ${s.name} is gone`);
  }

  for (const name of w.removed ?? []) {
    if (b.sections.some((s) => s.name === name && s.header.type !== SHT.NULL)) {
      out.push(`the section ${name} is still there`);
    }
  }

  const isDebugging = (s: Section) =>
    !(s.header.flags & SHF.ALLOC) && (s.header.type === SHT.SYMTAB || s.name.startsWith(".debug_"));
  if (w.stripped && b.sections.some(isDebugging)) out.push("a symbol table or debugging information is still there");

  for (const s of added) {
    const isNames = s.name === ".shstrtab" && s.index === b.header.shstrndx;
    if (!COVERS.includes(s.name) && !isNames) out.push(`the section ${s.name} is new`);
  }

  return out;
}

/** Sections without bytes in the file. */
const isEmpty = ({ header: h }: Section): boolean =>
  h.exact("size") === 0n || h.type === SHT.NOBITS || h.type === SHT.NULL;

/** The fields of a section header that are not what they should be. */
function compareSectionHeaders(
  a: ElfFile,
  p: Section,
  q: Section,
  moves: readonly Move[],
  { index, dropped }: SectionPairs,
): string[] {
  const x = p.header;
  const y = q.header;
  const wrong: string[] = [];
  if (x.exact("flags") !== y.exact("flags")) wrong.push("sh_flags");
  if (x.addralign !== y.addralign || x.entsize !== y.entsize) wrong.push("sh_addralign or sh_entsize");

  // Where no section went, an index may stay as it was, wherever it leads.
  const renumbered = (i: number) => (i < a.sections.length ? (index.get(i) ?? 0) : i);
  const isUnchanged = (was: number, now: number) => was === now && dropped.length === 0;
  const infoIsIndex = (x.flags & SHF.INFO_LINK) !== 0 || x.type === SHT.REL || x.type === SHT.RELA;
  const link = renumbered(x.link);
  const info = infoIsIndex ? renumbered(x.info) : x.info;
  if (p.index > 0 && y.link !== link && !isUnchanged(x.link, y.link)) wrong.push(`sh_link ${y.link}`);
  if (p.index > 0 && y.info !== info && !isUnchanged(x.info, y.info)) wrong.push(`sh_info ${y.info}`);

  const follows = !isEmpty(p) && (x.flags & SHF.ALLOC) !== 0;
  const address = follows ? followed(moves, x.exact("addr")) : x.exact("addr");
  if (y.exact("addr") !== address) wrong.push(`sh_addr ${hex(y.exact("addr"))}`);

  const mayGrow =
    x.type === SHT.DYNAMIC ||
    (x.type === SHT.STRTAB && (x.flags & SHF.ALLOC) !== 0) ||
    x.offset === a.segments.find((s) => s.type === PT.INTERP)?.offset ||
    p.index === a.header.shstrndx;
  if (p.index > 0 && !mayGrow && x.exact("size") !== y.exact("size")) wrong.push(`sh_size ${y.size}`);

  return wrong;
}

/** Are the bytes of this section compared here, and not elsewhere or not at all? */
function isComparedHere(a: ElfFile, s: Section, fileSize: number): boolean {
  const { offset, size, flags } = s.header;
  const end = offset + size;
  if (isEmpty(s) || flags & SHF.ALLOC || s.index === a.header.shstrndx) return false;

  // Section headers are compared field by field.
  if (offset === a.header.shoff || end > fileSize) return false;

  // Bytes of a segment are compared by segment, whatever the section says (Guile's object files).
  return !a.segments.some((l) => l.type === PT.LOAD && l.offset <= offset && end <= l.offset + l.filesz);
}

/** A symbol table that loses symbols, since the sections that defined them went. */
interface LostSymbols {
  readonly table: number;
  readonly strings: number;
  readonly homes: ReadonlySet<number>;
}

function symbolsOfDropped(a: ElfFile, dropped: readonly Section[]): LostSymbols | undefined {
  const homes = new Set(dropped.map((s) => s.index));
  const table = a.sections.find((s) => s.header.type === SHT.SYMTAB && !homes.has(s.index));
  if (!table || !a.symbols) return undefined;

  for (const s of a.symbols) {
    if (homes.has(s.shndx)) return { table: table.index, strings: table.header.link, homes };
  }

  return undefined;
}

const isSectionIndex = (shndx: number): boolean => shndx > SHN.UNDEF && shndx < SHN.LORESERVE;

/** All other symbols must be as they were, in their order, in the same sections; local ones must still stand first. */
function compareLeftSymbols(
  a: ElfFile,
  b: ElfFile,
  { homes, table }: LostSymbols,
  index: ReadonlyMap<number, number>,
): string[] {
  const home = (shndx: number): number => (isSectionIndex(shndx) ? (index.get(shndx) ?? -1) : shndx);
  const staying = [...a.symbols!].filter((s) => !homes.has(s.shndx));
  const left = staying.map((s) => ({ ...s, index: 0, shndx: home(s.shndx) }));
  const now = [...(b.symbols ?? [])].map((s) => ({ ...s, index: 0 }));
  const text = (s: unknown): string => JSON.stringify(s, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));

  const at = left.findIndex((s, i) => text(s) !== text(now[i]));
  if (at >= 0 || now.length !== left.length) {
    const counts = `${now.length} symbols, should be ${left.length}`;
    return [`symbol ${at} of those that stay is ${text(now[at])}, should be ${text(left[at])} (${counts})`];
  }

  const locals = left.findIndex((s, i) => i > 0 && s.binding !== STB.LOCAL);
  const info = b.sections.find((s) => s.header.type === SHT.SYMTAB)!.header.info;
  return locals >= 0 && info !== locals ? [`sh_info of section ${table} is ${info}, should be ${locals}`] : [];
}

/** Where the fields of a symbol stand in its record (gABI, "Symbol Table"), and how they are read. */
function symbolRecord({ header: h }: ElfFile) {
  const wide = h.class === 64;
  const le = h.littleEndian;
  const shndxAt = wide ? 6 : 14;

  function value(file: Buffer, at: number): bigint {
    if (wide) return le ? file.readBigUInt64LE(at + 8) : file.readBigUInt64BE(at + 8);
    return BigInt(le ? file.readUInt32LE(at + 4) : file.readUInt32BE(at + 4));
  }
  function shndx(file: Buffer, at: number): number {
    return le ? file.readUInt16LE(at + shndxAt) : file.readUInt16BE(at + shndxAt);
  }

  const [valueAt, valueEnd] = wide ? [8, 16] : [4, 8];
  return {
    size: wide ? 24 : 16,
    infoAt: wide ? 4 : 12,
    isInValue: (k: number) => k >= valueAt && k < valueEnd,
    isInShndx: (k: number) => k >= shndxAt && k < shndxAt + 2,
    value,
    shndx,
  };
}

function compareContent(
  a: ElfFile,
  before: Buffer,
  after: Buffer,
  moves: readonly Move[],
  { index }: SectionPairs,
  { name, header: x }: Section,
  { header: y }: Section,
): string[] {
  if (y.offset + y.size > after.length) return [`section ${name} reaches past the end of the file`];

  const record = symbolRecord(a);
  let last = -1;
  for (const i of differences(before, x.offset, after, y.offset, x.size)) {
    if (x.type !== SHT.SYMTAB) return [`section ${name}: its byte ${hex(i)} is another`];

    const symbol = Math.floor(i / record.size);
    if (symbol === last) continue;

    last = symbol;
    const p = x.offset + symbol * record.size;
    const q = y.offset + symbol * record.size;
    const what = `symbol ${symbol} of ${name}`;

    const was = record.value(before, p);
    const now = record.value(after, q);
    const atEnd = moves.find((m) => was === m.fromAddress + BigInt(m.size));
    const followsEnd = atEnd !== undefined && now === was - atEnd.fromAddress + atEnd.toAddress;
    if (now !== was && now !== followed(moves, was) && !followsEnd) {
      return [`${what}: its value is ${hex(now)}, was ${hex(was)}`];
    }

    const shndx = record.shndx(before, p);
    const isGone = isSectionIndex(shndx) && !index.has(shndx);
    const home = isSectionIndex(shndx) ? (index.get(shndx) ?? SHN.ABS) : shndx;
    const found = record.shndx(after, q);
    if (found !== home) return [`${what}: its section is ${found}, should be ${home}`];

    for (let k = 0; k < record.size; k++) {
      const mayChange = record.isInValue(k) || record.isInShndx(k) || (isGone && k === record.infoAt);
      if (before[p + k] !== after[q + k] && !mayChange) return [`${what}: byte ${k} is another`];
    }
  }

  return x.type === SHT.SYMTAB ? staleSymbols(a, before, after, moves, name, x, y) : [];
}

type Shdr = Section["header"];

/** Symbols defined in a section that moved must have moved with it. */
function staleSymbols(
  a: ElfFile,
  before: Buffer,
  after: Buffer,
  moves: readonly Move[],
  name: string,
  x: Shdr,
  y: Shdr,
): string[] {
  if (moves.length === 0) return [];

  const record = symbolRecord(a);
  const hasMoved = ({ header: h }: Section) =>
    h.flags & SHF.ALLOC && h.exact("size") > 0n && followed(moves, h.exact("addr")) !== h.exact("addr");
  const homes = new Set(a.sections.filter(hasMoved).map((s) => s.index));

  for (let i = 0; i * record.size < x.size; i++) {
    const p = x.offset + i * record.size;
    const was = record.value(before, p);
    const now = record.value(after, y.offset + i * record.size);
    const target = followed(moves, was);

    // A symbol at the very end of its section may mean what follows.
    if (homes.has(record.shndx(before, p)) && target !== now && target !== was) {
      return [`symbol ${i} of ${name} (value ${hex(was)}) did not follow its section to ${hex(target)}`];
    }
  }

  return [];
}

import { type ElfFile, PT, type Section, SHF, SHN, SHT, STB } from "../../src/index.js";
import { differences } from "./loaded.js";
import { followed, type Move, word } from "./moves.js";
import { COVERS, type SectionPairs } from "./pairs.js";
import type { Wish } from "./wishes.js";

const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/** Section headers stay true, and sections that are not loaded keep their bytes. */
export function compareSections(
  a: ElfFile,
  b: ElfFile,
  before: Buffer,
  after: Buffer,
  w: Wish,
  moves: readonly Move[],
  { pairs, dropped, added, index }: SectionPairs,
): string[] {
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
    if (!COVERS.includes(s.name) && !(s.name === ".shstrtab" && s.index === b.header.shstrndx)) {
      out.push(`the section ${s.name} is new`);
    }
  }

  const fileOf = (e: ElfFile, i: number) => e.sections[i]!.header;
  const lost = symbolsOfDropped(a, dropped);
  if (lost) out.push(...compareLeftSymbols(a, b, lost, index));

  for (const [p, q] of pairs) {
    // A table that lost symbols was compared symbol by symbol, and so were their names.
    if (lost && (p.index === lost.table || p.index === lost.strings)) continue;

    const x = p.header;
    const y = q.header;
    const wrong: string[] = [];
    const infoIsIndex = (x.flags & SHF.INFO_LINK) !== 0 || x.type === SHT.REL || x.type === SHT.RELA;
    if (x.exact("flags") !== y.exact("flags")) wrong.push("sh_flags");
    if (x.addralign !== y.addralign || x.entsize !== y.entsize) wrong.push("sh_addralign or sh_entsize");

    if (
      p.index > 0 &&
      y.link !== (x.link < a.sections.length ? (index.get(x.link) ?? 0) : x.link) &&
      !(y.link === x.link && dropped.length === 0)
    ) {
      wrong.push(`sh_link ${y.link}`);
    }

    if (
      p.index > 0 &&
      y.info !== (infoIsIndex && x.info < a.sections.length ? (index.get(x.info) ?? 0) : x.info) &&
      !(y.info === x.info && dropped.length === 0)
    ) {
      wrong.push(`sh_info ${y.info}`);
    }

    const empty = x.exact("size") === 0n || x.type === SHT.NOBITS || x.type === SHT.NULL;
    if (y.exact("addr") !== (empty || !(x.flags & SHF.ALLOC) ? x.exact("addr") : followed(moves, x.exact("addr")))) {
      wrong.push(`sh_addr ${hex(y.exact("addr"))}`);
    }

    const grows =
      x.type === SHT.DYNAMIC ||
      (x.type === SHT.STRTAB && (x.flags & SHF.ALLOC) !== 0) ||
      x.offset === a.segments.find((s) => s.type === PT.INTERP)?.offset ||
      p.index === a.header.shstrndx;
    if (p.index > 0 && !grows && x.exact("size") !== y.exact("size")) wrong.push(`sh_size ${y.size}`);
    if (wrong.length > 0) out.push(`section header ${p.index} (${p.name}): ${wrong.join(", ")}`);
    if (empty || x.flags & SHF.ALLOC || p.index === a.header.shstrndx || wrong.length > 0) continue;
    // The section headers themselves were compared field by field.
    if (x.offset === a.header.shoff) continue;
    // Bytes of a segment were compared as such, whatever the section says (Guile's object files).
    if (
      x.offset + x.size > before.length ||
      a.segments.some((s) => s.type === PT.LOAD && s.offset <= x.offset && x.offset + x.size <= s.offset + s.filesz)
    ) {
      continue;
    }

    if (y.offset + y.size > after.length) out.push(`section ${p.name} reaches past the end of the file`);
    else out.push(...compareContent(a, before, after, moves, index, fileOf(a, p.index), fileOf(b, q.index), p.name));
  }

  return out;
}

/** The symbol table and what it loses: symbols that sections which went have defined. */
interface LostSymbols {
  readonly table: number;
  readonly strings: number;
  readonly homes: ReadonlySet<number>;
}

function symbolsOfDropped(a: ElfFile, dropped: readonly Section[]): LostSymbols | undefined {
  const homes = new Set(dropped.map((s) => s.index));
  const table = a.sections.find((s) => s.header.type === SHT.SYMTAB && !homes.has(s.index));
  if (!table || !a.symbols) return undefined;
  for (const s of a.symbols) if (homes.has(s.shndx)) return { table: table.index, strings: table.header.link, homes };
  return undefined;
}

/** All other symbols are as they were, in their order, in the same sections; local ones still stand first. */
function compareLeftSymbols(
  a: ElfFile,
  b: ElfFile,
  { homes, table }: LostSymbols,
  index: ReadonlyMap<number, number>,
): string[] {
  const home = (n: number): number => (n > 0 && n < SHN.LORESERVE ? (index.get(n) ?? -1) : n);
  const left = [...a.symbols!]
    .filter((s) => !homes.has(s.shndx))
    .map((s) => ({ ...s, index: 0, shndx: home(s.shndx) }));
  const now = [...(b.symbols ?? [])].map((s) => ({ ...s, index: 0 }));
  const text = (s: unknown): string => JSON.stringify(s, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));

  const at = left.findIndex((s, i) => text(s) !== text(now[i]));
  if (at >= 0 || now.length !== left.length) {
    return [
      `symbol ${at} of those that stay is ${text(now[at])}, should be ${text(left[at])} (${now.length} symbols, should be ${left.length})`,
    ];
  }
  const locals = left.findIndex((s, i) => i > 0 && s.binding !== STB.LOCAL);
  const info = b.sections.find((s) => s.header.type === SHT.SYMTAB)!.header.info;
  return locals >= 0 && info !== locals ? [`sh_info of section ${table} is ${info}, should be ${locals}`] : [];
}

type Shdr = ElfFile["sections"][number]["header"];

function compareContent(
  a: ElfFile,
  before: Buffer,
  after: Buffer,
  moves: readonly Move[],
  index: ReadonlyMap<number, number>,
  x: Shdr,
  y: Shdr,
  name: string,
): string[] {
  const wide = word(a) === 8;
  const entry = wide ? 24 : 16;
  const read = (e: Buffer, at: number) =>
    wide
      ? a.header.littleEndian
        ? e.readBigUInt64LE(at + 8)
        : e.readBigUInt64BE(at + 8)
      : BigInt(a.header.littleEndian ? e.readUInt32LE(at + 4) : e.readUInt32BE(at + 4));
  const half = (e: Buffer, at: number) => (a.header.littleEndian ? e.readUInt16LE(at) : e.readUInt16BE(at));
  const shndxAt = wide ? 6 : 14;
  const infoAt = wide ? 4 : 12;
  let last = -1;

  for (const i of differences(before, x.offset, after, y.offset, x.size)) {
    if (x.type !== SHT.SYMTAB) return [`section ${name}: its byte ${hex(i)} is another`];

    const symbol = Math.floor(i / entry);
    const p = x.offset + symbol * entry;
    const q = y.offset + symbol * entry;
    if (symbol === last) continue;

    last = symbol;
    const value = read(before, p);
    const now = read(after, q);
    const shndx = half(before, p + shndxAt);
    const nowIn = half(after, q + shndxAt);
    const gone = shndx > 0 && shndx < 0xff00 && !index.has(shndx);
    const wantedIn = gone ? 0xfff1 : shndx > 0 && shndx < 0xff00 ? index.get(shndx)! : shndx;
    const end = moves.find((m) => value === m.fromAddress + BigInt(m.size));

    if (now !== value && now !== followed(moves, value) && !(end && now === value - end.fromAddress + end.toAddress)) {
      return [`symbol ${symbol} of ${name}: its value is ${hex(now)}, was ${hex(value)}`];
    }
    if (nowIn !== wantedIn) return [`symbol ${symbol} of ${name}: its section is ${nowIn}, should be ${wantedIn}`];

    const valueRange = wide ? [8, 16] : [4, 8];
    for (let k = 0; k < entry; k++) {
      if (
        before[p + k] !== after[q + k] &&
        !(k >= valueRange[0]! && k < valueRange[1]!) &&
        !(k >= shndxAt && k < shndxAt + 2) &&
        !(gone && k === infoAt)
      ) {
        return [`symbol ${symbol} of ${name}: byte ${k} is another`];
      }
    }
  }

  return staleSymbols(a, before, after, moves, x, y, name);
}

/** Symbols defined in a section that moved must have gone with it. */
function staleSymbols(
  a: ElfFile,
  before: Buffer,
  after: Buffer,
  moves: readonly Move[],
  x: Shdr,
  y: Shdr,
  name: string,
): string[] {
  if (x.type !== SHT.SYMTAB || moves.length === 0) return [];

  const wide = word(a) === 8;
  const entry = wide ? 24 : 16;
  const le = a.header.littleEndian;
  const valueOf = (e: Buffer, at: number) =>
    wide
      ? le
        ? e.readBigUInt64LE(at + 8)
        : e.readBigUInt64BE(at + 8)
      : BigInt(le ? e.readUInt32LE(at + 4) : e.readUInt32BE(at + 4));
  const homes = new Set(
    a.sections
      .filter(
        (s) =>
          s.header.flags & SHF.ALLOC &&
          s.header.exact("size") > 0n &&
          followed(moves, s.header.exact("addr")) !== s.header.exact("addr"),
      )
      .map((s) => s.index),
  );

  for (let i = 0; i * entry < x.size; i++) {
    const p = x.offset + i * entry;
    const shndx = le ? before.readUInt16LE(p + (wide ? 6 : 14)) : before.readUInt16BE(p + (wide ? 6 : 14));
    const value = valueOf(before, p);
    const now = valueOf(after, y.offset + i * entry);

    // One at the very end of its section may mean what follows.
    if (homes.has(shndx) && followed(moves, value) !== now && followed(moves, value) !== value) {
      return [
        `symbol ${i} of ${name} (value ${hex(value)}) did not follow its section to ${hex(followed(moves, value))}`,
      ];
    }
  }

  return [];
}

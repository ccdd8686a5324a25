import { decodeText, viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { sectionColumns } from "../image/headers/section-columns.js";
import { fileRange, sectionAt } from "../image/headers/sections.js";
import { extendedSection, sectionSymbols } from "../image/symbols/symbols.js";
import { ET, SHN, STB } from "../spec/constants.js";
import { damage, edit, type ProgramDifference } from "./difference.js";
import type { Pair } from "./pair.js";
import { movedValue, movesOf } from "./records.js";

/** Which symbols of a table that is not loaded are left. */
export interface StaticSymbols {
  /** The index after of a symbol before; -1 for one that is gone. */
  indexOf(symbol: number): number;
  /** Is it the same symbol, or one that says the same? */
  isSame(before: number, after: number): boolean;
  readonly differences: readonly ProgramDifference[];
}

/** The records of a table as bytes and columns. */
interface Columns {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly name: Uint32Array;
  /** The section of each, where st_shndx is SHN_XINDEX too. */
  readonly home: Float64Array;
  readonly shndx: Uint32Array;
  readonly strings: Uint8Array;
  /** How many sections the file has. */
  readonly sections: number;
  /** sh_info: the index of the first symbol that is not local. */
  readonly locals: number;
}

function columnsOf(elf: ElfFile, table: number): Columns {
  const { offset, count, strings } = sectionSymbols(elf, table);
  const h = elf.header;
  const bytes = readExactly(elf.source, offset, count * Sym.size(h.class), "a symbol table");
  const shndx = Sym.words("shndx", bytes, count, h);
  const home = Float64Array.from(shndx);

  const extended = extendedSection(elf, table);
  if (extended) {
    const { offset: at, size } = fileRange(extended, elf.source);
    const view = viewOf(readExactly(elf.source, at, size, "SHT_SYMTAB_SHNDX"));
    for (let i = 0; i < count && i * 4 + 4 <= size; i++) {
      if (shndx[i] === SHN.XINDEX) home[i] = view.getUint32(i * 4, h.littleEndian);
    }
  }

  return {
    count,
    bytes,
    name: Sym.words("name", bytes, count, h),
    home,
    shndx,
    strings: strings?.load() ?? new Uint8Array(0),
    sections: h.shnum,
    locals: sectionColumns(elf).info[table]!,
  };
}

/**
 * The symbols that stay, in their order: each has its name, value, size, kind and section. Which of them may go depends
 * on the edits; what other files may use stays in a relocatable object.
 */
export function matchSymtab(
  pair: Pair,
  table: number,
  newTable: number,
  sectionOf: (section: number) => number,
): StaticSymbols {
  const old = columnsOf(pair.before, table);
  const now = columnsOf(pair.after, newTable);
  const isSame = comparer(pair, old, now, sectionOf);

  const indexes = new Int32Array(old.count).fill(-1);
  let next = 0;
  for (let i = 0; i < old.count && next < now.count; i++) {
    if (isSame(i, next)) indexes[i] = next++;
  }

  const differences: ProgramDifference[] = [];
  const name = sectionAt(pair.after, newTable).name;
  if (next < now.count) {
    differences.push(damage("symtab", name, `symbol ${next} (${nameOf(now, next)}) is none that the file had`));
  } else {
    differences.push(...lostSymbols(pair, old, indexes, sectionOf), ...localsDifference(pair, old, now, name));
  }
  // A plan says by its edits which may go.
  const gone = indexes.filter((index) => index < 0).length;
  if (!pair.declared && gone > 0) differences.push(edit("symtab", name, `${gone} symbols of ${name} are gone`));
  return { indexOf: (symbol) => indexes[symbol] ?? -1, isSame, differences };
}

const nameOf = ({ name, strings }: Columns, i: number): string => {
  const end = strings.indexOf(0, name[i]!);
  return end < 0 ? "" : decodeText(strings.subarray(name[i]!, end));
};

/** Tells whether two records are the same symbol. */
function comparer(
  pair: Pair,
  old: Columns,
  now: Columns,
  sectionOf: (section: number) => number,
): (before: number, after: number) => boolean {
  const { class: c, littleEndian } = pair.before.header;
  const stride = Sym.size(c);
  const valueAt = Sym.offsetOf("value", c);
  const sizeAt = Sym.offsetOf("size", c);
  const infoAt = Sym.offsetOf("info", c);
  const word = c / 8;
  const moves = movesOf(pair);
  const isEqual = (a: number, b: number, from: number, length: number): boolean => {
    for (let i = from; i < from + length; i++) if (old.bytes[a + i] !== now.bytes[b + i]) return false;
    return true;
  };

  const a = Sym.view(viewOf(old.bytes), 0, pair.before.header);
  const b = Sym.view(viewOf(now.bytes), 0, { class: c, littleEndian });
  const hasValue = (before: number, after: number): boolean => {
    if (isEqual(before * stride, after * stride, valueAt, word)) return true;
    if (moves.length === 0) return false;

    a.moveTo(before * stride);
    b.moveTo(after * stride);
    return movedValue(pair.before, moves, old.shndx[before]!, a.exact("value")) === b.exact("value");
  };

  return (before, after) => {
    if (before >= old.count) return before === after;
    if (after >= now.count) return false;

    return (
      isEqual(before * stride, after * stride, infoAt, 2) &&
      isEqual(before * stride, after * stride, sizeAt, word) &&
      hasValue(before, after) &&
      isSameHome(old, now, before, after, sectionOf) &&
      isSameName(old, now, before, after)
    );
  };
}

function isSameHome(
  old: Columns,
  now: Columns,
  before: number,
  after: number,
  sectionOf: (section: number) => number,
): boolean {
  const shndx = old.shndx[before]!;
  const isSection = shndx !== SHN.UNDEF && (shndx < SHN.LORESERVE || shndx === SHN.XINDEX);
  if (!isSection) return now.shndx[after] === shndx;

  // A number that is no section's index stays.
  const home = old.home[before]!;
  const index = home < old.sections ? sectionOf(home) : home;
  return index >= 0 && now.home[after] === index;
}

function isSameName(old: Columns, now: Columns, before: number, after: number): boolean {
  let a = old.name[before]!;
  let b = now.name[after]!;
  for (;;) {
    const byte = old.strings[a++];
    if (byte !== now.strings[b++]) return false;
    if (byte === 0 || byte === undefined) return true;
  }
}

/** Symbols that other files may use stay, as long as their sections do. */
function* lostSymbols(
  { before, declared }: Pair,
  old: Columns,
  indexes: Int32Array,
  sectionOf: (section: number) => number,
): Generator<ProgramDifference> {
  if (before.header.type !== ET.REL || declared?.freesSymbols === true) return;

  const info = Sym.words("info", old.bytes, old.count, before.header);
  for (let i = 1; i < old.count; i++) {
    const isLost = indexes[i]! < 0 && info[i]! >> 4 !== STB.LOCAL && old.shndx[i] !== SHN.UNDEF;
    const isInSection = old.shndx[i]! < SHN.LORESERVE || old.shndx[i] === SHN.XINDEX;
    if (!isLost || (isInSection && sectionOf(old.home[i]!) < 0)) continue;

    const name = nameOf(old, i);
    yield damage("symtab", name, `the symbol ${name}, which other files may use, is gone`);
  }
}

/** sh_info is the index of the first symbol that is not local (gABI, "Sections"), where it was so before. */
function* localsDifference(pair: Pair, old: Columns, now: Columns, name: string): Generator<ProgramDifference> {
  const wanted = firstGlobal(pair.after, now);
  const wasRight = old.locals === firstGlobal(pair.before, old);
  if (wasRight && now.locals !== wanted) {
    yield damage("symtab", name, `sh_info of ${name} is ${now.locals}, not ${wanted}`);
  }
}

function firstGlobal({ header }: ElfFile, { count, bytes }: Columns): number {
  const first = Sym.words("info", bytes, count, header).findIndex((info) => info >> 4 !== STB.LOCAL);
  return first < 0 ? count : first;
}

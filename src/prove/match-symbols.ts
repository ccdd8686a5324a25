import { decodeText, encodeText, toLatin1, viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { hex } from "../error.js";
import { type SymbolVersion, symbolVersions, versymTable } from "../image/dynamic/versions.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { SHN, STB, VERSYM } from "../spec/constants.js";
import { gotOrder } from "../spec/machines.js";
import { damage, edit, type ProgramDifference } from "./difference.js";
import type { Pair } from "./pair.js";
import { changedStrings, movedValue, movesOf, type TableMove } from "./records.js";

/** The dynamic symbols of both files, and which is which. */
export interface MatchedSymbols {
  /** Are names, versions and all else byte by byte what they were, in the same order? */
  readonly isSame: boolean;
  /** The index after of a symbol before; -1 for one that is gone. */
  indexOf(symbol: number): number;
  readonly differences: readonly ProgramDifference[];
}

const ALL_THE_SAME: MatchedSymbols = { isSame: true, indexOf: (symbol) => symbol, differences: [] };

const lost = (message: string): MatchedSymbols => ({
  isSame: false,
  indexOf: () => -1,
  differences: [damage("symbols", "DT_SYMTAB", message)],
});

/** Compares the dynamic symbols: by name and version, kind, place and size. Tables that are the same are not read. */
export function matchSymbols(pair: Pair): MatchedSymbols {
  const old = pair.before.dynamicSymbols;
  const now = pair.after.dynamicSymbols;
  if (!old) return ALL_THE_SAME;
  if (!now) return lost("the dynamic symbols are gone");

  // A bound may become a number, or another bound.
  if (old.count !== now.count && old.exact && now.exact) {
    return lost(`there are ${now.count} dynamic symbols, not ${old.count}`);
  }
  const count = Math.min(old.count, now.count);
  return isUntouched(pair, old, now, count) ? ALL_THE_SAME : compared(pair, old, now, count);
}

/** Are symbols, names and versions byte by byte what they were? */
function isUntouched(pair: Pair, old: SymbolTable, now: SymbolTable, count: number): boolean {
  const { before, declared } = pair;
  if (declared?.names !== undefined) return false;

  const size = count * Sym.size(before.header.class);
  if (!pair.isSame({ from: old.offset, at: now.offset, size })) return false;
  if (!keepsVersions(pair, count)) return false;

  const changed = changedStrings(pair, old.strings, now.strings);
  if (changed.length === 0) return true;
  for (const piece of old.pieces()) {
    for (const name of piece.words("name")) {
      if (changed.some((r) => r.start <= name && name < r.end)) return false;
    }
  }
  return true;
}

function keepsVersions(pair: Pair, count: number): boolean {
  const { before, after, declared } = pair;
  const { versions } = declared ?? {};
  if (versions && (versions.renumbers || versions.weakened.size > 0)) return false;

  const old = versymTable(before);
  const now = versymTable(after);
  if (!old || !now) return old === now;
  return pair.isSame({ from: old.offset, at: now.offset, size: Math.min(count, old.count, now.count) * 2 });
}

/** One symbol as a loader sees it. */
interface Row {
  readonly name: string;
  readonly nameAt: number;
  readonly version: string;
  /** The number in .gnu.version of a symbol without version, which may be local or hidden; -1 without that table. */
  readonly number: number;
  readonly value: bigint;
  readonly size: bigint;
  readonly info: number;
  readonly other: number;
  readonly shndx: number;
}

function rowsOf(elf: ElfFile, table: SymbolTable, count: number): Row[] {
  const text = table.strings?.load() ?? new Uint8Array(0);
  const versionOf = symbolVersions(elf);
  const numberOf = numbersOf(elf);
  const rows: Row[] = [];

  for (const { index, symbol } of table.records()) {
    if (index === count) break;
    const end = text.indexOf(0, symbol.name);
    const version = versionOf(index);
    rows.push({
      name: end < 0 ? `${hex(symbol.name)}?` : toLatin1(text.subarray(symbol.name, end)),
      nameAt: symbol.name,
      version: versionText(version),
      number: numberOf(index),
      value: symbol.exact("value"),
      size: symbol.exact("size"),
      info: symbol.info,
      other: symbol.other,
      shndx: symbol.shndx,
    });
  }
  return rows;
}

/** The numbers in .gnu.version, -1 without it. */
function numbersOf(elf: ElfFile): (symbol: number) => number {
  const table = versymTable(elf);
  if (!table) return () => -1;

  const view = viewOf(readExactly(elf.source, table.offset, table.count * 2, ".gnu.version"));
  return (symbol) => (symbol < table.count ? view.getUint16(symbol * 2, elf.header.littleEndian) : -1);
}

/** As nm writes it: `@@` before a default version, `@` before a hidden one. */
function versionText(version: SymbolVersion | undefined): string {
  if (!version) return "";
  if (version.file !== null) return `@${version.name} of ${version.file}`;
  return (version.hidden ? "@" : "@@") + version.name;
}

/** The name of a row for messages: its bytes as UTF-8. */
const shown = ({ name, version }: Row): string => decodeText(Uint8Array.from(name, (c) => c.charCodeAt(0))) + version;

const keyOf = ({ name, version, info, shndx, value }: Row): string =>
  [name, version, info, shndx === SHN.UNDEF ? "u" : value].join("\0");

/** The same test for two symbols: most of many are where they were. */
const isSameSymbol = (a: Row, b: Row): boolean =>
  a.name === b.name &&
  a.version === b.version &&
  a.info === b.info &&
  (a.shndx === SHN.UNDEF) === (b.shndx === SHN.UNDEF) &&
  (a.shndx === SHN.UNDEF || a.value === b.value);

function compared(pair: Pair, old: SymbolTable, now: SymbolTable, count: number): MatchedSymbols {
  const { before, after, declared } = pair;
  const were = rowsOf(before, old, count);
  const are = rowsOf(after, now, count);
  const moves = movesOf(pair);
  const wanted = were.map((row, i) => wantedRow(row, i, pair, moves));

  // The order may be another one: symbols that stay where they are first, then the others by what they are.
  const indexes = new Int32Array(count).fill(-1);
  const left = new Map<string, number[]>();
  for (let i = 0; i < count; i++) {
    if (isSameSymbol(wanted[i]!, are[i]!)) indexes[i] = i;
  }
  for (let i = 0; i < count; i++) {
    if (indexes[i] === i) continue;
    const key = keyOf(are[i]!);
    const others = left.get(key);
    if (others) others.push(i);
    else left.set(key, [i]);
  }
  const hasFixedOrder = gotOrder(before.header.machine) !== null;
  const mayReorder = declared === undefined || (declared.names !== undefined && !hasFixedOrder);
  for (let i = 0; i < count; i++) {
    if (indexes[i] === -1 && mayReorder) indexes[i] = left.get(keyOf(wanted[i]!))?.shift() ?? -1;
  }

  const differences: ProgramDifference[] = [];
  for (let i = 0; i < count; i++) {
    const at = indexes[i]! < 0 ? i : indexes[i]!;
    const difference = rowDifference(pair, wanted[i]!, are[at]!);
    if (difference) differences.push(difference);
    if (difference?.kind === "edit") indexes[i] = at;
  }
  return { isSame: false, indexOf: (symbol) => indexes[symbol] ?? -1, differences };
}

/** What the edits want a symbol to be. */
function wantedRow(row: Row, index: number, { declared, before }: Pair, moves: readonly TableMove[]): Row {
  const { names, versions } = declared ?? {};
  const name = names?.get(index);
  const isWeak = versions?.weakened.has(index) === true && row.shndx === SHN.UNDEF && row.info >> 4 === STB.GLOBAL;
  const version = versions ? versions.versionOf(index) : undefined;
  const hidden = row.version.startsWith("@") && !row.version.startsWith("@@");
  return {
    ...row,
    name: name === undefined ? row.name : toLatin1(encodeText(name)),
    info: isWeak ? (STB.WEAK << 4) | (row.info & 15) : row.info,
    number: row.version === "" || row.number < 0 ? row.number : VERSYM.GLOBAL,
    value: movedValue(before, moves, row.shndx, row.value),
    version: versions ? versionText(version && { ...version, hidden }) : row.version,
  };
}

/** What kind of place a symbol has: loaders ask no more of st_shndx. */
const placeOf = (shndx: number): string => {
  if (shndx === SHN.UNDEF) return "undefined";
  return shndx === SHN.ABS ? "absolute" : "defined";
};

/** The name and the file of a version that another file has to define. */
const IMPORTED = /^@(.*) of (.*)$/;

/**
 * May somebody have given the symbol another version? What this file defines others have bound by its version; what it
 * asks of another may have none, or one of the file that its library is called now.
 */
function mayBindSo({ after }: Pair, wanted: Row, now: Row): boolean {
  const [, , oldFile] = IMPORTED.exec(wanted.version) ?? [];
  const isImport = oldFile !== undefined || (wanted.version === "" && wanted.shndx === SHN.UNDEF);
  if (!isImport) return false;
  if (now.version === "") return true;

  const [, , file] = IMPORTED.exec(now.version) ?? [];
  if (file === undefined) return false;
  return oldFile === undefined || file === oldFile || !after.needed.includes(oldFile);
}

function rowDifference(pair: Pair, wanted: Row, now: Row): ProgramDifference | undefined {
  const isSame =
    isSameSymbol(wanted, now) &&
    now.number === wanted.number &&
    now.value === wanted.value &&
    now.size === wanted.size &&
    now.other === wanted.other &&
    now.shndx === wanted.shndx;
  if (isSame) return undefined;

  const at = shown(wanted);
  if (now.name !== wanted.name) {
    const isOverwritten = now.nameAt === wanted.nameAt || now.name.endsWith("?");
    return (isOverwritten ? damage : edit)("symbols", at, `the symbol ${at} is ${shown(now)} now`);
  }
  if (now.version !== wanted.version) {
    return (mayBindSo(pair, wanted, now) ? edit : damage)(
      "versions",
      at,
      `the symbol ${at} has the version ${now.version || "none"} now`,
    );
  }

  const hasNumbers = now.version === "" && now.number >= 0 && wanted.number >= 0;
  if (hasNumbers && now.number !== wanted.number) {
    return damage("versions", at, `${at} has the number ${now.number} in .gnu.version, not ${wanted.number}`);
  }

  for (const field of ["value", "size"] as const) {
    if (now[field] !== wanted[field]) {
      return damage("symbols", at, `st_${field} of ${at} is ${hex(now[field])}, not ${hex(wanted[field])}`);
    }
  }
  if (now.info !== wanted.info || now.other !== wanted.other) {
    const isLocal = now.info >> 4 === STB.LOCAL || wanted.info >> 4 === STB.LOCAL;
    const isBinding = !isLocal && (now.info & 15) === (wanted.info & 15) && now.other === wanted.other;
    return (isBinding ? edit : damage)("symbols", at, `binding, type or visibility of ${at} are others`);
  }
  if (placeOf(now.shndx) !== placeOf(wanted.shndx)) {
    return damage("symbols", at, `${at} is ${placeOf(now.shndx)}, not ${placeOf(wanted.shndx)}`);
  }
  return undefined;
}

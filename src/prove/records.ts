import { viewOf } from "../codec/bytes.js";
import { Sym, type SymView } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { hex } from "../error.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { once } from "../image/once.js";
import { nameAt } from "../image/strings.js";
import type { Range } from "../pieces/ranges.js";
import { SHN } from "../spec/constants.js";
import { damage, type ProgramDifference } from "./difference.js";
import type { Pair } from "./pair.js";
import { allRegions, firstRegions, type Region } from "./regions.js";

/** A table that loaders find by a pointer, and that is somewhere else now. */
export interface TableMove {
  readonly was: Region;
  readonly to: bigint;
}

/** The tables that have moved. Blocks of notes, of which there may be several, are told apart by their bytes. */
export const movesOf = /* @__PURE__ */ once((pair: Pair): readonly TableMove[] => moved(pair, allRegions));

/** Those of them that nearly every edit moves, which are found without reading any table. */
export const firstMovesOf = /* @__PURE__ */ once((pair: Pair): readonly TableMove[] => moved(pair, firstRegions));

function moved(pair: Pair, regionsOf: (elf: ElfFile) => readonly Region[]): TableMove[] {
  const old = regionsOf(pair.before);
  const now = regionsOf(pair.after);
  const isIn = (list: readonly Region[], r: Region): boolean =>
    list.some((other) => other.kind === r.kind && other.start === r.start);

  const arrived = now.filter((r) => !isIn(old, r));
  return old.flatMap((was): TableMove[] => {
    if (isIn(now, was)) return [];
    const to = arrived.find((r) => r.kind === was.kind && (was.kind !== "notes" || hasBytesOf(pair, was, r)));
    return to ? [{ was, to: to.start }] : [];
  });
}

function hasBytesOf(pair: Pair, was: Region, is: Region): boolean {
  const size = was.end - was.start;
  return size === is.end - is.start && pair.isSame({ from: was.offset, at: is.offset, size: Number(size) });
}

/** The value that a symbol has where it belongs to a table which has moved: its section's, or `_DYNAMIC`. */
export function movedValue(elf: ElfFile, moves: readonly TableMove[], shndx: number, value: bigint): bigint {
  if (moves.length === 0 || shndx === SHN.UNDEF) return value;

  const section = elf.sections[shndx]?.header;
  const move = moves.find(({ was }) => {
    const isIn = was.start <= value && value <= was.end;
    const isOwn = section !== undefined && section.exact("addr") >= was.start && section.exact("addr") < was.end;
    return isIn && (isOwn || (was.kind === "dynamic" && value === was.start));
  });
  return move ? value - move.was.start + move.to : value;
}

/**
 * Where a string of a table may begin that is another one now: from the NUL before a changed byte up to the last
 * changed one. What the table has no more counts as changed.
 */
export function changedStrings(pair: Pair, old: SymbolTable["strings"], now: SymbolTable["strings"]): Range[] {
  if (!old || !now) return old ? [{ start: 0, end: old.size }] : [];

  const size = Math.min(old.size, now.size);
  const runs = [...pair.differing({ from: old.offset, at: now.offset, size })];
  if (old.size > size) runs.push({ start: size, end: old.size });
  if (runs.length === 0) return [];

  const bytes = old.load();
  return runs.map(({ start, end }) => ({ start: bytes.subarray(0, start).lastIndexOf(0) + 1, end }));
}

/**
 * Two symbol tables with the same symbols in the same order: only values of what has moved may differ.
 *
 * @param part what differences are said to be of
 */
export function* recordDifferences(
  pair: Pair,
  part: ProgramDifference["part"],
  old: SymbolTable,
  now: SymbolTable,
): Generator<ProgramDifference> {
  const stride = Sym.size(pair.before.header.class);
  const size = Math.min(old.count, now.count) * stride;
  const range = { from: old.offset, at: now.offset, size };
  for (const { start, end } of pair.differing(range)) {
    const first = Math.floor(start / stride);
    for (let i = first; i * stride < end; i++) yield* recordDifference(pair, part, old, now, i);
  }

  // A name is the same where its offset is, unless the string there has changed.
  const changed = changedStrings(pair, old.strings, now.strings);
  if (changed.length === 0) return;
  for (const piece of old.pieces()) {
    for (const name of piece.words("name")) {
      if (!changed.some((r) => r.start <= name && name < r.end)) continue;
      const [was, is] = [nameAt(old.strings, name), nameAt(now.strings, name)];
      if (was !== is) yield damage(part, was, `the symbol ${was} is ${is} now`);
    }
  }
}

function recordAt({ source, header }: ElfFile, { offset }: SymbolTable, index: number): SymView {
  const size = Sym.size(header.class);
  return Sym.view(viewOf(readExactly(source, offset + index * size, size, "a symbol")), 0, header);
}

function* recordDifference(
  pair: Pair,
  part: ProgramDifference["part"],
  old: SymbolTable,
  now: SymbolTable,
  index: number,
): Generator<ProgramDifference> {
  const was = recordAt(pair.before, old, index);
  const is = recordAt(pair.after, now, index);
  const at = nameAt(old.strings, was.name) || `symbol ${index}`;

  const wanted = movedValue(pair.before, movesOf(pair), was.shndx, was.exact("value"));
  if (is.exact("value") !== wanted) {
    yield damage(part, at, `st_value of ${at} is ${hex(is.exact("value"))}, not ${hex(wanted)}`);
  }
  for (const field of ["name", "info", "other", "shndx", "size"] as const) {
    if (is.exact(field) === was.exact(field)) continue;
    yield damage(part, at, `st_${field} of ${at} is ${hex(is.exact(field))}, not ${hex(was.exact(field))}`);
  }
}

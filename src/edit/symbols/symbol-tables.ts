import { numberBytes, viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { gnuHash, sysvHash } from "../../codec/hash.js";
import { Sym } from "../../codec/records.js";
import { readExactly } from "../../codec/source.js";
import type { DraftSymbol, SymbolDraft } from "./symbol-draft.js";
import { fail, type Note } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import {
  type GnuHashTable,
  gnuHashTable,
  mipsHashTable,
  type SysvHashTable,
  sysvHashTable,
} from "../../image/dynamic/hash.js";
import { SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { gotOrder, hashEntrySize } from "../../spec/machines.js";
import {
  buildGnuHash,
  buildSysvHash,
  gnuHashOrder,
  type GnuHashShape,
  gnuHashShape,
  sysvBuckets,
} from "../../tables/hash.js";
import { permuteRecords } from "../../tables/symbols.js";
import { type Table, tableOf } from "../../rewrite/tables/table.js";
import { mayReorder, renumberedRelocations } from "./symbol-order.js";
import type { OffsetOf, SymbolOrder, SymbolTables, TableWrite } from "../../rewrite/wish/dynamic-tables.js";

/**
 * From names and wanted hash tables to bytes: renamed symbols, hash tables that find them, and the order of the symbols
 * that these want.
 */
export function symbolTables(draft: SymbolDraft, notes: Note[]): SymbolTables {
  const { elf, symbols } = draft;
  const renamed = symbols.filter((s) => s.renamed !== undefined);
  const gnu = gnuTable(draft, renamed, notes);
  const order = gnu?.order;
  const hash = sysvTable(draft, renamed, order);
  const found = [gnu?.table, hash].flatMap((t) => t ?? []);

  return {
    order,
    renamed: new Map(renamed.map((s) => [s.index, s.renamed!])),
    strings: () => ({ wanted: renamed.map((s) => s.renamed!), kept: [], freed: renamed.map((s) => s.nameAt) }),
    make: (offsetOf) => {
      const rebuilt = found.flatMap((t) => ("kind" in t ? [] : [t]));
      const moved = order ? renumberedRelocations(elf, order) : [];
      return {
        tables: found.flatMap((t) => ("kind" in t ? [t] : [])),
        writes: [...rebuilt, ...symbolWrites(elf, renamed, offsetOf, order), ...moved],
      };
    },
  };
}

/** The new names alone, or the whole table where the symbols take another order. */
function symbolWrites(
  elf: ElfFile,
  renamed: readonly DraftSymbol[],
  offsetOf: OffsetOf,
  order: SymbolOrder | undefined,
): TableWrite[] {
  const table = elf.dynamicSymbols!;
  const size = Sym.size(elf.header.class);
  const field = Sym.offsetOf("name", elf.header.class);
  const names = renamed.map((s) => ({
    at: s.index * size + field,
    bytes: numberBytes(offsetOf(s.renamed!), 4, elf.header.littleEndian),
  }));
  if (!order) return names.map(({ at, bytes }) => ({ offset: table.offset + at, bytes }));

  const all = readExactly(elf.source, table.offset, table.count * size, ".dynsym").slice();
  for (const { at, bytes } of names) all.set(bytes, at);
  return [{ offset: table.offset, bytes: permuteRecords(all, size, order) }];
}

/** DT_HASH holds every symbol but local ones, so it changes with each renaming and each new order. */
function sysvTable(
  { elf, symbols, adds }: SymbolDraft,
  renamed: readonly DraftSymbol[],
  order: SymbolOrder | undefined,
): TableWrite | Table | undefined {
  const was = sysvHashTable(elf);
  const entry = hashEntrySize(elf.header.machine, elf.header.class);
  const isWanted = was ? renamed.length > 0 || order !== undefined : adds.has("addHash");
  if (!isWanted) return undefined;

  const hashes: (number | undefined)[] = new Array<number | undefined>(symbols.length).fill(undefined);
  for (const s of symbols) {
    const isHeld = s.index > 0 && !s.isLocal;
    if (isHeld) hashes[order?.(s.index) ?? s.index] = sysvHash(s.name);
  }

  if (was) {
    refuseOtherCount(was, symbols.length);
    assertHash(elf, was, entry);
  }
  const bytes = buildSysvHash(hashes, {
    buckets: was?.buckets ?? sysvBuckets(symbols.length),
    entry,
    littleEndian: elf.header.littleEndian,
  });
  if (was) return { offset: was.offset, bytes };

  return tableOf("hash", bytes, Math.max(entry, wordSize(elf.header)), undefined, { entsize: entry, info: 0 });
}

function refuseOtherCount(was: SysvHashTable, count: number): void {
  if (was.symbols === count) return;
  fail("UNSUPPORTED", `DT_HASH counts ${was.symbols} dynamic symbols, the file has ${count}`, {
    what: "DT_HASH with another count",
  });
}

/**
 * `MALFORMED` for a DT_HASH that cannot be trusted. The table is written anew as a whole: one whose head counts more
 * than it has would be written over what follows.
 */
function assertHash(elf: ElfFile, { offset, size, buckets, symbols }: SysvHashTable, entry: 4 | 8): void {
  const section = elf.sections.find(
    (s) => s.header.type === SHT.HASH && s.header.exact("addr") === elf.dynamic!.get(DT.HASH),
  )?.header;
  const refuse = (what: string): never =>
    fail("MALFORMED", `DT_HASH (${buckets} buckets, ${symbols} symbols) ${what}`, { offset });

  if (buckets === 0) refuse("has no bucket");
  const isTooLong = offset + size > elf.source.size || (section && section.size < size);
  if (isTooLong) refuse("counts more than it holds");

  const v = viewOf(readExactly(elf.source, offset, size, "DT_HASH"));
  const le = elf.header.littleEndian;
  for (let at = 2 * entry; at < size; at += entry) {
    const index = entry === 8 ? v.getBigUint64(at, le) : v.getUint32(at, le);
    if (index >= symbols) refuse("names symbols that the file has not");
  }
}

interface GnuTable {
  readonly table: TableWrite | Table;
  readonly order: SymbolOrder | undefined;
}

/** DT_GNU_HASH, or DT_MIPS_XHASH of MIPS: rebuilt in its place where a symbol in it has a new name, or added. */
function gnuTable(draft: SymbolDraft, renamed: readonly DraftSymbol[], notes: Note[]): GnuTable | undefined {
  const { elf, adds } = draft;
  const plain = gnuHashTable(elf);
  const mips = mipsHashTable(elf);
  const isHeld = (s: DraftSymbol, t: GnuHashTable) =>
    t.symbols !== undefined && s.index >= t.first && s.index < t.symbols;

  if (plain && renamed.some((s) => isHeld(s, plain))) {
    const held = draft.symbols.filter((s) => isHeld(s, plain));
    return rebuilt(draft, plain, held, notes);
  }
  // DT_MIPS_XHASH has an order of its own, so any symbol may be in it; an empty one holds none.
  if (mips?.symbols !== undefined && renamed.length > 0) return { table: translated(draft, mips), order: undefined };
  if (plain || mips || !adds.has("addGnuHash")) return undefined;

  return gotOrder(elf.header.machine) ? { table: translated(draft, undefined), order: undefined } : added(draft, notes);
}

/**
 * Does a loader look the symbol up? Also an undefined one with an address: that is its entry in the procedure linkage
 * table, which all files take for the address of the function (the psABIs, "Function Addresses").
 */
const isFound = (s: DraftSymbol): boolean => s.index > 0 && !s.isLocal && (s.isDefined || s.hasAddress);

const encodingOf = ({ header }: ElfFile) => ({ word: wordSize(header), littleEndian: header.littleEndian });

/**
 * The table of the symbols from `first` on, in the order of the buckets. Where the order cannot change, it has all up
 * to `end` in one bucket, since the end of the last chain tells how many symbols there are.
 */
function hashed(
  { elf, symbols }: SymbolDraft,
  held: readonly DraftSymbol[],
  [first, end]: readonly [number, number],
  shape: GnuHashShape,
  notes: Note[],
): { bytes: Uint8Array; order: SymbolOrder | undefined } {
  const hashes = held.map((s) => gnuHash(s.name));
  const sorted = gnuHashOrder(hashes, shape.buckets);
  const isInOrder = sorted.every((p, i) => held[p]!.index === first + i);

  if (!isInOrder && !mayReorder(elf)) {
    notes.push({
      note: "ONE_BUCKET",
      message:
        "the dynamic symbols cannot change their order, so DT_GNU_HASH has all of them in one bucket: " +
        "they are found, more slowly",
    });
    const allHashes = symbols.slice(first, end).map((s) => gnuHash(s.name));
    return { bytes: buildGnuHash(allHashes, first, { ...shape, buckets: 1 }), order: undefined };
  }

  const sortedHashes = sorted.map((p) => hashes[p]!);
  const bytes = buildGnuHash(sortedHashes, first, shape);
  if (isInOrder) return { bytes, order: undefined };

  return { bytes, order: orderOf(symbols, held, sorted, first) };
}

/** The new index of each symbol: those of the table, sorted, from `first` on, the others around them. */
function orderOf(
  symbols: readonly DraftSymbol[],
  held: readonly DraftSymbol[],
  sorted: readonly number[],
  first: number,
): SymbolOrder {
  const isHeld = new Set(held.map((s) => s.index));
  const others = symbols.filter((s) => !isHeld.has(s.index));

  const to = new Uint32Array(symbols.length);
  others.forEach((s, i) => {
    to[s.index] = i < first ? i : i + held.length;
  });
  sorted.forEach((p, i) => {
    to[held[p]!.index] = first + i;
  });
  return (index) => to[index] ?? index;
}

function rebuilt(draft: SymbolDraft, was: GnuHashTable, held: readonly DraftSymbol[], notes: Note[]): GnuTable {
  const shape = { ...was, ...encodingOf(draft.elf) };
  const { bytes, order } = hashed(draft, held, [was.first, was.symbols!], shape, notes);

  // With one bucket the table is shorter than before; zeros fill the rest of its place.
  const whole = new Uint8Array(was.chainsOffset - was.offset + held.length * 4);
  whole.set(bytes);
  return { table: { offset: was.offset, bytes: whole }, order };
}

function added(draft: SymbolDraft, notes: Note[]): GnuTable {
  const { elf, symbols } = draft;
  const { word, littleEndian } = encodingOf(elf);
  const newTable = (bytes: Uint8Array): Table => tableOf("gnuHash", bytes, 8, undefined, { entsize: 0, info: 0 });

  const held = symbols.filter(isFound);
  if (held.length === 0) return { table: newTable(emptyTable(symbols.length, word, littleEndian)), order: undefined };

  // Behind all others where they may move there; else from the first of them on, whatever stands between.
  const first = mayReorder(elf) ? symbols.length - held.length : held[0]!.index;
  const shape = gnuHashShape(held.length, word, littleEndian);
  const { bytes, order } = hashed(draft, held, [first, symbols.length], shape, notes);
  return { table: newTable(bytes), order };
}

/** One empty bucket, and a filter that lets nothing through. */
const emptyTable = (first: number, word: 4 | 8, littleEndian: boolean): Uint8Array =>
  buildGnuHash([], first, { buckets: 1, bloomWords: 1, shift: 0, word, littleEndian });

/**
 * DT_MIPS_XHASH (glibc's sysdeps/mips/ldsodefs.h): its chains count on from symoffset to DT_MIPS_SYMTABNO, and as many
 * words behind them say which symbol each is.
 */
function translated({ elf, symbols }: SymbolDraft, was: GnuHashTable | undefined): TableWrite | Table {
  const { word, littleEndian } = encodingOf(elf);
  const before = was ? translationOf(elf, was, symbols.length) : undefined;
  const held = before ? before.map((i) => symbols[i]!) : symbols.filter(isFound);
  const first = symbols.length - held.length;
  const shape = was ? { ...was, word, littleEndian } : gnuHashShape(held.length, word, littleEndian);

  const hashes = held.map((s) => gnuHash(s.name));
  const sorted = gnuHashOrder(hashes, shape.buckets);
  const sortedHashes = sorted.map((p) => hashes[p]!);
  const indexes = sorted.map((p) => held[p]!.index);
  const bytes =
    held.length === 0 ? emptyTable(first, word, littleEndian) : buildGnuHash(sortedHashes, first, shape, indexes);
  if (was) return { offset: was.offset, bytes };

  return tableOf("mipsHash", bytes, 8, undefined, { entsize: word === 4 ? 4 : 0, info: 0 });
}

/** Which symbol each chain word of DT_MIPS_XHASH is about. */
function translationOf(elf: ElfFile, { first, chainsOffset }: GnuHashTable, count: number): number[] {
  const length = Math.max(0, count - first);
  const v = viewOf(readExactly(elf.source, chainsOffset + length * 4, length * 4, "DT_MIPS_XHASH"));
  const indexes = Array.from({ length }, (_, i) => v.getUint32(i * 4, elf.header.littleEndian));

  const isWhole = indexes.every((i) => i < count);
  if (!isWhole) fail("MALFORMED", "DT_MIPS_XHASH names symbols that the file has not", { offset: chainsOffset });
  return indexes;
}

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
 * From names and wanted hash tables to bytes: renamed symbols, tables that find them again, and the order that these
 * want.
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
    renamed: new Set(renamed.map((s) => s.index)),
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

/** New names, and all symbols where they take another order. */
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

/** DT_HASH holds every symbol but local ones: it follows each renaming and each change of their order. */
function sysvTable(
  { elf, symbols, adds }: SymbolDraft,
  renamed: readonly DraftSymbol[],
  order: SymbolOrder | undefined,
): TableWrite | Table | undefined {
  const was = sysvHashTable(elf);
  const entry = hashEntrySize(elf.header.machine, elf.header.class);
  const isNew = !was && adds.has("addHash");
  if (!isNew && !(was && (renamed.length > 0 || order))) return undefined;

  const hashes: (number | undefined)[] = new Array<number | undefined>(symbols.length).fill(undefined);
  for (const s of symbols) if (s.index > 0 && !s.isLocal) hashes[order?.(s.index) ?? s.index] = sysvHash(s.name);
  if (was && was.symbols !== symbols.length) {
    fail("UNSUPPORTED", `DT_HASH counts ${was.symbols} dynamic symbols, the file has ${symbols.length}`, {
      what: "DT_HASH with another count",
    });
  }

  if (was) assertHash(elf, was, entry);
  const bytes = buildSysvHash(hashes, {
    buckets: was?.buckets ?? sysvBuckets(symbols.length),
    entry,
    littleEndian: elf.header.littleEndian,
  });
  if (was) return { offset: was.offset, bytes };

  return tableOf("hash", bytes, Math.max(entry, wordSize(elf.header)), undefined, { entsize: entry, info: 0 });
}

/** It is written anew as a whole: one whose head counts more than it has would be written over what follows. */
function assertHash(elf: ElfFile, { offset, size, buckets, symbols }: SysvHashTable, entry: 4 | 8): void {
  const section = elf.sections.find(
    (s) => s.header.type === SHT.HASH && s.header.exact("addr") === elf.dynamic!.get(DT.HASH),
  )?.header;
  const bad = (what: string) =>
    fail("MALFORMED", `DT_HASH (${buckets} buckets, ${symbols} symbols) ${what}`, { offset });
  if (buckets === 0) bad("has no bucket");
  if (offset + size > elf.source.size || (section && section.size < size)) bad("counts more than it holds");

  const v = viewOf(readExactly(elf.source, offset, size, "DT_HASH"));
  const le = elf.header.littleEndian;
  for (let at = 2 * entry; at < size; at += entry) {
    if ((entry === 8 ? v.getBigUint64(at, le) : v.getUint32(at, le)) >= symbols) {
      bad("names symbols that the file has not");
    }
  }
}

interface GnuTable {
  readonly table: TableWrite | Table;
  readonly order: SymbolOrder | undefined;
}

/** DT_GNU_HASH, or MIPS's DT_MIPS_XHASH: rebuilt in its place where a symbol that it holds has another name, or new. */
function gnuTable(draft: SymbolDraft, renamed: readonly DraftSymbol[], notes: Note[]): GnuTable | undefined {
  const { elf, adds } = draft;
  const plain = gnuHashTable(elf);
  const mips = mipsHashTable(elf);
  const isHeld = (s: DraftSymbol, t: GnuHashTable) =>
    t.symbols !== undefined && s.index >= t.first && s.index < t.symbols;

  if (plain && renamed.some((s) => isHeld(s, plain))) {
    return rebuilt(
      draft,
      plain,
      draft.symbols.filter((s) => isHeld(s, plain)),
      notes,
    );
  }
  // Its indexes are those of its own order; an empty one holds no name.
  if (mips?.symbols !== undefined && renamed.length > 0) return { table: translated(draft, mips), order: undefined };
  if (plain || mips || !adds.has("addGnuHash")) return undefined;

  return gotOrder(elf.header.machine) ? { table: translated(draft, undefined), order: undefined } : added(draft, notes);
}

/**
 * Is it one that a loader looks up? Also an undefined one with an address: that of its entry in the procedure linkage
 * table, which all files take for the function's (the psABIs, "Function Addresses").
 */
const isFound = (s: DraftSymbol): boolean => s.index > 0 && !s.isLocal && (s.isDefined || s.hasAddress);

const encodingOf = ({ header }: ElfFile) => ({ word: wordSize(header), littleEndian: header.littleEndian });

/**
 * The symbols from `first` on, in the order of the buckets; where the order cannot change, all up to `end` in one
 * bucket, since the last of a chain tells how many there are.
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
        "the dynamic symbols cannot change their order, so DT_GNU_HASH has all of them in one bucket: they are found, more slowly",
    });
    const all = symbols.slice(first, end);
    return {
      bytes: buildGnuHash(
        all.map((s) => gnuHash(s.name)),
        first,
        { ...shape, buckets: 1 },
      ),
      order: undefined,
    };
  }

  const bytes = buildGnuHash(
    sorted.map((p) => hashes[p]!),
    first,
    shape,
  );
  if (isInOrder) return { bytes, order: undefined };

  const isHeld = new Set(held.map((s) => s.index));
  const rest = symbols.filter((s) => !isHeld.has(s.index));
  const to = new Uint32Array(symbols.length);
  rest.forEach((s, i) => (to[s.index] = i < first ? i : i + held.length));
  sorted.forEach((p, i) => (to[held[p]!.index] = first + i));

  return { bytes, order: (index) => to[index] ?? index };
}

function rebuilt(draft: SymbolDraft, was: GnuHashTable, held: readonly DraftSymbol[], notes: Note[]): GnuTable {
  const { bytes, order } = hashed(draft, held, [was.first, was.symbols!], { ...was, ...encodingOf(draft.elf) }, notes);
  const whole = new Uint8Array(was.chainsOffset - was.offset + held.length * 4);
  whole.set(bytes);
  return { table: { offset: was.offset, bytes: whole }, order };
}

function added(draft: SymbolDraft, notes: Note[]): GnuTable {
  const { elf, symbols } = draft;
  const held = symbols.filter(isFound);
  const { word, littleEndian } = encodingOf(elf);
  // Behind all others where they may move there; else from the first of them on, whatever stands between.
  const first = held.length === 0 || mayReorder(elf) ? symbols.length - held.length : held[0]!.index;
  const { bytes, order } =
    held.length === 0
      ? { bytes: emptyTable(first, word, littleEndian), order: undefined }
      : hashed(draft, held, [first, symbols.length], gnuHashShape(held.length, word, littleEndian), notes);

  return { table: tableOf("gnuHash", bytes, 8, undefined, { entsize: 0, info: 0 }), order };
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
  const bytes =
    held.length === 0
      ? emptyTable(first, word, littleEndian)
      : buildGnuHash(
          sorted.map((p) => hashes[p]!),
          first,
          shape,
          sorted.map((p) => held[p]!.index),
        );
  if (was) return { offset: was.offset, bytes };

  return tableOf("mipsHash", bytes, 8, undefined, { entsize: word === 4 ? 4 : 0, info: 0 });
}

function translationOf(elf: ElfFile, { first, chainsOffset }: GnuHashTable, count: number): number[] {
  const n = Math.max(0, count - first);
  const v = viewOf(readExactly(elf.source, chainsOffset + n * 4, n * 4, "DT_MIPS_XHASH"));
  const out = Array.from({ length: n }, (_, i) => v.getUint32(i * 4, elf.header.littleEndian));
  return out.every((i) => i < count)
    ? out
    : fail("MALFORMED", "DT_MIPS_XHASH names symbols that the file has not", { offset: chainsOffset });
}

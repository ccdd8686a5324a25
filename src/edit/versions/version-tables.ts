import { largest, smallest } from "../../codec/ascending.js";
import { numberBytes, viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { Sym, Vernaux, Verneed } from "../../codec/records.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { versymTable } from "../../image/dynamic/versions.js";
import { SHN, SHT, STB } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { encodeVersionNeeds, type VersionNeedRecord } from "../../tables/versions.js";
import { type Table, tableOf } from "../../rewrite/tables/table.js";
import type {
  DynamicTables,
  OffsetOf,
  StringUser,
  SymbolOrder,
  TableWrite,
} from "../../rewrite/wish/dynamic-tables.js";
import type { Wish } from "../../rewrite/wish/wish.js";
import { VersionDraft } from "./version-draft.js";

/**
 * Bytes for their places in the input, tables that are new or grow, and the new DT_VERNEEDNUM where the records are
 * written anew.
 */
type VersionTables = ReturnType<DynamicTables["make"]>;

/** The draft of the wish, and the tables that it makes. */
class DraftTables implements DynamicTables {
  readonly draft: VersionDraft;

  constructor(elf: ElfFile) {
    this.draft = new VersionDraft(elf);
  }

  strings(): StringUser {
    return versionStrings(this.draft);
  }

  make(offsetOf: OffsetOf, order: SymbolOrder | undefined): VersionTables {
    return versionTables(this.draft, offsetOf, order);
  }
}

/** The versions as the edits want them, to be changed further. */
export function versionsOf(wish: Wish): VersionDraft {
  const tables = (wish.versions as DraftTables | undefined) ?? new DraftTables(wish.elf);
  wish.versions = tables;
  return tables.draft;
}

/** The strings that the version needs want, and those that they let go. */
function versionStrings(draft: VersionDraft): StringUser {
  const wanted: string[] = [];
  const kept: number[] = [];
  const use = (text: string, was: { readonly text: string; readonly at: number } | undefined) =>
    was && was.text === text ? kept.push(was.at) : wanted.push(text);

  for (const n of draft.needs) {
    use(n.file, n.was && { text: n.was.file, at: n.was.fileOffset });
    for (const v of n.versions) use(v.name, v.was && { text: v.was.name, at: v.was.nameOffset });
  }

  const freed = draft.elf.versionNeeds
    .flatMap((n) => [n.fileOffset, ...n.versions.map((v) => v.nameOffset)])
    .filter((at) => !kept.includes(at));
  kept.push(...draft.elf.versionDefinitions.flatMap((d) => d.nameOffsets));
  return { wanted, kept, freed };
}

/** From what the needs and symbols shall say to bytes. */
function versionTables(draft: VersionDraft, offsetOf: OffsetOf, order: SymbolOrder | undefined): VersionTables {
  const records = draft.needs.map((n): VersionNeedRecord => ({
    file: n.was?.file === n.file ? n.was.fileOffset : offsetOf(n.file),
    versions: n.versions.map((v) => ({
      hash: v.hash,
      flags: v.flags,
      index: v.index,
      name: v.was?.name === v.name ? v.was.nameOffset : offsetOf(v.name),
    })),
  }));
  const needs = keepsRecords(draft)
    ? { writes: fieldWrites(draft, records), tables: [], needs: undefined }
    : rewritten(draft, records);
  const symbols = symbolNumbers(draft, order);

  return {
    writes: [...needs.writes, ...symbols.writes, ...weakWrites(draft, order)],
    tables: [...symbols.tables, ...needs.tables],
    needs: needs.needs,
  };
}

/** Are the records those of the input, one by one, so that only their fields differ? */
function keepsRecords({ elf, needs }: VersionDraft): boolean {
  const before = elf.versionNeeds;
  return (
    needs.length === before.length &&
    needs.every(
      (n, i) =>
        n.was === before[i] &&
        n.versions.length === n.was!.versions.length &&
        n.versions.every((v, j) => v.was === n.was!.versions[j]),
    )
  );
}

function fieldWrites({ elf, needs }: VersionDraft, records: readonly VersionNeedRecord[]): TableWrite[] {
  const c = elf.header.class;
  const out: TableWrite[] = [];
  const write = (offset: number, value: number, size: 2 | 4) =>
    void out.push({ offset, bytes: numberBytes(value, size, elf.header.littleEndian) });
  needs.forEach((n, i) => {
    const r = records[i]!;
    const was = n.was!;
    if (r.file !== was.fileOffset) write(was.at + Verneed.offsetOf("file", c), r.file, 4);
    n.versions.forEach((v, j) => {
      if (v.flags !== v.was!.flags) write(v.was!.at + Vernaux.offsetOf("flags", c), v.flags, 2);
      if (r.versions[j]!.name !== v.was!.nameOffset) {
        write(v.was!.at + Vernaux.offsetOf("name", c), r.versions[j]!.name, 4);
      }
    });
  });

  return out;
}

/** The records written anew: in their place where they fit, else as a table that grows, or is new. */
function rewritten({ elf }: VersionDraft, records: readonly VersionNeedRecord[]): VersionTables {
  const was = elf.versionNeeds.length > 0 ? extent(elf) : undefined;
  const encoded = encodeVersionNeeds(records, elf.header);
  const needs = records.length;

  if (was && encoded.length <= was.size) {
    const bytes = new Uint8Array(was.size);
    bytes.set(encoded);
    return { writes: [{ offset: was.offset, bytes }], tables: [], needs };
  }
  if (records.length === 0) return { writes: [], tables: [], needs: undefined };

  const place = was && { ...was, address: elf.dynamic!.get(DT.VERNEED)! };
  const table = tableOf("versionNeeds", encoded, wordSize(elf.header), place, { entsize: 0, info: records.length });
  return { writes: [], tables: [table], needs };
}

/** The range of the table. Its records are written anew in it, so there must be nothing else between them. */
function extent(elf: ElfFile): { offset: number; size: number } {
  const c = elf.header.class;
  const ranges = elf.versionNeeds.flatMap((n) => [
    [n.at, Verneed.size(c)] as const,
    ...n.versions.map((v) => [v.at, Vernaux.size(c)] as const),
  ]);
  const offset = smallest(ranges.map(([at]) => at));
  const end = largest(ranges.map(([at, size]) => at + size));

  if (offset !== elf.versionNeeds[0]!.at || ranges.reduce((n, [, size]) => n + size, 0) !== end - offset) {
    fail(
      "UNSUPPORTED",
      "the version needs do not lie behind one another, so they cannot be written anew in their place",
      { what: "scattered DT_VERNEED records" },
    );
  }

  // An earlier patch may have left room: its section still reaches over that.
  const section = elf.sections.find((s) => s.header.type === SHT.GNU_VERNEED && s.header.offset === offset);
  return { offset, size: Math.max(end - offset, section?.header.size ?? 0) };
}

/**
 * .gnu.version: the numbers that differ; all of them where the symbols take another order; as a table of its own where
 * there was none.
 */
function symbolNumbers(draft: VersionDraft, order: SymbolOrder | undefined): { writes: TableWrite[]; tables: Table[] } {
  const { elf } = draft;
  const le = elf.header.littleEndian;
  const table = versymTable(elf);
  const none = { writes: [], tables: [] };
  if (!table && (draft.needs.length === 0 || elf.versionDefinitions.length > 0)) return none;
  if (table && !order) {
    return {
      writes: draft
        .changedNumbers()
        .map((i) => ({ offset: table.offset + i * 2, bytes: numberBytes(draft.numbers[i]!, 2, le) })),
      tables: [],
    };
  }

  const bytes = new Uint8Array(draft.numbers.length * 2);
  const v = viewOf(bytes);
  draft.numbers.forEach((n, i) => v.setUint16((order?.(i) ?? i) * 2, n, le));
  if (table) return { writes: [{ offset: table.offset, bytes }], tables: [] };

  return { writes: [], tables: [tableOf("versions", bytes, 2, undefined, { entsize: 2, info: 0 })] };
}

/** Undefined global symbols become weak: ld.so passes over one that nobody defines (gABI, "Symbol Table"). */
function* weakWrites({ elf, weakened }: VersionDraft, order: SymbolOrder | undefined): Generator<TableWrite> {
  if (weakened.size === 0) return;

  const c = elf.header.class;
  const size = Sym.size(c);
  for (const { index, at, symbol } of elf.dynamicSymbols!.records()) {
    if (weakened.has(index) && symbol.shndx === SHN.UNDEF && symbol.info >> 4 === STB.GLOBAL) {
      yield {
        offset: at + ((order?.(index) ?? index) - index) * size + Sym.offsetOf("info", c),
        bytes: Uint8Array.of((STB.WEAK << 4) | (symbol.info & 15)),
      };
    }
  }
}

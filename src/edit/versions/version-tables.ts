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
  OffsetOf,
  StringUser,
  SymbolOrder,
  TableWrite,
  VersionTables,
} from "../../rewrite/wish/dynamic-tables.js";
import { linkProof } from "../../prove/link.js";
import type { DeclaredVersions } from "../../prove/declared.js";
import type { Wish } from "../../rewrite/wish/wish.js";
import { type DraftNeed, VersionDraft } from "./version-draft.js";

/**
 * Bytes for places in the input, tables that are new or grow, and the new DT_VERNEEDNUM where the records are written
 * anew.
 */
type MadeTables = ReturnType<VersionTables["make"]>;

/** The draft of the wish, and the tables that it makes. */
class DraftTables implements VersionTables {
  readonly draft: VersionDraft;

  constructor(elf: ElfFile) {
    this.draft = new VersionDraft(elf);
  }

  strings(): StringUser {
    return versionStrings(this.draft);
  }

  make(offsetOf: OffsetOf, order: SymbolOrder | undefined): MadeTables {
    return versionTables(this.draft, offsetOf, order);
  }

  declared(): DeclaredVersions {
    return this.draft.declared();
  }
}

/** The draft of the versions, to be changed further. The wish gets one where it has none. */
export function versionsOf(wish: Wish): VersionDraft {
  const tables = (wish.versions as DraftTables | undefined) ?? new DraftTables(wish.elf);
  wish.versions = tables;
  wish.link = linkProof;
  return tables.draft;
}

/** The strings of .dynstr that the version needs want, keep, and let go. */
function versionStrings(draft: VersionDraft): StringUser {
  const wanted: string[] = [];
  const kept: number[] = [];
  for (const n of draft.needs) {
    if (n.was?.file === n.file) kept.push(n.was.fileOffset);
    else wanted.push(n.file);

    for (const v of n.versions) {
      if (v.was?.name === v.name) kept.push(v.was.nameOffset);
      else wanted.push(v.name);
    }
  }

  const freed = draft.elf.versionNeeds
    .flatMap((n) => [n.fileOffset, ...n.versions.map((v) => v.nameOffset)])
    .filter((at) => !kept.includes(at));
  kept.push(...draft.elf.versionDefinitions.flatMap((d) => d.nameOffsets));
  return { wanted, kept, freed };
}

/** From the needs and the numbers of the symbols to bytes. */
function versionTables(draft: VersionDraft, offsetOf: OffsetOf, order: SymbolOrder | undefined): MadeTables {
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

/** Are the records those of the input, one by one, so that at most their fields differ? */
function keepsRecords({ elf, needs }: VersionDraft): boolean {
  const before = elf.versionNeeds;
  return needs.length === before.length && needs.every((n, i) => n.was === before[i] && keepsVersions(n));
}

function keepsVersions({ was, versions }: DraftNeed): boolean {
  const before = was!.versions;
  return versions.length === before.length && versions.every((v, i) => v.was === before[i]);
}

/** The fields of the records that differ from the input. */
function fieldWrites({ elf, needs }: VersionDraft, records: readonly VersionNeedRecord[]): TableWrite[] {
  const { class: elfClass, littleEndian } = elf.header;
  const out: TableWrite[] = [];
  const write = (offset: number, value: number, size: 2 | 4): void => {
    out.push({ offset, bytes: numberBytes(value, size, littleEndian) });
  };

  needs.forEach((need, i) => {
    const was = need.was!;
    const { file, versions } = records[i]!;
    if (file !== was.fileOffset) write(was.at + Verneed.offsetOf("file", elfClass), file, 4);

    versions.forEach(({ flags, name }, j) => {
      const { at, flags: oldFlags, nameOffset } = was.versions[j]!;
      if (flags !== oldFlags) write(at + Vernaux.offsetOf("flags", elfClass), flags, 2);
      if (name !== nameOffset) write(at + Vernaux.offsetOf("name", elfClass), name, 4);
    });
  });
  return out;
}

/** The records written anew: in their place where they fit, else as a table that grows or is new. */
function rewritten({ elf }: VersionDraft, records: readonly VersionNeedRecord[]): MadeTables {
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

/** The range of the table. Its records are written anew there, so nothing else may lie between them. */
function extent(elf: ElfFile): { offset: number; size: number } {
  const elfClass = elf.header.class;
  const ranges = elf.versionNeeds.flatMap((n) => [
    [n.at, Verneed.size(elfClass)] as const,
    ...n.versions.map((v) => [v.at, Vernaux.size(elfClass)] as const),
  ]);
  const offset = smallest(ranges.map(([at]) => at));
  const end = largest(ranges.map(([at, size]) => at + size));

  const total = ranges.reduce((sum, [, size]) => sum + size, 0);
  const isContiguous = offset === elf.versionNeeds[0]!.at && total === end - offset;
  if (!isContiguous) {
    fail(
      "UNSUPPORTED",
      "the version needs do not lie behind one another, so they cannot be written anew in their place",
      { what: "scattered DT_VERNEED records" },
    );
  }

  // An earlier patch may have left room, which the section still covers.
  const section = elf.sections.find((s) => s.header.type === SHT.GNU_VERNEED && s.header.offset === offset);
  return { offset, size: Math.max(end - offset, section?.header.size ?? 0) };
}

/**
 * .gnu.version: the numbers that differ, all numbers where the symbols take another order, or a new table where there
 * was none.
 */
function symbolNumbers(draft: VersionDraft, order: SymbolOrder | undefined): { writes: TableWrite[]; tables: Table[] } {
  const { elf } = draft;
  const le = elf.header.littleEndian;
  const table = versymTable(elf);
  if (!table && (draft.needs.length === 0 || elf.versionDefinitions.length > 0)) return { writes: [], tables: [] };

  if (table && !order) {
    const changed = draft.changedNumbers();
    const writes = changed.map((i) => ({
      offset: table.offset + i * 2,
      bytes: numberBytes(draft.numbers[i]!, 2, le),
    }));
    return { writes, tables: [] };
  }

  const bytes = new Uint8Array(draft.numbers.length * 2);
  const v = viewOf(bytes);
  draft.numbers.forEach((number, i) => v.setUint16((order?.(i) ?? i) * 2, number, le));
  if (table) return { writes: [{ offset: table.offset, bytes }], tables: [] };

  return { writes: [], tables: [tableOf("versions", bytes, 2, undefined, { entsize: 2, info: 0 })] };
}

/** Undefined global symbols become weak: ld.so passes over one that no file defines (gABI, "Symbol Table"). */
function* weakWrites({ elf, weakened }: VersionDraft, order: SymbolOrder | undefined): Generator<TableWrite> {
  if (weakened.size === 0) return;

  const size = Sym.size(elf.header.class);
  const field = Sym.offsetOf("info", elf.header.class);
  for (const { index, at, symbol } of elf.dynamicSymbols!.records()) {
    const becomesWeak = weakened.has(index) && symbol.shndx === SHN.UNDEF && symbol.info >> 4 === STB.GLOBAL;
    if (!becomesWeak) continue;

    const moved = (order?.(index) ?? index) - index;
    const info = (STB.WEAK << 4) | (symbol.info & 15);
    yield { offset: at + moved * size + field, bytes: Uint8Array.of(info) };
  }
}

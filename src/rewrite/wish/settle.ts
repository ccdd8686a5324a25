import { DT } from "../../spec/dynamic.js";
import type { ElfFile } from "../../image/elf.js";
import { dynamicTable, interpreterTable, stringTable } from "../tables/requested.js";
import type { Table } from "../tables/table.js";
import { KINDS } from "../tables/kinds.js";
import type { DynamicTables, StringUser } from "./dynamic-tables.js";
import type { DynamicValue, Requests } from "./requests.js";
import { spendRedundant } from "./spend.js";
import { resolveStrings } from "./strings.js";
import type { Wish } from "./wish.js";

/** What concerns the dynamic section and the tables beside it. */
type DynamicRequests = Pick<Requests, "dynamic" | "writes" | "tables" | "symbolOrder" | "versionNeeds">;

const NOTHING: DynamicRequests = {
  dynamic: undefined,
  writes: [],
  tables: [],
  symbolOrder: undefined,
  versionNeeds: undefined,
};

/** Turns what a file shall say into the bytes that say it: what the wish asks of the layout. */
export function settle(wish: Wish): Requests {
  wish.conclude();
  const dynamic = wish.touchesDynamic ? settleDynamic(wish) : NOTHING;

  const { elf, interpreter, segments, header, newSections, sections, notes } = wish;
  const interpreters = interpreter ? [interpreterTable(elf, interpreter)] : [];
  const tables = [...interpreters, ...dynamic.tables];
  return { segments, header, newSections, ...sections, ...dynamic, tables, notes };
}

function settleDynamic({ elf, dynamic, versions, symbols, notes }: Wish): DynamicRequests {
  const { order } = symbols ?? {};
  const versionUser = versions?.strings() ?? versionNames(elf);
  const users = symbols ? [versionUser, symbols.strings()] : [versionUser];
  const strings = resolveStrings(dynamic, { users, renamedSymbols: symbols?.renamed ?? new Set() });

  const edited: (DynamicTables | undefined)[] = [symbols, versions];
  const made = edited.flatMap((t) => (t ? [t.make(strings.offsetOf, order)] : []));
  const writes = made.flatMap((m) => m.writes);
  const others = made.flatMap((m) => m.tables);
  const needs = made.at(-1)?.needs;

  const d = elf.dynamic!;
  const wanted = withNeeds([...strings.entries, ...newTags(others)], needs);
  const entries = spendRedundant(wanted, d.capacity, notes, elf.header.machine);
  const isSame =
    entries.length === d.entries.length &&
    entries.every((e, i) => e.tag === d.entries[i]!.tag && e.value === d.entries[i]!.value);
  if (isSame && !strings.bytes && writes.length === 0 && others.length === 0) return NOTHING;

  const stringTables = strings.bytes ? [stringTable(elf, strings.bytes)] : [];
  const tables = [...stringTables, dynamicTable(elf, entries.length), ...others];
  return { dynamic: entries, writes, tables, symbolOrder: order, versionNeeds: needs };
}

/** The strings that versions name, where no edit touches them. */
function versionNames({ versionNeeds, versionDefinitions }: ElfFile): StringUser {
  const needed = versionNeeds.flatMap((n) => [n.fileOffset, ...n.versions.map((v) => v.nameOffset)]);
  const defined = versionDefinitions.flatMap((d) => d.nameOffsets);
  return { wanted: [], kept: [...needed, ...defined], freed: [] };
}

/** The tags that lead to new tables. Their values are known once the tables have their places. */
const newTags = (tables: readonly Table[]): DynamicValue[] =>
  tables.filter((t) => !t.was).map((t) => ({ tag: KINDS[t.kind].tag!, value: 0n }));

/**
 * Makes DT_VERNEEDNUM follow its table. Where the table goes, its tags go too, and DT_VERSYM where no versions are
 * defined: ld.so would look up numbers of .gnu.version that nothing describes.
 */
function withNeeds(entries: readonly DynamicValue[], needs: number | undefined): readonly DynamicValue[] {
  if (needs === undefined) return entries;

  if (needs === 0) {
    const gone: number[] = [DT.VERNEED, DT.VERNEEDNUM];
    const definesVersions = entries.some((e) => e.tag === DT.VERDEF);
    if (!definesVersions) gone.push(DT.VERSYM);
    return entries.filter((e) => !gone.includes(e.tag));
  }

  const count = { tag: DT.VERNEEDNUM, value: BigInt(needs) };
  const isThere = entries.some((e) => e.tag === DT.VERNEEDNUM);
  return isThere ? entries.map((e) => (e.tag === DT.VERNEEDNUM ? count : e)) : [...entries, count];
}

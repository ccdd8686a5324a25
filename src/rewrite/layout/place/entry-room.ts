import { PN_XNUM, PT } from "../../../spec/constants.js";
import type { LoaderTable } from "../../../image/dynamic/loader-tables.js";
import { KINDS } from "../../tables/kinds.js";
import type { Table } from "../../tables/table.js";
import { type Ground, namesOf } from "./ground.js";
import { tablesInTheWay, wantsSpare } from "./headmove.js";

/**
 * Finds room for `count` more program headers; the table itself stays where it is. Unused entries serve first, then
 * free bytes after the table, then the bytes of tables that leave.
 *
 * @returns the tables that must leave; undefined where there is no room, with the reason in `ground.tried`
 */
export function entryRoom(ground: Ground, count: number): Table[] | undefined {
  const { elf, headers, space, tried } = ground;
  const h = elf.header;
  if (headers.loads().length === 0) {
    tried.push("the file has no PT_LOAD to go behind");
    return undefined;
  }

  const more = count - headers.ofType(PT.NULL).length;
  if (more <= 0) return [];
  if (h.phnum + more >= PN_XNUM) {
    tried.push(`the program header table is full with ${h.phnum} entries`);
    return undefined;
  }

  // Bytes count as free only inside the PT_LOAD that maps the table.
  const start = h.phoff + h.phnum * h.phentsize;
  const end = start + more * h.phentsize;
  const mapped = headers.loads().find((l) => l.offset <= h.phoff && h.phoff < l.offset + l.filesz);
  const isMapped = !mapped || end <= mapped.offset + mapped.filesz;
  if (isMapped && space.isGap(start, end - start)) {
    tried.push("free bytes behind the program header table hold its entry");
    return [];
  }

  const found = spareRoom(ground, more) ?? tablesInTheWay(elf, start, end, tablesThatLeave(ground));
  if (typeof found === "string") {
    tried.push(`the program header table cannot grow: ${found}`);
    return undefined;
  }

  const blocks = found.map((t) => ground.tableAt(t));
  if (blocks.length > 0) tried.push(`${namesOf(blocks)} made room for its program header`);
  return blocks;
}

/** Bytes of tables that may leave for another tool's sake: 16 KiB, or a 64th of the file if that is more. */
const largestSpare = (fileSize: number): number => Math.max(1 << 14, fileSize / 64);

/**
 * The tables that must leave for `more` program headers and one of another tool. patchelf makes room for its own only
 * up to the first section header whose section stands elsewhere, which .interp's is once it has moved; then it writes
 * over what stands behind the table.
 *
 * @returns undefined where that cannot be, or only without a table that a program may read itself
 */
function spareRoom(ground: Ground, more: number): LoaderTable[] | undefined {
  const { elf } = ground;
  const { phoff, phnum, phentsize } = elf.header;
  if (!wantsSpare(elf)) return undefined;

  const start = phoff + phnum * phentsize;
  const found = tablesInTheWay(elf, start, start + (more + 1) * phentsize, tablesThatLeave(ground));

  if (typeof found === "string" || found.some((t) => KINDS[t.kind].readByCode === "all")) return undefined;

  const size = found.reduce((sum, t) => sum + t.size, 0);
  return size <= largestSpare(elf.source.size) ? found : undefined;
}

const tablesThatLeave = ({ homeless, moves }: Ground): Table[] => [...homeless, ...moves.map((m) => m.table)];

/**
 * Tables that should leave, where nothing is in the way, since one that stood behind the program header table does: so
 * that another tool finds room for a program header there.
 */
export function spareBlocks(ground: Ground): Table[] {
  const { phoff, phnum, phentsize } = ground.elf.header;
  const start = phoff + phnum * phentsize;
  const isBehind = tablesThatLeave(ground).some(
    ({ was }) => was && was.offset >= start && was.offset < start + phentsize,
  );
  return isBehind ? (spareRoom(ground, 0) ?? []).map((t) => ground.tableAt(t)) : [];
}

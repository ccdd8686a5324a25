import { PN_XNUM, PT } from "../../../spec/constants.js";
import type { Table } from "../../tables/table.js";
import { type Ground, namesOf } from "./ground.js";
import { tablesInTheWay } from "./headmove.js";

/**
 * Finds room for `count` more program headers; the table itself stays where it is. Unused entries serve first, then
 * free bytes after the table, then the bytes of tables that leave.
 *
 * @returns the tables that must leave; undefined where there is no room, with the reason in `ground.tried`
 */
export function entryRoom(ground: Ground, count: number): Table[] | undefined {
  const { elf, headers, space, homeless, moves, tried } = ground;
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

  const blocks = tablesInTheWay(ground, start, end, [...homeless, ...moves.map((m) => m.table)]);
  if (typeof blocks === "string") {
    tried.push(`the program header table cannot grow: ${blocks}`);
    return undefined;
  }

  if (blocks.length > 0) tried.push(`${namesOf(blocks)} made room for its program header`);
  return blocks;
}

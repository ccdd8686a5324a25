import { PN_XNUM, PT } from "../../../spec/constants.js";
import type { Table } from "../../tables/table.js";
import { type Ground, namesOf } from "./ground.js";
import { headBlocks } from "./headmove.js";

/**
 * Room for `count` more program headers, the table kept where it is: unused entries, free bytes behind it, or moving
 * the tables behind it.
 *
 * @returns the tables that must leave for it; undefined where there is no room, with the reason in `ground.tried`
 */
export function entryRoom(ground: Ground, count: number): Table[] | undefined {
  const { elf, headers, space, homeless, moves, tried } = ground;
  const h = elf.header;
  const refuse = (why: string): undefined => void tried.push(why);
  if (headers.loads().length === 0) return refuse("the file has no PT_LOAD to go behind");

  const more = count - headers.ofType(PT.NULL).length;
  if (more <= 0) return [];
  if (h.phnum + more >= PN_XNUM) return refuse(`the program header table is full with ${h.phnum} entries`);

  const start = h.phoff + h.phnum * h.phentsize;
  const end = start + more * h.phentsize;
  const mapped = headers.loads().find((l) => l.offset <= h.phoff && h.phoff < l.offset + l.filesz);
  const limit = mapped ? Math.min(end, mapped.offset + mapped.filesz) : end;
  if (space.gap(start, limit) === end - start) {
    tried.push("free bytes behind the program header table hold its entry");
    return [];
  }

  const blocks = headBlocks(ground, start, end, [...homeless, ...moves.map((m) => m.table)]);
  if (typeof blocks === "string") return refuse(`the program header table cannot grow: ${blocks}`);
  if (blocks.length > 0) tried.push(`${namesOf(blocks)} made room for its program header`);
  return blocks;
}

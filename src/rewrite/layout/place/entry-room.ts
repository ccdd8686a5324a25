import { PN_XNUM, PT } from "../../../spec/constants.js";
import { headBlocks } from "./headmove.js";
import type { Region, Rewrite } from "../rewrite.js";
import type { Space } from "./space.js";

/**
 * Room for `count` more program headers, the table kept where it is: unused entries, free bytes behind it, or moving the tables
 * behind it.
 *
 * @param leaving regions that leave their place anyway
 * @param wanted all regions that get new bytes
 * @returns the regions that must leave for it; undefined where there is no room, with the reason in `rewrite.tried`
 */
export function entryRoom(rewrite: Rewrite, space: Space, count: number, leaving: readonly Region[], wanted: readonly Region[]): Region[] | undefined {
  const h = rewrite.elf.header, unused = rewrite.segments.filter((s) => s.view.type === PT.NULL).length, more = count - unused;
  const tried = (why: string): undefined => void rewrite.tried.push(why);
  if (rewrite.loads().length === 0) return tried("the file has no PT_LOAD to go behind");
  if (more <= 0) return [];
  if (h.phnum + more >= PN_XNUM) return tried(`the program header table is full with ${h.phnum} entries`);
  const start = h.phoff + h.phnum * h.phentsize, end = start + more * h.phentsize;
  const mapped = rewrite.loads().find((l) => l.offset <= h.phoff && h.phoff < l.offset + l.filesz);
  if (space.gap(start, mapped ? Math.min(end, mapped.offset + mapped.filesz) : end) === end - start) {
    tried("free bytes behind the program header table hold its entry");
    return [];
  }
  const blocks = headBlocks(rewrite, start, end, [...leaving, ...rewrite.moves.map((m) => m.region)], wanted);
  if (typeof blocks === "string") return tried(`the program header table cannot grow: ${blocks}`);
  if (blocks.length > 0) tried(`${blocks.map((b) => b.name).join(", ")} made room for its program header`);
  return blocks;
}

import { PT } from "../../../spec/constants.js";
import { KINDS } from "../../tables/kinds.js";
import type { TableExtent, Move, Placed } from "../../tables/table.js";
import { LIES_OVER, unloadedSegments } from "../place/space.js";
import type { TablePlaces } from "../places.js";
import type { Following } from "./following.js";

/**
 * Program headers that lie over a table and do not follow it: PT_LOAD, PT_PHDR, PT_GNU_RELRO, PT_TLS and what is
 * nothing.
 */
const STAYS: readonly number[] = /* @__PURE__ */ [LIES_OVER, PT.TLS].flat();

/** The table that moved and had this whole range. */
export const moveOfRange = (moves: readonly Move[], offset: number, size: number): Move | undefined =>
  moves.find(({ was }) => was.offset <= offset && offset + size <= was.offset + was.size);

/** Did the table begin there? Its size may differ a little from its header's: the loader's counts. */
export const beganAt = ({ table }: Placed, offset: number): boolean => table.was?.offset === offset;

/** A table's old place, where it has left that. */
export function leftBy(own: Placed | undefined): TableExtent | undefined {
  const was = own?.table.was;
  return was && was.offset !== own.offset ? was : undefined;
}

/**
 * Program headers follow what moved, also in the part of the file that is not loaded; PT_INTERP and PT_DYNAMIC take the
 * new size.
 */
export function fixSegments(
  { elf, headers }: Following,
  { placed, moves }: TablePlaces,
  outputOf: (offset: number) => number,
): void {
  const unloaded = new Set(unloadedSegments(elf).map((s) => s.offset));

  for (const s of headers.all()) {
    if (STAYS.includes(s.type) || s.exact("filesz") === 0n) continue;

    const own = placed.find((p) => KINDS[p.table.kind].segment === s.type && beganAt(p, s.offset));
    const move = own && leftBy(own) ? { ...own, was: own.table.was! } : moveOfRange(moves, s.offset, s.filesz);
    if (move) {
      const delta = move.address - move.was.address;
      s.offset += move.offset - move.was.offset;
      s.setExact("vaddr", s.exact("vaddr") + delta);
      s.setExact("paddr", s.exact("paddr") + delta);
    } else if (unloaded.has(s.offset)) {
      s.offset = outputOf(s.offset);
    }
    if (own && own.strategy !== "in-place") s.filesz = s.memsz = own.size;
  }

  const table = headers.first(PT.PHDR);
  const { phnum, phentsize } = elf.header;
  if (table && headers.count !== phnum) table.filesz = table.memsz = headers.count * phentsize;
}

import type { PhdrView } from "../../../codec/records.js";
import { PT } from "../../../spec/constants.js";
import { KINDS } from "../../tables/kinds.js";
import type { TableExtent, Move, Placed } from "../../tables/table.js";
import { LIES_OVER, unloadedSegments } from "../place/space.js";
import type { TablePlaces } from "../places.js";
import type { Following } from "./following.js";

/** Program headers that may lie over a table and do not follow it: those of LIES_OVER, and PT_TLS. */
const STAYS: readonly number[] = /* @__PURE__ */ [LIES_OVER, PT.TLS].flat();

/** The table that moved and had all of this range. */
export const moveOfRange = (moves: readonly Move[], offset: number, size: number): Move | undefined =>
  moves.find(({ was }) => was.offset <= offset && offset + size <= was.offset + was.size);

/** Did the table begin there? Its size may differ a little from its header's; the one that the loader uses counts. */
export const tableBeganAt = ({ table }: Placed, offset: number): boolean => table.was?.offset === offset;

/** A table's old place; undefined where it has not left that. */
export function leftPlace(own: Placed | undefined): TableExtent | undefined {
  const was = own?.table.was;
  return was && was.offset !== own.offset ? was : undefined;
}

/**
 * Makes program headers follow what moved, also in the part of the file that is not loaded. PT_INTERP and PT_DYNAMIC
 * take the new size.
 */
export function fixSegments(
  { elf, headers }: Following,
  { placed, moves }: TablePlaces,
  outputOf: (offset: number) => number,
): void {
  const unloaded = new Set(unloadedSegments(elf).map((s) => s.offset));

  for (const segment of headers.all()) {
    if (STAYS.includes(segment.type) || segment.exact("filesz") === 0n) continue;

    const own = placed.find((p) => KINDS[p.table.kind].segment === segment.type && tableBeganAt(p, segment.offset));
    const move =
      own && leftPlace(own) ? { ...own, was: own.table.was! } : moveOfRange(moves, segment.offset, segment.filesz);
    if (move) {
      const delta = move.address - move.was.address;
      segment.offset += move.offset - move.was.offset;
      segment.setExact("vaddr", segment.exact("vaddr") + delta);
      segment.setExact("paddr", segment.exact("paddr") + delta);
    } else if (unloaded.has(segment.offset)) {
      segment.offset = outputOf(segment.offset);
    }

    if (own && own.strategy !== "in-place") resize(segment, own.size);
  }

  const table = headers.first(PT.PHDR);
  const { phnum, phentsize } = elf.header;
  if (table && headers.count !== phnum) resize(table, headers.count * phentsize);
}

function resize(segment: PhdrView, size: number): void {
  segment.memsz = size;
  segment.filesz = size;
}

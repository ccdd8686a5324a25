import type { PhdrView } from "../../../codec/records.js";
import type { Requests } from "../../wish/requests.js";
import { PT } from "../../../spec/constants.js";
import { segmentTypeName } from "../../../spec/names.js";
import type { SegmentWish } from "../../wish/wish.js";
import { entryRoom } from "./entry-room.js";
import { emptiedSegment, extensibleSegment, trailingSegment } from "./grow.js";
import { type Fit, mayHaveDebugFile, placeInFront, placeInHole, placeInPlace, placeInSlack } from "./fit.js";
import { requestedRegions } from "./regions.js";
import type { Region, Rewrite } from "../rewrite.js";
import { Space } from "./space.js";

/** Where the regions go that found no place in the loaded part of the file. */
export interface Homeless {
  readonly regions: readonly Region[];
  /** The segment whose end they go to; a new one where there is none. */
  readonly segment: PhdrView | undefined;
  /** Did an earlier patch append that segment, or is it the program's own? */
  readonly isOwn: boolean;
  /** A segment of an earlier patch whose program header the new one takes. */
  readonly emptied: PhdrView | undefined;
  /** Program headers that the table grows by. */
  readonly entries: number;
}

/**
 * Places what fits into the loaded part of the file, and says where the rest goes: to the segment that an earlier patch
 * appended, to a new one, or behind the last one. Also finds the room for the program headers that are wanted.
 *
 * @param atEnd may bytes go to the end of the file? Behind an overlay that keeps its place, only a new segment can.
 */
export function findPlaces(rewrite: Rewrite, requests: Requests, atEnd: boolean): Homeless {
  const { elf } = rewrite, wanted = requestedRegions(elf, requests), fit: Fit = {
    rewrite, space: new Space(rewrite),
    // A strip places nothing, so nobody asks.
    get growsFirst() {
      return !mayHaveDebugFile(elf);
    },
  };
  const regions = wanted.filter((wish) => !sizes(wish).some((r) => placeInPlace(fit, r) || fits(fit, r)));
  const added = requests.segments.filter((s) => s.added && !rewrite.segment(s.type)), extra = added.length, h = elf.header, longest = h.phoff + (h.phnum + extra + 1) * h.phentsize;
  let segment: PhdrView | undefined, isOwn = false, emptied: PhdrView | undefined, found = 0;
  for (;;) {
    if (atEnd && !segment && regions.length > 0) isOwn = (segment = trailingSegment(rewrite)) !== undefined;
    if (regions.length > 0 && !segment) emptied = emptiedSegment(rewrite, regions);
    const count = extra + (regions.length > 0 && !segment && !emptied ? 1 : 0);
    if (count <= found) break;
    const blocks = entryRoom(rewrite, fit.space, count, regions, wanted);
    // A read-only .dynamic that makes room is overwritten, and a program may read its own: the last segment comes first then.
    if (!blocks || blocks.some((b) => b.name === ".dynamic")) {
      const last = atEnd && count > extra ? extensibleSegment(rewrite, regions) : undefined;
      if (last) {
        [segment, isOwn] = [last, false];
        continue;
      }
      if (!blocks) {
        lastResort(fit, regions, count - extra, added);
        continue;
      }
    }
    // A table that must leave for a program header may have had its place already.
    for (const block of blocks) if (!regions.includes(block) && !placeInHole(fit, block, regions, longest) && !fits(fit, block)) regions.push(block);
    found = count;
  }
  const unused = rewrite.segments.filter((s) => s.view.type === PT.NULL).length;
  return { regions, segment, isOwn, emptied, entries: Math.max(0, found - unused) };
}

const fits = (fit: Fit, r: Region): boolean => placeInSlack(fit, r) || (r.name === ".dynamic" && placeInFront(fit, r));

/** What to try for a region: all the bytes it should have, then as few as will do. */
const sizes = (r: Region): Region[] => (r.least === undefined || r.least === r.newSize ? [r] : [r, { ...r, newSize: r.least }]);

/**
 * Where nothing else has room, the first segment may grow although a debug file may exist. `NO_ROOM` where that does not help either.
 *
 * @param added program headers that the file shall get: while there are any, a region that made room for one cannot grow where it is
 */
function lastResort({ rewrite, space, growsFirst }: Fit, regions: Region[], segments: number, added: readonly SegmentWish[]): void {
  const fit: Fit = { rewrite, space, growsFirst: true };
  const left = growsFirst || segments === 0 ? regions : regions.filter((r) => !(added.length === 0 && placeInPlace(fit, r)) && !placeInSlack(fit, r));
  if (left.length > 0 || segments === 0) rewrite.noRoom(left.length > 0 ? left.map((r) => r.name).join(", ") : added.map((s) => segmentTypeName(s.type, rewrite.elf.header.machine)).join(", "));
  regions.length = 0;
  rewrite.notes.push({ note: "FIRST_SEGMENT", message: "the first segment had to grow, so elfutils takes wrong addresses from a debug file that was split off before" });
}

import type { Note } from "../../../error.js";
import type { SegmentWish } from "../../wish/wish.js";
import type { TablePlaces } from "../places.js";
import type { ProgramHeaders } from "../program-headers.js";
import { addSegment } from "./at-end.js";
import type { Placing } from "./place.js";

/** What placing leaves to the later phases. */
export interface AllPlaced {
  readonly places: TablePlaces;
  /** The program headers with their new entries. Those that lie over what moved do not follow yet. */
  readonly headers: ProgramHeaders;
  /** The end of the output so far. */
  readonly end: number;
  readonly notes: readonly Note[];
}

/**
 * Gives the tables that are left a new segment after everything else, and program headers the fields that edits want.
 * `INVARIANT`.
 *
 * @param end where what is in the output already ends
 */
export function placeNewSegment(
  { ground, homeless, emptied }: Placing,
  end: number,
  segments: readonly SegmentWish[],
): AllPlaced {
  const newEnd = homeless.length > 0 ? addSegment(ground, end, homeless, emptied) : end;

  const { headers, notes } = ground;
  for (const { type, fields, added } of segments) {
    const found = headers.ofType(type);
    for (const segment of found) Object.assign(segment, fields);
    if (found.length === 0 && added) Object.assign(headers.add(type), { ...added, ...fields });
  }
  ground.assertApart();

  return { places: ground, headers, end: newEnd, notes };
}

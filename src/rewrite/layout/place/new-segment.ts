import type { Note } from "../../../error.js";
import type { SegmentWish } from "../../wish/wish.js";
import type { TablePlaces } from "../places.js";
import type { ProgramHeaders } from "../program-headers.js";
import { addSegment } from "./at-end.js";
import type { Placing } from "./place.js";

/** What placing leaves to the phases behind it. */
export interface AllPlaced {
  readonly places: TablePlaces;
  /** The program headers with their new entries; those that lie over what moved do not follow yet. */
  readonly headers: ProgramHeaders;
  /** The end of the output so far. */
  readonly end: number;
  readonly notes: readonly Note[];
}

/**
 * The tables that are left get a new segment behind everything else, and program headers the fields that edits want
 * them to have. `INVARIANT`.
 *
 * @param end of what is in the output already
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
    if (found.length === 0 && added) Object.assign(headers.add(type), { ...added, ...fields });
    for (const s of found) Object.assign(s, fields);
  }

  ground.assertApart();
  return { places: ground, headers, end: newEnd, notes };
}

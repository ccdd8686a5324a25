import type { Note } from "../../../error.js";
import type { Range } from "../../../pieces/ranges.js";
import type { TableWrite } from "../../wish/dynamic-tables.js";
import type { Followers } from "../../wish/followers.js";
import type { Requests } from "../../wish/requests.js";
import type { TablePlaces } from "../places.js";
import type { ProgramHeaders } from "../program-headers.js";
import type { Shape } from "../shape.js";
import type { Tail } from "../tail/tail.js";
import { addCovers, trimCovers } from "./covers.js";
import { encodeDynamic } from "./dynamic.js";
import { Following } from "./following.js";
import { fixGot } from "./got.js";
import { dropNotes } from "./removed-notes.js";
import { addTables, dropRows } from "./row-changes.js";
import type { SectionRows } from "./section-rows.js";
import { fixSections, fixVersionSections, followPlacing } from "./sections.js";
import { fixSegments } from "./segments.js";
import { fixSymbols, followers, lastNamedSection } from "./symbols.js";

/** Everything that points somewhere, as it will be in the output. */
export interface Followed {
  readonly headers: ProgramHeaders;
  readonly rows: SectionRows;
  /** Single bytes that change, by their offsets in the input. */
  readonly pokes: readonly TableWrite[];
  /** Bytes that become zero: moved tables have left them, and no cover has them. */
  readonly cleared: readonly Range[];
  /** The dynamic section's bytes; undefined where they stay. */
  readonly dynamic: Uint8Array | undefined;
  /** Where symbols and sections are now, for tables that are written anew. */
  readonly followers: Followers;
  readonly notes: readonly Note[];
}

/** Makes program headers, section headers, dynamic tags and symbols follow what has got a new place. */
export function follow(
  places: TablePlaces,
  headers: ProgramHeaders,
  shape: Shape,
  requests: Requests,
  tail: Tail,
): Followed {
  const { elf } = places;
  const following = new Following(elf, headers);

  // Program headers, those of removed notes first.
  dropNotes(following, requests);
  fixSegments(following, places, tail.outputOf);

  // Section headers by the input's indexes; those of new tables stand after them.
  followPlacing(following, places);
  fixSections(following, places, requests, tail);
  fixVersionSections(following, requests);
  if (shape.addsRows) addTables(following, places, requests);
  coverOldBytes(following, places, shape);

  // What names sections and addresses: symbols first, then the section headers themselves, without those that go.
  fixSymbols(following, places, requests);
  const renumbered = dropRows(following, requests, lastFixedRow(places, shape, requests));
  fixGot(following, places);

  const { rows, pokes, cleared, notes } = following;
  return {
    headers,
    rows,
    pokes,
    cleared,
    notes,
    dynamic: encodeDynamic(places, requests),
    followers: followers(rows, places, renumbered),
  };
}

/** Gives what moved tables leave behind sections, so that strip keeps it. Those of earlier patches make room. */
function coverOldBytes(following: Following, places: TablePlaces, shape: Shape): void {
  trimCovers(following);
  if (shape.covers === "added") addCovers(following, places);
  if (shape.covers !== "impossible") return;

  const message =
    "bytes that moved tables left behind have no section, since the section header table keeps its place before the " +
    "overlay; strip would zero them";
  following.notes.push({ note: "UNCOVERED", message });
}

/**
 * Sections up to this index keep their indexes: all where the table stays, else those up to the last that loaded
 * symbols name.
 */
function lastFixedRow({ elf }: TablePlaces, shape: Shape, { dropped }: Requests): number {
  if (shape.sectionHeaders === "stays") return Infinity;
  return dropped.size > 0 ? lastNamedSection(elf, dropped) : 0;
}

import { readExactly } from "../../../codec/source.js";
import type { Note } from "../../../error.js";
import { fileRange } from "../../../image/headers/sections.js";
import { PT } from "../../../spec/constants.js";
import type { FileMap } from "../../../pieces/pieces.js";
import type { Placed } from "../../tables/table.js";
import type { Requests } from "../../wish/requests.js";
import type { Followed } from "../follow/follow.js";
import type { LayoutOptions } from "../options.js";
import { nameOf } from "../place/ground.js";
import type { TablePlaces } from "../places.js";
import type { Shape } from "../shape.js";
import type { Tail } from "../tail/tail.js";
import { writeHeaders } from "./headers.js";
import { writeOverlay } from "./overlay.js";
import { addSections } from "./sections.js";

/** What the earlier phases have decided. */
interface Decided {
  readonly shape: Shape;
  readonly requests: Requests;
  readonly options: LayoutOptions;
  readonly tail: Tail;
  /** The end of the output so far. */
  readonly end: number;
}

/** Writes all new bytes over what stays of the input. Returns the size of the output, and notes. */
export function writeOutput(
  map: FileMap,
  places: TablePlaces,
  followed: Followed,
  decided: Decided,
): { readonly size: number; readonly notes: readonly Note[] } {
  const { shape, requests, options, tail } = decided;

  writeContents(map, places, followed, requests, tail);
  writeTables(map, places, followed);
  writeSingleBytes(map, places, followed, requests, tail);

  let end = addSections(map, followed.rows, requests, decided.end);
  end = writeHeaders(map, places, followed, { shape, requests, end });
  const overlay = writeOverlay(map, places.elf, { shape, options, end });
  return { size: overlay.end, notes: [...overlay.notes, ...relroNotes(places, followed)] };
}

/** Writes the new bytes of sections that are not loaded, and zeros over loaded sections that go as a whole. */
function writeContents(
  map: FileMap,
  { elf }: TablePlaces,
  { followers }: Followed,
  { contents, zeroed }: Requests,
  { places }: Tail,
): void {
  for (const { sections, at, sizes, bytes } of contents.runs) {
    const all = bytes(followers);
    for (let i = 0; i < sections.length; i++) {
      map.write(places[sections[i]!]!, all, at[i]!, sizes[i]!);
    }
  }

  for (const index of zeroed) {
    const { offset, size } = fileRange(elf.sections[index]!, elf.source);
    map.write(offset, new Uint8Array(size));
  }
}

/** Writes every table at its place. */
function writeTables(map: FileMap, places: TablePlaces, { dynamic, cleared }: Followed): void {
  for (const { start, end } of cleared) map.write(start, new Uint8Array(end - start));
  for (const { offset, bytes } of places.marks) map.write(offset, bytes);
  for (const placed of places.placed) map.write(placed.offset, bytesOf(placed, places, dynamic));

  // A .dynamic that stays has addresses of what moved.
  const stays = places.placeOf("dynamic") === undefined;
  if (dynamic && stays) map.write(places.elf.dynamic!.offset, dynamic);
}

/** The bytes of a table: new ones, or those of the input. */
function bytesOf({ table, strategy, size }: Placed, { elf }: TablePlaces, dynamic: Uint8Array | undefined): Uint8Array {
  const { kind, was, bytes } = table;
  if (kind === "dynamic" && dynamic) return dynamic;
  if (!bytes) return readExactly(elf.source, was!.offset, was!.size, nameOf(table));

  // Where a table gets shorter in its place, zeros fill the rest.
  const spare = strategy === "in-place" && was ? was.size - size : 0;
  if (spare === 0) return bytes;

  const padded = new Uint8Array(bytes.length + spare);
  padded.set(bytes);
  return padded;
}

/** Writes single bytes, which follow the tables that they are in. */
function writeSingleBytes(
  map: FileMap,
  places: TablePlaces,
  { pokes }: Followed,
  { writes }: Requests,
  tail: Tail,
): void {
  for (const { offset, bytes } of [...writes, ...pokes]) {
    map.write(places.movedOffset(offset) ?? tail.outputOf(offset), bytes);
  }
}

/** A note where .dynamic had to leave PT_GNU_RELRO, which makes it read-only after start-up. */
function relroNotes(places: TablePlaces, { headers }: Followed): Note[] {
  const relro = headers.first(PT.GNU_RELRO);
  const isCovered = (address: bigint): boolean => {
    if (!relro) return false;

    const start = relro.exact("vaddr");
    return start <= address && address < start + relro.exact("memsz");
  };

  const move = places.moveOf("dynamic");
  const hasLeft = move && isCovered(move.was.address) && !isCovered(move.address);
  if (!hasLeft) return [];

  const message = ".dynamic had to move out of PT_GNU_RELRO, so it stays writable while the program runs";
  return [{ note: "LEFT_RELRO", message }];
}

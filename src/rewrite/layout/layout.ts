import { hex } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import type { Layout } from "../passes/pass.js";
import { FileMap } from "../../pieces/pieces.js";
import type { Placed } from "../tables/table.js";
import type { Requests } from "../wish/requests.js";
import { follow } from "./follow/follow.js";
import { assertSectionsCut, assertSegmentsWhole, brokenSectionsNote, safeOverlayChoice } from "./damage.js";
import type { LayoutOptions } from "./options.js";
import { placeNewSegment } from "./place/new-segment.js";
import { placeTables } from "./place/place.js";
import { nameOf } from "./place/ground.js";
import type { Placement } from "./placement.js";
import { decideShape, keepsOverlay } from "./shape.js";
import { layTail } from "./tail/lay-tail.js";
import { writeOutput } from "./write/write.js";

/**
 * Gives everything that the requests ask for a place, in one pass, and makes every pointer follow. Each phase reads
 * what the earlier ones have found, and changes nothing of it. `NO_ROOM`, `OVERLAY`, `TRUNCATED`, `UNSAFE_INTEGER`,
 * `UNSUPPORTED`.
 */
export function layOut(elf: ElfFile, requests: Requests, given: LayoutOptions): Layout {
  const overlay = requests.dropsHeaders ? given.overlay : safeOverlayChoice(elf, given.overlay);
  const options = { ...given, overlay };

  const fits = requests.tables.every((t) => t.was && t.size <= t.was.size);
  if (!fits) assertSegmentsWhole(elf);

  // Every table finds a place, but for those that want a new segment. Program headers and free bytes are taken.
  const placing = placeTables(elf, requests, !keepsOverlay(elf, options));

  // What becomes of the rest of the file follows from that. It is decided once.
  const shape = decideShape(elf, requests, options, placing);
  if (shape.unloaded !== "stays") assertSegmentsWhole(elf);

  // What is not loaded stays, or closes up. From now on every byte of the input has its place in the output.
  const map = new FileMap(elf.source);
  const tail = layTail(map, elf, requests, options, { shape, grownTo: placing.grownTo });

  // A new segment stands after the tail.
  const { places, headers, end, notes: placingNotes } = placeNewSegment(placing, tail.end, requests.segments);

  // Every pointer follows: program headers, section headers, dynamic tags, symbols.
  const followed = follow(places, headers, shape, requests, tail);

  // All bytes are known now. They are written over what the input has.
  const { size, notes } = writeOutput(map, places, followed, { shape, requests, options, tail, end });
  assertSectionsCut(elf, followed.rows, size);
  const broken = elf.header.brokenSections === null ? [] : [brokenSectionsNote(elf)];

  return {
    size,
    pieces: map.finish(size),
    placements: places.placed.map(reported),
    notes: [...placingNotes, ...followed.notes, ...notes, ...broken],
  };
}

function reported({ table, strategy, offset, address, size, why }: Placed): Placement {
  const isSafe = address <= Number.MAX_SAFE_INTEGER;
  const shown = isSafe ? Number(address) : hex(address);
  return { region: nameOf(table), strategy, offset, address: shown, size, why };
}

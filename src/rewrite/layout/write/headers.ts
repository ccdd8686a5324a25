import type { EhdrView } from "../../../codec/records.js";
import { readExactly } from "../../../codec/source.js";
import { fail } from "../../../error.js";
import { IDENT, headerSize, headerView } from "../../../image/headers/header.js";
import { PN_XNUM } from "../../../spec/constants.js";
import type { FileMap } from "../../../pieces/pieces.js";
import type { Requests } from "../../wish/requests.js";
import type { Followed } from "../follow/follow.js";
import { assertTableCut } from "../damage.js";
import type { TablePlaces } from "../places.js";
import type { Shape } from "../shape.js";
import { appendNames, extendedNumbers } from "./sections.js";

/** What the earlier phases have decided. */
interface Decided {
  readonly shape: Shape;
  readonly requests: Requests;
  /** The end of the output so far. */
  readonly end: number;
}

/** Writes the program header table, the section header table and the ELF header. Returns the new end of the output. */
export function writeHeaders(
  map: FileMap,
  { elf }: TablePlaces,
  followed: Followed,
  { shape, requests, end }: Decided,
): number {
  const { headers, rows } = followed;
  const h = elf.header;
  const bytes = readExactly(elf.source, 0, headerSize(h), "the ELF header").slice();
  const header = headerView(bytes, h);

  if (headers.count !== h.phnum) setSegmentCount(header, followed, shape);
  map.write(h.phoff, headers.bytes());

  let newEnd = end;
  let newShoff = h.shoff;
  if (shape.sectionHeaders === "moves" && h.shnum > 0) {
    newShoff = appendNames(map, elf, rows, requests, end);
    newEnd = newShoff + rows.length * h.shentsize;
    header.shoff = newShoff;
  }

  if (shape.sectionHeaders === "goes") {
    Object.assign(header, { shoff: 0, shnum: 0, shstrndx: 0 });
  } else {
    // Where the table stays and keeps its length, the ELF header's numbers of it stay too.
    const changesLength = shape.sectionHeaders === "moves" || requests.dropped.size > 0;
    if (changesLength) Object.assign(header, extendedNumbers(rows));
    if (rows.length > 0) map.write(newShoff, rows.bytes());
    assertTableCut(elf, header.shnum, newEnd);
  }

  for (const field of Object.keys(IDENT) as (keyof typeof IDENT)[]) {
    bytes[IDENT[field]] = requests.header[field] ?? h[field];
  }
  map.write(0, bytes);
  return newEnd;
}

/** Sets the number of program headers; section header 0 holds a large one (gABI, "ELF Header"). */
function setSegmentCount(header: EhdrView, { headers, rows }: Followed, shape: Shape): void {
  if (header.phnum !== PN_XNUM) {
    header.phnum = headers.count;
    return;
  }

  const hasRows = rows.length > 0 && shape.sectionHeaders !== "goes";
  if (!hasRows) {
    fail("UNSUPPORTED", "e_phnum is PN_XNUM, but there is no section header 0 to hold the new number", {
      what: "PN_XNUM without section headers",
    });
  }
  rows.view(0).info = headers.count;
}

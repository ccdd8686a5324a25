import { readExactly } from "../../../codec/source.js";
import { fail } from "../../../error.js";
import { IDENT, headerSize, headerView } from "../../../image/headers/header.js";
import { PN_XNUM } from "../../../spec/constants.js";
import type { FileMap } from "../../../pieces/pieces.js";
import type { Requests } from "../../wish/requests.js";
import type { Followed } from "../follow/follow.js";
import type { TablePlaces } from "../places.js";
import type { Shape } from "../shape.js";
import { appendNames, extendedNumbers } from "./sections.js";

interface Decided {
  readonly shape: Shape;
  readonly requests: Requests;
  readonly end: number;
}

/** The program header table, the section header table and the ELF header. Returns the end of the output so far. */
export function writeHeaders(
  map: FileMap,
  { elf }: TablePlaces,
  { headers, rows }: Followed,
  { shape, requests, end }: Decided,
): number {
  const h = elf.header;
  const bytes = readExactly(elf.source, 0, headerSize(h), "the ELF header").slice();
  const header = headerView(bytes, h);

  if (headers.count !== h.phnum) {
    const zero = rows.length > 0 && shape.sectionHeaders !== "goes" ? rows.view(0) : undefined;
    if (header.phnum !== PN_XNUM) {
      header.phnum = headers.count;
    } else if (zero) {
      zero.info = headers.count;
    } else {
      fail("UNSUPPORTED", "e_phnum is PN_XNUM, but there is no section header 0 to hold the new number", {
        what: "PN_XNUM without section headers",
      });
    }
  }
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
    // A table that stays and keeps its length keeps the numbers that the ELF header has of it.
    const changesLength = shape.sectionHeaders === "moves" || requests.dropped.size > 0;
    if (changesLength) Object.assign(header, extendedNumbers(rows));
    map.write(newShoff, rows.bytes());
  }

  for (const field of Object.keys(IDENT) as (keyof typeof IDENT)[]) {
    bytes[IDENT[field]] = requests.header[field] ?? h[field];
  }
  map.write(0, bytes);
  return newEnd;
}

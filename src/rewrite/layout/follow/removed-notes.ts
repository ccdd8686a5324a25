import { alignUp, concat, numberBytes } from "../../../codec/bytes.js";
import { Nhdr, type PhdrView } from "../../../codec/records.js";
import type { Header, Section } from "../../../image/elf.js";
import { fileRange, isPlaced } from "../../../image/headers/sections.js";
import { PT, SHT } from "../../../spec/constants.js";
import type { Requests } from "../../wish/requests.js";
import type { Following } from "./following.js";

/**
 * Program headers of notes whose section was removed. One that has no other note becomes PT_NULL. One that has others
 * gives up its beginning or its end. In the middle of others the bytes stay as they are, or become one note without an
 * owner where they are to be zeroed.
 */
export function dropNotes(following: Following, { dropped, zeroed }: Requests): void {
  const { elf, headers } = following;

  for (const index of dropped) {
    const section = elf.sections[index]!;
    if (section.header.type !== SHT.NOTE || !isPlaced(elf, section)) continue;

    for (const segment of headers.all()) {
      const holdsNotes = segment.type === PT.NOTE || segment.type === PT.GNU_PROPERTY;
      if (holdsNotes) dropFrom(following, segment, section, zeroed.has(index));
    }
  }
}

/** Takes a section out of a segment of notes. */
function dropFrom(following: Following, segment: PhdrView, section: Section, isZeroed: boolean): void {
  const { elf, headers } = following;
  const { offset, size } = fileRange(section, elf.source);
  const end = offset + size;
  const segmentEnd = segment.offset + segment.filesz;
  if (offset < segment.offset || end > segmentEnd || size === 0) return;

  const isFirst = segment.offset === offset;
  const isLast = end === segmentEnd;
  if (isFirst && isLast) headers.clear(segment);
  else if (isFirst) cutStart(segment, alignUp(end, Math.max(4, segment.align)) - offset);
  else if (isLast) resize(segment, offset - segment.offset);
  else if (isZeroed) following.poke(offset, emptyNote(elf.header, size));
}

function cutStart(segment: PhdrView, by: number): void {
  segment.offset += by;
  segment.setExact("vaddr", segment.exact("vaddr") + BigInt(by));
  segment.setExact("paddr", segment.exact("paddr") + BigInt(by));
  resize(segment, segment.filesz - by);
}

function resize(segment: PhdrView, size: number): void {
  segment.filesz = size;
  segment.memsz = size;
}

/** One note without an owner, which takes all these bytes: n_namesz 0, n_descsz the rest, n_type 0. */
function emptyNote(header: Header, size: number): Uint8Array {
  const namesz = new Uint8Array(4);
  const descsz = numberBytes(Math.max(0, size - Nhdr.size(header.class)), 4, header.littleEndian);
  const rest = new Uint8Array(Math.max(0, size - 8));
  return concat([namesz, descsz, rest]);
}

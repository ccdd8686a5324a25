import { alignUp, concat, numberBytes } from "../../../codec/bytes.js";
import { Nhdr, type PhdrView } from "../../../codec/records.js";
import type { Header, Section } from "../../../image/elf.js";
import { fileRange, isPlaced } from "../../../image/headers/sections.js";
import { PT, SHT } from "../../../spec/constants.js";
import type { Requests } from "../../wish/requests.js";
import type { Following } from "./following.js";

/**
 * Program headers of notes whose section was removed: one that has no other note is PT_NULL from now on, one that has
 * gives up its beginning or its end. In the middle of others the bytes stay as they are, or become one note without an
 * owner.
 */
export function dropNotes(following: Following, { dropped, zeroed }: Requests): void {
  const { elf, headers } = following;
  for (const index of dropped) {
    const s = elf.sections[index]!;
    if (s.header.type !== SHT.NOTE || !isPlaced(elf, s)) continue;
    for (const h of headers.all()) {
      if (h.type === PT.NOTE || h.type === PT.GNU_PROPERTY) shrink(following, h, s, zeroed.has(index));
    }
  }
}

function shrink(following: Following, view: PhdrView, s: Section, isZeroed: boolean): void {
  const { offset, size } = fileRange(s, following.elf.source);
  const end = offset + size;
  const segmentEnd = view.offset + view.filesz;
  if (offset < view.offset || end > segmentEnd || size === 0) return;

  const isFirst = view.offset === offset;
  const isLast = end === segmentEnd;
  if (isFirst && isLast) following.headers.clear(view);
  else if (isFirst) cutStart(view, alignUp(end, Math.max(4, view.align)) - offset);
  else if (isLast) view.filesz = view.memsz = offset - view.offset;
  else if (isZeroed) following.poke(offset, emptyNote(following.elf.header, size));
}

function cutStart(view: PhdrView, by: number): void {
  view.offset += by;
  view.setExact("vaddr", view.exact("vaddr") + BigInt(by));
  view.setExact("paddr", view.exact("paddr") + BigInt(by));
  view.filesz = view.memsz = view.filesz - by;
}

/** One note without an owner over all these bytes. */
function emptyNote(h: Header, size: number): Uint8Array {
  const head = Nhdr.size(h.class);
  const descsz = numberBytes(Math.max(0, size - head), 4, h.littleEndian);
  return concat([new Uint8Array(4), descsz, new Uint8Array(Math.max(0, size - 8))]);
}

import { alignUp, concat, numberBytes } from "../../../codec/bytes.js";
import { Nhdr, type PhdrView } from "../../../codec/records.js";
import { fileRange, isPlaced } from "../../../image/headers/sections.js";
import type { Section } from "../../../image/elf.js";
import type { Requests } from "../../wish/requests.js";
import { PT, SHT } from "../../../spec/constants.js";
import type { Rewrite } from "../rewrite.js";

/**
 * Program headers of notes whose section was removed: one that has no other note is PT_NULL from now on, one that has gives up its beginning or
 * its end. In the middle of others the bytes stay as they are, or become one note without an owner.
 */
export function dropNotes(rewrite: Rewrite, { dropped, zeroed }: Requests): void {
  const { elf } = rewrite;
  for (const index of dropped) {
    const s = elf.sections[index]!;
    if (s.header.type !== SHT.NOTE || !isPlaced(elf, s)) continue;
    for (const row of rewrite.segments) if (row.view.type === PT.NOTE || row.view.type === PT.GNU_PROPERTY) shrink(rewrite, row, s, zeroed.has(index));
  }
}

function shrink(rewrite: Rewrite, { bytes, view }: { readonly bytes: Uint8Array; readonly view: PhdrView }, s: Section, isZeroed: boolean): void {
  const { offset, size } = fileRange(s, rewrite.elf.source), end = offset + size, segmentEnd = view.offset + view.filesz;
  if (offset < view.offset || end > segmentEnd || size === 0) return;
  if (view.offset === offset && end === segmentEnd) bytes.fill(0);
  else if (view.offset === offset) {
    const by = alignUp(end, Math.max(4, view.align)) - offset;
    view.offset += by;
    view.setExact("vaddr", view.exact("vaddr") + BigInt(by));
    view.setExact("paddr", view.exact("paddr") + BigInt(by));
    view.filesz = view.memsz = view.filesz - by;
  } else if (end === segmentEnd) view.filesz = view.memsz = offset - view.offset;
  else if (isZeroed) rewrite.poke(offset, emptyNote(rewrite, size));
}

/** One note without an owner over all these bytes. */
function emptyNote({ elf: { header: h } }: Rewrite, size: number): Uint8Array {
  const head = Nhdr.size(h.class);
  return concat([new Uint8Array(4), numberBytes(Math.max(0, size - head), 4, h.littleEndian), new Uint8Array(Math.max(0, size - 8))]);
}

import { bytesSource, chunks } from "../../codec/source.js";
import type { ByteSource } from "../../codec/source.js";
import { hex, isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { diffElf } from "../../report/diff.js";
import { formatChanges } from "../../report/text/changes.js";
import { SHT } from "../../spec/constants.js";
import { type ElfSubject, judge, otherFile, type Verdict } from "./verdict.js";

/** The offset of the first byte that differs; undefined where both are the same. */
export function firstDifference(a: ByteSource, b: ByteSource): number | undefined {
  const size = Math.min(a.size, b.size);
  let at = 0;
  const others = chunks(b, 0, size, "the other file");
  for (const bytes of chunks(a, 0, size, "the file")) {
    const other = others.next().value as Uint8Array;
    const i = bytes.findIndex((byte, j) => byte !== other[j]);
    if (i >= 0) return at + i;
    at += bytes.length;
  }
  return a.size === b.size ? undefined : size;
}

const byteAt = (source: ByteSource, offset: number): string =>
  offset < source.size ? hex(source.read(offset, 1)[0]!) : "the end of the file";

/** Where an offset is, in words. */
function placeOf(elf: ElfFile, offset: number): string {
  const section = elf.sections.find(({ header: h }) => {
    const isInFile = h.type !== SHT.NOBITS && h.type !== SHT.NULL;
    return isInFile && h.near("offset") <= offset && offset < h.near("offset") + h.near("size");
  });
  return section
    ? `${section.name}+${hex(offset - section.header.near("offset"))}, offset ${hex(offset)}`
    : `offset ${hex(offset)}`;
}

/** What differs, a line each: in ELF terms where that says it, else the first byte. Nothing where nothing does. */
export function differencesBetween(expected: ElfFile, found: ElfFile): string[] {
  const at = firstDifference(expected.source, found.source);
  if (at === undefined) return [];

  const first = `first byte at ${placeOf(found, at)}: ${byteAt(expected.source, at)} -> ${byteAt(found.source, at)}`;
  for (const layout of [false, true]) {
    // The size follows from what else differs.
    const changes = diffElf(expected, found, { layout }).filter((change) => change.at !== "size");
    const lines = formatChanges(changes).trimEnd().split("\n");
    if (changes.length > 0) return [...lines.map((line) => line.trim()).slice(0, 4), first];
  }
  return [first];
}

/** {@link differencesBetween} for bytes that may be no ELF files. */
export function differencesOfBytes(expected: Uint8Array, found: Uint8Array): string[] {
  try {
    return differencesBetween(readElf(expected), readElf(found));
  } catch (e) {
    if (!isElfError(e)) throw e;
    const [a, b] = [bytesSource(expected), bytesSource(found)];
    const at = firstDifference(a, b);
    return at === undefined ? [] : [`first byte at offset ${hex(at)}: ${byteAt(a, at)} -> ${byteAt(b, at)}`];
  }
}

/** Is it the other file, byte by byte? The message tells the difference in ELF terms. */
export function toEqualElf(subject: ElfSubject, expected: ElfSubject): Verdict {
  const question = {
    to: "equal the other file",
    table: "all bytes",
    expected: "no difference",
    unexpected: "a difference",
  };
  return judge(subject, question, (elf) => {
    const found = differencesBetween(otherFile(expected, "the other file"), elf);
    return { pass: found.length === 0, found: found.length > 0 ? found : [`the same ${elf.source.size} bytes`] };
  });
}

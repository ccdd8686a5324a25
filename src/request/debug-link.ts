import { alignUp, cString, equalBytes, numberBytes } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { fileRange } from "../image/headers/sections.js";
import { SHT } from "../spec/constants.js";
import type { AddDebugLink, StripEdit } from "../strip/edits.js";
import { oneContent } from "../rewrite/wish/contents.js";
import type { Requests } from "../rewrite/wish/requests.js";

const NAME = ".gnu_debuglink";

/** .gnu_debuglink (gdb's manual, "Separate Debug Files"): the file's name, NUL up to a multiple of four bytes, its CRC-32 in the file's own byte order. */
function linkBytes({ file, crc }: AddDebugLink, littleEndian: boolean): Uint8Array {
  const name = cString(file, "addDebugLink"), at = alignUp(name.length, 4), bytes = new Uint8Array(at + 4);
  bytes.set(name);
  bytes.set(numberBytes(crc, 4, littleEndian), at);
  return bytes;
}

/** The section as it shall be, new or in the place of one that is there. */
export function debugLink(elf: ElfFile, edits: readonly StripEdit[], { contents, dropped }: Pick<Requests, "contents" | "dropped">): Pick<Requests, "contents" | "newSections"> {
  const links = edits.filter((e) => e.edit === "addDebugLink"), link = links[0];
  if (!link) return { contents, newSections: [] };
  if (links.some((l) => l.file !== link.file || l.crc !== link.crc)) fail("BAD_EDIT", "addDebugLink: a file has one separate debug file, and two are given", { edit: "addDebugLink" });
  if (elf.header.shnum === 0) fail("UNSUPPORTED", "addDebugLink: the file has no section headers, so it cannot say where its debug file is", { what: "a file without section headers" });
  const bytes = linkBytes(link, elf.header.littleEndian), section = elf.sections.find((s) => s.name === NAME && !dropped.has(s.index));
  if (!section) return { contents, newSections: [{ name: NAME, type: SHT.PROGBITS, align: 4, bytes }] };
  const { offset, size } = fileRange(section, elf.source);
  if (equalBytes(readExactly(elf.source, offset, size, NAME), bytes)) return { contents, newSections: [] };
  contents.add(oneContent(section.index, bytes.length, () => bytes));
  return { contents, newSections: [] };
}

import type { ElfFile } from "../image/elf.js";
import { StringTable } from "../image/strings.js";
import { hex } from "../error.js";
import { SHT } from "../spec/constants.js";
import { compare, range, sectionExtents, sectionLabel } from "./extents.js";
import type { Rule } from "./rule.js";

/** The section name table as far as the file holds it. */
function names(elf: ElfFile): StringTable | undefined {
  const h = elf.sections[elf.header.shstrndx]?.header;
  if (!h || h.type === SHT.NULL || h.type === SHT.NOBITS || h.exact("offset") >= BigInt(elf.source.size)) return undefined;
  return new StringTable(elf.source, h.offset, Number(h.exact("size")));
}

/** The section header table by itself. These hold for files of every type. */
export const sectionRules: readonly Rule[] = [
  {
    id: "section-in-file", severity: "error", sentence: "The bytes of every section lie within the file.",
    *test(elf) {
      for (const s of sectionExtents(elf))
        if (s.filesz > 0n && s.offset + s.filesz > BigInt(elf.source.size))
          yield { message: `its bytes ${range(s.offset, s.filesz)} reach past the end of the file (${hex(elf.source.size)})`, at: s.at };
    },
  },
  {
    id: "section-overlap", severity: "warning", sentence: "No two sections take the same bytes of the file.",
    *test(elf) {
      const sorted = sectionExtents(elf).filter((s) => s.filesz > 0n).sort((a, b) => compare(a.offset, b.offset));
      let below = sorted[0];
      for (const s of sorted.slice(1)) {
        if (s.offset < below!.offset + below!.filesz) yield { message: `its bytes ${range(s.offset, s.filesz)} overlap those of ${below!.at} (${range(below!.offset, below!.filesz)})`, at: s.at };
        if (s.offset + s.filesz > below!.offset + below!.filesz) below = s;
      }
    },
  },
  {
    id: "section-link", severity: "error", sentence: "sh_link of every section is the index of a section.",
    *test(elf) {
      for (const s of elf.sections)
        // Section header 0 holds e_shstrndx there, where that is too large for the ELF header.
        if (s.index > 0 && s.header.link >= elf.sections.length) yield { message: `sh_link is ${s.header.link}, the file has ${elf.sections.length} section headers`, at: sectionLabel(s) };
    },
  },
  {
    id: "section-name", severity: "warning", sentence: "sh_name of every section leads to a string in the section name table.",
    *test(elf) {
      const { shstrndx } = elf.header, table = names(elf);
      if (shstrndx !== 0 && !table) yield { message: `e_shstrndx ${shstrndx} is no string table in the file`, at: "file" };
      if (!table) return;
      const terminated = table.load().lastIndexOf(0);
      for (const { index, header: h } of elf.sections)
        if (h.name > terminated && h.type !== SHT.NULL) yield { message: `sh_name ${hex(h.name)} lies outside the section name table (${hex(table.size)} bytes)`, at: `section [${index}]` };
    },
  },
];

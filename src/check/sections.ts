import type { ElfFile } from "../image/elf.js";
import { once } from "../image/once.js";
import type { Section } from "../image/sections.js";
import { StringTable } from "../image/strings.js";
import { hex } from "../error.js";
import { SHT } from "../spec/constants.js";
import { range, sectionExtents, sectionLabel } from "./extents.js";
import type { Rule } from "./rule.js";

/** The section name table as far as the file holds it. */
function names(elf: ElfFile): StringTable | undefined {
  const h = elf.sections[elf.header.shstrndx]?.header;
  if (!h || h.type === SHT.NULL || h.type === SHT.NOBITS || h.exact("offset") >= BigInt(elf.source.size)) return undefined;
  return new StringTable(elf.source, h.offset, Number(h.exact("size")));
}

/** Sections that take bytes of the file. */
const withBytes = /* @__PURE__ */ once((elf): readonly Section[] => elf.sections.filter(({ header: h }) => h.type !== SHT.NULL && h.type !== SHT.NOBITS && h.near("size") > 0));

/** The section header table by itself. These hold for files of every type. */
export const sectionRules: readonly Rule[] = [
  {
    id: "section-in-file", severity: "error", sentence: "The bytes of every section lie within the file.",
    *test(elf) {
      for (const { index, header: h } of withBytes(elf)) {
        if (h.near("offset") + h.near("size") <= elf.source.size) continue;
        const s = sectionExtents(elf)[index]!;
        yield { message: `its bytes ${range(s.offset, s.filesz)} reach past the end of the file (${hex(elf.source.size)})`, at: s.at };
      }
    },
  },
  {
    id: "section-overlap", severity: "warning", sentence: "No two sections take the same bytes of the file.",
    *test(elf) {
      const sorted = [...withBytes(elf)].sort((a, b) => a.header.near("offset") - b.header.near("offset")), extentOf = (s: Section) => sectionExtents(elf)[s.index]!;
      let below = sorted[0], end = 0;
      for (const s of sorted) {
        const start = s.header.near("offset");
        if (start < end) {
          const over = extentOf(s), under = extentOf(below!);
          yield { message: `its bytes ${range(over.offset, over.filesz)} overlap those of ${under.at} (${range(under.offset, under.filesz)})`, at: over.at };
        }
        if (start + s.header.near("size") <= end) continue;
        below = s;
        end = start + s.header.near("size");
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

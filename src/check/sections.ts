import type { ElfFile } from "../image/elf.js";
import { sectionColumns, sectionsByOffset } from "../image/headers/section-columns.js";
import { sectionNameTable } from "../image/headers/section-names.js";
import { isCutAt, sectionAt } from "../image/headers/sections.js";
import { hex } from "../error.js";
import { SHT } from "../spec/constants.js";
import { range, SectionExtent, sectionLabel } from "./extents.js";
import type { CheckRule } from "./rule.js";

const extentAt = (elf: ElfFile, index: number): SectionExtent => new SectionExtent(sectionAt(elf, index));

/** The section header table by itself. These rules hold for files of every type. */
export const sectionRules: readonly CheckRule[] = [
  {
    id: "section-in-file",
    severity: "error",
    sentence: "The bytes of every section lie within the file.",
    *test(elf) {
      const columns = sectionColumns(elf);
      for (let i = 0; i < columns.count; i++) {
        if (!isCutAt(columns, i, elf.source.size)) continue;

        const section = extentAt(elf, i);
        const bytes = range(section.offset, section.filesz);
        yield {
          message: `its bytes ${bytes} reach past the end of the file (${hex(elf.source.size)})`,
          at: section.at,
        };
      }
    },
  },
  {
    id: "section-overlap",
    severity: "warning",
    sentence: "No two sections take the same bytes of the file.",
    *test(elf) {
      const { offset, fileSize } = sectionColumns(elf);
      // The section that reaches farthest so far.
      let farthest = -1;
      let end = 0;
      for (const i of sectionsByOffset(elf)) {
        if (fileSize[i] === 0) continue;

        const start = offset[i]!;
        if (start < end) {
          const section = extentAt(elf, i);
          const other = extentAt(elf, farthest);
          yield {
            message:
              `its bytes ${range(section.offset, section.filesz)} ` +
              `overlap those of ${other.at} (${range(other.offset, other.filesz)})`,
            at: section.at,
          };
        }

        if (start + fileSize[i]! <= end) continue;

        farthest = i;
        end = start + fileSize[i]!;
      }
    },
  },
  {
    id: "section-link",
    severity: "error",
    sentence: "sh_link of every section is the index of a section.",
    *test(elf) {
      const { count, link } = sectionColumns(elf);
      // sh_link of section header 0 is e_shstrndx, where that is too large for the ELF header.
      for (let i = 1; i < count; i++) {
        if (link[i]! < count) continue;
        yield {
          message: `sh_link is ${link[i]}, the file has ${count} section headers`,
          at: sectionLabel(sectionAt(elf, i)),
        };
      }
    },
  },
  {
    id: "section-name",
    severity: "warning",
    sentence: "sh_name of every section leads to a string in the section name table.",
    *test(elf) {
      const { shstrndx } = elf.header;
      const table = sectionNameTable(elf);
      if (shstrndx !== 0 && !table) {
        yield { message: `e_shstrndx ${shstrndx} is no string table in the file`, at: "file" };
      }
      if (!table) return;

      const lastNul = table.load().lastIndexOf(0);
      const { count, type, name } = sectionColumns(elf);
      for (let i = 0; i < count; i++) {
        if (name[i]! <= lastNul || type[i] === SHT.NULL) continue;
        yield {
          message: `sh_name ${hex(name[i]!)} lies outside the section name table (${hex(table.size)} bytes)`,
          at: `section [${i}]`,
        };
      }
    },
  },
];

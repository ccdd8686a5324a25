import { hangingEntries } from "../image/dynamic/hanging.js";
import { sectionColumns } from "../image/headers/section-columns.js";
import { hex } from "../error.js";
import { SHT } from "../spec/constants.js";
import type { CheckRule } from "./rule.js";

/** What tools left behind, and no edit can: in files of every type. */
export const damageRules: readonly CheckRule[] = [
  {
    id: "section-table",
    severity: "error",
    sentence:
      "Where e_shoff says that there is a section header table, there is one: " +
      "GNU strip, objcopy, gdb and bionic refuse the file otherwise; other loaders do not look.",
    *test({ header: { brokenSections } }) {
      if (brokenSections !== null) yield { message: brokenSections, at: "section header table" };
    },
  },
  {
    id: "section-zero",
    severity: "warning",
    sentence: "Section header 0 is SHT_NULL: it describes no section.",
    *test(elf) {
      const type = sectionColumns(elf).type[0] ?? SHT.NULL;
      if (type !== SHT.NULL) yield { message: `its sh_type is ${hex(type)}`, at: "section header 0" };
    },
  },
];

/** The same, in what is loaded. */
export const loadedDamageRules: readonly CheckRule[] = [
  {
    id: "dynamic-hanging",
    severity: "warning",
    sentence:
      "What the dynamic section leads to lies in the file bytes of a PT_LOAD, not behind p_filesz in its last page: " +
      "loaders map whole pages, but GNU strip cuts them.",
    *test(elf) {
      for (const { entry } of hangingEntries(elf)) {
        yield { message: `its address ${hex(entry.value)} lies behind the file bytes of its PT_LOAD`, at: entry.name };
      }
    },
  },
];

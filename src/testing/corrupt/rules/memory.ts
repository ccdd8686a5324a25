import { ET, SHF, SHT } from "../../../spec/constants.js";
import { DT } from "../../../spec/dynamic.js";
import { freeAddress } from "../added-load.js";
import { raise, wanted } from "../faulty-file.js";
import type { RuleRecipe } from "../recipe.js";
import { newEntry } from "./dynamic.js";

const ENTRY = "a dynamic section with an unused entry, or one that it can spare (DT_DEBUG …)";

/** What is loaded and where it begins. */
export const memoryRecipes = /* @__PURE__ */ (() =>
  ({
    "section-mapped": {
      needs: "a PT_LOAD and section headers",
      *ways(file) {
        for (const i of file.spareSections) {
          yield (f) => f.reuseSection(i, { type: SHT.PROGBITS, flags: SHF.ALLOC, addr: freeAddress(f) });
        }
        for (const i of file.loadedSections) yield (f) => f.section(i).setExact("addr", freeAddress(f));
      },
    },
    "nobits-zero": {
      needs: "a PT_LOAD with a section of bytes that are not all zero",
      *ways(file) {
        for (const i of [...file.loads].reverse()) {
          yield (f) => f.segment(i).setExact("filesz", f.segment(i).exact("memsz"));
        }
        for (const i of file.loadedSections) yield (f) => (f.section(i).type = SHT.NOBITS);
      },
    },
    "entry-executable": {
      needs: "a program: no library, and no machine on which e_entry is the address of a function descriptor",
      *ways(file) {
        yield (f) => f.header.setExact("entry", freeAddress(f));
        for (const i of [...file.loads].reverse()) {
          yield (f) => f.header.setExact("entry", f.segment(wanted(i)).exact("vaddr"));
        }
        if (file.elf.header.type === ET.EXEC) yield (f) => f.header.setExact("entry", 0n);
      },
    },
    "relocation-size": {
      needs: `relocations, or ${ENTRY}`,
      *ways(file) {
        for (const tag of [DT.RELASZ, DT.RELSZ, DT.PLTRELSZ, DT.RELRSZ]) yield (f) => raise(f.entry(tag), "val", 1);
        for (const tag of [DT.RELAENT, DT.RELENT]) yield (f) => raise(f.entry(tag), "val", 4);
        yield* newEntry(file, DT.RELRENT, () => 3n);
      },
    },
    "entry-size": {
      needs: "a dynamic section with a DT_SYMENT or an array of functions",
      *ways() {
        for (const tag of [DT.INIT_ARRAYSZ, DT.FINI_ARRAYSZ, DT.PREINIT_ARRAYSZ]) {
          yield (f) => raise(f.entry(tag), "val", -1);
        }
        yield (f) => raise(f.entry(DT.SYMENT), "val", 8);
      },
    },
  }) as const satisfies Record<string, RuleRecipe>)();

import { ET, PT } from "../../../spec/constants.js";
import { addLoad, memoryEnd } from "../added-load.js";
import { raise, wanted } from "../faulty-file.js";
import type { RuleRecipe } from "../recipe.js";
import { loadRecipes } from "./loads.js";

/** Bytes of the pages that the kinds on pages are about: those of Android. */
export const FAULTY_PAGE = 0x4000;

const FIT = "a program or library whose PT_LOADs are fit for pages of 16 KiB (p_align)";

/** What `pageFitness` asks, for pages of {@link FAULTY_PAGE}. */
export const pageRecipes = /* @__PURE__ */ (() =>
  ({
    "page-align": {
      needs: FIT,
      *ways(file) {
        for (const i of [...file.loads].reverse()) yield (f) => (f.segment(i).align = FAULTY_PAGE / 4);
      },
    },
    "page-congruent": {
      needs: `${FIT}, and what load-congruent needs`,
      *ways(file) {
        yield* loadRecipes["load-congruent"].ways(file);
        yield (f) => addLoad(f, { vaddr: memoryEnd(f) + 0x20000n, offset: 8, memsz: 16, align: FAULTY_PAGE });
      },
      companions: [
        {
          rule: "load-congruent",
          why: "where p_align is a page or more, what is not congruent modulo the page is not congruent modulo it",
        },
      ],
    },
    "page-shared": {
      needs: `${FIT}, and a program header that it can spare (PT_NULL, PT_GNU_STACK, PT_NOTE …)`,
      *ways() {
        for (const pages of [1n, 2n, 3n]) {
          yield (f) => {
            const end = memoryEnd(f);
            addLoad(f, { vaddr: end - (end % 0x1000n) + pages * 0x1000n, memsz: 16, align: FAULTY_PAGE });
          };
        }
      },
      companions: [
        {
          rule: "load-largest-page",
          why: "a p_align of such a page says that systems for the file may use it, so that check asks for it, too",
        },
      ],
    },
    "page-zero": {
      needs: `${FIT}, the first of them at address 0 (e_type becomes ET_EXEC); or a static program`,
      *ways() {
        yield (f) => {
          f.header.type = ET.EXEC;
        };
        yield (f) => {
          const first = f.segment(wanted(f.loads[0])).exact("vaddr");
          if (first > BigInt(FAULTY_PAGE)) addLoad(f, { vaddr: 0n, memsz: 16, align: FAULTY_PAGE, first: true });
        };
      },
    },
    "page-relro": {
      needs: "a PT_GNU_RELRO that ends with a page of 16 KiB",
      *ways() {
        for (const by of [-1, -8, 1, 8]) {
          yield (f) => {
            raise(f.only(PT.GNU_RELRO), "memsz", by);
            raise(f.only(PT.GNU_RELRO), "filesz", by);
          };
        }
        yield (f) => {
          const relro = f.only(PT.GNU_RELRO);
          for (const field of ["offset", "vaddr", "paddr"] as const) raise(relro, field, 8);
          for (const field of ["filesz", "memsz"] as const) raise(relro, field, -8);
        };
      },
    },
  }) as const satisfies Record<string, RuleRecipe>)();

import { PF, PT, SHF, SHT } from "../../../spec/constants.js";
import { addLoad, coverEnd, freeAddress, memoryEnd } from "../added-load.js";
import { type FaultyFile, NothingToBreak, raise, wanted } from "../faulty-file.js";
import type { Change, RuleRecipe } from "../recipe.js";

const LOADS = "a program or library with a PT_LOAD";
/** What an added PT_LOAD takes. */
const ROOM =
  "a program header that it can spare (PT_NULL, PT_GNU_STACK, PT_NOTE …) and, where it has section headers, " +
  "one of a section that is not loaded";

const PAGE = 0x1000;
const LARGEST_PAGE = 0x10000;

/** The PT_LOADs from the last one on. */
const lastFirst = (file: FaultyFile): number[] => [...file.loads].reverse();

/** Makes the last PT_LOAD longer than the file, with a section that says so. */
function pastEnd(f: FaultyFile): void {
  const load = f.segment(wanted(f.loads.at(-1)));
  const missing = BigInt(f.bytes.length) - load.exact("offset") + 1n;
  const end = load.exact("vaddr") + load.exact("memsz");
  const grow = missing > load.exact("memsz") ? missing - load.exact("memsz") : 0n;
  load.setExact("memsz", load.exact("memsz") + grow);
  load.setExact("filesz", load.exact("memsz"));
  if (f.elf.header.shnum > 0 && grow > 0n) coverEnd(f, end, Number(grow));
}

/** Makes the last PT_LOAD longer in memory, with the section of zeros that it ends in. */
function growZeros(f: FaultyFile, by: number): void {
  const end = memoryEnd(f);
  const load = f.loads.find((i) => f.segment(i).exact("vaddr") + f.segment(i).exact("memsz") === end);
  const section = f.loadedSections.find((i) => {
    const s = f.section(i);
    return s.type === SHT.NOBITS && s.exact("addr") + s.exact("size") === end;
  });
  raise(f.section(wanted(section)), "size", by);
  raise(f.segment(wanted(load)), "memsz", by);
}

/** What kernels and ld.so ask of PT_LOADs. */
export const loadRecipes = /* @__PURE__ */ (() =>
  ({
    "load-in-file": {
      needs: `${LOADS}, and one section that is not loaded where it has section headers`,
      *ways(file) {
        yield pastEnd;
        yield (f) =>
          addLoad(f, {
            vaddr: freeAddress(f),
            offset: f.bytes.length - (f.bytes.length % PAGE),
            filesz: PAGE,
            memsz: 8192,
          });
        const end = file.bytes.length - 1;
        yield (f) => (f.bytes = f.bytes.slice(0, end));
      },
    },
    "load-sizes": {
      needs: LOADS,
      *ways(file) {
        for (const i of file.loads) {
          yield (f) => f.segment(i).setExact("filesz", f.segment(i).exact("memsz") + 1n);
          yield (f) => f.segment(i).setExact("memsz", f.segment(i).exact("filesz") - 1n);
        }
      },
    },
    "load-align": {
      needs: `${LOADS}; where all of these lie at powers of two, ${ROOM}`,
      *ways(file) {
        for (const i of file.loads) {
          for (const odd of [3, 5, 7, 9, 11, 13, 41]) yield (f) => (f.segment(i).align = odd * PAGE);
        }
        yield (f) => {
          const empty = f.segment(f.spareSegment);
          Object.assign(empty, { type: PT.LOAD, offset: 0, vaddr: 0, paddr: 0, filesz: 0, memsz: 0, align: 3 * PAGE });
        };
      },
    },
    "load-page-align": {
      needs: "a PT_LOAD and a PT_DYNAMIC",
      ways: (file) =>
        file.loads.map(
          (i): Change =>
            (f) =>
              (f.segment(i).align = PAGE / 2),
        ),
    },
    "load-congruent": {
      needs: `a PT_LOAD whose p_vaddr is not its p_offset, or ${ROOM}`,
      *ways(file) {
        // Larger than any page: the rules on pages that are shared do not go by it.
        for (let align = 0x2_0000; align < 0x4000_0000; align *= 2) {
          for (const i of file.loads) yield (f) => (f.segment(i).align = align);
        }
        yield (f) => addLoad(f, { vaddr: freeAddress(f), offset: 8, memsz: 16 });
      },
    },
    "load-order": {
      needs: `two PT_LOADs with the same distance of address and offset, or three of them; or ${ROOM}`,
      *ways(file) {
        const { loads } = file;
        for (let i = loads.length - 1; i > 0; i--) {
          yield (f) => f.moveSegment(loads[i]!, loads[i - 1]!);
        }
        yield (f) => {
          const first = f.segment(wanted(f.loads[0])).exact("vaddr");
          if (first < BigInt(LARGEST_PAGE)) throw new NothingToBreak();
          addLoad(f, { vaddr: first - BigInt(LARGEST_PAGE), memsz: 16 });
        };
        yield (f) => {
          const moved = addLoad(f, { vaddr: freeAddress(f), memsz: 16 });
          f.moveSegment(moved, wanted(f.loads.at(-1)));
        };
      },
    },
    "load-overlap": {
      needs: `${LOADS} that ends in zeros (p_memsz above p_filesz), and ${ROOM}`,
      *ways() {
        yield (f) => addLoad(f, { vaddr: memoryEnd(f) - 1n, memsz: PAGE });
        yield (f) => addLoad(f, { vaddr: memoryEnd(f) - 1n, memsz: PAGE, covered: false });
        yield (f) => {
          const vaddr = memoryEnd(f) + 8n;
          growZeros(f, 16);
          addLoad(f, { vaddr, memsz: PAGE });
        };
      },
    },
    "load-page": {
      needs: `${LOADS} that does not end with a page, and ${ROOM}`,
      *ways() {
        yield (f) => addLoad(f, { vaddr: memoryEnd(f) + 1n, memsz: 16 });
        yield (f) => addLoad(f, { vaddr: memoryEnd(f), memsz: 16 });
      },
    },
    "load-largest-page": {
      needs: `two PT_LOADs in 64 KiB of memory; or ${LOADS} and ${ROOM}`,
      *ways(file) {
        for (const i of file.loads) yield (f) => (f.segment(i).align = LARGEST_PAGE);
        yield (f) => {
          const end = memoryEnd(f);
          const next = end - (end % BigInt(PAGE)) + BigInt(PAGE);
          // In the last page of the 64 KiB there is no next one: PT_LOADs that begin behind it are apart.
          addLoad(f, { vaddr: next, memsz: 16, align: PAGE });
          f.segment(wanted(f.loads[0])).align = LARGEST_PAGE;
        };
      },
    },
    "load-section": {
      needs: "section headers, and a PT_LOAD with sections",
      *ways(file) {
        for (const i of lastFirst(file)) {
          const load = file.segment(i);
          const start = load.exact("vaddr");
          const end = start + load.exact("memsz");
          const held = file.loadedSections.filter((s) => {
            const addr = file.section(s).exact("addr");
            return addr >= start && addr < end;
          });
          yield (f) => held.forEach((s) => raise(f.section(s), "flags", -SHF.ALLOC));
        }
        yield (f) => addLoad(f, { vaddr: freeAddress(f), memsz: 16, covered: false });
      },
    },
    "load-tail": {
      needs: "section headers, and a PT_LOAD with sections",
      ways: (file) =>
        lastFirst(file).map(
          (i): Change =>
            (f) =>
              raise(f.segment(i), "memsz", 1),
        ),
    },
    "bss-writable": {
      needs: `a PT_LOAD with more memory than bytes and without a dynamic section; or ${LOADS} and ${ROOM}`,
      *ways(file) {
        for (const i of lastFirst(file)) {
          yield (f) => (f.segment(i).flags &= ~PF.W);
          yield (f) => raise(f.segment(i), "memsz", 1);
        }
        yield (f) => addLoad(f, { vaddr: freeAddress(f), memsz: 16, flags: PF.R });
      },
    },
    "load-wx": {
      needs: LOADS,
      ways: (file) =>
        lastFirst(file).map(
          (i): Change =>
            (f) =>
              (f.segment(i).flags |= PF.W | PF.X),
        ),
    },
    "exec-stack": {
      needs: "a PT_GNU_STACK, or a PT_NULL in its place",
      *ways() {
        yield (f) => (f.only(PT.GNU_STACK).flags |= PF.X);
        yield (f) => Object.assign(f.only(PT.NULL), { type: PT.GNU_STACK, flags: PF.R | PF.W | PF.X });
      },
    },
  }) as const satisfies Record<string, RuleRecipe>)();

import { viewOf } from "../../../codec/bytes.js";
import { Phdr } from "../../../codec/records.js";
import { PF, PT, SHF, SHT } from "../../../spec/constants.js";
import { addLoad, freeAddress } from "../added-load.js";
import { type FaultyFile, raise, wanted } from "../faulty-file.js";
import type { Change, RuleRecipe } from "../recipe.js";
import { beginLater } from "./dynamic.js";

const SPARE = "a program header that it can spare (PT_NULL, PT_GNU_STACK, PT_NOTE …)";
const FIRST_PAGE = 0x1000;

/** The end of the program header table in the file. */
const tableEnd = ({ elf: { header: h } }: FaultyFile): number => h.phoff + h.phnum * h.phentsize;

/** Makes the first PT_LOAD begin behind the program header table. Returns how many bytes it lost. */
function skipTable(f: FaultyFile): number {
  const end = tableEnd(f);
  const load = f.segment(wanted(f.loads.find((i) => f.segment(i).offset < end)));
  const lost = end - load.offset;
  for (const field of ["offset", "vaddr", "paddr"] as const) raise(load, field, lost);
  for (const field of ["filesz", "memsz"] as const) raise(load, field, -lost);
  return lost;
}

/** Has the program header table mapped by the last PT_LOAD, not by the first one. */
function mapTableAnew(f: FaultyFile): void {
  const end = tableEnd(f);
  const vaddr = freeAddress(f);
  skipTable(f);
  for (const i of f.segmentsOf(PT.PHDR)) {
    f.segment(i).setExact("vaddr", vaddr + BigInt(f.elf.header.phoff));
    f.segment(i).setExact("paddr", vaddr + BigInt(f.elf.header.phoff));
  }
  addLoad(f, { vaddr, offset: 0, filesz: end, memsz: end + 16 });
}

/** PT_INTERP over two bytes that end in a NUL and lie behind the file's first page. */
function* farInterpreters(file: FaultyFile): Generator<Change> {
  for (const i of file.loads) {
    const load = file.segment(i);
    const end = Math.min(load.offset + load.filesz, file.bytes.length);
    const at = file.bytes.findIndex(
      (byte, o) => o >= Math.max(load.offset, FIRST_PAGE) && o + 1 < end && byte !== 0 && file.bytes[o + 1] === 0,
    );
    if (at < 0) continue;

    yield (f) => {
      const interp = f.only(PT.INTERP);
      Object.assign(interp, { offset: at, filesz: 2, memsz: 2 });
      interp.setExact("vaddr", load.exact("vaddr") + BigInt(at - load.offset));
    };
  }
}

/** A second build ID, behind all else, in a PT_NOTE that is not loaded. */
function farBuildId(f: FaultyFile): void {
  const note = new Uint8Array(36);
  const words = viewOf(note);
  [4, 20, 3].forEach((value, i) => words.setUint32(i * 4, value, f.elf.header.littleEndian));
  note.set([0x47, 0x4e, 0x55, 0], 12);
  if (f.bytes.length < FIRST_PAGE) f.append(new Uint8Array(FIRST_PAGE - f.bytes.length));
  const offset = f.append(note);

  const { length } = note;
  Object.assign(f.segment(f.spareSegment), {
    type: PT.NOTE,
    offset,
    vaddr: 0,
    paddr: 0,
    filesz: length,
    memsz: 0,
    align: 4,
  });
  const section = f.spareSections[0];
  if (section !== undefined) f.reuseSection(section, { type: SHT.NOTE, flags: 0, offset, size: length });
}

/** The program header table: where kernels and `strip` look for it. */
export const phdrRecipes = /* @__PURE__ */ (() =>
  ({
    "phdr-mapped": {
      needs: "a PT_PHDR, and nothing else that leads to the first bytes of the file",
      *ways() {
        yield (f) => {
          f.only(PT.PHDR);
          skipTable(f);
        };
      },
    },
    "phdr-segment": {
      needs: "a PT_PHDR",
      *ways() {
        yield (f) => raise(f.only(PT.PHDR), "filesz", -Phdr.size(f.elf.header.class));
        yield (f) => raise(f.only(PT.PHDR), "offset", 8);
      },
    },
    "phdr-first": {
      needs: "a PT_PHDR and a PT_LOAD or PT_DYNAMIC",
      *ways(file) {
        const phdr = file.segmentsOf(PT.PHDR)[0];
        for (const i of [...file.loads, ...file.segmentsOf(PT.DYNAMIC)]) {
          yield (f) => f.moveSegment(wanted(phdr), i);
        }
      },
    },
    "phdr-old-kernel": {
      needs: `a PT_INTERP and ${SPARE}, and, where it has section headers, one of a section that is not loaded`,
      *ways() {
        yield mapTableAnew;
      },
    },
    "phdr-offset": {
      needs: "program headers",
      *ways() {
        yield (f) => (f.header.ehsize += 8);
      },
    },
    "phdr-strip": {
      needs: "a PT_LOAD that holds the program header table, and section headers",
      *ways(file) {
        const end = tableEnd(file);
        const load = file.segment(wanted(file.loads.find((i) => file.segment(i).offset < end)));
        const addressOf = (offset: number) => load.exact("vaddr") + BigInt(offset - load.offset);

        for (const i of file.spareSections) {
          const offset = end - 8;
          const fields = { type: SHT.PROGBITS, flags: SHF.ALLOC, offset, addr: addressOf(offset), size: 8 };
          yield (f) => f.reuseSection(i, fields);
        }
        for (const i of file.loadedSections) {
          yield (f) => beginLater(f, i, end - 8 - f.section(i).offset);
        }
      },
    },
    "first-page": {
      needs: `a PT_INTERP and text behind the first 4096 bytes of the file; or ${SPARE}`,
      *ways(file) {
        yield* farInterpreters(file);
        yield farBuildId;
      },
    },
    "segment-mapped": {
      needs: `a program header of what PT_LOADs map (PT_GNU_RELRO, PT_INTERP …), or ${SPARE}`,
      *ways(file) {
        for (const type of [PT.GNU_RELRO, PT.GNU_EH_FRAME, PT.TLS, PT.GNU_PROPERTY, PT.INTERP, PT.NOTE]) {
          for (const i of file.segmentsOf(type)) yield (f) => raise(f.segment(i), "offset", 4);
        }
        yield (f) => {
          const segment = f.segment(f.spareSegment);
          Object.assign(segment, { type: PT.GNU_EH_FRAME, flags: PF.R, offset: 0, filesz: 4, memsz: 4, align: 4 });
          segment.setExact("vaddr", freeAddress(f));
        };
      },
    },
    "interp-path": {
      needs: "a PT_INTERP",
      *ways() {
        yield (f) => raise(f.only(PT.INTERP), "filesz", -1);
        yield (f) => (f.only(PT.INTERP).filesz = 1);
      },
    },
    "note-records": {
      needs: `a PT_NOTE, or ${SPARE}`,
      *ways(file) {
        for (const i of file.segmentsOf(PT.NOTE)) {
          const { offset, filesz } = file.segment(i);
          // n_descsz follows n_namesz.
          yield (f) => f.setWord(offset + 4, filesz + 1);
        }
        yield (f) =>
          Object.assign(f.segment(f.spareSegment), {
            type: PT.NOTE,
            offset: 0,
            vaddr: 0,
            paddr: 0,
            filesz: 4,
            memsz: 0,
            align: 4,
          });
      },
    },
    "note-sections": {
      needs: "a PT_NOTE and a section of notes",
      *ways(file) {
        for (const i of file.sectionsWhere((s) => s.type === SHT.NOTE)) {
          yield (f) => raise(f.section(i), "size", -4);
          yield (f) => beginLater(f, i, 4);
        }
      },
    },
    readable: {
      needs: `a dynamic section; or ${SPARE}; or a symbol table with its section header`,
      *ways(file) {
        yield (f) => {
          const { dynamic } = f;
          const all = Math.floor(dynamic.size / (f.elf.header.class / 4));
          for (let i = dynamic.entries.length; i < all; i++) f.entryAt(i).tag = 0x60000ffe;
        };
        yield (f) => {
          const load = f.segment(wanted(f.loads[0]));
          const { offset } = load;
          // What the file begins with is no dynamic section: it has no DT_NULL.
          const size = f.elf.header.class / 4;
          Object.assign(f.segment(f.spareSegment), { type: PT.DYNAMIC, offset, filesz: size, memsz: size, align: 8 });
          f.segment(f.spareSegment).setExact("vaddr", load.exact("vaddr"));
        };
        for (const i of file.segmentsOf(PT.NOTE)) yield (f) => (f.segment(i).filesz = f.bytes.length);
        for (const i of file.sectionsWhere((s) => s.type === SHT.SYMTAB)) {
          yield (f) => {
            f.section(i).offset = f.bytes.length - 8;
          };
        }
      },
      companions: [
        {
          rule: "section-in-file",
          why: "a relocatable object has no other part that can fail: its symbol table has to reach past its end",
        },
      ],
    },
  }) as const satisfies Record<string, RuleRecipe>)();

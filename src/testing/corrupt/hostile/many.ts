import { PT, SHT } from "../../../spec/constants.js";
import { Phdr, Shdr } from "../../../codec/records.js";
import { type FaultyFile, wanted } from "../faulty-file.js";
import type { HostileRecipe } from "../recipe.js";

/** The most that e_phnum can say: one less than PN_XNUM. */
const SEGMENTS = 0xfffe;
/** The most that e_shnum can say: one less than SHN_LORESERVE. */
const SECTIONS = 0xfeff;

/** Copies of one record. */
function copies(record: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(record.length * count);
  for (let i = 0; i < count; i++) all.set(record, i * record.length);
  return all;
}

/** A program header table at the end of the file: the old one, then copies of one of its entries. */
function manySegments(f: FaultyFile, index: number, over?: "file"): void {
  const { phoff, phnum, phentsize, class: c } = f.elf.header;
  const size = Phdr.size(c);
  const segment = f.segment(index);
  const old = f.bytes.slice(phoff, phoff + phnum * phentsize);
  if (phentsize !== size) wanted(undefined);
  if (over) Object.assign(segment, { offset: 0, filesz: f.bytes.length });

  const record = f.bytes.slice(phoff + index * size, phoff + (index + 1) * size);
  const table = new Uint8Array(SEGMENTS * size);
  table.set(copies(record, SEGMENTS));
  table.set(old);
  Object.assign(f.header, { phoff: f.append(table), phnum: SEGMENTS });
}

const ofType = (name: string, type: number): HostileRecipe => ({
  sentence: `There are ${SEGMENTS} program headers, nearly all of them one ${name}.`,
  needs: `a ${name}`,
  change: (f) => manySegments(f, wanted(f.segmentsOf(type)[0])),
});

/** A section header table at the end of the file: the old one, then copies of one of its entries. */
function manySections(f: FaultyFile, index: number, over?: "file"): void {
  const { shoff, shnum, shentsize, class: c } = f.elf.header;
  const size = Shdr.size(c);
  if (shentsize !== size) wanted(undefined);
  f.section(index);
  const old = f.bytes.slice(shoff, shoff + shnum * size);
  const record = f.bytes.slice(shoff + index * size, shoff + (index + 1) * size);
  const table = copies(record, SECTIONS);
  table.set(old);

  const { length } = f.bytes;
  const offset = f.append(table);
  Object.assign(f.header, { shoff: offset, shnum: SECTIONS });
  if (!over) return;
  for (let i = shnum; i < SECTIONS; i++) {
    Object.assign(f.record(Shdr, offset + i * size), { offset: 0, size: length });
  }
}

/** Tables so long that what is not linear does not end. */
export const manyRecipes = /* @__PURE__ */ (() =>
  ({
    "many-loads": ofType("PT_LOAD", PT.LOAD),
    "many-notes": {
      sentence: `There are ${SEGMENTS} program headers, nearly all of them PT_NOTEs over the whole file.`,
      needs: "a PT_NOTE",
      change: (f) => manySegments(f, wanted(f.segmentsOf(PT.NOTE)[0]), "file"),
    },
    "many-dynamic-segments": ofType("PT_DYNAMIC", PT.DYNAMIC),
    "many-interpreters": ofType("PT_INTERP", PT.INTERP),
    "many-relros": ofType("PT_GNU_RELRO", PT.GNU_RELRO),
    "many-sections": {
      sentence: `There are ${SECTIONS} section headers, nearly all of them one section.`,
      needs: "section headers",
      change: (f) => manySections(f, 1),
    },
    "many-sections-alike": {
      sentence: `There are ${SECTIONS} section headers, nearly all of sections over all that was there before.`,
      needs: "section headers",
      // Loaded ones are compared as memory, which is there once.
      change: (f) => manySections(f, f.spareSections[0] ?? 1, "file"),
    },
    "many-relocation-sections": {
      sentence: `There are ${SECTIONS} section headers, nearly all of them one section of relocations.`,
      needs: "a section of relocations with its section header",
      change: (f) => manySections(f, wanted(f.sectionsWhere((s) => s.type === SHT.RELA || s.type === SHT.REL)[0])),
    },
    "many-groups": {
      sentence: `There are ${SECTIONS} section headers, nearly all of them one section group.`,
      needs: "a section group, which relocatable objects have",
      change: (f) => manySections(f, wanted(f.sectionsWhere((s) => s.type === SHT.GROUP)[0])),
    },
    "many-symbol-tables": {
      sentence: `There are ${SECTIONS} section headers, nearly all of them one symbol table.`,
      needs: "a symbol table with its section header",
      change: (f) => manySections(f, wanted(f.sectionsWhere((s) => s.type === SHT.SYMTAB)[0])),
    },
  }) as const satisfies Record<string, HostileRecipe>)();

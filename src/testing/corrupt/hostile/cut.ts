import { PT, SHT } from "../../../spec/constants.js";
import { DT } from "../../../spec/dynamic.js";
import { type FaultyFile, NothingToBreak, wanted } from "../faulty-file.js";
import type { HostileRecipe } from "../recipe.js";

/** Cuts the file off inside a table. */
function cut(f: FaultyFile, offset: number, size: number): void {
  const end = offset + Math.floor(size / 2);
  if (!(size > 0 && end < f.bytes.length)) throw new NothingToBreak();
  f.bytes = f.bytes.slice(0, end);
}

/** A recipe that cuts the file inside what a tag of the dynamic section leads to. */
const inTable = (name: string, ...tags: readonly number[]): HostileRecipe => ({
  sentence: `The file ends inside ${name}, though the headers go on.`,
  needs: `a dynamic section with ${name}`,
  change: (f) => {
    const address = wanted(tags.map((tag) => f.dynamic.get(tag)).find((value) => value !== undefined));
    cut(f, f.place(address), 8);
  },
});

const inSegment = (name: string, type: number): HostileRecipe => ({
  sentence: `The file ends inside ${name}, though the headers go on.`,
  needs: name,
  change: (f) => cut(f, f.only(type).offset, f.only(type).filesz),
});

const inSection = (name: string, type: number): HostileRecipe => ({
  sentence: `The file ends inside ${name}, though the headers go on.`,
  needs: `${name} with its section header`,
  change: (f) => {
    const section = f.section(wanted(f.sectionsWhere((s) => s.type === type)[0]));
    cut(f, section.offset, section.size);
  },
});

const tables = () =>
  ({
    "cut-dynamic-section": inSegment("PT_DYNAMIC", PT.DYNAMIC),
    "cut-interpreter": inSegment("PT_INTERP", PT.INTERP),
    "cut-notes": inSegment("a PT_NOTE", PT.NOTE),
    "cut-dynamic-strings": inTable("the string table", DT.STRTAB),
    "cut-dynamic-symbols": inTable("the dynamic symbols", DT.SYMTAB),
    "cut-hash": inTable("DT_HASH", DT.HASH),
    "cut-gnu-hash": inTable("DT_GNU_HASH", DT.GNU_HASH),
    "cut-version-needs": inTable("DT_VERNEED", DT.VERNEED),
    "cut-version-definitions": inTable("DT_VERDEF", DT.VERDEF),
    "cut-relocations": inTable("the relocations", DT.RELA, DT.REL),
    "cut-symbol-table": inSection("a symbol table", SHT.SYMTAB),
    "cut-string-table": inSection("a string table", SHT.STRTAB),
  }) as const satisfies Record<string, HostileRecipe>;

/** Files that end too early. */
export const cutRecipes = /* @__PURE__ */ (() =>
  ({
    empty: { sentence: "The file has no bytes.", change: (f) => (f.bytes = f.bytes.slice(0, 0)) },
    "cut-ident": { sentence: "The file ends inside e_ident.", change: (f) => (f.bytes = f.bytes.slice(0, 10)) },
    "cut-header": { sentence: "The file ends inside the ELF header.", change: (f) => (f.bytes = f.bytes.slice(0, 40)) },
    "cut-program-headers": {
      sentence: "The file ends inside the program header table.",
      needs: "program headers",
      change: (f) => cut(f, f.elf.header.phoff, f.elf.header.phnum * f.elf.header.phentsize),
    },
    "cut-section-headers": {
      sentence: "The file ends inside the section header table.",
      needs: "section headers",
      change: (f) => cut(f, f.elf.header.shoff, f.elf.header.shnum * f.elf.header.shentsize),
    },
    "cut-last-byte": { sentence: "The last byte is gone.", change: (f) => (f.bytes = f.bytes.slice(0, -1)) },
    "cut-half": {
      sentence: "The second half of the file is gone.",
      change: (f) => (f.bytes = f.bytes.slice(0, f.bytes.length / 2)),
    },
    ...tables(),
  }) as const satisfies Record<string, HostileRecipe>)();

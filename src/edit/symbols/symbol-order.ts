import { readExactly } from "../../codec/source.js";
import { Rel, Rela } from "../../codec/records.js";
import type { ElfFile } from "../../image/elf.js";
import { type RelocationTable, relocationTables } from "../../image/relocations/relocations.js";
import { SHT } from "../../spec/constants.js";
import { DT, dynamicTag } from "../../spec/dynamic.js";
import { gotOrder } from "../../spec/machines.js";
import { renumberRelocations } from "../../tables/symbols.js";
import type { SymbolOrder, TableWrite } from "../../rewrite/wish/dynamic-tables.js";

/**
 * Tags of tables that hold symbol numbers and are not rewritten: packed relocations, extended section indexes, and
 * tables of Solaris and prelink.
 */
const HOLDS_NUMBERS: readonly number[] = [
  DT.ANDROID_REL,
  DT.ANDROID_RELA,
  DT.CREL,
  DT.SYMTAB_SHNDX,
  DT.SYMINFO,
  DT.GNU_CONFLICT,
];

/** Types of sections with numbers of dynamic symbols that follow a new order, or that hold no such number. */
const FOLLOWS: readonly number[] = [SHT.HASH, SHT.GNU_HASH, SHT.GNU_VERSYM, SHT.REL, SHT.RELA];

/**
 * May the dynamic symbols change their order? Not on MIPS, whose GOT stands in the order of the symbols and whose stubs
 * hold their numbers. Not on SPARC with a register symbol either, whose tag holds its number.
 */
export function mayReorder(elf: ElfFile): boolean {
  const { entries } = elf.dynamic!;
  const { machine } = elf.header;
  const holdsNumber = (tag: number): boolean =>
    HOLDS_NUMBERS.includes(tag) || dynamicTag(tag, machine).name === "DT_SPARC_REGISTER";
  if (gotOrder(machine) || entries.some((e) => holdsNumber(e.tag))) return false;

  const dynsym = elf.sections.find((s) => s.header.type === SHT.DYNSYM);
  const areRelocationsKnown = relocationTables(elf).every((t) => t !== undefined);
  if (!areRelocationsKnown) return false;

  return !dynsym || elf.sections.every((s) => s.header.link !== dynsym.index || FOLLOWS.includes(s.header.type));
}

/** Relocation sections of the dynamic symbols. They may lie beside the tables that tags lead to. */
function sectionTables({ sections }: ElfFile): RelocationTable[] {
  const dynsym = sections.find((s) => s.header.type === SHT.DYNSYM)?.index;
  return sections.flatMap(({ header: s }) => {
    const isTable = (s.type === SHT.REL || s.type === SHT.RELA) && s.link === dynsym && s.size > 0;
    return isTable ? [{ offset: s.offset, size: s.size, rela: s.type === SHT.RELA }] : [];
  });
}

/**
 * Every relocation follows its symbol, once: DT_JMPREL may be the end of DT_RELA, and sections describe the same bytes.
 */
export function* renumberedRelocations(elf: ElfFile, order: SymbolOrder): Generator<TableWrite> {
  const found = relocationTables(elf).flatMap((t) => t ?? []);
  const tables = [...found, ...sectionTables(elf)].sort((a, b) => a.offset - b.offset || b.size - a.size);

  let done = 0;
  for (const { offset, size, rela } of tables) {
    const stride = (rela ? Rela : Rel).size(elf.header.class);
    const skip = Math.max(0, Math.ceil((done - offset) / stride)) * stride;
    if (skip >= size) continue;

    const records = readExactly(elf.source, offset + skip, size - skip, "a relocation table");
    yield { offset: offset + skip, bytes: renumberRelocations(records, stride, elf.header, order) };
    done = offset + size;
  }
}

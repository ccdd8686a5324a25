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
 * Tags of tables that count symbols and are not rewritten: packed relocations, extended section indexes, Solaris's and
 * prelink's tables.
 */
const COUNTS_SYMBOLS: readonly number[] = [
  DT.ANDROID_REL,
  DT.ANDROID_RELA,
  DT.CREL,
  DT.SYMTAB_SHNDX,
  DT.SYMINFO,
  DT.GNU_CONFLICT,
];

/** Sections that may count dynamic symbols and are known: they follow, or count none. */
const FOLLOWS: readonly number[] = [SHT.HASH, SHT.GNU_HASH, SHT.GNU_VERSYM, SHT.REL, SHT.RELA];

/**
 * May the dynamic symbols change their order? Not on MIPS, whose GOT has that of the symbols and whose stubs hold their
 * numbers, and not on SPARC with a register symbol, whose tag holds one.
 */
export function mayReorder(elf: ElfFile): boolean {
  const d = elf.dynamic!;
  const { machine } = elf.header;
  if (
    gotOrder(machine) ||
    d.entries.some((e) => COUNTS_SYMBOLS.includes(e.tag) || dynamicTag(e.tag, machine).name === "DT_SPARC_REGISTER")
  ) {
    return false;
  }

  const dynsym = elf.sections.find((s) => s.header.type === SHT.DYNSYM);
  return (
    relocationTables(elf).every((t) => t !== undefined) &&
    !elf.sections.some((s) => dynsym && s.header.link === dynsym.index && !FOLLOWS.includes(s.header.type))
  );
}

/** The relocations of sections that name the dynamic symbols as theirs: they may lie beside those that tags lead to. */
function sectionTables({ sections }: ElfFile): RelocationTable[] {
  const dynsym = sections.find((s) => s.header.type === SHT.DYNSYM)?.index;
  return sections.flatMap(({ header: s }) =>
    (s.type === SHT.REL || s.type === SHT.RELA) && s.link === dynsym && s.size > 0
      ? [{ offset: s.offset, size: s.size, rela: s.type === SHT.RELA }]
      : [],
  );
}

/**
 * Every relocation follows its symbol, once: DT_JMPREL may be the end of DT_RELA, and sections describe the same bytes.
 */
export function* renumberedRelocations(elf: ElfFile, order: SymbolOrder): Generator<TableWrite> {
  let done = 0;
  for (const t of [...relocationTables(elf).flatMap((t) => t ?? []), ...sectionTables(elf)].sort(
    (a, b) => a.offset - b.offset || b.size - a.size,
  )) {
    const stride = (t.rela ? Rela : Rel).size(elf.header.class);
    const skip = Math.max(0, Math.ceil((done - t.offset) / stride)) * stride;
    if (skip >= t.size) continue;

    yield {
      offset: t.offset + skip,
      bytes: renumberRelocations(
        readExactly(elf.source, t.offset + skip, t.size - skip, "a relocation table"),
        stride,
        elf.header,
        order,
      ),
    };
    done = t.offset + t.size;
  }
}

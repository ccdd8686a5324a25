import { viewOf } from "../../codec/bytes.js";
import { Sym } from "../../codec/records.js";
import { chunks } from "../../codec/source.js";
import { fail } from "../../error.js";
import { PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { gotOrder } from "../../spec/machines.js";
import type { ElfFile, Section, SymbolPiece, SymbolTable } from "../elf.js";
import { gnuHashTable, sysvHashTable } from "../dynamic/hash.js";
import { dynamicRelocations } from "../relocations/relocations.js";
import { firstOf, sectionAt, sectionsOf } from "../headers/sections.js";
import { nameAt, NameBudget, StringTable } from "../strings.js";

function symbolTable(
  elf: ElfFile,
  offset: number,
  count: number,
  exact: boolean,
  strings: StringTable | undefined,
): SymbolTable {
  const h = elf.header;
  const size = Sym.size(h.class);
  const bytes = () => chunks(elf.source, offset, count * size, "a symbol table", size * 16384);
  const pieces: SymbolTable["pieces"] = function* () {
    let first = 0;
    for (const piece of bytes()) {
      const n = piece.length / size;
      const view = Sym.view(viewOf(piece), 0, h);
      const exact: SymbolPiece["exact"] = (field, i) => {
        view.moveTo(i * size);
        return view.exact(field);
      };
      yield { first, count: n, words: (field) => Sym.words(field, piece, n, h), exact };
      first += n;
    }
  };
  const records: SymbolTable["records"] = function* () {
    let index = 0;
    for (const piece of bytes()) {
      const symbol = Sym.view(viewOf(piece), 0, h);
      const record = { index, at: 0, symbol };
      for (let at = 0; at < piece.length; at += size, index++) {
        symbol.moveTo(at);
        record.index = index;
        record.at = offset + index * size;
        yield record;
      }
    }
  };

  return {
    offset,
    count,
    exact,
    strings,
    records,
    pieces,
    *[Symbol.iterator]() {
      strings?.load();
      const budget = new NameBudget(strings);
      for (const { index, symbol: s } of records()) {
        yield {
          index,
          name: budget.spend(nameAt(strings, s.name)),
          value: s.exact("value"),
          size: s.exact("size"),
          binding: s.info >> 4,
          type: s.info & 15,
          visibility: s.other & 3,
          shndx: s.shndx,
        };
      }
    },
  };
}

/** .symtab by its section header, or null. */
export function readSymbols(elf: ElfFile): SymbolTable | null {
  const section = firstOf(elf, SHT.SYMTAB);
  return section ? sectionSymbols(elf, section.index) : null;
}

/** The symbol table that a section header describes. `TRUNCATED` where it reaches past the file's end. */
export function sectionSymbols(elf: ElfFile, index: number): SymbolTable {
  const { header: s, name } = sectionAt(elf, index);
  const link = s.link < elf.header.shnum ? sectionAt(elf, s.link).header : undefined;
  const strings =
    link?.type === SHT.STRTAB && link.exact("offset") < BigInt(elf.source.size)
      ? new StringTable(elf.source, link.offset, link.size)
      : undefined;

  if (s.offset + s.size > elf.source.size) {
    fail("TRUNCATED", `section ${name || index} reaches past the end of the file`, {
      offset: s.offset,
      length: s.size,
      size: elf.source.size,
    });
  }

  return symbolTable(elf, s.offset, Math.floor(s.size / Sym.size(elf.header.class)), true, strings);
}

/** SHT_SYMTAB_SHNDX of a symbol table: the sections of symbols whose st_shndx is SHN_XINDEX. */
export const extendedSection = (elf: ElfFile, table: number): Section | undefined =>
  sectionsOf(elf, SHT.SYMTAB_SHNDX).find((s) => s.header.link === table);

/** The dynamic symbols as the loader finds them, or null. */
export function readDynamicSymbols(elf: ElfFile): SymbolTable | null {
  const d = elf.dynamic;
  const address = d?.get(DT.SYMTAB);
  const offset = address === undefined ? undefined : elf.offsetOf(address, 1);
  if (!d || address === undefined || offset === undefined) return null;

  const size = Sym.size(elf.header.class);
  const { count, exact } = dynamicSymbolCount(elf, address);
  const fits = Math.max(0, Math.floor((elf.source.size - offset) / size));

  if (exact && count > fits) {
    fail(
      "TRUNCATED",
      `the dynamic symbol table (${count} symbols at 0x${offset.toString(16)}) reaches past the end of the file`,
      { offset, length: count * size, size: elf.source.size },
    );
  }

  return symbolTable(elf, offset, Math.min(count, fits), exact, d.strings);
}

/**
 * No tag holds the number of dynamic symbols: DT_HASH has it as nchain, DT_MIPS_SYMTABNO has it, DT_GNU_HASH leads to
 * the last hashed one, which is the last of all, and the section header says it. Without all of these only a bound is
 * left.
 */
function dynamicSymbolCount(elf: ElfFile, symtab: bigint): { count: number; exact: boolean } {
  const d = elf.dynamic!;
  const size = Sym.size(elf.header.class);
  const known: number[] = [];
  const sysv = sysvHashTable(elf);
  if (sysv) known.push(sysv.symbols);
  const got = gotOrder(elf.header.machine);
  const counted = got ? d.get(got.countTag) : undefined;
  if (counted !== undefined) known.push(Number(counted));
  const gnu = gnuHashTable(elf)?.symbols;
  if (gnu !== undefined) known.push(gnu);
  const section = sectionsOf(elf, SHT.DYNSYM).find((s) => s.header.exact("addr") === symtab);
  if (section) known.push(Math.floor(section.header.size / size));
  if (known.length > 0) return { count: Math.max(...known), exact: true };

  return { count: symbolBound(elf, symtab), exact: false };
}

function symbolBound(elf: ElfFile, symtab: bigint): number {
  const d = elf.dynamic!;
  let used = 0;
  for (const r of dynamicRelocations(elf)) used = Math.max(used, r.symbol + 1);
  const next = d.entries.filter((e) => e.kind === "address" && e.value > symtab).map((e) => e.value);
  const load = elf.segments.find(
    (s) => s.type === PT.LOAD && s.exact("vaddr") <= symtab && symtab < s.exact("vaddr") + s.exact("filesz"),
  );
  if (load) next.push(load.exact("vaddr") + load.exact("filesz"));
  const end = next.reduce((a, b) => (b < a ? b : a), next[0] ?? symtab);

  return Math.max(used, Math.floor(Number(end - symtab) / Sym.size(elf.header.class)));
}

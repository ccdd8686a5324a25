import { readExactly, chunks } from "../codec/source.js";
import { viewOf } from "../codec/bytes.js";
import { wordSize } from "../codec/encoding.js";
import { Rel, Rela } from "../codec/records.js";
import type { ElfFile } from "../image/elf.js";
import { fail } from "../error.js";
import { type RelocationBlock, relocationBlocks } from "../image/relocation-blocks.js";
import { symbolField } from "../image/relocation-sections.js";
import { relocationName, typeReader } from "../image/relocation-types.js";
import { extendedSection, sectionSymbols, type SymbolTable } from "../image/symbols.js";
import { symbolVersions } from "../image/versions.js";
import { SHN, SHT, STT } from "../spec/constants.js";
import { symbolBindingName, symbolTypeName, symbolVisibilityName } from "../spec/names.js";
import { type Quantity, toQuantity } from "./quantity.js";
import type { Tolerant } from "./tolerant.js";

/** One symbol of .symtab or .dynsym. Plain JSON. */
export interface ListedSymbol {
  readonly index: number;
  readonly name: string;
  readonly value: Quantity;
  readonly size: Quantity;
  readonly binding: string;
  readonly type: string;
  readonly visibility: string;
  /** The section it is in, by name where it has one, else by index; `UNDEF`, `ABS` or `COMMON` for those in none. */
  readonly section: string;
  /** `GLIBC_2.34`, or null for none; dynamic symbols only. */
  readonly version: string | null;
  /** The library whose version it is; null for a version that this file defines. */
  readonly versionFile: string | null;
  /** A definition that only those who ask for this version get. */
  readonly hidden: boolean;
}

const SPECIAL: Readonly<Record<number, string>> = { [SHN.UNDEF]: "UNDEF", [SHN.ABS]: "ABS", [SHN.COMMON]: "COMMON" };

/** The symbols of .symtab, the null symbol left out; null for no table. `TRUNCATED`, `MALFORMED`. */
export function listSymbols(elf: ElfFile): ListedSymbol[] | null {
  const table = elf.symbols;
  return table && list(elf, table, extendedIndexes(elf), () => undefined);
}

/** Likewise those of .dynsym, with their versions; null where the file has none, or nothing in it tells how many. */
export function listDynamicSymbols(elf: ElfFile, t: Tolerant): ListedSymbol[] | null {
  const table = elf.dynamicSymbols;
  if (!table) return null;
  if (!table.exact) return t.problem(`nothing in the file tells the number of dynamic symbols (at most ${table.count})`);
  return list(elf, table, () => undefined, t.part(() => symbolVersions(elf)) ?? (() => undefined));
}

function list(elf: ElfFile, table: SymbolTable, extended: (symbol: number) => number | undefined, version: ReturnType<typeof symbolVersions>): ListedSymbol[] {
  const out: ListedSymbol[] = [];
  for (const s of table) {
    if (s.index === 0) continue;
    const v = version(s.index);
    out.push({
      index: s.index, name: s.name, value: toQuantity(s.value), size: toQuantity(s.size), binding: symbolBindingName(s.binding), type: symbolTypeName(s.type),
      visibility: symbolVisibilityName(s.visibility), section: sectionName(elf, s.shndx, extended(s.index)), version: v?.name ?? null, versionFile: v?.file ?? null, hidden: v?.hidden ?? false,
    });
  }
  return out;
}

function sectionName(elf: ElfFile, shndx: number, extended: number | undefined): string {
  const index = shndx === SHN.XINDEX ? extended : shndx;
  if (index === undefined || (shndx !== SHN.XINDEX && index in SPECIAL)) return SPECIAL[shndx] ?? "XINDEX";
  return elf.sections[index]?.name || String(index);
}

/** What SHT_SYMTAB_SHNDX says of symbols whose section has no room in st_shndx. */
function extendedIndexes(elf: ElfFile): (symbol: number) => number | undefined {
  const table = elf.sections.find((s) => s.header.type === SHT.SYMTAB), section = table && extendedSection(elf, table.index);
  if (!section) return () => undefined;
  const v = viewOf(readExactly(elf.source, section.header.offset, section.header.size, "the extended section indexes"));
  return (symbol) => (4 * symbol + 4 <= v.byteLength ? v.getUint32(4 * symbol, elf.header.littleEndian) : undefined);
}

/** One relocation. Plain JSON. */
export interface ListedRelocation {
  /** The dynamic tag of its table (`DT_RELA`), or the section's name. */
  readonly table: string;
  /** r_offset: the address that is written, or the place in the section that the table is for. */
  readonly offset: Quantity;
  /** `R_X86_64_GLOB_DAT`; `RELR` for those of RELR tables, which are all relative. */
  readonly type: string;
  /** The symbol's name, that of its section where it stands for one; null for no symbol, and where the name cannot be read. */
  readonly symbol: string | null;
  readonly version: string | null;
  /** r_addend; null where it stands at `offset`. */
  readonly addend: Quantity | null;
}

/** All relocations that {@link describe} counts, but packed ones (CREL, Android's), which are named as problems. `TRUNCATED`, `MALFORMED`. */
export function* listRelocations(elf: ElfFile, t: Tolerant): Generator<ListedRelocation> {
  const names = new Map<number | undefined, (symbol: number) => Named>();
  for (const block of relocationBlocks(elf, (name) => t.problem(`the relocations of ${name} are not in the file`))) {
    if (block.form === "relr") yield* relrEntries(elf, block);
    else if (block.form === "crel" || block.form === "packed") t.problem(`the relocations of ${block.name} are packed: they are counted, not listed`);
    else {
      let nameOf = names.get(block.symbols);
      if (!nameOf) names.set(block.symbols, (nameOf = symbolNames(elf, block, t)));
      yield* plainEntries(elf, block, nameOf);
    }
  }
}

interface Named {
  readonly symbol: string | null;
  readonly version: string | null;
}

const NO_SYMBOL: Named = { symbol: null, version: null };

function symbolNames(elf: ElfFile, block: RelocationBlock, t: Tolerant): (symbol: number) => Named {
  const version = block.symbols === undefined ? t.part(() => symbolVersions(elf)) : null, names: Named[] = [];
  t.part(() => {
    for (const s of (block.symbols === undefined ? elf.dynamicSymbols : sectionTable(elf, block.symbols)) ?? []) {
      const section = s.type === STT.SECTION && s.name === "" ? elf.sections[s.shndx]?.name : undefined;
      names.push({ symbol: section ?? s.name, version: version?.(s.index)?.name ?? null });
    }
  });
  return (symbol) => (symbol === 0 ? NO_SYMBOL : (names[symbol] ?? NO_SYMBOL));
}

function sectionTable(elf: ElfFile, index: number): SymbolTable | null {
  const type = elf.sections[index]?.header.type;
  return type === SHT.SYMTAB || type === SHT.DYNSYM ? sectionSymbols(elf, index) : null;
}

function* plainEntries(elf: ElfFile, block: RelocationBlock, nameOf: (symbol: number) => Named): Generator<ListedRelocation> {
  const h = elf.header, rela = block.form === "rela", size = (rela ? Rela : Rel).size(h.class), typeOf = typeReader(h), { at, shift } = symbolField(h);
  for (const piece of chunks(elf.source, block.offset, block.size - (block.size % size), "a relocation table", size * 8192)) {
    const v = viewOf(piece);
    for (let i = 0; i < piece.length; i += size) {
      const record = rela ? Rela.view(v, i, h) : Rel.view(v, i, h);
      yield {
        table: block.name, offset: toQuantity(record.exact("offset")), type: relocationName(typeOf(v, i + wordSize(h)), h), ...nameOf(v.getUint32(i + at, h.littleEndian) >>> shift),
        addend: rela ? toQuantity(Rela.view(v, i, h).exact("addend")) : null,
      };
    }
  }
}

function* relrEntries(elf: ElfFile, block: RelocationBlock): Generator<ListedRelocation> {
  const word = wordSize(elf.header), le = elf.header.littleEndian, bits = BigInt(8 * word - 1), entry = (address: bigint): ListedRelocation => ({ table: block.name, offset: toQuantity(address), type: "RELR", ...NO_SYMBOL, addend: null });
  let next: bigint | undefined;
  for (const piece of chunks(elf.source, block.offset, block.size - (block.size % word), "a RELR table", word * 8192)) {
    const v = viewOf(piece);
    for (let i = 0; i < piece.length; i += word) {
      const value = word === 8 ? v.getBigUint64(i, le) : BigInt(v.getUint32(i, le));
      if ((value & 1n) === 0n) {
        yield entry(value);
        next = value + BigInt(word);
        continue;
      }
      if (next === undefined) fail("MALFORMED", `${block.name} begins with a bit map`, { offset: block.offset });
      for (let bit = 0n; bit < bits; bit++) if ((value >> (bit + 1n)) & 1n) yield entry(BigInt.asUintN(8 * word, next + bit * BigInt(word)));
      next += bits * BigInt(word);
    }
  }
}

import { viewOf } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { extendedSection } from "../image/symbols/symbols.js";
import { symbolVersions } from "../image/dynamic/versions.js";
import { SHN, SHT } from "../spec/constants.js";
import { symbolBindingName, symbolTypeName, symbolVisibilityName } from "../spec/names.js";
import { type Quantity, toQuantity } from "./quantity.js";
import type { Tolerant } from "../image/tolerant.js";

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
  if (!table.exact) {
    return t.problem(`nothing in the file tells the number of dynamic symbols (at most ${table.count})`);
  }
  return list(elf, table, () => undefined, t.part(() => symbolVersions(elf)) ?? (() => undefined));
}

function list(
  elf: ElfFile,
  table: SymbolTable,
  extended: (symbol: number) => number | undefined,
  version: ReturnType<typeof symbolVersions>,
): ListedSymbol[] {
  const out: ListedSymbol[] = [];
  for (const s of table) {
    if (s.index === 0) continue;

    const v = version(s.index);
    out.push({
      index: s.index,
      name: s.name,
      value: toQuantity(s.value),
      size: toQuantity(s.size),
      binding: symbolBindingName(s.binding),
      type: symbolTypeName(s.type),
      visibility: symbolVisibilityName(s.visibility),
      section: sectionName(elf, s.shndx, extended(s.index)),
      version: v?.name ?? null,
      versionFile: v?.file ?? null,
      hidden: v?.hidden ?? false,
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
  const table = elf.sections.find((s) => s.header.type === SHT.SYMTAB);
  const section = table && extendedSection(elf, table.index);
  if (!section) return () => undefined;
  const v = viewOf(readExactly(elf.source, section.header.offset, section.header.size, "the extended section indexes"));
  return (symbol) => (4 * symbol + 4 <= v.byteLength ? v.getUint32(4 * symbol, elf.header.littleEndian) : undefined);
}

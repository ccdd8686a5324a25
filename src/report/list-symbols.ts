import { viewOf } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { symbolVersions } from "../image/dynamic/versions.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { extendedSection } from "../image/symbols/symbols.js";
import type { Tolerant } from "../image/tolerant.js";
import { SHN, SHT } from "../spec/constants.js";
import { symbolBindingName, symbolTypeName, symbolVisibilityName } from "../spec/names.js";
import { type Quantity, toQuantity } from "./quantity.js";

/** One symbol of .symtab or .dynsym. Plain JSON. */
export interface ListedSymbol {
  readonly index: number;
  readonly name: string;
  readonly value: Quantity;
  readonly size: Quantity;
  readonly binding: string;
  readonly type: string;
  readonly visibility: string;
  /** The symbol's section: its name, or its index where it has none; `UNDEF`, `ABS` or `COMMON` for no section. */
  readonly section: string;
  /** `GLIBC_2.34`, or null for none; dynamic symbols only. */
  readonly version: string | null;
  /** The library whose version it is; null for a version that this file defines. */
  readonly versionFile: string | null;
  /** True for a definition that only references to this very version bind to. */
  readonly hidden: boolean;
}

const SPECIAL: Readonly<Record<number, string>> = { [SHN.UNDEF]: "UNDEF", [SHN.ABS]: "ABS", [SHN.COMMON]: "COMMON" };

/** The section index of a symbol that has SHN_XINDEX; undefined where the file does not tell it. */
type ExtendedIndexes = (symbol: number) => number | undefined;

/**
 * Lists the symbols of .symtab without the null symbol. Null for no table.
 *
 * @throws ElfError `TRUNCATED`, `MALFORMED`
 */
export function listSymbols(elf: ElfFile): ListedSymbol[] | null {
  const table = elf.symbols;
  return table && list(elf, table, extendedIndexes(elf), () => undefined);
}

/**
 * Lists the symbols of .dynsym without the null symbol, with their versions. Null where the file has none, or nothing
 * in it tells their number.
 *
 * @throws ElfError `TRUNCATED`, `MALFORMED`
 */
export function listDynamicSymbols(elf: ElfFile, tolerant: Tolerant): ListedSymbol[] | null {
  const table = elf.dynamicSymbols;
  if (!table) return null;
  if (!table.exact) {
    return tolerant.problem(`nothing in the file tells the number of dynamic symbols (at most ${table.count})`);
  }

  const versionOf = tolerant.part(() => symbolVersions(elf)) ?? (() => undefined);
  return list(elf, table, () => undefined, versionOf);
}

function list(
  elf: ElfFile,
  table: SymbolTable,
  extended: ExtendedIndexes,
  versionOf: ReturnType<typeof symbolVersions>,
): ListedSymbol[] {
  const out: ListedSymbol[] = [];
  for (const symbol of table) {
    if (symbol.index === 0) continue;

    const version = versionOf(symbol.index);
    out.push({
      index: symbol.index,
      name: symbol.name,
      value: toQuantity(symbol.value),
      size: toQuantity(symbol.size),
      binding: symbolBindingName(symbol.binding),
      type: symbolTypeName(symbol.type),
      visibility: symbolVisibilityName(symbol.visibility),
      section: sectionName(elf, symbol.shndx, extended(symbol.index)),
      version: version?.name ?? null,
      versionFile: version?.file ?? null,
      hidden: version?.hidden ?? false,
    });
  }

  return out;
}

function sectionName(elf: ElfFile, shndx: number, extended: number | undefined): string {
  if (shndx === SHN.XINDEX) return extended === undefined ? "XINDEX" : sectionNameAt(elf, extended);
  return SPECIAL[shndx] ?? sectionNameAt(elf, shndx);
}

const sectionNameAt = (elf: ElfFile, index: number): string => elf.sections[index]?.name || String(index);

/** Reads SHT_SYMTAB_SHNDX: the sections of symbols whose index does not fit st_shndx. */
function extendedIndexes(elf: ElfFile): ExtendedIndexes {
  const table = elf.sections.find((s) => s.header.type === SHT.SYMTAB);
  const section = table && extendedSection(elf, table.index);
  if (!section) return () => undefined;

  const { offset, size } = section.header;
  const view = viewOf(readExactly(elf.source, offset, size, "the extended section indexes"));
  return (symbol) => {
    const at = 4 * symbol;
    return at + 4 <= view.byteLength ? view.getUint32(at, elf.header.littleEndian) : undefined;
  };
}

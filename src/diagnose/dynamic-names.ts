import type { ReadonlyView } from "../codec/struct.js";
import type { ElfFile } from "../image/elf.js";
import { nameAt, NameBudget } from "../image/strings.js";
import { type SymbolVersion, symbolVersions } from "../image/dynamic/versions.js";
import { SHN, STB, STT_LOPROC } from "../spec/constants.js";
import type { SYM } from "../spec/records.js";

/** A dynamic symbol that another file has to define. */
export interface Import {
  /** Its index in .dynsym. */
  readonly index: number;
  readonly name: string;
  /** STB_WEAK: the loader goes on without it. */
  readonly weak: boolean;
  /** STT_*. */
  readonly type: number;
  /** The version that the symbol is bound to; undefined for none. */
  readonly version: SymbolVersion | undefined;
  /** File offset of its record. */
  readonly at: number;
}

/** A dynamic symbol that the file defines. */
export interface Export {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  /** st_value: the address, or the offset in thread-local storage. */
  readonly value: bigint;
  readonly at: number;
}

interface LinkedSymbol {
  readonly index: number;
  readonly at: number;
  readonly symbol: ReadonlyView<typeof SYM>;
  readonly name: string;
}

/** The dynamic symbols that concern other files. Local symbols and SPARC's register symbols do not. */
function* linked(elf: ElfFile, defined: boolean): Generator<LinkedSymbol> {
  const table = elf.dynamicSymbols;
  if (!table) return;

  table.strings?.load();
  const budget = new NameBudget(table.strings);
  for (const { index, at, symbol } of table.records()) {
    const isDefined = symbol.shndx !== SHN.UNDEF;
    if (index === 0 || isDefined !== defined) continue;
    if (bindingOf(symbol) === STB.LOCAL || typeOf(symbol) >= STT_LOPROC) continue;

    const name = budget.spend(nameAt(table.strings, symbol.name));
    if (name !== "") yield { index, at, symbol, name };
  }
}

/** The symbols that the file takes from others. */
export function importsOf(elf: ElfFile): Import[] {
  const versionOf = symbolVersions(elf);
  const imports: Import[] = [];
  for (const { index, at, symbol, name } of linked(elf, false)) {
    imports.push({
      index,
      name,
      weak: bindingOf(symbol) === STB.WEAK,
      type: typeOf(symbol),
      version: versionOf(index),
      at,
    });
  }
  return imports;
}

/** The symbols that the file defines for others, one at a time: a large program has very many. */
export function* exportsOf(elf: ElfFile): Generator<Export> {
  for (const { index, at, symbol, name } of linked(elf, true)) {
    yield { index, name, type: typeOf(symbol), value: symbol.exact("value"), at };
  }
}

/** ELF64_ST_BIND and ELF64_ST_TYPE of the gABI, which are the same in both classes. */
const bindingOf = (symbol: ReadonlyView<typeof SYM>): number => symbol.info >> 4;
const typeOf = (symbol: ReadonlyView<typeof SYM>): number => symbol.info & 15;

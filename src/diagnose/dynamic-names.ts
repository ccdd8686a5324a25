import type { ReadonlyView } from "../codec/struct.js";
import type { ElfFile } from "../image/elf.js";
import { nameAt, NameBudget } from "../image/strings.js";
import { type SymbolVersion, symbolVersions } from "../image/dynamic/versions.js";
import { SHN, STB, STT_LOPROC } from "../spec/constants.js";
import type { SYM } from "../spec/records.js";

/** A dynamic symbol that another file has to define. */
export interface Import {
  /** Its place in .dynsym. */
  readonly index: number;
  readonly name: string;
  /** STB_WEAK: the loader goes on without. */
  readonly weak: boolean;
  /** STT_*. */
  readonly type: number;
  /** The version that it is bound to; undefined for none. */
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

/** Dynamic symbols that mean something to others: local ones, and SPARC's registers, are of no other file. */
function* linked(
  elf: ElfFile,
  defined: boolean,
): Generator<{
  readonly index: number;
  readonly at: number;
  readonly symbol: ReadonlyView<typeof SYM>;
  readonly name: string;
}> {
  const table = elf.dynamicSymbols;
  if (!table) return;

  table.strings?.load();
  const budget = new NameBudget(table.strings);
  for (const { index, at, symbol } of table.records()) {
    if (
      index === 0 ||
      (symbol.shndx !== SHN.UNDEF) !== defined ||
      symbol.info >> 4 === STB.LOCAL ||
      (symbol.info & 15) >= STT_LOPROC
    ) {
      continue;
    }

    const name = budget.spend(nameAt(table.strings, symbol.name));
    if (name !== "") yield { index, at, symbol, name };
  }
}

/** What the file takes from others. */
export function importsOf(elf: ElfFile): Import[] {
  const version = symbolVersions(elf);
  const out: Import[] = [];
  for (const { index, at, symbol: s, name } of linked(elf, false)) {
    out.push({ index, name, weak: s.info >> 4 === STB.WEAK, type: s.info & 15, version: version(index), at });
  }
  return out;
}

/** What it defines for others, one by one: a large program has very many. */
export function* exportsOf(elf: ElfFile): Generator<Export> {
  for (const { index, at, symbol: s, name } of linked(elf, true)) {
    yield { index, name, type: s.info & 15, value: s.exact("value"), at };
  }
}

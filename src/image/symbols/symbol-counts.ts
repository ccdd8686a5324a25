import { SHN, STB, STT } from "../../spec/constants.js";
import type { SymbolTable } from "../elf.js";

/**
 * How many symbols a table has, without the null symbol. Each counts as defined or undefined, and also by its binding
 * and by its type.
 */
export interface SymbolCounts {
  readonly total: number;
  readonly defined: number;
  /** SHN_UNDEF: another file has to define them. */
  readonly undefined: number;
  readonly local: number;
  readonly global: number;
  readonly weak: number;
  /** STB_GNU_UNIQUE. */
  readonly unique: number;
  readonly functions: number;
  readonly objects: number;
  readonly tls: number;
  /** STT_GNU_IFUNC: functions that the loader chooses at run time. */
  readonly ifuncs: number;
}

/** Counts in one pass over the records, without reading names. */
export function countSymbols(table: SymbolTable): SymbolCounts {
  const bindings = new Array<number>(16).fill(0);
  const types = new Array<number>(16).fill(0);
  let total = 0;
  let missing = 0;

  for (const { index, symbol } of table.records()) {
    if (index === 0) continue;
    const { info } = symbol;
    total++;
    if (symbol.shndx === SHN.UNDEF) missing++;
    bindings[info >> 4]!++;
    types[info & 15]!++;
  }

  return {
    total,
    defined: total - missing,
    undefined: missing,
    local: bindings[STB.LOCAL]!,
    global: bindings[STB.GLOBAL]!,
    weak: bindings[STB.WEAK]!,
    unique: bindings[STB.GNU_UNIQUE]!,
    functions: types[STT.FUNC]!,
    objects: types[STT.OBJECT]!,
    tls: types[STT.TLS]!,
    ifuncs: types[STT.GNU_IFUNC]!,
  };
}

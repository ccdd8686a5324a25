import type { ElfFile } from "../image/elf.js";
import type { SymbolTable } from "../image/symbols.js";
import { symbolBindingName } from "../spec/names.js";
import { type Change, changed } from "./change.js";
import { countSymbols } from "./describe.js";
import { Tolerant } from "./tolerant.js";

/** How many symbols there are, and where both files have the same ones, which are bound otherwise. */
export function* diffSymbols(before: ElfFile, after: ElfFile): Generator<Change> {
  const a = countSymbols(before, new Tolerant()), b = countSymbols(after, new Tolerant());
  yield* changed({ at: "symbols" }, a.symtab, b.symtab);
  yield* changed({ at: "dynamicSymbols" }, a.dynsym, b.dynsym);
  if (a.dynsym !== null && a.dynsym === b.dynsym) yield* new Tolerant().part(() => bindings(before.dynamicSymbols!, after.dynamicSymbols!)) ?? [];
}

function bindings(before: SymbolTable, after: SymbolTable): Change[] {
  const out: Change[] = [], others = after.records();
  for (const { symbol: a } of before.records()) {
    const other = others.next();
    if (other.done) break;
    const b = other.value.symbol, from = a.info >> 4, to = b.info >> 4;
    if (from === to) continue;
    const name = before.strings?.at(a.name) ?? "";
    if (name === after.strings?.at(b.name)) out.push({ at: "dynamicSymbols", name, field: "binding", from: symbolBindingName(from), to: symbolBindingName(to) });
  }
  return out;
}

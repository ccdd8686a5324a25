import type { ElfFile, SymbolTable } from "../image/elf.js";
import { symbolBindingName } from "../spec/names.js";
import { type Change, changed } from "./change.js";
import { countSymbols } from "./describe.js";
import { Tolerant } from "../image/tolerant.js";

/** How many symbols there are, and where both files have the same ones, which are bound otherwise. */
export function* diffSymbols(before: ElfFile, after: ElfFile): Generator<Change> {
  const a = countSymbols(before, new Tolerant()), b = countSymbols(after, new Tolerant());
  yield* changed({ at: "symbols" }, a.symtab, b.symtab);
  yield* changed({ at: "dynamicSymbols" }, a.dynsym, b.dynsym);
  if (a.dynsym !== null && a.dynsym === b.dynsym) yield* new Tolerant().part(() => bindings(before.dynamicSymbols!, after.dynamicSymbols!)) ?? [];
}

function bindings(before: SymbolTable, after: SymbolTable): Change[] {
  const out: Change[] = [], others = after.pieces();
  for (const a of before.pieces()) {
    const { value: b } = others.next();
    if (!b) break;
    const infos = a.words("info"), otherInfos = b.words("info");
    for (let i = 0; i < Math.min(a.count, b.count); i++) {
      const from = infos[i]! >> 4, to = otherInfos[i]! >> 4;
      if (from === to) continue;
      const name = before.strings?.at(a.words("name")[i]!) ?? "";
      if (name === after.strings?.at(b.words("name")[i]!)) out.push({ at: "dynamicSymbols", name, field: "binding", from: symbolBindingName(from), to: symbolBindingName(to) });
    }
  }
  return out;
}

import { toLatin1, viewOf } from "../codec/bytes.js";
import { wordSize } from "../codec/encoding.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import type { SymbolTable } from "../image/symbols.js";
import { hex } from "../error.js";
import { EM, SHN } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import type { Rule } from "./rule.js";

/** Machines whose psABI puts the address of the dynamic section into the first word at DT_PLTGOT. */
const GOT_HOLDS_DYNAMIC: readonly number[] = [EM["386"], EM.IAMCU, EM.X86_64, EM.ARM, EM.S390];

function firstGotWord(elf: ElfFile, address: bigint): bigint | undefined {
  const width = wordSize(elf.header), at = elf.offsetOf(address, width);
  if (at === undefined) return undefined;
  const v = viewOf(readExactly(elf.source, at, width, "the global offset table")), le = elf.header.littleEndian;
  return width === 8 ? v.getBigUint64(0, le) : BigInt(v.getUint32(0, le));
}

/** The values of all definitions of a symbol, without reading the names of the others. */
function* definitions(table: SymbolTable, name: string): Generator<bigint> {
  const text = table.strings ? toLatin1(table.strings.load()) : "", places = new Set<number>();
  for (let at = text.indexOf(`${name}\0`); at >= 0; at = text.indexOf(`${name}\0`, at + 1)) places.add(at);
  if (places.size === 0) return;
  for (const { symbol: s } of table.records()) if (places.has(s.name) && s.shndx !== SHN.UNDEF) yield s.exact("value");
}

/** The addresses of the dynamic section that code may hold. */
export const pointerRules: readonly Rule[] = [
  {
    id: "dynamic-symbol", severity: "warning", sentence: "The symbol _DYNAMIC has the address of PT_DYNAMIC.",
    *test(elf) {
      const address = elf.dynamic?.address;
      if (address === undefined) return;
      for (const table of [elf.symbols, elf.dynamicSymbols])
        for (const value of table ? definitions(table, "_DYNAMIC") : [])
          if (value !== address) yield { message: `its value is ${hex(value)}, PT_DYNAMIC is at ${hex(address)}`, at: "_DYNAMIC" };
    },
  },
  {
    id: "dynamic-got", severity: "warning", sentence: "On machines whose global offset table starts with the address of the dynamic section, it is that of PT_DYNAMIC.",
    *test(elf) {
      const d = elf.dynamic, got = d?.get(DT.PLTGOT);
      if (!d || !got || !GOT_HOLDS_DYNAMIC.includes(elf.header.machine)) return;
      const word = firstGotWord(elf, got);
      if (word && word !== d.address) yield { message: `the word at DT_PLTGOT (${hex(got)}) is ${hex(word)}, PT_DYNAMIC is at ${hex(d.address)}`, at: "DT_PLTGOT" };
    },
  },
];

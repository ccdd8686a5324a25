import { encodeText, viewOf } from "../codec/bytes.js";
import { wordSize } from "../codec/encoding.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { hex } from "../error.js";
import { SHN } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { cardOf } from "../spec/machines/card-of.js";
import { MEMORY } from "../spec/machines/lists/memory.js";
import type { CheckRule } from "./rule.js";

function firstGotWord(elf: ElfFile, address: bigint): bigint | undefined {
  const width = wordSize(elf.header);
  const at = elf.offsetOf(address, width);
  if (at === undefined) return undefined;
  const v = viewOf(readExactly(elf.source, at, width, "the global offset table"));
  const le = elf.header.littleEndian;
  return width === 8 ? v.getBigUint64(0, le) : BigInt(v.getUint32(0, le));
}

function startsWith(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** The values of all definitions of a symbol, without reading the names of the others. */
function* definitions(table: SymbolTable, name: string): Generator<bigint> {
  const text = table.strings?.load() ?? new Uint8Array(0);
  const wanted = encodeText(`${name}\0`);
  for (const p of table.pieces()) {
    const names = p.words("name");
    const shndx = p.words("shndx");
    for (let i = 0; i < p.count; i++) {
      if (shndx[i] !== SHN.UNDEF && startsWith(text, names[i]!, wanted)) yield p.exact("value", i);
    }
  }
}

/** The addresses of the dynamic section that code may hold. */
export const pointerRules: readonly CheckRule[] = [
  {
    id: "dynamic-symbol",
    severity: "warning",
    sentence: "The symbol _DYNAMIC has the address of PT_DYNAMIC.",
    *test(elf) {
      const address = elf.dynamic?.address;
      if (address === undefined) return;
      for (const table of [elf.symbols, elf.dynamicSymbols]) {
        for (const value of table ? definitions(table, "_DYNAMIC") : []) {
          if (value !== address) {
            yield { message: `its value is ${hex(value)}, PT_DYNAMIC is at ${hex(address)}`, at: "_DYNAMIC" };
          }
        }
      }
    },
  },
  {
    id: "dynamic-got",
    severity: "warning",
    sentence:
      "On machines whose global offset table starts with the address of the dynamic section, it is that of PT_DYNAMIC.",
    *test(elf) {
      const d = elf.dynamic;
      const got = d?.get(DT.PLTGOT);
      if (!d || !got || !cardOf(MEMORY, elf.header.machine)?.gotHoldsDynamic) return;

      const word = firstGotWord(elf, got);
      if (word && word !== d.address) {
        yield {
          message: `the word at DT_PLTGOT (${hex(got)}) is ${hex(word)}, PT_DYNAMIC is at ${hex(d.address)}`,
          at: "DT_PLTGOT",
        };
      }
    },
  },
];

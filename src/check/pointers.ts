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

/** The word at DT_PLTGOT; undefined where the file does not hold it. */
function firstGotWord(elf: ElfFile, address: bigint): bigint | undefined {
  const width = wordSize(elf.header);
  const offset = elf.offsetOf(address, width);
  if (offset === undefined) return undefined;

  const data = viewOf(readExactly(elf.source, offset, width, "the global offset table"));
  const { littleEndian } = elf.header;
  return width === 8 ? data.getBigUint64(0, littleEndian) : BigInt(data.getUint32(0, littleEndian));
}

function startsWith(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) {
    if (bytes[at + i] !== wanted[i]) return false;
  }
  return true;
}

/** The values of all definitions of a symbol, without decoding the names of other symbols. */
function* definitions(table: SymbolTable, name: string): Generator<bigint> {
  const text = table.strings?.load() ?? new Uint8Array(0);
  const wanted = encodeText(`${name}\0`);

  for (const piece of table.pieces()) {
    const names = piece.words("name");
    const shndx = piece.words("shndx");
    for (let i = 0; i < piece.count; i++) {
      if (shndx[i] !== SHN.UNDEF && startsWith(text, names[i]!, wanted)) yield piece.exact("value", i);
    }
  }
}

/** The places where code may find the address of the dynamic section. */
export const pointerRules: readonly CheckRule[] = [
  {
    id: "dynamic-symbol",
    severity: "warning",
    sentence: "The symbol _DYNAMIC has the address of PT_DYNAMIC.",
    *test(elf) {
      const address = elf.dynamic?.address;
      if (address === undefined) return;

      for (const table of [elf.symbols, elf.dynamicSymbols]) {
        if (!table) continue;
        for (const value of definitions(table, "_DYNAMIC")) {
          if (value === address) continue;
          yield { message: `its value is ${hex(value)}, PT_DYNAMIC is at ${hex(address)}`, at: "_DYNAMIC" };
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
      const { dynamic } = elf;
      const got = dynamic?.get(DT.PLTGOT);
      if (!dynamic || !got || !cardOf(MEMORY, elf.header.machine)?.gotHoldsDynamic) return;

      const word = firstGotWord(elf, got);
      if (word && word !== dynamic.address) {
        yield {
          message: `the word at DT_PLTGOT (${hex(got)}) is ${hex(word)}, PT_DYNAMIC is at ${hex(dynamic.address)}`,
          at: "DT_PLTGOT",
        };
      }
    },
  },
];

import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { dynamicRelocations } from "../image/relocations.js";
import { versymTable } from "../image/versions.js";
import { SHN, STB, VERSYM } from "../spec/constants.js";
import type { TableWrite } from "./requests.js";

/** Every dynamic symbol whose version number is one of these: its index, the number with the hidden bit, and where it stands. */
function* symbolsOf(elf: ElfFile, numbers: { has(n: number): boolean; readonly size: number }): Generator<{ index: number; number: number; at: number }> {
  const table = numbers.size > 0 ? versymTable(elf) : undefined;
  if (!table) return;
  const v = viewOf(readExactly(elf.source, table.offset, table.count * 2, ".gnu.version")), certain = certainCount(elf);
  for (let index = 0; index < table.count; index++) {
    const number = v.getUint16(index * 2, elf.header.littleEndian);
    if (!numbers.has(number & ~VERSYM.HIDDEN)) continue;
    if (index >= certain)
      fail("UNSUPPORTED", "nothing in the file tells how many dynamic symbols it has, so it is not known where .gnu.version ends", { what: "versions without a symbol count" });
    yield { index, number, at: table.offset + index * 2 };
  }
}

/** How many dynamic symbols there are for sure: where the number is only a bound, those that relocations use. */
function certainCount(elf: ElfFile): number {
  if (elf.dynamicSymbols!.exact) return elf.dynamicSymbols!.count;
  let count = 0;
  for (const r of dynamicRelocations(elf)) count = Math.max(count, r.symbol + 1);
  return count;
}

/** .gnu.version follows: what had one of these numbers takes the other; VER_NDX_GLOBAL stands for no version. */
export function* renumberVersions(elf: ElfFile, renumbered: ReadonlyMap<number, number>): Generator<TableWrite> {
  for (const { number, at } of symbolsOf(elf, renumbered)) {
    const to = renumbered.get(number & ~VERSYM.HIDDEN)!, bytes = new Uint8Array(2);
    viewOf(bytes).setUint16(0, to === VERSYM.GLOBAL ? to : to | (number & VERSYM.HIDDEN), elf.header.littleEndian);
    yield { offset: at, bytes };
  }
}

/** Undefined global symbols of these versions become weak: ld.so passes over one that nobody defines (gABI, "Symbol Table"). */
export function* weakenSymbols(elf: ElfFile, numbers: ReadonlySet<number>): Generator<TableWrite> {
  const indexes = new Set(Array.from(symbolsOf(elf, numbers), (s) => s.index));
  if (indexes.size === 0) return;
  for (const { index, at, symbol } of elf.dynamicSymbols!.records())
    if (indexes.has(index) && symbol.shndx === SHN.UNDEF && symbol.info >> 4 === STB.GLOBAL)
      yield { offset: at + Sym.offsetOf("info", elf.header.class), bytes: Uint8Array.of((STB.WEAK << 4) | (symbol.info & 15)) };
}

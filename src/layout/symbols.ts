import { Sym } from "../codec/records.js";
import { fail } from "../error.js";
import { sectionSymbols, type SymbolTable } from "../image/symbols.js";
import { SHF, SHN, SHT, STT } from "../spec/constants.js";
import type { Requests } from "../request/requests.js";
import type { Rewrite } from "./rewrite.js";

/** Symbols defined in what moved, and `_DYNAMIC`, take the new addresses; `renumbered` gives sections their new index, `order` symbols theirs. */
export function fixSymbols(rewrite: Rewrite, renumbered: ReadonlyMap<number, number> | undefined, order: Requests["symbolOrder"]): void {
  const { elf, moves } = rewrite, h = elf.header;
  if (moves.length === 0 && !renumbered) return;
  const sections = movedSections(rewrite);
  const dynamic = moves.find((m) => m.region.name === ".dynamic");
  const valueAt = Sym.offsetOf("value", h.class), shndxAt = Sym.offsetOf("shndx", h.class);
  for (const table of elf.sections) {
    if ((table.header.type !== SHT.SYMTAB && table.header.type !== SHT.DYNSYM) || (renumbered && !renumbered.has(table.index))) continue;
    const symbols = sectionSymbols(elf, table.index);
    // A symbol's new fields go to where the new order has it.
    const shift = order && symbols.offset === elf.dynamicSymbols?.offset ? (index: number) => (order(index) - index) * Sym.size(h.class) : () => 0;
    for (const { at: was, index: number, symbol } of symbols.records()) {
      const at = was + shift(number);
      const { shndx } = symbol, value = symbol.exact("value");
      const section = sections.get(shndx);
      let moved = section && section.start <= value && value < section.end ? value + section.by : value;
      if (dynamic && value === dynamic.region.address && moved === value && nameIs(symbols, symbol.name, "_DYNAMIC")) moved = dynamic.address;
      if (moved !== value) rewrite.pokeWord(at + valueAt, moved);
      if (!renumbered || shndx === SHN.UNDEF || shndx >= SHN.LORESERVE) continue;
      const index = renumbered.get(shndx) ?? (table.header.type === SHT.DYNSYM ? ordinaryIndex(rewrite, shndx, value) : undefined);
      if (index === undefined) forget(rewrite, at, symbol.info);
      else if (index !== shndx) rewrite.pokeHalf(at + shndxAt, index);
    }
  }
  if (renumbered && elf.sections.some((s) => s.header.type === SHT.SYMTAB_SHNDX && renumbered.has(s.index)))
    fail("UNSUPPORTED", "a symbol table with extended section indexes (SHT_SYMTAB_SHNDX) stays, and sections before others go", { what: "SHT_SYMTAB_SHNDX" });
}

/** Sections of the input that have another address now, and the addresses whose symbols go along: those of the bytes that moved, and the section's end. */
function movedSections(rewrite: Rewrite): Map<number, { start: bigint; end: bigint; by: bigint }> {
  const out = new Map<number, { start: bigint; end: bigint; by: bigint }>();
  for (const { was, view } of rewrite.sections) {
    if (was === undefined) continue;
    const old = rewrite.elf.sections[was]!.header, start = old.exact("addr"), by = view.exact("addr") - start;
    const move = by === 0n ? undefined : rewrite.moves.find(({ region: r }) => r.offset <= old.offset && old.offset < r.offset + r.size);
    if (!move) continue;
    const sectionEnd = start + old.exact("size"), movedEnd = move.region.address + BigInt(move.region.size);
    out.set(was, { start, end: movedEnd < sectionEnd ? movedEnd : sectionEnd + 1n, by });
  }
  return out;
}

const nameIs = (t: SymbolTable, at: number, name: string) => t.strings !== undefined && at + name.length < t.strings.size && t.strings.at(at) === name;

/**
 * What a loaded symbol says instead of a section that is gone (old tools left it stale). ld.so takes any ordinary index for a
 * definition, but adds no load address to SHN_ABS: so the number stays while a section has it, else that of the section at its address.
 */
function ordinaryIndex({ sections }: Rewrite, shndx: number, value: bigint): number {
  if (shndx < sections.length) return shndx;
  const holder = sections.findIndex(({ view: s }) => s.flags & SHF.ALLOC && s.exact("addr") <= value && value < s.exact("addr") + s.exact("size"));
  return holder > 0 ? holder : 1;
}

/** A symbol whose section is gone stays in the table as an absolute one, so that no other symbol's index changes. */
function forget(rewrite: Rewrite, at: number, info: number): void {
  const h = rewrite.elf.header, c = h.class;
  rewrite.pokeHalf(at + Sym.offsetOf("shndx", c), SHN.ABS);
  if ((info & 15) === STT.SECTION) rewrite.poke(at + Sym.offsetOf("info", c), Uint8Array.of((info & 0xf0) | STT.NOTYPE));
}

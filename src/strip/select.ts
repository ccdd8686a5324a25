import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { fileRange, type Section } from "../image/sections.js";
import { extendedSection, sectionSymbols } from "../image/symbols.js";
import { nameAt, NameBudget, type StringTable } from "../image/strings.js";
import { EM, SHN, STB, STT } from "../spec/constants.js";
import { listed } from "./listed.js";
import type { StripWish } from "./wish.js";

/** In place of an index: the symbol goes. */
export const GONE = 0xffff_ffff;

/** Which symbols of a table stay, in their old order. */
export interface SymbolSelection {
  /** The table's records. */
  readonly bytes: Uint8Array;
  /** The new index of each symbol, or {@link GONE}. */
  readonly indexes: Uint32Array;
  /** How many stay, symbol 0 included, and how many of these are local: sh_info. */
  readonly count: number;
  readonly locals: number;
  /** The first symbol whose index changes; `indexes.length` where none does. */
  readonly firstChanged: number;
  /** SHT_SYMTAB_SHNDX: the section of symbols whose st_shndx is SHN_XINDEX. */
  readonly extended: Uint32Array | undefined;
  readonly strings: StringTable | undefined;
}

/** The index of a symbol's section, 0 where it is undefined; a special index (SHN_ABS, SHN_COMMON) below 0. */
export const homeOf = (shndx: number, symbol: number, extended: Uint32Array | undefined): number => (shndx === SHN.XINDEX && extended ? extended[symbol]! : shndx >= SHN.LORESERVE ? -shndx : shndx);

/** What decides about a symbol. */
interface SymbolFacts {
  readonly type: number;
  readonly binding: number;
  /** See {@link homeOf}. */
  readonly shndx: number;
  readonly isUsed: boolean;
  /** Has it a name of its own? Symbols of sections take their section's; Dart's compiler gives one. */
  readonly hasName: boolean;
}

/** What the choice rests on besides the edits. */
export interface Surroundings {
  readonly dropped: ReadonlySet<number>;
  /** For each symbol whether something that stays names it. */
  readonly used: Uint8Array;
  readonly relocatable: boolean;
  /** The table itself was asked for. */
  readonly keepsTable: boolean;
}

/** Symbols that say what code and data are, which disassemblers and linkers need (ARM's, AArch64's, RISC-V's and C-SKY's ELF supplements). */
const MAPPING: Readonly<Record<number, RegExp>> = { [EM.ARM]: /^\$[atd](\.|$)/, [EM.AARCH64]: /^\$[xd](\.|$)/, [EM.RISCV]: /^\$(x|d(\.|$))/, [EM.CSKY]: /^\$[td](\.|$)/ };

/** Machines on which BFD writes no symbols of sections that nothing names; on others it writes them all, but where a file has relocations. */
const NEEDS_NO_SECTION_SYMBOLS: readonly number[] = [EM["386"], EM.IAMCU, EM.X86_64];

/** Names that assemblers make for themselves: `.L` everywhere, `$` on MIPS and Alpha (binutils' bfd_is_local_label). */
const isTemporary = (name: string, machine: number): boolean =>
  name.startsWith(".L") || name.startsWith(".X") || name.startsWith("..") || name.startsWith("_.L_") || (name.startsWith("$") && (machine === EM.MIPS || machine === EM.ALPHA || machine === EM.ALPHA_OLD));

/** Chooses the symbols that stay. `STILL_NEEDED` where something that stays names one that would go with its section or by its name. */
export function selectSymbols(elf: ElfFile, table: Section, wish: StripWish, s: Surroundings): SymbolSelection {
  const { offset, size } = fileRange(table, elf.source), h = elf.header, entry = Sym.size(h.class), { strings } = sectionSymbols(elf, table.index);
  const bytes = readExactly(elf.source, offset, size - (size % entry), "a symbol table"), total = bytes.length / entry, extended = extendedIndexes(elf, table, total);
  const indexes = new Uint32Array(total).fill(GONE), view = Sym.view(viewOf(bytes), 0, h), needed: string[] = [], namesMatter = wish.keepsSymbol !== undefined || wish.stripsSymbol !== undefined;
  const budget = new NameBudget((strings?.size ?? 0) + total);
  if (namesMatter || wish.discards !== undefined || MAPPING[h.machine]) strings?.load();
  const around = { ...s, keepsSectionSymbols: !s.relocatable && !NEEDS_NO_SECTION_SYMBOLS.includes(h.machine) && !s.used.includes(1) };
  let count = 0, locals = 0, firstChanged = total;
  for (let i = 0; i < total; i++) {
    view.moveTo(i * entry);
    const shndx = homeOf(view.shndx, i, extended);
    const facts = { type: view.info & 15, binding: view.info >> 4, shndx, isUsed: s.used[i] === 1, hasName: view.name !== 0 }, name = () => budget.spend(nameAt(strings, view.name));
    const isNamed = namesMatter && wish.stripsSymbol?.(name()) === true, homeless = s.dropped.has(shndx);
    const stays = i === 0 || (!homeless && ((isWanted(facts, name, h.machine, wish, around) && !isNamed) || (namesMatter && wish.keepsSymbol?.(name()) === true) || (wish.keepsFiles && facts.type === STT.FILE)));
    if (!stays && facts.isUsed) needed.push(facts.type === STT.SECTION ? (elf.sections[shndx]?.name ?? "") : name());
    if (!stays) continue;
    if (facts.binding === STB.LOCAL && locals === count) locals++;
    if (count !== i && firstChanged === total) firstChanged = i;
    indexes[i] = count++;
  }
  // A symbol that goes in front of nothing changes no index, but nothing may name it any more.
  if (count < total) firstChanged = Math.min(firstChanged, indexes.indexOf(GONE));
  if (needed.length > 0) fail("STILL_NEEDED", `relocations that stay name ${listed(needed)}, which would go`, { names: needed });
  return { bytes, indexes, count, locals, firstChanged, extended, strings };
}

/** GNU strip's rule, but that STB_GNU_UNIQUE counts as global, and mapping symbols stay on every machine that has them. */
function isWanted(f: SymbolFacts, name: () => string, machine: number, wish: StripWish, { relocatable, keepsTable, keepsSectionSymbols }: Surroundings & { readonly keepsSectionSymbols: boolean }): boolean {
  const { mode } = wish;
  if (keepsTable) return true;
  if (mode === "all") return false;
  if (f.isUsed) return true;
  if (f.type === STT.SECTION && f.binding === STB.LOCAL) return mode === "none" || (mode === "debug" && keepsSectionSymbols && !f.hasName);
  const isUndefined = f.shndx === SHN.UNDEF, isGlobal = f.binding !== STB.LOCAL;
  if (relocatable && isGlobal && !(isUndefined && f.binding !== STB.WEAK)) return true;
  if (isGlobal || isUndefined || f.shndx === -SHN.COMMON) return mode !== "unneeded";
  if (f.type === STT.FILE) return mode === "none";
  // Assemblers give those of thread-local data the type of what is there.
  if (relocatable && (f.type === STT.NOTYPE || f.type === STT.TLS) && MAPPING[machine]?.test(name())) return true;
  return mode !== "unneeded" && (wish.discards === undefined || (wish.discards === "temporary" && !isTemporary(name(), machine)));
}

function extendedIndexes(elf: ElfFile, table: Section, count: number): Uint32Array | undefined {
  const section = extendedSection(elf, table.index);
  if (!section) return undefined;
  const { offset, size } = fileRange(section, elf.source), v = viewOf(readExactly(elf.source, offset, size, "SHT_SYMTAB_SHNDX"));
  if (size < count * 4) fail("MALFORMED", `${section.name} has ${size / 4} entries for ${count} symbols`, { offset });
  return Uint32Array.from({ length: count }, (_, i) => v.getUint32(i * 4, elf.header.littleEndian));
}

import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile, Section } from "../image/elf.js";
import { fileRange } from "../image/headers/sections.js";
import { extendedSection, sectionSymbols } from "../image/symbols/symbols.js";
import { nameAt, NameBudget, type StringTable } from "../image/strings.js";
import { SHN, STB, STT } from "../spec/constants.js";
import { cardOf } from "../spec/machines/card-of.js";
import { SYMBOLS } from "../spec/machines/lists/symbols.js";
import { listed } from "./listed.js";
import type { StripWish } from "./strip-wish.js";

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
  /**
   * The index of each symbol's section, 0 where it is undefined; a special index (SHN_ABS, SHN_COMMON) below 0.
   * Doubles: extended indexes have all 32 bits.
   */
  readonly homes: Float64Array;
  /** st_name of each symbol. */
  readonly names: Uint32Array;
  /** SHT_SYMTAB_SHNDX: the section of symbols whose st_shndx is SHN_XINDEX. */
  readonly extended: Uint32Array | undefined;
  readonly strings: StringTable | undefined;
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

/** How names begin that assemblers make for themselves on every machine (binutils' bfd_is_local_label). */
const TEMPORARY: readonly string[] = [".L", ".X", "..", "_.L_"];

const isTemporary = (name: string, own: string | null): boolean =>
  TEMPORARY.some((prefix) => name.startsWith(prefix)) || (own !== null && name.startsWith(own));

/**
 * Chooses the symbols that stay. `STILL_NEEDED` where something that stays names one that would go with its section or
 * by its name.
 */
export function selectSymbols(elf: ElfFile, table: Section, wish: StripWish, s: Surroundings): SymbolSelection {
  const { offset, size } = fileRange(table, elf.source);
  const h = elf.header;
  const entry = Sym.size(h.class);
  const { strings } = sectionSymbols(elf, table.index);
  const bytes = readExactly(elf.source, offset, size - (size % entry), "a symbol table");
  const total = bytes.length / entry;
  const extended = extendedIndexes(elf, table, total);
  const namesMatter = wish.keepsSymbol !== undefined || wish.stripsSymbol !== undefined;
  const budget = new NameBudget({ offset: strings?.offset ?? offset, size: (strings?.size ?? 0) + total });
  if (namesMatter || wish.discards !== undefined || cardOf(SYMBOLS, h.machine)?.mapping) strings?.load();
  const column = (field: "info" | "shndx" | "name") => Sym.words(field, bytes, total, h);
  const info = column("info");
  const homes = homesOf(column("shndx"), extended);
  const names = column("name");
  const nameOf = (i: number) => budget.spend(nameAt(strings, names[i]!));
  const rule = new Rule(h.machine, wish, s, nameOf);
  const needed: string[] = [];
  const indexes = new Uint32Array(total).fill(GONE);
  let count = 0;
  let locals = 0;
  let firstChanged = total;

  for (let i = 0; i < total; i++) {
    const type = info[i]! & 15;
    const binding = info[i]! >> 4;
    const home = homes[i]!;
    let stays = i === 0;

    if (!stays && !s.dropped.has(home)) {
      const isStripped = namesMatter && wish.stripsSymbol?.(nameOf(i)) === true;
      stays =
        (rule.wants(i, type, binding, home, names[i] !== 0) && !isStripped) ||
        (namesMatter && wish.keepsSymbol?.(nameOf(i)) === true) ||
        (wish.keepsFiles && type === STT.FILE);
    }

    if (!stays) {
      if (s.used[i] === 1) needed.push(type === STT.SECTION ? (elf.sections[home]?.name ?? "") : nameOf(i));
      continue;
    }

    if (binding === STB.LOCAL && locals === count) locals++;
    if (count !== i && firstChanged === total) firstChanged = i;
    indexes[i] = count++;
  }

  // A symbol that goes in front of nothing changes no index, but nothing may name it any more.
  if (count < total) firstChanged = Math.min(firstChanged, indexes.indexOf(GONE));
  if (needed.length > 0) {
    fail("STILL_NEEDED", `relocations that stay name ${listed(needed)}, which would go`, { names: needed });
  }

  return { bytes, indexes, count, locals, firstChanged, homes, extended, names, strings };
}

/**
 * GNU strip's rule, but that STB_GNU_UNIQUE counts as global, and mapping symbols stay on every machine that has them.
 */
class Rule {
  readonly #wish: StripWish;
  readonly #around: Surroundings;
  readonly #temporaryPrefix: string | null;
  readonly #mapping: RegExp | null;
  readonly #nameOf: (symbol: number) => string;
  readonly #keepsSectionSymbols: boolean;

  constructor(machine: number, wish: StripWish, around: Surroundings, nameOf: (symbol: number) => string) {
    this.#wish = wish;
    this.#around = around;
    const card = cardOf(SYMBOLS, machine);
    this.#temporaryPrefix = card?.temporaryPrefix ?? null;
    this.#mapping = around.relocatable ? (card?.mapping ?? null) : null;
    this.#nameOf = nameOf;
    this.#keepsSectionSymbols = !around.relocatable && (card?.unusedSectionSymbols ?? true) && !around.used.includes(1);
  }

  /** @param hasName has it a name of its own? Symbols of sections take their section's; Dart's compiler gives one. */
  wants(symbol: number, type: number, binding: number, home: number, hasName: boolean): boolean {
    const { mode, discards } = this.#wish;
    const { keepsTable, used, relocatable } = this.#around;
    if (keepsTable) return true;
    if (mode === "all") return false;
    if (used[symbol] === 1) return true;
    if (type === STT.SECTION && binding === STB.LOCAL) {
      return mode === "none" || (mode === "debug" && this.#keepsSectionSymbols && !hasName);
    }

    const isUndefined = home === SHN.UNDEF;
    const isGlobal = binding !== STB.LOCAL;
    if (relocatable && isGlobal && !(isUndefined && binding !== STB.WEAK)) return true;
    if (isGlobal || isUndefined || home === -SHN.COMMON) return mode !== "unneeded";
    if (type === STT.FILE) return mode === "none";
    // Assemblers give those of thread-local data the type of what is there.
    if ((type === STT.NOTYPE || type === STT.TLS) && this.#mapping?.test(this.#nameOf(symbol))) return true;

    return (
      mode !== "unneeded" &&
      (discards === undefined ||
        (discards === "temporary" && !isTemporary(this.#nameOf(symbol), this.#temporaryPrefix)))
    );
  }
}

/** See {@link SymbolSelection.homes}. */
function homesOf(shndx: Uint32Array, extended: Uint32Array | undefined): Float64Array {
  const out = new Float64Array(shndx.length);
  for (let i = 0; i < out.length; i++) {
    const n = shndx[i]!;
    out[i] = n === SHN.XINDEX && extended ? extended[i]! : n >= SHN.LORESERVE ? -n : n;
  }
  return out;
}

function extendedIndexes(elf: ElfFile, table: Section, count: number): Uint32Array | undefined {
  const section = extendedSection(elf, table.index);
  if (!section) return undefined;
  const { offset, size } = fileRange(section, elf.source);
  const v = viewOf(readExactly(elf.source, offset, size, "SHT_SYMTAB_SHNDX"));
  if (size < count * 4) fail("MALFORMED", `${section.name} has ${size / 4} entries for ${count} symbols`, { offset });
  return Uint32Array.from({ length: count }, (_, i) => v.getUint32(i * 4, elf.header.littleEndian));
}

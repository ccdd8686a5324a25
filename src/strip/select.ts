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

/** Stands in place of the new index of a symbol that goes. */
export const GONE = 0xffff_ffff;

/** The symbols of a table that stay, in their old order. */
export interface SymbolSelection {
  /** The table's records. */
  readonly bytes: Uint8Array;
  /** The new index of each symbol, or {@link GONE}. */
  readonly indexes: Uint32Array;
  /** The number of symbols that stay, symbol 0 included. */
  readonly count: number;
  /** The number of local symbols before the first other one: sh_info. */
  readonly locals: number;
  /** The first symbol that goes or gets another index; `indexes.length` if there is none. */
  readonly firstChanged: number;
  /**
   * The index of each symbol's section; 0 for an undefined symbol, below 0 for a special index (SHN_ABS, SHN_COMMON).
   * Doubles, since extended indexes have 32 bits.
   */
  readonly homes: Float64Array;
  /** st_name of each symbol. */
  readonly names: Uint32Array;
  /** SHT_SYMTAB_SHNDX: the sections of the symbols whose st_shndx is SHN_XINDEX. */
  readonly extended: Uint32Array | undefined;
  readonly strings: StringTable | undefined;
}

/** What the choice depends on besides the edits. */
export interface Surroundings {
  readonly dropped: ReadonlySet<number>;
  /** For each symbol whether something that stays names it. */
  readonly used: Uint8Array;
  readonly relocatable: boolean;
  /** An edit keeps the table itself. */
  readonly keepsTable: boolean;
}

/** Prefixes of the names that assemblers make for themselves, on every machine (binutils' bfd_is_local_label). */
const TEMPORARY: readonly string[] = [".L", ".X", "..", "_.L_"];

/** @param ownPrefix the prefix that the machine has besides */
function isTemporary(name: string, ownPrefix: string | null): boolean {
  if (ownPrefix !== null && name.startsWith(ownPrefix)) return true;
  return TEMPORARY.some((prefix) => name.startsWith(prefix));
}

/**
 * Chooses the symbols that stay. `STILL_NEEDED` if something that stays names a symbol that would go with its section
 * or by its name.
 */
export function selectSymbols(elf: ElfFile, table: Section, wish: StripWish, around: Surroundings): SymbolSelection {
  const { machine } = elf.header;
  const { bytes, total, strings, extended, info, homes, names } = readSymbols(elf, table);

  const namesMatter = wish.keepsSymbol !== undefined || wish.stripsSymbol !== undefined;
  if (namesMatter || wish.discards !== undefined || cardOf(SYMBOLS, machine)?.mapping) strings?.load();

  const namesAt = strings?.offset ?? table.header.offset;
  const budget = new NameBudget({ offset: namesAt, size: (strings?.size ?? 0) + total });
  const nameOf = (i: number) => budget.spend(nameAt(strings, names[i]!));

  const rule = new Rule(machine, wish, around, nameOf);
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
    if (!stays && !around.dropped.has(home)) {
      const isStripped = namesMatter && wish.stripsSymbol?.(nameOf(i)) === true;
      stays =
        (rule.keeps(i, type, binding, home, names[i] !== 0) && !isStripped) ||
        (namesMatter && wish.keepsSymbol?.(nameOf(i)) === true) ||
        (wish.keepsFiles && type === STT.FILE);
    }

    if (!stays) {
      if (around.used[i] === 1) needed.push(type === STT.SECTION ? (elf.sections[home]?.name ?? "") : nameOf(i));
      continue;
    }

    if (binding === STB.LOCAL && locals === count) locals++;
    if (count !== i && firstChanged === total) firstChanged = i;
    indexes[i] = count;
    count++;
  }

  // If the last symbols go, no index changes, but nothing may name these symbols any more.
  if (count < total) firstChanged = Math.min(firstChanged, indexes.indexOf(GONE));

  if (needed.length > 0) {
    fail("STILL_NEEDED", `relocations that stay name ${listed(needed)}, which would go`, { names: needed });
  }

  return { bytes, indexes, count, locals, firstChanged, homes, extended, names, strings };
}

/**
 * GNU strip's rule, with two exceptions: STB_GNU_UNIQUE counts as global, and mapping symbols stay on every machine
 * that has them.
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
    this.#nameOf = nameOf;

    const card = cardOf(SYMBOLS, machine);
    this.#temporaryPrefix = card?.temporaryPrefix ?? null;
    this.#mapping = around.relocatable ? (card?.mapping ?? null) : null;
    this.#keepsSectionSymbols = !around.relocatable && (card?.unusedSectionSymbols ?? true) && !around.used.includes(1);
  }

  /**
   * Does the symbol stay, edits that name symbols aside?
   *
   * @param hasName the symbol has a name of its own. A section's symbol takes that of its section, but Dart's compiler
   *   gives it one.
   */
  keeps(symbol: number, type: number, binding: number, home: number, hasName: boolean): boolean {
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
    if (relocatable && isGlobal && (!isUndefined || binding === STB.WEAK)) return true;
    if (isGlobal || isUndefined || home === -SHN.COMMON) return mode !== "unneeded";
    if (type === STT.FILE) return mode === "none";

    // A mapping symbol has no type; for thread-local data, assemblers give it the type of the data.
    if ((type === STT.NOTYPE || type === STT.TLS) && this.#mapping?.test(this.#nameOf(symbol))) return true;

    if (mode === "unneeded" || discards === "all") return false;
    return discards === undefined || !isTemporary(this.#nameOf(symbol), this.#temporaryPrefix);
  }
}

/** A table's symbols, and the fields by which they are chosen. */
type TableSymbols = Pick<SymbolSelection, "bytes" | "strings" | "extended" | "homes" | "names"> & {
  readonly total: number;
  /** st_info of each symbol. */
  readonly info: Uint32Array;
};

function readSymbols(elf: ElfFile, table: Section): TableSymbols {
  const { offset, size } = fileRange(table, elf.source);
  const { strings } = sectionSymbols(elf, table.index);
  const entry = Sym.size(elf.header.class);
  const bytes = readExactly(elf.source, offset, size - (size % entry), "a symbol table");
  const total = bytes.length / entry;
  const extended = extendedIndexes(elf, table, total);

  const column = (field: "info" | "shndx" | "name") => Sym.words(field, bytes, total, elf.header);
  const homes = homesOf(column("shndx"), extended);
  return { bytes, total, strings, extended, info: column("info"), homes, names: column("name") };
}

/** See {@link SymbolSelection.homes}. */
function homesOf(shndx: Uint32Array, extended: Uint32Array | undefined): Float64Array {
  const homes = new Float64Array(shndx.length);
  for (let i = 0; i < homes.length; i++) {
    const index = shndx[i]!;
    if (index < SHN.LORESERVE) homes[i] = index;
    else homes[i] = index === SHN.XINDEX && extended ? extended[i]! : -index;
  }
  return homes;
}

function extendedIndexes(elf: ElfFile, table: Section, count: number): Uint32Array | undefined {
  const section = extendedSection(elf, table.index);
  if (!section) return undefined;

  const { offset, size } = fileRange(section, elf.source);
  const v = viewOf(readExactly(elf.source, offset, size, "SHT_SYMTAB_SHNDX"));
  if (size < count * 4) fail("MALFORMED", `${section.name} has ${size / 4} entries for ${count} symbols`, { offset });
  return Uint32Array.from({ length: count }, (_, i) => v.getUint32(i * 4, elf.header.littleEndian));
}

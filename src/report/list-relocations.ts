import { viewOf } from "../codec/bytes.js";
import { wordSize } from "../codec/encoding.js";
import { Rel, Rela, Sym } from "../codec/records.js";
import { chunks } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { packedRelocations } from "../image/relocations/packed-relocations.js";
import { type RelocationBlock, relocationBlocks } from "../image/relocations/relocation-blocks.js";
import { symbolField } from "../image/relocations/relocation-sections.js";
import { relocationName, typeReader } from "../image/relocations/relocation-types.js";
import { sectionSymbols } from "../image/symbols/symbols.js";
import { symbolVersions } from "../image/dynamic/versions.js";
import { SHT, STT } from "../spec/constants.js";
import { type Quantity, toQuantity } from "./quantity.js";
import type { Tolerant } from "../image/tolerant.js";

/** One relocation. Plain JSON. */
export interface ListedRelocation {
  /** The dynamic tag of its table (`DT_RELA`), or the section's name. */
  readonly table: string;
  /** r_offset: the address that is written, or the place in the section that the table is for. */
  readonly offset: Quantity;
  /** `R_X86_64_GLOB_DAT`; `RELR` for those of RELR tables, which are all relative. */
  readonly type: string;
  /**
   * The symbol's name, that of its section where it stands for one; null for no symbol, and where the name cannot be
   * read.
   */
  readonly symbol: string | null;
  readonly version: string | null;
  /** r_addend; null where it stands at `offset`. */
  readonly addend: Quantity | null;
}

/** All relocations that `describe` counts, table by table. `TRUNCATED`, `MALFORMED`. */
export function* listRelocations(elf: ElfFile, t: Tolerant): Generator<ListedRelocation> {
  let left = elf.source.size;
  const names = new Map<number | undefined, (symbol: number) => Named>();
  for (const block of relocationBlocks(elf, (name) => t.problem(`the relocations of ${name} are not in the file`))) {
    if (block.form === "relr") {
      yield* relrEntries(elf, block);
      continue;
    }

    let nameOf = names.get(block.symbols);
    if (!nameOf) names.set(block.symbols, (nameOf = symbolNames(elf, block, t, (bytes) => (left -= bytes) >= 0)));
    yield* block.form === "rel" || block.form === "rela"
      ? plainEntries(elf, block, nameOf)
      : packedEntries(elf, block, nameOf);
  }
}

interface Named {
  readonly symbol: string | null;
  readonly version: string | null;
}

const NO_SYMBOL: Named = { symbol: null, version: null };

/** Each symbol table is read once. `mayRead` says when tables over the same bytes had been read too often. */
function symbolNames(
  elf: ElfFile,
  block: RelocationBlock,
  t: Tolerant,
  mayRead: (bytes: number) => boolean,
): (symbol: number) => Named {
  const version = block.symbols === undefined ? t.part(() => symbolVersions(elf)) : null;
  const names: Named[] = [];
  t.part(() => {
    const table = block.symbols === undefined ? elf.dynamicSymbols : sectionTable(elf, block.symbols);
    if (!table || !mayRead(table.count * Sym.size(elf.header.class))) return;
    for (const s of table) {
      const section = s.type === STT.SECTION && s.name === "" ? elf.sections[s.shndx]?.name : undefined;
      names.push({ symbol: section ?? s.name, version: version?.(s.index)?.name ?? null });
    }
  });

  return (symbol) => (symbol === 0 ? NO_SYMBOL : (names[symbol] ?? NO_SYMBOL));
}

function sectionTable(elf: ElfFile, index: number): SymbolTable | null {
  const type = elf.sections[index]?.header.type;
  return type === SHT.SYMTAB || type === SHT.DYNSYM ? sectionSymbols(elf, index) : null;
}

function* plainEntries(
  elf: ElfFile,
  block: RelocationBlock,
  nameOf: (symbol: number) => Named,
): Generator<ListedRelocation> {
  const h = elf.header;
  const rela = block.form === "rela";
  const size = (rela ? Rela : Rel).size(h.class);
  const typeOf = typeReader(h);
  const { at, shift } = symbolField(h);

  for (const piece of chunks(
    elf.source,
    block.offset,
    block.size - (block.size % size),
    "a relocation table",
    size * 8192,
  )) {
    const v = viewOf(piece);
    for (let i = 0; i < piece.length; i += size) {
      const record = rela ? Rela.view(v, i, h) : Rel.view(v, i, h);
      yield {
        table: block.name,
        offset: toQuantity(record.exact("offset")),
        type: relocationName(typeOf(v, i + wordSize(h)), h),
        ...nameOf(v.getUint32(i + at, h.littleEndian) >>> shift),
        addend: rela ? toQuantity(Rela.view(v, i, h).exact("addend")) : null,
      };
    }
  }
}

function* packedEntries(
  elf: ElfFile,
  block: RelocationBlock,
  nameOf: (symbol: number) => Named,
): Generator<ListedRelocation> {
  for (const r of packedRelocations(elf, block)) {
    yield {
      table: block.name,
      offset: toQuantity(r.offset),
      type: relocationName(r.type, elf.header),
      ...nameOf(r.symbol),
      addend: r.addend === null ? null : toQuantity(r.addend),
    };
  }
}

function* relrEntries(elf: ElfFile, block: RelocationBlock): Generator<ListedRelocation> {
  const word = wordSize(elf.header);
  const le = elf.header.littleEndian;
  const bits = BigInt(8 * word - 1);
  const entry = (address: bigint): ListedRelocation => ({
    table: block.name,
    offset: toQuantity(address),
    type: "RELR",
    ...NO_SYMBOL,
    addend: null,
  });
  let next: bigint | undefined;

  for (const piece of chunks(elf.source, block.offset, block.size - (block.size % word), "a RELR table", word * 8192)) {
    const v = viewOf(piece);
    for (let i = 0; i < piece.length; i += word) {
      const value = word === 8 ? v.getBigUint64(i, le) : BigInt(v.getUint32(i, le));
      if ((value & 1n) === 0n) {
        yield entry(value);
        next = value + BigInt(word);
        continue;
      }
      if (next === undefined) fail("MALFORMED", `${block.name} begins with a bit map`, { offset: block.offset });

      for (let bit = 0n; bit < bits; bit++) {
        if ((value >> (bit + 1n)) & 1n) yield entry(BigInt.asUintN(8 * word, next + bit * BigInt(word)));
      }

      next += bits * BigInt(word);
    }
  }
}

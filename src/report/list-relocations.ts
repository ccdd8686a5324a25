import { viewOf } from "../codec/bytes.js";
import { wordSize } from "../codec/encoding.js";
import { Rel, Rela, Sym } from "../codec/records.js";
import { chunks } from "../codec/source.js";
import { fail } from "../error.js";
import { symbolVersions } from "../image/dynamic/versions.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { packedRelocations } from "../image/relocations/packed-relocations.js";
import { type RelocationBlock, relocationBlocks } from "../image/relocations/relocation-blocks.js";
import { symbolField } from "../image/relocations/relocation-sections.js";
import { relocationName, typeReader } from "../image/relocations/relocation-types.js";
import { sectionSymbols } from "../image/symbols/symbols.js";
import type { Tolerant } from "../image/tolerant.js";
import { SHT, STT } from "../spec/constants.js";
import { type Quantity, toQuantity } from "./quantity.js";

/** One relocation. Plain JSON. */
export interface ListedRelocation {
  /** The dynamic tag of its table (`DT_RELA`), or the section's name. */
  readonly table: string;
  /** r_offset: the address that is written, or the offset in the section that the table is for. */
  readonly offset: Quantity;
  /** `R_X86_64_GLOB_DAT`; `RELR` for those of RELR tables, which are all relative. */
  readonly type: string;
  /** The name of the symbol, or of the section that it stands for; null for no symbol, or an unreadable name. */
  readonly symbol: string | null;
  /** The version of a dynamic symbol; null for none. */
  readonly version: string | null;
  /** r_addend; null where the addend stands at `offset`. */
  readonly addend: Quantity | null;
}

/**
 * Lists all relocations that `describeElf` counts, table by table.
 *
 * @throws ElfError `TRUNCATED`, `MALFORMED`
 */
export function* listRelocations(elf: ElfFile, tolerant: Tolerant): Generator<ListedRelocation> {
  // Symbol tables over the same bytes (only a broken file has many of them) would be read again and again.
  let budget = elf.source.size;
  const mayRead = (bytes: number): boolean => {
    budget -= bytes;
    return budget >= 0;
  };

  const names = new Map<number | undefined, NameOf>();
  const blocks = relocationBlocks(elf, (name) => tolerant.problem(`the relocations of ${name} are not in the file`));
  for (const block of blocks) {
    if (block.form === "relr") {
      yield* relrEntries(elf, block);
      continue;
    }

    let nameOf = names.get(block.symbols);
    if (!nameOf) {
      nameOf = symbolNames(elf, block, tolerant, mayRead);
      names.set(block.symbols, nameOf);
    }

    const isPlain = block.form === "rel" || block.form === "rela";
    yield* isPlain ? plainEntries(elf, block, nameOf) : packedEntries(elf, block, nameOf);
  }
}

interface Named {
  readonly symbol: string | null;
  readonly version: string | null;
}

type NameOf = (symbol: number) => Named;

const NO_SYMBOL: Named = { symbol: null, version: null };

/** Reads the names of a block's symbol table, once for all its symbols. Where `mayRead` refuses, no symbol is known. */
function symbolNames(
  elf: ElfFile,
  block: RelocationBlock,
  tolerant: Tolerant,
  mayRead: (bytes: number) => boolean,
): NameOf {
  const isDynamic = block.symbols === undefined;
  const versionOf = isDynamic ? tolerant.part(() => symbolVersions(elf)) : null;
  const names: Named[] = [];

  tolerant.part(() => {
    const table = block.symbols === undefined ? elf.dynamicSymbols : sectionTable(elf, block.symbols);
    if (!table || !mayRead(table.count * Sym.size(elf.header.class))) return;

    for (const { index, type, name, shndx } of table) {
      const sectionName = type === STT.SECTION && name === "" ? elf.sections[shndx]?.name : undefined;
      names.push({ symbol: sectionName ?? name, version: versionOf?.(index)?.name ?? null });
    }
  });

  return (symbol) => (symbol === 0 ? NO_SYMBOL : (names[symbol] ?? NO_SYMBOL));
}

function sectionTable(elf: ElfFile, index: number): SymbolTable | null {
  const type = elf.sections[index]?.header.type;
  return type === SHT.SYMTAB || type === SHT.DYNSYM ? sectionSymbols(elf, index) : null;
}

/** Records that are read at a time. */
const RECORDS = 8192;

function* plainEntries(
  { source, header }: ElfFile,
  block: RelocationBlock,
  nameOf: NameOf,
): Generator<ListedRelocation> {
  const isRela = block.form === "rela";
  const size = (isRela ? Rela : Rel).size(header.class);
  const infoAt = wordSize(header);
  const typeOf = typeReader(header);
  const { at: symbolAt, shift } = symbolField(header);

  const wholeRecords = block.size - (block.size % size);
  for (const piece of chunks(source, block.offset, wholeRecords, "a relocation table", size * RECORDS)) {
    const view = viewOf(piece);
    for (let at = 0; at < piece.length; at += size) {
      const record = isRela ? Rela.view(view, at, header) : Rel.view(view, at, header);
      const symbol = view.getUint32(at + symbolAt, header.littleEndian) >>> shift;
      yield {
        table: block.name,
        offset: toQuantity(record.exact("offset")),
        type: relocationName(typeOf(view, at + infoAt), header),
        ...nameOf(symbol),
        addend: isRela ? toQuantity(Rela.view(view, at, header).exact("addend")) : null,
      };
    }
  }
}

function* packedEntries(elf: ElfFile, block: RelocationBlock, nameOf: NameOf): Generator<ListedRelocation> {
  for (const { offset, type, symbol, addend } of packedRelocations(elf, block)) {
    yield {
      table: block.name,
      offset: toQuantity(offset),
      type: relocationName(type, elf.header),
      ...nameOf(symbol),
      addend: addend === null ? null : toQuantity(addend),
    };
  }
}

function* relrEntries({ source, header }: ElfFile, block: RelocationBlock): Generator<ListedRelocation> {
  const word = wordSize(header);
  const le = header.littleEndian;
  const bits = BigInt(8 * word - 1);
  const entry = (address: bigint): ListedRelocation => ({
    table: block.name,
    offset: toQuantity(address),
    type: "RELR",
    ...NO_SYMBOL,
    addend: null,
  });

  // The address that the first bit of a bitmap stands for; unknown before the first address.
  let next: bigint | undefined;
  const wholeWords = block.size - (block.size % word);
  for (const piece of chunks(source, block.offset, wholeWords, "a RELR table", word * RECORDS)) {
    const view = viewOf(piece);
    for (let at = 0; at < piece.length; at += word) {
      const value = word === 8 ? view.getBigUint64(at, le) : BigInt(view.getUint32(at, le));
      const isAddress = (value & 1n) === 0n;
      if (isAddress) {
        yield entry(value);
        next = value + BigInt(word);
        continue;
      }

      if (next === undefined) {
        fail("MALFORMED", `${block.name} begins with a bitmap instead of an address`, { offset: block.offset });
      }
      for (let bit = 0n; bit < bits; bit++) {
        const isSet = (value >> (bit + 1n)) & 1n;
        if (isSet) yield entry(BigInt.asUintN(8 * word, next + bit * BigInt(word)));
      }
      next += bits * BigInt(word);
    }
  }
}

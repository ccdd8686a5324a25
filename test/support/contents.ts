import { viewOf } from "../../src/codec/bytes.js";
import { Rel, Rela, Sym } from "../../src/codec/records.js";
import { type ElfFile, readElf, SHF, SHT } from "../../src/index.js";
import { symbolOf } from "./relocations.js";

/**
 * What a strip must get right, each in words that do not depend on indexes, so that results of different tools compare.
 */
export interface Contents {
  /** Names of sections, sorted; a group has its signature in its name. */
  readonly sections: readonly string[];
  /** Symbols of .symtab, sorted: name, binding, type, st_other, section, value, size. */
  readonly symbols: readonly string[];
  /**
   * By the name of their section (and its number among namesakes): r_offset, r_type with the rest of r_info, symbol,
   * addend, in their order.
   */
  readonly relocations: ReadonlyMap<string, readonly string[]>;
  /** By signature: flags and members. */
  readonly groups: ReadonlyMap<string, string>;
  /** Other sections' bytes by name and number among namesakes. */
  readonly bytes: ReadonlyMap<string, Buffer>;
}

const TABLES: readonly number[] = [
  SHT.NULL,
  SHT.NOBITS,
  SHT.SYMTAB,
  SHT.STRTAB,
  SHT.REL,
  SHT.RELA,
  SHT.CREL,
  SHT.GROUP,
  SHT.SYMTAB_SHNDX,
  SHT.LLVM_ADDRSIG,
  SHT.LLVM_CALL_GRAPH_PROFILE,
];

/** Reads them. Indexes that lead nowhere become words that no whole file has. */
export function contents(file: Buffer): Contents {
  const elf = readElf(file);
  const symbols = readSymbols(elf, file);
  const labels = labelSections(elf, symbols);
  const described = symbols.map((s) => s.describe(labels));
  const relocations = new Map<string, string[]>();
  const groups = new Map<string, string>();
  const bytes = new Map<string, Buffer>();

  for (const s of elf.sections) {
    const { type, offset, size } = s.header;
    const label = labels[s.index]!;
    const isRelocation = type === SHT.REL || type === SHT.RELA;
    // What segments hold is compared as such.
    if (elf.segments.length > 0 && (s.header.flags & SHF.ALLOC) !== 0) continue;

    if (isRelocation) {
      relocations.set(label, readRelocations(elf, file, s.index, described));
    } else if (type === SHT.GROUP) {
      groups.set(
        label,
        words(elf, file, s.index)
          .map((w, i) => (i === 0 ? `flags ${w}` : (labels[w] ?? `NO SECTION ${w}`)))
          .join(" "),
      );
    } else if (!TABLES.includes(type)) {
      bytes.set(label, file.subarray(offset, offset + size));
    }
  }

  return {
    sections: labels
      .slice(1)
      .map((l) => l.replace(/#\d+$/, ""))
      .sort(),
    symbols: described.slice(1).sort(),
    relocations,
    groups,
    bytes,
  };
}

interface RawSymbol {
  readonly name: string;
  readonly section: number;
  describe(labels: readonly string[]): string;
}

const SPECIAL = new Map([
  [0, "UND"],
  [0xfff1, "ABS"],
  [0xfff2, "COM"],
]);

function readSymbols(elf: ElfFile, file: Buffer): RawSymbol[] {
  const table = elf.symbols;
  const home = elf.sections.find((s) => s.header.type === SHT.SYMTAB);
  if (!table || !home) return [];

  const wide = elf.sections.find((s) => s.header.type === SHT.SYMTAB_SHNDX && s.header.link === home.index);
  const long = wide ? words(elf, file, wide.index) : [];
  const view = viewOf(file);

  return Array.from({ length: table.count }, (_, i) => {
    const s = Sym.view(view, table.offset + i * Sym.size(elf.header.class), elf.header);
    const section = s.shndx === 0xffff ? (long[i] ?? -1) : s.shndx;
    const name = s.name === 0 ? "" : (table.strings?.at(s.name) ?? `NO NAME ${s.name}`);
    const rest = `bind ${s.info >> 4} type ${s.info & 15} other ${s.other} value ${s.exact("value").toString(16)} size ${s.exact("size")}`;
    const isIndex = s.shndx < 0xff00 ? s.shndx !== 0 : s.shndx === 0xffff;

    // The number among namesakes may change where one of them goes.
    return {
      name,
      section: isIndex ? section : 0,
      describe: (labels) =>
        `${name} ${rest} in ${isIndex ? (labels[section] ?? `NO SECTION ${section}`).replace(/#\d+$/, "") : (SPECIAL.get(s.shndx) ?? s.shndx)}`,
    };
  });
}

function words(elf: ElfFile, file: Buffer, index: number): number[] {
  const { offset, size } = elf.sections[index]!.header;
  const le = elf.header.littleEndian;
  return Array.from({ length: size >> 2 }, (_, i) =>
    le ? file.readUInt32LE(offset + 4 * i) : file.readUInt32BE(offset + 4 * i),
  );
}

/**
 * Each section's name and number among its namesakes; for a group the name of its signature, for relocations that of
 * what they change.
 */
function labelSections(elf: ElfFile, symbols: readonly RawSymbol[]): string[] {
  const seen = new Map<string, number>();
  const sectionName = (i: number) => elf.sections[i]?.name ?? `NO SECTION ${i}`;
  return elf.sections.map((s) => {
    const signature = symbols[s.header.info];
    const name =
      s.header.type === SHT.GROUP
        ? `${s.name}[${signature ? signature.name || sectionName(signature.section) : "NO SIGNATURE"}]`
        : s.name;
    const n = seen.get(name) ?? 0;
    seen.set(name, n + 1);
    return `${name}#${n}`;
  });
}

function readRelocations(elf: ElfFile, file: Buffer, index: number, symbols: readonly string[]): string[] {
  const { type, offset, size } = elf.sections[index]!.header;
  const record = type === SHT.RELA ? Rela : Rel;
  const entry = record.size(elf.header.class);
  const view = viewOf(file);
  return Array.from({ length: Math.floor(size / entry) }, (_, i) => {
    const r = record.view(view, offset + i * entry, elf.header);
    const { symbol, rest } = symbolOf(elf.header, r.exact("info"));
    return `${r.exact("offset").toString(16)} ${rest.toString(16)} ${symbol === 0 ? "" : (symbols[symbol] ?? `NO SYMBOL ${symbol}`)} ${"addend" in r ? r.exact("addend" as never) : ""}`;
  });
}

import { viewOf } from "../../src/codec/bytes.js";
import { Rel, Rela, Sym } from "../../src/codec/records.js";
import { type ElfFile, readElf, SHF, SHN, SHT } from "../../src/index.js";
import { symbolOf } from "./relocations.js";

/** What a strip must get right, in words without indexes, so that results of different tools can be compared. */
export interface Contents {
  /** Names of sections, sorted; the name of a group holds its signature. */
  readonly sections: readonly string[];
  /** Symbols of .symtab, sorted: name, binding, type, st_other, section, value, size. */
  readonly symbols: readonly string[];
  /**
   * Relocations in their order, by the name of their section and its number among namesakes. Of each: r_offset, r_type
   * with the rest of r_info, symbol, addend.
   */
  readonly relocations: ReadonlyMap<string, readonly string[]>;
  /** Flags and members of groups, by signature. */
  readonly groups: ReadonlyMap<string, string>;
  /** The bytes of other sections, by name and number among namesakes. */
  readonly bytes: ReadonlyMap<string, Buffer>;
}

/** Sections whose bytes hold indexes, or which have none. */
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

/** Reads the contents of a file. Indexes that lead nowhere become words that no sound file has. */
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
    // What segments hold is compared by segment.
    if (elf.segments.length > 0 && (s.header.flags & SHF.ALLOC) !== 0) continue;

    if (type === SHT.REL || type === SHT.RELA) {
      relocations.set(label, readRelocations(elf, file, s.index, described));
    } else if (type === SHT.GROUP) {
      groups.set(label, describeGroup(words(elf, file, s.index), labels));
    } else if (!TABLES.includes(type)) {
      bytes.set(label, file.subarray(offset, offset + size));
    }
  }

  return {
    sections: labels.slice(1).map(withoutNumber).sort(),
    symbols: described.slice(1).sort(),
    relocations,
    groups,
    bytes,
  };
}

function describeGroup([flags, ...members]: readonly number[], labels: readonly string[]): string {
  return [`flags ${flags}`, ...members.map((m) => labels[m] ?? `NO SECTION ${m}`)].join(" ");
}

/** A label without its number, which may change where a namesake goes. */
const withoutNumber = (label: string): string => label.replace(/#\d+$/, "");

interface RawSymbol {
  readonly name: string;
  readonly section: number;
  describe(labels: readonly string[]): string;
}

const SPECIAL: ReadonlyMap<number, string> = new Map([
  [SHN.UNDEF, "UND"],
  [SHN.ABS, "ABS"],
  [SHN.COMMON, "COM"],
]);

function readSymbols(elf: ElfFile, file: Buffer): RawSymbol[] {
  const table = elf.symbols;
  const home = elf.sections.find((s) => s.header.type === SHT.SYMTAB);
  if (!table || !home) return [];

  const extended = elf.sections.find((s) => s.header.type === SHT.SYMTAB_SHNDX && s.header.link === home.index);
  const indexes = extended ? words(elf, file, extended.index) : [];
  const view = viewOf(file);

  return Array.from({ length: table.count }, (_, i) => {
    const s = Sym.view(view, table.offset + i * Sym.size(elf.header.class), elf.header);
    const name = s.name === 0 ? "" : (table.strings?.at(s.name) ?? `NO NAME ${s.name}`);
    const value = s.exact("value").toString(16);
    const size = s.exact("size");
    const text = `${name} bind ${s.info >> 4} type ${s.info & 15} other ${s.other} value ${value} size ${size}`;

    const isIndex = s.shndx < SHN.LORESERVE ? s.shndx !== SHN.UNDEF : s.shndx === SHN.XINDEX;
    if (!isIndex) {
      const { shndx } = s;
      return { name, section: 0, describe: () => `${text} in ${SPECIAL.get(shndx) ?? shndx}` };
    }

    const section = s.shndx === SHN.XINDEX ? (indexes[i] ?? -1) : s.shndx;
    const describe = (labels: readonly string[]) =>
      `${text} in ${withoutNumber(labels[section] ?? `NO SECTION ${section}`)}`;
    return { name, section, describe };
  });
}

/** The 32-bit words of a section. */
function words(elf: ElfFile, file: Buffer, index: number): number[] {
  const { offset, size } = elf.sections[index]!.header;
  const le = elf.header.littleEndian;
  return Array.from({ length: size >> 2 }, (_, i) =>
    le ? file.readUInt32LE(offset + 4 * i) : file.readUInt32BE(offset + 4 * i),
  );
}

/** The name of each section and its number among namesakes; the name of a group holds its signature. */
function labelSections(elf: ElfFile, symbols: readonly RawSymbol[]): string[] {
  const sectionName = (i: number) => elf.sections[i]?.name ?? `NO SECTION ${i}`;
  const signatureOf = (group: number) => {
    const symbol = symbols[group];
    return symbol ? symbol.name || sectionName(symbol.section) : "NO SIGNATURE";
  };

  const seen = new Map<string, number>();
  return elf.sections.map((s) => {
    const name = s.header.type === SHT.GROUP ? `${s.name}[${signatureOf(s.header.info)}]` : s.name;
    const number = seen.get(name) ?? 0;
    seen.set(name, number + 1);
    return `${name}#${number}`;
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
    const name = symbol === 0 ? "" : (symbols[symbol] ?? `NO SYMBOL ${symbol}`);
    const addend = "addend" in r ? r.exact("addend" as never) : "";
    return `${r.exact("offset").toString(16)} ${rest.toString(16)} ${name} ${addend}`;
  });
}

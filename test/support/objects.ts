import { alignUp, concat, encodeText, viewOf } from "../../src/codec/bytes.js";
import { type Encoding, wordSize } from "../../src/codec/encoding.js";
import { Rel, Rela, Shdr, Sym } from "../../src/codec/records.js";
import { headerSize, headerView } from "../../src/image/headers/header.js";
import { symbolField } from "../../src/image/relocations/relocation-sections.js";
import { ET, SHF, SHN, SHT, STB, STT } from "../../src/spec/constants.js";

/** A symbol of a relocatable file that a test makes. Local symbols must stand first. */
export interface ObjectSymbol {
  readonly name?: string;
  readonly binding?: number;
  readonly type?: number;
  /** The name of its section, or a special index; undefined symbols have none. */
  readonly section?: string | number;
  readonly value?: number;
}

export interface ObjectSection {
  readonly name: string;
  readonly type?: number;
  readonly flags?: number;
  readonly bytes?: Uint8Array;
  readonly align?: number;
  readonly entsize?: number;
  readonly link?: string;
  /** sh_info: a section's name, or the index of a symbol. */
  readonly info?: string | number;
  /** Relocations at byte offsets, by the index of their symbol. They get a section of their own. */
  readonly relocations?: readonly (readonly [offset: number, symbol: number])[];
  /** SHT_GROUP: the names of its sections. */
  readonly members?: readonly string[];
}

export interface ObjectOptions extends Encoding {
  readonly machine: number;
  readonly rela?: boolean;
  readonly sections: readonly ObjectSection[];
  readonly symbols: readonly ObjectSymbol[];
  /** Names of sections and symbols share one table, as LLVM may write them. */
  readonly sharesNames?: boolean;
  /** The section index of every symbol stands in SHT_SYMTAB_SHNDX. */
  readonly extended?: boolean;
}

interface Raw extends ObjectSection {
  readonly bytes: Uint8Array;
}

/** A relocatable file (ET_REL) of any class, byte order and machine. Symbol 0 is added. */
export function objectFile(o: ObjectOptions): Uint8Array {
  const sections = withTables(o);
  const indexOf = (name: string): number => sections.findIndex((s) => s.name === name);
  const names = stringTable(sections.map((s) => s.name));
  const bytes = sectionBytes(o, sections, names, indexOf);

  let end = headerSize(o);
  const parts: Uint8Array[] = [];
  const headers = new Uint8Array(sections.length * Shdr.size(o.class));
  sections.forEach((s, i) => {
    // Section 0 has an empty header and no bytes.
    if (i === 0) return;

    const start = alignUp(end, s.align ?? 1);
    const stored = s.type === SHT.NOBITS ? new Uint8Array(0) : bytes[i]!;
    parts.push(new Uint8Array(start - end), stored);
    Object.assign(Shdr.view(viewOf(headers), i * Shdr.size(o.class), o), {
      name: names.at(s.name),
      type: s.type ?? SHT.PROGBITS,
      flags: s.flags ?? 0,
      offset: start,
      size: bytes[i]!.length,
      addralign: s.align ?? 1,
      entsize: s.entsize ?? 0,
      link: s.link === undefined ? 0 : indexOf(s.link),
      info: typeof s.info === "string" ? indexOf(s.info) : (s.info ?? 0),
    });
    end = start + stored.length;
  });

  const shoff = alignUp(end, wordSize(o));
  const head = new Uint8Array(headerSize(o));
  head.set([0x7f, 0x45, 0x4c, 0x46, o.class === 64 ? 2 : 1, o.littleEndian ? 1 : 2, 1]);
  Object.assign(headerView(head, o), {
    type: ET.REL,
    machine: o.machine,
    version: 1,
    shoff,
    ehsize: head.length,
    shentsize: Shdr.size(o.class),
    shnum: sections.length,
    shstrndx: indexOf(o.sharesNames ? ".strtab" : ".shstrtab"),
  });

  return concat([head, ...parts, new Uint8Array(shoff - end), headers]);
}

/** The sections of the options and those that a linker wants beside them; the bytes of tables are still empty. */
function withTables(o: ObjectOptions): Raw[] {
  const word = wordSize(o);
  const isLocal = (s: ObjectSymbol) => (s.binding ?? STB.LOCAL) === STB.LOCAL;
  const symtab: ObjectSection = {
    name: ".symtab",
    type: SHT.SYMTAB,
    align: word,
    entsize: Sym.size(o.class),
    link: ".strtab",
    info: 1 + o.symbols.filter(isLocal).length,
  };
  const extended: ObjectSection = {
    name: ".symtab_shndx",
    type: SHT.SYMTAB_SHNDX,
    align: 4,
    entsize: 4,
    link: ".symtab",
  };

  const all: ObjectSection[] = [
    { name: "" },
    ...o.sections,
    ...o.sections.flatMap((s) => (s.relocations ? [relocationSection(o, s.name, s.relocations)] : [])),
    symtab,
    ...(o.extended ? [extended] : []),
    { name: ".strtab", type: SHT.STRTAB },
    ...(o.sharesNames ? [] : [{ name: ".shstrtab", type: SHT.STRTAB }]),
  ];
  return all.map((s) => ({ ...s, bytes: s.bytes ?? new Uint8Array(0) }));
}

function relocationSection(
  o: ObjectOptions,
  section: string,
  relocations: readonly (readonly [number, number])[],
): ObjectSection {
  const isRela = o.rela ?? o.class === 64;
  return {
    name: `.rel${isRela ? "a" : ""}${section}`,
    type: isRela ? SHT.RELA : SHT.REL,
    flags: SHF.INFO_LINK,
    align: wordSize(o),
    entsize: (isRela ? Rela : Rel).size(o.class),
    link: ".symtab",
    info: section,
    bytes: relocationRecords(o, isRela, relocations),
  };
}

/** The bytes of every section, tables included. */
function sectionBytes(
  o: ObjectOptions,
  sections: readonly Raw[],
  names: StringTable,
  indexOf: (name: string) => number,
): Uint8Array[] {
  const symbolNames = stringTable(o.symbols.map((s) => s.name ?? ""));
  const namesBefore = o.sharesNames ? names.bytes : new Uint8Array(0);
  const sectionIndex = (s: ObjectSymbol) => (typeof s.section === "string" ? indexOf(s.section) : 0);

  return sections.map((s): Uint8Array => {
    if (s.members) return words(o, [1, ...s.members.map(indexOf)]);

    switch (s.name) {
      case ".shstrtab":
        return names.bytes;
      case ".strtab":
        return concat([namesBefore, symbolNames.bytes]);
      case ".symtab":
        return symbolRecords(o, indexOf, (name) => namesBefore.length + symbolNames.at(name));
      case ".symtab_shndx":
        return words(o, [0, ...o.symbols.map(sectionIndex)]);
      default:
        return s.bytes;
    }
  });
}

interface StringTable {
  readonly bytes: Uint8Array;
  /** The offset of a text that the table has. */
  at(text: string): number;
}

function stringTable(texts: readonly string[]): StringTable {
  const offsets = new Map<string, number>([["", 0]]);
  const parts: Uint8Array[] = [new Uint8Array(1)];
  let size = 1;

  for (const text of texts) {
    if (offsets.has(text)) continue;

    const bytes = encodeText(`${text}\0`);
    offsets.set(text, size);
    parts.push(bytes);
    size += bytes.length;
  }

  return { bytes: concat(parts), at: (text) => offsets.get(text)! };
}

function words(e: Encoding, values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = viewOf(bytes);
  values.forEach((value, i) => view.setUint32(i * 4, value, e.littleEndian));
  return bytes;
}

function symbolRecords(
  o: ObjectOptions,
  indexOf: (section: string) => number,
  nameAt: (name: string) => number,
): Uint8Array {
  const size = Sym.size(o.class);
  const bytes = new Uint8Array((o.symbols.length + 1) * size);
  const shndxOf = ({ section = SHN.UNDEF }: ObjectSymbol) => {
    if (typeof section === "number") return section;
    return o.extended ? SHN.XINDEX : indexOf(section);
  };

  o.symbols.forEach((s, i) => {
    Object.assign(Sym.view(viewOf(bytes), (i + 1) * size, o), {
      name: nameAt(s.name ?? ""),
      info: ((s.binding ?? STB.LOCAL) << 4) | (s.type ?? STT.NOTYPE),
      shndx: shndxOf(s),
      value: s.value ?? 0,
    });
  });

  return bytes;
}

function relocationRecords(
  o: ObjectOptions,
  isRela: boolean,
  relocations: readonly (readonly [number, number])[],
): Uint8Array {
  const record = isRela ? Rela : Rel;
  const size = record.size(o.class);
  const bytes = new Uint8Array(relocations.length * size);
  const view = viewOf(bytes);
  const { at, shift } = symbolField(o);

  relocations.forEach(([offset, symbol], i) => {
    record.view(view, i * size, o).offset = offset;
    // Where r_sym and r_type share a word, r_type is 1.
    view.setUint32(i * size + at, shift === 0 ? symbol : (symbol << shift) | 1, o.littleEndian);
  });

  return bytes;
}

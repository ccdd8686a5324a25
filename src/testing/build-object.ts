import { alignUp, concat, encodeText, viewOf } from "../codec/bytes.js";
import { type Encoding, wordSize } from "../codec/encoding.js";
import { Rel, Rela, Shdr, Sym } from "../codec/records.js";
import { fail } from "../error.js";
import { headerSize, headerView } from "../image/headers/header.js";
import { ET, SHF, SHN, SHT, STB, STT } from "../spec/constants.js";
import { cardOf } from "../spec/machines/card-of.js";
import { LOADING } from "../spec/machines/lists/loading.js";
import type { BuildText } from "./actions.js";
import { type BuildTarget, type TargetOptions, targetOf } from "./machines.js";
import { encodeRecords } from "./parts.js";
import { relocationInfo } from "./relocation-parts.js";
import { functionCode } from "./text.js";

/** A symbol of a relocatable file. */
export interface BuildObjectSymbol {
  /** Default: none, as of symbols of sections. */
  readonly name?: string;
  /** STB_*. Default: STB_GLOBAL. */
  readonly binding?: number;
  /** STT_*. Default: STT_NOTYPE; STT_FUNC with `text`. */
  readonly type?: number;
  /** Its section by name, or a special index (SHN_*). Default: SHN_UNDEF. */
  readonly section?: string | number;
  /** st_value: the offset in the section. Default: 0. */
  readonly value?: number;
  /** st_size. Default: 0. */
  readonly size?: number;
  /** A function with this code; it comes to stand in .text, and has no `section`, `value` or `size` of its own. */
  readonly text?: BuildText;
}

/** A relocation of a relocatable file. */
export interface BuildObjectRelocation {
  /** The offset in the section that it changes. */
  readonly offset: number;
  /** The symbol's name, or its index in the symbol table. */
  readonly symbol: string | number;
  /** r_type. */
  readonly type: number;
  /** r_addend, where the machine has it in the table. Default: 0. */
  readonly addend?: number;
}

/** A section of a relocatable file. */
export interface BuildObjectSection {
  readonly name: string;
  /** SHT_*. Default: SHT_PROGBITS. */
  readonly type?: number;
  /** SHF_*. Default: 0. */
  readonly flags?: number;
  /** Default: none. */
  readonly bytes?: Uint8Array;
  /** sh_addralign. Default: 1. */
  readonly align?: number;
  /** sh_entsize. Default: 0. */
  readonly entsize?: number;
  /** sh_link: a section's name. Default: none. */
  readonly link?: string;
  /** sh_info: a section's name, or a number. Of a group: the index of its symbol. Default: 0. */
  readonly info?: string | number;
  /** They get a section of their own, `.rela` or `.rel` with this one's name. Default: none. */
  readonly relocations?: readonly BuildObjectRelocation[];
  /** The names of the sections of a group (SHT_GROUP, whose `link` is ".symtab"). */
  readonly members?: readonly string[];
}

/** What {@link buildObject} makes. */
export interface BuildObjectOptions extends TargetOptions {
  /** e_flags. Default: those of the machine's name; 0 without a name. */
  readonly flags?: number | undefined;
  /** Default: none. */
  readonly sections?: readonly BuildObjectSection[] | undefined;
  /** Local ones come first in the table, else it has their order. The null symbol is added. Default: none. */
  readonly symbols?: readonly BuildObjectSymbol[] | undefined;
  /** Whether relocations have addends (SHT_RELA). Default: as the machine's dynamic relocations. */
  readonly rela?: boolean | undefined;
  /** An empty .note.GNU-stack, by which linkers know that the code needs no executable stack. Default: true. */
  readonly stackNote?: boolean | undefined;
  /** Names of sections and symbols share one table, as LLVM may write them. Default: false. */
  readonly sharesNames?: boolean | undefined;
  /** The section index of every symbol stands in SHT_SYMTAB_SHNDX. Default: false. */
  readonly extended?: boolean | undefined;
}

/** Options with their defaults filled in. */
interface ObjectParts extends Encoding, BuildObjectOptions {
  readonly class: Encoding["class"];
  readonly machine: number;
  readonly rela: boolean;
  readonly sections: readonly BuildObjectSection[];
  readonly symbols: readonly BuildObjectSymbol[];
}

interface Raw extends BuildObjectSection {
  readonly bytes: Uint8Array;
}

const refuse = (message: string): never => fail("BAD_EDIT", `buildObject: ${message}`, { edit: "buildObject" });

/**
 * Makes a relocatable file (ET_REL), as a compiler does; a linker can link it. The same options give the same bytes.
 *
 * @throws ElfError `BAD_EDIT` for options that contradict each other
 * @example
 * buildObject({ machine: "aarch64", symbols: [{ name: "answer", text: returns(42) }] });
 */
export function buildObject(options: BuildObjectOptions = {}): Uint8Array {
  const target = targetOf("buildObject", options);
  return objectOf(partsOf(options, target), options.flags ?? target.flags);
}

function partsOf(options: BuildObjectOptions, target: BuildTarget): ObjectParts {
  const { encoding, machine } = target;
  const { sections = [], symbols = [], rela, stackNote = true } = options;
  const code = codeSection(symbols, sections, target);
  const isLocal = (s: BuildObjectSymbol) => s.binding === STB.LOCAL;
  return {
    ...options,
    ...encoding,
    machine,
    rela: rela ?? cardOf(LOADING, machine)?.relocationForm !== "rel",
    sections: [...code.sections, ...sections, ...(stackNote ? [{ name: ".note.GNU-stack" }] : [])],
    // gABI: local symbols stand before all others.
    symbols: [...code.symbols.filter(isLocal), ...code.symbols.filter((s) => !isLocal(s))],
  };
}

const CODE_ALIGN = 16;

/** The section of all functions that have code, and the symbols with their places in it. */
function codeSection(
  symbols: readonly BuildObjectSymbol[],
  sections: readonly BuildObjectSection[],
  target: BuildTarget,
): { readonly sections: readonly BuildObjectSection[]; readonly symbols: readonly BuildObjectSymbol[] } {
  if (!symbols.some((s) => s.text !== undefined)) return { sections: [], symbols };
  if (sections.some((s) => s.name === ".text")) refuse("there is a section .text, and a symbol whose code makes one");

  const chunks: Uint8Array[] = [];
  let size = 0;
  const placed = symbols.map((symbol): BuildObjectSymbol => {
    if (symbol.text === undefined) return symbol;

    const code = functionCode(symbol.text, target);
    const value = size;
    size += alignUp(code.length, CODE_ALIGN);
    chunks.push(code, new Uint8Array(size - value - code.length));
    return { type: STT.FUNC, ...symbol, section: ".text", value, size: code.length };
  });
  const flags = SHF.ALLOC | SHF.EXECINSTR;
  return { sections: [{ name: ".text", flags, align: CODE_ALIGN, bytes: concat(chunks) }], symbols: placed };
}

function objectOf(o: ObjectParts, flags: number): Uint8Array {
  const sections = withTables(o);
  const indexOf = (name: string): number => {
    const index = sections.findIndex((s) => s.name === name);
    return index < 0 ? refuse(`there is no section ${name}`) : index;
  };
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
    flags,
    shoff,
    ehsize: head.length,
    shentsize: Shdr.size(o.class),
    shnum: sections.length,
    shstrndx: indexOf(o.sharesNames ? ".strtab" : ".shstrtab"),
  });

  return concat([head, ...parts, new Uint8Array(shoff - end), headers]);
}

/** The sections of the options and those that a linker wants beside them; the bytes of tables are still empty. */
function withTables(o: ObjectParts): Raw[] {
  const word = wordSize(o);
  const isLocal = (s: BuildObjectSymbol) => s.binding === STB.LOCAL;
  const symtab: BuildObjectSection = {
    name: ".symtab",
    type: SHT.SYMTAB,
    align: word,
    entsize: Sym.size(o.class),
    link: ".strtab",
    info: 1 + o.symbols.filter(isLocal).length,
  };
  const extended: BuildObjectSection = {
    name: ".symtab_shndx",
    type: SHT.SYMTAB_SHNDX,
    align: 4,
    entsize: 4,
    link: ".symtab",
  };

  const all: BuildObjectSection[] = [
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
  o: ObjectParts,
  section: string,
  relocations: readonly BuildObjectRelocation[],
): BuildObjectSection {
  return {
    name: `.rel${o.rela ? "a" : ""}${section}`,
    type: o.rela ? SHT.RELA : SHT.REL,
    flags: SHF.INFO_LINK,
    align: wordSize(o),
    entsize: (o.rela ? Rela : Rel).size(o.class),
    link: ".symtab",
    info: section,
    bytes: relocationRecords(o, relocations),
  };
}

/** The bytes of every section, tables included. */
function sectionBytes(
  o: ObjectParts,
  sections: readonly Raw[],
  names: StringTable,
  indexOf: (name: string) => number,
): Uint8Array[] {
  const symbolNames = stringTable(o.symbols.map((s) => s.name ?? ""));
  const namesBefore = o.sharesNames ? names.bytes : new Uint8Array(0);
  const sectionIndex = (s: BuildObjectSymbol) => (typeof s.section === "string" ? indexOf(s.section) : 0);

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
  o: ObjectParts,
  indexOf: (section: string) => number,
  nameAt: (name: string) => number,
): Uint8Array {
  const size = Sym.size(o.class);
  const bytes = new Uint8Array((o.symbols.length + 1) * size);
  const shndxOf = ({ section = SHN.UNDEF }: BuildObjectSymbol) => {
    if (typeof section === "number") return section;
    return o.extended ? SHN.XINDEX : indexOf(section);
  };

  o.symbols.forEach((s, i) => {
    Object.assign(Sym.view(viewOf(bytes), (i + 1) * size, o), {
      name: nameAt(s.name ?? ""),
      info: ((s.binding ?? STB.GLOBAL) << 4) | (s.type ?? STT.NOTYPE),
      shndx: shndxOf(s),
      value: s.value ?? 0,
      size: s.size ?? 0,
    });
  });

  return bytes;
}

function relocationRecords(o: ObjectParts, relocations: readonly BuildObjectRelocation[]): Uint8Array {
  const symbolIndex = (symbol: string | number): number => {
    if (typeof symbol === "number") return symbol;

    const index = 1 + o.symbols.findIndex((s) => s.name === symbol);
    return index === 0 ? refuse(`a relocation names ${symbol}, which is no symbol`) : index;
  };
  const rows = relocations.map(({ offset, symbol, type }) => ({
    offset,
    info: relocationInfo(symbolIndex(symbol), type, o.machine, o),
  }));
  if (!o.rela) return encodeRecords(Rel, o, rows);

  const withAddends = rows.map((row, i) => ({ ...row, addend: relocations[i]!.addend ?? 0 }));
  return encodeRecords(Rela, o, withAddends);
}

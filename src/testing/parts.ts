import { alignUp, concat, encodeText, viewOf } from "../codec/bytes.js";
import { type Encoding, wordSize } from "../codec/encoding.js";
import { Nhdr, Sym } from "../codec/records.js";
import type { Struct } from "../codec/struct.js";
import { NT_GNU, SHF, SHN, SHT, STB, STT } from "../spec/constants.js";
import type { RecordFields } from "../spec/records.js";
import { compactStrings } from "../tables/compact-strings.js";
import type { BuildText } from "./actions.js";

/** A section in the making: what its header says, and its bytes once every address is known. */
export interface SectionPart {
  readonly name: string;
  /** SHT_*. */
  readonly type: number;
  /** SHF_*. */
  readonly flags: number;
  /** sh_addralign. */
  readonly align: number;
  /** Bytes. */
  readonly size: number;
  readonly entsize?: number;
  /** The name of the section that sh_link refers to. */
  readonly link?: string;
  readonly info?: number;
  /** Default: zeros. */
  readonly bytes?: (placed: PartPlacement) => Uint8Array;
}

/** Where the parts are. A missing part has address 0 and index SHN_UNDEF. */
export interface PartPlacement {
  address(part: string): bigint;
  /** Section header index. */
  index(part: string): number;
}

/** A symbol to build. */
export interface BuildSymbol {
  readonly name: string;
  /** Default: true. */
  readonly defined?: boolean;
  /**
   * One of the version definitions for a defined symbol, one of the version needs for an undefined one. Default: none.
   */
  readonly version?: string;
  /** True for a version that is not the default of its name (`name@VERSION` instead of `name@@VERSION`). */
  readonly hidden?: boolean;
  /** STB_*. Default: STB_GLOBAL. */
  readonly binding?: number;
  /** STT_*. Default: STT_FUNC, which lies in .text; STT_OBJECT lies in .data. */
  readonly type?: number;
  /** The code of a function: bytes, {@link returns}, {@link prints} or {@link exits}. Default: four zero bytes. */
  readonly text?: BuildText;
}

/** A note to build. */
export interface BuildNote {
  /** Its section. Notes of one section follow each other in the order given. */
  readonly section: string;
  readonly owner: string;
  readonly type: number;
  readonly description: Uint8Array;
}

/** Encodes records from plain rows; a field that a row leaves out is 0. */
export function encodeRecords<F extends RecordFields>(
  type: Struct<F>,
  encoding: Encoding,
  rows: readonly { readonly [K in keyof F]?: number | bigint }[],
): Uint8Array {
  const size = type.size(encoding.class);
  const bytes = new Uint8Array(rows.length * size);
  const data = viewOf(bytes);
  rows.forEach((row, i) => {
    const record = type.view(data, i * size, encoding);
    for (const field in row) record.setExact(field, BigInt(row[field]!));
  });

  return bytes;
}

/** Addresses as words of the class. */
export function addressWords(addresses: readonly bigint[], encoding: Encoding): Uint8Array {
  const word = wordSize(encoding);
  const bytes = new Uint8Array(addresses.length * word);
  const view = viewOf(bytes);
  addresses.forEach((address, i) => {
    if (word === 8) view.setBigUint64(i * 8, address, encoding.littleEndian);
    else view.setUint32(i * 4, Number(address), encoding.littleEndian);
  });

  return bytes;
}

/** A part whose bytes do not depend on addresses. */
export function fixedPart(
  name: string,
  type: number,
  flags: number,
  align: number,
  bytes: Uint8Array,
  more: Pick<SectionPart, "entsize" | "link" | "info"> = {},
): SectionPart {
  return { name, type, flags, align, size: bytes.length, bytes: () => bytes, ...more };
}

/** A part for each section of notes: the build ID first, then the others in the order of their first note. */
export function noteParts(notes: readonly BuildNote[], buildId: Uint8Array | null, encoding: Encoding): SectionPart[] {
  const all = [...notes];
  if (buildId) {
    all.unshift({ section: ".note.gnu.build-id", owner: "GNU", type: NT_GNU.BUILD_ID, description: buildId });
  }

  const sections = new Set(all.map((n) => n.section));
  return [...sections].map((section) => {
    const encoded = all.filter((n) => n.section === section).map((n) => encodeNote(n, encoding));
    return fixedPart(section, SHT.NOTE, SHF.ALLOC, 4, concat(encoded));
  });
}

export function encodeNote(note: Omit<BuildNote, "section">, encoding: Encoding): Uint8Array {
  const { owner, type, description } = note;
  const name = encodeText(`${owner}\0`);
  const head = encodeRecords(Nhdr, encoding, [{ namesz: name.length, descsz: description.length, type }]);
  const descriptionAt = head.length + alignUp(name.length, 4);

  const bytes = new Uint8Array(descriptionAt + alignUp(description.length, 4));
  bytes.set(head);
  bytes.set(name, head.length);
  bytes.set(description, descriptionAt);
  return bytes;
}

const ENTRY_ALIGN = 16;
const FUNCTION_SIZE = 4;

/** Bytes that the code of a program takes at the start of .text. */
export const entrySize = (code: Uint8Array | null): number => alignUp(Math.max(code?.length ?? 0, 1), ENTRY_ALIGN);

/** Where a symbol is defined. */
interface SymbolPlace {
  readonly part: string;
  /** Byte offset in the part. */
  readonly at: number;
  readonly size: number;
}

/** What stands in .text and .data besides the symbols. */
export interface PlacesBeside {
  /** Bytes of the program's code. */
  readonly entry: number;
  /** Words of .data that relocations fill. */
  readonly words: number;
  /** The code of symbols that have some. */
  readonly code: ReadonlyMap<BuildSymbol, Uint8Array>;
}

/** Where symbols are defined. Functions follow the entry code in .text, objects the relocated words in .data. */
export class SymbolPlaces {
  readonly textSize: number;
  readonly dataSize: number;
  readonly entrySize: number;
  readonly #places = new Map<BuildSymbol, SymbolPlace>();

  constructor(symbols: readonly BuildSymbol[], { entry, words, code }: PlacesBeside, encoding: Encoding) {
    const word = wordSize(encoding);
    let textSize = entry;
    let dataSize = words * word;
    for (const symbol of symbols) {
      if (symbol.defined === false) continue;

      if (symbol.type === STT.OBJECT) {
        this.#places.set(symbol, { part: ".data", at: dataSize, size: word });
        dataSize += word;
      } else {
        const size = code.get(symbol)?.length ?? FUNCTION_SIZE;
        this.#places.set(symbol, { part: ".text", at: textSize, size });
        textSize += alignUp(size, FUNCTION_SIZE);
      }
    }

    this.entrySize = entry;
    this.textSize = textSize;
    this.dataSize = Math.max(dataSize, word);
  }

  /** Where a symbol is defined, by its name. Undefined for one that is not, or not in the file. */
  of(name: string): SymbolPlace | undefined {
    return [...this.#places].find(([symbol]) => symbol.name === name)?.[1];
  }

  /** Where this symbol is defined. */
  placeOf(symbol: BuildSymbol): SymbolPlace | undefined {
    return this.#places.get(symbol);
  }

  /** A symbol's record, without its name. */
  record(symbol: BuildSymbol, placed: PartPlacement) {
    const info = symbolInfo(symbol.binding ?? STB.GLOBAL, symbol.type ?? STT.FUNC);
    const place = this.#places.get(symbol);
    if (!place) return { info, shndx: SHN.UNDEF };

    return {
      info,
      shndx: placed.index(place.part),
      value: placed.address(place.part) + BigInt(place.at),
      size: place.size,
    };
  }
}

/** st_info (gABI). */
const symbolInfo = (binding: number, type: number): number => (binding << 4) | type;

/** A local symbol at the start of a part. */
interface SymbolOfPart {
  readonly name: string;
  readonly part: string;
  readonly type: number;
}

/** .symtab and .strtab: a symbol for each loaded section, `_DYNAMIC`, `_start`, then the given symbols. */
export function symbolParts(
  loaded: readonly SectionPart[],
  symbols: readonly BuildSymbol[],
  places: SymbolPlaces,
  hasEntry: boolean,
  encoding: Encoding,
): SectionPart[] {
  const ofParts: SymbolOfPart[] = loaded.map((p) => ({ name: "", part: p.name, type: STT.SECTION }));
  const hasDynamic = loaded.some((p) => p.name === ".dynamic");
  if (hasDynamic) ofParts.push({ name: "_DYNAMIC", part: ".dynamic", type: STT.OBJECT });
  const locals = symbols.filter((s) => s.binding === STB.LOCAL);
  const others = symbols.filter((s) => s.binding !== STB.LOCAL);
  const names = compactStrings([...ofParts.map((o) => o.name), "elf.c", "_start", ...symbols.map((s) => s.name)]);

  const recordsOf = (list: readonly BuildSymbol[], placed: PartPlacement) =>
    list.map((s) => ({ name: names.offsetOf(s.name), ...places.record(s, placed) }));
  const start = (placed: PartPlacement) => ({
    name: names.offsetOf("_start"),
    info: symbolInfo(STB.GLOBAL, STT.FUNC),
    shndx: placed.index(".text"),
    value: placed.address(".text"),
    size: places.entrySize,
  });
  // gABI: local symbols stand before all others.
  const rows = (placed: PartPlacement) => [
    {},
    ...ofParts.map(({ name, part, type }) => ({
      name: names.offsetOf(name),
      info: symbolInfo(STB.LOCAL, type),
      shndx: placed.index(part),
      value: placed.address(part),
    })),
    { name: names.offsetOf("elf.c"), info: symbolInfo(STB.LOCAL, STT.FILE), shndx: SHN.ABS },
    ...recordsOf(locals, placed),
    ...(hasEntry ? [start(placed)] : []),
    ...recordsOf(others, placed),
  ];

  const localCount = 1 + ofParts.length + 1 + locals.length;
  const count = localCount + (hasEntry ? 1 : 0) + others.length;
  const size = Sym.size(encoding.class);
  const symtab: SectionPart = {
    name: ".symtab",
    type: SHT.SYMTAB,
    flags: 0,
    align: wordSize(encoding),
    size: count * size,
    entsize: size,
    link: ".strtab",
    info: localCount,
    bytes: (placed) => encodeRecords(Sym, encoding, rows(placed)),
  };
  return [symtab, fixedPart(".strtab", SHT.STRTAB, 0, 1, names.bytes)];
}

/** .comment and .debug_info. */
export function unloadedParts(comment: string | null, debugInfo: number): SectionPart[] {
  const out: SectionPart[] = [];
  if (comment !== null) {
    const text = encodeText(`${comment}\0`);
    out.push(fixedPart(".comment", SHT.PROGBITS, SHF.MERGE | SHF.STRINGS, 1, text, { entsize: 1 }));
  }
  if (debugInfo > 0) {
    const bytes = Uint8Array.from({ length: debugInfo }, (_, i) => 1 + (i % 251));
    out.push(fixedPart(".debug_info", SHT.PROGBITS, 0, 1, bytes));
  }
  return out;
}

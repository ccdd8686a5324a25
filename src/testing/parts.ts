import { alignUp, concat, encodeText, viewOf } from "../codec/bytes.js";
import { type Encoding, wordSize } from "../codec/encoding.js";
import { Nhdr, Sym } from "../codec/records.js";
import type { Struct } from "../codec/struct.js";
import { NT_GNU, SHF, SHN, SHT, STB, STT } from "../spec/constants.js";
import type { RecordFields } from "../spec/records.js";
import { compactStrings } from "../tables/compact-strings.js";

/** A section in the making: what its header says, and its bytes once every address is known. */
export interface SectionPart {
  readonly name: string;
  /** SHT_*, SHF_*, sh_addralign and size in bytes. */
  readonly type: number;
  readonly flags: number;
  readonly align: number;
  readonly size: number;
  readonly entsize?: number;
  /** The name of the section that sh_link means. */
  readonly link?: string;
  readonly info?: number;
  /** Zeros where missing. */
  readonly bytes?: (placed: PartPlacement) => Uint8Array;
}

/** Where the parts went. A part that is not there has address 0 and index SHN_UNDEF. */
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
   * One of the version definitions for a defined symbol, of the version needs for an undefined one. Default:
   * unversioned.
   */
  readonly version?: string;
  /** Not the default version of its name (`name@VERSION` instead of `name@@VERSION`). */
  readonly hidden?: boolean;
  /** STB_*. Default: STB_GLOBAL. */
  readonly binding?: number;
  /** STT_*. Default: STT_FUNC, which lies in .text; STT_OBJECT lies in .data. */
  readonly type?: number;
}

/** A note to build. */
export interface BuildNote {
  /** Its section. Notes of one section follow each other in the order given. */
  readonly section: string;
  readonly owner: string;
  readonly type: number;
  readonly description: Uint8Array;
}

/** Records from plain rows; a field that a row leaves out is 0. */
export function encodeRecords<F extends RecordFields>(
  type: Struct<F>,
  e: Encoding,
  rows: readonly { readonly [K in keyof F]?: number | bigint }[],
): Uint8Array {
  const size = type.size(e.class);
  const b = new Uint8Array(rows.length * size);
  const data = viewOf(b);
  rows.forEach((row, i) => {
    const view = type.view(data, i * size, e);
    for (const field in row) view.setExact(field, BigInt(row[field]!));
  });

  return b;
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

export function noteParts(notes: readonly BuildNote[], buildId: Uint8Array | null, e: Encoding): SectionPart[] {
  const all = buildId
    ? [{ section: ".note.gnu.build-id", owner: "GNU", type: NT_GNU.BUILD_ID, description: buildId }, ...notes]
    : notes;
  return [...new Set(all.map((n) => n.section))].map((section) => {
    const bytes = all.filter((n) => n.section === section).map((n) => encodeNote(n, e));
    return fixedPart(section, SHT.NOTE, SHF.ALLOC, 4, concat(bytes));
  });
}

export function encodeNote({ owner, type, description }: Omit<BuildNote, "section">, e: Encoding): Uint8Array {
  const name = encodeText(`${owner}\0`);
  const head = encodeRecords(Nhdr, e, [{ namesz: name.length, descsz: description.length, type }]);
  const at = head.length + alignUp(name.length, 4);
  const b = new Uint8Array(at + alignUp(description.length, 4));
  b.set(head);
  b.set(name, head.length);
  b.set(description, at);
  return b;
}

const TEXT_ENTRY = 16;
const FUNCTION_SIZE = 4;

/**
 * Where a symbol is defined: the part, and the byte offset in it. Functions follow the entry code, objects the
 * relocated words.
 */
export class SymbolPlaces {
  readonly textSize: number;
  readonly dataSize: number;
  readonly #places = new Map<BuildSymbol, { part: string; at: number; size: number }>();

  constructor(symbols: readonly BuildSymbol[], relocatedWords: number, e: Encoding) {
    let text = TEXT_ENTRY;
    let data = relocatedWords * wordSize(e);
    for (const s of symbols) {
      if (s.defined === false) continue;

      const isData = s.type === STT.OBJECT;
      this.#places.set(
        s,
        isData ? { part: ".data", at: data, size: wordSize(e) } : { part: ".text", at: text, size: FUNCTION_SIZE },
      );
      if (isData) data += wordSize(e);
      else text += FUNCTION_SIZE;
    }

    this.textSize = text;
    this.dataSize = Math.max(data, wordSize(e));
  }

  /** A symbol's record, but for its name. */
  record(s: BuildSymbol, placed: PartPlacement) {
    const place = this.#places.get(s);
    const info = ((s.binding ?? STB.GLOBAL) << 4) | (s.type ?? STT.FUNC);
    return place
      ? {
          info,
          shndx: placed.index(place.part),
          value: placed.address(place.part) + BigInt(place.at),
          size: place.size,
        }
      : { info, shndx: SHN.UNDEF };
  }
}

/** .symtab and .strtab: a symbol for each loaded section, `_DYNAMIC`, `_start`, then the given symbols. */
export function symbolParts(
  loaded: readonly SectionPart[],
  symbols: readonly BuildSymbol[],
  places: SymbolPlaces,
  hasEntry: boolean,
  e: Encoding,
): SectionPart[] {
  const locals: { name: string; part: string; type: number }[] = loaded.map((p) => ({
    name: "",
    part: p.name,
    type: STT.SECTION,
  }));
  if (loaded.some((p) => p.name === ".dynamic")) locals.push({ name: "_DYNAMIC", part: ".dynamic", type: STT.OBJECT });
  // gABI: local symbols stand before all others.
  const ordered = [...symbols].sort((a, b) => Number(a.binding !== STB.LOCAL) - Number(b.binding !== STB.LOCAL));
  const given = ordered.filter((s) => s.binding === STB.LOCAL).length;
  const names = compactStrings([...locals.map((l) => l.name), "elf.c", "_start", ...symbols.map((s) => s.name)]);
  const rows = (placed: PartPlacement) => [
    {},
    ...locals.map((l) => ({
      name: names.offsetOf(l.name),
      info: (STB.LOCAL << 4) | l.type,
      shndx: placed.index(l.part),
      value: placed.address(l.part),
    })),
    { name: names.offsetOf("elf.c"), info: (STB.LOCAL << 4) | STT.FILE, shndx: SHN.ABS },
    ...ordered.slice(0, given).map((s) => ({ name: names.offsetOf(s.name), ...places.record(s, placed) })),
    ...(hasEntry
      ? [
          {
            name: names.offsetOf("_start"),
            info: (STB.GLOBAL << 4) | STT.FUNC,
            shndx: placed.index(".text"),
            value: placed.address(".text"),
            size: TEXT_ENTRY,
          },
        ]
      : []),
    ...ordered.slice(given).map((s) => ({ name: names.offsetOf(s.name), ...places.record(s, placed) })),
  ];
  const count = 1 + locals.length + 1 + symbols.length + (hasEntry ? 1 : 0);
  const size = Sym.size(e.class);

  return [
    {
      name: ".symtab",
      type: SHT.SYMTAB,
      flags: 0,
      align: wordSize(e),
      size: count * size,
      entsize: size,
      link: ".strtab",
      info: locals.length + 2 + given,
      bytes: (p) => encodeRecords(Sym, e, rows(p)),
    },
    fixedPart(".strtab", SHT.STRTAB, 0, 1, names.bytes),
  ];
}

/** .comment, .debug_info. */
export function unloadedParts(comment: string | null, debugInfo: number): SectionPart[] {
  const out: SectionPart[] = [];
  if (comment !== null) {
    out.push(
      fixedPart(".comment", SHT.PROGBITS, SHF.MERGE | SHF.STRINGS, 1, encodeText(`${comment}\0`), { entsize: 1 }),
    );
  }

  if (debugInfo > 0) {
    out.push(
      fixedPart(
        ".debug_info",
        SHT.PROGBITS,
        0,
        1,
        Uint8Array.from({ length: debugInfo }, (_, i) => 1 + (i % 251)),
      ),
    );
  }

  return out;
}

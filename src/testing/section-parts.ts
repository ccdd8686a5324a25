import { encodeText } from "../codec/bytes.js";
import { type Encoding, wordSize } from "../codec/encoding.js";
import { fail } from "../error.js";
import { ET, SHF, SHT } from "../spec/constants.js";
import {
  addressWords,
  type BuildNote,
  fixedPart,
  noteParts,
  type PartPlacement,
  type SectionPart,
  type SymbolPlaces,
} from "./parts.js";
import type { TextCode } from "./text.js";
import type { Identity } from "./write.js";

/** The sections of the first PT_LOAD. */
export function readOnlyParts(
  options: { readonly notes?: readonly BuildNote[]; readonly buildId?: Uint8Array | null },
  { type, encoding }: Identity,
  interpreter: string | null,
  tables: readonly SectionPart[],
): SectionPart[] {
  const out: SectionPart[] = [];
  if (interpreter !== null) {
    out.push(fixedPart(".interp", SHT.PROGBITS, SHF.ALLOC, 1, encodeText(`${interpreter}\0`)));
  }
  if (type === ET.REL) return out;

  const usualId = Uint8Array.from({ length: 20 }, (_, i) => i + 1);
  const buildId = options.buildId === undefined ? usualId : options.buildId;
  out.push(...noteParts(options.notes ?? [], buildId, encoding), ...tables);

  // Strip programs do not cope with a PT_LOAD without a section.
  if (out.length === 0) out.push(fixedPart(".rodata", SHT.PROGBITS, SHF.ALLOC, 1, new Uint8Array(4)));
  return out;
}

/** .text: the program's code, then the functions that have some. */
export function textPart(
  code: TextCode,
  places: SymbolPlaces,
  isRoomy: boolean,
  entry: (placed: PartPlacement) => Uint8Array,
): SectionPart {
  const part: SectionPart = {
    name: ".text",
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.EXECINSTR,
    align: isRoomy || code.hasCode ? 16 : 1,
    size: places.textSize,
  };
  if (!code.hasCode) return part;

  const bytes = (placed: PartPlacement): Uint8Array => {
    const all = new Uint8Array(places.textSize);
    all.set(entry(placed));
    for (const [symbol, own] of code.functions) all.set(own, places.placeOf(symbol)!.at);
    return all;
  };
  return { ...part, bytes };
}

/** The sections of the last PT_LOAD, behind .dynamic. */
export function writableParts(
  options: { readonly got?: boolean; readonly bss?: number },
  isDynamic: boolean,
  dataSize: number,
  more: MoreParts,
  encoding: Encoding,
): SectionPart[] {
  const flags = SHF.ALLOC | SHF.WRITE;
  const align = wordSize(encoding);
  const out: SectionPart[] = [];
  if (isDynamic && options.got) out.push(gotPart(encoding));
  out.push({ name: ".data", type: SHT.PROGBITS, flags, align, size: dataSize }, ...more.data);
  if (options.bss !== 0) out.push({ name: ".bss", type: SHT.NOBITS, flags, align, size: options.bss ?? 16 });
  return [...out, ...more.zeros];
}

/** A section more. */
export interface BuildSection {
  readonly name: string;
  /** SHT_*. Default: SHT_PROGBITS. */
  readonly type?: number;
  /**
   * SHF_*. With SHF_ALLOC it stands among the read-only tables, with SHF_WRITE besides behind .data, else at the end.
   * Default: 0.
   */
  readonly flags?: number;
  /** Default: none. */
  readonly bytes?: Uint8Array;
  /** Bytes in memory of SHT_NOBITS. Default: 0. */
  readonly size?: number;
  /** sh_addralign. Default: 1. */
  readonly align?: number;
  /** sh_entsize. Default: 0. */
  readonly entsize?: number;
  /** The name of the section that sh_link refers to. Default: none. */
  readonly link?: string;
  /** sh_info. Default: 0. */
  readonly info?: number;
}

/** The sections of `sections` by place. */
export interface MoreParts {
  readonly readOnly: readonly SectionPart[];
  readonly data: readonly SectionPart[];
  readonly zeros: readonly SectionPart[];
  readonly unloaded: readonly SectionPart[];
}

export function moreParts(sections: readonly BuildSection[]): MoreParts {
  const parts = sections.map(partOf);
  const isWritable = ({ flags }: SectionPart) => (flags & SHF.WRITE) !== 0;
  const isZeros = ({ type }: SectionPart) => type === SHT.NOBITS;
  const loaded = parts.filter(({ flags }) => (flags & SHF.ALLOC) !== 0);
  return {
    readOnly: loaded.filter((p) => !isWritable(p)),
    data: loaded.filter((p) => isWritable(p) && !isZeros(p)),
    zeros: loaded.filter((p) => isWritable(p) && isZeros(p)),
    unloaded: parts.filter(({ flags }) => (flags & SHF.ALLOC) === 0),
  };
}

function partOf(section: BuildSection): SectionPart {
  const { name, type = SHT.PROGBITS, flags = 0, bytes, size = 0, align = 1, entsize = 0, link, info = 0 } = section;
  const isZeros = type === SHT.NOBITS;
  const isLoaded = (flags & SHF.ALLOC) !== 0;
  if (isLoaded && (flags & SHF.EXECINSTR) !== 0) refuse(`${name} has code, and all code stands in .text`);
  if (isLoaded && isZeros && (flags & SHF.WRITE) === 0) refuse(`${name} has no bytes, so it has to be writable`);
  if (isZeros ? bytes !== undefined : size !== 0) refuse(`${name} has bytes, or a size without bytes (SHT_NOBITS)`);

  const part = { name, type, flags, align, entsize, info, ...(link === undefined ? {} : { link }) };
  return bytes ? { ...part, size: bytes.length, bytes: () => bytes } : { ...part, size };
}

const refuse = (message: string): never => fail("BAD_EDIT", `buildElf: ${message}`, { edit: "buildElf" });

/** The three words that a lazily binding loader knows; the first one is the address of .dynamic. */
function gotPart(encoding: Encoding): SectionPart {
  const word = wordSize(encoding);
  return {
    name: ".got.plt",
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.WRITE,
    align: word,
    size: 3 * word,
    entsize: word,
    bytes: (placed) => addressWords([placed.address(".dynamic"), 0n, 0n], encoding),
  };
}

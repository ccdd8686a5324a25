import { encodeText, equalBytes, viewOf } from "../codec/bytes.js";
import { wordSize } from "../codec/encoding.js";
import { Shdr, type ShdrView, Sym } from "../codec/records.js";
import { holdsZeros, readExactly } from "../codec/source.js";
import { versymTable } from "../image/dynamic/versions.js";
import { loaderTables } from "../image/dynamic/loader-tables.js";
import type { ElfFile } from "../image/elf.js";
import { headerSize } from "../image/headers/header.js";
import { loadedAt, sectionColumns } from "../image/headers/section-columns.js";
import { sectionNames } from "../image/headers/section-names.js";
import { once } from "../image/once.js";
import { ownNotes } from "../image/notes/notes.js";
import { Tolerant } from "../image/tolerant.js";
import { PF, PT, SHT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { COVER_NAME, MARK, RETIRED_NAMES } from "../spec/own-marks.js";
import type { TableKind } from "../spec/table-kinds.js";
import { type AddressRun, loadsOf, runOf } from "./memory.js";

/** What the headers are called beside the tables of loaders. */
type RegionKind = TableKind | "header" | "program headers" | "section headers";

/** A range of memory that a loader reads by a pointer which is no address of the program's own. */
export interface Region extends AddressRun {
  readonly kind: RegionKind;
  /** Its place in the file. */
  readonly offset: number;
}

function regionAt(elf: ElfFile, kind: RegionKind, offset: number, size: number): Region[] {
  const start = size > 0 ? elf.addressOf(offset, size) : undefined;
  return start === undefined ? [] : [{ kind, offset, start, end: start + BigInt(size) }];
}

/** A table by the address that loaders use: the file may be mapped at others, too. */
const regionOf = (kind: RegionKind, offset: number, size: number, start: bigint): Region => ({
  kind,
  offset,
  start,
  end: start + BigInt(size),
});

/** The headers, and the tables that nearly every edit touches. They are found without reading any table. */
export const firstRegions = /* @__PURE__ */ once((elf): readonly Region[] => {
  const { header: h, segments } = elf;
  const d = new Tolerant().part(() => elf.dynamic);
  const interpreter = segments.find((s) => s.type === PT.INTERP);
  return [
    ...regionAt(elf, "header", 0, headerSize(h)),
    ...regionAt(elf, "program headers", h.phoff, h.phnum * h.phentsize),
    ...regionAt(elf, "section headers", h.shoff, h.shnum * h.shentsize),
    ...(d ? [regionOf("dynamic", d.offset, d.size, d.address)] : []),
    ...(d?.strings ? [regionOf("strings", d.strings.offset, d.strings.size, d.get(DT.STRTAB)!)] : []),
    ...(interpreter ? regionAt(elf, "interpreter", interpreter.near("offset"), interpreter.near("filesz")) : []),
  ];
});

/** All tables that PT_* and DT_* lead to, with the headers. */
export const allRegions = /* @__PURE__ */ once((elf): readonly Region[] => {
  const tables = new Tolerant().part(() => loaderTables(elf)) ?? [];
  const others = tables.map(({ kind, offset, address, size }) => ({
    kind,
    offset,
    start: address,
    end: address + BigInt(size),
  }));
  return [...firstRegions(elf), ...others, ...boundedRegions(elf)];
});

/** Tables with an entry for each symbol, where nothing tells for sure how many there are. */
function boundedRegions(elf: ElfFile): Region[] {
  const symbols = new Tolerant().part(() => elf.dynamicSymbols);
  if (!symbols || symbols.exact) return [];

  const { offset, count } = symbols;
  const versions = versymTable(elf);
  return [
    ...regionAt(elf, "symbols", offset, count * Sym.size(elf.header.class)),
    ...(versions ? regionAt(elf, "versions", versions.offset, versions.count * 2) : []),
  ];
}

/** PT_LOADs that an earlier patch of ours has appended: no code has an address in them. */
export const ownSegments = /* @__PURE__ */ once((elf): readonly AddressRun[] =>
  elf.segments.flatMap((s): AddressRun[] => {
    if (s.type !== PT.LOAD || s.exact("filesz") < BigInt(MARK.length) || s.offset + MARK.length > elf.source.size) {
      return [];
    }
    const isOurs = equalBytes(readExactly(elf.source, s.offset, MARK.length, "a segment"), encodeText(MARK));
    return isOurs ? [runOf(s)] : [];
  }),
);

/** Loaded sections with bytes in the file, which only keep what an earlier patch has left. */
export const coverRuns = /* @__PURE__ */ once((elf): readonly AddressRun[] => sectionRuns(elf, isCover(elf)));

/** Types of sections that are tables of loaders. */
const TABLES: readonly number[] = /* @__PURE__ */ [
  [
    SHT.DYNAMIC,
    SHT.DYNSYM,
    SHT.STRTAB,
    SHT.HASH,
    SHT.GNU_HASH,
    SHT.GNU_VERDEF,
    SHT.GNU_VERNEED,
    SHT.GNU_VERSYM,
    SHT.NOTE,
  ],
].flat();

/** Loaded sections that hold bytes of the program's own, as far as sections tell. */
export const programRuns = /* @__PURE__ */ once((elf): readonly AddressRun[] => {
  const { type } = sectionColumns(elf);
  const isOurs = isCover(elf);
  return sectionRuns(elf, (i) => !TABLES.includes(type[i]!) && !isOurs(i));
});

/** Tells of a section's index whether the section only keeps what an earlier patch has left. */
function isCover(elf: ElfFile): (index: number) => boolean {
  const names = sectionNames(elf);
  const tests = [COVER_NAME, ...RETIRED_NAMES].map((name) => names.prefix(`${name}\0`));
  return (index) => tests.some((test) => test(index));
}

function sectionRuns(elf: ElfFile, isWanted: (index: number) => boolean): AddressRun[] {
  const columns = sectionColumns(elf);
  const view = sectionViews(elf);
  const runs: AddressRun[] = [];
  for (let i = 0; i < columns.count; i++) {
    if (!loadedAt(columns, i) || columns.type[i] === SHT.NULL || !isWanted(i)) continue;

    const start = view(i).exact("addr");
    runs.push({ start, end: start + view(i).exact("size") });
  }
  return runs;
}

/** The headers of a file's sections. All are one view that moves on. */
export function sectionViews(elf: ElfFile): (index: number) => ShdrView {
  const view = Shdr.view(viewOf(sectionColumns(elf).bytes), 0, elf.header);
  return (index) => {
    view.moveTo(index * elf.header.shentsize);
    return view;
  };
}

/**
 * What code may have the addresses of, although a loader finds it by a pointer: the dynamic section (`_DYNAMIC`), and
 * notes from the first of the program's own on. Nothing where the file has no code.
 */
export function readByCode(elf: ElfFile, { kind, offset, start, end }: Region): AddressRun[] {
  if (!loadsOf(elf).some((l) => (l.flags & PF.X) !== 0)) return [];
  if (kind === "dynamic") return [{ start, end }];
  if (kind !== "notes") return [];

  const notes = ownNotes(elf, { offset, size: Number(end - start) });
  const first = Math.min(...notes.map((n) => n.offset));
  return notes.length === 0 ? [] : [{ start: start + BigInt(first - offset), end }];
}

/** The word that DT_PLTGOT leads to, as a range of memory; undefined where it is not in the file. */
export function firstGotWord(elf: ElfFile): (AddressRun & { readonly value: bigint }) | undefined {
  const start = elf.dynamic?.get(DT.PLTGOT);
  const size = wordSize(elf.header);
  const offset = start === undefined ? undefined : elf.offsetOf(start, size);
  if (start === undefined || offset === undefined) return undefined;

  const view = viewOf(readExactly(elf.source, offset, size, "GOT[0]"));
  const le = elf.header.littleEndian;
  const value = size === 8 ? view.getBigUint64(0, le) : BigInt(view.getUint32(0, le));
  return { start, end: start + BigInt(size), value };
}

/** Are the bytes of the file at these addresses all zero? */
export function isZero(elf: ElfFile, { start, end }: AddressRun): boolean {
  const size = Number(end - start);
  const offset = elf.offsetOf(start, size);
  return offset === undefined || holdsZeros(elf.source, offset, size, "the file");
}

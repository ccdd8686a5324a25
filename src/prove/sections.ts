import { equalBytes } from "../codec/bytes.js";
import type { ShdrView } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { hex } from "../error.js";
import type { ElfFile, Segment } from "../image/elf.js";
import { placedAt, sectionColumns } from "../image/headers/section-columns.js";
import { sectionNames, sectionNameTable } from "../image/headers/section-names.js";
import { sectionSymbols } from "../image/symbols/symbols.js";
import { SHF, SHN, SHT } from "../spec/constants.js";
import { COVER_NAME, KEPT_NAME, RETIRED_NAMES } from "../spec/own-marks.js";
import { TABLE_NAMES } from "../spec/table-kinds.js";
import { type Compared, comparedOnce } from "./comparisons.js";
import { damage, edit, type ProgramDifference } from "./difference.js";
import { loadsOf } from "./memory.js";
import type { Pair } from "./pair.js";
import type { ContentsProof } from "./proof.js";
import { firstMovesOf, movesOf, recordDifferences, type TableMove } from "./records.js";
import { firstRegions, sectionViews } from "./regions.js";

/** Types of sections that name symbols or sections, and strings: contents.ts compares what they say. */
const BY_MEANING: readonly number[] = /* @__PURE__ */ [
  [SHT.SYMTAB, SHT.STRTAB, SHT.REL, SHT.RELA, SHT.CREL, SHT.GROUP, SHT.SYMTAB_SHNDX, SHT.LLVM_ADDRSIG],
].flat();

/** Types of tables that loaders find by pointers, and that may grow. */
const TABLES: readonly number[] = /* @__PURE__ */ [
  [SHT.STRTAB, SHT.DYNAMIC, SHT.HASH, SHT.GNU_HASH, SHT.GNU_VERNEED, SHT.GNU_VERSYM, SHT.NOTE],
].flat();

/** Which section is which: the index after of each section before; -1 for one that is gone. */
export type SectionIndex = (section: number) => number;

const OURS: readonly string[] = /* @__PURE__ */ [COVER_NAME, KEPT_NAME, RETIRED_NAMES].flat();

/** Sections of a file of ours, by their order: what stays keeps it, and new ones stand behind. */
export function matchInOrder({ before, after, declared }: Pair): {
  readonly indexOf: SectionIndex;
  readonly differences: readonly ProgramDifference[];
} {
  const old = sectionColumns(before);
  const now = sectionColumns(after);
  const names = sectionNames(before);
  const newNames = sectionNames(after);
  const indexes = new Int32Array(old.count).fill(-1);
  const differences: ProgramDifference[] = [];

  let next = 0;
  for (let i = 0; i < old.count; i++) {
    if (old.type[i] === SHT.NULL || declared!.dropped.has(i)) continue;

    while (next < now.count && now.type[next] === SHT.NULL) next++;
    // A name that the file before does not end cannot be read there.
    const isNamed = next < now.count && (names.isSame(i, newNames, next) || names.of(i) === "");
    const isNext = isNamed || (next < now.count && isRetired(names.of(i), newNames.of(next)));
    if (isNext) {
      indexes[i] = next++;
    } else if (!declared!.dropsHeaders && !OURS.includes(names.of(i))) {
      differences.push(damage("sections", names.of(i), `the section ${names.of(i)} is gone`));
    }
  }
  return { indexOf: (section) => indexes[section] ?? -1, differences };
}

/** A version table that no tag leads to any more loses the dot of its name. */
const isRetired = (before: string, after: string): boolean => RETIRED_NAMES.includes(after) && before === `.${after}`;

/**
 * Sections that stay: what they are for tools, and the bytes of those that are not loaded.
 *
 * @param contents compares what is written anew
 */
export function* sectionDifferences(
  pair: Pair,
  indexOf: SectionIndex,
  contents: ContentsProof | undefined,
): Generator<ProgramDifference> {
  const { before, after, declared } = pair;
  const old = sectionColumns(before);
  const names = sectionNames(before);
  const was = sectionViews(before);
  const is = sectionViews(after);
  const isKept = keptRecords(pair, indexOf);
  const compared = comparedOnce<boolean>(pair);

  for (let i = 0; i < old.count; i++) {
    const index = indexOf(i);
    // What only keeps bytes for strip may change with each patch.
    if (index < 0 || OURS.includes(names.of(i))) continue;

    const header = was(i);
    const isPlaced = placedAt(before, old, i);
    const field = isKept(i) ? undefined : fieldDifference(pair, i, header, is(index), indexOf);
    if (field !== undefined) yield edit("sections", names.of(i), `${names.of(i) || i}: ${field}`);

    // Who says nothing of itself may write anew what is compared by its meaning.
    const isRewritten = declared ? declared.rewrites(i) : BY_MEANING.includes(header.type);
    const isApart = isPlaced || isRewritten || i === before.header.shstrndx;
    const bytes = isApart ? undefined : bytesDifference(pair, header, is(index), compared);
    if (bytes !== undefined) yield damage("sections", names.of(i), `${names.of(i) || i}: ${bytes}`);
    if (!isPlaced && header.type === SHT.SYMTAB && declared?.rewrites(i) === false) {
      yield* recordDifferences(pair, "symtab", sectionSymbols(before, i), sectionSymbols(after, index));
    }
  }
  yield* contents?.compare(pair, indexOf) ?? [];
}

/**
 * Tells of a section whether its header says what it said, but for the name. Never where the sections that it leads to
 * have other indexes, or where the edits want another header.
 */
function keptRecords(pair: Pair, indexOf: SectionIndex): (section: number) => boolean {
  const { before, after, declared } = pair;
  const { shentsize } = before.header;
  const { bytes: old, link, info } = sectionColumns(before);
  const now = sectionColumns(after).bytes;
  if (declared?.isDebugFile || shentsize !== after.header.shentsize) return () => false;

  const isAsBefore = (index: number): boolean => (linkedTo(pair, index, indexOf) ?? index) === index;
  return (section) => {
    if (!isAsBefore(link[section]!) || !isAsBefore(info[section]!) || declared?.ungrouped.has(section)) return false;

    const by = (indexOf(section) - section) * shentsize;
    const end = (section + 1) * shentsize;
    for (let at = section * shentsize + NAME_SIZE; at < end; at++) if (old[at] !== now[at + by]) return false;
    return true;
  };
}

/** Bytes of sh_name, with which a section header begins. */
const NAME_SIZE = 4;

/** The type of a section may change where a .bss gets bytes, a version table is let go, or a debug file loses bytes. */
function typeOf({ declared }: Pair, was: number, is: number): number | undefined {
  const mayBePlain = was === SHT.NOBITS || was === SHT.GNU_VERSYM || was === SHT.GNU_VERNEED;
  return declared?.isDebugFile === true || (is === SHT.PROGBITS && mayBePlain) ? undefined : was;
}

const FIELDS = ["type", "flags", "addr", "addralign", "size", "entsize", "link", "info"] as const;

/** The first field of a section header that is not as it should be. */
function fieldDifference(
  pair: Pair,
  section: number,
  was: ShdrView,
  is: ShdrView,
  indexOf: SectionIndex,
): string | undefined {
  const wanted = wantedHeader(pair, section, was, is, indexOf);
  for (const field of FIELDS) {
    const value = wanted[field];
    if (value !== undefined && is.near(field) !== value) {
      return `sh_${field} is ${hex(is.near(field))}, not ${hex(value)}`;
    }
  }
  return undefined;
}

function hasBytesInDebugFile({ declared }: Pair, { type, flags }: ShdrView): boolean {
  const isEmptied = type === SHT.NOBITS || type === SHT.NOTE || type === SHT.NULL;
  return declared?.isDebugFile === true && (flags & SHF.ALLOC) !== 0 && !isEmptied;
}

/** What the fields of a section header have to say; undefined for those that may say anything. */
function wantedHeader(
  pair: Pair,
  section: number,
  was: ShdrView,
  is: ShdrView,
  indexOf: SectionIndex,
): { readonly [field in (typeof FIELDS)[number]]?: number | undefined } {
  const { before, after, declared } = pair;
  const isLoaded = placedAt(before, sectionColumns(before), section);
  const isCover = (): boolean => OURS.includes(sectionNames(before).of(section));
  const mayMove = !isLoaded || was.near("addr") === is.near("addr") || isMoved(pair, was, is) || isCover();

  const places = declared?.places.map((p) => Number(p.address)) ?? firstRegions(after).map((r) => Number(r.start));
  const mayGrow = TABLES.includes(was.type) || places.includes(is.near("addr"));
  const hasSize = isLoaded && was.near("size") !== is.near("size") && !mayGrow && !isCover();

  const group = declared?.ungrouped.has(section) === true ? was.near("flags") & SHF.GROUP : 0;
  const retired = is.type === SHT.PROGBITS && was.type !== is.type && was.type !== SHT.NOBITS;
  const leads =
    was.type === SHT.REL || was.type === SHT.RELA || was.type === SHT.CREL || (was.flags & SHF.INFO_LINK) !== 0;
  return {
    type: hasBytesInDebugFile(pair, is) ? SHT.NOBITS : typeOf(pair, was.type, is.type),
    flags: was.near("flags") - group,
    addr: mayMove ? undefined : was.near("addr"),
    ...(!retired && {
      addralign: was.near("addralign"),
      size: hasSize ? was.near("size") : undefined,
      entsize: was.near("entsize"),
      link: linkedTo(pair, was.link, indexOf),
      info: leads ? linkedTo(pair, was.info, indexOf) : undefined,
    }),
  };
}

/** The new index of what a section leads to; undefined where it led nowhere, or what it led to is gone. */
function linkedTo({ before }: Pair, section: number, indexOf: SectionIndex): number | undefined {
  const isThere = section > SHN.UNDEF && section < before.header.shnum;
  const index = isThere ? indexOf(section) : -1;
  return index < 0 ? undefined : index;
}

/** Is it the section of a table that has moved? */
function isMoved(pair: Pair, was: ShdrView, is: ShdrView): boolean {
  const start = was.exact("addr");
  const by = is.exact("addr") - start;
  const isIts = (m: TableMove): boolean => m.was.start <= start && start <= m.was.end && by === m.to - m.was.start;
  return firstMovesOf(pair).some(isIts) || movesOf(pair).some(isIts);
}

/** Is it part of a PT_LOAD, whatever its flags say, or of the section header table, which may have a section? */
function isComparedApart(elf: ElfFile, offset: number, size: number): boolean {
  const { shoff, shnum, shentsize } = elf.header;
  const isOfHeaders = offset < shoff + shnum * shentsize && offset + size > shoff;
  const isIn = (l: Segment): boolean =>
    l.near("offset") <= offset && offset + size <= l.near("offset") + l.near("filesz");
  return isOfHeaders || loadsOf(elf).some(isIn);
}

function bytesDifference(pair: Pair, was: ShdrView, is: ShdrView, compared: Compared<boolean>): string | undefined {
  if (was.exact("size") !== is.exact("size")) return `it has ${is.exact("size")} bytes, not ${was.exact("size")}`;
  const hasBytes = was.type !== SHT.NOBITS && was.type !== SHT.NULL && is.type !== SHT.NOBITS && was.exact("size") > 0n;
  if (!hasBytes || was.type === SHT.SYMTAB) return undefined;

  const size = was.near("size");
  const isThere = was.near("offset") + size <= pair.before.source.size;
  if (!isThere || isComparedApart(pair.before, was.near("offset"), size)) return undefined;
  const isSame =
    is.near("offset") + size <= pair.after.source.size &&
    compared(size, [was.offset, is.offset, size], () => pair.isSame({ from: was.offset, at: is.offset, size }));
  return isSame ? undefined : "its bytes are others";
}

/** Names that new sections may have: those of new tables, and the name table's. */
const NEW: readonly string[] = /* @__PURE__ */ [OURS, ".shstrtab", Object.values(TABLE_NAMES)].flat();

/** Sections that nobody asked for. */
export function* addedDifferences({ after, declared }: Pair, taken: ReadonlySet<number>): Generator<ProgramDifference> {
  const columns = sectionColumns(after);
  const names = sectionNames(after);
  for (let i = 0; i < columns.count; i++) {
    if (columns.type[i] === SHT.NULL || taken.has(i)) continue;

    const name = names.of(i);
    const asked = declared!.added.find((s) => s.name === name);
    if (!asked && !NEW.includes(name)) yield damage("sections", name, `the section ${name} is new`);
    if (OF_SYMBOLS.includes(name) && columns.type[columns.link[i]!] !== SHT.DYNSYM) {
      yield damage("sections", name, `sh_link of ${name} does not lead to .dynsym`);
    }
    if (!asked) continue;

    const { offset, fileSize } = columns;
    const bytes = readExactly(after.source, offset[i]!, fileSize[i]!, name);
    if (!equalBytes(bytes, asked.bytes)) {
      yield damage("sections", name, `${name}: its bytes are others`);
    }
  }
}

/** Tables with an entry for each dynamic symbol, by the names that new ones get. */
const OF_SYMBOLS: readonly string[] = /* @__PURE__ */ [
  [TABLE_NAMES.hash, TABLE_NAMES.gnuHash, TABLE_NAMES.mipsHash, TABLE_NAMES.versions],
].flat();

/** Does the section name table end with a NUL? */
export function endsNames(elf: ElfFile): boolean {
  const table = sectionNameTable(elf);
  return !table || table.size === 0 || readExactly(elf.source, table.offset + table.size - 1, 1, "a name")[0] === 0;
}

import { viewOf } from "../../codec/bytes.js";
import { Verdaux, Verdef, Vernaux, Verneed } from "../../codec/records.js";
import type { Struct, View } from "../../codec/struct.js";
import { readExactly } from "../../codec/source.js";
import { fail, hex } from "../../error.js";
import type { RecordFields } from "../../spec/records.js";
import { VERSYM } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { ElfFile, NeededVersion, VersionDefinition, VersionNeed } from "../elf.js";
import { NameBudget } from "../strings.js";
import { assertElf } from "../../input.js";

/** Version numbers have 15 bits, so a table with more records says nothing. */
const MOST_RECORDS = 0x8000;

/** The way along the records of one table, with bounds on their number and on the length of their names. */
class RecordWalk {
  readonly elf: ElfFile;
  readonly #budget: NameBudget;
  #left = MOST_RECORDS;

  constructor(elf: ElfFile) {
    this.elf = elf;
    this.#budget = new NameBudget(elf.dynamic?.strings);
  }

  record<F extends RecordFields>(type: Struct<F>, at: number, what: string): View<F> {
    this.#left--;
    if (this.#left < 0) fail("MALFORMED", `${what} has more than ${MOST_RECORDS} records`, { offset: at });

    const h = this.elf.header;
    return type.view(viewOf(readExactly(this.elf.source, at, type.size(h.class), what)), 0, h);
  }

  /** The name at an offset of .dynstr. */
  name(offset: number): string {
    const { strings, offset: dynamicOffset } = this.elf.dynamic!;
    if (!strings) {
      fail("MALFORMED", "version records name strings, but the file has no .dynstr", { offset: dynamicOffset });
    }
    return this.#budget.spend(strings.at(offset));
  }

  /** The file offset of the first record; undefined where there is no such tag. */
  start(tag: number): number | undefined {
    const { dynamic } = this.elf;
    const address = dynamic?.get(tag);
    if (!dynamic || address === undefined || address === 0n) return undefined;

    const at = this.elf.offsetOf(address, 1);
    if (at === undefined) {
      fail("MALFORMED", `the version table at address ${hex(address)} is not in the file`, { offset: dynamic.offset });
    }
    return at;
  }
}

/** DT_VERNEED: the versions that the file needs, by file. Empty where there is none. */
export function readVersionNeeds(elf: ElfFile): VersionNeed[] {
  const { class: c } = elf.header;
  const what = "DT_VERNEED";
  const walk = new RecordWalk(elf);
  const needs: VersionNeed[] = [];
  let at = walk.start(DT.VERNEED);

  for (let left = countOf(elf, DT.VERNEEDNUM); at !== undefined && left > 0; left--) {
    const need = walk.record(Verneed, at, what);
    const versions: NeededVersion[] = [];
    let end = at + Verneed.size(c);

    let auxAt = at + need.aux;
    for (let i = 0; i < need.cnt; i++) {
      const aux = walk.record(Vernaux, auxAt, what);
      end = Math.max(end, auxAt + Vernaux.size(c));
      versions.push({
        name: walk.name(aux.name),
        hash: aux.hash,
        flags: aux.flags,
        index: aux.other,
        nameOffset: aux.name,
        at: auxAt,
      });
      if (aux.next === 0) break;
      auxAt += aux.next;
    }

    needs.push({ file: walk.name(need.file), fileOffset: need.file, versions, at, end });
    at = need.next === 0 ? undefined : at + need.next;
  }

  return needs;
}

/** DT_VERDEF: the versions that the file defines. Empty where there is none. */
export function readVersionDefinitions(elf: ElfFile): VersionDefinition[] {
  const { class: c } = elf.header;
  const what = "DT_VERDEF";
  const walk = new RecordWalk(elf);
  const definitions: VersionDefinition[] = [];
  let at = walk.start(DT.VERDEF);

  for (let left = countOf(elf, DT.VERDEFNUM); at !== undefined && left > 0; left--) {
    const definition = walk.record(Verdef, at, what);
    const nameOffsets: number[] = [];
    let end = at + Verdef.size(c);

    let auxAt = at + definition.aux;
    for (let i = 0; i < definition.cnt; i++) {
      const aux = walk.record(Verdaux, auxAt, what);
      end = Math.max(end, auxAt + Verdaux.size(c));
      nameOffsets.push(aux.name);
      if (aux.next === 0) break;
      auxAt += aux.next;
    }

    const names = nameOffsets.map((offset) => walk.name(offset));
    definitions.push({ index: definition.ndx, flags: definition.flags, names, nameOffsets, at, end });
    at = definition.next === 0 ? undefined : at + definition.next;
  }

  return definitions;
}

/**
 * How many records a tag says that there are. glibc follows vn_next and ignores the counts; musl and tools use them.
 * Both end the walk.
 */
function countOf(elf: ElfFile, tag: number): number {
  const count = elf.dynamic?.get(tag);
  return count === undefined || count > BigInt(MOST_RECORDS) ? MOST_RECORDS : Number(count);
}

/** The version of a dynamic symbol, e.g. `{ name: "GLIBC_2.34", file: "libc.so.6", hidden: false }`. */
export interface SymbolVersion {
  readonly name: string;
  /** The file that has to define it; null for a version that this file defines. */
  readonly file: string | null;
  readonly hidden: boolean;
}

/** A number of .gnu.version, or of a version's record, without the hidden bit. */
export const versionNumber = (number: number): number => number & ~VERSYM.HIDDEN;

/** The versions of definitions and needs, by their numbers. */
export function versionsByNumber(
  definitions: readonly Pick<VersionDefinition, "index" | "names">[],
  needs: readonly { readonly file: string; readonly versions: readonly Pick<NeededVersion, "index" | "name">[] }[],
): Map<number, Omit<SymbolVersion, "hidden">> {
  const byNumber = new Map<number, Omit<SymbolVersion, "hidden">>();
  for (const { index, names } of definitions) {
    if (names[0] !== undefined) byNumber.set(versionNumber(index), { name: names[0], file: null });
  }
  for (const { file, versions } of needs) {
    for (const v of versions) byNumber.set(versionNumber(v.index), { name: v.name, file });
  }
  return byNumber;
}

/** The versions of the dynamic symbols by index, as .gnu.version says; undefined for a symbol without version. */
export function symbolVersions(elf: ElfFile): (index: number) => SymbolVersion | undefined {
  assertElf("symbolVersions", elf);
  const table = versymTable(elf);
  if (!table) return () => undefined;

  const byNumber = versionsByNumber(elf.versionDefinitions, elf.versionNeeds);
  const entries = viewOf(readExactly(elf.source, table.offset, table.count * 2, ".gnu.version"));

  return (index) => {
    if (index >= table.count) return undefined;
    const entry = entries.getUint16(index * 2, elf.header.littleEndian);
    const number = versionNumber(entry);
    const version = byNumber.get(number);
    if (number <= VERSYM.GLOBAL || !version) return undefined;
    return { ...version, hidden: (entry & VERSYM.HIDDEN) !== 0 };
  };
}

/** .gnu.version, by DT_VERSYM: its file offset, and the number of its half-words, one for each dynamic symbol. */
export function versymTable(elf: ElfFile): { offset: number; count: number } | undefined {
  const address = elf.dynamic?.get(DT.VERSYM);
  const symbols = elf.dynamicSymbols;
  const offset = address === undefined ? undefined : elf.offsetOf(address, 1);
  if (offset === undefined || !symbols) return undefined;

  const mostInFile = Math.max(0, Math.floor((elf.source.size - offset) / 2));
  return { offset, count: Math.min(symbols.count, mostInFile) };
}

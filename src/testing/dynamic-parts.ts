import { concat, encodeText, viewOf } from "../codec/bytes.js";
import { sysvHash } from "../codec/hash.js";
import { type Encoding, wordSize } from "../codec/encoding.js";
import { Dyn, Rel, Rela, Sym, Verdaux, Verdef } from "../codec/records.js";
import { fail } from "../error.js";
import { DF_1, EM, ET, SHF, SHT, VER_FLG, VERSYM } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { hashEntrySize } from "../spec/machines.js";
import { cardOf } from "../spec/machines/card-of.js";
import { LOADING } from "../spec/machines/lists/loading.js";
import { compactStrings } from "../tables/compact-strings.js";
import { encodeVersionNeeds } from "../tables/versions.js";
import {
  type BuildSymbol,
  encodeRecords,
  fixedPart,
  type SectionPart,
  type PartPlacement,
  type SymbolPlaces,
} from "./parts.js";

/** What the dynamic section and its tables say: the options of `buildElf` with their defaults filled in. */
export interface DynamicOptions {
  readonly type: number;
  readonly machine: number;
  readonly interpreter: string | null;
  readonly needed: readonly string[];
  readonly soname: string | null;
  readonly runpath: string | null;
  readonly rpath: string | null;
  readonly hash: "gnu" | "sysv" | "both" | "none";
  readonly symbols: readonly BuildSymbol[];
  readonly versionNeeds: readonly BuildVersionNeed[];
  readonly versionDefinitions: readonly BuildVersionDefinition[];
  readonly relocations: readonly BuildRelocation[];
  readonly tags: readonly { readonly tag: number; readonly value: number | bigint }[];
  readonly spareTags: number;
  readonly got: boolean;
  readonly dynstrLast: boolean;
}

/** The versions that the file needs of one other file. */
export interface BuildVersionNeed {
  readonly file: string;
  readonly versions: readonly string[];
  /** Those of `versions` that may be missing (VER_FLG_WEAK). */
  readonly weak?: readonly string[];
}

/** A version that the file defines. */
export interface BuildVersionDefinition {
  readonly name: string;
  /** The versions it builds on. */
  readonly parents?: readonly string[];
}

/** A dynamic relocation of a word in .data: the first relocation is of the first word, and so on. */
export interface BuildRelocation {
  /** The dynamic symbol's name. Default: none. */
  readonly symbol?: string;
  /** r_type. Default: 1, a word-sized absolute address on many machines. */
  readonly type?: number;
  /** r_addend, where the machine has it in the table. Default: 0. */
  readonly addend?: number;
}

/** The hash of a symbol name in DT_GNU_HASH. */
export function gnuHashOf(name: string): number {
  let hash = 5381;
  for (const byte of encodeText(name)) hash = (Math.imul(hash, 33) + byte) >>> 0;
  return hash;
}

const gnuBucketCount = (definedCount: number): number => Math.max(1, definedCount >> 1);

/** Dynamic symbols in the order that DT_GNU_HASH needs: undefined ones first, the others by bucket. */
function hashOrder(symbols: readonly BuildSymbol[], hash: DynamicOptions["hash"]): BuildSymbol[] {
  const undefinedOnes = symbols.filter((s) => s.defined === false);
  const defined = symbols.filter((s) => s.defined !== false);

  if (hash === "gnu" || hash === "both") {
    const bucketOf = (s: BuildSymbol) => gnuHashOf(s.name) % gnuBucketCount(defined.length);
    defined.sort((a, b) => bucketOf(a) - bucketOf(b));
  }
  return [...undefinedOnes, ...defined];
}

function sysvHashPart(symbols: readonly BuildSymbol[], machine: number, encoding: Encoding): SectionPart {
  const entrySize = hashEntrySize(machine, encoding.class);
  const symbolCount = symbols.length + 1;
  const bucketCount = Math.max(1, symbols.length >> 1);
  const chains = 2 + bucketCount;
  const bytes = new Uint8Array((chains + symbolCount) * entrySize);
  const view = viewOf(bytes);
  const put = (at: number, entry: number): void => {
    if (entrySize === 8) view.setBigUint64(at * 8, BigInt(entry), encoding.littleEndian);
    else view.setUint32(at * 4, entry, encoding.littleEndian);
  };

  put(0, bucketCount);
  put(1, symbolCount);

  const heads = new Map<number, number>();
  symbols.forEach(({ name }, i) => {
    const index = i + 1;
    const bucket = sysvHash(name) % bucketCount;
    put(chains + index, heads.get(bucket) ?? 0);
    put(2 + bucket, index);
    heads.set(bucket, index);
  });

  return fixedPart(".hash", SHT.HASH, SHF.ALLOC, wordSize(encoding), bytes, { entsize: entrySize, link: ".dynsym" });
}

function gnuHashPart(symbols: readonly BuildSymbol[], encoding: Encoding): SectionPart {
  const defined = symbols.filter((s) => s.defined !== false);
  const bucketCount = gnuBucketCount(defined.length);
  const word = wordSize(encoding);
  const wordShift = encoding.class === 64 ? 6 : 5;
  const le = encoding.littleEndian;

  // GNU ld writes first symbol 1 and shift 0 where nothing is defined.
  const isEmpty = defined.length === 0;
  const firstIndex = isEmpty ? 1 : symbols.length - defined.length + 1;
  const bloomShift = isEmpty ? 0 : wordShift;

  const bloomAt = 16;
  const bucketsAt = bloomAt + word;
  const chainsAt = bucketsAt + bucketCount * 4;
  const bytes = new Uint8Array(chainsAt + defined.length * 4);
  const view = viewOf(bytes);
  [bucketCount, firstIndex, 1, bloomShift].forEach((n, i) => view.setUint32(i * 4, n, le));

  const hashes = defined.map((s) => gnuHashOf(s.name));
  const bucketOf = (i: number) => hashes[i]! % bucketCount;
  let bloom = 0n;
  hashes.forEach((hash, i) => {
    bloom |= (1n << BigInt(hash % encoding.class)) | (1n << BigInt((hash >>> bloomShift) % encoding.class));

    const isFirst = i === 0 || bucketOf(i - 1) !== bucketOf(i);
    if (isFirst) view.setUint32(bucketsAt + bucketOf(i) * 4, firstIndex + i, le);

    const isLast = i + 1 === hashes.length || bucketOf(i + 1) !== bucketOf(i);
    view.setUint32(chainsAt + i * 4, isLast ? hash | 1 : hash & ~1, le);
  });

  if (word === 8) view.setBigUint64(bloomAt, bloom, le);
  else view.setUint32(bloomAt, Number(bloom), le);

  return fixedPart(".gnu.hash", SHT.GNU_HASH, SHF.ALLOC, word, bytes, {
    link: ".dynsym",
    entsize: encoding.class === 64 ? 0 : 4,
  });
}

/** The numbers that .gnu.version uses: 1 is the file itself, then the definitions, then the needs. */
class VersionNumbers {
  readonly #defined = new Map<string, number>();
  readonly #needed = new Map<string, number>();

  constructor({ versionDefinitions, versionNeeds }: DynamicOptions) {
    versionDefinitions.forEach((d, i) => this.#defined.set(d.name, 2 + i));

    let next = 2 + versionDefinitions.length;
    for (const { file, versions } of versionNeeds) {
      for (const version of versions) this.#needed.set(this.#key(file, version), next++);
    }
  }

  needed(file: string, version: string): number {
    return this.#needed.get(this.#key(file, version))!;
  }

  of({ name, version, defined, hidden }: BuildSymbol): number {
    if (version === undefined) return VERSYM.GLOBAL;

    const isNeeded = defined === false;
    const number = isNeeded ? this.#neededOfAnyFile(version) : this.#defined.get(version);
    if (number === undefined) {
      const list = isNeeded ? "need" : "definition";
      fail("BAD_EDIT", `buildElf: no version ${list} has the version ${version} of symbol ${name}`, {
        edit: "buildElf",
      });
    }

    return hidden ? number | VERSYM.HIDDEN : number;
  }

  #neededOfAnyFile(version: string): number | undefined {
    return [...this.#needed].find(([key]) => key.startsWith(`${version}\0`))?.[1];
  }

  #key(file: string, version: string): string {
    return `${version}\0${file}`;
  }
}

function versionParts(
  options: DynamicOptions,
  ordered: readonly BuildSymbol[],
  offsetOf: (text: string) => number,
  encoding: Encoding,
): SectionPart[] {
  const numbers = new VersionNumbers(options);
  const versym = new Uint8Array((ordered.length + 1) * 2);
  ordered.forEach((s, i) => viewOf(versym).setUint16((i + 1) * 2, numbers.of(s), encoding.littleEndian));

  const { versionDefinitions, versionNeeds } = options;
  const out: SectionPart[] = [];
  if (versionNeeds.length > 0 || versionDefinitions.length > 0) {
    out.push(fixedPart(".gnu.version", SHT.GNU_VERSYM, SHF.ALLOC, 2, versym, { entsize: 2, link: ".dynsym" }));
  }
  if (versionDefinitions.length > 0) out.push(versionDefinitionPart(options, offsetOf, encoding));
  if (versionNeeds.length > 0) out.push(versionNeedPart(versionNeeds, numbers, offsetOf, encoding));
  return out;
}

function versionDefinitionPart(
  options: DynamicOptions,
  offsetOf: (text: string) => number,
  encoding: Encoding,
): SectionPart {
  const base: BuildVersionDefinition = { name: baseName(options) };
  const definitions = [base, ...options.versionDefinitions];
  const headSize = Verdef.size(encoding.class);
  const auxSize = Verdaux.size(encoding.class);

  const records = definitions.map(({ name, parents = [] }, i) => {
    const names = [name, ...parents];
    const head = {
      version: 1,
      flags: i === 0 ? VER_FLG.BASE : 0,
      ndx: i + 1,
      cnt: names.length,
      hash: sysvHash(name),
      aux: headSize,
      next: i + 1 < definitions.length ? headSize + names.length * auxSize : 0,
    };
    const auxiliaries = names.map((n, j) => ({ name: offsetOf(n), next: j + 1 < names.length ? auxSize : 0 }));
    return concat([encodeRecords(Verdef, encoding, [head]), encodeRecords(Verdaux, encoding, auxiliaries)]);
  });

  return fixedPart(".gnu.version_d", SHT.GNU_VERDEF, SHF.ALLOC, wordSize(encoding), concat(records), {
    link: ".dynstr",
    info: definitions.length,
  });
}

function versionNeedPart(
  versionNeeds: readonly BuildVersionNeed[],
  numbers: VersionNumbers,
  offsetOf: (text: string) => number,
  encoding: Encoding,
): SectionPart {
  const needs = versionNeeds.map(({ file, versions, weak }) => ({
    file: offsetOf(file),
    versions: versions.map((version) => ({
      hash: sysvHash(version),
      flags: weak?.includes(version) ? VER_FLG.WEAK : 0,
      index: numbers.needed(file, version),
      name: offsetOf(version),
    })),
  }));
  const bytes = encodeVersionNeeds(needs, encoding);
  return fixedPart(".gnu.version_r", SHT.GNU_VERNEED, SHF.ALLOC, wordSize(encoding), bytes, {
    link: ".dynstr",
    info: needs.length,
  });
}

const baseName = (options: DynamicOptions): string => options.soname ?? "a.out";

/** ELF32_R_INFO, ELF64_R_INFO; little-endian 64-bit MIPS has r_sym first and r_type as the last byte (its psABI). */
function relocationInfo(symbol: number, type: number, machine: number, encoding: Encoding): bigint {
  if (encoding.class === 32) return BigInt(symbol * 256 + type);
  if (machine === EM.MIPS && encoding.littleEndian) return BigInt(symbol) | (BigInt(type) << 56n);
  return (BigInt(symbol) << 32n) | BigInt(type);
}

function relocationPart(options: DynamicOptions, ordered: readonly BuildSymbol[], encoding: Encoding): SectionPart {
  const { machine, relocations } = options;
  const isRel = cardOf(LOADING, machine)?.relocationForm === "rel";
  const size = (isRel ? Rel : Rela).size(encoding.class);
  const word = wordSize(encoding);

  const indexOf = (name: string): number => {
    const index = 1 + ordered.findIndex((s) => s.name === name);
    if (index === 0) {
      fail("BAD_EDIT", `buildElf: a relocation names ${name}, which is not a dynamic symbol`, { edit: "buildElf" });
    }
    return index;
  };
  const bytes = (placed: PartPlacement): Uint8Array => {
    const rows = relocations.map(({ symbol, type = 1 }, i) => ({
      offset: placed.address(".data") + BigInt(i * word),
      info: relocationInfo(symbol === undefined ? 0 : indexOf(symbol), type, machine, encoding),
    }));
    if (isRel) return encodeRecords(Rel, encoding, rows);

    const withAddends = rows.map((row, i) => ({ ...row, addend: relocations[i]!.addend ?? 0 }));
    return encodeRecords(Rela, encoding, withAddends);
  };

  return {
    name: isRel ? ".rel.dyn" : ".rela.dyn",
    type: isRel ? SHT.REL : SHT.RELA,
    flags: SHF.ALLOC,
    align: word,
    size: relocations.length * size,
    entsize: size,
    link: ".dynsym",
    bytes,
  };
}

/** The read-only tables behind .dynamic in GNU ld's order, and .dynamic itself. */
export function dynamicParts(
  options: DynamicOptions,
  places: SymbolPlaces,
  encoding: Encoding,
): { tables: SectionPart[]; dynamic: SectionPart } {
  const { hash } = options;
  const ordered = hashOrder(options.symbols, hash);
  const strings = dynamicStrings(options);
  const { offsetOf } = strings;
  const dynstr = fixedPart(".dynstr", SHT.STRTAB, SHF.ALLOC, 1, strings.bytes);

  const tables: SectionPart[] = [];
  if (hash === "sysv" || hash === "both") tables.push(sysvHashPart(ordered, options.machine, encoding));
  if (hash === "gnu" || hash === "both") tables.push(gnuHashPart(ordered, encoding));
  tables.push(dynsymPart(ordered, places, offsetOf, encoding));
  if (!options.dynstrLast) tables.push(dynstr);
  tables.push(...versionParts(options, ordered, offsetOf, encoding));
  if (options.relocations.length > 0) tables.push(relocationPart(options, ordered, encoding));
  if (options.dynstrLast) tables.push(dynstr);

  const byName = new Map(tables.map((t) => [t.name, t]));
  const entries = dynamicEntries(options, byName, offsetOf, encoding);
  return { tables, dynamic: dynamicPart(entries, options.spareTags, encoding) };
}

function dynamicStrings(options: DynamicOptions): { readonly bytes: Uint8Array; offsetOf(text: string): number } {
  return compactStrings([
    ...options.needed,
    ...[options.soname, options.runpath, options.rpath].filter((s) => s !== null),
    ...options.symbols.map((s) => s.name),
    ...options.versionNeeds.flatMap((n) => [n.file, ...n.versions]),
    ...(options.versionDefinitions.length > 0 ? [baseName(options)] : []),
    ...options.versionDefinitions.flatMap((d) => [d.name, ...(d.parents ?? [])]),
  ]);
}

function dynsymPart(
  ordered: readonly BuildSymbol[],
  places: SymbolPlaces,
  offsetOf: (text: string) => number,
  encoding: Encoding,
): SectionPart {
  const size = Sym.size(encoding.class);
  return {
    name: ".dynsym",
    type: SHT.DYNSYM,
    flags: SHF.ALLOC,
    align: wordSize(encoding),
    size: (ordered.length + 1) * size,
    entsize: size,
    link: ".dynstr",
    info: 1,
    bytes(placed) {
      const rows = ordered.map((s) => ({ name: offsetOf(s.name), ...places.record(s, placed) }));
      return encodeRecords(Sym, encoding, [{}, ...rows]);
    },
  };
}

/** An entry of the dynamic section. A text value is the name of the part whose address it is. */
interface BuildEntry {
  readonly tag: number;
  readonly value: number | bigint | string;
}

/** .dynamic: these entries, the terminating DT_NULL, spare ones. */
function dynamicPart(entries: readonly BuildEntry[], spareTags: number, encoding: Encoding): SectionPart {
  const size = Dyn.size(encoding.class);
  return {
    name: ".dynamic",
    type: SHT.DYNAMIC,
    flags: SHF.ALLOC | SHF.WRITE,
    align: wordSize(encoding),
    size: (entries.length + 1 + spareTags) * size,
    entsize: size,
    link: ".dynstr",
    bytes(placed) {
      const rows = entries.map(({ tag, value }) => ({
        tag,
        val: typeof value === "string" ? placed.address(value) : value,
      }));
      const nulls = Array.from({ length: 1 + spareTags }, () => ({}));
      return encodeRecords(Dyn, encoding, [...rows, ...nulls]);
    },
  };
}

/** The entries before DT_NULL in GNU ld's order. */
function dynamicEntries(
  options: DynamicOptions,
  tables: ReadonlyMap<string, SectionPart>,
  offsetOf: (text: string) => number,
  encoding: Encoding,
): BuildEntry[] {
  const out: BuildEntry[] = [];
  const addText = (tag: number, text: string | null): void => {
    if (text !== null) out.push({ tag, value: offsetOf(text) });
  };
  const addTable = (name: string, tag: number, numbers: (part: SectionPart) => BuildEntry[] = () => []): void => {
    const part = tables.get(name);
    if (part) out.push({ tag, value: name }, ...numbers(part));
  };
  const isGiven = (tag: number) => options.tags.some((t) => t.tag === tag);
  const isProgram = options.interpreter !== null;

  for (const name of options.needed) addText(DT.NEEDED, name);
  addText(DT.SONAME, options.soname);
  addText(DT.RPATH, options.rpath);
  addText(DT.RUNPATH, options.runpath);

  addTable(".hash", DT.HASH);
  addTable(".gnu.hash", DT.GNU_HASH);
  out.push(
    { tag: DT.STRTAB, value: ".dynstr" },
    { tag: DT.SYMTAB, value: ".dynsym" },
    { tag: DT.STRSZ, value: tables.get(".dynstr")!.size },
    { tag: DT.SYMENT, value: Sym.size(encoding.class) },
  );

  if (isProgram && !isGiven(DT.DEBUG)) out.push({ tag: DT.DEBUG, value: 0 });
  if (options.got) out.push({ tag: DT.PLTGOT, value: ".got.plt" });
  addTable(".rela.dyn", DT.RELA, (part) => [
    { tag: DT.RELASZ, value: part.size },
    { tag: DT.RELAENT, value: part.entsize! },
  ]);
  addTable(".rel.dyn", DT.REL, (part) => [
    { tag: DT.RELSZ, value: part.size },
    { tag: DT.RELENT, value: part.entsize! },
  ]);

  addTable(".gnu.version_d", DT.VERDEF, (part) => [{ tag: DT.VERDEFNUM, value: part.info! }]);
  if (isProgram && options.type === ET.DYN && !isGiven(DT.FLAGS_1)) out.push({ tag: DT.FLAGS_1, value: DF_1.PIE });
  addTable(".gnu.version_r", DT.VERNEED, (part) => [{ tag: DT.VERNEEDNUM, value: part.info! }]);
  addTable(".gnu.version", DT.VERSYM);

  return [...out, ...options.tags];
}

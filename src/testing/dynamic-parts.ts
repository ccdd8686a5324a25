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

/** What the dynamic section and its tables shall say: the options of `buildElf` with their defaults filled in. */
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

/** The versions needed of one file. */
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

/** A dynamic relocation of a word in .data: the first one of the first word, and so on. */
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
  let h = 5381;
  for (const c of encodeText(name)) h = (Math.imul(h, 33) + c) >>> 0;
  return h;
}

const gnuBuckets = (defined: number): number => Math.max(1, defined >> 1);

/** Dynamic symbols as DT_GNU_HASH wants them: undefined ones first, the others by bucket. */
function hashOrder(symbols: readonly BuildSymbol[], hash: DynamicOptions["hash"]): BuildSymbol[] {
  const undefinedOnes = symbols.filter((s) => s.defined === false);
  const defined = symbols.filter((s) => s.defined !== false);
  if (hash === "gnu" || hash === "both") {
    const bucket = (s: BuildSymbol) => gnuHashOf(s.name) % gnuBuckets(defined.length);
    defined.sort((a, b) => bucket(a) - bucket(b));
  }
  return [...undefinedOnes, ...defined];
}

function sysvHashPart(symbols: readonly BuildSymbol[], machine: number, e: Encoding): SectionPart {
  const entry = hashEntrySize(machine, e.class);
  const count = symbols.length + 1;
  const buckets = Math.max(1, symbols.length >> 1);
  const b = new Uint8Array((2 + buckets + count) * entry);
  const v = viewOf(b);
  const put = (i: number, n: number) =>
    entry === 8 ? v.setBigUint64(i * 8, BigInt(n), e.littleEndian) : v.setUint32(i * 4, n, e.littleEndian);
  const heads = new Map<number, number>();
  put(0, buckets);
  put(1, count);
  symbols.forEach((s, i) => {
    const bucket = sysvHash(s.name) % buckets;
    put(2 + buckets + i + 1, heads.get(bucket) ?? 0);
    heads.set(bucket, i + 1);
    put(2 + bucket, i + 1);
  });

  return fixedPart(".hash", SHT.HASH, SHF.ALLOC, wordSize(e), b, { entsize: entry, link: ".dynsym" });
}

function gnuHashPart(symbols: readonly BuildSymbol[], e: Encoding): SectionPart {
  const defined = symbols.filter((s) => s.defined !== false);
  const buckets = gnuBuckets(defined.length);
  const word = wordSize(e);
  // GNU ld writes first symbol 1 and shift 0 where nothing is defined.
  const first = defined.length > 0 ? symbols.length - defined.length + 1 : 1;
  const shift = defined.length > 0 ? (e.class === 64 ? 6 : 5) : 0;
  const b = new Uint8Array(16 + word + (buckets + defined.length) * 4);
  const v = viewOf(b);
  const le = e.littleEndian;
  [buckets, first, 1, shift].forEach((n, i) => v.setUint32(i * 4, n, le));
  const hashes = defined.map((s) => gnuHashOf(s.name));
  const bucketOf = (i: number) => hashes[i]! % buckets;
  let bloom = 0n;
  hashes.forEach((h, i) => {
    bloom |= (1n << BigInt(h % e.class)) | (1n << BigInt((h >>> shift) % e.class));
    if (i === 0 || bucketOf(i - 1) !== bucketOf(i)) v.setUint32(16 + word + bucketOf(i) * 4, first + i, le);
    const isLast = i + 1 === hashes.length || bucketOf(i + 1) !== bucketOf(i);
    v.setUint32(16 + word + (buckets + i) * 4, isLast ? h | 1 : h & ~1, le);
  });
  if (word === 8) v.setBigUint64(16, bloom, le);
  else v.setUint32(16, Number(bloom), le);

  return fixedPart(".gnu.hash", SHT.GNU_HASH, SHF.ALLOC, word, b, { link: ".dynsym", entsize: e.class === 64 ? 0 : 4 });
}

/** The numbers that .gnu.version uses: 1 is the file itself, then the definitions, then the needs. */
class VersionNumbers {
  readonly #defined = new Map<string, number>();
  readonly #needed = new Map<string, number>();

  constructor(o: DynamicOptions) {
    o.versionDefinitions.forEach((d, i) => this.#defined.set(d.name, 2 + i));
    let next = 2 + o.versionDefinitions.length;
    for (const n of o.versionNeeds) for (const v of n.versions) this.#needed.set(this.#key(n.file, v), next++);
  }

  #key(file: string, version: string): string {
    return `${version}\0${file}`;
  }

  needed(file: string, version: string): number {
    return this.#needed.get(this.#key(file, version))!;
  }

  of(s: BuildSymbol): number {
    if (s.version === undefined) return VERSYM.GLOBAL;

    const n =
      s.defined === false
        ? [...this.#needed].find(([key]) => key.startsWith(`${s.version}\0`))?.[1]
        : this.#defined.get(s.version);
    if (n === undefined) {
      fail(
        "BAD_EDIT",
        `buildElf: no version ${s.defined === false ? "need" : "definition"} has the version ${s.version} of symbol ${s.name}`,
        { edit: "buildElf" },
      );
    }

    return s.hidden ? n | VERSYM.HIDDEN : n;
  }
}

function versionParts(
  o: DynamicOptions,
  ordered: readonly BuildSymbol[],
  offsetOf: (text: string) => number,
  e: Encoding,
): SectionPart[] {
  const numbers = new VersionNumbers(o);
  const align = wordSize(e);
  const out: SectionPart[] = [];
  const versym = new Uint8Array((ordered.length + 1) * 2);
  ordered.forEach((s, i) => viewOf(versym).setUint16((i + 1) * 2, numbers.of(s), e.littleEndian));
  if (o.versionNeeds.length === 0 && o.versionDefinitions.length === 0) return [];

  out.push(fixedPart(".gnu.version", SHT.GNU_VERSYM, SHF.ALLOC, 2, versym, { entsize: 2, link: ".dynsym" }));
  if (o.versionDefinitions.length > 0) {
    const all = [{ name: baseName(o) }, ...o.versionDefinitions];
    const head = Verdef.size(e.class);
    const aux = Verdaux.size(e.class);
    const bytes = all.map((d: BuildVersionDefinition, i) => {
      const names = [d.name, ...(d.parents ?? [])];
      const size = head + names.length * aux;
      return concat([
        encodeRecords(Verdef, e, [
          {
            version: 1,
            flags: i === 0 ? VER_FLG.BASE : 0,
            ndx: i + 1,
            cnt: names.length,
            hash: sysvHash(d.name),
            aux: head,
            next: i + 1 < all.length ? size : 0,
          },
        ]),
        encodeRecords(
          Verdaux,
          e,
          names.map((n, j) => ({ name: offsetOf(n), next: j + 1 < names.length ? aux : 0 })),
        ),
      ]);
    });
    out.push(
      fixedPart(".gnu.version_d", SHT.GNU_VERDEF, SHF.ALLOC, align, concat(bytes), {
        link: ".dynstr",
        info: all.length,
      }),
    );
  }

  if (o.versionNeeds.length > 0) {
    const needs = o.versionNeeds.map((n) => ({
      file: offsetOf(n.file),
      versions: n.versions.map((v) => ({
        hash: sysvHash(v),
        flags: n.weak?.includes(v) ? VER_FLG.WEAK : 0,
        index: numbers.needed(n.file, v),
        name: offsetOf(v),
      })),
    }));
    out.push(
      fixedPart(".gnu.version_r", SHT.GNU_VERNEED, SHF.ALLOC, align, encodeVersionNeeds(needs, e), {
        link: ".dynstr",
        info: needs.length,
      }),
    );
  }

  return out;
}

const baseName = (o: DynamicOptions): string => o.soname ?? "a.out";

/** ELF32_R_INFO, ELF64_R_INFO; little-endian 64-bit MIPS has r_sym first and r_type as the last byte (its psABI). */
function relocationInfo(symbol: number, type: number, machine: number, e: Encoding): bigint {
  if (e.class === 32) return BigInt(symbol * 256 + type);
  return machine === EM.MIPS && e.littleEndian
    ? BigInt(symbol) | (BigInt(type) << 56n)
    : (BigInt(symbol) << 32n) | BigInt(type);
}

function relocationPart(o: DynamicOptions, ordered: readonly BuildSymbol[], e: Encoding): SectionPart[] {
  if (o.relocations.length === 0) return [];

  const isRel = cardOf(LOADING, o.machine)?.relocationForm === "rel";
  const record = isRel ? Rel : Rela;
  const size = record.size(e.class);
  const word = wordSize(e);
  const rows = (p: PartPlacement) =>
    o.relocations.map((r, i) => {
      const symbol = r.symbol === undefined ? 0 : 1 + ordered.findIndex((s) => s.name === r.symbol);
      if (r.symbol !== undefined && symbol === 0) {
        fail("BAD_EDIT", `buildElf: a relocation names ${r.symbol}, which is no dynamic symbol`, { edit: "buildElf" });
      }
      return {
        offset: p.address(".data") + BigInt(i * word),
        info: relocationInfo(symbol, r.type ?? 1, o.machine, e),
        addend: r.addend ?? 0,
      };
    });

  return [
    {
      name: isRel ? ".rel.dyn" : ".rela.dyn",
      type: isRel ? SHT.REL : SHT.RELA,
      flags: SHF.ALLOC,
      align: word,
      size: o.relocations.length * size,
      entsize: size,
      link: ".dynsym",
      bytes: (p) =>
        isRel
          ? encodeRecords(
              Rel,
              e,
              rows(p).map(({ offset, info }) => ({ offset, info })),
            )
          : encodeRecords(Rela, e, rows(p)),
    },
  ];
}

/** The read-only tables behind .dynamic in GNU ld's order, and .dynamic itself. */
export function dynamicParts(
  o: DynamicOptions,
  places: SymbolPlaces,
  e: Encoding,
): { tables: SectionPart[]; dynamic: SectionPart } {
  const ordered = hashOrder(o.symbols, o.hash);
  const strings = compactStrings([
    ...o.needed,
    ...[o.soname, o.runpath, o.rpath].filter((s) => s !== null),
    ...o.symbols.map((s) => s.name),
    ...o.versionNeeds.flatMap((n) => [n.file, ...n.versions]),
    ...(o.versionDefinitions.length > 0 ? [baseName(o)] : []),
    ...o.versionDefinitions.flatMap((d) => [d.name, ...(d.parents ?? [])]),
  ]);
  const { offsetOf } = strings;
  const symSize = Sym.size(e.class);
  const tables: SectionPart[] = [];
  if (o.hash === "sysv" || o.hash === "both") tables.push(sysvHashPart(ordered, o.machine, e));
  if (o.hash === "gnu" || o.hash === "both") tables.push(gnuHashPart(ordered, e));
  tables.push({
    name: ".dynsym",
    type: SHT.DYNSYM,
    flags: SHF.ALLOC,
    align: wordSize(e),
    size: (ordered.length + 1) * symSize,
    entsize: symSize,
    link: ".dynstr",
    info: 1,
    bytes: (p) =>
      encodeRecords(Sym, e, [{}, ...ordered.map((s) => ({ name: offsetOf(s.name), ...places.record(s, p) }))]),
  });
  const dynstr = fixedPart(".dynstr", SHT.STRTAB, SHF.ALLOC, 1, strings.bytes);
  if (!o.dynstrLast) tables.push(dynstr);
  tables.push(...versionParts(o, ordered, offsetOf, e), ...relocationPart(o, ordered, e));
  if (o.dynstrLast) tables.push(dynstr);

  const entries = dynamicEntries(o, new Map(tables.map((t) => [t.name, t])), offsetOf, e);
  const size = Dyn.size(e.class);
  const dynamic: SectionPart = {
    name: ".dynamic",
    type: SHT.DYNAMIC,
    flags: SHF.ALLOC | SHF.WRITE,
    align: wordSize(e),
    size: (entries.length + 1 + o.spareTags) * size,
    entsize: size,
    link: ".dynstr",
    bytes: (p) =>
      encodeRecords(Dyn, e, [
        ...entries.map(({ tag, value }) => ({ tag, val: typeof value === "string" ? p.address(value) : value })),
        ...Array.from({ length: 1 + o.spareTags }, () => ({})),
      ]),
  };
  return { tables, dynamic };
}

/** The entries before DT_NULL in GNU ld's order. A text value is the part whose address it is. */
function dynamicEntries(
  o: DynamicOptions,
  tables: ReadonlyMap<string, SectionPart>,
  offsetOf: (text: string) => number,
  e: Encoding,
): { tag: number; value: number | bigint | string }[] {
  const out: { tag: number; value: number | bigint | string }[] = o.needed.map((n) => ({
    tag: DT.NEEDED,
    value: offsetOf(n),
  }));
  const text = (tag: number, t: string | null) => {
    if (t !== null) out.push({ tag, value: offsetOf(t) });
  };
  const table = (name: string, tag: number, more: (part: SectionPart) => [number, number][] = () => []) => {
    const part = tables.get(name);
    if (part) out.push({ tag, value: name }, ...more(part).map(([tag, value]) => ({ tag, value })));
  };
  text(DT.SONAME, o.soname);
  text(DT.RPATH, o.rpath);
  text(DT.RUNPATH, o.runpath);
  table(".hash", DT.HASH);
  table(".gnu.hash", DT.GNU_HASH);
  out.push(
    { tag: DT.STRTAB, value: ".dynstr" },
    { tag: DT.SYMTAB, value: ".dynsym" },
    { tag: DT.STRSZ, value: tables.get(".dynstr")!.size },
    { tag: DT.SYMENT, value: Sym.size(e.class) },
  );
  const given = (tag: number) => o.tags.some((t) => t.tag === tag);
  if (o.interpreter !== null && !given(DT.DEBUG)) out.push({ tag: DT.DEBUG, value: 0 });
  if (o.got) out.push({ tag: DT.PLTGOT, value: ".got.plt" });
  table(".rela.dyn", DT.RELA, (p) => [
    [DT.RELASZ, p.size],
    [DT.RELAENT, p.entsize!],
  ]);
  table(".rel.dyn", DT.REL, (p) => [
    [DT.RELSZ, p.size],
    [DT.RELENT, p.entsize!],
  ]);
  table(".gnu.version_d", DT.VERDEF, (p) => [[DT.VERDEFNUM, p.info!]]);
  if (o.interpreter !== null && o.type === ET.DYN && !given(DT.FLAGS_1)) out.push({ tag: DT.FLAGS_1, value: DF_1.PIE });
  table(".gnu.version_r", DT.VERNEED, (p) => [[DT.VERNEEDNUM, p.info!]]);
  table(".gnu.version", DT.VERSYM);

  return [...out, ...o.tags];
}

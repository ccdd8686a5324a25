import { type Encoding, wordSize } from "../codec/encoding.js";
import { Dyn, Sym } from "../codec/records.js";
import { DF_1, ET, SHF, SHT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { compactStrings } from "../tables/compact-strings.js";
import { baseName, type DynamicOptions } from "./dynamic-options.js";
import { gnuHashPart, hashOrder, sysvHashPart } from "./hash-parts.js";
import { type BuildSymbol, encodeRecords, fixedPart, type SectionPart, type SymbolPlaces } from "./parts.js";
import { hasRelativeWords, initArrayPart, relocationPart } from "./relocation-parts.js";
import { versionParts } from "./version-parts.js";

/** The read-only tables behind .dynamic in GNU ld's order, and what PT_GNU_RELRO protects: .dynamic is the last. */
export function dynamicParts(
  options: DynamicOptions,
  places: SymbolPlaces,
  encoding: Encoding,
): { tables: SectionPart[]; relro: SectionPart[] } {
  const { hash, initArray } = options;
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
  if (options.relocations.length > 0 || (initArray.length > 0 && hasRelativeWords(options))) {
    tables.push(relocationPart(options, ordered, places, encoding));
  }
  if (options.dynstrLast) tables.push(dynstr);

  const byName = new Map(tables.map((t) => [t.name, t]));
  const entries = dynamicEntries(options, byName, offsetOf, encoding);
  const relro = initArray.length > 0 ? [initArrayPart(options, places, encoding)] : [];
  return { tables, relro: [...relro, dynamicPart(entries, options.spareTags, encoding)] };
}

function dynamicStrings(options: DynamicOptions): { readonly bytes: Uint8Array; offsetOf(text: string): number } {
  return compactStrings([
    ...options.needed,
    ...[options.soname, options.runpath, options.rpath].filter((s) => s !== null),
    ...options.symbols.map((s) => s.name),
    ...options.versionNeeds.flatMap((n) => [n.file, ...n.versions]),
    ...(options.versions.length > 0 ? [baseName(options)] : []),
    ...options.versions.flatMap((d) => [d.name, ...(d.parents ?? [])]),
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

  if (options.initArray.length > 0) {
    const size = options.initArray.length * wordSize(encoding);
    out.push({ tag: DT.INIT_ARRAY, value: ".init_array" }, { tag: DT.INIT_ARRAYSZ, value: size });
  }
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

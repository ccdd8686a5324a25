import { DF, DF_1, DT, type DynamicEntry, type ElfFile, PF, PT, symbolVersions } from "../../src/index.js";
import { dynamicRelocations } from "../../src/image/relocations/relocations.js";
import { followed, type Move, word } from "./moves.js";
import type { SectionPairs } from "./pairs.js";
import type { Wish } from "./wishes.js";

const MIPS_RLD_MAP_REL = 0x70000035;

/** What an entry says, in words that do not depend on where tables lie. */
function meaning(elf: ElfFile, e: DynamicEntry, moves: readonly Move[]): string {
  const d = elf.dynamic!;
  if (e.kind === "string") return `${e.name} "${d.text(e)}"`;
  if (e.kind === "address") return `${e.name} 0x${followed(moves, e.value).toString(16)}`;
  if (e.tag === MIPS_RLD_MAP_REL) {
    // Its value counts from the address of its own entry.
    const entry = d.address + BigInt(2 * word(elf) * e.index);
    return `${e.name} leads to 0x${BigInt.asUintN(8 * word(elf), entry + e.value).toString(16)}`;
  }
  if (e.tag === DT.STRSZ) return e.name;
  return `${e.name} ${e.value}`;
}

/** The entries that the wish should give: those of the input with their new values, and those that must be new. */
function expectedEntries(
  a: ElfFile,
  w: Wish,
  moves: readonly Move[],
  spent: ReadonlySet<number>,
): { kept: string[]; more: string[] } {
  const d = a.dynamic!;
  const paths = d.entries.filter((e) => e.tag === DT.RUNPATH || e.tag === DT.RPATH);
  const path = paths.find((e) => e.tag === DT.RUNPATH) ?? paths[0];

  const kept: string[] = [];
  const seen = new Set<string>();
  for (const e of d.entries) {
    const name = e.tag === DT.NEEDED ? d.text(e) : "";
    const renamed = w.renamed?.[name];
    if (w.runpath !== undefined && paths.includes(e)) {
      if (e === path) kept.push(`DT_RUNPATH "${w.runpath}"`);
    } else if (renamed !== undefined) {
      // Two entries of one name become one when it is renamed.
      if (!seen.has(renamed)) kept.push(`DT_NEEDED "${renamed}"`);
      seen.add(renamed);
    } else if (w.soname !== undefined && e.tag === DT.SONAME) {
      kept.push(`DT_SONAME "${w.soname}"`);
    } else if (w.noDefaultLib && e.tag === DT.FLAGS_1) {
      kept.push(`DT_FLAGS_1 ${e.value | BigInt(DF_1.NODEFLIB)}`);
    } else if (!spent.has(e.tag)) {
      kept.push(meaning(a, e, moves));
    }
  }

  const more: string[] = [];
  if (w.runpath !== undefined && !path) more.push(`DT_RUNPATH "${w.runpath}"`);
  if (w.soname !== undefined && d.get(DT.SONAME) === undefined) more.push(`DT_SONAME "${w.soname}"`);
  if (w.noDefaultLib && d.get(DT.FLAGS_1) === undefined) more.push(`DT_FLAGS_1 ${DF_1.NODEFLIB}`);
  for (const name of w.added ?? []) more.push(`DT_NEEDED "${name}"`);

  return { kept, more };
}

/** The tags that the notes call spent. An entry that only repeats a flag may go only where the flag is set. */
function spentTags(a: ElfFile, b: ElfFile, notes: readonly string[]): Set<number> {
  const flags = b.dynamic!.get(DT.FLAGS) ?? 0n;
  const flags1 = b.dynamic!.get(DT.FLAGS_1) ?? 0n;
  const has = (value: bigint, flag: number) => (value & BigInt(flag)) !== 0n;

  const may: number[] = [];
  if (notes.includes("COUNT_DROPPED")) may.push(DT.RELACOUNT, DT.RELCOUNT);
  if (notes.includes("REDUNDANT_DROPPED")) {
    if (has(flags, DF.BIND_NOW) || has(flags1, DF_1.NOW)) may.push(DT.BIND_NOW);
    if (has(flags, DF.TEXTREL)) may.push(DT.TEXTREL);
    if (has(flags, DF.SYMBOLIC)) may.push(DT.SYMBOLIC);
  }

  const isGone = (tag: number) => a.dynamic!.get(tag) !== undefined && b.dynamic!.get(tag) === undefined;
  return new Set(may.filter(isGone));
}

function compareDynamic(a: ElfFile, b: ElfFile, w: Wish, moves: readonly Move[], notes: readonly string[]): string[] {
  const { kept, more } = expectedEntries(a, w, moves, spentTags(a, b, notes));

  // New entries may stand anywhere, but DT_NEEDED among themselves keep their order.
  const rest = b.dynamic!.entries.map((e) => meaning(b, e, []));
  let from = 0;
  for (const m of more) {
    const at = rest.indexOf(m, from);
    if (at < 0) return [`.dynamic: ${m} is not there, or not in its order`];

    rest.splice(at, 1);
    from = m.startsWith("DT_NEEDED") ? at : 0;
  }

  const odd = kept.findIndex((m, i) => m !== rest[i]);
  if (odd >= 0) return [`.dynamic: entry ${odd} should be ${kept[odd]}, is ${rest[odd]}`];
  return rest.length === kept.length ? [] : [`.dynamic: ${rest[kept.length]} should not be there`];
}

const inSection = (shndx: number): boolean => shndx > 0 && shndx < 0xff00;

/**
 * The section of a symbol, in words that compare. A symbol whose section is gone may name any other, but not SHN_ABS or
 * SHN_UNDEF, which loaders take for something else.
 */
type Home = (symbol: { readonly index: number; readonly shndx: number }) => string;

function homes(a: ElfFile, sections: SectionPairs): { before: Home; after: Home } {
  const homeless = new Set<number>();
  return {
    before: ({ index, shndx }) => {
      if (!inSection(shndx)) return String(shndx);

      const now = a.sections.length === 0 ? shndx : sections.index.get(shndx);
      if (now !== undefined) return String(now);

      homeless.add(index);
      return "some section";
    },
    after: ({ index, shndx }) => (homeless.has(index) && inSection(shndx) ? "some section" : String(shndx)),
  };
}

/** Every dynamic symbol as a line: name, version, what it is, and where it is after the moves. */
function* symbolLines(elf: ElfFile, home: Home, moves: readonly Move[], w?: Wish): Generator<string> {
  const versions = symbolVersions(elf);
  for (const s of elf.dynamicSymbols ?? []) {
    const v = versions(s.index);
    const file = v?.file ? (w?.renamed?.[v.file] ?? v.file) : "";
    const version = v ? `${v.name} ${file} ${v.hidden}` : "";

    const address = inSection(s.shndx) ? elf.sections[s.shndx]?.header.exact("addr") : undefined;
    const follows = s.name === "_DYNAMIC" || (address !== undefined && followed(moves, address) !== address);
    const value = (follows ? followed(moves, s.value) : s.value).toString(16);

    yield `${s.name} ${version} ${s.binding} ${s.type} ${s.visibility} ${s.size} 0x${value} in ${home(s)}`;
  }
}

function* relocationLines(elf: ElfFile): Generator<string> {
  for (const r of dynamicRelocations(elf)) yield `${r.offset} ${r.symbol} ${r.addend}`;
}

function* noteLines(elf: ElfFile): Generator<string> {
  for (const n of elf.notes) yield `${n.owner} ${n.type} ${Buffer.from(n.description).toString("hex")}`;
}

function* versionLines(elf: ElfFile, w: Wish | undefined): Generator<string> {
  for (const v of elf.versionDefinitions) yield `defines ${v.index} ${v.flags} ${v.names.join(" ")}`;
  for (const n of elf.versionNeeds) {
    const versions = n.versions.map((v) => `${v.name} ${v.hash} ${v.flags} ${v.index}`);
    yield `needs ${w?.renamed?.[n.file] ?? n.file}: ${versions.join(", ")}`;
  }
}

/** The first line in which two lists differ. */
function firstDifference(what: string, before: Iterable<string>, after: Iterable<string>): string[] {
  const expected = before[Symbol.iterator]();
  const found = after[Symbol.iterator]();
  for (let i = 0; ; i++) {
    const p = expected.next();
    const q = found.next();
    if (p.done && q.done) return [];
    if (p.value !== q.value) {
      return [`${what} ${i}: should be ${p.done ? "absent" : p.value}, is ${q.done ? "absent" : q.value}`];
    }
  }
}

/** Compares the flags of PT_GNU_STACK. A new one is readable and writable. */
function compareStack(a: ElfFile, b: ElfFile, w: Wish): string[] {
  const flags = (e: ElfFile) => e.segments.find((s) => s.type === PT.GNU_STACK)?.flags;
  let wanted = flags(a);
  if (w.execstack !== undefined) wanted = ((wanted ?? PF.R | PF.W) & ~PF.X) | (w.execstack ? PF.X : 0);

  return flags(b) === wanted ? [] : [`PT_GNU_STACK's flags should be ${wanted}, are ${flags(b)}`];
}

/** Everything that loaders reach through PT_DYNAMIC and program headers must read as before, except for the wish. */
export function compareTables(
  a: ElfFile,
  b: ElfFile,
  w: Wish,
  moves: readonly Move[],
  sections: SectionPairs,
  notes: readonly string[],
): string[] {
  const interpreter = w.interpreter ?? a.interpreter;
  const { before, after } = homes(a, sections);
  return [
    ...(b.interpreter === interpreter ? [] : [`the interpreter should be ${interpreter}, is ${b.interpreter}`]),
    ...compareDynamic(a, b, w, moves, notes),
    ...compareStack(a, b, w),
    ...firstDifference("dynamic symbol", symbolLines(a, before, moves, w), symbolLines(b, after, [])),
    ...firstDifference("relocation", relocationLines(a), relocationLines(b)),
    ...firstDifference("note", noteLines(a), noteLines(b)),
    ...firstDifference("version", versionLines(a, w), versionLines(b, undefined)),
  ];
}

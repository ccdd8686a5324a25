import { fail, type Note } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import type { Groups } from "../image/headers/groups.js";
import { holdsRelocations } from "../image/relocations/relocation-sections.js";
import {
  loadedAt,
  placedAt,
  realSections,
  type SectionColumns,
  sectionColumns,
} from "../image/headers/section-columns.js";
import { type SectionNames, sectionNames } from "../image/headers/section-names.js";
import { ET, SHT } from "../spec/constants.js";
import { listed } from "./listed.js";
import { matcher } from "./patterns.js";
import type { StripWish } from "./strip-wish.js";

/** Prefixes of the names by which BFD knows debugging information (SEC_DEBUGGING). `\0` is the end of a name. */
const DEBUGGING: readonly string[] = [".debug", ".zdebug", ".gnu.linkonce.wi.", ".line", ".stab", ".gdb_index\0"];
/**
 * Debugging information of code that a linker plugin compiles again (gcc -flto). While that code is in the file, its
 * symbols are looked up there.
 */
const LTO_DEBUGGING = ".gnu.debuglto_.debug_";
const LTO = ".gnu.lto_";

/** A test for debugging information. Sections of relocations, of which there may be very many, are none. */
function debuggingTest({ columns: { type }, all, names }: StripSections): (section: number) => boolean {
  const isLto = names.prefix(LTO);
  const hasLto = all.some((i) => !holdsRelocations(type[i]!) && isLto(i));
  const prefixes = hasLto ? DEBUGGING : [...DEBUGGING, LTO_DEBUGGING];
  const tests = prefixes.map((prefix) => names.prefix(prefix));
  return (i) => !holdsRelocations(type[i]!) && tests.some((test) => test(i));
}

/** A file's sections, as a strip looks at them. */
export interface StripSections {
  readonly elf: ElfFile;
  readonly columns: SectionColumns;
  readonly names: SectionNames;
  readonly relocatable: boolean;
  /** The indexes of all sections, except those of type SHT_NULL. */
  readonly all: Uint32Array;
  /** Is the section loaded, so that it keeps its place? A relocatable file has no such section. */
  isFixed(i: number): boolean;
}

export function stripSections(elf: ElfFile): StripSections {
  const columns = sectionColumns(elf);
  return {
    elf,
    columns,
    all: realSections(columns),
    names: sectionNames(elf),
    relocatable: elf.header.type === ET.REL,
    isFixed: (i) => placedAt(elf, columns, i),
  };
}

/** The sections that the edits name or mean; not yet those that go because of these. */
export function sectionsToDrop(sections: StripSections, wish: StripWish, notes: Note[]): Set<number> {
  const { columns: c, names, relocatable, isFixed } = sections;
  const stripsDebug = wish.mode !== "none" || wish.discards === "all";
  const isDebug = stripsDebug ? debuggingTest(sections) : () => false;
  const dropsGroups = wish.mode === "all" && relocatable;

  const dropped = new Set<number>();
  const refused: string[] = [];
  for (const i of sections.all) {
    const name = wish.namesSections ? names.of(i) : "";
    if (wish.namesSections && wish.keeps(name)) continue;

    if (wish.namesSections && wish.removes(name)) {
      if (isFixed(i) && !wish.forced(name)) refused.push(name);
      else dropped.add(i);
      continue;
    }

    const goes =
      (!loadedAt(c, i) && isDebug(i)) ||
      dropsRelocations(i, sections, wish) ||
      (dropsGroups && c.type[i] === SHT.GROUP);
    if (goes) dropped.add(i);
  }

  if (refused.length > 0) {
    const are = refused.length > 1 ? "are" : "is";
    fail("LOADED_SECTION", `removeSections: ${listed(refused)} ${are} loaded into memory; programs may use the bytes`, {
      sections: refused,
    });
  }

  noteUnmatched(sections, wish, notes);
  return dropped;
}

/** Does the wish drop this section, since it holds relocations that no loader applies? */
function dropsRelocations(
  i: number,
  { columns: { count, type, info }, names, isFixed }: StripSections,
  wish: StripWish,
): boolean {
  if (!holdsRelocations(type[i]!) || isFixed(i)) return false;
  if (wish.mode === "all") return true;

  const target = info[i]!;
  return wish.namesSections && target !== 0 && target < count && wish.relocationsOf(names.of(target));
}

function noteUnmatched({ all, names }: StripSections, { patterns }: StripWish, notes: Note[]): void {
  for (const [pattern, edit] of new Map(patterns.map((p) => [p.pattern, p.edit]))) {
    const matches = matcher([pattern]);
    if (!all.some((i) => matches(names.of(i)))) {
      notes.push({ note: "NOT_FOUND", message: `${edit}: the file has no section ${pattern}` });
    }
  }
}

/**
 * Sections that are about the symbols of a table, and do not need the table: without it they say nothing, and their
 * sh_link is 0.
 */
export const ABOUT_SYMBOLS: readonly number[] = [SHT.SYMTAB_SHNDX, SHT.LLVM_ADDRSIG, SHT.LLVM_CALL_GRAPH_PROFILE];

/**
 * Drops what means nothing without the sections that go: the relocations of a section, the extended indexes of a symbol
 * table, a group that has no member left.
 */
export function dropDependents(
  { columns: { type, link, info }, all, isFixed }: StripSections,
  { sections, first, members }: Groups,
  dropped: Set<number>,
): void {
  if (dropped.size === 0) return;

  for (const i of all) {
    const isDependent = holdsRelocations(type[i]!)
      ? info[i] !== 0 && dropped.has(info[i]!)
      : type[i] === SHT.SYMTAB_SHNDX && dropped.has(link[i]!);
    if (isDependent && !isFixed(i)) dropped.add(i);
  }

  for (let g = 0; g < sections.length; g++) {
    const end = first[g + 1]!;
    let at = first[g]!;
    // A group that has had no member stays.
    if (at === end) continue;

    while (at < end && dropped.has(members[at]!)) at++;
    if (at === end) dropped.add(sections[g]!);
  }
}

/** Drops a symbol table, and its strings if nothing else needs them. */
export function dropTable(
  { elf, columns: { count, type, link }, all, isFixed }: StripSections,
  table: number,
  dropped: Set<number>,
): void {
  dropped.add(table);
  const strings = link[table]!;
  if (strings >= count || type[strings] !== SHT.STRTAB || isFixed(strings) || elf.header.shstrndx === strings) return;

  for (const i of all) {
    if (link[i] === strings && !dropped.has(i) && !isFixed(i)) return;
  }
  dropped.add(strings);
}

/**
 * `STILL_NEEDED` if a section that stays links to one that goes. A loaded section does not need one that is not loaded:
 * .rela.plt of a static program.
 */
export function refuseBrokenLinks(
  { elf, columns: { count, type, link }, names, all, isFixed }: StripSections,
  dropped: ReadonlySet<number>,
): void {
  // By the index of the section that goes.
  const users = new Map<number, string[]>();
  const addUser = (index: number, name: string): void => {
    const known = users.get(index);
    if (known) known.push(name);
    else users.set(index, [name]);
  };

  for (const i of all) {
    const target = link[i]!;
    if (target === 0 || target >= count || ABOUT_SYMBOLS.includes(type[i]!)) continue;
    if (!dropped.has(target) || dropped.has(i)) continue;
    if (!isFixed(i) || isFixed(target)) addUser(target, names.of(i));
  }
  if (dropped.has(elf.header.shstrndx)) addUser(elf.header.shstrndx, "the section header table");

  for (const [index, usedBy] of users) {
    const use = usedBy.length > 1 ? "use" : "uses";
    fail("STILL_NEEDED", `${names.of(index)} cannot go: ${listed(usedBy)} ${use} it`, { names: usedBy });
  }
}

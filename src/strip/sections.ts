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

/** Sections that hold debugging information, by name, as BFD tells them (SEC_DEBUGGING). */
const DEBUGGING = [".debug", ".zdebug", ".gnu.linkonce.wi.", ".line", ".stab", ".gdb_index\0"];
/**
 * Debugging information of code that a linker plugin compiles again (gcc -flto). While that code is in the file, its
 * symbols are looked up there.
 */
const LTO_DEBUGGING = ".gnu.debuglto_.debug_";
const LTO = ".gnu.lto_";

/** Tells debugging information; no name of relocations is among it, and there may be very many. */
function debugging({ columns: { type }, all, names }: StripSections): (i: number) => boolean {
  const isLto = names.prefix(LTO);
  const prefixes = (
    all.some((i) => !holdsRelocations(type[i]!) && isLto(i)) ? DEBUGGING : [...DEBUGGING, LTO_DEBUGGING]
  ).map((p) => names.prefix(p));
  return (i) => !holdsRelocations(type[i]!) && prefixes.some((p) => p(i));
}

/** A file's sections as a strip looks at them. */
export interface StripSections {
  readonly elf: ElfFile;
  readonly columns: SectionColumns;
  readonly names: SectionNames;
  readonly relocatable: boolean;
  /** The indexes of all but those of type SHT_NULL. */
  readonly all: Uint32Array;
  /** Loaded sections stay where they are, and so do all that a relocatable file has none of. */
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

/** The sections that the edits name or mean, before anything that follows from their going. */
export function sectionsToDrop(sections: StripSections, wish: StripWish, notes: Note[]): Set<number> {
  const { columns: c, names, relocatable, isFixed } = sections;
  const dropped = new Set<number>();
  const stripsDebug = wish.mode !== "none" || wish.discards === "all";
  const loaded: string[] = [];
  const isDebug = stripsDebug ? debugging(sections) : () => false;
  const losesGroups = wish.mode === "all" && relocatable;

  for (const i of sections.all) {
    const name = wish.namesSections ? names.of(i) : "";
    if (wish.namesSections && wish.keeps(name)) continue;

    const isNamed = wish.namesSections && wish.removes(name);
    if (isNamed && isFixed(i) && !wish.forced(name)) {
      loaded.push(name);
    } else if (
      isNamed ||
      (!loadedAt(c, i) && isDebug(i)) ||
      losesRelocations(i, sections, wish) ||
      (losesGroups && c.type[i] === SHT.GROUP)
    ) {
      dropped.add(i);
    }
  }

  if (loaded.length > 0) {
    fail(
      "LOADED_SECTION",
      `removeSections: ${listed(loaded)} ${loaded.length > 1 ? "are" : "is"} loaded into memory; programs may use the bytes`,
      { sections: loaded },
    );
  }

  noteUnmatched(sections, wish, notes);
  return dropped;
}

/** Relocations that no loader applies, of a section that was named, or all of them. */
function losesRelocations(
  i: number,
  { columns: { count, type, info }, names, isFixed }: StripSections,
  wish: StripWish,
): boolean {
  if (!holdsRelocations(type[i]!) || isFixed(i)) return false;
  return (
    wish.mode === "all" ||
    (wish.namesSections && info[i] !== 0 && info[i]! < count && wish.relocationsOf(names.of(info[i]!)))
  );
}

function noteUnmatched({ all, names }: StripSections, { patterns }: StripWish, notes: Note[]): void {
  for (const [pattern, edit] of new Map(patterns.map((p) => [p.pattern, p.edit]))) {
    const matches = matcher([pattern]);
    if (!all.some((i) => matches(names.of(i)))) {
      notes.push({ note: "NOT_FOUND", message: `${edit}: the file has no section ${pattern}` });
    }
  }
}

/** Sections that say something of symbols and need none: without the table they say nothing, with sh_link 0. */
export const NEED_NO_TABLE: readonly number[] = [SHT.SYMTAB_SHNDX, SHT.LLVM_ADDRSIG, SHT.LLVM_CALL_GRAPH_PROFILE];

/**
 * What means nothing without what goes: relocations of a section, extended indexes of a symbol table, a group of which
 * no member is left.
 */
export function dropDependents(
  { columns: { type, link, info }, all, isFixed }: StripSections,
  { sections, first, members }: Groups,
  dropped: Set<number>,
): void {
  if (dropped.size === 0) return;

  for (const i of all) {
    const follows = holdsRelocations(type[i]!)
      ? info[i] !== 0 && dropped.has(info[i]!)
      : type[i] === SHT.SYMTAB_SHNDX && dropped.has(link[i]!);
    if (follows && !isFixed(i)) dropped.add(i);
  }

  sections.forEach((group, g) => {
    let at = first[g]!;
    const end = first[g + 1]!;
    if (at === end) return;
    while (at < end && dropped.has(members[at]!)) at++;
    if (at === end) dropped.add(group);
  });
}

/** Drops a symbol table, and its strings where nothing else needs them. */
export function dropTable(
  { elf, columns: { count, type, link }, all, isFixed }: StripSections,
  table: number,
  dropped: Set<number>,
): void {
  dropped.add(table);
  const strings = link[table]!;
  if (strings >= count || type[strings] !== SHT.STRTAB || isFixed(strings) || elf.header.shstrndx === strings) return;
  for (const u of all) if (link[u] === strings && !dropped.has(u) && !isFixed(u)) return;
  dropped.add(strings);
}

/**
 * `STILL_NEEDED` where a section that stays links to one that goes. A loaded section does not need what is not loaded:
 * .rela.plt of a static program.
 */
export function refuseBrokenLinks(
  { elf, columns: { count, type, link }, names, all, isFixed }: StripSections,
  dropped: ReadonlySet<number>,
): void {
  const users = new Map<number, string[]>();
  const add = (index: number, name: string): void => {
    const known = users.get(index);
    if (known) known.push(name);
    else users.set(index, [name]);
  };
  for (const u of all) {
    const target = link[u]!;
    if (
      target !== 0 &&
      target < count &&
      !NEED_NO_TABLE.includes(type[u]!) &&
      dropped.has(target) &&
      !dropped.has(u) &&
      (!isFixed(u) || isFixed(target))
    ) {
      add(target, names.of(u));
    }
  }

  if (dropped.has(elf.header.shstrndx)) add(elf.header.shstrndx, "the section header table");
  for (const [index, named] of users) {
    fail("STILL_NEEDED", `${names.of(index)} cannot go: ${listed(named)} ${named.length > 1 ? "use" : "uses"} it`, {
      names: named,
    });
  }
}

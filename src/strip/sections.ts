import { fail, type Note } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import type { Group } from "../image/groups.js";
import { isRelocations } from "../image/relocation-sections.js";
import { isLoaded, isPlaced, type Section } from "../image/sections.js";
import { ET, SHT } from "../spec/constants.js";
import { listed } from "./listed.js";
import { matcher } from "./patterns.js";
import type { StripWish } from "./wish.js";

/** Sections that hold debugging information, by name, as BFD tells them (SEC_DEBUGGING). */
const DEBUGGING = [".debug", ".zdebug", ".gnu.linkonce.wi.", ".line", ".stab"];
/** Debugging information of code that a linker plugin compiles again (gcc -flto). While that code is in the file, its symbols are looked up there. */
const LTO_DEBUGGING = ".gnu.debuglto_.debug_", LTO = ".gnu.lto_";

/** Tells debugging information; no name of relocations is among it, and there may be very many. */
function debugging(all: readonly Section[]): (s: Section) => boolean {
  const isLto = (s: Section): boolean => !isRelocations(s) && s.name.startsWith(LTO), prefixes = all.some(isLto) ? DEBUGGING : [...DEBUGGING, LTO_DEBUGGING];
  return (s) => !isRelocations(s) && (s.name === ".gdb_index" || prefixes.some((p) => s.name.startsWith(p)));
}

/** A file's sections as a strip looks at them. */
export interface StripSections {
  readonly elf: ElfFile;
  readonly all: readonly Section[];
  readonly relocatable: boolean;
  /** Loaded sections stay where they are, and so do all that a relocatable file has none of. */
  isFixed(s: Section): boolean;
}

export function stripSections(elf: ElfFile): StripSections {
  return { elf, relocatable: elf.header.type === ET.REL, all: elf.sections.filter((s) => s.header.type !== SHT.NULL), isFixed: (s) => isPlaced(elf, s) };
}

/** The sections that the edits name or mean, before anything that follows from their going. */
export function sectionsToDrop(sections: StripSections, wish: StripWish, notes: Note[]): Set<number> {
  const { all, relocatable, isFixed } = sections, dropped = new Set<number>(), stripsDebug = wish.mode !== "none" || wish.discards === "all", loaded: string[] = [];
  const isDebug = stripsDebug ? debugging(all) : () => false;
  for (const s of all) {
    if (wish.namesSections && wish.keeps(s.name)) continue;
    const isNamed = wish.namesSections && wish.removes(s.name);
    if (isNamed && isFixed(s) && !wish.forced(s.name)) loaded.push(s.name);
    else if (isNamed || (!isLoaded(s) && isDebug(s)) || losesRelocations(s, sections, wish) || (wish.mode === "all" && relocatable && s.header.type === SHT.GROUP)) dropped.add(s.index);
  }
  if (loaded.length > 0) fail("LOADED_SECTION", `removeSections: ${listed(loaded)} ${loaded.length > 1 ? "are" : "is"} loaded into memory; programs may use the bytes`, { sections: loaded });
  noteUnmatched(all, wish, notes);
  return dropped;
}

/** Relocations that no loader applies, of a section that was named, or all of them. */
function losesRelocations(s: Section, { elf, isFixed }: StripSections, wish: StripWish): boolean {
  if (!isRelocations(s) || isFixed(s)) return false;
  const target = s.header.info === 0 ? undefined : elf.sections[s.header.info];
  return wish.mode === "all" || (target !== undefined && wish.relocationsOf(target.name));
}

function noteUnmatched(all: readonly Section[], { patterns }: StripWish, notes: Note[]): void {
  for (const [pattern, edit] of new Map(patterns.map((p) => [p.pattern, p.edit]))) {
    const matches = matcher([pattern]);
    if (!all.some((s) => matches(s.name))) notes.push({ note: "NOT_FOUND", message: `${edit}: the file has no section ${pattern}` });
  }
}

/** Sections that say something of symbols and need none: without the table they say nothing, with sh_link 0. */
export const NEED_NO_TABLE: readonly number[] = [SHT.SYMTAB_SHNDX, SHT.LLVM_ADDRSIG, SHT.LLVM_CALL_GRAPH_PROFILE];

/** What means nothing without what goes: relocations of a section, extended indexes of a symbol table, a group of which no member is left. */
export function dropDependents({ all, isFixed }: StripSections, groups: ReadonlyMap<number, Group>, dropped: Set<number>): void {
  if (dropped.size === 0) return;
  for (const s of all) {
    if (isFixed(s)) continue;
    if (isRelocations(s) && s.header.info !== 0 && dropped.has(s.header.info)) dropped.add(s.index);
    if (s.header.type === SHT.SYMTAB_SHNDX && dropped.has(s.header.link)) dropped.add(s.index);
  }
  for (const [index, { members }] of groups) if (members.length > 0 && members.every((m) => dropped.has(m))) dropped.add(index);
}

/** Drops a symbol table, and its strings where nothing else needs them. */
export function dropTable({ elf, all, isFixed }: StripSections, table: Section, dropped: Set<number>): void {
  dropped.add(table.index);
  const strings = elf.sections[table.header.link];
  if (!strings || strings.header.type !== SHT.STRTAB || isFixed(strings) || elf.header.shstrndx === strings.index) return;
  if (!all.some((u) => u.header.link === strings.index && !dropped.has(u.index) && !isFixed(u))) dropped.add(strings.index);
}

/** `STILL_NEEDED` where a section that stays links to one that goes. A loaded section does not need what is not loaded: .rela.plt of a static program. */
export function refuseBrokenLinks({ elf, all, isFixed }: StripSections, dropped: ReadonlySet<number>): void {
  const users = new Map<number, string[]>(), add = (index: number, name: string): void => {
    const names = users.get(index);
    if (names) names.push(name);
    else users.set(index, [name]);
  };
  for (const u of all) {
    const target = elf.sections[u.header.link];
    if (u.header.link !== 0 && target && !NEED_NO_TABLE.includes(u.header.type) && dropped.has(target.index) && !dropped.has(u.index) && (!isFixed(u) || isFixed(target))) add(target.index, u.name);
  }
  if (dropped.has(elf.header.shstrndx)) add(elf.header.shstrndx, "the section header table");
  for (const [index, names] of users) fail("STILL_NEEDED", `${elf.sections[index]!.name} cannot go: ${listed(names)} ${names.length > 1 ? "use" : "uses"} it`, { names });
}

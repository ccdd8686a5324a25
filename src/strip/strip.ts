import { fail, type Note } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { isLoaded, type Section } from "../image/sections.js";
import { SHT } from "../spec/constants.js";
import type { StripEdit } from "./edits.js";

/** Sections that hold debugging information, by name, as BFD tells them (SEC_DEBUGGING). */
const DEBUGGING = [".debug", ".zdebug", ".gnu.debuglto_.debug_", ".gnu.linkonce.wi.", ".line", ".stab", ".gdb_index"];

const isDebugging = (s: Section) => DEBUGGING.some((p) => s.name.startsWith(p));
const isRelocation = (s: Section) => s.header.type === SHT.REL || s.header.type === SHT.RELA || s.header.type === SHT.CREL;

/** Which sections the edits drop, by index. */
export function droppedSections(elf: ElfFile, edits: readonly StripEdit[]): { dropped: ReadonlySet<number>; notes: Note[] } {
  const dropped = new Set<number>(), notes: Note[] = [];
  const named = elf.sections.filter((s) => s.header.type !== SHT.NULL);
  if (edits.some((e) => e.edit === "stripUnneeded")) unneeded(elf, named, dropped);
  for (const pattern of new Set(edits.flatMap((e) => (e.edit === "removeSections" ? e.sections : [])))) {
    const matches = matcher(pattern), found = named.filter((s) => matches(s.name));
    if (found.length === 0) notes.push({ note: "NOT_FOUND", message: `removeSections: the file has no section ${pattern}` });
    const loaded = found.filter(isLoaded).map((s) => s.name);
    if (loaded.length > 0) fail("LOADED_SECTION", `removeSections: ${loaded.join(", ")} ${loaded.length > 1 ? "are" : "is"} loaded into memory; programs may use the bytes`, { sections: loaded });
    for (const s of found) dropped.add(s.index);
  }
  dropDependents(elf, named, dropped);
  return { dropped, notes };
}

function unneeded(elf: ElfFile, sections: readonly Section[], dropped: Set<number>): void {
  for (const s of sections) if (!isLoaded(s) && isDebugging(s)) dropped.add(s.index);
  for (const s of sections) {
    if (s.header.type !== SHT.SYMTAB || isLoaded(s)) continue;
    // Relocations that the linker left (--emit-relocs) name symbols: they stay, and so does the table, as with GNU strip.
    const named = sections.some((r) => isRelocation(r) && !isLoaded(r) && r.header.link === s.index && !dropped.has(r.index) && !dropped.has(r.header.info));
    if (named) continue;
    dropped.add(s.index);
    const strings = elf.sections[s.header.link];
    if (strings && strings.header.type === SHT.STRTAB && !isLoaded(strings) && !usedBy(elf, sections, strings, dropped)) dropped.add(strings.index);
  }
}

/** Relocations of a dropped section, extended indexes of a dropped symbol table: they mean nothing alone. */
function dropDependents(elf: ElfFile, sections: readonly Section[], dropped: Set<number>): void {
  for (const s of sections) {
    if (isLoaded(s)) continue;
    if (isRelocation(s) && s.header.info !== 0 && dropped.has(s.header.info)) dropped.add(s.index);
    if (s.header.type === SHT.SYMTAB_SHNDX && dropped.has(s.header.link)) dropped.add(s.index);
  }
  for (const index of dropped) {
    const s = elf.sections[index]!;
    const users = usersOf(elf, sections, s, dropped);
    if (users.length > 0) fail("STILL_NEEDED", `${s.name} cannot go: ${users.join(", ")} ${users.length > 1 ? "use" : "uses"} it`, { names: users });
  }
}

/** Who needs the strings or symbols of a section: a loaded section does not need what is not loaded. */
function usersOf(elf: ElfFile, sections: readonly Section[], s: Section, dropped: ReadonlySet<number>): string[] {
  const users = sections.filter((u) => u.header.link === s.index && u.index !== s.index && !dropped.has(u.index) && !isLoaded(u)).map((u) => u.name);
  if (elf.header.shstrndx === s.index) users.push("the section header table");
  return users;
}

const usedBy = (elf: ElfFile, sections: readonly Section[], s: Section, dropped: ReadonlySet<number>) => usersOf(elf, sections, s, dropped).length > 0;

/** `*` stands for any characters; everything else for itself. */
function matcher(pattern: string): (name: string) => boolean {
  const re = new RegExp(`^${pattern.split("*").map((p) => p.replace(/[\\^$.|?+()[\]{}]/g, "\\$&")).join("[^]*")}$`);
  return (name) => re.test(name);
}

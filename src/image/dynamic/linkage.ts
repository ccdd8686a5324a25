import { DF_1, ET, PT, SHN, STB, STT, STT_LOPROC } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { ElfFile, Linkage } from "../elf.js";

/**
 * How a file comes to its libraries. ld.so itself is recognized by what it lacks: it has an entry point, but no
 * interpreter, no needed library, no symbol that another file would have to define, and no mark of a static-pie
 * program.
 */
export function linkageOf(elf: ElfFile): Linkage {
  const { type, entry } = elf.header;
  if (type === ET.REL) return "relocatable";
  if (type !== ET.EXEC && type !== ET.DYN) return "other";
  if (elf.segments.some((s) => s.type === PT.INTERP)) return "dynamic";

  const d = elf.dynamic;
  if (!d) return "static";

  const needsNothing = d.get(DT.NEEDED) === undefined;
  if (type === ET.EXEC) return needsNothing ? "static" : "dynamic";

  const isPie = ((d.get(DT.FLAGS_1) ?? 0n) & BigInt(DF_1.PIE)) !== 0n;
  if (needsNothing && entry !== 0n) {
    const isMarked = isPie || (d.get(DT.DEBUG) !== undefined && !isLibrary(elf));
    if (isMarked) return "static-pie";
    if (!hasImports(elf) && !isLibraryWithEntry(elf)) return "loader";
  }
  return isPie ? "dynamic" : "shared-library";
}

/**
 * Is it a library, whatever DT_DEBUG says? That tag alone marks the static-pie programs of old linkers, but any file
 * can be given one. A static-pie program has no name, wants no symbol of others (its weak ones may be listed), and
 * where it exports functions or objects, it exports its start, too.
 */
function isLibrary(elf: ElfFile): boolean {
  if (elf.dynamic!.get(DT.SONAME) !== undefined) return true;

  const symbols = elf.dynamicSymbols?.exact ? [...elf.dynamicSymbols] : [];
  const globals = symbols.filter((s) => s.binding === STB.GLOBAL && s.type < STT_LOPROC);
  if (globals.some((s) => s.shndx === SHN.UNDEF)) return true;

  const exported = globals.filter((s) => s.type !== STT.NOTYPE && !/^_(init|fini)$/.test(s.name));
  return exported.length > 0 && !globals.some((s) => /^_*start$/.test(s.name));
}

function hasImports(elf: ElfFile): boolean {
  const symbols = elf.dynamicSymbols;
  if (!symbols?.exact) return false;
  // SPARC has symbols for the registers that a file uses. No other file defines them.
  for (const { index, symbol } of symbols.records()) {
    if (index > 0 && symbol.shndx === SHN.UNDEF && (symbol.info & 15) < STT_LOPROC) return true;
  }
  return false;
}

/**
 * Symbols of a loader that debuggers read or stop at, by the names of each system: glibc, musl and uClibc, the BSDs,
 * Solaris, bionic.
 */
const DEBUGGER_HOOKS: readonly string[] = [
  "_r_debug",
  "_dl_debug_state",
  "_dl_debug_addr",
  "r_debug_state",
  "_rtld_debug_state",
  "rtld_db_dlactivity",
];

/**
 * Is it a library whose e_entry is the start of its code? Linkers that find no start symbol in a library (mold, an old
 * GNU ld) set e_entry so. That alone does not make it a loader, unless it has a hook for debuggers.
 */
function isLibraryWithEntry(elf: ElfFile): boolean {
  const startsWithCode = elf.sections.some((s) => s.name === ".text" && s.header.exact("addr") === elf.header.entry);
  if (!startsWithCode) return false;
  for (const s of elf.dynamicSymbols ?? []) if (DEBUGGER_HOOKS.includes(s.name)) return false;
  return true;
}

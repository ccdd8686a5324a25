import { DF_1, ET, PT, SHN, STT_LOPROC } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { ElfFile, Linkage } from "../elf.js";

/**
 * ld.so is told by what it lacks: no interpreter, nothing needed, no symbol that another file would have to define, an
 * entry point, and no mark of a static-pie program.
 */
export function linkageOf(elf: ElfFile): Linkage {
  const { type, entry } = elf.header;
  if (type === ET.REL) return "relocatable";
  if (type !== ET.EXEC && type !== ET.DYN) return "other";
  if (elf.segments.some((s) => s.type === PT.INTERP)) return "dynamic";

  const d = elf.dynamic;
  if (!d) return "static";
  if (type === ET.EXEC) return d.get(DT.NEEDED) === undefined ? "static" : "dynamic";

  const pie = ((d.get(DT.FLAGS_1) ?? 0n) & BigInt(DF_1.PIE)) !== 0n;
  if (d.get(DT.NEEDED) === undefined && entry !== 0n && (pie || d.get(DT.DEBUG) !== undefined)) return "static-pie";
  if (d.get(DT.NEEDED) === undefined && entry !== 0n && !hasImports(elf) && !startsWithCode(elf)) return "loader";

  return pie ? "dynamic" : "shared-library";
}

function hasImports(elf: ElfFile): boolean {
  const symbols = elf.dynamicSymbols;
  if (!symbols?.exact) return false;
  // SPARC has symbols for the registers that a file uses; they are of no other file.
  for (const { index, symbol } of symbols.records()) {
    if (index > 0 && symbol.shndx === SHN.UNDEF && (symbol.info & 15) < STT_LOPROC) return true;
  }
  return false;
}

/**
 * What debuggers stop at or read in a loader, each system's own name for it: glibc, musl and uClibc, the BSDs, Solaris,
 * bionic.
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
 * Linkers that find no start symbol in a library (mold, an old GNU ld) let it begin where its code does. That alone
 * does not make it a loader, unless it has a hook for debuggers.
 */
function startsWithCode(elf: ElfFile): boolean {
  if (!elf.sections.some((s) => s.name === ".text" && s.header.exact("addr") === elf.header.entry)) return false;
  for (const s of elf.dynamicSymbols ?? []) if (DEBUGGER_HOOKS.includes(s.name)) return false;
  return true;
}

import { symbolVersions } from "../image/dynamic/versions.js";
import type { ElfFile, ElfSymbol } from "../image/elf.js";
import { fail } from "../error.js";
import { ET, SHN, STB, STT, STV } from "../spec/constants.js";

/** Symbols that linkers define by themselves; whether they are dynamic depends on the linker and its version. */
const OF_LINKERS: readonly string[] = [
  "__bss_end__",
  "__bss_start",
  "__bss_start__",
  "__data_start",
  "__end__",
  "_IO_stdin_used",
  "_bss_end__",
  "_edata",
  "_end",
  "_etext",
  "_fini",
  "_init",
  "data_start",
  "edata",
  "end",
  "etext",
];

/** What the compiler's start files refer to, weakly; mold makes some of it strong. */
const OF_START_FILES: readonly string[] = [
  "_ITM_deregisterTMCloneTable",
  "_ITM_registerTMCloneTable",
  "__cxa_finalize",
  "__gmon_start__",
];

interface NamedSymbol {
  readonly symbol: ElfSymbol;
  /** With its version: `answer@@V1`. */
  readonly text: string;
}

/** Symbols that other files define or use: the dynamic ones, those of .symtab in a relocatable object. */
function* publicSymbols(elf: ElfFile): Generator<NamedSymbol> {
  const isObject = elf.header.type === ET.REL;
  const table = isObject ? elf.symbols : elf.dynamicSymbols;
  if (!table) return;
  if (!table.exact) {
    fail("MALFORMED", "nothing in the file tells the number of dynamic symbols", { offset: table.offset });
  }

  const versionOf = isObject ? () => undefined : symbolVersions(elf);
  for (const symbol of table) {
    const isNamed = symbol.binding !== STB.LOCAL && symbol.name !== "";
    if (!isNamed || symbol.type === STT.SECTION || symbol.type === STT.FILE) continue;

    const { name, hidden = false } = versionOf(symbol.index) ?? {};
    const isDefault = symbol.shndx !== SHN.UNDEF && !hidden;
    yield { symbol, text: name === undefined ? symbol.name : `${symbol.name}${isDefault ? "@@" : "@"}${name}` };
  }
}

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** Symbols that the file defines for others, by name and version. */
export function exportedNames(elf: ElfFile): string[] {
  // Older linkers define a symbol for each version.
  const versions = new Set(elf.versionDefinitions.flatMap(({ names }) => names));
  const names: string[] = [];
  for (const { symbol, text } of publicSymbols(elf)) {
    const isSeen = symbol.visibility === STV.DEFAULT || symbol.visibility === STV.PROTECTED;
    const isVersion = symbol.shndx === SHN.ABS && versions.has(symbol.name);
    const isOwn = !isVersion && !OF_LINKERS.includes(symbol.name);
    if (symbol.shndx !== SHN.UNDEF && isSeen && isOwn) names.push(text);
  }
  return sorted(names);
}

/** Symbols that other files have to define, by name and version. Without a weak one the file starts, too. */
export function importedNames(elf: ElfFile): string[] {
  const names: string[] = [];
  for (const { symbol, text } of publicSymbols(elf)) {
    const isNeeded = symbol.binding !== STB.WEAK && !OF_START_FILES.includes(symbol.name);
    if (symbol.shndx === SHN.UNDEF && isNeeded) names.push(text);
  }
  return sorted(names);
}

import * as lib from "../../src/index.js";
import type { Edit, ElfFile } from "../../src/index.js";
import { editsOf, wishesFor } from "../corpus/wishes.js";

/** One way to patch a file. */
export interface Way {
  readonly name: string;
  readonly edits: () => readonly Edit[];
}

/** Names of up to three dynamic symbols that a renaming may take, undefined and defined ones. */
function someSymbols(elf: ElfFile): string[] {
  try {
    if (!elf.dynamicSymbols?.exact) return [];

    const global = [...elf.dynamicSymbols].filter((s) => s.name !== "" && s.binding !== lib.STB.LOCAL);
    const names = global.map((s) => s.name);
    return [names[0], names[names.length >> 1], names.at(-1)].filter((n) => n !== undefined);
  } catch {
    return [];
  }
}

/** What `read` returns, or another value where it throws: tests ask this of broken files too. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Every edit of elfwright alone, each with values that fit the file, in the order of this list. */
export function everyEdit(elf: ElfFile): Way[] {
  const [need] = attempt(() => elf.versionNeeds, []);
  const needed = attempt(() => elf.needed, []);
  const library = need?.file ?? needed[0] ?? "libc.so.6";
  const version = need?.versions[0]?.name ?? "V_1";

  const symbols = someSymbols(elf);
  const symbol = symbols[0] ?? "malloc";

  const wishes = attempt(() => wishesFor(elf), []).map((w): Way => ({ name: w.name, edits: () => editsOf(w) }));
  const more: Readonly<Record<string, () => Edit | readonly Edit[]>> = {
    setRpath: () => lib.setRpath("$ORIGIN/../lib"),
    addRunpath: () => lib.addRunpath("/opt/x"),
    addRpath: () => lib.addRpath("/opt/x"),
    removeRunpath: () => lib.removeRunpath(),
    convertToRunpath: () => lib.convertToRunpath(),
    convertToRpath: () => lib.convertToRpath(),
    shrinkRunpath: () => lib.shrinkRunpath({ lookup: () => undefined }),
    makeRunpathRelative: () => lib.makeRunpathRelative({ root: "/usr", origin: "/usr/bin", outside: "drop" }),
    removeSoname: () => lib.removeSoname(),
    clearFlags: () => lib.clearFlags("DF_BIND_NOW", "DF_1_NOW"),
    setFlags: () => lib.setFlags("DF_BIND_NOW", "DF_1_NOW", "DF_ORIGIN"),
    addDebugTag: () => lib.addDebugTag(),
    removeDebugTag: () => lib.removeDebugTag(),
    setDynamicTag: () => lib.setDynamicTag("DT_CHECKSUM", 7),
    removeDynamicTag: () => lib.removeDynamicTag("DT_CHECKSUM"),
    setOsAbi: () => lib.setOsAbi("GNU"),
    setGnuStackSize: () => lib.setGnuStackSize(1 << 20),
    raise16: () => lib.raiseAlignment(16384),
    raise64: () => lib.raiseAlignment(65536),
    addHash: () => lib.addHash(),
    addGnuHash: () => lib.addGnuHash(),
    rename: () => lib.renameDynamicSymbols(Object.fromEntries(symbols.map((s) => [s, `${s}_by_elfwright`]))),
    removeNeeded: () => lib.removeNeeded(library),
    removeNeededDrop: () => lib.removeNeeded(library, { uses: "drop" }),
    removeNeededWeaken: () => lib.removeNeeded(library, { uses: "weaken" }),
    addFirst: () => lib.addNeeded(["liba.so.1", "libb.so.1"], { first: true }),
    moveNeeded: () => lib.addNeeded(library, { move: true }),
    setVersion: () => lib.setSymbolVersion(symbol, version, { file: library }),
    clearVersion: () => lib.clearSymbolVersion(symbol),
    addVersion: () => lib.addVersionNeed(library, "ELFWRIGHT_1", { symbols: symbol }),
    addVersionWeak: () => lib.addVersionNeed(library, "ELFWRIGHT_2", { weak: true }),
    removeVersion: () => lib.removeVersionNeed(library, version),
    removeVersionDrop: () => lib.removeVersionNeed(library, version, { uses: "drop" }),
    removeVersionWeaken: () => lib.removeVersionNeed(library, version, { uses: "weaken" }),
    weakenVersion: () => lib.weakenVersionNeed(library, version),
    stripDebug: () => lib.stripDebug(),
    stripAll: () => lib.stripAll(),
    stripAllForce: () => lib.stripAll({ force: true }),
    discardLocals: () => lib.discardLocals(),
    discardTemporary: () => lib.discardLocals("temporary"),
    keepSymbols: () => [lib.stripUnneeded(), lib.keepSymbols(["main", symbol])],
    stripSymbols: () => lib.stripSymbols(["a*", "_*"], { wildcard: true }),
    keepFiles: () => [lib.stripDebug(), lib.keepFileSymbols()],
    keepSections: () => [lib.stripUnneeded(), lib.keepSections(".debug_line*", ".comment")],
    removeRelocations: () => lib.removeRelocations(".debug_*"),
    dropSectionHeaders: () => lib.dropSectionHeaders(),
    onlyKeepDebug: () => lib.onlyKeepDebug(),
    addDebugLink: () => [lib.stripUnneeded(), lib.addDebugLink("x.debug", 0x12345678)],
    removeForced: () => lib.removeSections(".note.*", ".eh_frame*", { force: true }),
    removeZeroed: () => lib.removeSections(".note.*", { force: true, zero: true }),
    nothing: () => [],
  };

  return [
    ...wishes,
    ...Object.entries(more).map(([name, make]): Way => ({ name, edits: () => [make()].flat() as Edit[] })),
  ];
}

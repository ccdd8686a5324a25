import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as lib from "../../src/index.js";
import type { Edit, ElfFile, OverlayChoice } from "../../src/index.js";
import { OPTIONS_HELP, overCorpus } from "./over-corpus.js";
import { editsOf, wishesFor } from "./wishes.js";

const HELP = `npm run corpus:hashes -- small|full [--only PATTERN] [--jobs N] [--json FILE [--resume]]

Patches and strips every file of a list in very many ways and prints a line for each: the file, the edits, a hash of the result, of its
placements and notes, and of its changes; or the refusal. Run before and after a change that shall change no answer, and compare with diff.

${OPTIONS_HELP}`;

/** One way to patch a file. */
interface Way {
  readonly name: string;
  readonly edits: () => readonly Edit[];
}

interface Report {
  readonly file: string;
  readonly lines: readonly string[];
}

/** Names of dynamic symbols that a renaming may take, undefined and defined ones. */
function someSymbols(elf: ElfFile): string[] {
  try {
    if (!elf.dynamicSymbols?.exact) return [];
    const names = [...elf.dynamicSymbols].flatMap((s) => (s.name === "" || s.binding === lib.STB.LOCAL ? [] : [s.name]));
    return [names[0], names[names.length >> 1], names.at(-1)].flatMap((n) => n ?? []);
  } catch {
    return [];
  }
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Every edit alone, in the order of this list. */
function singles(elf: ElfFile): Way[] {
  const symbols = someSymbols(elf), needs = attempt(() => elf.versionNeeds, []), needed = attempt(() => elf.needed, []);
  const first = needs[0], version = first?.versions[0]?.name ?? "V_1";
  const wishes = attempt(() => wishesFor(elf), []).map((w): Way => ({ name: w.name, edits: () => editsOf(w) }));
  const library = first?.file ?? needed[0] ?? "libc.so.6", symbol = symbols[0] ?? "malloc";
  const more: Readonly<Record<string, () => Edit | readonly Edit[]>> = {
    setRpath: () => lib.setRpath("$ORIGIN/../lib"), addRunpath: () => lib.addRunpath("/opt/x"), addRpath: () => lib.addRpath("/opt/x"), removeRunpath: () => lib.removeRunpath(),
    convertToRunpath: () => lib.convertToRunpath(), convertToRpath: () => lib.convertToRpath(), shrinkRunpath: () => lib.shrinkRunpath({ lookup: () => undefined }),
    makeRunpathRelative: () => lib.makeRunpathRelative({ root: "/usr", origin: "/usr/bin", outside: "drop" }), removeSoname: () => lib.removeSoname(),
    clearFlags: () => lib.clearFlags("DF_BIND_NOW", "DF_1_NOW"), setFlags: () => lib.setFlags("DF_BIND_NOW", "DF_1_NOW", "DF_ORIGIN"), addDebugTag: () => lib.addDebugTag(), removeDebugTag: () => lib.removeDebugTag(),
    setOsAbi: () => lib.setOsAbi("GNU"), raise16: () => lib.raiseAlignment(16384), raise64: () => lib.raiseAlignment(65536), addHash: () => lib.addHash(), addGnuHash: () => lib.addGnuHash(),
    rename: () => lib.renameDynamicSymbols(Object.fromEntries(symbols.map((s) => [s, `${s}_by_elfwright`]))), removeNeeded: () => lib.removeNeeded(library),
    removeNeededDrop: () => lib.removeNeeded(library, { uses: "drop" }), removeNeededWeaken: () => lib.removeNeeded(library, { uses: "weaken" }),
    addFirst: () => lib.addNeeded(["liba.so.1", "libb.so.1"], { first: true }), moveNeeded: () => lib.addNeeded(library, { move: true }),
    setVersion: () => lib.setSymbolVersion(symbol, version, { file: library }), clearVersion: () => lib.clearSymbolVersion(symbol),
    addVersion: () => lib.addVersionNeed(library, "ELFWRIGHT_1", { symbols: symbol }), addVersionWeak: () => lib.addVersionNeed(library, "ELFWRIGHT_2", { weak: true }),
    removeVersion: () => lib.removeVersionNeed(library, version), removeVersionDrop: () => lib.removeVersionNeed(library, version, { uses: "drop" }),
    removeVersionWeaken: () => lib.removeVersionNeed(library, version, { uses: "weaken" }), weakenVersion: () => lib.weakenVersionNeed(library, version),
    stripDebug: () => lib.stripDebug(), stripAll: () => lib.stripAll(), stripAllForce: () => lib.stripAll({ force: true }), discardLocals: () => lib.discardLocals(), discardTemporary: () => lib.discardLocals("temporary"),
    keepSymbols: () => [lib.stripUnneeded(), lib.keepSymbols(["main", symbol])], stripSymbols: () => lib.stripSymbols(["a*", "_*"], { wildcard: true }), keepFiles: () => [lib.stripDebug(), lib.keepFileSymbols()],
    keepSections: () => [lib.stripUnneeded(), lib.keepSections(".debug_line*", ".comment")], removeRelocations: () => lib.removeRelocations(".debug_*"), dropSectionHeaders: () => lib.dropSectionHeaders(),
    onlyKeepDebug: () => lib.onlyKeepDebug(), addDebugLink: () => [lib.stripUnneeded(), lib.addDebugLink("x.debug", 0x12345678)], removeForced: () => lib.removeSections(".note.*", ".eh_frame*", { force: true }),
    removeZeroed: () => lib.removeSections(".note.*", { force: true, zero: true }), nothing: () => [],
  };
  return [...wishes, ...Object.entries(more).map(([name, make]): Way => ({ name, edits: () => [make()].flat() as Edit[] }))];
}

/** Some of them together: which ones follows from the file's name alone. */
function combinations(all: readonly Way[], name: string): Way[] {
  let state = createHash("sha256").update(name).digest().readUInt32LE(0);
  const below = (n: number): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % n;
  return Array.from({ length: 24 }, () => {
    const ways = Array.from({ length: 2 + below(4) }, () => all[below(all.length)]!);
    return { name: ways.map((w) => w.name).join(" + "), edits: () => ways.flatMap((w) => w.edits()) };
  });
}

const hash = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex").slice(0, 16);

const json = (value: unknown): string => JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));

/** A second patch of what the first one made: its own layout meets the old one's. */
const SECOND = (): Edit[] => [lib.setRunpath(`/opt/second/${"y".repeat(400)}`), lib.addNeeded("libsecond.so.1")];

function tryWay(bytes: Buffer, { name, edits }: Way, overlay: OverlayChoice | undefined): string[] {
  const label = overlay === undefined ? name : `${name} (${overlay})`;
  try {
    const r = lib.patch(bytes, edits(), { overlay });
    const lines = [`${label}\t${hash(r.bytes)}\t${hash(json([r.plan.placements, r.notes, r.plan.findings]))}\t${hash(json(r.changes))}\t${r.changed ? "changed" : "same"}`];
    if (overlay === undefined && r.changed && bytes.length < 4 << 20) lines.push(...tryWay(r.bytes, { name: `${name} then second`, edits: SECOND }, overlay));
    return lines;
  } catch (e) {
    if (lib.isElfError(e, "OVERLAY") && overlay === undefined) return [`${label}\t${e.message}`, ...(["keep", "keep-in-place", "drop"] as const).flatMap((o) => tryWay(bytes, { name, edits }, o))];
    return [`${label}\t${lib.isElfError(e) ? e.message : `THREW ${String(e)}`}`];
  }
}

/** What large files are not patched with: each of the results is as large. */
const LARGEST_COMBINED = 24 << 20;

function examine(path: string, file: string): Report {
  const bytes = readFileSync(path);
  let all: Way[];
  try {
    all = singles(lib.readElf(bytes));
  } catch (e) {
    if (!lib.isElfError(e, "ARCHIVE")) return { file, lines: [`read\t${String(e)}`] };
    all = ["stripUnneeded", "stripDebug", "stripAll", "removeSections"].map((name) => ({ name, edits: () => ({ stripUnneeded: [lib.stripUnneeded()], stripDebug: [lib.stripDebug()], stripAll: [lib.stripAll({ force: true })], removeSections: [lib.removeSections(".comment")] })[name]! }));
  }
  const ways = bytes.length > LARGEST_COMBINED ? all : [...all, ...combinations(all, file)];
  return { file, lines: ways.flatMap((w) => tryWay(bytes, w, undefined)) };
}

await overCorpus<Report>({
  script: fileURLToPath(import.meta.url), help: HELP,
  examine: (path, file) => examine(path, file),
  failed: (file, why) => ({ file, lines: [`FAILED ${why}`] }),
  print: (_, reports) => {
    for (const r of [...reports].sort((a, b) => (a.file < b.file ? -1 : 1))) for (const l of r.lines) console.log(`${r.file}\t${l}`);
    return reports.some((r) => r.lines.some((l) => l.startsWith("FAILED"))) ? 1 : 0;
  },
});

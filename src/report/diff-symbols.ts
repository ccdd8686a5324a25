import { equalBytes } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { symbolVersions, versymTable } from "../image/dynamic/versions.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { Tolerant } from "../image/tolerant.js";
import { symbolBindingName } from "../spec/names.js";
import { type Change, changed } from "./change.js";
import { symbolTableCounts } from "./describe.js";
import { matchLists } from "./match.js";

const at = "dynamicSymbols";

/**
 * Compares how many symbols there are. Where both files have as many dynamic ones, also their names, versions and
 * bindings.
 */
export function* diffSymbols(before: ElfFile, after: ElfFile): Generator<Change> {
  const old = symbolTableCounts(before, new Tolerant());
  const now = symbolTableCounts(after, new Tolerant());
  yield* changed({ at: "symbols" }, old.symtab, now.symtab);
  yield* changed({ at }, old.dynsym, now.dynsym);

  const isAsMany = old.dynsym !== null && old.dynsym === now.dynsym;
  if (isAsMany) yield* new Tolerant().part(() => dynamicChanges(before, after)) ?? [];
}

/** A dynamic symbol as loaders look it up. */
interface LookedUp {
  readonly name: string;
  readonly version: string | null;
  /** The library whose version it is; null for one of the file's own. */
  readonly file: string | null;
  readonly hidden: boolean;
  readonly binding: number;
}

function dynamicChanges(before: ElfFile, after: ElfFile): Change[] {
  if (isSameForLoaders(before, after)) return [];

  // Symbols may stand in another order. First come those that are the same except for their binding, then those of the
  // same name, then the rest.
  const exact = matchLists(lookedUp(before), lookedUp(after), (s) => `${s.name}\0${s.version ?? ""}\0${s.file ?? ""}`);
  const gone = exact.steps.flatMap(({ from }) => from ?? []);
  const come = exact.steps.flatMap(({ to }) => to ?? []);
  const named = matchLists(gone, come, (s) => s.name, true);

  const tests: ChangeTests = {
    version: isTold(before, after, versionsOf),
    file: isTold(before, after, versionFilesOf),
  };
  const renamed = named.steps.map(({ from, to }): Change => ({ at, from: from?.name ?? null, to: to?.name ?? null }));
  const kept = [...named.kept, ...exact.kept];
  return [...renamed, ...kept.flatMap(([from, to]) => [...changesOf(from, to, tests)])];
}

type ChangeTest = (from: string | null, to: string | null) => boolean;

interface ChangeTests {
  readonly version: ChangeTest;
  readonly file: ChangeTest;
}

function* changesOf(from: LookedUp, to: LookedUp, tests: ChangeTests): Generator<Change> {
  const { name } = from;
  if (tests.version(from.version, to.version)) yield* changed({ at, name, field: "version" }, from.version, to.version);
  if (tests.file(from.file, to.file)) yield* changed({ at, name, field: "versionFile" }, from.file, to.file);
  yield* changed({ at, name, field: "hidden" }, from.hidden, to.hidden);
  yield* changed({ at, name, field: "binding" }, symbolBindingName(from.binding), symbolBindingName(to.binding));
}

/**
 * Tests whether the change of a symbol's value is told. It is not where it follows from the versions themselves: the
 * old value is gone from the file, and the new one is none or new in the file.
 */
function isTold(before: ElfFile, after: ElfFile, valuesOf: (elf: ElfFile) => readonly string[]): ChangeTest {
  const old = new Set(valuesOf(before));
  const now = new Set(valuesOf(after));
  return (from, to) => {
    const isGone = from !== null && !now.has(from);
    const isNew = to === null || !old.has(to);
    return !(isGone && isNew);
  };
}

function versionsOf({ versionNeeds, versionDefinitions }: ElfFile): string[] {
  const needed = versionNeeds.flatMap((need) => need.versions.map((version) => version.name));
  const defined = versionDefinitions.flatMap((definition) => definition.names.slice(0, 1));
  return [...needed, ...defined];
}

const versionFilesOf = ({ versionNeeds }: ElfFile): string[] => versionNeeds.map((need) => need.file);

function lookedUp(elf: ElfFile): LookedUp[] {
  const versionOf = symbolVersions(elf);
  const out: LookedUp[] = [];
  for (const { index, name, binding } of elf.dynamicSymbols!) {
    const version = versionOf(index);
    if (index === 0) continue;

    out.push({
      name,
      binding,
      version: version?.name ?? null,
      file: version?.file ?? null,
      hidden: version?.hidden ?? false,
    });
  }

  return out;
}

/**
 * Tells whether the tables that loaders read are the same byte by byte, so that no name need be read. New strings may
 * follow the old ones.
 */
function isSameForLoaders(before: ElfFile, after: ElfFile): boolean {
  const old = loaderBytes(before);
  const now = loaderBytes(after);
  const hasOldNames =
    old.names.length <= now.names.length && equalBytes(old.names, now.names.subarray(0, old.names.length));

  return (
    hasOldNames &&
    equalBytes(old.symbols, now.symbols) &&
    equalBytes(old.versions, now.versions) &&
    versionTexts(before) === versionTexts(after)
  );
}

interface LoaderBytes {
  readonly symbols: Uint8Array;
  readonly versions: Uint8Array;
  readonly names: Uint8Array;
}

const loaderBytes = (elf: ElfFile): LoaderBytes => ({
  symbols: recordsOf(elf, elf.dynamicSymbols!),
  versions: versionNumbersOf(elf),
  names: namesOf(elf),
});

function recordsOf({ source, header }: ElfFile, { offset, count }: SymbolTable): Uint8Array {
  return readExactly(source, offset, count * Sym.size(header.class), ".dynsym");
}

function versionNumbersOf(elf: ElfFile): Uint8Array {
  const table = versymTable(elf);
  return table ? readExactly(elf.source, table.offset, table.count * 2, ".gnu.version") : new Uint8Array(0);
}

function namesOf({ dynamic }: ElfFile): Uint8Array {
  return dynamic?.strings?.load() ?? new Uint8Array(0);
}

/** The meaning of the numbers of .gnu.version. */
function versionTexts({ versionNeeds, versionDefinitions }: ElfFile): string {
  const needed = versionNeeds.flatMap(({ file, versions }) => versions.map((v) => [v.index, v.name, file]));
  const defined = versionDefinitions.map((definition) => [definition.index, definition.names]);
  return JSON.stringify([needed, defined]);
}

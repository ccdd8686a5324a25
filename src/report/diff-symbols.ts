import { equalBytes } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { Sym } from "../codec/records.js";
import { symbolVersions, versymTable } from "../image/dynamic/versions.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { Tolerant } from "../image/tolerant.js";
import { symbolBindingName } from "../spec/names.js";
import { type Change, changed } from "./change.js";
import { symbolTableCounts } from "./describe.js";
import { match } from "./match.js";

/**
 * How many symbols there are, and where both files have as many dynamic ones, which have another name, version or
 * binding.
 */
export function* diffSymbols(before: ElfFile, after: ElfFile): Generator<Change> {
  const a = symbolTableCounts(before, new Tolerant());
  const b = symbolTableCounts(after, new Tolerant());
  yield* changed({ at: "symbols" }, a.symtab, b.symtab);
  yield* changed({ at: "dynamicSymbols" }, a.dynsym, b.dynsym);

  const hasAsMany = a.dynsym !== null && a.dynsym === b.dynsym;
  if (hasAsMany) yield* new Tolerant().part(() => dynamicChanges(before, after)) ?? [];
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

const at = "dynamicSymbols";

function dynamicChanges(before: ElfFile, after: ElfFile): Change[] {
  if (isSameForLoaders(before, after)) return [];

  // Symbols may stand in another order: first those that are the same but for their binding, then those of the same
  // name, then the rest.
  const exact = match(lookedUp(before), lookedUp(after), (s) => `${s.name}\0${s.version ?? ""}\0${s.file ?? ""}`);
  const gone = exact.steps.flatMap(({ from }) => from ?? []);
  const come = exact.steps.flatMap(({ to }) => to ?? []);
  const named = match(gone, come, (s) => s.name, true);

  const tests = { version: isTold(before, after, versionsOf), file: isTold(before, after, versionFilesOf) };
  const renamed = named.steps.map(({ from, to }): Change => ({ at, from: from?.name ?? null, to: to?.name ?? null }));
  return [...renamed, ...[...named.kept, ...exact.kept].flatMap(([from, to]) => [...changesOf(from, to, tests)])];
}

type ValueTest = (from: string | null, to: string | null) => boolean;

function* changesOf(
  from: LookedUp,
  to: LookedUp,
  tests: { readonly version: ValueTest; readonly file: ValueTest },
): Generator<Change> {
  const { name } = from;
  if (tests.version(from.version, to.version)) yield* changed({ at, name, field: "version" }, from.version, to.version);
  if (tests.file(from.file, to.file)) yield* changed({ at, name, field: "versionFile" }, from.file, to.file);
  yield* changed({ at, name, field: "hidden" }, from.hidden, to.hidden);
  yield* changed({ at, name, field: "binding" }, symbolBindingName(from.binding), symbolBindingName(to.binding));
}

/**
 * What a symbol has another of is told, unless it follows from the versions themselves: one that went, or has another
 * name.
 */
function isTold(before: ElfFile, after: ElfFile, valuesOf: (elf: ElfFile) => readonly string[]): ValueTest {
  const old = new Set(valuesOf(before));
  const now = new Set(valuesOf(after));
  return (from, to) => {
    const hasGone = from !== null && !now.has(from);
    const isNoOther = to === null || !old.has(to);
    return !(hasGone && isNoOther);
  };
}

function versionsOf({ versionNeeds, versionDefinitions }: ElfFile): string[] {
  const needed = versionNeeds.flatMap((n) => n.versions.map((v) => v.name));
  return [...needed, ...versionDefinitions.flatMap((d) => d.names.slice(0, 1))];
}

const versionFilesOf = ({ versionNeeds }: ElfFile): string[] => versionNeeds.map((n) => n.file);

function lookedUp(elf: ElfFile): LookedUp[] {
  const versionOf = symbolVersions(elf);
  const out: LookedUp[] = [];
  for (const { index, name, binding } of elf.dynamicSymbols!) {
    const version = versionOf(index);
    if (index > 0) {
      out.push({
        name,
        binding,
        version: version?.name ?? null,
        file: version?.file ?? null,
        hidden: version?.hidden ?? false,
      });
    }
  }

  return out;
}

/**
 * Are the tables that loaders read the same, byte by byte? Then no name need be read; new strings may follow the old
 * ones.
 */
function isSameForLoaders(before: ElfFile, after: ElfFile): boolean {
  const [a, b] = [before, after].map((elf) => ({
    symbols: recordsOf(elf, elf.dynamicSymbols!),
    versions: numbersOf(elf),
    names: namesOf(elf),
  }));
  const [old, now] = [a!, b!];
  const hasOldNames =
    old.names.length <= now.names.length && equalBytes(old.names, now.names.subarray(0, old.names.length));

  return (
    hasOldNames &&
    equalBytes(old.symbols, now.symbols) &&
    equalBytes(old.versions, now.versions) &&
    versionTexts(before) === versionTexts(after)
  );
}

function recordsOf({ source, header }: ElfFile, { offset, count }: SymbolTable): Uint8Array {
  return readExactly(source, offset, count * Sym.size(header.class), ".dynsym");
}

function numbersOf(elf: ElfFile): Uint8Array {
  const table = versymTable(elf);
  return table ? readExactly(elf.source, table.offset, table.count * 2, ".gnu.version") : new Uint8Array(0);
}

function namesOf({ dynamic }: ElfFile): Uint8Array {
  return dynamic?.strings?.load() ?? new Uint8Array(0);
}

/** What the numbers of .gnu.version mean. */
function versionTexts({ versionNeeds, versionDefinitions }: ElfFile): string {
  const needed = versionNeeds.flatMap((n) => n.versions.map((v) => [v.index, v.name, n.file]));
  return JSON.stringify([needed, versionDefinitions.map((d) => [d.index, d.names])]);
}

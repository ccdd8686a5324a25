import { versionNumber } from "../../image/dynamic/versions.js";
import type { ElfSymbol } from "../../image/elf.js";
import { fail } from "../../error.js";
import type { Wish } from "../../rewrite/wish/wish.js";
import { VER_FLG } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { type VersionBinding, bindVersions, clearVersions, knownFile, refuseDoubles } from "./binding.js";
import { removeFiles, removeNeeds, weaken } from "./removals.js";
import type { AddVersionNeed, VersionEdit } from "./values.js";
import type { VersionDraft } from "./version-draft.js";
import { versionsOf } from "./version-tables.js";

/**
 * Applies the edits to the versions, which have followed their renamed libraries: needs come, symbols are bound, then
 * versions go.
 */
export function applyVersions(wish: Wish, edits: readonly VersionEdit[]): void {
  const { dynamic } = wish;
  const draft = versionsOf(wish);
  const needed = new Set(dynamic.entries.flatMap((e) => (e.tag === DT.NEEDED ? [dynamic.text(e)] : [])));
  const usedBefore = numbersInUse(draft, edits);

  const added = addNeeds(draft, needed, edits);
  const binding = bindSymbols(wish, needed, edits);

  // A need that was asked for stays, also without symbols.
  for (const number of usedBefore) {
    const isUnused = !added.has(number) && draft.usersOf(number).length === 0;
    if (isUnused) draft.map((v) => (v.index === number ? undefined : v));
  }
  refuseGoing(binding, edits);
  removeFiles(draft);

  for (const e of edits) {
    if (e.edit === "removeVersionNeed") removeNeeds(draft, dynamic, e, edits);
    if (e.edit === "weakenVersionNeed") weaken(draft, dynamic, e.file, e.versions);
  }
}

/** The numbers of the versions that the edits need. */
function addNeeds(draft: VersionDraft, needed: ReadonlySet<string>, edits: readonly VersionEdit[]): Set<number> {
  const added = new Set<number>();
  for (const e of edits) {
    if (e.edit !== "addVersionNeed") continue;

    const flags = isWeak(e, edits) ? VER_FLG.WEAK : 0;
    const file = knownFile({ draft, needed }, e.file, e.edit);
    added.add(draft.require(file, e.version, flags));
  }
  return added;
}

function bindSymbols(wish: Wish, needed: ReadonlySet<string>, edits: readonly VersionEdit[]): VersionBinding {
  const draft = versionsOf(wish);
  const hasNames = edits.some(namesSymbols);
  const numbers = hasNames && draft.isVersioned ? draft.numbers.slice() : undefined;
  const binding: VersionBinding = {
    draft,
    dynamic: wish.dynamic,
    needed,
    symbols: hasNames ? symbolsOf(draft) : [],
    needs: draft.needs,
    numbers,
    given: new Map(),
  };

  for (const e of edits) {
    const binds = e.edit === "setSymbolVersion" || (e.edit === "addVersionNeed" && e.symbols.length > 0);
    if (binds) bindVersions(binding, e);
    if (e.edit === "clearSymbolVersion") clearVersions(binding, e);
  }
  refuseDoubles(binding);
  return binding;
}

const namesSymbols = (e: VersionEdit): boolean =>
  e.edit === "setSymbolVersion" ||
  e.edit === "clearSymbolVersion" ||
  (e.edit === "addVersionNeed" && e.symbols.length > 0);

function symbolsOf(draft: VersionDraft): readonly ElfSymbol[] {
  if (draft.elf.dynamicSymbols && !draft.elf.dynamicSymbols.exact) {
    fail("UNSUPPORTED", "nothing in the file tells how many dynamic symbols it has, so they cannot be found by name", {
      what: "symbols without a count",
    });
  }
  return draft.symbols();
}

/**
 * Numbers of needed versions that symbols use before the edits: a version that no symbol uses afterwards goes, one that
 * none used before stays.
 */
function numbersInUse(draft: VersionDraft, edits: readonly VersionEdit[]): Set<number> {
  if (!edits.some(namesSymbols) || !draft.isVersioned) return new Set();

  const used = new Set(Array.from(draft.numbers, versionNumber));
  const indexes = draft.needs.flatMap((n) => n.versions.map((v) => v.index));
  return new Set(indexes.filter((index) => used.has(index)));
}

/** Is the need weak for all edits that ask for it? Else it is not, as where two needs become one. */
const isWeak = (e: AddVersionNeed, edits: readonly VersionEdit[]): boolean =>
  edits.every((o) => o.edit !== "addVersionNeed" || o.file !== e.file || o.version !== e.version || o.weak);

/** Refuses to give a symbol a version that goes: the same patch again would find neither. `BAD_EDIT`. */
function refuseGoing({ draft, given }: VersionBinding, edits: readonly VersionEdit[]): void {
  const numbers = new Set(given.values());
  const goes = (file: string, name: string) =>
    draft.removedFiles.has(file) ||
    edits.some((e) => e.edit === "removeVersionNeed" && e.file === file && e.versions.includes(name));

  for (const n of draft.needs) {
    for (const v of n.versions) {
      if (numbers.has(v.index) && goes(n.file, v.name)) {
        fail("BAD_EDIT", `${v.name} of ${n.file} shall go, and a symbol is given it`, { edit: "setSymbolVersion" });
      }
    }
  }
}

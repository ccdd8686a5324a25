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
 * What the edits make of the versions that renamed libraries have left: needs come, symbols are bound, then versions
 * go.
 */
export function applyVersions(wish: Wish, edits: readonly VersionEdit[]): void {
  const { dynamic } = wish;
  const draft = versionsOf(wish);
  const needed = new Set(dynamic.entries.flatMap((e) => (e.tag === DT.NEEDED ? [dynamic.text(e)] : [])));
  const used = numbersInUse(draft, edits);

  // A need without symbols stays, as it was asked for.
  for (const e of edits) {
    if (e.edit !== "addVersionNeed") continue;
    const flags = isWeak(e, edits) ? VER_FLG.WEAK : 0;
    used.delete(draft.require(knownFile({ draft, needed }, e.file, e.edit), e.version, flags));
  }

  const names = edits.some(namesSymbols);
  const numbers = names && draft.isVersioned ? draft.numbers.slice() : undefined;
  const binding: VersionBinding = {
    draft,
    dynamic,
    needed,
    symbols: names ? symbolsOf(draft) : [],
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

  for (const number of used) {
    const isUnused = draft.usersOf(number).length === 0;
    if (isUnused) draft.map((v) => (v.index === number ? undefined : v));
  }
  refuseGoing(binding, edits);
  removeFiles(draft);
  for (const e of edits) {
    if (e.edit === "removeVersionNeed") removeNeeds(draft, dynamic, e, edits);
    if (e.edit === "weakenVersionNeed") weaken(draft, dynamic, e.file, e.versions);
  }
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

/** Numbers that symbols use before the edits: what nobody uses afterwards goes, what nobody used before stays. */
function numbersInUse(draft: VersionDraft, edits: readonly VersionEdit[]): Set<number> {
  if (!edits.some(namesSymbols) || !draft.isVersioned) return new Set();
  const used = new Set(Array.from(draft.numbers, versionNumber));
  return new Set(draft.needs.flatMap((n) => n.versions.flatMap((v) => (used.has(v.index) ? [v.index] : []))));
}

/** Where edits need a version both weakly and not, it is needed: as when two needs become one. */
const isWeak = (e: AddVersionNeed, edits: readonly VersionEdit[]): boolean =>
  edits.every((o) => o.edit !== "addVersionNeed" || o.file !== e.file || o.version !== e.version || o.weak);

/** A version that a symbol is given and that goes: the same patch again would find neither. `BAD_EDIT`. */
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

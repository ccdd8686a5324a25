import { fail } from "../error.js";
import type { ElfSymbol } from "../image/elf.js";
import { versionNumber } from "../image/dynamic/versions.js";
import { VER_FLG } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import type { DynamicDraft } from "../rewrite/wish/dynamic-draft.js";
import { VersionDraft } from "./version-draft.js";
import { type Binding, bindSymbols, clearVersions, knownFile, refuseDoubles } from "./version-binding.js";
import { refuseContradictions } from "./version-contradictions.js";
import type { AddVersionNeed, RemoveVersionNeed, VersionEdit } from "./versions.js";

/** The versions as all edits want them: what needed libraries make of them first, then this family's edits together. */
export function applyVersions(dynamic: DynamicDraft, edits: readonly VersionEdit[]): VersionDraft {
  const draft = new VersionDraft(dynamic.elf), needed = new Set(dynamic.entries.flatMap((e) => (e.tag === DT.NEEDED ? [dynamic.text(e)] : [])));
  draft.renameFiles(dynamic.renamedFiles);
  refuseContradictions(edits);
  const used = numbersInUse(draft, edits);
  // A need without symbols stays, as it was asked for.
  for (const e of edits) if (e.edit === "addVersionNeed") used.delete(draft.require(knownFile({ draft, needed }, e.file, e.edit), e.version, isWeak(e, edits) ? VER_FLG.WEAK : 0));
  const names = edits.some(namesSymbols), numbers = names && draft.isVersioned ? draft.numbers.slice() : undefined;
  const binding: Binding = { draft, dynamic, needed, symbols: names ? symbolsOf(draft) : [], needs: draft.needs, numbers, given: new Map() };
  for (const e of edits) {
    if (e.edit === "setSymbolVersion" || (e.edit === "addVersionNeed" && e.symbols.length > 0)) bindSymbols(binding, e);
    if (e.edit === "clearSymbolVersion") clearVersions(binding, e);
  }
  refuseDoubles(binding);
  for (const number of used) if (draft.usersOf(number).length === 0) draft.map((v) => (v.index === number ? undefined : v));
  refuseGoing(binding, edits);
  removeFiles(draft, dynamic.removedFiles);
  for (const e of edits) {
    if (e.edit === "removeVersionNeed") removeNeeds(draft, dynamic, e, edits);
    if (e.edit === "weakenVersionNeed") weaken(draft, dynamic, e.file, e.versions);
  }
  return draft;
}

const namesSymbols = (e: VersionEdit): boolean => e.edit === "setSymbolVersion" || e.edit === "clearSymbolVersion" || (e.edit === "addVersionNeed" && e.symbols.length > 0);

function symbolsOf(draft: VersionDraft): readonly ElfSymbol[] {
  if (draft.elf.dynamicSymbols && !draft.elf.dynamicSymbols.exact)
    fail("UNSUPPORTED", "nothing in the file tells how many dynamic symbols it has, so they cannot be found by name", { what: "symbols without a count" });
  return draft.symbols();
}

/** Numbers that symbols use before the edits: what nobody uses afterwards goes, what nobody used before stays. */
function numbersInUse(draft: VersionDraft, edits: readonly VersionEdit[]): Set<number> {
  if (!edits.some(namesSymbols) || !draft.isVersioned) return new Set();
  const used = new Set(Array.from(draft.numbers, versionNumber));
  return new Set(draft.needs.flatMap((n) => n.versions.flatMap((v) => (used.has(v.index) ? [v.index] : []))));
}

/** Where edits need a version both weakly and not, it is needed: as when two needs become one. */
const isWeak = (e: AddVersionNeed, edits: readonly VersionEdit[]): boolean => edits.every((o) => o.edit !== "addVersionNeed" || o.file !== e.file || o.version !== e.version || o.weak);

/** A version that a symbol is given and that goes: the same patch again would find neither. `BAD_EDIT`. */
function refuseGoing({ draft, dynamic, given }: Binding, edits: readonly VersionEdit[]): void {
  const numbers = new Set(given.values());
  const goes = (file: string, name: string) => dynamic.removedFiles.has(file) || edits.some((e) => e.edit === "removeVersionNeed" && e.file === file && e.versions.includes(name));
  for (const n of draft.needs)
    for (const v of n.versions) if (numbers.has(v.index) && goes(n.file, v.name)) fail("BAD_EDIT", `${v.name} of ${n.file} shall go, and a symbol is given it`, { edit: "setSymbolVersion" });
}

/** Libraries that are needed no more: their versions go too, or stand in the way while symbols have them. */
function removeFiles(draft: VersionDraft, removed: DynamicDraft["removedFiles"]): void {
  const gone = draft.needs.filter((n) => removed.has(n.file)), refused = gone.filter((n) => removed.get(n.file) === "refuse");
  if (refused.length > 0)
    refuseUses(draft, "removeNeeded", refused.flatMap((n) => n.versions.map((v) => ({ ...v, file: n.file }))), '; the option uses: "drop" | "weaken" (of the command: --drop-versions, --weaken-versions) lets them go');
  draft.needs = draft.needs.filter((n) => !removed.has(n.file));
  for (const n of gone) for (const v of n.versions) draft.release(v.index, removed.get(n.file) === "weaken" ? "weaken" : "drop");
}

function removeNeeds(draft: VersionDraft, dynamic: DynamicDraft, e: RemoveVersionNeed, edits: readonly VersionEdit[]): void {
  // Whatever their order: where one of the edits says what becomes of the symbols, it says so for all.
  const usesOf = (name: string) => edits.flatMap((o) => (o.edit === "removeVersionNeed" && o.file === e.file && o.versions.includes(name) && o.uses !== "refuse" ? [o.uses] : []))[0] ?? "refuse";
  for (const name of e.versions) {
    const found = draft.need(e.file, name);
    if (!found) {
      if (!dynamic.elf.versionNeeds.some((n) => n.versions.some((v) => v.name === name))) dynamic.note("NOT_FOUND", `removeVersionNeed: the file needs no version ${name} of ${e.file}`);
      continue;
    }
    const uses = usesOf(name);
    if (uses === "refuse" && draft.usersOf(found.index).length > 0) refuseUses(draft, e.edit, [{ ...found, file: e.file }], '; the option uses: "drop" | "weaken" takes it from them');
    draft.map((v, file) => (file === e.file && v.name === name ? undefined : v));
    draft.release(found.index, uses === "weaken" ? "weaken" : "drop");
  }
}

function weaken(draft: VersionDraft, dynamic: DynamicDraft, of: string, versions: readonly string[]): void {
  for (const name of versions) if (!draft.need(of, name)) dynamic.note("NOT_FOUND", `weakenVersionNeed: the file needs no version ${name} of ${of}`);
  draft.map((v, file) => (file === of && versions.includes(v.name) ? { ...v, flags: v.flags | VER_FLG.WEAK } : v));
}

/** How many symbols stand behind a version, and how many versions in the message. */
const LISTED = 5, LISTED_VERSIONS = 10;

function refuseUses(draft: VersionDraft, edit: string, versions: readonly { readonly name: string; readonly index: number; readonly file: string }[], advice: string): never {
  const names = draft.symbols().map((s) => s.name);
  const uses = versions.map((v) => {
    const users = draft.usersOf(v.index).flatMap((i) => names[i] ?? []);
    return users.length === 0 ? v.name : `${v.name} (${users.slice(0, LISTED).join(", ")}${users.length > LISTED ? ", …" : ""})`;
  });
  const listed = `${uses.slice(0, LISTED_VERSIONS).join(", ")}${uses.length > LISTED_VERSIONS ? ` and ${uses.length - LISTED_VERSIONS} more` : ""}`;
  return fail("STILL_NEEDED", `${edit}: the file needs versions of ${[...new Set(versions.map((v) => v.file))].join(", ")}: ${listed}${advice}`, { names: uses });
}

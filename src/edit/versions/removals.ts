import { fail } from "../../error.js";
import type { DynamicDraft } from "../../rewrite/wish/dynamic-draft.js";
import { VER_FLG } from "../../spec/constants.js";
import type { RemoveVersionNeed, VersionEdit } from "./values.js";
import type { VersionDraft } from "./version-draft.js";

/** Libraries that are needed no more: their versions go too, or stand in the way while symbols have them. */
export function removeFiles(draft: VersionDraft): void {
  const removed = draft.removedFiles;
  const gone = draft.needs.filter((n) => removed.has(n.file));
  const refused = gone.filter((n) => removed.get(n.file) === "refuse");

  if (refused.length > 0) {
    refuseUses(
      draft,
      "removeNeeded",
      refused.flatMap((n) => n.versions.map((v) => ({ ...v, file: n.file }))),
      '; the option uses: "drop" | "weaken" (of the command: --drop-versions, --weaken-versions) lets them go',
    );
  }

  draft.needs = draft.needs.filter((n) => !removed.has(n.file));
  for (const n of gone) {
    for (const v of n.versions) draft.release(v.index, removed.get(n.file) === "weaken" ? "weaken" : "drop");
  }
}

/** Versions that are needed no more: what becomes of their symbols the edit says. */
export function removeNeeds(
  draft: VersionDraft,
  dynamic: DynamicDraft,
  e: RemoveVersionNeed,
  edits: readonly VersionEdit[],
): void {
  // Whatever their order: where one of the edits says what becomes of the symbols, it says so for all.
  const usesOf = (name: string) =>
    edits.flatMap((o) =>
      o.edit === "removeVersionNeed" && o.file === e.file && o.versions.includes(name) && o.uses !== "refuse"
        ? [o.uses]
        : [],
    )[0] ?? "refuse";
  for (const name of e.versions) {
    const found = draft.need(e.file, name);
    if (!found) {
      if (!dynamic.elf.versionNeeds.some((n) => n.versions.some((v) => v.name === name))) {
        dynamic.note("NOT_FOUND", `removeVersionNeed: the file needs no version ${name} of ${e.file}`);
      }
      continue;
    }

    const uses = usesOf(name);
    if (uses === "refuse" && draft.usersOf(found.index).length > 0) {
      refuseUses(
        draft,
        e.edit,
        [{ ...found, file: e.file }],
        '; the option uses: "drop" | "weaken" takes it from them',
      );
    }

    draft.map((v, file) => (file === e.file && v.name === name ? undefined : v));
    draft.release(found.index, uses === "weaken" ? "weaken" : "drop");
  }
}

/** Versions that a library may lack. */
export function weaken(draft: VersionDraft, dynamic: DynamicDraft, of: string, versions: readonly string[]): void {
  for (const name of versions) {
    if (!draft.need(of, name)) {
      dynamic.note("NOT_FOUND", `weakenVersionNeed: the file needs no version ${name} of ${of}`);
    }
  }
  draft.map((v, file) => (file === of && versions.includes(v.name) ? { ...v, flags: v.flags | VER_FLG.WEAK } : v));
}

/** How many symbols stand behind a version, and how many versions in the message. */
const LISTED = 5;
const LISTED_VERSIONS = 10;

function refuseUses(
  draft: VersionDraft,
  edit: string,
  versions: readonly { readonly name: string; readonly index: number; readonly file: string }[],
  advice: string,
): never {
  const names = draft.symbols().map((s) => s.name);
  const uses = versions.map((v) => {
    const users = draft.usersOf(v.index).flatMap((i) => names[i] ?? []);
    return users.length === 0
      ? v.name
      : `${v.name} (${users.slice(0, LISTED).join(", ")}${users.length > LISTED ? ", …" : ""})`;
  });
  const listed = `${uses.slice(0, LISTED_VERSIONS).join(", ")}${uses.length > LISTED_VERSIONS ? ` and ${uses.length - LISTED_VERSIONS} more` : ""}`;

  return fail(
    "STILL_NEEDED",
    `${edit}: the file needs versions of ${[...new Set(versions.map((v) => v.file))].join(", ")}: ${listed}${advice}`,
    { names: uses },
  );
}

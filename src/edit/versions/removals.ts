import { fail } from "../../error.js";
import type { DynamicDraft } from "../../rewrite/wish/dynamic-draft.js";
import { RELR_VERSION } from "../../image/dynamic/relr-need.js";
import { VER_FLG } from "../../spec/constants.js";
import type { RemoveVersionNeed, VersionEdit } from "./values.js";
import type { VersionDraft } from "./version-draft.js";

/**
 * Removes the versions of libraries that are needed no more. `STILL_NEEDED` where the edit does not say that they may
 * go.
 */
export function removeFiles(draft: VersionDraft): void {
  const removed = draft.removedFiles;
  const gone = draft.needs.filter((n) => removed.has(n.file));
  const refused = gone.filter((n) => removed.get(n.file) === "refuse");

  if (refused.length > 0) {
    const versions = refused.flatMap((n) => n.versions.map((v) => ({ ...v, file: n.file })));
    const options = 'the option uses: "drop" | "weaken" (of the command: --drop-versions, --weaken-versions)';
    refuseUses(draft, "removeNeeded", versions, `${options} lets them go`);
  }

  draft.needs = draft.needs.filter((n) => !removed.has(n.file));
  for (const n of gone) {
    for (const v of n.versions) draft.release(v.index, removed.get(n.file) === "weaken" ? "weaken" : "drop");
  }
}

/** Removes versions that the edit names; it also says what becomes of their symbols. `STILL_NEEDED`. */
export function removeNeeds(
  draft: VersionDraft,
  dynamic: DynamicDraft,
  e: RemoveVersionNeed,
  edits: readonly VersionEdit[],
): void {
  for (const name of e.versions) {
    if (name === RELR_VERSION) draft.withoutRelr = true;

    const found = draft.need(e.file, name);
    if (!found) {
      // Another edit of the patch may have removed it, or renamed its file.
      const wasThere = dynamic.elf.versionNeeds.some((n) => n.versions.some((v) => v.name === name));
      if (!wasThere) dynamic.note("NOT_FOUND", `removeVersionNeed: the file needs no version ${name} of ${e.file}`);
      continue;
    }

    const uses = usesOf(e.file, name, edits);
    const isRefused = uses === "refuse" && draft.usersOf(found.index).length > 0;
    if (isRefused) {
      const advice = 'the option uses: "drop" | "weaken" takes it from them';
      refuseUses(draft, e.edit, [{ ...found, file: e.file }], advice);
    }

    draft.map((v, file) => (file === e.file && v.name === name ? undefined : v));
    draft.release(found.index, uses === "weaken" ? "weaken" : "drop");
  }
}

/** What becomes of the symbols of a version: where one of the edits says it, in whatever order, it says it for all. */
function usesOf(file: string, version: string, edits: readonly VersionEdit[]): RemoveVersionNeed["uses"] {
  for (const e of edits) {
    const isOfVersion = e.edit === "removeVersionNeed" && e.file === file && e.versions.includes(version);
    if (isOfVersion && e.uses !== "refuse") return e.uses;
  }
  return "refuse";
}

/** Marks versions as weak: the library may lack them. */
export function weaken(draft: VersionDraft, dynamic: DynamicDraft, of: string, versions: readonly string[]): void {
  for (const name of versions) {
    if (!draft.need(of, name)) {
      dynamic.note("NOT_FOUND", `weakenVersionNeed: the file needs no version ${name} of ${of}`);
    }
  }
  draft.map((v, file) => (file === of && versions.includes(v.name) ? { ...v, flags: v.flags | VER_FLG.WEAK } : v));
}

/** How many symbols of a version, and how many versions, the message names. */
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
    if (users.length === 0) return v.name;

    const shown = users.slice(0, LISTED).join(", ");
    const rest = users.length > LISTED ? ", …" : "";
    return `${v.name} (${shown}${rest})`;
  });

  const files = [...new Set(versions.map((v) => v.file))].join(", ");
  const shown = uses.slice(0, LISTED_VERSIONS).join(", ");
  const rest = uses.length > LISTED_VERSIONS ? ` and ${uses.length - LISTED_VERSIONS} more` : "";
  return fail("STILL_NEEDED", `${edit}: the file needs versions of ${files}: ${shown}${rest}; ${advice}`, {
    names: uses,
  });
}

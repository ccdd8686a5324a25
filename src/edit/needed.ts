import { fail } from "../error.js";
import { DT } from "../spec/dynamic.js";
import type { DynamicDraft } from "./draft.js";

/** See {@link replaceNeeded}. */
export interface ReplaceNeeded {
  readonly edit: "replaceNeeded";
  readonly names: Readonly<Record<string, string>>;
}

/**
 * Renames needed libraries: DT_NEEDED, and the file in the version needs, so that ld.so looks the versions up in the new
 * one. Where the new name is needed already, both become one entry in the place of the first. A name that the file does not
 * need is a note in the result.
 *
 * @param names old name to new name, exact; all at once, so no new name may be another's old one
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [replaceNeeded({ "libc.musl-x86_64.so.1": "libc.so.6" })])
 */
export function replaceNeeded(names: Readonly<Record<string, string>>): ReplaceNeeded {
  for (const [old, name] of Object.entries(names)) {
    if (old === "" || name === "") fail("BAD_EDIT", "replaceNeeded: a library's name is empty", { edit: "replaceNeeded" });
    if (name !== old && Object.hasOwn(names, name) && names[name] !== name)
      fail("BAD_EDIT", `replaceNeeded: ${name} is a new name and an old one; the result would depend on the order`, { edit: "replaceNeeded" });
  }
  return { edit: "replaceNeeded", names: { ...names } };
}

/** Applies the edits of this family together. */
export function applyNeeded(draft: DynamicDraft, edits: readonly ReplaceNeeded[]): void {
  const names: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { names: more } of edits)
    for (const [old, name] of Object.entries(more)) {
      if (old in names && names[old] !== name) fail("BAD_EDIT", `replaceNeeded: ${old} shall become both ${names[old]} and ${name}`, { edit: "replaceNeeded" });
      names[old] = name;
    }
  if (edits.length > 1) replaceNeeded(names);
  const versionFiles = new Set(draft.elf.versionNeeds.map((n) => n.file));
  const needed = new Set(draft.entries.filter((e) => e.tag === DT.NEEDED).map((e) => draft.text(e)));
  const present = new Set<string>();
  for (const [old, name] of Object.entries(names)) {
    if (!needed.has(old) && !versionFiles.has(old))
      draft.note("NOT_FOUND", `replaceNeeded: the file does not need ${old}${needed.has(name) ? ` (it needs ${name} already)` : ""}`);
    else if (name !== old) draft.renamedFiles.set(old, name);
  }
  if (draft.renamedFiles.size === 0) return;
  draft.entries = draft.entries.flatMap((e) => {
    if (e.tag !== DT.NEEDED) return [e];
    const old = draft.text(e), name = names[old] ?? old;
    // Only a renaming makes two entries equal: a file that named a library twice before keeps doing so.
    if (present.has(name) && (name !== old || [...draft.renamedFiles.values()].includes(name))) {
      draft.note("MERGED", `replaceNeeded: ${name} was needed already, so two DT_NEEDED entries became one`);
      return [];
    }
    present.add(name);
    return [name === old ? e : { ...e, text: name }];
  });
}

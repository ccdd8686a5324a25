import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { DT } from "../spec/dynamic.js";
import { type DraftEntry, DynamicDraft } from "../rewrite/wish/dynamic-draft.js";
import { type NeededEdit, replaceNeeded, type VersionUses } from "./needed.js";

/** What all edits of the family want together. */
interface Wishes {
  readonly renamed: ReadonlyMap<string, string>;
  readonly removed: ReadonlyMap<string, VersionUses>;
  /** Whether a name goes before the others. */
  readonly added: ReadonlyMap<string, boolean>;
  /** Those of them that leave the place that they have. */
  readonly moved: ReadonlySet<string>;
}

const isNeeded = (e: DraftEntry) => e.tag === DT.NEEDED;

/** Applies the edits of this family together: what goes, then what is renamed, then what comes. */
export function applyNeeded(draft: DynamicDraft, edits: readonly NeededEdit[]): void {
  const wishes = wishesOf(edits);
  refuseContradictions(wishes);
  remove(draft, wishes.removed);
  rename(draft, wishes.renamed);
  add(draft, wishes);
}

/** The libraries that ld.so will search for when it loads the file with these edits: needed ones and filters' (gABI, "Dynamic Section"). */
export function searchedLibraries(elf: ElfFile, edits: readonly NeededEdit[]): string[] {
  const draft = new DynamicDraft(elf), tags: number[] = [DT.NEEDED, DT.FILTER, DT.AUXILIARY];
  applyNeeded(draft, edits);
  return draft.entries.filter((e) => tags.includes(e.tag)).map((e) => draft.text(e));
}

function wishesOf(edits: readonly NeededEdit[]): Wishes {
  const renamed = new Map<string, string>(), removed = new Map<string, VersionUses>(), added = new Map<string, boolean>(), moved = new Set<string>();
  for (const e of edits) {
    const clash = (message: string) => fail("BAD_EDIT", `${e.edit}: ${message}`, { edit: e.edit });
    if (e.edit === "replaceNeeded")
      for (const [old, name] of Object.entries(e.names)) {
        if ((renamed.get(old) ?? name) !== name) clash(`${old} shall become both ${renamed.get(old)} and ${name}`);
        renamed.set(old, name);
      }
    else if (e.edit === "addNeeded")
      for (const name of e.names) {
        if ((added.get(name) ?? e.first) !== e.first) clash(`${name} shall be both first and last`);
        added.set(name, e.first);
        if (e.move) moved.add(name);
      }
    else
      for (const name of e.names) {
        const uses = removed.get(name) ?? "refuse";
        if (uses !== "refuse" && e.uses !== "refuse" && uses !== e.uses) clash(`the versions of ${name} shall be both dropped and weakened`);
        removed.set(name, uses === "refuse" ? e.uses : uses);
      }
  }
  return { renamed, removed, added, moved };
}

function refuseContradictions({ renamed, removed, added }: Wishes): void {
  if (renamed.size > 0) replaceNeeded(Object.fromEntries(renamed));
  for (const [old, name] of renamed) {
    if (removed.has(old) || removed.has(name)) fail("BAD_EDIT", `removeNeeded: ${removed.has(old) ? old : name} shall go, and replaceNeeded renames ${old} to ${name}`, { edit: "removeNeeded" });
    if (old !== name && added.has(old)) fail("BAD_EDIT", `addNeeded: ${old} shall come, and replaceNeeded renames it to ${name}; the result would depend on the order`, { edit: "addNeeded" });
  }
  for (const name of added.keys()) if (removed.has(name)) fail("BAD_EDIT", `addNeeded: ${name} shall both come and go`, { edit: "addNeeded" });
}

function remove(draft: DynamicDraft, removed: Wishes["removed"]): void {
  const { versionNeeds } = draft.elf;
  for (const [name, uses] of removed) {
    if (!versionNeeds.some((n) => n.file === name) && !draft.entries.some((e) => isNeeded(e) && draft.text(e) === name)) draft.note("NOT_FOUND", `removeNeeded: the file does not need ${name}`);
    // Other edits of the same patch may leave no version of it.
    draft.removedFiles.set(name, uses);
  }
  draft.entries = draft.entries.filter((e) => !isNeeded(e) || !removed.has(draft.text(e)));
}

function rename(draft: DynamicDraft, renamed: Wishes["renamed"]): void {
  const versionFiles = new Set(draft.elf.versionNeeds.map((n) => n.file));
  const needed = new Set(draft.entries.filter(isNeeded).map((e) => draft.text(e)));
  const present = new Set<string>();
  for (const [old, name] of renamed) {
    if (!needed.has(old) && !versionFiles.has(old))
      draft.note("NOT_FOUND", `replaceNeeded: the file does not need ${old}${needed.has(name) ? ` (it needs ${name} already)` : ""}`);
    else if (name !== old) draft.renamedFiles.set(old, name);
  }
  if (draft.renamedFiles.size === 0) return;
  draft.entries = draft.entries.flatMap((e) => {
    if (!isNeeded(e)) return [e];
    const old = draft.text(e), name = renamed.get(old) ?? old;
    // Only a renaming makes two entries equal: a file that named a library twice before keeps doing so.
    if (present.has(name) && (name !== old || [...draft.renamedFiles.values()].includes(name))) {
      draft.note("MERGED", `replaceNeeded: ${name} was needed already, so two DT_NEEDED entries became one`);
      return [];
    }
    present.add(name);
    return [name === old ? e : { ...e, text: name }];
  });
}

function add(draft: DynamicDraft, { added, moved }: Wishes): void {
  const others = draft.entries.filter((e) => !isNeeded(e) || !moved.has(draft.text(e))), present = new Map(draft.entries.filter(isNeeded).map((e) => [draft.text(e), e]));
  const come = (first: boolean) => [...added].flatMap(([name, f]): DraftEntry[] => {
    const is = present.get(name);
    return f !== first || (is && !moved.has(name)) ? [] : [is ?? { tag: DT.NEEDED, value: 0n, text: name }];
  });
  // Where none is left, the first takes the place of the first that was there.
  const was = draft.entries.findIndex(isNeeded), at = Math.max(0, others.some(isNeeded) ? others.findIndex(isNeeded) : was);
  const last = others.reduce((found, e, i) => (isNeeded(e) ? i : found), others.some(isNeeded) || was >= 0 ? at - 1 : others.length - 1);
  draft.entries = [...others.slice(0, at), ...come(true), ...others.slice(at, last + 1), ...come(false), ...others.slice(last + 1)];
}

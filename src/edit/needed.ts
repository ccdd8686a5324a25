import { fail } from "../error.js";
import type { DraftEntry, DynamicDraft } from "../rewrite/wish/dynamic-draft.js";
import { DT } from "../spec/dynamic.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { assertChoice, chainIn, namePairs, type NamesThen, nonEmpty, optionsIn, USES } from "./names.js";
import { needRelr } from "./versions/relr.js";
import { removeFiles } from "./versions/removals.js";
import type { VersionDraft } from "./versions/version-draft.js";
import { versionsOf } from "./versions/version-tables.js";

/** See {@link replaceNeeded}. */
export interface ReplaceNeeded extends Edit {
  readonly edit: "replaceNeeded";
  readonly names: Readonly<Record<string, string>>;
}

/** See {@link addNeeded}. */
export interface AddNeeded extends Edit {
  readonly edit: "addNeeded";
  readonly names: readonly string[];
  readonly first: boolean;
  readonly move?: true;
}

/**
 * What becomes of version needs when their library is removed: the edit is refused, the versions are forgotten, or they
 * are forgotten and their symbols made weak.
 */
export type VersionUses = "refuse" | "drop" | "weaken";

/** See {@link removeNeeded}. */
export interface RemoveNeeded extends Edit {
  readonly edit: "removeNeeded";
  readonly names: readonly string[];
  readonly uses: VersionUses;
}

export type NeededEdit = ReplaceNeeded | AddNeeded | RemoveNeeded;

/**
 * Renames needed libraries: DT_NEEDED, and the file in the version needs, so that ld.so looks the versions up in the
 * new library. Where the new name is needed already, both become one entry in the place of the first. An old name that
 * the file does not need is a note in the result.
 *
 * @param names old name to new name, exact. All are renamed at once, so no new name may be the old name of another. One
 *   pair may be given as two arguments
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [replaceNeeded({ "libc.musl-x86_64.so.1": "libc.so.6" })])
 */
export function replaceNeeded(names: Readonly<Record<string, string>>): ReplaceNeeded;
export function replaceNeeded(old: string, name: string): ReplaceNeeded;
export function replaceNeeded(old: string | Readonly<Record<string, string>>, name?: string): ReplaceNeeded {
  const names = namePairs("replaceNeeded", old, name, "library");
  refuseChains(names);
  return made(neededFamily, { edit: "replaceNeeded", names });
}

/** `BAD_EDIT` where a new name is the old name of another. */
function refuseChains(names: Readonly<Record<string, string>>): void {
  const name = chainIn(names);
  if (name === undefined) return;

  const message = `replaceNeeded: ${name} is a new name and an old one; the result would depend on the order`;
  fail("BAD_EDIT", message, { edit: "replaceNeeded" });
}

/**
 * Adds needed libraries (DT_NEEDED; gABI, "Shared Object Dependencies") behind the last one, in the order given. ld.so
 * searches symbols in this order, so a library that shall win over others goes first. A library that is needed already,
 * also by a renaming of the same patch, is not added again.
 *
 * @param names one library, several, or a list; {@link AddNeededOptions} may follow
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [addNeeded("libtrace.so.1", { first: true })])
 */
export function addNeeded(...names: NamesThen<AddNeededOptions>): AddNeeded {
  const { first = false, move } = optionsIn<AddNeededOptions>(names, "addNeeded", { first: true, move: true });
  const added = nonEmpty(names, "addNeeded", "library");
  return made(neededFamily, { edit: "addNeeded", names: added, first, ...(move && { move: true as const }) });
}

/** Options of {@link addNeeded}. */
export interface AddNeededOptions {
  /** Before all others, still in the order given. */
  readonly first?: boolean | undefined;
  /** A library that is needed already goes to the new place, too. */
  readonly move?: boolean | undefined;
}

/**
 * Removes needed libraries, each DT_NEEDED of that name. Refused while the file needs versions of the library, as ld.so
 * stops at versions of a file that is not needed ("Assertion `needed != NULL' failed"). Symbols without a version name
 * no library, so nothing tells whether another library defines them.
 *
 * @param names one library, several, or a list; {@link RemoveNeededOptions} may follow
 * @throws ElfError `BAD_EDIT`; when applied, `STILL_NEEDED` with the versions and their symbols, `STATIC`, `LOADER`,
 *   `RELOCATABLE`, `UNSUPPORTED`
 * @example
 * patch(bytes, [removeNeeded("libdl.so.2", { uses: "drop" })]) // glibc 2.34 has it in libc.so.6
 */
export function removeNeeded(...names: NamesThen<RemoveNeededOptions>): RemoveNeeded {
  const { uses = "refuse" } = optionsIn<RemoveNeededOptions>(names, "removeNeeded", { uses: true });
  assertChoice("removeNeeded", "uses", uses, USES);
  return made(neededFamily, { edit: "removeNeeded", names: nonEmpty(names, "removeNeeded", "library"), uses });
}

/** Options of {@link removeNeeded}. */
export interface RemoveNeededOptions {
  /**
   * `"drop"`: the version needs of the library go, and ld.so looks its symbols up in every library, without a version.
   * `"weaken"`: the same, and the undefined symbols become weak (STB_WEAK), so that the program starts where no library
   * defines them.
   */
  readonly uses?: "drop" | "weaken" | undefined;
}

/** What all edits of the family want together. */
interface Wishes {
  readonly renamed: ReadonlyMap<string, string>;
  readonly removed: ReadonlyMap<string, VersionUses>;
  /** The names that come; true for one that goes before all others. */
  readonly added: ReadonlyMap<string, boolean>;
  /** Those of them that leave their place where they are needed already. */
  readonly moved: ReadonlySet<string>;
}

const isNeeded = (e: DraftEntry) => e.tag === DT.NEEDED;

const refuse = (edit: NeededEdit["edit"], message: string): never => fail("BAD_EDIT", `${edit}: ${message}`, { edit });

/** All edits of the family as one wish. `BAD_EDIT` where two of the same function contradict each other. */
function wishesOf(edits: readonly NeededEdit[]): Wishes {
  const renamed = new Map<string, string>();
  const removed = new Map<string, VersionUses>();
  const added = new Map<string, boolean>();
  const moved = new Set<string>();

  for (const e of edits) {
    if (e.edit === "replaceNeeded") wishNames(e, renamed);
    else if (e.edit === "addNeeded") wishAdded(e, added, moved);
    else wishRemoved(e, removed);
  }

  return { renamed, removed, added, moved };
}

function wishNames({ edit, names }: ReplaceNeeded, renamed: Map<string, string>): void {
  for (const [old, name] of Object.entries(names)) {
    const other = renamed.get(old) ?? name;
    if (other !== name) refuse(edit, `${old} shall become both ${other} and ${name}`);
    renamed.set(old, name);
  }
}

function wishAdded({ edit, names, first, move }: AddNeeded, added: Map<string, boolean>, moved: Set<string>): void {
  for (const name of names) {
    const isOther = added.has(name) && added.get(name) !== first;
    if (isOther) refuse(edit, `${name} shall be both first and last`);
    added.set(name, first);
    if (move) moved.add(name);
  }
}

function wishRemoved({ edit, names, uses }: RemoveNeeded, removed: Map<string, VersionUses>): void {
  for (const name of names) {
    const other = removed.get(name) ?? "refuse";
    const isOther = other !== "refuse" && uses !== "refuse" && other !== uses;
    if (isOther) refuse(edit, `the versions of ${name} shall be both dropped and weakened`);
    removed.set(name, other === "refuse" ? uses : other);
  }
}

/** `BAD_EDIT` where edits of different functions contradict each other. */
function refuseContradictions({ renamed, removed, added }: Wishes): void {
  refuseChains(Object.fromEntries(renamed));

  for (const [old, name] of renamed) {
    const gone = [old, name].find((n) => removed.has(n));
    if (gone !== undefined) refuse("removeNeeded", `${gone} shall go, and replaceNeeded renames ${old} to ${name}`);

    const isAdded = old !== name && added.has(old);
    if (isAdded) {
      const order = "the result would depend on the order";
      refuse("addNeeded", `${old} shall come, and replaceNeeded renames it to ${name}; ${order}`);
    }
  }

  for (const name of added.keys()) {
    if (removed.has(name)) refuse("addNeeded", `${name} shall both come and go`);
  }
}

function remove(draft: DynamicDraft, versions: VersionDraft, removed: Wishes["removed"]): void {
  const { versionNeeds } = draft.elf;
  for (const [name, uses] of removed) {
    const isThere =
      versionNeeds.some((n) => n.file === name) || draft.entries.some((e) => isNeeded(e) && draft.text(e) === name);
    if (!isThere) draft.note("NOT_FOUND", `removeNeeded: the file does not need ${name}`);
    versions.removedFiles.set(name, uses);
  }

  draft.entries = draft.entries.filter((e) => !isNeeded(e) || !removed.has(draft.text(e)));
}

/** Renames entries, and returns the new names of the files, which the version needs take as well. */
function rename(draft: DynamicDraft, renamed: Wishes["renamed"]): Map<string, string> {
  const files = filesToRename(draft, renamed);
  if (files.size === 0) return files;

  const newNames = new Set(files.values());
  const present = new Set<string>();
  draft.entries = draft.entries.flatMap((e) => {
    if (!isNeeded(e)) return [e];

    const old = draft.text(e);
    const name = renamed.get(old) ?? old;
    // Only a renaming makes two entries equal: a file that named a library twice before keeps doing so.
    const isMerged = present.has(name) && (name !== old || newNames.has(name));
    if (isMerged) {
      draft.note("MERGED", `replaceNeeded: ${name} was needed already, so two DT_NEEDED entries became one`);
      return [];
    }

    present.add(name);
    return [name === old ? e : { ...e, text: name }];
  });
  return files;
}

/** The new names of the files that are needed, by DT_NEEDED or by versions. Others are a note. */
function filesToRename(draft: DynamicDraft, renamed: Wishes["renamed"]): Map<string, string> {
  const versionFiles = new Set(draft.elf.versionNeeds.map((n) => n.file));
  const needed = new Set(draft.entries.filter(isNeeded).map((e) => draft.text(e)));

  const files = new Map<string, string>();
  for (const [old, name] of renamed) {
    const isThere = needed.has(old) || versionFiles.has(old);
    if (!isThere) {
      const hint = needed.has(name) ? ` (it needs ${name} already)` : "";
      draft.note("NOT_FOUND", `replaceNeeded: the file does not need ${old}${hint}`);
    } else if (name !== old) {
      files.set(old, name);
    }
  }
  return files;
}

function add(draft: DynamicDraft, { added, moved }: Wishes): void {
  const staying = draft.entries.filter((e) => !isNeeded(e) || !moved.has(draft.text(e)));
  const present = new Map(draft.entries.filter(isNeeded).map((e) => [draft.text(e), e]));

  const entriesFor = (name: string): DraftEntry[] => {
    const entry = present.get(name);
    if (!entry) return [{ tag: DT.NEEDED, value: 0n, text: name }];
    return moved.has(name) ? [entry] : [];
  };
  const names = [...added];
  const first = names.filter(([, isFirst]) => isFirst).flatMap(([name]) => entriesFor(name));
  const last = names.filter(([, isFirst]) => !isFirst).flatMap(([name]) => entriesFor(name));

  const [start, end] = neededRange(draft.entries, staying);
  draft.entries = [...staying.slice(0, start), ...first, ...staying.slice(start, end), ...last, ...staying.slice(end)];
}

/** Where the needed libraries stand among the entries that stay, from the first to behind the last. */
function neededRange(
  before: readonly DraftEntry[],
  staying: readonly DraftEntry[],
): readonly [start: number, end: number] {
  const isNeededAt = staying.map(isNeeded);
  const start = isNeededAt.indexOf(true);
  if (start >= 0) return [start, isNeededAt.lastIndexOf(true) + 1];

  // Where none stays, new ones take the place of the first that was there; where none was, first means before all.
  const place = before.findIndex(isNeeded);
  return place >= 0 ? [place, place] : [0, staying.length];
}

export const neededFamily: EditFamily<NeededEdit> = {
  name: "needed",
  order: 30,
  takes: [],

  contradicts(edits) {
    refuseContradictions(wishesOf(edits));
  },

  // Libraries go first, then they are renamed, then new ones come.
  apply(wish, edits) {
    const wishes = wishesOf(edits);
    const versions = versionsOf(wish);

    remove(wish.dynamic, versions, wishes.removed);
    const renamedFiles = rename(wish.dynamic, wishes.renamed);
    add(wish.dynamic, wishes);

    versions.renameFiles(renamedFiles);
    // Other edits of the same patch may remove the versions of a file that goes.
    wish.afterwards(() => {
      removeFiles(versions);
      needRelr(wish);
    });
  },
};

/** Makes the edits again from plain data. */
export const neededParsers: EditParsers<NeededEdit> = {
  replaceNeeded: (json) => replaceNeeded(json.record("names")),
  addNeeded: (json) => addNeeded(json.texts("names"), { first: json.flag("first"), move: json.flag("move") }),
  removeNeeded: (json) =>
    removeNeeded(json.texts("names"), { uses: json.choice("uses", ["drop", "weaken"], "refuse") }),
};

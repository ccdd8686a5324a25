import { fail } from "../error.js";
import type { DraftEntry, DynamicDraft } from "../rewrite/wish/dynamic-draft.js";
import { DT } from "../spec/dynamic.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { namePairs, type NamesThen, nonEmpty, optionsIn } from "./names.js";
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
 * What becomes of the versions that a removed library was to have: refused, forgotten, or forgotten and the symbols
 * made weak.
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
 * new one. Where the new name is needed already, both become one entry in the place of the first. A name that the file
 * does not need is a note in the result.
 *
 * @param names old name to new name, exact; all at once, so no new name may be another's old one. One pair may be
 *   given as two arguments
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

/** `BAD_EDIT` where a new name is another's old one. */
function refuseChains(names: Readonly<Record<string, string>>): void {
  for (const [old, name] of Object.entries(names)) {
    const isChain = name !== old && Object.hasOwn(names, name) && names[name] !== name;
    if (!isChain) continue;

    const message = `replaceNeeded: ${name} is a new name and an old one; the result would depend on the order`;
    fail("BAD_EDIT", message, { edit: "replaceNeeded" });
  }
}

/**
 * Adds needed libraries (DT_NEEDED; gABI, "Shared Object Dependencies") behind the last one, in the order given. ld.so
 * searches symbols in this order, so a library that shall win over others goes first. What is needed already, also by a
 * renaming of the same patch, is not added again.
 *
 * @param names one library, several, or a list; {@link AddNeededOptions} may follow
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [addNeeded("libtrace.so.1", { first: true })])
 */
export function addNeeded(...names: NamesThen<AddNeededOptions>): AddNeeded {
  const { first = false, move } = optionsIn(names);
  const added = nonEmpty(names, "addNeeded", "library");
  return made(neededFamily, { edit: "addNeeded", names: added, first, ...(move && { move: true as const }) });
}

/** Options of {@link addNeeded}. */
export interface AddNeededOptions {
  /** Before all others, still in the order given. */
  readonly first?: boolean | undefined;
  /** What is needed already goes to its new place. */
  readonly move?: boolean | undefined;
}

/**
 * Removes needed libraries, each DT_NEEDED of that name. While the file needs versions of a library it is refused, as
 * ld.so stops at versions of a file that is not needed ("Assertion `needed != NULL' failed"). Symbols without a version
 * name no library, so that nothing tells whether another one defines them.
 *
 * @param names one library, several, or a list; {@link RemoveNeededOptions} may follow
 * @throws ElfError `BAD_EDIT`; when applied, `STILL_NEEDED` with the versions and their symbols, `STATIC`, `LOADER`,
 *   `RELOCATABLE`, `UNSUPPORTED`
 * @example
 * patch(bytes, [removeNeeded("libdl.so.2", { uses: "drop" })]) // glibc 2.34 has it in libc.so.6
 */
export function removeNeeded(...names: NamesThen<RemoveNeededOptions>): RemoveNeeded {
  const { uses = "refuse" } = optionsIn(names);
  return made(neededFamily, { edit: "removeNeeded", names: nonEmpty(names, "removeNeeded", "library"), uses });
}

/** Options of {@link removeNeeded}. */
export interface RemoveNeededOptions {
  /**
   * `"drop"`: the version needs of the library go, and ld.so looks its symbols up in every library, without a version.
   * `"weaken"`: and the undefined ones become weak (STB_WEAK), so that the program starts where nobody defines them.
   */
  readonly uses?: "drop" | "weaken" | undefined;
}

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

function wishesOf(edits: readonly NeededEdit[]): Wishes {
  const renamed = new Map<string, string>();
  const removed = new Map<string, VersionUses>();
  const added = new Map<string, boolean>();
  const moved = new Set<string>();

  for (const e of edits) {
    const clash = (message: string) => fail("BAD_EDIT", `${e.edit}: ${message}`, { edit: e.edit });
    if (e.edit === "replaceNeeded") {
      for (const [old, name] of Object.entries(e.names)) {
        if ((renamed.get(old) ?? name) !== name) clash(`${old} shall become both ${renamed.get(old)} and ${name}`);
        renamed.set(old, name);
      }
    } else if (e.edit === "addNeeded") {
      for (const name of e.names) {
        if ((added.get(name) ?? e.first) !== e.first) clash(`${name} shall be both first and last`);
        added.set(name, e.first);
        if (e.move) moved.add(name);
      }
    } else {
      for (const name of e.names) {
        const uses = removed.get(name) ?? "refuse";
        if (uses !== "refuse" && e.uses !== "refuse" && uses !== e.uses) {
          clash(`the versions of ${name} shall be both dropped and weakened`);
        }
        removed.set(name, uses === "refuse" ? e.uses : uses);
      }
    }
  }

  return { renamed, removed, added, moved };
}

function refuseContradictions({ renamed, removed, added }: Wishes): void {
  refuseChains(Object.fromEntries(renamed));
  for (const [old, name] of renamed) {
    if (removed.has(old) || removed.has(name)) {
      fail(
        "BAD_EDIT",
        `removeNeeded: ${removed.has(old) ? old : name} shall go, and replaceNeeded renames ${old} to ${name}`,
        { edit: "removeNeeded" },
      );
    }
    if (old !== name && added.has(old)) {
      fail(
        "BAD_EDIT",
        `addNeeded: ${old} shall come, and replaceNeeded renames it to ${name}; the result would depend on the order`,
        { edit: "addNeeded" },
      );
    }
  }

  for (const name of added.keys()) {
    if (removed.has(name)) fail("BAD_EDIT", `addNeeded: ${name} shall both come and go`, { edit: "addNeeded" });
  }
}

function remove(draft: DynamicDraft, versions: VersionDraft, removed: Wishes["removed"]): void {
  const { versionNeeds } = draft.elf;
  for (const [name, uses] of removed) {
    if (
      !versionNeeds.some((n) => n.file === name) &&
      !draft.entries.some((e) => isNeeded(e) && draft.text(e) === name)
    ) {
      draft.note("NOT_FOUND", `removeNeeded: the file does not need ${name}`);
    }
    versions.removedFiles.set(name, uses);
  }

  draft.entries = draft.entries.filter((e) => !isNeeded(e) || !removed.has(draft.text(e)));
}

/** Also tells which files of the version needs take another name. */
function rename(draft: DynamicDraft, renamed: Wishes["renamed"]): Map<string, string> {
  const files = new Map<string, string>();
  const versionFiles = new Set(draft.elf.versionNeeds.map((n) => n.file));
  const needed = new Set(draft.entries.filter(isNeeded).map((e) => draft.text(e)));
  const present = new Set<string>();

  for (const [old, name] of renamed) {
    if (!needed.has(old) && !versionFiles.has(old)) {
      draft.note(
        "NOT_FOUND",
        `replaceNeeded: the file does not need ${old}${needed.has(name) ? ` (it needs ${name} already)` : ""}`,
      );
    } else if (name !== old) {
      files.set(old, name);
    }
  }

  if (files.size === 0) return files;

  draft.entries = draft.entries.flatMap((e) => {
    if (!isNeeded(e)) return [e];

    const old = draft.text(e);
    const name = renamed.get(old) ?? old;
    // Only a renaming makes two entries equal: a file that named a library twice before keeps doing so.
    if (present.has(name) && (name !== old || [...files.values()].includes(name))) {
      draft.note("MERGED", `replaceNeeded: ${name} was needed already, so two DT_NEEDED entries became one`);
      return [];
    }

    present.add(name);
    return [name === old ? e : { ...e, text: name }];
  });
  return files;
}

function add(draft: DynamicDraft, { added, moved }: Wishes): void {
  const others = draft.entries.filter((e) => !isNeeded(e) || !moved.has(draft.text(e)));
  const present = new Map(draft.entries.filter(isNeeded).map((e) => [draft.text(e), e]));
  const come = (first: boolean) =>
    [...added].flatMap(([name, f]): DraftEntry[] => {
      const is = present.get(name);
      return f !== first || (is && !moved.has(name)) ? [] : [is ?? { tag: DT.NEEDED, value: 0n, text: name }];
    });
  // Where none is left, the first takes the place of the first that was there.
  const was = draft.entries.findIndex(isNeeded);
  const at = Math.max(0, others.some(isNeeded) ? others.findIndex(isNeeded) : was);
  const last = others.reduce(
    (found, e, i) => (isNeeded(e) ? i : found),
    others.some(isNeeded) || was >= 0 ? at - 1 : others.length - 1,
  );
  draft.entries = [
    ...others.slice(0, at),
    ...come(true),
    ...others.slice(at, last + 1),
    ...come(false),
    ...others.slice(last + 1),
  ];
}

export const neededFamily: EditFamily<NeededEdit> = {
  name: "needed",
  order: 30,
  takes: [],

  contradicts(edits) {
    refuseContradictions(wishesOf(edits));
  },

  // What goes, then what is renamed, then what comes.
  apply(wish, edits) {
    const wishes = wishesOf(edits);
    const versions = versionsOf(wish);

    remove(wish.dynamic, versions, wishes.removed);
    const renamedFiles = rename(wish.dynamic, wishes.renamed);
    add(wish.dynamic, wishes);

    versions.renameFiles(renamedFiles);
    // Other edits of the same patch may leave no version of a file that goes.
    wish.afterwards(() => removeFiles(versions));
  },
};

/** Makes the edits again from plain data. */
export const neededParsers: EditParsers<NeededEdit> = {
  replaceNeeded: (json) => replaceNeeded(json.record("names")),
  addNeeded: (json) => addNeeded(json.texts("names"), { first: json.flag("first"), move: json.flag("move") }),
  removeNeeded: (json) =>
    removeNeeded(json.texts("names"), { uses: json.choice("uses", ["drop", "weaken"], "refuse") }),
};

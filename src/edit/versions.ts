import { fail } from "../error.js";
import { type EditFamily, type EditParsers, made } from "./family.js";
import { assertChoice, assertEditOptions, type NameArguments, type Names, nonEmpty, USES } from "./names.js";
import { applyVersions } from "./versions/apply.js";
import { refuseContradictions, refuseNewNames } from "./versions/contradictions.js";
import { needRelr } from "./versions/relr.js";
import type {
  AddVersionNeed,
  ClearSymbolVersion,
  RemoveVersionNeed,
  SetSymbolVersion,
  VersionEdit,
  WeakenVersionNeed,
} from "./versions/values.js";

const oneName = (name: string, edit: string, what: string): string => nonEmpty([name], edit, what)[0]!;

/**
 * Binds dynamic symbols to another version (LSB, "Symbol Versioning"). An undefined symbol, or one that a program has
 * only for its copy of a library's object, takes a version of a library, which is added to the version needs where it
 * is missing; a defined one takes a version that the file itself defines. A version need that no symbol uses any more
 * goes.
 *
 * @param symbols names; `memcpy@GLIBC_2.14` for the one of that version only
 * @param options `file`: the library, as DT_NEEDED names it; not needed where the symbol has a version of one already
 * @throws ElfError `BAD_EDIT`, also when applied: the file does not need the library, or it is not clear which library
 *   is meant; `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`, `UNSUPPORTED`
 * @example
 * patch(bytes, [setSymbolVersion("memcpy", "GLIBC_2.2.5")])
 */
export function setSymbolVersion(
  symbols: Names,
  version: string,
  options: { readonly file?: string | undefined } = {},
): SetSymbolVersion {
  const edit = "setSymbolVersion";
  assertEditOptions(edit, options, { file: true });
  const { file } = options;
  if (file === "") fail("BAD_EDIT", `${edit}: a library's name is empty`, { edit });
  return made(versionsFamily, {
    edit,
    symbols: nonEmpty([symbols], edit, "symbol"),
    version: oneName(version, edit, "version"),
    file: file ?? null,
  });
}

/**
 * Takes the version from dynamic symbols: an undefined symbol then binds to whatever version a library has, a defined
 * one has no version any more. A version need that no symbol uses any more goes.
 *
 * @param symbols names; `memcpy@GLIBC_2.14` for the one of that version only
 * @throws ElfError as {@link setSymbolVersion}
 * @example
 * patch(bytes, [clearSymbolVersion("memcpy")])
 */
export function clearSymbolVersion(...symbols: NameArguments): ClearSymbolVersion {
  const edit = "clearSymbolVersion";
  return made(versionsFamily, { edit, symbols: nonEmpty(symbols, edit, "symbol") });
}

/**
 * Adds a version to the needs of a library, and binds symbols to it. A file without versions (built for musl) gets
 * .gnu.version, .gnu.version_r and the tags that lead to them. A version that is needed already is not added again.
 *
 * @param file the library, as DT_NEEDED names it
 * @param options `symbols`: undefined symbols that shall have the version; `weak`: ld.so goes on where the library
 *   lacks it (VER_FLG_WEAK)
 * @throws ElfError as {@link setSymbolVersion}
 * @example
 * patch(bytes, [
 *   replaceNeeded({ "libc.musl-x86_64.so.1": "libc.so.6" }),
 *   addVersionNeed("libc.so.6", "GLIBC_2.3", { symbols: "realpath" }),
 * ])
 */
export function addVersionNeed(
  file: string,
  version: string,
  options: { readonly symbols?: Names | undefined; readonly weak?: boolean | undefined } = {},
): AddVersionNeed {
  const edit = "addVersionNeed";
  assertEditOptions(edit, options, { symbols: true, weak: true });
  const { symbols, weak = false } = options;

  return made(versionsFamily, {
    edit,
    file: oneName(file, edit, "library"),
    version: oneName(version, edit, "version"),
    symbols: symbols === undefined ? [] : nonEmpty([symbols], edit, "symbol"),
    weak,
  });
}

/**
 * Removes versions from the needs of a library. Refused while symbols use them, and where ld.so wants
 * GLIBC_ABI_DT_RELR beside DT_RELR.
 *
 * @param options `uses: "drop"`: those symbols lose the version; `uses: "weaken"`: they become weak as well (STB_WEAK),
 *   so that the program starts where no library defines them
 * @throws ElfError as {@link setSymbolVersion}; `STILL_NEEDED` with the versions and their symbols
 * @example
 * patch(bytes, [removeVersionNeed("libc.so.6", "GLIBC_2.36")])
 */
export function removeVersionNeed(
  file: string,
  versions: Names,
  options: { readonly uses?: "drop" | "weaken" | undefined } = {},
): RemoveVersionNeed {
  const edit = "removeVersionNeed";
  assertEditOptions(edit, options, { uses: true });
  const { uses } = options;
  assertChoice(edit, "uses", uses, USES);

  return made(versionsFamily, {
    edit,
    file: oneName(file, edit, "library"),
    versions: nonEmpty([versions], edit, "version"),
    uses: uses ?? "refuse",
  });
}

/**
 * Makes version needs weak (VER_FLG_WEAK): ld.so reports on stderr that the library lacks the version, and goes on. A
 * symbol of that version must then be found in another version or be weak itself, else the program stops at its first
 * use.
 *
 * @throws ElfError as {@link setSymbolVersion}
 * @example
 * patch(bytes, [weakenVersionNeed("libc.so.6", ["GLIBC_2.34", "GLIBC_2.36"])])
 */
export function weakenVersionNeed(file: string, versions: Names): WeakenVersionNeed {
  const edit = "weakenVersionNeed";
  return made(versionsFamily, {
    edit,
    file: oneName(file, edit, "library"),
    versions: nonEmpty([versions], edit, "version"),
  });
}

export const versionsFamily: EditFamily<VersionEdit> = {
  name: "versions",
  order: 70,
  takes: [],

  contradicts(edits, all) {
    refuseNewNames(edits, all);
    refuseContradictions(edits);
  },

  apply(wish, edits) {
    applyVersions(wish, edits);
    wish.afterwards(() => needRelr(wish));
  },
};

/** Makes the edits again from plain data. */
export const versionsParsers: EditParsers<VersionEdit> = {
  setSymbolVersion: (json) => {
    const file = json.optionalText("file");
    return setSymbolVersion(json.texts("symbols"), json.text("version"), { file });
  },
  clearSymbolVersion: (json) => clearSymbolVersion(json.texts("symbols")),
  addVersionNeed: (json) => {
    const all = json.texts("symbols");
    const symbols = all.length > 0 ? all : undefined;
    return addVersionNeed(json.text("file"), json.text("version"), { symbols, weak: json.flag("weak") });
  },
  removeVersionNeed: (json) => {
    const uses = json.choice("uses", ["drop", "weaken"], "refuse");
    return removeVersionNeed(json.text("file"), json.texts("versions"), { uses });
  },
  weakenVersionNeed: (json) => weakenVersionNeed(json.text("file"), json.texts("versions")),
};

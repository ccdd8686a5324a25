import { fail } from "../error.js";
import { DT_RPATH, DT_RUNPATH } from "../spec/dynamic.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";

/** See {@link removeRunpath}, {@link convertToRunpath}, {@link convertToRpath}. */
export interface RunpathTagEdit extends Edit {
  readonly edit: "removeRunpath" | "convertToRunpath" | "convertToRpath";
}

/**
 * Removes the search path, DT_RUNPATH and DT_RPATH both.
 *
 * @example
 * patch(bytes, [removeRunpath()])
 */
export const removeRunpath = (): RunpathTagEdit => made(runpathTagFamily, { edit: "removeRunpath" });

/**
 * Makes a DT_RPATH a DT_RUNPATH and leaves its directories as they are: only the tag changes. ld.so then searches it
 * behind LD_LIBRARY_PATH, and no longer for the libraries of libraries (ld.so(8), "DT_RUNPATH"). A DT_RPATH beside a
 * DT_RUNPATH stays, since ld.so ignores it. No DT_RPATH is a note in the result.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`
 * @example
 * patch(bytes, [convertToRunpath()])
 */
export const convertToRunpath = (): RunpathTagEdit => made(runpathTagFamily, { edit: "convertToRunpath" });

/**
 * {@link convertToRunpath} the other way: a DT_RUNPATH becomes DT_RPATH, and with both, ld.so's DT_RUNPATH takes the
 * place of the DT_RPATH that it ignored.
 *
 * @example
 * patch(bytes, [convertToRpath()])
 */
export const convertToRpath = (): RunpathTagEdit => made(runpathTagFamily, { edit: "convertToRpath" });

/** Edits after which the file has one of the tags, or no search path at all. */
const RESULT = {
  setRunpath: "DT_RUNPATH",
  addRunpath: "DT_RUNPATH",
  convertToRunpath: "DT_RUNPATH",
  setRpath: "DT_RPATH",
  addRpath: "DT_RPATH",
  convertToRpath: "DT_RPATH",
  removeRunpath: "none",
} as const;

const isKnown = (edit: string): edit is keyof typeof RESULT => Object.hasOwn(RESULT, edit);

export const runpathTagFamily: EditFamily<RunpathTagEdit> = {
  name: "runpath-tag",
  order: 21,
  takes: [],

  contradicts(_, all) {
    const names = all.map((e) => e.edit).filter(isKnown);
    const [first] = names;
    const other = names.find((name) => RESULT[name] !== RESULT[first!]);
    if (other) fail("BAD_EDIT", `${first} and ${other} contradict each other`, { edit: other });
  },

  // The path is as the edits of its directories left it.
  apply({ dynamic: draft }, edits) {
    const result = RESULT[edits[0]!.edit];
    const current = draft.searchPath;
    if (!current) return draft.noteMissing(edits, "neither DT_RUNPATH nor DT_RPATH");
    if (result === "none") return draft.setSearchPath(undefined);

    const tag = result === "DT_RPATH" ? DT_RPATH : DT_RUNPATH;
    const isUntouched = current.text === undefined && current.was?.tag === current.tag;
    if (current.tag !== tag) draft.setSearchPath({ ...current, tag });
    else if (isUntouched) draft.note("NOT_FOUND", `${edits[0]!.edit}: the search path is ${result} already`);
  },
};

/** Makes the edits again from plain data. */
export const runpathTagParsers: EditParsers<RunpathTagEdit> = {
  removeRunpath: () => removeRunpath(),
  convertToRunpath: () => convertToRunpath(),
  convertToRpath: () => convertToRpath(),
};

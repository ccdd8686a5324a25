import { fail } from "../error.js";
import { DT } from "../spec/dynamic.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";

/** See {@link addDebugTag} and {@link removeDebugTag}. */
export interface DebugTagEdit extends Edit {
  readonly edit: "addDebugTag" | "removeDebugTag";
}

/**
 * Adds DT_DEBUG, where ld.so leaves the address of its list of libraries for debuggers (gABI, "Dynamic Section"). Only
 * that of the program is used. A file that has one stays as it is.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [addDebugTag()])
 */
export const addDebugTag = (): DebugTagEdit => made(debugTagFamily, { edit: "addDebugTag" });

/**
 * Removes DT_DEBUG; debuggers then cannot see the program's libraries.
 *
 * @example
 * patch(bytes, [removeDebugTag()])
 */
export const removeDebugTag = (): DebugTagEdit => made(debugTagFamily, { edit: "removeDebugTag" });

export const debugTagFamily: EditFamily<DebugTagEdit> = {
  name: "debug-tag",
  order: 60,
  takes: [],

  contradicts([first, ...rest]) {
    const isOther = rest.some((e) => e.edit !== first!.edit);
    if (isOther) fail("BAD_EDIT", "addDebugTag and removeDebugTag contradict each other", { edit: "addDebugTag" });
  },

  apply({ dynamic }, [first]) {
    const isThere = dynamic.entries.some((e) => e.tag === DT.DEBUG);

    if (first!.edit === "addDebugTag") {
      if (!isThere) dynamic.entries.push({ tag: DT.DEBUG, value: 0n });
      return;
    }

    if (!isThere) dynamic.note("NOT_FOUND", "removeDebugTag: the file has no DT_DEBUG");
    dynamic.entries = dynamic.entries.filter((e) => e.tag !== DT.DEBUG);
  },
};

/** Makes the edits again from plain data. */
export const debugTagParsers: EditParsers<DebugTagEdit> = {
  addDebugTag: () => addDebugTag(),
  removeDebugTag: () => removeDebugTag(),
};

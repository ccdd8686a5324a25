import { fail } from "../error.js";
import { DT } from "../spec/dynamic.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { shown } from "./json-edit.js";

/** See {@link setSoname} and {@link removeSoname}. */
export type SonameEdit = Edit &
  ({ readonly edit: "setSoname"; readonly name: string } | { readonly edit: "removeSoname" });

/**
 * Sets the name by which other files need this library (DT_SONAME; gABI, "Shared Object Dependencies"). The base
 * definition of its versions keeps the old name, which no loader looks at.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [setSoname("libfoo.so.2")])
 */
export function setSoname(name: string): SonameEdit {
  if (typeof name !== "string") fail("BAD_EDIT", `setSoname: ${shown(name)} is no name`, { edit: "setSoname" });
  if (name === "") {
    fail("BAD_EDIT", "setSoname: the name is empty; removeSoname() takes it away", { edit: "setSoname" });
  }
  return made(sonameFamily, { edit: "setSoname", name });
}

/**
 * Removes DT_SONAME: programs linked with the library will need it by the name of its file.
 *
 * @example
 * patch(bytes, [removeSoname()])
 */
export const removeSoname = (): SonameEdit => made(sonameFamily, { edit: "removeSoname" });

/** The name that an edit wants; undefined where DT_SONAME shall go. */
const wantedName = (e: SonameEdit): string | undefined => (e.edit === "setSoname" ? e.name : undefined);

export const sonameFamily: EditFamily<SonameEdit> = {
  name: "soname",
  order: 40,
  takes: [],

  contradicts(edits) {
    const names = new Set(edits.map(wantedName));
    if (names.size < 2) return;

    const quoted = [...names].flatMap((n) => (n === undefined ? [] : [JSON.stringify(n)]));
    const message = names.has(undefined)
      ? "setSoname and removeSoname contradict each other"
      : `setSoname is given ${quoted.join(" and ")}`;
    fail("BAD_EDIT", message, { edit: "setSoname" });
  },

  apply({ dynamic }, [first]) {
    const name = wantedName(first!);
    const isThere = dynamic.entries.some((e) => e.tag === DT.SONAME);

    if (name === undefined) {
      if (!isThere) dynamic.note("NOT_FOUND", "removeSoname: the file has no DT_SONAME");
      dynamic.entries = dynamic.entries.filter((e) => e.tag !== DT.SONAME);
    } else if (isThere) {
      dynamic.entries = dynamic.entries.map((e) => (e.tag === DT.SONAME ? { ...e, text: name } : e));
    } else {
      dynamic.entries.push({ tag: DT.SONAME, value: 0n, text: name });
    }
  },
};

/** Makes the edits again from plain data. */
export const sonameParsers: EditParsers<SonameEdit> = {
  setSoname: (json) => setSoname(json.text("name")),
  removeSoname: () => removeSoname(),
};

import { fail } from "../error.js";
import { DT } from "../spec/dynamic.js";
import type { DynamicDraft } from "../rewrite/wish/dynamic-draft.js";

/** See {@link setSoname} and {@link removeSoname}. */
export type SonameEdit = { readonly edit: "setSoname"; readonly name: string } | { readonly edit: "removeSoname" };

/**
 * Sets the name by which others need this library (DT_SONAME; gABI, "Shared Object Dependencies"). The versions that it
 * defines keep the name of their base definition, which no loader looks at.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [setSoname("libfoo.so.2")])
 */
export function setSoname(name: string): SonameEdit {
  if (name === "") fail("BAD_EDIT", "setSoname: the name is empty; removeSoname() takes it away", { edit: "setSoname" });
  return { edit: "setSoname", name };
}

/**
 * Removes DT_SONAME: programs linked with the library will need it by the name of its file.
 *
 * @example
 * patch(bytes, [removeSoname()])
 */
export const removeSoname = (): SonameEdit => ({ edit: "removeSoname" });

/** Applies the edits of this family, which must agree. */
export function applySoname(draft: DynamicDraft, edits: readonly SonameEdit[]): void {
  if (edits.length === 0) return;
  const names = new Set(edits.map((e) => (e.edit === "setSoname" ? e.name : undefined)));
  if (names.size > 1) {
    const quoted = [...names].flatMap((n) => (n === undefined ? [] : [JSON.stringify(n)]));
    fail("BAD_EDIT", names.has(undefined) ? "setSoname and removeSoname contradict each other" : `setSoname is given ${quoted.join(" and ")}`, { edit: "setSoname" });
  }
  const [name] = names, found = draft.entries.some((e) => e.tag === DT.SONAME);
  if (name === undefined) {
    if (!found) draft.note("NOT_FOUND", "removeSoname: the file has no DT_SONAME");
    draft.entries = draft.entries.filter((e) => e.tag !== DT.SONAME);
  } else if (found) draft.entries = draft.entries.map((e) => (e.tag === DT.SONAME ? { ...e, text: name } : e));
  else draft.entries.push({ tag: DT.SONAME, value: 0n, text: name });
}

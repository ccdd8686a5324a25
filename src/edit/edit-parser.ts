import { fail } from "../error.js";
import type { EditFamily } from "./family.js";
import { JsonEdit, shown } from "./json-edit.js";

/** The edits of any of these families. */
type EditOf<F> = F extends EditFamily<infer E> ? E : never;

/** Makes edits of these families again from plain data. See `parseEdit` of the main entry. */
export function editParser<F extends EditFamily>(families: readonly F[]): (json: unknown) => EditOf<F> {
  const makers = new Map(families.flatMap((f) => Object.entries(f.parse)));

  return (json) => {
    const fields = typeof json === "object" && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
    const name = fields["edit"];
    const make = typeof name === "string" ? makers.get(name) : undefined;
    if (!make) {
      return fail("BAD_EDIT", `parseEdit: ${shown(json)} is no edit: no function of elfwright makes it`, {
        edit: String(name),
      });
    }

    const reader = new JsonEdit(name as string, fields);
    const edit = make(reader);
    reader.end();
    return edit as EditOf<F>;
  };
}

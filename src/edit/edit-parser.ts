import { fail } from "../error.js";
import type { Edit } from "./family.js";
import { JsonEdit, shown } from "./json-edit.js";

/** Functions that make edits again from plain data, by the names of the edits. */
type Parsers = Readonly<Record<string, (json: JsonEdit) => Edit>>;

/** The edits that these make. */
type ParsedBy<P> = P extends Parsers ? ReturnType<P[keyof P]> : never;

/** Makes edits of several families again from plain data. See `parseEdit` of the main entry. */
export function editParser<P extends Parsers>(families: readonly P[]): (json: unknown) => ParsedBy<P> {
  const makers = new Map(families.flatMap((parsers) => Object.entries(parsers)));

  return (json) => {
    const fields = typeof json === "object" && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
    const name = fields["edit"];
    const make = typeof name === "string" ? makers.get(name) : undefined;
    if (!make) {
      return fail("BAD_EDIT", `parseEdit: no function of elfwright makes ${shown(json)}${hintFor(json)}`, {
        edit: String(name),
      });
    }

    const reader = new JsonEdit(name as string, fields);
    const edit = make(reader);
    reader.end();
    return edit as ParsedBy<P>;
  };
}

/** What to do with a list of edits, or with the text of one. */
function hintFor(json: unknown): string {
  if (Array.isArray(json)) return "; a list is taken edit by edit, list.map(parseEdit)";
  return typeof json === "string" ? "; a text is parsed first, parseEdit(JSON.parse(text))" : "";
}

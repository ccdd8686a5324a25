import { fail } from "../error.js";
import type { SetInterpreter } from "../edit/interpreter.js";
import type { ReplaceNeeded } from "../edit/needed.js";
import type { RunpathEdit } from "../edit/runpath.js";
import type { StripEdit } from "../strip/strip.js";

/** What can be asked for: a plain value, printable as JSON, made by the function of the same name. */
export type Edit = SetInterpreter | RunpathEdit | ReplaceNeeded | StripEdit;

/** The edits by family, each in the order given: the order between families never matters. */
export interface EditFamilies {
  readonly interpreter: SetInterpreter[];
  readonly runpath: RunpathEdit[];
  readonly needed: ReplaceNeeded[];
  readonly strip: StripEdit[];
}

/** Sorts the edits into families. `BAD_EDIT` for a value that no edit function made. */
export function byFamily(edits: readonly Edit[]): EditFamilies {
  const f: EditFamilies = { interpreter: [], runpath: [], needed: [], strip: [] };
  for (const e of edits)
    switch (e.edit) {
      case "setInterpreter":
        f.interpreter.push(e);
        break;
      case "setRunpath":
      case "setRpath":
      case "addRunpath":
      case "addRpath":
      case "removeRunpath":
        f.runpath.push(e);
        break;
      case "replaceNeeded":
        f.needed.push(e);
        break;
      case "stripUnneeded":
      case "removeSections":
        f.strip.push(e);
        break;
      default:
        fail("BAD_EDIT", `${JSON.stringify(e)} is no edit; make edits with setInterpreter(), setRunpath(), replaceNeeded() …`, { edit: String((e as { edit?: unknown }).edit) });
    }
  return f;
}

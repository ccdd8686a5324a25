import { fail } from "../error.js";
import { PF, PT } from "../spec/constants.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { ANY_PROGRAM } from "./kinds.js";
import { shown } from "./json-edit.js";

/** See {@link setExecstack}. */
export interface SetExecstack extends Edit {
  readonly edit: "setExecstack";
  readonly executable: boolean;
}

/**
 * Says whether the stack shall be executable: p_flags of PT_GNU_STACK, RWX or RW. The kernel looks at the program,
 * ld.so at each library, and a single file that asks for it makes every stack of the process executable.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `RELOCATABLE`, `UNSUPPORTED`, `NO_ROOM`
 * @example
 * patch(bytes, [setExecstack(false)])
 */
export function setExecstack(executable: boolean): SetExecstack {
  if (typeof executable !== "boolean") {
    fail("BAD_EDIT", `setExecstack: ${shown(executable)} is neither true nor false`, { edit: "setExecstack" });
  }
  return made(execstackFamily, { edit: "setExecstack", executable });
}

export const execstackFamily: EditFamily<SetExecstack> = {
  name: "execstack",
  order: 90,
  takes: ANY_PROGRAM,

  contradicts([first, ...rest]) {
    const isOther = rest.some((e) => e.executable !== first!.executable);
    if (isOther) fail("BAD_EDIT", "setExecstack is given both true and false", { edit: "setExecstack" });
  },

  apply({ elf, segments }, [first]) {
    const flags = PF.R | PF.W | (first!.executable ? PF.X : 0);
    const now = elf.segments.filter((s) => s.type === PT.GNU_STACK);
    if (now.length > 0 && now.every((s) => s.flags === flags)) return;

    // GNU ld gives a new one this p_align.
    segments.push({ type: PT.GNU_STACK, fields: { flags }, added: { align: 16 } });
  },
};

/** Makes the edits again from plain data. */
export const execstackParsers: EditParsers<SetExecstack> = {
  setExecstack: (json) => setExecstack(json.flag("executable")),
};

import { cString, encodeText, equalBytes } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import { PT } from "../spec/constants.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { shown } from "./json-edit.js";

/** Linux refuses a PT_INTERP above PATH_MAX, which counts the NUL (binfmt_elf). */
const PATH_MAX = 4096;

/** See {@link setInterpreter}. */
export interface SetInterpreter extends Edit {
  readonly edit: "setInterpreter";
  readonly path: string;
}

/**
 * Sets the path of the dynamic loader (PT_INTERP; gABI, "Program Interpreter").
 *
 * @param path an absolute path, e.g. `/lib64/ld-linux-x86-64.so.2`; 1 to 4095 bytes, no NUL
 * @throws ElfError `BAD_EDIT`; when applied, `NO_INTERPRETER` where the file has no PT_INTERP
 * @example
 * patch(bytes, [setInterpreter("/lib64/ld-linux-x86-64.so.2")])
 */
export function setInterpreter(path: string): SetInterpreter {
  const edit = "setInterpreter";
  if (typeof path !== "string") fail("BAD_EDIT", `${edit}: ${shown(path)} is no path`, { edit });
  if (path === "") {
    fail("BAD_EDIT", "setInterpreter: the path is empty, so the kernel could not start the program", {
      edit: "setInterpreter",
    });
  }

  const bytes = encodeText(path).length;
  if (bytes >= PATH_MAX) {
    fail("BAD_EDIT", `setInterpreter: the path has ${bytes} bytes, the kernel takes ${PATH_MAX - 1} at most`, {
      edit: "setInterpreter",
    });
  }

  return made(interpreterFamily, { edit: "setInterpreter", path });
}

export const interpreterFamily: EditFamily<SetInterpreter> = {
  name: "interpreter",
  order: 10,
  takes: ["static", "no-dynamic"],

  requires({ interpreter, linkage, header }) {
    if (interpreter !== null) return;

    const why = linkage === "shared-library" ? "a shared library is loaded by a program's loader" : linkage;
    fail("NO_INTERPRETER", `the file has no PT_INTERP (${why}), so there is no interpreter to set`, {
      type: header.type,
    });
  },

  contradicts([first, ...rest]) {
    const other = rest.find((e) => e.path !== first!.path);
    if (other) {
      fail("BAD_EDIT", `setInterpreter is given both ${first!.path} and ${other.path}`, { edit: "setInterpreter" });
    }
  },

  apply(wish, [first]) {
    const { source, segments } = wish.elf;
    const segment = segments.find((s) => s.type === PT.INTERP)!;
    const current = readExactly(source, segment.offset, segment.filesz, "PT_INTERP");
    const end = current.indexOf(0) + 1;

    const wanted = cString(first!.path, "setInterpreter");
    if (!equalBytes(current.subarray(0, end), wanted)) wish.interpreter = wanted;
  },
};

/** Makes the edits again from plain data. */
export const interpreterParsers: EditParsers<SetInterpreter> = {
  setInterpreter: (json) => setInterpreter(json.text("path")),
};

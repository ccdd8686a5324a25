import { encodeText } from "../codec/bytes.js";
import { fail } from "../error.js";

/** Linux refuses a PT_INTERP above PATH_MAX, which counts the NUL (binfmt_elf). */
const PATH_MAX = 4096;

/** See {@link setInterpreter}. */
export interface SetInterpreter {
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
  if (path === "") fail("BAD_EDIT", "setInterpreter: the path is empty, so the kernel could not start the program", { edit: "setInterpreter" });
  const bytes = encodeText(path).length;
  if (bytes >= PATH_MAX) fail("BAD_EDIT", `setInterpreter: the path has ${bytes} bytes, the kernel takes ${PATH_MAX - 1} at most`, { edit: "setInterpreter" });
  return { edit: "setInterpreter", path };
}

/** The one path that these edits agree on, or undefined. `BAD_EDIT` where they contradict each other. */
export function wantedInterpreter(edits: readonly SetInterpreter[]): string | undefined {
  const [first, ...rest] = edits;
  const other = rest.find((e) => e.path !== first!.path);
  if (other) fail("BAD_EDIT", `setInterpreter is given both ${first!.path} and ${other.path}`, { edit: "setInterpreter" });
  return first?.path;
}

import { fail } from "../error.js";

/** Names of libraries, at least one and none empty. `BAD_EDIT`. */
export function libraries(name: string | readonly string[], edit: string): string[] {
  const names = typeof name === "string" ? [name] : [...name];
  if (names.length === 0) fail("BAD_EDIT", `${edit}: no library is given`, { edit });
  if (names.includes("")) fail("BAD_EDIT", `${edit}: a library's name is empty`, { edit });
  return names;
}

import type { ProgramDifference } from "./difference.js";

/** Tags whose values only tell a loader how to go about it. */
const FLAGS: readonly string[] = [
  "DT_FLAGS",
  "DT_FLAGS_1",
  "DT_DEBUG",
  "DT_BIND_NOW",
  "DT_SYMBOLIC",
  "DT_TEXTREL",
  "DT_CHECKSUM",
];

/** What another value means where nobody says of itself what it wanted. */
export function judgedValue(difference: ProgramDifference): ProgramDifference {
  const { part, at } = difference;
  if (part === "dynamic" && FLAGS.includes(at)) return { ...difference, kind: "edit" };
  if (at === "PT_PAX_FLAGS") return { ...difference, kind: "edit" };
  // x86 and AArch64 take from it what the program is hardened by, and run it all the same.
  return at === "PT_GNU_PROPERTY" ? { ...difference, kind: "risk", part: "notes" } : difference;
}

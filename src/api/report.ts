// A file, and the differences between two, as plain data.

export { describeElf } from "../report/describe.js";
export type { ElfDescription } from "../report/description.js";
export { diffElf, type Change, type DiffOptions } from "../report/diff.js";

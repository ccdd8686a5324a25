// A file, and the difference of two, as plain data.

export { describeElf } from "../report/describe.js";
export type { ElfDescription } from "../report/description.js";
export { diffElf, type Change, type DiffOptions } from "../report/diff.js";

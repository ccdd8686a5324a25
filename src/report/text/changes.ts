import { hex } from "../../error.js";
import type { Change, ChangeValue } from "../change.js";
import { lines, NUMERIC, quote, safe } from "./print.js";

/** Numbers that count something; all others are addresses, offsets and flags. */
const COUNTED: readonly string[] = ["size", "symbols", "dynamicSymbols", "overlay"];
const COUNTED_ALWAYS: readonly string[] = ["relocations", "notes"];
const COUNTED_FIELDS: readonly string[] = ["phnum", "shnum", "shstrndx", "index", "link", "info", "abiVersion"];

/** Paths and names out of the file, which may hold anything; the other texts are constants by name. */
const isText = (c: Change): boolean =>
  c.at === "interpreter" ||
  (c.at === "dynamic" && !c.tag?.startsWith("DT_FLAGS")) ||
  (c.at === "versionNeeds" && c.file === undefined) ||
  (c.at === "dynamicSymbols" && c.field === undefined);

function changeValue(c: Change, value: ChangeValue): string {
  if (typeof value === "number") {
    const counted =
      COUNTED_ALWAYS.includes(c.at) ||
      (c.field === undefined ? COUNTED.includes(c.at) : COUNTED_FIELDS.includes(c.field));
    return counted ? String(value) : hex(value);
  }
  if (typeof value !== "string") return String(value);
  return isText(c) && !NUMERIC.test(value) ? quote(value) : safe(value.trimEnd());
}

function changeLine(c: Change): string {
  const subject = [
    c.member === undefined ? undefined : `${safe(c.member)}:`,
    c.at,
    c.file === undefined ? undefined : safe(c.file),
    c.tag,
    c.name === undefined ? undefined : safe(c.name) + (c.occurrence ? ` [${c.occurrence}]` : ""),
    c.field === undefined ? undefined : safe(c.field),
  ]
    .filter((s) => s !== undefined)
    .join(" ");
  if (c.from === null) return `+ ${subject}: ${changeValue(c, c.to)}`;
  if (c.to === null) return `- ${subject}: ${changeValue(c, c.from)}`;

  return `  ${subject}: ${changeValue(c, c.from)} -> ${changeValue(c, c.to)}`;
}

/** One line a change: `+` came, `-` went, others say from what to what. Empty for no change. */
export const formatChanges = (changes: readonly Change[]): string => lines(changes.map(changeLine));

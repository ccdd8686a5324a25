import { hex } from "../../error.js";
import type { Change, ChangeValue } from "../change.js";
import { lines, NUMERIC, quote, safe } from "./print.js";

/** Numbers that count something are decimal; all others are addresses, offsets and flags. */
const COUNTED: readonly string[] = ["size", "symbols", "dynamicSymbols", "overlay"];
const COUNTED_ALWAYS: readonly string[] = ["relocations", "notes"];
const COUNTED_FIELDS: readonly string[] = ["phnum", "shnum", "shstrndx", "index", "link", "info", "abiVersion"];

function isCounted({ at, field }: Change): boolean {
  if (COUNTED_ALWAYS.includes(at)) return true;
  return field === undefined ? COUNTED.includes(at) : COUNTED_FIELDS.includes(field);
}

/** Tells whether the values are paths and names of the file, which may hold anything. Other texts are constants. */
const isText = (c: Change): boolean =>
  c.at === "interpreter" ||
  (c.at === "dynamic" && !c.tag?.startsWith("DT_FLAGS")) ||
  (c.at === "versionNeeds" && c.file === undefined) ||
  (c.at === "dynamicSymbols" && c.field === undefined);

function changeValue(c: Change, value: ChangeValue): string {
  if (typeof value === "number") return isCounted(c) ? String(value) : hex(value);
  if (typeof value !== "string") return String(value);
  return isText(c) && !NUMERIC.test(value) ? quote(value) : safe(value.trimEnd());
}

function changeLine(c: Change): string {
  const words: string[] = [];
  if (c.member !== undefined) words.push(`${safe(c.member)}:`);
  words.push(c.at);
  if (c.file !== undefined) words.push(safe(c.file));
  if (c.tag !== undefined) words.push(c.tag);
  if (c.name !== undefined) words.push(safe(c.name) + (c.occurrence ? ` [${c.occurrence}]` : ""));
  if (c.field !== undefined) words.push(safe(c.field));
  const subject = words.join(" ");

  if (c.from === null) return `+ ${subject}: ${changeValue(c, c.to)}`;
  if (c.to === null) return `- ${subject}: ${changeValue(c, c.from)}`;
  return `  ${subject}: ${changeValue(c, c.from)} -> ${changeValue(c, c.to)}`;
}

/** Prints a line for each change: `+` came, `-` went, others say from what to what. Empty for no change. */
export const formatChanges = (changes: readonly Change[]): string => lines(changes.map(changeLine));

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
const isText = (change: Change): boolean =>
  change.at === "interpreter" ||
  (change.at === "dynamic" && !change.tag?.startsWith("DT_FLAGS")) ||
  (change.at === "versionNeeds" && change.file === undefined) ||
  (change.at === "dynamicSymbols" && change.field === undefined);

function changeValue(change: Change, value: ChangeValue): string {
  if (typeof value === "number") return isCounted(change) ? String(value) : hex(value);
  if (typeof value !== "string") return String(value);
  return isText(change) && !NUMERIC.test(value) ? quote(value) : safe(value.trimEnd());
}

function changeLine(change: Change): string {
  const words: string[] = [];
  if (change.member !== undefined) words.push(`${safe(change.member)}:`);
  words.push(change.at);
  if (change.file !== undefined) words.push(safe(change.file));
  if (change.tag !== undefined) words.push(change.tag);
  if (change.name !== undefined) words.push(safe(change.name) + (change.occurrence ? ` [${change.occurrence}]` : ""));
  if (change.field !== undefined) words.push(safe(change.field));
  const subject = words.join(" ");

  if (change.from === null) return `+ ${subject}: ${changeValue(change, change.to)}`;
  if (change.to === null) return `- ${subject}: ${changeValue(change, change.from)}`;
  return `  ${subject}: ${changeValue(change, change.from)} -> ${changeValue(change, change.to)}`;
}

/** Prints a line for each change: `+` came, `-` went, others say from what to what. Empty for no change. */
export const formatChanges = (changes: readonly Change[]): string => lines(changes.map(changeLine));

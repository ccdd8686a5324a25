import type { LayoutMap, MapMarker } from "./model.js";
import { hexOf, letters, printable, sizeOf } from "./words.js";

/**
 * The memory that a program header lies over. PT_TLS is a model of which each thread gets a copy: only its file bytes
 * are where it says.
 */
export function markerSpan({ type, address, filesz, memsz }: MapMarker): { start: bigint; end: bigint } {
  const start = BigInt(address);
  return { start, end: start + BigInt(type === "PT_TLS" ? filesz : memsz) };
}

/** One line about the file. */
export function summary({ file, pageSize }: LayoutMap): string {
  const elfClass = file.class.replace("CLASS", "");
  const machine = file.machine.replace(/^[A-Z]+_/, "");
  const words = [`${elfClass} ${file.byteOrder}-endian ${machine}`];
  words.push(file.linkage ? `${file.type} (${file.linkage})` : file.type);
  words.push(sizeOf(file.size));
  if (file.entry) words.push(`entry ${hexOf(file.entry)}`);
  if (pageSize !== null) words.push(`pages of ${pageSize >> 10} KiB`);
  return words.join(", ");
}

const MOST_NAMES = 40;
const MOST_PROBLEMS = 5;

/** What the columns do not show, one paragraph each. */
export function remarks({ unplaced, problems }: LayoutMap, others: readonly MapMarker[]): string[] {
  const headers = others.map(headerText);
  const empty = unplaced.filter((section) => section.size === 0).map(({ label }) => printable(label));
  const roomless = unplaced
    .filter((section) => section.size !== 0)
    .map(({ label, size }) => `${printable(label)} (${sizeOf(size)})`);

  const out: string[] = [];
  if (headers.length > 0) out.push(`Without memory of their own: ${listText(headers)}`);
  if (roomless.length > 0) out.push(`Sections that take no room here: ${listText(roomless)}`);
  if (empty.length > 0) out.push(`Empty sections: ${listText(empty)}`);
  for (const problem of problems.slice(0, MOST_PROBLEMS)) out.push(`Problem: ${printable(problem)}`);
  if (problems.length > MOST_PROBLEMS) out.push(`and ${problems.length - MOST_PROBLEMS} more problems`);
  return out;
}

function headerText({ type, flags, offset, filesz, marks }: MapMarker): string {
  const words = [type, letters(flags), ...marks].filter((word) => word !== "-");
  if (Number(filesz) > 0) words.push(`(file ${hexOf(offset)}, ${sizeOf(filesz)})`);
  return words.join(" ");
}

function listText(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

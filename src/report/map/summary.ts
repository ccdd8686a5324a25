import type { LayoutMap, MapMarker } from "./model.js";
import { hexOf, letters, printable, sizeOf } from "./words.js";

/**
 * The memory that a program header lies over. PT_TLS is a model of which each thread gets a copy: only its file bytes
 * are where it says.
 */
export const spanOf = (m: MapMarker): { start: bigint; end: bigint } => ({
  start: BigInt(m.address),
  end: BigInt(m.address) + BigInt(m.type === "PT_TLS" ? m.filesz : m.memsz),
});

/** One line about the file. */
export function summary({ file: f, pageSize }: LayoutMap): string {
  const name = (s: string) => s.replace(/^[A-Z]+_/, "");
  return [
    `${f.class.replace("CLASS", "")} ${f.byteOrder}-endian ${name(f.machine)}`,
    f.type + (f.linkage ? ` (${f.linkage})` : ""),
    sizeOf(f.size),
    ...(f.entry ? [`entry ${hexOf(f.entry)}`] : []),
    ...(pageSize === null ? [] : [`pages of ${pageSize >> 10} KiB`]),
  ].join(", ");
}

const MOST_NAMES = 40;
const MOST_PROBLEMS = 5;

const list = (names: readonly string[], most: number): string =>
  names.slice(0, most).join(", ") + (names.length > most ? ` and ${names.length - most} more` : "");

/** What the columns do not show, one paragraph each. */
export function remarks({ unplaced, problems }: LayoutMap, others: readonly MapMarker[]): string[] {
  const empty = unplaced.filter((u) => u.size === 0).map((u) => printable(u.label));
  const rest = unplaced.filter((u) => u.size !== 0).map((u) => `${printable(u.label)} (${sizeOf(u.size)})`);
  const headers = others.map(
    (m) =>
      `${[m.type, letters(m.flags), ...m.marks].filter((w) => w !== "-").join(" ")}${Number(m.filesz) > 0 ? ` (file ${hexOf(m.offset)}, ${sizeOf(m.filesz)})` : ""}`,
  );

  return [
    ...(headers.length > 0 ? [`Without memory of their own: ${list(headers, MOST_NAMES)}`] : []),
    ...(rest.length > 0 ? [`Sections that take no room here: ${list(rest, MOST_NAMES)}`] : []),
    ...(empty.length > 0 ? [`Empty sections: ${list(empty, MOST_NAMES)}`] : []),
    ...problems.slice(0, MOST_PROBLEMS).map((p) => `Problem: ${printable(p)}`),
    ...(problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more problems`] : []),
  ];
}

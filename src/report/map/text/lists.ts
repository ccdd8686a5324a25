import type { MapComparison } from "../compare.js";
import type { LayoutMap, MapMarker, MapPart } from "../model.js";
import { hexOf, letters, printable, sizeOf } from "../words.js";
import type { Lanes } from "./lanes.js";

const rangeOf = (start: MapPart["address"], size: MapPart["size"]): string =>
  Number(size) === 0 ? "" : `${hexOf(start!)}..0x${(BigInt(start!) + BigInt(size) - 1n).toString(16)}`;

const MOST = 40;
const more = (n: number): string[] => (n > MOST ? [`  and ${n - MOST} more`] : []);

/** The program headers that are no PT_LOAD, with the letters of their lanes. */
export function headerList(markers: readonly MapMarker[], lanes: Lanes): string[] {
  const width = markers.slice(0, MOST).reduce((w, m) => Math.max(w, m.type.length), 0);
  const line = (m: MapMarker) =>
    `  ${lanes.letters.get(m) ?? " "} ${m.type.padEnd(width)} ${letters(m.flags).padEnd(3)} ${rangeOf(m.address, m.memsz)}`.trimEnd();
  return markers.length === 0
    ? []
    : ["", "Program headers", ...markers.slice(0, MOST).map(line), ...more(markers.length)];
}

/** What differs, a line each: `+` came, `-` went, `>` moved, `~` changed where it is. */
export function differenceList({ before, after }: MapComparison, most = MOST): string[] {
  const parts = (m: LayoutMap) =>
    [...m.regions.flatMap((r) => r.parts), ...m.memory.flatMap((s) => s.parts.filter((p) => p.offset === null))].filter(
      (p) => p.marks.length > 0,
    );
  const place = (p: MapPart) =>
    [p.offset === null ? "" : `file ${hexOf(p.offset)}`, p.address === null ? "" : `memory ${hexOf(p.address)}`]
      .filter(Boolean)
      .join(", ");
  const name = (p: MapPart) => printable(p.label);
  const gone = parts(before)
    .filter((p) => p.marks.includes("gone"))
    .map((p) => `  - ${name(p)}: ${place(p)}, ${sizeOf(p.size)}`);
  const now = parts(after).map((p) => {
    if (p.marks.includes("new")) return `  + ${name(p)}: ${place(p)}, ${sizeOf(p.size)}`;
    if (!p.marks.includes("moved")) return `  ~ ${name(p)}: ${place(p)}, ${sizeOf(p.size)}`;
    return `  > ${name(p)}: ${[step("file", p.other!.offset, p.offset), step("memory", p.other!.address, p.address), `${sizeOf(p.size)}${p.marks.includes("changed") ? ", changed" : ""}`].filter(Boolean).join(", ")}`;
  });
  const segments = (m: LayoutMap, mark: string) =>
    m.memory
      .filter((s) => s.marks.includes(mark as "new"))
      .map((s) => `PT_LOAD ${letters(s.flags)}: memory ${rangeOf(s.address, s.size)}`);
  const headers = [
    ...segments(before, "gone").map((s) => `  - ${s}`),
    ...segments(after, "new").map((s) => `  + ${s}`),
    ...segments(after, "changed").map((s) => `  ~ ${s}`),
  ];
  const all = [...headers, ...gone, ...now];

  return ["", all.length === 0 ? "Nothing differs." : "Differences", ...all.slice(0, most), ...more(all.length)];
}

const step = (what: string, from: MapPart["address"], to: MapPart["address"]): string =>
  from === to ? "" : `${what} ${from === null ? "none" : hexOf(from)} -> ${to === null ? "none" : hexOf(to)}`;

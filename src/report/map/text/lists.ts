import type { Quantity } from "../../description.js";
import type { MapComparison } from "../compare.js";
import type { LayoutMap, MapMarker, MapPart, Mark } from "../model.js";
import { hexOf, letters, printable, sizeOf } from "../words.js";
import type { Lanes } from "./lanes.js";

const MOST = 40;

/** The program headers that are no PT_LOAD, with the letters of their lanes. */
export function headerList(markers: readonly MapMarker[], lanes: Lanes): string[] {
  if (markers.length === 0) return [];

  const shown = markers.slice(0, MOST);
  const width = shown.reduce((widest, marker) => Math.max(widest, marker.type.length), 0);
  const lines = shown.map((marker) => {
    const letter = lanes.letters.get(marker) ?? " ";
    const flags = letters(marker.flags).padEnd(3);
    return `  ${letter} ${marker.type.padEnd(width)} ${flags} ${rangeText(marker.address, marker.memsz)}`.trimEnd();
  });
  return ["", "Program headers", ...lines, ...moreLine(markers.length)];
}

/** What differs, a line each: `+` came, `-` went, `>` moved, `~` changed where it is. */
export function differenceList({ before, after }: MapComparison, most = MOST): string[] {
  const gone = markedParts(before).filter((part) => part.marks.includes("gone"));
  const lines = [
    ...segmentLines("-", before, "gone"),
    ...segmentLines("+", after, "new"),
    ...segmentLines("~", after, "changed"),
    ...gone.map((part) => partLine("-", part)),
    ...markedParts(after).map(changeLine),
  ];
  const heading = lines.length === 0 ? "Nothing differs." : "Differences";
  return ["", heading, ...lines.slice(0, most), ...moreLine(lines.length)];
}

const moreLine = (count: number): string[] => (count > MOST ? [`  and ${count - MOST} more`] : []);

const segmentLines = (sign: string, map: LayoutMap, mark: Mark): string[] =>
  map.memory
    .filter((segment) => segment.marks.includes(mark))
    .map(({ flags, address, size }) => `  ${sign} PT_LOAD ${letters(flags)}: memory ${rangeText(address, size)}`);

/** The parts of the file and those of memory alone. */
function markedParts({ regions, memory }: LayoutMap): MapPart[] {
  const inFile = regions.flatMap((region) => region.parts);
  const inMemory = memory.flatMap((segment) => segment.parts.filter((part) => part.offset === null));
  return [...inFile, ...inMemory].filter((part) => part.marks.length > 0);
}

function changeLine(part: MapPart): string {
  if (part.marks.includes("new")) return partLine("+", part);
  if (part.marks.includes("moved")) return moveLine(part);
  return partLine("~", part);
}

function partLine(sign: string, { label, offset, address, size }: MapPart): string {
  const places: string[] = [];
  if (offset !== null) places.push(`file ${hexOf(offset)}`);
  if (address !== null) places.push(`memory ${hexOf(address)}`);
  return `  ${sign} ${printable(label)}: ${places.join(", ")}, ${sizeOf(size)}`;
}

function moveLine({ label, offset, address, size, other, marks }: MapPart): string {
  const details: string[] = [];
  if (other!.offset !== offset) details.push(moveText("file", other!.offset, offset));
  if (other!.address !== address) details.push(moveText("memory", other!.address, address));
  details.push(sizeOf(size));
  if (marks.includes("changed")) details.push("changed");
  return `  > ${printable(label)}: ${details.join(", ")}`;
}

const moveText = (where: string, from: Quantity | null, to: Quantity | null): string =>
  `${where} ${from === null ? "none" : hexOf(from)} -> ${to === null ? "none" : hexOf(to)}`;

function rangeText(start: Quantity, size: Quantity): string {
  if (Number(size) === 0) return "";
  const last = BigInt(start) + BigInt(size) - 1n;
  return `${hexOf(start)}..0x${last.toString(16)}`;
}

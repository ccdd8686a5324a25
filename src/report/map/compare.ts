import { equalBytes } from "../../codec/bytes.js";
import { type ByteSource, chunks } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import { matchLists } from "../match.js";
import { layoutMap } from "./layout-map.js";
import type { LayoutMap, MapMarker, MapPart, Mark, MemorySegment } from "./model.js";

/** Two maps whose parts are marked where they differ. */
export interface MapComparison {
  readonly before: LayoutMap;
  readonly after: LayoutMap;
}

/**
 * Makes the maps of two files, for instance before and after a rewrite, with `marks` on what differs: a part of the
 * same name that stands at another offset or address (`moved`), that has another size or other bytes (`changed`), and
 * what only one of the two has (`new`, `gone`). The bytes of all parts of the same name are compared.
 *
 * @example
 * const p = plan(bytes, [setRunpath("$ORIGIN/../lib")]);
 * mapSvg(compareMaps(readElf(bytes), readElf(p)))
 */
export function compareMaps(before: ElfFile, after: ElfFile): MapComparison {
  const old = layoutMap(before);
  const now = layoutMap(after);
  const marks = new Marks();

  const inFile = matchLists(fileParts(old), fileParts(now), nameOf);
  const inMemory = matchLists(memoryParts(old), memoryParts(now), nameOf);
  for (const [from, to] of inFile.kept) {
    const isMoved = differs(from, to, PLACE);
    const isChanged = from.size !== to.size || !sameBytes(before.source, from, after.source, to);
    marks.addPair(from, to, isMoved, isChanged);
  }
  for (const [from, to] of inMemory.kept) marks.addPair(from, to, differs(from, to, PLACE), from.size !== to.size);
  for (const { from, to } of [...inFile.steps, ...inMemory.steps]) marks.addSingle(from, to);

  const segments = matchLists(old.memory, now.memory, (segment) => `${segment.address}`);
  const markers = matchLists(old.markers, now.markers, (marker) => marker.type);
  for (const [from, to] of segments.kept) marks.addPair(from, to, false, differs(from, to, SEGMENT_FIELDS));
  for (const [from, to] of markers.kept) {
    marks.addPair(from, to, differs(from, to, PLACE), differs(from, to, MARKER_FIELDS));
  }
  for (const { from, to } of [...segments.steps, ...markers.steps]) marks.addSingle(from, to);

  return { before: marks.onto(old), after: marks.onto(now) };
}

const PLACE = ["offset", "address"] as const;
const SEGMENT_FIELDS = ["offset", "flags", "filesz", "size"] as const;
const MARKER_FIELDS = ["flags", "filesz", "memsz"] as const;

/** The parts of the file that have a name to be found by: nothing describes zeros. */
const fileParts = (map: LayoutMap): MapPart[] =>
  map.regions.flatMap((region) => region.parts.filter((part) => part.kind !== "zeros"));

const memoryParts = (map: LayoutMap): MapPart[] =>
  map.memory.flatMap((segment) => segment.parts.filter((part) => part.kind === "bss"));

const nameOf = (part: MapPart): string => `${part.by ?? part.kind} ${part.label}`;

const differs = <T>(from: T, to: T, fields: readonly (keyof T)[]): boolean =>
  fields.some((field) => from[field] !== to[field]);

function sameBytes(before: ByteSource, from: MapPart, after: ByteSource, to: MapPart): boolean {
  const size = Number(from.size);
  const newChunks = chunks(after, to.offset!, size, to.label);
  for (const oldChunk of chunks(before, from.offset!, size, from.label)) {
    if (!equalBytes(oldChunk, newChunks.next().value!)) return false;
  }
  return true;
}

type Marked = MapPart | MemorySegment | MapMarker;

/** The marks of two maps. The same part may stand in the file and in memory. */
class Marks {
  readonly #marks = new Map<Marked, readonly Mark[]>();
  readonly #others = new Map<Marked, Marked>();

  /** Marks what both maps have. */
  addPair(from: Marked, to: Marked, isMoved: boolean, isChanged: boolean): void {
    const marks: Mark[] = [];
    if (isMoved) marks.push("moved");
    if (isChanged) marks.push("changed");

    this.#marks.set(from, marks).set(to, marks);
    if (isMoved) this.#others.set(from, to).set(to, from);
  }

  /** Marks what only one of the maps has, or one thing in the place of another. */
  addSingle(from: Marked | undefined, to: Marked | undefined): void {
    if (from) this.#marks.set(from, ["gone"]);
    if (to) this.#marks.set(to, ["new"]);
  }

  onto(map: LayoutMap): LayoutMap {
    const marked = <T extends Marked>(it: T): T => ({ ...it, marks: this.#marks.get(it) ?? [] });
    const markedPart = (part: MapPart): MapPart => {
      const other = this.#others.get(part) as MapPart | undefined;
      return { ...marked(part), other: other ? { offset: other.offset, address: other.address } : null };
    };

    return {
      ...map,
      regions: map.regions.map((region) => ({ ...region, parts: region.parts.map(markedPart) })),
      memory: map.memory.map((segment) => ({ ...marked(segment), parts: segment.parts.map(markedPart) })),
      markers: map.markers.map(marked),
    };
  }
}

import { equalBytes } from "../../codec/bytes.js";
import { type ByteSource, chunks } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import { match } from "../match.js";
import { layoutMap } from "./layout-map.js";
import type { LayoutMap, MapMarker, MapPart, Mark, MemorySegment } from "./model.js";

/** Two maps whose parts say by their marks what differs. */
export interface MapComparison {
  readonly before: LayoutMap;
  readonly after: LayoutMap;
}

/**
 * The maps of two files, before and after a rewrite for instance, with `marks` on what differs: a part of the same name
 * that stands at another offset or address (`moved`), that has another size or other bytes (`changed`), and what only
 * one of the two has (`new`, `gone`). Bytes of all parts of the same name are compared.
 *
 * @example
 * const p = plan(bytes, [setRunpath("$ORIGIN/../lib")]);
 * mapSvg(compareMaps(readElf(bytes), readElf(p)))
 */
export function compareMaps(before: ElfFile, after: ElfFile): MapComparison {
  const a = layoutMap(before);
  const b = layoutMap(after);
  const marks = new Marks();
  const files = match(inFile(a), inFile(b), nameOf);
  const memory = match(inMemory(a), inMemory(b), nameOf);
  for (const [x, y] of files.kept) {
    marks.both(x, y, [
      ...moved(x, y),
      ...(x.size !== y.size || !sameBytes(before.source, x, after.source, y) ? ["changed" as const] : []),
    ]);
  }
  for (const [x, y] of memory.kept) {
    marks.both(x, y, [...moved(x, y), ...(x.size !== y.size ? ["changed" as const] : [])]);
  }
  for (const { from, to } of [...files.steps, ...memory.steps]) marks.ends(from, to);

  const segments = match(a.memory, b.memory, (m) => `${m.address}`);
  for (const [x, y] of segments.kept) {
    marks.both(x, y, differs(x, y, ["offset", "flags", "filesz", "size"]) ? ["changed"] : []);
  }
  const markers = match(a.markers, b.markers, (m) => m.type);
  for (const [x, y] of markers.kept) {
    marks.both(x, y, [
      ...(differs(x, y, ["offset", "address"]) ? (["moved"] as const) : []),
      ...(differs(x, y, ["flags", "filesz", "memsz"]) ? (["changed"] as const) : []),
    ]);
  }
  for (const { from, to } of [...segments.steps, ...markers.steps]) marks.ends(from, to);
  return { before: marks.onto(a), after: marks.onto(b) };
}

type Marked = MapPart | MemorySegment | MapMarker;

/** What nothing describes has no name to be found by. */
const inFile = (m: LayoutMap): MapPart[] => m.regions.flatMap((r) => r.parts.filter((p) => p.kind !== "zeros"));
const inMemory = (m: LayoutMap): MapPart[] => m.memory.flatMap((s) => s.parts.filter((p) => p.kind === "bss"));
const nameOf = (p: MapPart): string => `${p.by ?? p.kind} ${p.label}`;

const moved = (x: MapPart, y: MapPart): Mark[] => (x.offset !== y.offset || x.address !== y.address ? ["moved"] : []);
const differs = <T>(x: T, y: T, fields: readonly (keyof T)[]): boolean => fields.some((f) => x[f] !== y[f]);

function sameBytes(before: ByteSource, x: MapPart, after: ByteSource, y: MapPart): boolean {
  const size = Number(x.size);
  const theirs = chunks(after, y.offset!, size, y.label);
  for (const ours of chunks(before, x.offset!, size, x.label)) {
    if (!equalBytes(ours, theirs.next().value!)) return false;
  }
  return true;
}

/** Marks by what they are of; the same part may stand in the file and in memory. */
class Marks {
  readonly #known = new Map<Marked, readonly Mark[]>();
  readonly #others = new Map<Marked, Marked>();

  both(x: Marked, y: Marked, marks: readonly Mark[]): void {
    for (const m of [x, y]) this.#known.set(m, marks);
    if (marks.includes("moved")) this.#others.set(x, y).set(y, x);
  }

  ends(from: Marked | undefined, to: Marked | undefined): void {
    if (from) this.#known.set(from, ["gone"]);
    if (to) this.#known.set(to, ["new"]);
  }

  onto(map: LayoutMap): LayoutMap {
    const on = <T extends Marked>(m: T): T => ({ ...m, marks: this.#known.get(m) ?? [] });
    const part = (p: MapPart): MapPart => {
      const other = this.#others.get(p) as MapPart | undefined;
      return { ...on(p), other: other ? { offset: other.offset, address: other.address } : null };
    };
    return {
      ...map,
      regions: map.regions.map((r) => ({ ...r, parts: r.parts.map(part) })),
      memory: map.memory.map((m) => ({ ...on(m), parts: m.parts.map(part) })),
      markers: map.markers.map(on),
    };
  }
}

import { skipZeros } from "../../codec/bytes.js";
import { chunks } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import { toQuantity } from "../quantity.js";
import type { Tolerant } from "../../image/tolerant.js";
import { type Described, fileClaims } from "./claims.js";
import type { Load, Loads } from "./loads.js";
import type { FileRegion, MapPart } from "./model.js";
import { tile, type Tile } from "./tile.js";

/**
 * The file as regions of parts: its PT_LOADs, what lies between them, what lies behind them. Where PT_LOADs overlap in
 * the file, the shorter has the bytes.
 */
export function fileRegions(elf: ElfFile, all: Loads, t: Tolerant): FileRegion[] {
  const { size } = elf.source;
  const end = size - (t.part(() => elf.overlay)?.size ?? 0);
  const zeros = new ZeroTest(elf);
  const stretches = tile(0, size, [
    ...all.loads.map((l) => ({ start: l.start, end: l.end, rank: 0, of: l })),
    ...(end < size ? [{ start: end, end: size, rank: 1, of: null }] : []),
  ]);
  const leaves = tile(0, size, fileClaims(elf, all, t));
  const out: FileRegion[] = [];
  let next = 0;

  for (const s of stretches) {
    const load = s.claim?.of ?? null;
    const kind = load ? "load" : s.claim ? "overlay" : "unloaded";
    const parts: MapPart[] = [];
    while (next < leaves.length && leaves[next]!.end <= s.start) next++;

    for (let i = next; i < leaves.length && leaves[i]!.start < s.end; i++) {
      const start = Math.max(s.start, leaves[i]!.start);
      const stop = Math.min(s.end, leaves[i]!.end);
      parts.push(partOf(leaves[i]!, start, stop, load, () => undescribed(elf, kind, load, zeros, start, stop)));
    }

    const address = load ? toQuantity(addressAt(load, s.start)) : null;
    out.push({
      kind,
      segment: load?.segment ?? null,
      flags: load?.flags ?? null,
      offset: s.start,
      size: s.end - s.start,
      address,
      parts,
    });
  }

  return out;
}

export const addressAt = (l: Load, offset: number): bigint => l.vaddr + BigInt(offset) - l.offset;

type Unknown = Pick<MapPart, "kind" | "label">;

function partOf(
  { claim }: Tile<Described>,
  start: number,
  end: number,
  load: Load | null,
  unknown: () => Unknown,
): MapPart {
  const d = claim?.of ?? { ...unknown(), by: null, section: null, cut: false };
  return {
    kind: d.kind,
    label: d.label,
    by: d.by,
    section: d.section,
    offset: start,
    address: load ? toQuantity(addressAt(load, start)) : null,
    size: end - start,
    partial: d.cut || (claim !== null && end - start < claim.end - claim.start),
    other: null,
    marks: [],
  };
}

const CONTENTS: Readonly<Record<string, string>> = { X: "code", W: "data", R: "read-only data" };

function undescribed(
  elf: ElfFile,
  kind: FileRegion["kind"],
  load: Load | null,
  zeros: ZeroTest,
  start: number,
  end: number,
): Unknown {
  if (kind === "overlay") return { kind, label: "overlay" };
  if (zeros.test(start, end)) return { kind: "zeros", label: "zeros" };
  // Where there are section headers, they say what there is; without them, nothing but the segment itself does.
  if (!load || elf.header.shnum > 0) return { kind: "undescribed", label: "undescribed bytes" };

  return {
    kind: "contents",
    label: CONTENTS[["E", "W"].find((f) => load.flags.includes(f))?.replace("E", "X") ?? "R"]!,
  };
}

/** Bytes that are read at most to see whether they are zero: a sparse file's gaps may be larger than memory. */
const MOST_READ = 64 << 20;

class ZeroTest {
  readonly #elf: ElfFile;
  #left = MOST_READ;

  constructor(elf: ElfFile) {
    this.#elf = elf;
  }

  test(start: number, end: number): boolean {
    if ((this.#left -= end - start) < 0) return false;
    for (const c of chunks(this.#elf.source, start, end - start, "a gap")) if (skipZeros(c) < c.length) return false;
    return true;
  }
}

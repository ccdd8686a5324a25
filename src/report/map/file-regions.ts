import { skipZeros } from "../../codec/bytes.js";
import { chunks } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import type { Tolerant } from "../../image/tolerant.js";
import { toQuantity } from "../quantity.js";
import { type ByteDescription, fileClaims } from "./claims.js";
import type { Load, Loads } from "./loads.js";
import type { FileRegion, MapPart } from "./model.js";
import { coverWithTiles, type Tile } from "./tile.js";

/**
 * The file as regions of parts: its PT_LOADs, what lies between them, what lies behind them. Where PT_LOADs overlap in
 * the file, the shorter one has the bytes.
 */
export function fileRegions(elf: ElfFile, all: Loads, tolerant: Tolerant): FileRegion[] {
  const { size } = elf.source;
  const stretches = fileStretches(elf, all.loads, tolerant);
  const leaves = coverWithTiles(0, size, fileClaims(elf, all, tolerant));
  const zeros = new ZeroTest(elf);
  const out: FileRegion[] = [];
  let next = 0;

  for (const { start, end, claim } of stretches) {
    const load = claim?.of ?? null;
    const kind = kindOf(claim, load);
    while (next < leaves.length && leaves[next]!.end <= start) next++;

    const parts: MapPart[] = [];
    for (let i = next; i < leaves.length && leaves[i]!.start < end; i++) {
      const leaf = leaves[i]!;
      const from = Math.max(start, leaf.start);
      const to = Math.min(end, leaf.end);
      const described = leaf.claim?.of ?? undescribed(elf, kind, load, zeros, from, to);
      parts.push(partOf(leaf, described, from, to, load));
    }

    out.push({
      kind,
      segment: load?.segment ?? null,
      flags: load?.flags ?? null,
      offset: start,
      size: end - start,
      address: load ? toQuantity(addressAt(load, start)) : null,
      parts,
    });
  }

  return out;
}

/** Tiles of the file: a PT_LOAD each, null for the overlay, no claim for what nothing loads. */
function fileStretches(elf: ElfFile, loads: readonly Load[], tolerant: Tolerant): Tile<Load | null>[] {
  const { size } = elf.source;
  const overlayAt = size - (tolerant.part(() => elf.overlay)?.size ?? 0);
  const claims = loads.map((load) => ({ start: load.start, end: load.end, rank: 0, of: load }));
  const overlay = { start: overlayAt, end: size, rank: 1, of: null };
  return coverWithTiles<Load | null>(0, size, overlayAt < size ? [...claims, overlay] : claims);
}

function kindOf(claim: Tile<Load | null>["claim"], load: Load | null): FileRegion["kind"] {
  if (load) return "load";
  return claim ? "overlay" : "unloaded";
}

export const addressAt = (load: Load, offset: number): bigint => load.vaddr + BigInt(offset) - load.offset;

function partOf(
  { claim }: Tile<ByteDescription>,
  { kind, label, by, section, cut }: ByteDescription,
  start: number,
  end: number,
  load: Load | null,
): MapPart {
  return {
    kind,
    label,
    by,
    section,
    offset: start,
    address: load ? toQuantity(addressAt(load, start)) : null,
    size: end - start,
    partial: cut || (claim !== null && end - start < claim.end - claim.start),
    other: null,
    marks: [],
  };
}

/** What there is to say of bytes that nothing claims. */
function undescribed(
  elf: ElfFile,
  regionKind: FileRegion["kind"],
  load: Load | null,
  zeros: ZeroTest,
  start: number,
  end: number,
): ByteDescription {
  const by = null;
  const section = null;
  const cut = false;
  if (regionKind === "overlay") return { kind: "overlay", label: "overlay", by, section, cut };
  if (zeros.test(start, end)) return { kind: "zeros", label: "zeros", by, section, cut };

  // Where there are section headers, they say what there is; without them, only the segment itself does.
  if (!load || elf.header.shnum > 0) return { kind: "undescribed", label: "undescribed bytes", by, section, cut };
  return { kind: "contents", label: contentsLabel(load.flags), by, section, cut };
}

function contentsLabel(flags: string): string {
  if (flags.includes("E")) return "code";
  return flags.includes("W") ? "data" : "read-only data";
}

/** The most bytes that are read to see whether they are zero: a sparse file's gaps may be larger than memory. */
const MOST_READ = 64 << 20;

class ZeroTest {
  readonly #elf: ElfFile;
  #left = MOST_READ;

  constructor(elf: ElfFile) {
    this.#elf = elf;
  }

  /** Tells whether the bytes are zero; false also where too many have been read already. */
  test(start: number, end: number): boolean {
    this.#left -= end - start;
    if (this.#left < 0) return false;

    for (const chunk of chunks(this.#elf.source, start, end - start, "a gap")) {
      if (skipZeros(chunk) < chunk.length) return false;
    }
    return true;
  }
}

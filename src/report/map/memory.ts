import type { ElfFile, Section } from "../../image/elf.js";
import type { Tolerant } from "../../image/tolerant.js";
import { SHF, SHT } from "../../spec/constants.js";
import { toQuantity } from "../quantity.js";
import { sectionCaption } from "./claims.js";
import { addressAt } from "./file-regions.js";
import { byAddress, type Load, loadFinder, type Loads } from "./loads.js";
import type { FileRegion, MapPart, MemorySegment, PartKind } from "./model.js";
import { type Claim, coverWithTiles } from "./tile.js";

/** What memory without file bytes is called. */
type Filling = readonly [kind: PartKind, label: string];

const ZERO_FILLED: Filling = ["zero-fill", "zero-filled"];
const NOT_IN_FILE: Filling = ["undescribed", "not in this file"];

/** PT_LOADs in memory: file bytes, .bss, and what whole pages add. */
export function memorySegments(
  elf: ElfFile,
  { loads, detached }: Loads,
  page: number,
  regions: readonly FileRegion[],
  tolerant: Tolerant,
): MemorySegment[] {
  const sorted = loads.filter((load) => load.memsz > 0n).sort(byAddress);
  const nobits = nobitsByLoad(elf, sorted, tolerant);
  const parts = regions.flatMap((region) => region.parts);
  const filling = detached ? NOT_IN_FILE : ZERO_FILLED;

  // PT_LOADs that share bytes of the file (only a broken file has many of them) would list the same parts again and
  // again.
  let left = 4 * (parts.length + loads.length);
  let taken = 0n;
  return sorted.map((load, i) => {
    const end = load.vaddr + load.memsz;
    const pagesStart = pageDown(load.vaddr, page);
    const pagesEnd = pageDown(end + BigInt(page) - 1n, page);
    const next = sorted[i + 1];
    const headStart = larger(pagesStart, smaller(taken, load.vaddr));
    const tailEnd = next && next.vaddr < pagesEnd ? larger(end, next.vaddr) : pagesEnd;
    taken = larger(taken, tailEnd);

    const head = headStart < load.vaddr ? [memoryPart("page-head", "page head", headStart, load.vaddr)] : [];
    const fromFile = fileParts(load, parts, left);
    const unbacked = unbackedParts(load, nobits.get(load.segment) ?? [], filling, tolerant);
    const tail = tailEnd > end ? [memoryPart("page-tail", "page tail", end, tailEnd)] : [];
    left -= fromFile.length;

    return {
      segment: load.segment,
      flags: load.flags,
      offset: toQuantity(load.offset),
      filesz: toQuantity(load.filesz),
      address: toQuantity(load.vaddr),
      size: toQuantity(load.memsz),
      pages: { address: toQuantity(pagesStart), size: toQuantity(pagesEnd - pagesStart) },
      parts: [...head, ...fromFile, ...missingParts(load), ...unbacked, ...tail],
      marks: [],
    };
  });
}

const pageDown = (address: bigint, page: number): bigint => address - (address % BigInt(page));
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** A part without bytes in the file. */
const memoryPart = (
  kind: PartKind,
  label: string,
  start: bigint,
  end: bigint,
  section: number | null = null,
  partial = false,
): MapPart => ({
  kind,
  label,
  by: section === null ? null : "section",
  section,
  offset: null,
  address: toQuantity(start),
  size: toQuantity(end - start),
  partial,
  other: null,
  marks: [],
});

/**
 * The parts of the file that the segment has, one part for all where there are more than `most`. A p_filesz above
 * p_memsz, which no loader takes, counts as p_memsz.
 */
function fileParts(load: Load, parts: readonly MapPart[], most: number): MapPart[] {
  const end = Number(smaller(BigInt(load.end), BigInt(load.start) + load.memsz));
  if (end <= load.start) return [];

  const out: MapPart[] = [];
  for (let i = firstBehind(parts, load.start); i < parts.length && parts[i]!.offset! < end; i++) {
    if (out.length >= most) {
      const shared = memoryPart("contents", "shared file bytes", load.vaddr, addressAt(load, end));
      return [{ ...shared, offset: load.start }];
    }
    out.push(within(load, parts[i]!, end));
  }

  return out;
}

/** The index of the first part that ends behind an offset. */
function firstBehind(parts: readonly MapPart[], offset: number): number {
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const part = parts[middle]!;
    if (part.offset! + Number(part.size) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same part where the segment has all of it, so that a comparison of parts finds it in both places. */
function within(load: Load, part: MapPart, limit: number): MapPart {
  const start = Math.max(part.offset!, load.start);
  const end = Math.min(part.offset! + Number(part.size), limit);
  const size = end - start;
  const address = toQuantity(addressAt(load, start));

  const isWhole = start === part.offset && size === part.size && address === part.address;
  if (isWhole) return part;
  return { ...part, offset: start, address, size, partial: part.partial || size < Number(part.size) };
}

/**
 * Sections without bytes in the file, by the PT_LOAD that has their addresses. .tbss has none: each thread gets its
 * own.
 */
function nobitsByLoad(elf: ElfFile, loads: readonly Load[], tolerant: Tolerant): Map<number, Section[]> {
  const findLoad = loadFinder(loads);
  const out = new Map<number, Section[]>();
  for (const section of tolerant.part(() => elf.sections) ?? []) {
    if (!takesMemoryOnly(section)) continue;

    const load = findLoad(section.header.exact("addr"));
    if (!load) continue;

    const list = out.get(load.segment);
    if (list) list.push(section);
    else out.set(load.segment, [section]);
  }

  return out;
}

function takesMemoryOnly({ header }: Section): boolean {
  const flags = header.exact("flags");
  const isInMemory = (flags & BigInt(SHF.ALLOC)) !== 0n && (flags & BigInt(SHF.TLS)) === 0n;
  return header.type === SHT.NOBITS && isInMemory && header.exact("size") !== 0n;
}

/** Memory that the program header has bytes for and the file has not: an access to it raises a signal. */
function missingParts(load: Load): MapPart[] {
  const start = load.vaddr + BigInt(Math.max(0, load.end - load.start));
  const end = load.vaddr + smaller(load.filesz, load.memsz);
  return start < end ? [memoryPart("undescribed", "past the end of the file", start, end)] : [];
}

/** Memory behind the file bytes, which starts as zero, unless the bytes are in another file. */
function unbackedParts(
  load: Load,
  sections: readonly Section[],
  [kind, label]: Filling,
  tolerant: Tolerant,
): MapPart[] {
  const start = load.vaddr + load.filesz;
  const end = load.vaddr + load.memsz;
  const size = end - start;
  if (size <= 0n) return [];
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) return [memoryPart(kind, label, start, end)];

  const claims = sections.map((section): Claim<Section> => {
    const at = Number(section.header.exact("addr") - start);
    return { start: at, end: at + section.header.near("size"), rank: 0, of: section };
  });
  return coverWithTiles(0, Number(size), claims).map(({ start: from, end: to, claim }) => {
    const partStart = start + BigInt(from);
    const partEnd = start + BigInt(to);
    if (!claim) return memoryPart(kind, label, partStart, partEnd);

    const section = claim.of;
    const isPartial = to - from < section.header.near("size");
    return memoryPart("bss", sectionCaption(section, tolerant), partStart, partEnd, section.index, isPartial);
  });
}

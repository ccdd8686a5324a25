import type { ElfFile, Section } from "../../image/elf.js";
import { SHF, SHT } from "../../spec/constants.js";
import { toQuantity } from "../quantity.js";
import type { Tolerant } from "../../image/tolerant.js";
import { sectionCaption } from "./claims.js";
import { addressAt } from "./file-regions.js";
import { byAddress, type Load, loadFinder, type Loads } from "./loads.js";
import type { FileRegion, MapPart, MemorySegment, PartKind } from "./model.js";
import { type Claim, tile } from "./tile.js";

/** PT_LOADs in memory: file bytes, .bss, and what whole pages add. */
export function memorySegments(
  elf: ElfFile,
  { loads, detached }: Loads,
  page: number,
  regions: readonly FileRegion[],
  t: Tolerant,
): MemorySegment[] {
  const sorted = loads.filter((l) => l.memsz > 0n).sort(byAddress);
  const bss = nobits(elf, sorted, t);
  const parts = regions.flatMap((r) => r.parts);
  // PT_LOADs that share bytes of the file, as only a broken file has many of them, would list the same parts again and
  // again.
  let left = 4 * (parts.length + loads.length);
  let taken = 0n;

  return sorted.map((l, i) => {
    const end = l.vaddr + l.memsz;
    const pages = { start: down(l.vaddr, page), end: down(end + BigInt(page) - 1n, page) };
    const next = sorted[i + 1];
    const head = most(pages.start, least(taken, l.vaddr));
    const tail = next && next.vaddr < pages.end ? most(end, next.vaddr) : pages.end;
    taken = most(taken, tail);
    const inFile = filed(l, parts, left);
    left -= inFile.length;

    return {
      segment: l.segment,
      flags: l.flags,
      offset: toQuantity(l.offset),
      filesz: toQuantity(l.filesz),
      address: toQuantity(l.vaddr),
      size: toQuantity(l.memsz),
      pages: { address: toQuantity(pages.start), size: toQuantity(pages.end - pages.start) },
      parts: [
        ...(head < l.vaddr ? [only("page-head", "page head", head, l.vaddr)] : []),
        ...inFile,
        ...missing(l),
        ...zeroFill(
          l,
          bss.get(l.segment) ?? [],
          detached ? ["undescribed", "not in this file"] : ["zero-fill", "zero-filled"],
          t,
        ),
        ...(tail > end ? [only("page-tail", "page tail", end, tail)] : []),
      ],
      marks: [],
    };
  });
}

const down = (n: bigint, page: number): bigint => n - (n % BigInt(page));
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

const only = (
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

/** The parts of the file that the segment has; p_filesz above p_memsz, which no loader takes, counts up to that. */
function filed(l: Load, parts: readonly MapPart[], most: number): MapPart[] {
  const end = Number(least(BigInt(l.end), BigInt(l.start) + l.memsz));
  if (end <= l.start) return [];

  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (parts[middle]!.offset! + Number(parts[middle]!.size) <= l.start) low = middle + 1;
    else high = middle;
  }

  const out: MapPart[] = [];
  for (let i = low; i < parts.length && parts[i]!.offset! < end; i++) {
    if (out.length >= most) {
      return [{ ...only("contents", "shared file bytes", l.vaddr, addressAt(l, end)), offset: l.start }];
    }
    out.push(within(l, parts[i]!, end));
  }

  return out;
}

/** The same part where the segment has it whole, so that who compares parts finds it in both places. */
function within(l: Load, p: MapPart, limit: number): MapPart {
  const start = Math.max(p.offset!, l.start);
  const end = Math.min(p.offset! + Number(p.size), limit);
  const address = toQuantity(addressAt(l, start));
  if (start === p.offset && end - start === p.size && address === p.address) return p;
  return { ...p, offset: start, address, size: end - start, partial: p.partial || end - start < Number(p.size) };
}

/**
 * Sections without bytes in the file, by the PT_LOAD that has their addresses. .tbss takes none: each thread gets its
 * own.
 */
function nobits(elf: ElfFile, loads: readonly Load[], t: Tolerant): Map<number, Section[]> {
  const out = new Map<number, Section[]>();
  const find = loadFinder(loads);
  for (const s of t.part(() => elf.sections) ?? []) {
    const flags = s.header.exact("flags");
    if (
      s.header.type !== SHT.NOBITS ||
      !(flags & BigInt(SHF.ALLOC)) ||
      flags & BigInt(SHF.TLS) ||
      s.header.exact("size") === 0n
    ) {
      continue;
    }

    const l = find(s.header.exact("addr"));
    const list = l && out.get(l.segment);
    if (list) list.push(s);
    else if (l) out.set(l.segment, [s]);
  }

  return out;
}

/** What the program header asks for and the file has not: whoever touches it gets a signal. */
function missing(l: Load): MapPart[] {
  const start = l.vaddr + BigInt(Math.max(0, l.end - l.start));
  const end = l.vaddr + least(l.filesz, l.memsz);
  return start < end ? [only("undescribed", "past the end of the file", start, end)] : [];
}

/** Memory behind the file bytes, which starts as zero, unless the bytes are in another file. */
function* zeroFill(
  l: Load,
  sections: readonly Section[],
  [kind, label]: readonly [PartKind, string],
  t: Tolerant,
): Generator<MapPart> {
  const start = l.vaddr + l.filesz;
  const end = l.vaddr + l.memsz;
  const size = end - start;
  if (size <= 0n) return;
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) return yield only(kind, label, start, end);

  const claims = sections.map((s): Claim<Section> => {
    const at = Number(s.header.exact("addr") - start);
    return { start: at, end: at + s.header.near("size"), rank: 0, of: s };
  });
  for (const { start: from, end: to, claim } of tile(0, Number(size), claims)) {
    const s = claim?.of;
    const [a, b] = [start + BigInt(from), start + BigInt(to)];
    yield s
      ? only("bss", sectionCaption(s, t), a, b, s.index, to - from < s.header.near("size"))
      : only(kind, label, a, b);
  }
}

import { addressDown, addressUp } from "../codec/bytes.js";
import type { ElfFile, Segment } from "../image/elf.js";
import { once } from "../image/once.js";
import { PT } from "../spec/constants.js";
import { nonZeroRuns, type Pair } from "./pair.js";

/** Addresses from `start` up to, not including, `end`. */
export interface AddressRun {
  readonly start: bigint;
  readonly end: bigint;
}

/** Memory that comes from one place. */
export interface Area extends AddressRun {
  /** The file offset of its first byte; null where it is zero. */
  readonly offset: number | null;
  /** p_flags. */
  readonly flags: number;
}

/** The PT_LOADs that take memory, in the order of their addresses. */
export const loadsOf = /* @__PURE__ */ once(({ segments }): readonly Segment[] =>
  segments
    .filter((s) => s.type === PT.LOAD && s.exact("memsz") > 0n)
    .sort((a, b) => (a.exact("vaddr") < b.exact("vaddr") ? -1 : 1)),
);

/** The addresses of a segment. */
export function runOf(s: Segment): AddressRun {
  const start = s.exact("vaddr");
  return { start, end: start + s.exact("memsz") };
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/**
 * Memory as kernels and loaders make it of the PT_LOADs (Linux, fs/binfmt_elf.c; glibc, elf/dl-map-segments.h): the
 * file is mapped in whole pages, and a later PT_LOAD is mapped over what an earlier one has in its first page. Where
 * p_memsz is above p_filesz, the rest of the last page is cleared, and pages of zeros follow.
 *
 * @param page in bytes
 */
export function memoryOf(elf: ElfFile, page: number): Area[] {
  const loads = loadsOf(elf);
  const fileSize = BigInt(elf.source.size);
  // What is not in whole pages is for machines without them.
  const isPaged = loads.every((l) => (l.exact("vaddr") - l.exact("offset")) % BigInt(page) === 0n);

  const areas: Area[] = [];
  const add = (start: bigint, end: bigint, offset: bigint | null, flags: number): void => {
    if (start < end) areas.push({ start, end, offset: offset === null ? null : Number(offset), flags });
  };

  loads.forEach((load, i) => {
    const vaddr = load.exact("vaddr");
    const offset = load.exact("offset");
    const filesz = load.exact("filesz");
    const end = vaddr + load.exact("memsz");
    const next = loads[i + 1];
    const limit = next ? addressDown(next.exact("vaddr"), page) : 1n << 64n;

    const start = isPaged && filesz > 0n ? addressDown(vaddr, page) : vaddr;
    const first = offset - (vaddr - start);
    const fileEnd = vaddr + filesz;
    const mappedEnd = isPaged && fileEnd === end ? addressUp(end, page) : fileEnd;

    const cut = isPaged ? limit : end;
    const inFile = least(least(mappedEnd, cut), start + most(0n, fileSize - first));
    add(start, inFile, first, load.flags);
    add(most(inFile, start), least(most(mappedEnd, end), cut), null, load.flags);
  });
  return areas;
}

/** The addresses that a file says that it takes, in order, without gaps where two PT_LOADs touch. */
export function* wantedRuns(elf: ElfFile): Generator<AddressRun> {
  let open: { start: bigint; end: bigint } | undefined;
  for (const load of loadsOf(elf)) {
    const { start, end } = runOf(load);
    if (open && start <= open.end) {
      open.end = most(open.end, end);
      continue;
    }
    if (open) yield open;
    open = { start, end };
  }
  if (open) yield open;
}

/** What became of a range of memory that the input has. */
export interface MemoryChange extends AddressRun {
  /** "gone": nothing is mapped there. "bytes": other bytes are. "rights": who may do what has changed. */
  readonly what: "gone" | "bytes" | "rights";
  /** Where the bytes stand in the file before; null where they are zero. */
  readonly from: number | null;
  /** The same in the file after. */
  readonly at: number | null;
  /** p_flags before and after. */
  readonly flags: readonly [number, number];
}

/**
 * Every range of memory that PT_LOADs of the input ask for and that is another one in the output, with pages of this
 * size. What else a page brings along, nobody has asked for.
 */
export function* memoryChanges(pair: Pair, page: number): Generator<MemoryChange> {
  const before = memoryOf(pair.before, page);
  const after = memoryOf(pair.after, page);
  let b = 0;
  let a = 0;

  for (const { start, end } of wantedRuns(pair.before)) {
    for (let at = start; at < end;) {
      while (b < before.length && before[b]!.end <= at) b++;
      while (a < after.length && after[a]!.end <= at) a++;
      const old = before[b];
      const now = after[a];

      // What the input itself does not map, nobody can miss.
      if (!old || old.start >= end) break;
      if (old.start > at) {
        at = old.start;
        continue;
      }

      const until = least(old.end, end);
      if (!now || now.start > at) {
        const goneUntil = now ? least(until, now.start) : until;
        const from = offsetAt(old, at);
        yield { start: at, end: goneUntil, what: "gone", from, at: null, flags: [old.flags, 0] };
        at = goneUntil;
        continue;
      }

      const next = least(until, now.end);
      yield* changesIn(pair, old, now, { start: at, end: next });
      at = next;
    }
  }
}

const offsetAt = ({ offset, start }: Area, address: bigint): number | null =>
  offset === null ? null : offset + Number(address - start);

function* changesIn(pair: Pair, old: Area, now: Area, { start, end }: AddressRun): Generator<MemoryChange> {
  const flags = [old.flags, now.flags] as const;
  const from = offsetAt(old, start);
  const at = offsetAt(now, start);
  if (old.flags !== now.flags) yield { start, end, what: "rights", from, at, flags };

  const size = Number(end - start);
  for (const run of differing(pair, from, at, size)) {
    yield {
      start: start + BigInt(run.start),
      end: start + BigInt(run.end),
      what: "bytes",
      from: from === null ? null : from + run.start,
      at: at === null ? null : at + run.start,
      flags,
    };
  }
}

function differing(pair: Pair, from: number | null, at: number | null, size: number) {
  if (from !== null && at !== null) return pair.differing({ from, at, size });
  if (from !== null) return nonZeroRuns(pair.before.source, from, size);
  if (at !== null) return nonZeroRuns(pair.after.source, at, size);
  return [];
}

import { hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { isLoaded } from "../image/headers/sections.js";
import { Tolerant } from "../image/tolerant.js";
import { SHT } from "../spec/constants.js";
import { pageSize, SMALLEST_PAGE } from "../spec/machines.js";
import type { Range } from "../pieces/ranges.js";
import type { LinkProof } from "./proof.js";
import { damage, type ProgramDifference, risk } from "./difference.js";
import { type AddressRun, loadsOf, type MemoryChange, memoryChanges } from "./memory.js";
import type { Pair } from "./pair.js";
import { changedInPlace } from "./protection.js";
import {
  allRegions,
  coverRuns,
  firstGotWord,
  firstRegions,
  isZero,
  readByCode,
  ownSegments,
  programRuns,
  type Region,
} from "./regions.js";
import { shared, within, without } from "./runs.js";

/** Files that differ in more places are not looked at any further: a patched program does not. */
const MOST_RUNS = 1 << 20;

/** Says what it means that these bytes of memory are others, which no table explains. */
export type MemoryJudge = (pair: Pair, runs: readonly AddressRun[]) => Iterable<ProgramDifference>;

interface MemoryTools {
  readonly judge: MemoryJudge;
  readonly link: LinkProof | undefined;
}

/**
 * Memory that the input has and the output has not, without what tables explain that loaders find by pointers: what
 * these say is compared apart.
 */
export function* memoryDifferences(pair: Pair, { judge, link }: MemoryTools): Generator<ProgramDifference> {
  if (changedInPlace(pair)?.every((run) => mayChangeAt(pair, run))) return;

  const changes = changedMemory(pair);
  if (!pair.declared && changes.length > MOST_RUNS) yield damage("memory", "memory", "most of memory differs");
  yield* rightsDifferences(pair, changes);

  const lost = changes.filter((c) => c.what !== "rights" && !isInPlace(pair, c));
  if (lost.length === 0) return;

  let rest = unexplained(pair, lost, firstRegions);
  if (rest.length > 0) rest = unexplained(pair, rest, allRegions);
  if (rest.length > 0) rest = without(rest, link?.relocations(pair.before) ?? []);
  if (rest.length === 0) return;

  yield* judge(pair, rest);
}

/** Is the change in a table that stands at the same place of the file and may say something else? */
function isInPlace(pair: Pair, { what, from, at, start, end }: MemoryChange): boolean {
  if (what !== "bytes" || from === null || from !== at) return false;
  return mayChangeAt(pair, { start: from, end: from + Number(end - start) });
}

/**
 * Is the range of the file in such a table? It may be at several addresses: a file may map its first bytes more than
 * once.
 */
function mayChangeAt(pair: Pair, { start, end }: Range): boolean {
  const after = firstRegions(pair.after);
  return firstRegions(pair.before).some((r) => {
    const isInside = r.offset <= start && end <= r.offset + Number(r.end - r.start);
    const stays = isInside && after.some((other) => other.kind === r.kind && other.offset === r.offset);
    return stays && mayChange(pair, r, true);
  });
}

/** The changes with pages of the smallest size and of the largest that systems of the machine have. */
function changedMemory(pair: Pair): MemoryChange[] {
  const large = pageSize(pair.before.header.machine, 1);
  const hasLarger = large > SMALLEST_PAGE && isFitFor(pair.before, large);
  const sizes = hasLarger ? [SMALLEST_PAGE, large] : [SMALLEST_PAGE];

  const changes: MemoryChange[] = [];
  for (const size of sizes) {
    for (const change of memoryChanges(pair, size)) {
      changes.push(change);
      if (!pair.declared && changes.length > MOST_RUNS) return changes;
    }
  }
  return changes;
}

/** Is every PT_LOAD aligned for pages of this size? Else its memory there says nothing. */
const isFitFor = (elf: ElfFile, page: number): boolean => loadsOf(elf).every((l) => l.near("align") >= page);

function* rightsDifferences(pair: Pair, changes: readonly MemoryChange[]): Generator<ProgramDifference> {
  for (const change of changes) {
    const [old, now] = change.flags;
    if (change.what !== "rights" || without([change], ownSegments(pair.before)).length === 0) continue;

    const loses = (old & ~now) !== 0;
    const say = loses ? damage : risk;
    yield say("memory", hex(change.start), `p_flags of memory from ${hex(change.start)} on are ${now}, not ${old}`);
  }
}

/** What is left of these runs without what tables explain: those that may be others, come or leave, and GOT[0]. */
function unexplained(
  pair: Pair,
  runs: readonly AddressRun[],
  regionsOf: (elf: ElfFile) => readonly Region[],
): AddressRun[] {
  const before = regionsOf(pair.before);
  const after = regionsOf(pair.after);
  const starts = new Map(after.map((r) => [`${r.kind} ${r.start}`, r]));
  const stays = (r: Region): boolean => starts.has(`${r.kind} ${r.start}`);

  const left = before
    .filter((r) => !stays(r))
    .flatMap((r) => without([r], readByCode(pair.before, r)).map((run) => ({ ...run, kind: r.kind })));
  const hasMoved = before.some((r) => !stays(r));
  const kinds = new Set(after.map((r) => r.kind));
  const inPlace = before.filter((r) => (stays(r) || !kinds.has(r.kind)) && mayChange(pair, r, hasMoved));
  let rest = without(runs, inPlace);
  if (rest.length > 0) rest = without(rest, [...ownSegments(pair.before), ...gotRuns(pair), ...zeroedRuns(pair)]);
  if (rest.length === 0) return rest;

  // Where a table stands now, nobody had anything.
  const room = [...left, ...coverRuns(pair.before)];
  const isRoom = (run: AddressRun): boolean => without([run], room).every((r) => isFree(pair.before, r));
  const placed = after.filter((r) => isPlaced(pair, r));
  const others = without(rest, within(rest, placed).filter(isRoom));

  // Where tables have left, zeros may stand. Another tool may write there what it likes.
  // Where .dynamic has left, a program that reads the old one finds what it led to.
  const stayed = pair.before.dynamic?.address === pair.after.dynamic?.address;
  const unread = left.filter(({ kind }) => stayed || OF_SEGMENTS.includes(kind));
  const isClear = (run: AddressRun): boolean => !pair.declared || isZero(pair.after, run);
  return without(others, within(others, pair.declared ? unread : left).filter(isClear));
}

/** Tables that no dynamic tag leads to. */
const OF_SEGMENTS: readonly Region["kind"][] = ["interpreter", "notes", "mipsReginfo", "mipsOptions", "mipsAbiflags"];

/** May the table say something else in its place? What it says is compared apart. */
function mayChange({ declared }: Pair, { kind }: Region, hasMoved: boolean): boolean {
  if (!declared) return true;
  const { dynamic, interpreter, versions, names, zeroed } = declared;

  switch (kind) {
    case "header":
    case "program headers":
    case "section headers":
      return true;
    case "dynamic":
      return dynamic !== undefined || hasMoved;
    case "strings":
      return dynamic !== undefined;
    case "interpreter":
      return interpreter !== undefined;
    case "symbols":
      return hasMoved || names !== undefined || versions !== undefined;
    case "versions":
    case "versionNeeds":
      return versions !== undefined || names !== undefined;
    case "hash":
    case "gnuHash":
    case "mipsHash":
      return names !== undefined;
    case "notes":
      return zeroed.size > 0;
    default:
      return false;
  }
}

/** Has the plan said that it puts a table there? */
function isPlaced({ declared }: Pair, region: Region): boolean {
  if (!declared || region.kind === "program headers" || region.kind === "section headers") return true;
  return declared.places.some((p) => p.address <= region.start && region.start < p.address + BigInt(p.size));
}

/** Tables are aligned to this at most: what is longer is no padding between two of them. */
const LARGEST_PADDING = 64n;

/** Zeros that belong to no section and no table. Without sections, they are padding between two tables. */
function isFree(before: ElfFile, run: AddressRun): boolean {
  if (!isZero(before, run)) return false;

  const tables = allRegions(before);
  if (before.header.shnum > 0) {
    const taken = [...programRuns(before), ...tables];
    return taken.every((other) => shared(run, other) === undefined);
  }

  const ends = tables.map((t) => t.end).filter((end) => end <= run.start && run.start - end < LARGEST_PADDING);
  const starts = tables.map((t) => t.start).filter((start) => start >= run.end && start - run.end < LARGEST_PADDING);
  return ends.length > 0 && starts.length > 0 && tables.every((other) => shared(run, other) === undefined);
}

/** GOT[0], where it holds the address of the dynamic section before and after. */
function gotRuns({ before, after }: Pair): AddressRun[] {
  const tolerant = new Tolerant();
  const old = tolerant.part(() => firstGotWord(before));
  const now = tolerant.part(() => firstGotWord(after));
  const follows = old && now && old.value === before.dynamic?.address && now.value === after.dynamic?.address;
  return follows && old.start === now.start ? [old] : [];
}

/** Loaded sections that the edits make zero. */
function zeroedRuns({ before, after, declared }: Pair): AddressRun[] {
  return [...(declared?.zeroed ?? [])].flatMap((index): AddressRun[] => {
    const { header } = before.sections[index]!;
    const start = header.exact("addr");
    const run = { start, end: start + header.exact("size") };
    return header.type === SHT.NOTE || isZero(after, run) ? [run] : [];
  });
}

export function sizeOf(runs: readonly AddressRun[]): bigint {
  return runs.reduce((sum, r) => sum + r.end - r.start, 0n);
}

/** The loaded section that has an address, for messages. */
function ownerOf(elf: ElfFile, address: bigint): string {
  const section = elf.sections.find((s) => {
    const start = s.header.exact("addr");
    return isLoaded(s) && start <= address && address < start + s.header.exact("size");
  });
  return section ? ` (${section.name})` : "";
}

/** Bytes of the program's own that are lost. */
export function lostMemory({ before }: Pair, runs: readonly AddressRun[]): ProgramDifference[] {
  const { start } = runs[0]!;
  const message = `${sizeOf(runs)} bytes of memory differ, the first at ${hex(start)}${ownerOf(before, start)}`;
  return [damage("memory", hex(start), message)];
}

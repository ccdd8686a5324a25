import { wordSize } from "../codec/encoding.js";
import { hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { sectionColumns } from "../image/headers/section-columns.js";
import { sectionNames } from "../image/headers/section-names.js";
import { once } from "../image/once.js";
import { PF, SHT } from "../spec/constants.js";
import type { DeclaredPlace } from "./declared.js";
import { damage, type ProgramDifference } from "./difference.js";
import { type AddressRun, loadsOf, runOf } from "./memory.js";
import type { Pair } from "./pair.js";
import { keepsProgramHeaders } from "./protection.js";
import { allRegions, coverRuns, firstRegions, ownSegments, programRuns, type Region, sectionViews } from "./regions.js";
import { shared, within, without } from "./runs.js";

const wrong = (at: bigint, message: string): ProgramDifference => damage("segments", hex(at), message);

/** Where tables went: into memory that the file has, that nobody else has, and that loaders can read words of. */
export function* placeDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after, declared } = pair;
  if (!keepsProgramHeaders(pair)) yield* loadDifferences(pair);

  const mapped = fileRuns(after);
  for (const place of declared!.places) {
    const { address: start } = place;
    if (without([runAt(place)], mapped).length > 0) {
      yield wrong(start, `no PT_LOAD has all of the table at ${hex(start)}`);
    }
    if (staysIn(firstRegions(before), firstRegions(after), place)) continue;

    const own = ownRuns(before);
    const isThere = (r: Region): boolean => r.start === start;
    const region = firstRegions(after).find(isThere) ?? allRegions(after).find(isThere);
    const taken = within([runAt(place)], variableRuns(before));
    const isAligned = start % alignmentOf(after, region?.kind) === 0n || own.some((r) => r.start === start);
    if (without(taken, own).length > 0) yield wrong(start, `the table at ${hex(start)} takes memory of the program`);
    if (!isAligned) yield wrong(start, `the table at ${hex(start)} begins at an odd address`);
  }
  yield* sizeDifferences(pair);
}

const runAt = ({ address, size }: DeclaredPlace): AddressRun => ({ start: address, end: address + BigInt(size) });

/** Is it the place of a table that is where it was, and no longer? */
const staysIn = (old: readonly Region[], now: readonly Region[], { address, size }: DeclaredPlace): boolean =>
  old.some(
    ({ kind, start, end }) =>
      start === address &&
      end - start >= BigInt(size) &&
      now.some((other) => other.kind === kind && other.start === start),
  );

/** Memory of tables, and what earlier patches have left. */
const ownRuns = /* @__PURE__ */ once((elf): readonly AddressRun[] => [
  ...allRegions(elf),
  ...ownSegments(elf),
  ...coverRuns(elf),
]);

/** PT_LOADs end where they did, or behind a table. New ones are never executable, and writable only for `.dynamic`. */
function* loadDifferences({ before, after, declared }: Pair): Generator<ProgramDifference> {
  const old = loadsOf(before).map(runOf);
  const ends = new Set([...old.map((run) => run.end), ...declared!.places.map((p) => p.address + BigInt(p.size))]);
  const address = after.dynamic?.address ?? -1n;
  const own = ownSegments(before);
  for (const load of loadsOf(after)) {
    const run = runOf(load);
    if (!ends.has(run.end)) yield wrong(run.start, `the PT_LOAD at ${hex(run.start)} ends at ${hex(run.end)}`);

    const isNew = without([...old], own).every((other) => shared(run, other) === undefined);
    const mayWrite = run.start <= address && address < run.end;
    const flags = mayWrite ? load.flags & ~PF.W : load.flags;
    if (isNew && flags !== PF.R) {
      yield wrong(run.start, `p_flags of the new PT_LOAD at ${hex(run.start)} are ${load.flags}`);
    }
  }
}

const fileRuns = (elf: ElfFile): AddressRun[] =>
  loadsOf(elf).map((l) => ({ start: l.exact("vaddr"), end: l.exact("vaddr") + l.exact("filesz") }));

/** What a program has for its own: loaded sections that are no tables, and memory behind the file's bytes. */
const variableRuns = (elf: ElfFile): AddressRun[] => [
  ...programRuns(elf),
  ...loadsOf(elf).map((l) => ({ start: l.exact("vaddr") + l.exact("filesz"), end: runOf(l).end })),
];

/** What loaders on strict machines want of an address. */
function alignmentOf({ header }: ElfFile, kind: Region["kind"] | undefined): bigint {
  switch (kind) {
    case "dynamic":
    case "symbols":
    case "gnuHash":
    case "mipsHash":
      return BigInt(wordSize(header));
    case "hash":
    case "notes":
    case "versionNeeds":
    case "versionDefinitions":
      return 4n;
    case "versions":
      return 2n;
    default:
      return 1n;
  }
}

/** sh_size of a table that has moved or grown says how large it is. */
function* sizeDifferences({ before, after, declared }: Pair): Generator<ProgramDifference> {
  const { count, type } = sectionColumns(after);
  const view = sectionViews(after);
  for (let i = 0; i < count; i++) {
    const address = view(i).exact("addr");
    const place = declared!.places.find((p) => p.address === address);
    const size = view(i).exact("size");
    const isShort = place !== undefined && size > 0n && size < BigInt(place.size);
    if (!isShort || type[i] === SHT.NOTE) continue;

    // A table that is where it was, and no larger, has the section that it had.
    const wasSo = allRegions(before).some((r) => r.start === address && r.end - r.start >= BigInt(place.size));
    const name = sectionNames(after).of(i);
    if (!wasSo) yield damage("sections", name, `sh_size of ${name} is ${size}, less than its ${place.size} bytes`);
  }
}

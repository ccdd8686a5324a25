import { wordSize } from "../codec/encoding.js";
import { hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { PF, SHT } from "../spec/constants.js";
import { damage, type ProgramDifference } from "./difference.js";
import { type AddressRun, loadsOf, runOf } from "./memory.js";
import type { Pair } from "./pair.js";
import { allRegions, coverRuns, ownSegments, programRuns, type Region } from "./regions.js";
import { shared, without } from "./runs.js";

const wrong = (at: bigint, message: string): ProgramDifference => damage("segments", hex(at), message);

/** Where tables went: into memory that the file has, that nobody else has, and that loaders can read words of. */
export function* placeDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after, declared } = pair;
  yield* loadDifferences(pair);

  const own = [...allRegions(before), ...ownSegments(before), ...coverRuns(before)];
  const variables = without(variableRuns(before), own);
  for (const { address: start, size } of declared!.places) {
    const run = { start, end: start + BigInt(size) };
    const region = allRegions(after).find((r) => r.start === start);
    const taken = variables.find((variable) => shared(run, variable));
    const isAligned = start % alignmentOf(after, region?.kind) === 0n || own.some((r) => r.start === start);
    if (without([run], fileRuns(after)).length > 0) {
      yield wrong(start, `no PT_LOAD has all of the table at ${hex(start)}`);
    }
    if (taken) yield wrong(start, `the table at ${hex(start)} takes memory of the program`);
    if (!isAligned) yield wrong(start, `the table at ${hex(start)} begins at an odd address`);
  }
  yield* sizeDifferences(pair);
}

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
  for (const { header: s, name } of after.sections) {
    const place = declared!.places.find((p) => p.address === s.exact("addr"));
    const isShort = place !== undefined && s.exact("size") > 0n && s.exact("size") < BigInt(place.size);
    if (!isShort || s.type === SHT.NOTE) continue;

    // A table that is where it was, and no larger, has the section that it had.
    const wasSo = allRegions(before).some((r) => r.start === place.address && r.end - r.start >= BigInt(place.size));
    if (!wasSo) yield damage("sections", name, `sh_size of ${name} is ${s.size}, less than its ${place.size} bytes`);
  }
}

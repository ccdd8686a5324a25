import { hex } from "../error.js";
import { isLoaded } from "../image/headers/sections.js";
import { PF, SHT } from "../spec/constants.js";
import type { ElfFile } from "../image/elf.js";
import { damage, type ProgramDifference, risk } from "./difference.js";
import { lostMemory, sizeOf } from "./explain.js";
import { type AddressRun, loadsOf } from "./memory.js";
import type { Pair } from "./pair.js";
import { addressedByCode } from "./references.js";
import { allRegions, isZero, programRuns, readByCode } from "./regions.js";
import { within, without } from "./runs.js";

/** Of a file that anybody may have made: what code cannot see, what it may see, and what it does. */
export function* judgedMemory(pair: Pair, runs: readonly AddressRun[]): Generator<ProgramDifference> {
  const { before } = pair;
  const tables = allRegions(before).flatMap((region) => readByCode(before, region).map((run) => ({ region, run })));
  for (const { region, run } of tables) {
    const bytes = within(runs, [run]);
    if (bytes.length === 0) continue;

    const name = region.kind === "dynamic" ? ".dynamic" : "the program's own notes";
    const isRead = addressedByCode(before, region);
    const at = hex(run.start);
    if (isRead) {
      yield damage("old-bytes", at, `code has the address of ${name}, whose old bytes at ${at} are others now`);
    } else
      yield risk("old-bytes", at, `the old bytes of ${name} at ${at} are others now: code that looks there sees them`);
  }

  const rest = without(
    runs,
    tables.map((t) => t.run),
  );
  const described = before.header.shnum > 0 ? [...programRuns(before), ...allRegions(before)] : undefined;
  // Sections that are not loaded may lie in a PT_LOAD all the same: Go's names of sections.
  const padding = described ? without(rest, [...described, ...unloadedRuns(before)]) : [];
  const data = padding.filter((run) => !isCode(before, run) && !isZero(before, run));
  const filler = padding.filter((run) => !data.includes(run));
  if (filler.length > 0) {
    const at = hex(filler[0]!.start);
    yield risk(
      "old-bytes",
      at,
      `${sizeOf(filler)} loaded bytes that no section has are others now, the first at ${at}`,
    );
  }

  const others = described ? [...within(rest, described), ...data] : rest;
  if (others.length > 0) yield* lostMemory(pair, others);
}

/** Where sections that are not loaded are in memory. */
const unloadedRuns = (elf: ElfFile): AddressRun[] =>
  elf.sections.flatMap((s): AddressRun[] => {
    const size = isLoaded(s) || s.header.type === SHT.NOBITS ? 0 : s.header.near("size");
    const start = size > 0 ? elf.addressOf(s.header.near("offset"), size) : undefined;
    return start === undefined ? [] : [{ start, end: start + BigInt(size) }];
  });

/** Is it in a PT_LOAD with code? What no section has there, linkers have filled with what is no code. */
const isCode = (elf: ElfFile, run: AddressRun): boolean =>
  loadsOf(elf).some((l) => {
    const start = l.exact("vaddr");
    return (l.flags & PF.X) !== 0 && start <= run.start && run.start < start + l.exact("memsz");
  });

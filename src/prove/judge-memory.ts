import { hex } from "../error.js";
import { damage, type ProgramDifference, risk } from "./difference.js";
import { lostMemory, sizeOf } from "./explain.js";
import type { AddressRun } from "./memory.js";
import type { Pair } from "./pair.js";
import { addressedByCode } from "./references.js";
import { allRegions, readByCode, programRuns } from "./regions.js";
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
    if (isRead)
      yield damage("old-bytes", at, `code has the address of ${name}, whose old bytes at ${at} are others now`);
    else
      yield risk("old-bytes", at, `the old bytes of ${name} at ${at} are others now: code that looks there sees them`);
  }

  const rest = without(
    runs,
    tables.map((t) => t.run),
  );
  const described = before.header.shnum > 0 ? [...programRuns(before), ...allRegions(before)] : undefined;
  const padding = described ? without(rest, described) : [];
  if (padding.length > 0) {
    const at = hex(padding[0]!.start);
    yield risk(
      "old-bytes",
      at,
      `${sizeOf(padding)} loaded bytes that no section has are others now, the first at ${at}`,
    );
  }

  const others = described ? within(rest, described) : rest;
  if (others.length > 0) yield* lostMemory(pair, others);
}

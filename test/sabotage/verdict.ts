import type { Fault } from "./fault.js";
import { type Outcome, type Stop, STOPS, UNCHANGED } from "./outcome.js";

/** What became of a fault. */
export interface Verdict {
  readonly fault: Fault;
  /** How many scenarios ended in another way than without the fault, by what stopped them. */
  readonly stopped: Readonly<Record<Stop, number>>;
  /** The scenarios that gave other bytes. */
  readonly through: readonly string[];
  /** Those that were stopped: by what, and what the error said. */
  readonly stops: readonly Outcome[];
}

/** Compares the outcomes of a build with a fault to those of the build without. */
export function verdictOf(fault: Fault, clean: readonly Outcome[], outcomes: readonly Outcome[]): Verdict {
  const stopped: Record<Stop, number> = { prove: 0, check: 0, refused: 0, crash: 0 };
  const through: string[] = [];
  const stops: Outcome[] = [];

  if (outcomes.length > clean.length) throw new Error("the scenarios have changed since the run began");
  outcomes.forEach((outcome, i) => {
    const { scenario, end, detail } = clean[i]!;
    if (end === outcome.end && detail === outcome.detail) return;
    // Where the sources as they are refuse a file, one that stays as it is does no harm.
    if (end !== "bytes" && outcome.detail === UNCHANGED) return;

    if (outcome.end === "bytes") {
      through.push(scenario);
    } else {
      stopped[outcome.end]++;
      stops.push({ ...outcome, scenario });
    }
  });

  return { fault, stopped, through, stops };
}

/** Did any scenario end in another way than without the fault? */
export const isReached = ({ stopped, through }: Verdict): boolean => total(stopped) + through.length > 0;

export const total = (stopped: Verdict["stopped"]): number => STOPS.reduce((sum, stop) => sum + stopped[stop], 0);

/** By what a fault is stopped: whatever stops most of its scenarios. */
export function stopperOf({ stopped, through }: Verdict): string {
  if (through.length > 0) return "only a test";
  return STOPS.filter((stop) => stopped[stop] > 0).join(", ");
}

import { createHash } from "node:crypto";
import { isElfError } from "../../src/index.js";

/** What became of one scenario. */
export interface Outcome {
  /** The name of the scenario. */
  readonly scenario: string;
  /** "bytes" for an output, else by what it was stopped. */
  readonly end: "bytes" | Stop;
  /** The hash of the bytes, or {@link UNCHANGED}, or the error: code and rules. */
  readonly detail: string;
}

/** Stands for the hash of an output that is the input. */
export const UNCHANGED = "the input";

/**
 * What stops a fault: `prove`, `check`, another refusal of the library's (its reader finds the result malformed), or an
 * error that is no refusal. An endless loop counts as one.
 */
export const STOPS = ["prove", "check", "refused", "crash"] as const;
export type Stop = (typeof STOPS)[number];

/** The outcome of a patch of these bytes. */
export function outcomeOf(scenario: string, input: Uint8Array, run: () => Uint8Array): Outcome {
  try {
    const output = run();
    const isInput = Buffer.compare(output, input) === 0;
    const detail = isInput ? UNCHANGED : createHash("sha256").update(output).digest("hex");
    return { scenario, end: "bytes", detail };
  } catch (e) {
    if (!isElfError(e)) return { scenario, end: "crash", detail: String(e).split("\n")[0]!.slice(0, 200) };
    if (!isElfError(e, "INVARIANT")) return { scenario, end: "refused", detail: e.code };

    const { rules } = e.detail;
    const isProved = rules.some((rule) => rule.startsWith("prove-"));
    return { scenario, end: isProved ? "prove" : "check", detail: `${e.code} ${[...new Set(rules)].join(" ")}` };
  }
}

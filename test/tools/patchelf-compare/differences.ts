import type { Outcome } from "./sides.js";

/** A difference that is meant. It holds for what it describes and nothing more, and each has to be seen. */
export interface Difference {
  readonly name: string;
  readonly why: string;
  holds(d: { readonly args: readonly string[]; readonly file: string; readonly theirs: Outcome; readonly ours: Outcome }): boolean;
}

export const differences: readonly Difference[] = [];

import { type Row, table } from "../corpus/print.js";
import { EDIT_PARTS, type Named } from "./makers.js";
import { KINDS, type SubjectKind } from "./subjects.js";
import type { Truth } from "./truth.js";

/** Two files, and what is known of them. */
export interface MadePair {
  /** The subject, what was done to it, and by what. */
  readonly id: string;
  readonly by: string;
  readonly kind: SubjectKind;
  readonly before: string;
  readonly after: string;
  readonly edits: readonly Named[];
  readonly truth: Truth;
  /** What a run shows, or the reason of a truth that no run can tell. */
  readonly why: string;
}

/** What was said of a pair. */
export interface Judgement {
  readonly same: boolean;
  readonly summary: string;
  readonly differences: readonly { readonly kind: "edit" | "risk" | "damage"; readonly part: string }[];
}

export interface JudgedPair extends MadePair {
  readonly said: Judgement;
  readonly outcome: Outcome;
}

/**
 * How a pair was judged. "right": what is whole is not accused, and its edits are named; or what had to be told is.
 * "found": it is broken, and there is damage. "warned": it is broken, and all that is said is a risk. These are wrong:
 * "missed", "accused", and "unnamed", where an edit was not told.
 */
export type Outcome = "right" | "found" | "warned" | "missed" | "accused" | "unnamed";
export const WRONG: readonly Outcome[] = ["missed", "accused", "unnamed"];

export function outcomeOf({ truth, edits }: MadePair, { differences }: Judgement): Outcome {
  const has = (kind: string): boolean => differences.some((d) => d.kind === kind);
  const isTold = (edit: Named): boolean => {
    const parts: readonly string[] = EDIT_PARTS[edit];
    return differences.some((d) => parts.includes(d.part));
  };

  if (truth === "broken") {
    if (has("damage")) return "found";
    return has("risk") ? "warned" : "missed";
  }
  if (truth === "told") return differences.length > 0 ? "right" : "missed";
  if (has("damage")) return "accused";
  return edits.every(isTold) ? "right" : "unnamed";
}

const HEAD = ["pairs", "whole", "broken", "told", "found", "warned", "missed", "accused", "unnamed", "with a risk"];

/** The numbers of a row; the last one counts whole pairs of which a risk was told. */
function counts(pairs: readonly JudgedPair[]): number[] {
  const truths = (["whole", "broken", "told"] as const).map((t) => pairs.filter((p) => p.truth === t).length);
  const outcomes = (["found", "warned", "missed", "accused", "unnamed"] as const).map(
    (o) => pairs.filter((p) => p.outcome === o).length,
  );
  const isRisk = ({ truth, said }: JudgedPair) => truth === "whole" && said.differences.some((d) => d.kind === "risk");
  return [pairs.length, ...truths, ...outcomes, pairs.filter(isRisk).length];
}

/** The tables: by maker and kind, by maker, and by kind; then each wrong judgement with what was said. */
export function printJudged(pairs: readonly JudgedPair[]): void {
  const makers = [...new Set(pairs.map((p) => p.by))];
  const kinds = KINDS.filter((kind) => pairs.some((p) => p.kind === kind));
  const all: Row = ["all", "", ...counts(pairs)];
  const rows = makers.flatMap((by): Row[] =>
    kinds.flatMap((kind): Row[] => {
      const of = pairs.filter((p) => p.by === by && p.kind === kind);
      return of.length === 0 ? [] : [[by, kind, ...counts(of)]];
    }),
  );
  console.log(table([["made by", "of", ...HEAD], ...rows, all]));

  for (const p of pairs.filter(({ outcome }) => WRONG.includes(outcome) || outcome === "warned")) {
    console.log(`\n${p.outcome.toUpperCase()} ${p.id}`);
    if (p.why !== "") console.log(`  truth: ${p.truth}, ${p.why.replaceAll("\n", " ").slice(0, 200)}`);
    console.log(`  said: ${p.said.summary.replaceAll("\n", "\n    ")}`);
  }
}

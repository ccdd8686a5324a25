import type { ElfFile } from "../image/elf.js";
import { Tolerant } from "../image/tolerant.js";
import { type Change, changed, type ChangeValue } from "./change.js";
import type { DynamicDescription } from "./description.js";
import { matchLists } from "./match.js";
import { describeDynamic } from "./parts.js";

/** Tags of sizes, counts and indexes: their values follow from the tables that they describe. */
const COUNTS = /(SZ|ENT|NUM|COUNT|NO|GOTSYM)$/;

export function* diffDynamic(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const old = byTag(before);
  const now = byTag(after);
  for (const tag of new Set([...old.entries.keys(), ...now.entries.keys()])) {
    const from = old.entries.get(tag) ?? [];
    const to = now.entries.get(tag) ?? [];
    const isTexts = [...from, ...to].some(isText);
    const isDerived = old.derived.has(tag) || now.derived.has(tag);

    yield* isTexts ? diffTexts(tag, from, to) : diffValues(tag, from, to, isDerived);
    if (layout && (isTexts || isDerived)) yield* diffNumbers(tag, from, to);
  }
}

interface EntriesByTag {
  readonly entries: ReadonlyMap<string, readonly DynamicDescription[]>;
  /** Tags whose values follow from the layout, or from the tables that they describe. */
  readonly derived: ReadonlySet<string>;
}

function byTag(elf: ElfFile): EntriesByTag {
  const tolerant = new Tolerant();
  const entries = new Map<string, DynamicDescription[]>();
  for (const entry of tolerant.part(() => describeDynamic(elf, tolerant)) ?? []) {
    const list = entries.get(entry.tag);
    if (list) list.push(entry);
    else entries.set(entry.tag, [entry]);
  }

  const derived = new Set<string>();
  for (const { kind, name } of tolerant.part(() => elf.dynamic?.entries) ?? []) {
    if (kind === "address" || kind === "self-relative" || COUNTS.test(name)) derived.add(name);
  }

  return { entries, derived };
}

const isText = (entry: DynamicDescription): boolean => entry.text !== undefined;

function meaning({ text, flags, value }: DynamicDescription): ChangeValue {
  if (flags) return flags.join(" ");
  return text === undefined ? value : text;
}

/** Compares the entries of a tag of strings as lists: DT_NEEDED occurs more than once, and its order counts. */
function* diffTexts(
  tag: string,
  before: readonly DynamicDescription[],
  after: readonly DynamicDescription[],
): Generator<Change> {
  const { steps, kept, reordered } = matchLists(before, after, (entry) => String(entry.text), true);
  for (const { from, to } of steps) {
    yield { at: "dynamic", tag, from: from ? meaning(from) : null, to: to ? meaning(to) : null };
  }
  if (!reordered) return;

  const keptAfter = new Set(kept.map(([, entry]) => entry));
  const oldOrder = kept.map(([entry]) => meaning(entry));
  const newOrder = after.filter((entry) => keptAfter.has(entry)).map(meaning);
  yield { at: "dynamic", tag, field: "order", from: oldOrder.join(", "), to: newOrder.join(", ") };
}

/** Compares values one by one. Of a derived tag, only an entry that came or went counts. */
function* diffValues(
  tag: string,
  before: readonly DynamicDescription[],
  after: readonly DynamicDescription[],
  isDerived: boolean,
): Generator<Change> {
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const from = before[i];
    const to = after[i];
    if (from && to && isDerived) continue;
    yield* changed({ at: "dynamic", tag }, from ? meaning(from) : null, to ? meaning(to) : null);
  }
}

/** Compares the numbers behind texts and addresses: they change when something moves. */
function* diffNumbers(
  tag: string,
  before: readonly DynamicDescription[],
  after: readonly DynamicDescription[],
): Generator<Change> {
  for (let i = 0; i < Math.min(before.length, after.length); i++) {
    const occurrence = i > 0 ? { occurrence: i } : {};
    yield* changed({ at: "dynamic", tag, ...occurrence, field: "value" }, before[i]!.value, after[i]!.value);
  }
}

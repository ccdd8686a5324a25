import type { ElfFile } from "../image/elf.js";
import { type Change, changed, type ChangeValue } from "./change.js";
import type { DynamicDescription } from "./description.js";
import { match } from "./match.js";
import { describeDynamic } from "./parts.js";
import { Tolerant } from "../image/tolerant.js";

type Entries = ReadonlyMap<string, readonly DynamicDescription[]>;

/**
 * Values that say how much there is of something, or where its part begins: they follow from the tables they describe.
 */
const COUNTS = /(SZ|ENT|NUM|COUNT|NO|GOTSYM)$/;

const isText = (e: DynamicDescription): boolean => e.text !== undefined;
const meaning = (e: DynamicDescription): ChangeValue =>
  e.flags ? e.flags.join(" ") : isText(e) ? (e.text ?? null) : e.value;

function byTag(elf: ElfFile): { entries: Entries; derived: ReadonlySet<string> } {
  const t = new Tolerant();
  const entries = new Map<string, DynamicDescription[]>();
  const derived = new Set<string>();

  for (const e of t.part(() => describeDynamic(elf, t)) ?? []) {
    const list = entries.get(e.tag);
    if (list) list.push(e);
    else entries.set(e.tag, [e]);
  }

  for (const e of t.part(() => elf.dynamic?.entries) ?? []) {
    if (e.kind === "address" || e.kind === "self-relative" || COUNTS.test(e.name)) derived.add(e.name);
  }

  return { entries, derived };
}

export function* diffDynamic(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const a = byTag(before);
  const b = byTag(after);
  for (const tag of new Set([...a.entries.keys(), ...b.entries.keys()])) {
    const from = a.entries.get(tag) ?? [];
    const to = b.entries.get(tag) ?? [];
    const text = [...from, ...to].some(isText);
    const derived = a.derived.has(tag) || b.derived.has(tag);
    yield* text ? texts(tag, from, to) : values(tag, from, to, derived);
    if (layout && (text || derived)) yield* fields(tag, from, to);
  }
}

/** Tags that name a string: lists, since DT_NEEDED comes often and its order counts. */
function* texts(
  tag: string,
  before: readonly DynamicDescription[],
  after: readonly DynamicDescription[],
): Generator<Change> {
  const m = match(before, after, (e) => String(e.text), true);
  for (const { from, to } of m.steps) {
    yield { at: "dynamic", tag, from: from ? meaning(from) : null, to: to ? meaning(to) : null };
  }

  if (!m.reordered) return;

  const kept = new Set(m.kept.map(([, b]) => b));
  yield {
    at: "dynamic",
    tag,
    field: "order",
    from: m.kept.map(([a]) => meaning(a)).join(", "),
    to: after
      .filter((e) => kept.has(e))
      .map(meaning)
      .join(", "),
  };
}

function* values(
  tag: string,
  before: readonly DynamicDescription[],
  after: readonly DynamicDescription[],
  derived: boolean,
): Generator<Change> {
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const a = before[i];
    const b = after[i];
    if (!a || !b || !derived) yield* changed({ at: "dynamic", tag }, a ? meaning(a) : null, b ? meaning(b) : null);
  }
}

/** What moved: the numbers behind texts and addresses. */
function* fields(
  tag: string,
  before: readonly DynamicDescription[],
  after: readonly DynamicDescription[],
): Generator<Change> {
  for (let i = 0; i < Math.min(before.length, after.length); i++) {
    yield* changed(
      { at: "dynamic", tag, ...(i > 0 ? { occurrence: i } : {}), field: "value" },
      before[i]!.value,
      after[i]!.value,
    );
  }
}

import type { Note } from "../../error.js";
import { DF, DF_1 } from "../../spec/constants.js";
import { DT, dynamicTag } from "../../spec/dynamic.js";

type Entry = { readonly tag: number; readonly value: bigint };

const says = (entries: readonly Entry[], tag: number, bit: number): boolean =>
  entries.some((e) => e.tag === tag && (e.value & BigInt(bit)) !== 0n);

/** An entry that loading may be able to do without. */
interface Redundant {
  readonly tag: number;
  /** Why, as a relative clause. */
  readonly why: string;
  /** Is it redundant beside these entries? */
  isSo(entries: readonly Entry[]): boolean;
}

/**
 * In the order in which they are given up. DT_RELACOUNT and DT_RELCOUNT only tell how many relocations are relative,
 * which saves ld.so a test for each. The older tags say what DT_FLAGS says too (gABI, "Dynamic Section").
 */
const REDUNDANT: readonly Redundant[] = [
  { tag: DT.RELACOUNT, why: "which only speeds up loading", isSo: () => true },
  { tag: DT.RELCOUNT, why: "which only speeds up loading", isSo: () => true },
  {
    tag: DT.BIND_NOW,
    why: "which a flag says too",
    isSo: (entries) => says(entries, DT.FLAGS, DF.BIND_NOW) || says(entries, DT.FLAGS_1, DF_1.NOW),
  },
  {
    tag: DT.SYMBOLIC,
    why: "which DF_SYMBOLIC says too",
    isSo: (entries) => says(entries, DT.FLAGS, DF.SYMBOLIC),
  },
  {
    tag: DT.TEXTREL,
    why: "which DF_TEXTREL says too",
    isSo: (entries) => says(entries, DT.FLAGS, DF.TEXTREL),
  },
];

/**
 * Gives up as many redundant entries as new ones need places, if that is enough to keep .dynamic where it is: a moved
 * one would leave PT_GNU_RELRO.
 *
 * @param capacity entries that the table holds, its terminator included
 */
export function spendRedundant<E extends Entry>(
  entries: readonly E[],
  capacity: number,
  notes: Note[],
  machine: number,
): readonly E[] {
  const missing = entries.length + 1 - capacity;
  if (missing <= 0) return entries;

  const redundant = REDUNDANT.filter((r) => r.isSo(entries)).flatMap(({ tag, why }) =>
    entries.flatMap((entry, index) => (entry.tag === tag ? [{ index, tag, why }] : [])),
  );
  const spent = redundant.slice(0, missing);
  if (spent.length < missing) return entries;

  for (const { tag, why } of spent) {
    const isCount = tag === DT.RELACOUNT || tag === DT.RELCOUNT;
    notes.push({
      note: isCount ? "COUNT_DROPPED" : "REDUNDANT_DROPPED",
      message: `${dynamicTag(tag, machine).name}, ${why}, gave its place in .dynamic to a new entry`,
    });
  }

  return entries.filter((_, i) => !spent.some((s) => s.index === i));
}

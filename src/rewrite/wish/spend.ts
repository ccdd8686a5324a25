import type { Note } from "../../error.js";
import { DF, DF_1 } from "../../spec/constants.js";
import { DT, dynamicTag } from "../../spec/dynamic.js";

type Entry = { readonly tag: number; readonly value: bigint };

const says = (entries: readonly Entry[], tag: number, bit: number): boolean =>
  entries.some((e) => e.tag === tag && (e.value & BigInt(bit)) !== 0n);

/**
 * Entries that loading can do without, in the order in which they are given up: DT_RELACOUNT and DT_RELCOUNT only tell
 * how many relocations are relative, which saves ld.so a test for each; the older tags say what DT_FLAGS says too
 * (gABI, "Dynamic Section").
 */
const REDUNDANT: readonly { readonly tag: number; readonly why: string; isSo(entries: readonly Entry[]): boolean }[] = [
  { tag: DT.RELACOUNT, why: "which only speeds up loading", isSo: () => true },
  { tag: DT.RELCOUNT, why: "which only speeds up loading", isSo: () => true },
  {
    tag: DT.BIND_NOW,
    why: "which a flag says too",
    isSo: (e) => says(e, DT.FLAGS, DF.BIND_NOW) || says(e, DT.FLAGS_1, DF_1.NOW),
  },
  { tag: DT.SYMBOLIC, why: "which DF_SYMBOLIC says too", isSo: (e) => says(e, DT.FLAGS, DF.SYMBOLIC) },
  { tag: DT.TEXTREL, why: "which DF_TEXTREL says too", isSo: (e) => says(e, DT.FLAGS, DF.TEXTREL) },
];

/**
 * Where the places of redundant entries are all that is missing, as many as are needed are given up: a moved .dynamic
 * would leave PT_GNU_RELRO.
 *
 * @param capacity entries the table holds, its terminator included
 */
export function spendRedundant<E extends Entry>(
  entries: readonly E[],
  capacity: number,
  notes: Note[],
  machine: number,
): readonly E[] {
  const missing = entries.length + 1 - capacity;
  if (missing <= 0) return entries;

  const spent = REDUNDANT.flatMap(({ tag, why, isSo }) =>
    isSo(entries) ? entries.flatMap((e, i) => (e.tag === tag ? [{ i, tag, why }] : [])) : [],
  ).slice(0, missing);
  if (spent.length < missing) return entries;

  for (const { tag, why } of spent) {
    notes.push({
      note: tag === DT.RELACOUNT || tag === DT.RELCOUNT ? "COUNT_DROPPED" : "REDUNDANT_DROPPED",
      message: `${dynamicTag(tag, machine).name}, ${why}, gave its place in .dynamic to a new entry`,
    });
  }

  return entries.filter((_, i) => !spent.some((s) => s.i === i));
}

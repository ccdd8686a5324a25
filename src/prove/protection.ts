import { hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { once } from "../image/once.js";
import type { Range } from "../pieces/ranges.js";
import { PT } from "../spec/constants.js";
import { damage, edit, type ProgramDifference, risk } from "./difference.js";
import { type AddressRun, loadsOf, runOf } from "./memory.js";
import type { Pair } from "./pair.js";
import { within, without } from "./runs.js";

/** Do all program headers say what they said, and do the edits want no other? */
export function keepsProgramHeaders(pair: Pair): boolean {
  const old = pair.before.header;
  const now = pair.after.header;
  const size = old.phnum * old.phentsize;
  const isAsked = pair.declared?.segments.length === 0 && old.phnum === now.phnum && old.phoff === now.phoff;
  return isAsked && pair.isSame({ from: old.phoff, at: now.phoff, size });
}

/**
 * Ranges of the file that PT_LOADs map and that are others, where the program headers stay: then each byte of memory is
 * where it was. Undefined where they do not.
 */
export const changedInPlace = /* @__PURE__ */ once((pair: Pair): readonly Range[] | undefined => {
  if (!keepsProgramHeaders(pair)) return undefined;

  return loadsOf(pair.before).flatMap((load) => {
    const from = load.near("offset");
    const runs = [...pair.differing({ from, at: from, size: load.near("filesz") })];
    return runs.map((run) => ({ start: from + run.start, end: from + run.end }));
  });
});

/** Fields that edits set in the program headers of a type; undefined where they set none. */
export const wantedFields = (
  { declared }: Pair,
  type: number,
): { readonly flags?: number; readonly memsz?: number } | undefined =>
  declared?.segments
    .filter((s) => s.type === type)
    .reduce<object | undefined>((all, s) => ({ ...all, ...s.fields }), undefined);

/** PT_GNU_STACK: whether the stack is executable, and its size. */
export function* stackDifferences(pair: Pair): Generator<ProgramDifference> {
  const [old, now] = [pair.before, pair.after].map((elf) => elf.segments.find((s) => s.type === PT.GNU_STACK));
  const wanted = wantedFields(pair, PT.GNU_STACK);
  const other = (message: string): ProgramDifference => edit("stack", "PT_GNU_STACK", message);

  if (!old !== !now && !wanted) yield other(`PT_GNU_STACK is ${now ? "new" : "gone"}`);
  if (!now) return;

  for (const field of ["flags", "memsz"] as const) {
    const value = wanted?.[field] ?? old?.[field] ?? now[field];
    if (now[field] !== value) yield other(`p_${field} of PT_GNU_STACK is ${hex(now[field])}, not ${hex(value)}`);
  }
}

const hasIn = (runs: readonly AddressRun[], address: bigint): boolean =>
  runs.some((r) => r.start <= address && address < r.end);

/** PT_GNU_RELRO: what becomes read-only once the file is relocated. More than before would take it from the program. */
export function* relroDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after } = pair;
  const runsOf = ({ segments }: ElfFile): AddressRun[] => segments.filter((s) => s.type === PT.GNU_RELRO).map(runOf);
  const old = runsOf(before);
  const now = runsOf(after);

  const [more] = within(without(now, old), loadsOf(before).map(runOf));
  if (more) yield damage("relro", hex(more.start), `PT_GNU_RELRO makes memory from ${hex(more.start)} on read-only`);

  // A dynamic section that moves to lower addresses of its own segment takes its protection along.
  const was = before.dynamic?.address ?? 0n;
  const is = after.dynamic?.address ?? was;
  const isHome = is < was && loadsOf(after).some((l) => hasIn([runOf(l)], is) && hasIn([runOf(l)], was));
  const [less] = isHome && hasIn(old, was) && !hasIn(now, is) ? [{ start: is }] : without(old, now);
  if (!less) return;
  yield risk("relro", hex(less.start), `PT_GNU_RELRO does not protect memory at ${hex(less.start)}`);
}

import { addressUp, equalBytes } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { hex } from "../error.js";
import type { ElfFile, Segment } from "../image/elf.js";
import { isPlaced } from "../image/headers/sections.js";
import { PT } from "../spec/constants.js";
import { cardOf } from "../spec/machines/card-of.js";
import { MEMORY } from "../spec/machines/lists/memory.js";
import { damage, type ProgramDifference, risk } from "./difference.js";
import type { Pair } from "./pair.js";
import { keepsProgramHeaders, relroDifferences, stackDifferences, wantedFields } from "./protection.js";
import { firstRegions } from "./regions.js";

/** What program headers say besides PT_LOAD: thread-local storage, stack, unwinding, read-only memory. */
export function* segmentDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after, declared } = pair;
  if (!keepsProgramHeaders(pair)) {
    yield* tableDifferences(pair);
    yield* stackDifferences(pair);
    yield* relroDifferences(pair);
  }

  const changed = changedTypes(pair);
  for (const [i, segment] of before.segments.entries()) {
    if (!changed.has(segment.type)) yield* keptDifferences(pair, segment, after.segments[i]!);
  }
  for (const type of changed) {
    const was = before.segments.filter((s) => s.type === type);
    const is = after.segments.filter((s) => s.type === type);
    if (declared) yield* fieldDifferences(pair, type, was, is);
    if (!SPOKEN_FOR.includes(type)) yield* otherDifferences(pair, type, was, is);
  }
}

/** The types of program headers that are not what they were at their places in the table, or shall be others. */
function changedTypes({ before, after, declared }: Pair): Set<number> {
  const types = new Set(declared?.segments.map((s) => s.type));
  const [old, now] = [before, after].map(({ source, header: h }) =>
    readExactly(source, h.phoff, h.phnum * h.phentsize, "the program header table"),
  ) as [Uint8Array, Uint8Array];

  const { phentsize } = before.header;
  const count = Math.max(before.segments.length, after.segments.length);
  for (let i = 0; i < count; i++) {
    const row = old.subarray(i * phentsize, (i + 1) * phentsize);
    if (equalBytes(row, now.subarray(i * phentsize, (i + 1) * phentsize))) continue;

    for (const { segments } of [before, after]) if (i < segments.length) types.add(segments[i]!.type);
  }
  return types;
}

/** Where a program header says nothing else, the bytes may differ that it leads to. */
function* keptDifferences(pair: Pair, was: Segment, is: Segment): Generator<ProgramDifference> {
  const difference = SPOKEN_FOR.includes(was.type) ? undefined : segmentDifference(pair, was, is);
  if (difference === undefined) return;

  const at = segmentName(was.type);
  yield damage("segments", at, `${at}: ${difference}`);
}

/** Program headers that others speak for: memory, tables, notes, and those above. */
const SPOKEN_FOR: readonly number[] = /* @__PURE__ */ [
  [PT.NULL, PT.LOAD, PT.DYNAMIC, PT.INTERP, PT.NOTE, PT.PHDR, PT.GNU_STACK, PT.GNU_RELRO],
].flat();

function segmentName(type: number): string {
  const known = Object.entries(PT).find(([, number]) => number === type)?.[0];
  return known ? `PT_${known}` : `PT_${hex(type)}`;
}

/**
 * p_paddr keeps its distance from p_vaddr: firmware loads by it. p_flags stay. New program headers stand behind those
 * of their type.
 */
function* fieldDifferences(
  pair: Pair,
  type: number,
  old: readonly Segment[],
  now: readonly Segment[],
): Generator<ProgramDifference> {
  const distance = (s: Segment): bigint => s.exact("paddr") - s.exact("vaddr");
  const flags = (s: Segment): number => (type === PT.LOAD || wantedFields(pair, type) ? 0 : s.flags);
  const isOther = (s: Segment, i: number): boolean =>
    now[i] !== undefined && (distance(now[i]) !== distance(s) || flags(now[i]) !== flags(s));
  if (type === PT.NULL || !old.some(isOther)) return;
  yield damage("segments", segmentName(type), `p_paddr or p_flags of ${segmentName(type)} do not follow`);
}

/** Where the program header table is in memory: programs get its address from the kernel (AT_PHDR). */
function* tableDifferences({ before, after }: Pair): Generator<ProgramDifference> {
  const [old, now] = [before, after].map((elf) => firstRegions(elf).find((r) => r.kind === "program headers"));
  if (!old) return;
  if (!now) {
    yield damage("segments", "PT_PHDR", "no PT_LOAD has the program header table");
    return;
  }

  if (old.start !== now.start) {
    const message = `the program header table is at ${hex(now.start)}, where Linux before 5.18 does not find it`;
    yield risk("segments", "PT_PHDR", message);
  }
  const told = (elf: ElfFile): bigint | undefined => elf.segments.find((s) => s.type === PT.PHDR)?.exact("vaddr");
  if (told(before) !== undefined && told(after) !== now.start) {
    yield damage("segments", "PT_PHDR", `PT_PHDR does not lead to ${hex(now.start)}`);
  }
}

function* otherDifferences(
  pair: Pair,
  type: number,
  old: readonly Segment[],
  now: readonly Segment[],
): Generator<ProgramDifference> {
  const { declared } = pair;
  const at = segmentName(type);
  if (old.length !== now.length) {
    // One goes with the loaded section that edits take away, or comes with the fields that they set.
    const isAsked = declared && (now.length < old.length ? dropsLoaded(pair) : wantedFields(pair, type));
    if (!isAsked) yield damage("segments", at, `there are ${now.length} ${at}, not ${old.length}`);
    return;
  }

  for (const [i, segment] of now.entries()) {
    const difference = segmentDifference(pair, old[i]!, segment);
    if (difference !== undefined) yield damage("segments", at, `${at}: ${difference}`);
  }
}

/** Do the edits take away a loaded section? */
const dropsLoaded = ({ before, declared }: Pair): boolean =>
  [...declared!.dropped].some((i) => isPlaced(before, before.sections[i]!));

/** What makes a program header another one; undefined where it means the same. */
function segmentDifference(pair: Pair, was: Segment, now: Segment): string | undefined {
  const wanted = wantedFields(pair, was.type);
  const isTls = was.type === PT.TLS;
  // Loaders round the size of thread-local storage up; so do some linkers.
  const shownSize = (size: bigint): bigint => (isTls ? addressUp(size, was.near("align")) : size);

  for (const field of ["flags", "filesz", "memsz"] as const) {
    const set = field === "filesz" ? undefined : wanted?.[field];
    const value = set === undefined ? was.exact(field) : BigInt(set);
    const round = field === "memsz" ? shownSize : (n: bigint): bigint => n;
    if (round(now.exact(field)) !== round(value)) return `p_${field} is ${hex(now.exact(field))}, not ${hex(value)}`;
  }
  if (isTls && now.exact("align") < was.exact("align")) return "p_align is less than before";
  if (was.exact("memsz") === 0n) return undefined;

  const moved = now.exact("vaddr") !== was.exact("vaddr");
  if (moved && !mayMove(pair.before, was.type)) {
    return `it is at ${hex(now.exact("vaddr"))}, not ${hex(was.exact("vaddr"))}`;
  }

  // What is in memory and stays there is compared with all other memory.
  const isLoaded = pair.before.addressOf(was.near("offset"), was.near("filesz")) === was.exact("vaddr");
  if ((isLoaded && !moved) || !hasAll(pair.before, was)) return undefined;
  const isSame = hasAll(pair.after, now) && pair.isSame({ from: was.offset, at: now.offset, size: was.filesz });
  return isSame ? undefined : "its bytes are others";
}

const hasAll = ({ source }: ElfFile, s: Segment): boolean => s.near("offset") + s.near("filesz") <= source.size;

/** Is it a table that loaders find by its program header alone? */
const mayMove = ({ header }: ElfFile, type: number): boolean =>
  type === PT.GNU_PROPERTY || (cardOf(MEMORY, header.machine)?.segments ?? []).some((s) => s.type === type);

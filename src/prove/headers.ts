import { addressUp } from "../codec/bytes.js";
import { hex } from "../error.js";
import type { ElfFile, Segment } from "../image/elf.js";
import { PT } from "../spec/constants.js";
import { cardOf } from "../spec/machines/card-of.js";
import { MEMORY } from "../spec/machines/lists/memory.js";
import { damage, edit, type ProgramDifference, risk } from "./difference.js";
import { type AddressRun, loadsOf } from "./memory.js";
import type { Pair } from "./pair.js";
import { firstRegions } from "./regions.js";
import { within, without } from "./runs.js";

const FIXED = ["class", "littleEndian", "type", "machine", "flags"] as const;
const SETTABLE = ["osabi", "abiVersion"] as const;

/** The ELF header: what says for whom the file is, and where it begins. */
export function* headerDifferences({ before, after, declared }: Pair): Generator<ProgramDifference> {
  const old = before.header;
  const now = after.header;
  for (const field of FIXED) {
    if (old[field] !== now[field]) yield damage("header", field, `${field} is ${now[field]}, not ${old[field]}`);
  }

  for (const field of SETTABLE) {
    const wanted = declared?.header[field] ?? old[field];
    const say = declared ? damage : edit;
    if (wanted !== now[field]) yield say("header", field, `${field} is ${now[field]}, not ${wanted}`);
  }

  if (old.entry !== now.entry) yield damage("entry", "e_entry", `e_entry is ${hex(now.entry)}, not ${hex(old.entry)}`);
}

/** PT_INTERP. */
export function* interpreterDifferences({ before, after, declared }: Pair): Generator<ProgramDifference> {
  const wanted = declared?.interpreter ?? before.interpreter;
  const now = after.interpreter;
  if (now === wanted) return;

  const isSet = !declared && wanted !== null && now !== null && now !== "";
  const say = isSet ? edit : damage;
  yield say("interpreter", "PT_INTERP", `the interpreter is ${now ?? "none"}, not ${wanted ?? "none"}`);
}

/** Program headers that others speak for: memory, tables, notes. */
const SPOKEN_FOR: readonly number[] = [PT.NULL, PT.LOAD, PT.DYNAMIC, PT.INTERP, PT.NOTE];

/** What program headers say besides PT_LOAD: thread-local storage, stack, unwinding, read-only memory. */
export function* segmentDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after } = pair;
  yield* tableDifferences(pair);
  if (pair.declared) yield* physicalDifferences(pair);
  yield* stackDifferences(pair);
  yield* relroDifferences(pair);

  const own: readonly number[] = [...SPOKEN_FOR, PT.PHDR, PT.GNU_STACK, PT.GNU_RELRO];
  const isOther = (s: Segment): boolean => !own.includes(s.type);
  const old = before.segments.filter(isOther);
  const now = after.segments.filter(isOther);
  for (const type of new Set([...old, ...now].map((s) => s.type))) {
    yield* otherDifferences(
      pair,
      type,
      old.filter((s) => s.type === type),
      now.filter((s) => s.type === type),
    );
  }
}

/**
 * p_paddr keeps its distance from p_vaddr: firmware loads by it. New program headers stand behind those of their type.
 */
function* physicalDifferences({ before, after }: Pair): Generator<ProgramDifference> {
  const distance = (s: Segment): bigint => s.exact("paddr") - s.exact("vaddr");
  const left = new Map<number, Segment[]>();
  for (const now of [...after.segments].reverse()) {
    const others = left.get(now.type);
    if (others) others.push(now);
    else left.set(now.type, [now]);
  }

  for (const was of before.segments) {
    const now = left.get(was.type)?.pop();
    if (!now || was.type === PT.NULL || distance(now) === distance(was)) continue;

    const at = segmentName(was.type);
    yield damage("segments", at, `${at}: p_paddr is ${hex(now.exact("paddr"))}, which does not follow p_vaddr`);
  }
}

/** Where the program header table is in memory: programs get its address from the kernel (AT_PHDR). */
function* tableDifferences({ before, after, declared }: Pair): Generator<ProgramDifference> {
  const [old, now] = [before, after].map((elf) => firstRegions(elf).find((r) => r.kind === "program headers"));
  if (old && !now) {
    yield damage("segments", "PT_PHDR", "no PT_LOAD has the program header table any more");
  } else if (old && now && old.start !== now.start) {
    const message =
      `the program header table is at ${hex(now.start)}, not ${hex(old.start)}: ` +
      "Linux before 5.18 tells the program a wrong place of it";
    yield (declared ? damage : risk)("segments", "PT_PHDR", message);
  }

  const header = after.segments.find((s) => s.type === PT.PHDR);
  const wasTold = before.segments.some((s) => s.type === PT.PHDR);
  const tells = header !== undefined && now !== undefined && header.exact("vaddr") === now.start;
  if (wasTold && now && !tells) {
    yield damage("segments", "PT_PHDR", `PT_PHDR leads to ${hex(header?.exact("vaddr") ?? 0n)}, not ${hex(now.start)}`);
  }
}

/** Fields that edits may set, of the program headers of a type. */
function wantedFields({ declared }: Pair, type: number) {
  return declared?.segments.filter((s) => s.type === type).reduce((all, s) => ({ ...all, ...s.fields }), {}) as
    { readonly flags?: number; readonly memsz?: number } | undefined;
}

function* stackDifferences(pair: Pair): Generator<ProgramDifference> {
  const [old, now] = [pair.before, pair.after].map((elf) => elf.segments.find((s) => s.type === PT.GNU_STACK));
  const wanted = wantedFields(pair, PT.GNU_STACK);
  const say = pair.declared ? damage : edit;

  if (!now) {
    if (old) yield say("stack", "PT_GNU_STACK", "PT_GNU_STACK is gone");
    return;
  }
  if (!old && !wanted) yield say("stack", "PT_GNU_STACK", "PT_GNU_STACK is new");

  const flags = wanted?.flags ?? old?.flags ?? now.flags;
  const size = wanted?.memsz ?? old?.memsz ?? now.memsz;
  if (now.flags !== flags) yield say("stack", "PT_GNU_STACK", `its p_flags are ${now.flags}, not ${flags}`);
  if (now.memsz !== size) yield say("stack", "PT_GNU_STACK", `the stack's size is ${now.memsz}, not ${size}`);
}

/** PT_GNU_RELRO: what becomes read-only once the file is relocated. More than before would take it from the program. */
function* relroDifferences(pair: Pair): Generator<ProgramDifference> {
  const runsOf = (elf: ElfFile) =>
    elf.segments
      .filter((s) => s.type === PT.GNU_RELRO)
      .map((s) => ({ start: s.exact("vaddr"), end: s.exact("vaddr") + s.exact("memsz") }));
  const old = runsOf(pair.before);
  const now = runsOf(pair.after);
  const mapped = pair.before.segments
    .filter((s) => s.type === PT.LOAD)
    .map((s) => ({ start: s.exact("vaddr"), end: s.exact("vaddr") + s.exact("memsz") }));

  const [more] = within(without(now, old), mapped);
  if (more) {
    const at = hex(more.start);
    yield damage("relro", at, `PT_GNU_RELRO makes memory from ${at} on read-only that was writable`);
  }

  yield* frontDifferences(pair, old, now);

  const [less] = without(old, now);
  if (!less) return;
  const at = hex(less.start);
  yield (pair.declared ? damage : risk)("relro", at, `PT_GNU_RELRO protects memory from ${at} on no more`);
}

/** A dynamic section that moves to lower addresses of its own segment takes its protection along. */
function* frontDifferences(
  { before, after }: Pair,
  old: readonly AddressRun[],
  now: readonly AddressRun[],
): Generator<ProgramDifference> {
  const was = before.dynamic?.address;
  const is = after.dynamic?.address;
  if (was === undefined || is === undefined || is >= was) return;

  const isIn = (runs: readonly AddressRun[], address: bigint): boolean =>
    runs.some((r) => r.start <= address && address < r.end);
  const isHome = isIn(
    loadsOf(after)
      .map((l) => ({ start: l.exact("vaddr"), end: l.exact("vaddr") + l.exact("memsz") }))
      .filter((l) => l.start <= is && was < l.end),
    is,
  );
  if (isHome && isIn(old, was) && !isIn(now, is)) {
    yield damage("relro", hex(is), `PT_GNU_RELRO does not protect the dynamic section at ${hex(is)}`);
  }
}

function* otherDifferences(
  pair: Pair,
  type: number,
  old: readonly Segment[],
  now: readonly Segment[],
): Generator<ProgramDifference> {
  const at = segmentName(type);
  const wanted = wantedFields(pair, type);
  if (old.length !== now.length) {
    const isEdit = !pair.declared && LOOSE.includes(type);
    const isAsked = wanted !== undefined && old.length === 0;
    if (!isAsked && !isGone(pair, old, now)) {
      yield (isEdit ? edit : damage)("segments", at, `${at}: there are ${now.length} of them, not ${old.length}`);
    }
    return;
  }

  for (const [i, segment] of now.entries()) {
    const was = old[i]!;
    const difference = segmentDifference(pair, was, segment, wanted);
    if (difference === undefined) continue;

    // x86 and AArch64 take from it what the program is hardened by, and run it all the same.
    if (type === PT.GNU_PROPERTY && !pair.declared) yield risk("notes", at, `${at}: ${difference}`);
    else yield damage("segments", at, `${at}: ${difference}`);
  }
}

/** Program headers that tools may add or take away. */
const LOOSE: readonly number[] = [PT.PAX_FLAGS, PT.GNU_PROPERTY];

/** A program header goes with the loaded section that edits take away. */
const isGone = ({ declared }: Pair, old: readonly Segment[], now: readonly Segment[]): boolean =>
  declared !== undefined && declared.dropped.size > 0 && now.length < old.length;

function segmentName(type: number): string {
  const known = Object.entries(PT).find(([, number]) => number === type)?.[0];
  return known ? `PT_${known}` : `PT_${hex(type)}`;
}

/** What makes a program header another one; undefined where it means the same. */
function segmentDifference(
  pair: Pair,
  was: Segment,
  now: Segment,
  wanted: { readonly flags?: number; readonly memsz?: number } | undefined,
): string | undefined {
  const flags = wanted?.flags ?? was.flags;
  if (now.flags !== flags) return `its p_flags are ${now.flags}, not ${flags}`;

  const memsz = wanted?.memsz === undefined ? was.exact("memsz") : BigInt(wanted.memsz);
  const isTls = was.type === PT.TLS;
  if (isTls && now.exact("align") < was.exact("align"))
    return `its p_align is ${now.exact("align")}, not ${was.exact("align")}`;
  // Loaders round the size of thread-local storage up; so do some linkers.
  const rounded = (size: bigint): bigint => (isTls ? addressUp(size, was.near("align")) : size);
  if (rounded(now.exact("memsz")) !== rounded(memsz)) return `its p_memsz is ${now.exact("memsz")}, not ${memsz}`;
  if (now.exact("filesz") !== was.exact("filesz"))
    return `its p_filesz is ${now.exact("filesz")}, not ${was.exact("filesz")}`;
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

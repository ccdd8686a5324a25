import { cString } from "../../codec/bytes.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { SHT } from "../../spec/constants.js";
import { DT, dynamicTag } from "../../spec/dynamic.js";
import { GrowingStrings } from "../../tables/strings.js";
import type { DraftEntry, DynamicDraft } from "./dynamic-draft.js";
import type { OffsetOf, StringUser } from "./dynamic-tables.js";

/** Where every string that the draft wants stands, and the table that holds them. */
export interface ResolvedStrings {
  /** The whole of .dynstr as it shall be; undefined where it stays as it is. */
  readonly bytes: Uint8Array | undefined;
  /** The entries with d_val filled in. */
  readonly entries: readonly { readonly tag: number; readonly value: bigint }[];
  /** The place of a string that a user of the table wanted. */
  readonly offsetOf: OffsetOf;
}

/** What the edits do with strings beside those of the dynamic section. */
export interface OtherStrings {
  readonly users: readonly StringUser[];
  /** Dynamic symbols whose old names are let go, by index. */
  readonly renamedSymbols: { has(index: number): boolean };
}

/**
 * Finds a place for each string: where it stands already (also as the end of another), over one that nothing uses any
 * more, at the end of the table.
 */
export function resolveStrings(draft: DynamicDraft, others: OtherStrings): ResolvedStrings {
  const { elf } = draft;
  const keeps = (e: DraftEntry) => e.text === undefined || (e.was !== undefined && elf.dynamic!.text(e.was) === e.text);
  const wanted = new Set([
    ...draft.entries.flatMap((e) => (keeps(e) ? [] : [e.text!])),
    ...others.users.flatMap((u) => u.wanted),
  ]);
  const table =
    wanted.size > 0
      ? placeStrings(draft, [...wanted], keeps, others)
      : { bytes: undefined, offsets: new Map<string, number>() };
  const offsetOf = (text: string) => table.offsets.get(text)!;

  return {
    bytes: table.bytes,
    entries: draft.entries.map((e) => ({ tag: e.tag, value: keeps(e) ? e.value : BigInt(offsetOf(e.text!)) })),
    offsetOf,
  };
}

function placeStrings(
  draft: DynamicDraft,
  wanted: string[],
  keeps: (e: DraftEntry) => boolean,
  others: OtherStrings,
): { bytes: Uint8Array | undefined; offsets: Map<string, number> } {
  const { elf } = draft;
  const { strings, offset } = elf.dynamic!;
  if (!strings) {
    fail("MALFORMED", "DT_STRTAB and DT_STRSZ do not lead to a string table in the file, so no string can be written", {
      offset,
    });
  }

  const old = strings.load();
  if (old[old.length - 1] !== 0) {
    fail("MALFORMED", `.dynstr (${old.length} bytes at 0x${strings.offset.toString(16)}) does not end in NUL`, {
      offset: strings.offset,
    });
  }

  const table = new GrowingStrings(old);
  const offsets = new Map<string, number>();
  const live: number[] = [];
  // The longest first: a shorter one may then be the end of one that was just appended.
  const left: { text: string; bytes: Uint8Array }[] = [];

  for (const w of wanted
    .map((text) => ({ text, bytes: cString(text, "a string of the dynamic section") }))
    .sort((a, b) => b.bytes.length - a.bytes.length)) {
    const at = table.find(w.bytes);
    if (at === undefined) {
      left.push(w);
    } else {
      offsets.set(w.text, at);
      live.push(at);
    }
  }

  if (left.length === 0) return { bytes: undefined, offsets };

  const free = freedRanges(draft, old, keeps, others, live);
  for (const w of left) {
    const slot = free
      .filter((r) => r.end - r.start >= w.bytes.length)
      .sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    if (slot && table.find(w.bytes) === undefined) {
      table.overwrite(slot.start, slot.end - slot.start, w.bytes);
      free.splice(free.indexOf(slot), 1);
      offsets.set(w.text, slot.start);
    } else {
      offsets.set(w.text, table.add(w.bytes));
    }
  }

  return { bytes: table.bytes(), offsets };
}

/**
 * Strings (whole runs between NULs) that the edits let go and that nothing else points into: no dynamic tag, symbol or
 * version name. None while that cannot be known for sure.
 */
function freedRanges(
  draft: DynamicDraft,
  table: Uint8Array,
  keeps: (e: DraftEntry) => boolean,
  others: OtherStrings,
  live: readonly number[],
): { start: number; end: number }[] {
  const { elf } = draft;
  const d = elf.dynamic!;
  const kept = new Set(draft.entries.filter(keeps).map((e) => e.was));
  const freed = [
    ...d.entries.filter((e) => e.kind === "string" && !kept.has(e)).map((e) => Number(e.value)),
    ...others.users.flatMap((u) => u.freed),
  ];
  const ranges = [...new Set(freed)]
    .filter((at) => at > 0 && at < table.length)
    .map((at) => ({ start: table.lastIndexOf(0, at - 1) + 1, end: table.indexOf(0, at) + 1 }));
  if (ranges.length === 0 || !usersAreKnown(elf)) return [];

  const inUse = new Uint8Array(table.length + 1);
  const mark = (at: number) => at < inUse.length && (inUse[at] = 1);
  for (const at of [...live, ...keptTags(draft, keeps), ...others.users.flatMap((u) => u.kept)]) mark(at);

  for (const { index, symbol } of elf.dynamicSymbols?.records() ?? []) {
    if (!others.renamedSymbols.has(index)) mark(symbol.name);
  }

  return [...new Map(ranges.map((r) => [r.start, r])).values()].filter(
    (r) => inUse.subarray(r.start, r.end).indexOf(1) < 0,
  );
}

/** Offsets into .dynstr that dynamic tags keep. A tag that nobody knows may be one too. */
function keptTags(draft: DynamicDraft, keeps: (e: DraftEntry) => boolean): number[] {
  return draft.entries.flatMap((e) => {
    const { kind, name } = dynamicTag(e.tag, draft.elf.header.machine);
    return keeps(e) && (kind === "string" || name.startsWith("DT_0x")) ? [Number(e.value)] : [];
  });
}

/** Can every user of .dynstr be listed? Not while the number of symbols is a bound, or where other tables share it. */
function usersAreKnown(elf: ElfFile): boolean {
  const d = elf.dynamic!;
  if (elf.dynamicSymbols && !elf.dynamicSymbols.exact) return false;
  if (d.get(DT.GNU_LIBLIST) !== undefined || d.get(DT.GNU_CONFLICT) !== undefined) return false;

  const start = d.strings!.offset;
  const end = start + d.strings!.size;
  const known: number[] = [SHT.DYNAMIC, SHT.DYNSYM, SHT.GNU_VERNEED, SHT.GNU_VERDEF];
  const overlaps = (index: number) => {
    const h = elf.sections[index]?.header;
    return (
      h !== undefined &&
      h.type === SHT.STRTAB &&
      h.exact("offset") < BigInt(end) &&
      h.exact("offset") + h.exact("size") > BigInt(start)
    );
  };

  return (
    !overlaps(elf.header.shstrndx) &&
    !elf.sections.some((s) => s.header.link !== 0 && overlaps(s.header.link) && !known.includes(s.header.type))
  );
}

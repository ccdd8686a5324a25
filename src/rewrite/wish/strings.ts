import { cString } from "../../codec/bytes.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { SHT } from "../../spec/constants.js";
import { DT, dynamicTag } from "../../spec/dynamic.js";
import { GrowingStrings } from "../../tables/strings.js";
import type { DraftEntry, DynamicDraft } from "./dynamic-draft.js";
import type { OffsetOf, StringUser } from "./dynamic-tables.js";

/** Where every string stands that the draft wants, and the table that holds them. */
export interface ResolvedStrings {
  /** The new bytes of .dynstr as a whole; undefined where it stays as it is. */
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

/** Does d_val of the entry stay as it is? */
type Keeps = (entry: DraftEntry) => boolean;

/** Strings with their offsets in the table, which has new bytes unless they stood there already. */
interface PlacedStrings {
  readonly bytes: Uint8Array | undefined;
  readonly offsets: ReadonlyMap<string, number>;
}

const NO_STRINGS: PlacedStrings = { bytes: undefined, offsets: /* @__PURE__ */ new Map() };

/**
 * Finds a place for each string: where it stands already (also as the end of another), over one that nothing uses any
 * more, or at the end of the table.
 */
export function resolveStrings(draft: DynamicDraft, others: OtherStrings): ResolvedStrings {
  const { elf } = draft;
  const keeps: Keeps = ({ text, was }) => text === undefined || (was !== undefined && elf.dynamic!.text(was) === text);
  const wanted = new Set([
    ...draft.entries.flatMap((e) => (keeps(e) ? [] : [e.text!])),
    ...others.users.flatMap((u) => u.wanted),
  ]);

  const { bytes, offsets } = wanted.size > 0 ? placeStrings(draft, [...wanted], keeps, others) : NO_STRINGS;
  const offsetOf = (text: string): number => offsets.get(text)!;
  const entries = draft.entries.map((e) => ({
    tag: e.tag,
    value: keeps(e) ? e.value : BigInt(offsetOf(e.text!)),
  }));
  return { bytes, entries, offsetOf };
}

/** Finds a place for each of these strings. `MALFORMED` where there is no .dynstr, or none that ends in NUL. */
function placeStrings(draft: DynamicDraft, wanted: string[], keeps: Keeps, others: OtherStrings): PlacedStrings {
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

  // The longest first: a shorter one may then be the end of one that was just appended.
  const longestFirst = wanted
    .map((text) => ({ text, bytes: cString(text, "a string of the dynamic section") }))
    .sort((a, b) => b.bytes.length - a.bytes.length);

  const live: number[] = [];
  const missing: typeof longestFirst = [];
  for (const string of longestFirst) {
    const at = table.find(string.bytes);
    if (at === undefined) {
      missing.push(string);
    } else {
      offsets.set(string.text, at);
      live.push(at);
    }
  }
  if (missing.length === 0) return { bytes: undefined, offsets };

  const free = freedRanges(draft, old, keeps, others, live);
  for (const { text, bytes } of missing) {
    const slot = smallestSlot(free, bytes.length);
    if (slot && table.find(bytes) === undefined) {
      table.overwrite(slot.start, slot.end - slot.start, bytes);
      free.splice(free.indexOf(slot), 1);
      offsets.set(text, slot.start);
    } else {
      offsets.set(text, table.add(bytes));
    }
  }

  return { bytes: table.bytes(), offsets };
}

/** A run of a string table, from `start` up to, not including, `end`: its NUL is the last byte. */
interface StringRange {
  readonly start: number;
  readonly end: number;
}

/** The smallest range that has so many bytes; of several, the first. */
function smallestSlot(ranges: readonly StringRange[], size: number): StringRange | undefined {
  let smallest: StringRange | undefined;
  for (const range of ranges) {
    if (range.end - range.start < size) continue;
    if (!smallest || range.end - range.start < smallest.end - smallest.start) smallest = range;
  }
  return smallest;
}

/**
 * Strings (whole runs between NULs) that the edits let go, and that nothing else points into: no dynamic tag, symbol or
 * version name. None while that cannot be known for sure.
 *
 * @param live offsets at which wanted strings stand already
 */
function freedRanges(
  draft: DynamicDraft,
  table: Uint8Array,
  keeps: Keeps,
  others: OtherStrings,
  live: readonly number[],
): StringRange[] {
  const { elf } = draft;
  const kept = new Set(draft.entries.filter(keeps).map((e) => e.was));
  const freedEntries = elf.dynamic!.entries.filter((e) => e.kind === "string" && !kept.has(e));
  const freed = new Set([...freedEntries.map((e) => Number(e.value)), ...others.users.flatMap((u) => u.freed)]);

  const ranges = [...freed]
    .filter((at) => at > 0 && at < table.length)
    .map((at) => ({ start: table.lastIndexOf(0, at - 1) + 1, end: table.indexOf(0, at) + 1 }));
  if (ranges.length === 0 || !usersAreKnown(elf)) return [];

  const inUse = new Uint8Array(table.length + 1);
  const mark = (at: number): void => {
    if (at < inUse.length) inUse[at] = 1;
  };
  for (const at of live) mark(at);
  for (const at of keptTags(draft, keeps)) mark(at);
  for (const user of others.users) user.kept.forEach(mark);
  for (const { index, symbol } of elf.dynamicSymbols?.records() ?? []) {
    if (!others.renamedSymbols.has(index)) mark(symbol.name);
  }

  const distinct = new Map(ranges.map((r) => [r.start, r]));
  return [...distinct.values()].filter((r) => inUse.subarray(r.start, r.end).indexOf(1) < 0);
}

/** Offsets into .dynstr that dynamic tags keep. The value of an unknown tag may be one too. */
function keptTags(draft: DynamicDraft, keeps: Keeps): number[] {
  return draft.entries.flatMap((e) => {
    const { kind, name } = dynamicTag(e.tag, draft.elf.header.machine);
    const mayBeOffset = kind === "string" || name.startsWith("DT_0x");
    return keeps(e) && mayBeOffset ? [Number(e.value)] : [];
  });
}

/**
 * Can every user of .dynstr be listed? Not while the number of symbols is only a bound, nor where other tables share
 * .dynstr.
 */
function usersAreKnown(elf: ElfFile): boolean {
  const d = elf.dynamic!;
  if (elf.dynamicSymbols && !elf.dynamicSymbols.exact) return false;
  if (d.get(DT.GNU_LIBLIST) !== undefined || d.get(DT.GNU_CONFLICT) !== undefined) return false;

  const start = BigInt(d.strings!.offset);
  const end = start + BigInt(d.strings!.size);
  const isShared = (section: number): boolean => {
    const header = elf.sections[section]?.header;
    if (!header || header.type !== SHT.STRTAB) return false;
    const offset = header.exact("offset");
    return offset < end && offset + header.exact("size") > start;
  };
  if (isShared(elf.header.shstrndx)) return false;

  const known: readonly number[] = [SHT.DYNAMIC, SHT.DYNSYM, SHT.GNU_VERNEED, SHT.GNU_VERDEF];
  return !elf.sections.some(({ header }) => header.link !== 0 && isShared(header.link) && !known.includes(header.type));
}

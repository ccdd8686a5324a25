import { where } from "../codec/ascending.js";
import { viewOf } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import type { Groups } from "../image/headers/groups.js";
import { holdsRelocations, relocationSize } from "../image/relocations/relocation-sections.js";
import { runs } from "../image/headers/runs.js";
import { indexesWhere, placedAt, sectionColumns } from "../image/headers/section-columns.js";
import { fileRange, sectionAt } from "../image/headers/sections.js";
import { SHN, SHT } from "../spec/constants.js";
import { GONE, type SymbolSelection } from "./select.js";
import type { StripDecision } from "./decide.js";
import { addressSignificant, callGraphProfile } from "../tables/llvm.js";
import { renumberCrel } from "../tables/crel.js";
import { renumberIn } from "../tables/symbols.js";
import { type ContentRun, Contents, oneContent } from "../rewrite/wish/contents.js";
import type { SectionsWish } from "../rewrite/wish/wish.js";
import { symbolContents } from "./symbol-contents.js";

/** The tables that name symbols and sections, as they are after a strip. */
export function stripTables(
  elf: ElfFile,
  { dropped, symbols, groups }: StripDecision,
): Pick<SectionsWish, "contents" | "ungrouped"> {
  const c = sectionColumns(elf);
  const contents = new Contents(c.count);
  const ungrouped = new Set<number>();

  for (const [index, selection] of symbols) {
    for (const content of symbolContents(elf, index, selection, dropped)) contents.add(content);
  }

  if (dropped.size === 0 && symbols.size === 0) return { contents, ungrouped };

  contents.add(groupContents(elf, groups, dropped, symbols, ungrouped));
  for (const [table, selection] of symbols) {
    if (selection.firstChanged >= selection.indexes.length) continue;

    // What a loader applies stays as it is: its records name no symbol of a table that is not loaded.
    const isUser = (i: number): boolean => c.link[i] === table && !dropped.has(i) && !placedAt(elf, c, i);
    const follow = followingBytes(elf, selection);
    relocationContents(elf, (i) => holdsRelocations(c.type[i]!) && isUser(i), selection, contents);

    for (const i of indexesWhere(c, (i) => OF_LLVM.includes(c.type[i]!) && isUser(i))) {
      const bytes = follow(i);
      if (bytes) contents.add(oneContent(i, bytes.length, () => bytes));
    }
  }

  return { contents, ungrouped };
}

/** Groups without the members that go; those of a group that goes itself are `ungrouped` from then on. */
function groupContents(
  elf: ElfFile,
  { sections, flags, first, members }: Groups,
  dropped: ReadonlySet<number>,
  symbols: StripDecision["symbols"],
  ungrouped: Set<number>,
): ContentRun {
  const { link, info } = sectionColumns(elf);
  const stay = where(sections, (s) => !dropped.has(s));
  const words = new Uint32Array(stay.length + members.length);
  const at = new Float64Array(stay.length);
  const sizes = new Float64Array(stay.length);
  const infos = new Float64Array(stay.length);
  let count = 0;
  let n = 0;
  sections.forEach((group, g) => {
    const stays = !dropped.has(group);
    const start = count;
    if (stays) words[count++] = flags[g]!;

    for (let m = first[g]!; m < first[g + 1]!; m++) {
      if (dropped.has(members[m]!)) continue;
      if (stays) words[count++] = members[m]!;
      else ungrouped.add(members[m]!);
    }

    if (!stays) return;

    const selection = symbols.get(link[group]!);
    at[n] = 4 * start;
    sizes[n] = 4 * (count - start);
    // The symbol that names the group.
    infos[n++] = selection ? (selection.indexes[info[group]!] ?? 0) : info[group]!;
  });

  return {
    sections: stay,
    at,
    sizes,
    infos,
    bytes: ({ section }) => groupBytes(words.subarray(0, count), at, section, elf.header.littleEndian),
  };
}

/** Groups one behind the other. Their first words are flags. */
function groupBytes(
  words: Uint32Array,
  at: Float64Array,
  section: (index: number) => number,
  littleEndian: boolean,
): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  const v = viewOf(bytes);
  words.forEach((w, i) => v.setUint32(4 * i, section(w), littleEndian));
  for (const start of at) v.setUint32(start, words[start / 4]!, littleEndian);
  return bytes;
}

/** Relocations by the new indexes. Each run of them is one copy. */
function relocationContents(
  elf: ElfFile,
  isWanted: (section: number) => boolean,
  { indexes }: SymbolSelection,
  contents: Contents,
): void {
  const { type, offset, fileSize } = sectionColumns(elf);
  const h = elf.header;
  const order = (symbol: number): number => indexes[symbol] ?? symbol;

  for (const { bytes, start, sections } of runs(elf, isWanted)) {
    const out = bytes.slice();
    const v = viewOf(out);
    const compact = where(sections, (i) => type[i] === SHT.CREL);
    const others = where(sections, (i) => type[i] !== SHT.CREL);

    for (const i of compact) {
      const now = renumberCrel(
        bytes.subarray(offset[i]! - start, offset[i]! - start + fileSize[i]!),
        offset[i]!,
        order,
      );
      contents.add(oneContent(i, now.length, () => now));
    }

    const at = new Float64Array(others.length);
    const sizes = new Float64Array(others.length);
    others.forEach((i, k) => {
      at[k] = offset[i]! - start;
      sizes[k] = fileSize[i]!;
      renumberIn(v, at[k]!, at[k]! + sizes[k]!, relocationSize(type[i]!, h), h, order);
    });
    contents.add({ sections: others, at, sizes, bytes: () => out });
  }
}

/** Sections of LLVM's that name symbols. */
const OF_LLVM: readonly number[] = [SHT.LLVM_ADDRSIG, SHT.LLVM_CALL_GRAPH_PROFILE];

/** The new bytes of such a section; undefined for one of a form that names none. */
function followingBytes(elf: ElfFile, selection: SymbolSelection): (index: number) => Uint8Array | undefined {
  let others: ((symbol: number) => number | undefined) | undefined;
  return (index) => {
    const s = sectionAt(elf, index);
    const { type } = s.header;
    const { offset, size } = fileRange(s, elf.source);
    const read = () => readExactly(elf.source, offset, size, s.name);
    if (type === SHT.LLVM_ADDRSIG) return addressSignificant(read(), offset, (others ??= standIns(selection)));
    if (s.header.entsize !== 16) return undefined;
    return callGraphProfile(read(), elf.header, (symbol) =>
      selection.indexes[symbol] === GONE ? undefined : selection.indexes[symbol],
    );
  };
}

/**
 * For a symbol that goes another one of its section: what matters to a linker is that the section's address is looked
 * at.
 */
function standIns({ indexes, homes }: SymbolSelection): (symbol: number) => number | undefined {
  const bySection = new Map<number, number>();
  indexes.forEach((now, symbol) => {
    const section = homes[symbol]!;
    if (now !== GONE && section > SHN.UNDEF && !bySection.has(section)) bySection.set(section, now);
  });
  return (symbol) => {
    const now = indexes[symbol];
    return now === GONE ? bySection.get(homes[symbol]!) : now;
  };
}

import { viewOf } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import type { Groups } from "../image/groups.js";
import { holdsRelocations, relocationSize } from "../image/relocation-sections.js";
import { runs } from "../image/runs.js";
import { placedAt, sectionColumns } from "../image/section-columns.js";
import { fileRange, sectionAt } from "../image/sections.js";
import { SHN, SHT } from "../spec/constants.js";
import { GONE, type SymbolSelection } from "../strip/select.js";
import type { StripDecision } from "../strip/strip.js";
import { addressSignificant, callGraphProfile } from "../tables/llvm.js";
import { renumberCrel } from "../tables/crel.js";
import { renumberIn } from "../tables/symbols.js";
import { type ContentRun, Contents, oneContent } from "./contents.js";
import type { Requests } from "./requests.js";
import { symbolContents } from "./symbol-contents.js";

/** The tables that name symbols and sections, as they are after a strip. */
export function stripTables(elf: ElfFile, { dropped, symbols, groups }: StripDecision): Pick<Requests, "contents" | "ungrouped"> {
  const c = sectionColumns(elf), contents = new Contents(c.count), ungrouped = new Set<number>();
  for (const [index, selection] of symbols) for (const content of symbolContents(elf, index, selection, dropped)) contents.add(content);
  if (dropped.size === 0 && symbols.size === 0) return { contents, ungrouped };
  contents.add(groupContents(elf, groups, dropped, symbols, ungrouped));
  for (const [table, selection] of symbols) {
    if (selection.firstChanged >= selection.indexes.length) continue;
    // What a loader applies stays as it is: its records name no symbol of a table that is not loaded.
    const users: number[] = [];
    for (let i = 0; i < c.count; i++) if (c.link[i] === table && !dropped.has(i) && !placedAt(elf, c, i)) users.push(i);
    relocationContents(elf, Uint32Array.from(users.filter((i) => holdsRelocations(c.type[i]!))), selection, contents);
    const follow = followingBytes(elf, selection);
    for (const i of users) {
      const bytes = follow(i);
      if (bytes) contents.add(oneContent(i, bytes.length, () => bytes));
    }
  }
  return { contents, ungrouped };
}

/** Groups without the members that go; those of a group that goes itself are `ungrouped` from then on. */
function groupContents(elf: ElfFile, { sections, flags, first, members }: Groups, dropped: ReadonlySet<number>, symbols: StripDecision["symbols"], ungrouped: Set<number>): ContentRun {
  const { link, info } = sectionColumns(elf), words: number[] = [], isMember: boolean[] = [], out = { sections: [] as number[], at: [] as number[], sizes: [] as number[], infos: [] as number[] };
  const push = (word: number, member: boolean): void => {
    words.push(word);
    isMember.push(member);
  };
  sections.forEach((group, g) => {
    const stays = !dropped.has(group), start = words.length;
    if (stays) push(flags[g]!, false);
    for (let m = first[g]!; m < first[g + 1]!; m++) {
      if (dropped.has(members[m]!)) continue;
      if (stays) push(members[m]!, true);
      else ungrouped.add(members[m]!);
    }
    if (!stays) return;
    out.sections.push(group);
    out.at.push(4 * start);
    out.sizes.push(4 * (words.length - start));
    // The symbol that names the group.
    const selection = symbols.get(link[group]!);
    out.infos.push(selection ? (selection.indexes[info[group]!] ?? 0) : info[group]!);
  });
  return { ...out, bytes: ({ section }) => wordBytes(words.map((w, i) => (isMember[i] ? section(w) : w)), elf.header.littleEndian) };
}

function wordBytes(words: readonly number[], littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(4 * words.length), v = viewOf(bytes);
  words.forEach((w, i) => v.setUint32(4 * i, w, littleEndian));
  return bytes;
}

/** Relocations by the new indexes. Each run of them is one copy. */
function relocationContents(elf: ElfFile, relocations: Uint32Array, { indexes }: SymbolSelection, contents: Contents): void {
  const { type, offset, fileSize } = sectionColumns(elf), h = elf.header, order = (symbol: number): number => indexes[symbol] ?? symbol;
  for (const { bytes, start, sections } of runs(elf, relocations)) {
    const out = bytes.slice(), v = viewOf(out), compact = sections.filter((i) => type[i] === SHT.CREL), others = sections.filter((i) => type[i] !== SHT.CREL);
    for (const i of compact) {
      const now = renumberCrel(bytes.subarray(offset[i]! - start, offset[i]! - start + fileSize[i]!), order);
      contents.add(oneContent(i, now.length, () => now));
    }
    const at = Float64Array.from(others, (i) => offset[i]! - start), sizes = Float64Array.from(others, (i) => fileSize[i]!);
    others.forEach((i, k) => renumberIn(v, at[k]!, at[k]! + sizes[k]!, relocationSize(type[i]!, h), h, order));
    contents.add({ sections: others, at, sizes, bytes: () => out });
  }
}

/** The new bytes of a section of LLVM's that names symbols; undefined for another one. */
function followingBytes(elf: ElfFile, selection: SymbolSelection): (index: number) => Uint8Array | undefined {
  let others: ((symbol: number) => number | undefined) | undefined;
  return (index) => {
    const type = sectionColumns(elf).type[index]!;
    if (type !== SHT.LLVM_ADDRSIG && type !== SHT.LLVM_CALL_GRAPH_PROFILE) return undefined;
    const s = sectionAt(elf, index), { offset, size } = fileRange(s, elf.source), read = () => readExactly(elf.source, offset, size, s.name);
    if (type === SHT.LLVM_ADDRSIG) return addressSignificant(read(), (others ??= standIns(selection)));
    if (s.header.entsize !== 16) return undefined;
    return callGraphProfile(read(), elf.header, (symbol) => (selection.indexes[symbol] === GONE ? undefined : selection.indexes[symbol]));
  };
}

/** For a symbol that goes another one of its section: what matters to a linker is that the section's address is looked at. */
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

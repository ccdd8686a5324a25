import { filtered } from "../codec/ascending.js";
import { viewOf } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import type { Groups } from "../image/headers/groups.js";
import { holdsRelocations, relocationSize } from "../image/relocations/relocation-sections.js";
import { sectionRuns } from "../image/headers/runs.js";
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

/** The new bytes of the tables that name symbols and sections. */
export function stripTables(
  elf: ElfFile,
  { dropped, symbols, groups }: StripDecision,
): Pick<SectionsWish, "contents" | "ungrouped"> {
  const c = sectionColumns(elf);
  const contents = new Contents(c.count);
  const ungrouped = new Set<number>();

  for (const [table, selection] of symbols) {
    for (const content of symbolContents(elf, table, selection, dropped)) contents.add(content);
  }
  if (dropped.size === 0 && symbols.size === 0) return { contents, ungrouped };

  contents.add(groupContents(elf, groups, dropped, symbols, ungrouped));

  for (const [table, selection] of symbols) {
    const isSame = selection.firstChanged >= selection.indexes.length;
    if (isSame) continue;

    // Relocations that a loader applies stay as they are: they name no symbol of a table that is not loaded.
    const isUser = (i: number): boolean => c.link[i] === table && !dropped.has(i) && !placedAt(elf, c, i);
    relocationContents(elf, (i) => holdsRelocations(c.type[i]!) && isUser(i), selection, contents);

    const newBytes = llvmBytes(elf, selection);
    for (const index of indexesWhere(c, (i) => OF_LLVM.includes(c.type[i]!) && isUser(i))) {
      const bytes = newBytes(index);
      if (bytes) contents.add(oneContent(index, bytes.length, () => bytes));
    }
  }

  return { contents, ungrouped };
}

/**
 * The groups without the members that go.
 *
 * @param ungrouped takes the members of the groups that go themselves
 */
function groupContents(
  elf: ElfFile,
  { sections, flags, first, members }: Groups,
  dropped: ReadonlySet<number>,
  symbols: StripDecision["symbols"],
  ungrouped: Set<number>,
): ContentRun {
  const { link, info } = sectionColumns(elf);
  const staying = filtered(sections, (s) => !dropped.has(s));
  const words = new Uint32Array(staying.length + members.length);
  const at = new Float64Array(staying.length);
  const sizes = new Float64Array(staying.length);
  const infos = new Float64Array(staying.length);

  let wordCount = 0;
  let groupCount = 0;
  for (let g = 0; g < sections.length; g++) {
    const group = sections[g]!;
    const stays = !dropped.has(group);
    const start = wordCount;
    if (stays) {
      words[wordCount] = flags[g]!;
      wordCount++;
    }

    for (let m = first[g]!; m < first[g + 1]!; m++) {
      const member = members[m]!;
      if (dropped.has(member)) continue;

      if (stays) {
        words[wordCount] = member;
        wordCount++;
      } else {
        ungrouped.add(member);
      }
    }
    if (!stays) continue;

    // sh_info is the symbol that names the group.
    const selection = symbols.get(link[group]!);
    infos[groupCount] = selection ? (selection.indexes[info[group]!] ?? 0) : info[group]!;
    at[groupCount] = 4 * start;
    sizes[groupCount] = 4 * (wordCount - start);
    groupCount++;
  }

  const used = words.subarray(0, wordCount);
  return {
    sections: staying,
    at,
    sizes,
    infos,
    bytes: ({ section }) => groupBytes(used, at, section, elf.header.littleEndian),
  };
}

/** The bytes of groups, one after another. The first word of each is its flags, the others are sections. */
function groupBytes(
  words: Uint32Array,
  at: Float64Array,
  section: (index: number) => number,
  littleEndian: boolean,
): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  const v = viewOf(bytes);
  words.forEach((word, i) => v.setUint32(4 * i, section(word), littleEndian));
  for (const start of at) v.setUint32(start, words[start / 4]!, littleEndian);
  return bytes;
}

/** Relocations with the new indexes of their symbols. Each run of sections is one copy. */
function relocationContents(
  elf: ElfFile,
  isWanted: (section: number) => boolean,
  { indexes }: SymbolSelection,
  contents: Contents,
): void {
  const { type, offset, fileSize } = sectionColumns(elf);
  const h = elf.header;
  const newIndex = (symbol: number): number => indexes[symbol] ?? symbol;

  for (const { bytes, start, sections } of sectionRuns(elf, isWanted)) {
    // The size of packed records changes with the indexes.
    const packed = filtered(sections, (i) => type[i] === SHT.CREL);
    for (const i of packed) {
      const from = offset[i]! - start;
      const renumbered = renumberCrel(bytes.subarray(from, from + fileSize[i]!), offset[i]!, newIndex);
      contents.add(oneContent(i, renumbered.length, () => renumbered));
    }

    const copy = bytes.slice();
    const v = viewOf(copy);
    const others = filtered(sections, (i) => type[i] !== SHT.CREL);
    const at = new Float64Array(others.length);
    const sizes = new Float64Array(others.length);
    others.forEach((i, n) => {
      at[n] = offset[i]! - start;
      sizes[n] = fileSize[i]!;
      renumberIn(v, at[n]!, at[n]! + sizes[n]!, relocationSize(type[i]!, h), h, newIndex);
    });
    contents.add({ sections: others, at, sizes, bytes: () => copy });
  }
}

/** LLVM's sections that name symbols. */
const OF_LLVM: readonly number[] = [SHT.LLVM_ADDRSIG, SHT.LLVM_CALL_GRAPH_PROFILE];

/** The new bytes of such a section; undefined for one whose form names no symbols. */
function llvmBytes(elf: ElfFile, selection: SymbolSelection): (index: number) => Uint8Array | undefined {
  const { indexes } = selection;
  const newIndex = (symbol: number) => (indexes[symbol] === GONE ? undefined : indexes[symbol]);
  let standIn: ((symbol: number) => number | undefined) | undefined;

  return (index) => {
    const section = sectionAt(elf, index);
    const { type, entsize } = section.header;
    const { offset, size } = fileRange(section, elf.source);
    const isAddressTable = type === SHT.LLVM_ADDRSIG;
    if (!isAddressTable && entsize !== 16) return undefined;

    const bytes = readExactly(elf.source, offset, size, section.name);
    if (!isAddressTable) return callGraphProfile(bytes, elf.header, newIndex);

    standIn ??= standIns(selection);
    return addressSignificant(bytes, offset, standIn);
  };
}

/**
 * For a symbol that goes, another symbol of its section: what matters to a linker is that the section's address is
 * significant.
 */
function standIns({ indexes, homes }: SymbolSelection): (symbol: number) => number | undefined {
  const bySection = new Map<number, number>();
  indexes.forEach((index, symbol) => {
    const section = homes[symbol]!;
    if (index !== GONE && section > SHN.UNDEF && !bySection.has(section)) bySection.set(section, index);
  });

  return (symbol) => {
    const index = indexes[symbol];
    return index === GONE ? bySection.get(homes[symbol]!) : index;
  };
}

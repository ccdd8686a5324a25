import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import type { Group } from "../image/groups.js";
import { isRelocations, relocationSize } from "../image/relocation-sections.js";
import { runs } from "../image/runs.js";
import { fileRange, isPlaced, type Section } from "../image/sections.js";
import { SHN, SHT } from "../spec/constants.js";
import { GONE, homeOf, type SymbolSelection } from "../strip/select.js";
import type { StripDecision } from "../strip/strip.js";
import { addressSignificant, callGraphProfile } from "../tables/llvm.js";
import { renumberCrel } from "../tables/crel.js";
import { renumberIn } from "../tables/symbols.js";
import type { Requests, SectionContent } from "./requests.js";
import { symbolContents } from "./symbol-contents.js";

/** The tables that name symbols and sections, as they are after a strip. */
export function stripTables(elf: ElfFile, { dropped, symbols, groups }: StripDecision): Pick<Requests, "contents" | "ungrouped"> {
  const contents = new Map<number, SectionContent>(), ungrouped = new Set<number>();
  for (const [index, selection] of symbols) for (const [at, content] of symbolContents(elf, elf.sections[index]!, selection, dropped)) contents.set(at, content);
  if (dropped.size === 0 && symbols.size === 0) return { contents, ungrouped };
  for (const [index, group] of groups) {
    const members = group.members.filter((m) => !dropped.has(m));
    if (dropped.has(index)) members.forEach((m) => ungrouped.add(m));
    else contents.set(index, groupContent(elf, elf.sections[index]!, { ...group, members }, symbols));
  }
  // What a loader applies stays as it is: its records name no symbol of a table that is not loaded.
  const changes = ({ firstChanged, indexes }: SymbolSelection) => firstChanged < indexes.length;
  for (const [table, selection] of symbols) {
    const followers = changes(selection) ? elf.sections.filter((s) => s.header.link === table && !dropped.has(s.index) && !isPlaced(elf, s)) : [];
    const follow = followingBytes(elf, selection);
    relocationContents(elf, followers.filter(isRelocations), selection, contents);
    for (const s of followers) {
      const bytes = follow(s);
      if (bytes) contents.set(s.index, fixedContent(bytes));
    }
  }
  return { contents, ungrouped };
}

function groupContent(elf: ElfFile, s: Section, { flags, members }: Group, symbols: StripDecision["symbols"]): SectionContent {
  const selection = symbols.get(s.header.link);
  return {
    size: 4 * (members.length + 1), ...(selection && { info: selection.indexes[s.header.info] ?? 0 }),
    bytes({ section }) {
      const b = new Uint8Array(4 * (members.length + 1)), v = viewOf(b);
      v.setUint32(0, flags, elf.header.littleEndian);
      members.forEach((m, i) => v.setUint32(4 + i * 4, section(m), elf.header.littleEndian));
      return b;
    },
  };
}

/** Relocations by the new indexes. Each run of them is one copy. */
function relocationContents(elf: ElfFile, sections: readonly Section[], { indexes }: SymbolSelection, contents: Map<number, SectionContent>): void {
  const order = (symbol: number): number => indexes[symbol] ?? symbol, h = elf.header;
  for (const { bytes, parts } of runs(elf, sections)) {
    const out = bytes.slice(), v = viewOf(out);
    for (const { section, at, size } of parts) {
      const { type } = section.header;
      if (type === SHT.CREL) contents.set(section.index, fixedContent(renumberCrel(bytes.subarray(at, at + size), order)));
      else {
        renumberIn(v, at, at + size, relocationSize(type, h), h, order);
        contents.set(section.index, { size, bytes: () => out.subarray(at, at + size) });
      }
    }
  }
}

const fixedContent = (bytes: Uint8Array): SectionContent => ({ size: bytes.length, bytes: () => bytes });

/** The new bytes of a section of LLVM's that names symbols; undefined for another one. */
function followingBytes(elf: ElfFile, selection: SymbolSelection): (s: Section) => Uint8Array | undefined {
  let others: ((symbol: number) => number | undefined) | undefined;
  return (s) => {
    const { type, entsize } = s.header, { offset, size } = fileRange(s, elf.source), read = () => readExactly(elf.source, offset, size, s.name);
    if (type === SHT.LLVM_ADDRSIG) return addressSignificant(read(), (others ??= standIns(elf, selection)));
    if (type !== SHT.LLVM_CALL_GRAPH_PROFILE || entsize !== 16) return undefined;
    return callGraphProfile(read(), elf.header, (symbol) => (selection.indexes[symbol] === GONE ? undefined : selection.indexes[symbol]));
  };
}

/** For a symbol that goes another one of its section: what matters to a linker is that the section's address is looked at. */
function standIns(elf: ElfFile, { bytes, indexes, extended }: SymbolSelection): (symbol: number) => number | undefined {
  const view = Sym.view(viewOf(bytes), 0, elf.header), entry = Sym.size(elf.header.class), bySection = new Map<number, number>();
  const sectionOf = (symbol: number): number => {
    view.moveTo(symbol * entry);
    return homeOf(view.shndx, symbol, extended);
  };
  indexes.forEach((now, symbol) => {
    const section = sectionOf(symbol);
    if (now !== GONE && section > SHN.UNDEF && !bySection.has(section)) bySection.set(section, now);
  });
  return (symbol) => {
    const now = indexes[symbol];
    return now === undefined ? undefined : now === GONE ? bySection.get(sectionOf(symbol)) : now;
  };
}

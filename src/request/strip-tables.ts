import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { readGroup } from "../image/groups.js";
import { isRelocations, relocationSize } from "../image/relocation-sections.js";
import { fileRange, type Section } from "../image/sections.js";
import { SHN, SHT } from "../spec/constants.js";
import { GONE, type SymbolSelection } from "../strip/select.js";
import type { StripDecision } from "../strip/strip.js";
import { addressSignificant, callGraphProfile } from "../tables/llvm.js";
import { renumberCrel } from "../tables/crel.js";
import { renumberRelocations } from "../tables/symbols.js";
import type { Requests, SectionContent } from "./requests.js";
import { symbolContents } from "./symbol-contents.js";

/** The tables that name symbols and sections, as they are after a strip. */
export function stripTables(elf: ElfFile, { dropped, symbols }: StripDecision): Pick<Requests, "contents" | "ungrouped"> {
  const contents = new Map<number, SectionContent>(), ungrouped = new Set<number>();
  for (const [index, selection] of symbols) for (const [at, content] of symbolContents(elf, elf.sections[index]!, selection, dropped)) contents.set(at, content);
  if (dropped.size === 0 && symbols.size === 0) return { contents, ungrouped };
  for (const s of elf.sections) {
    const selection = symbols.get(s.header.link);
    if (s.header.type === SHT.GROUP) groupContent(elf, s, selection, dropped, contents, ungrouped);
    else if (selection && !dropped.has(s.index)) {
      const content = followingContent(elf, s, selection);
      if (content) contents.set(s.index, content);
    }
  }
  return { contents, ungrouped };
}

function groupContent(elf: ElfFile, s: Section, selection: SymbolSelection | undefined, dropped: ReadonlySet<number>, contents: Map<number, SectionContent>, ungrouped: Set<number>): void {
  const { flags, members } = readGroup(elf, s), kept = members.filter((m) => !dropped.has(m));
  if (dropped.has(s.index)) return kept.forEach((m) => ungrouped.add(m));
  contents.set(s.index, {
    size: 4 * (kept.length + 1), ...(selection && { info: selection.indexes[s.header.info] ?? 0 }),
    bytes({ section }) {
      const b = new Uint8Array(4 * (kept.length + 1)), v = viewOf(b);
      [flags, ...kept.map(section)].forEach((word, i) => v.setUint32(i * 4, word, elf.header.littleEndian));
      return b;
    },
  });
}

const fixedContent = (bytes: Uint8Array): SectionContent => ({ size: bytes.length, bytes: () => bytes });

/** A section that names symbols of the table it links to; undefined where its bytes stay. */
function followingContent(elf: ElfFile, s: Section, selection: SymbolSelection): SectionContent | undefined {
  const { type } = s.header, { indexes, firstChanged } = selection;
  if (firstChanged === indexes.length) return undefined;
  const { offset, size } = fileRange(s, elf.source), read = () => readExactly(elf.source, offset, size, s.name), order = (symbol: number): number => indexes[symbol] ?? symbol;
  if (type === SHT.CREL) return fixedContent(renumberCrel(read(), order));
  if (isRelocations(s)) return fixedContent(renumberRelocations(read(), relocationSize(type, elf.header), elf.header, order));
  if (type === SHT.LLVM_ADDRSIG) return fixedContent(addressSignificant(read(), standIns(elf, selection)));
  if (type === SHT.LLVM_CALL_GRAPH_PROFILE && s.header.entsize === 16) return fixedContent(callGraphProfile(read(), elf.header, (symbol) => (order(symbol) === GONE ? undefined : order(symbol))));
  return undefined;
}

/** For a symbol that goes another one of its section: what matters to a linker is that the section's address is looked at. */
function standIns(elf: ElfFile, { bytes, indexes }: SymbolSelection): (symbol: number) => number | undefined {
  const view = Sym.view(viewOf(bytes), 0, elf.header), entry = Sym.size(elf.header.class), bySection = new Map<number, number>();
  const sectionOf = (symbol: number): number => {
    view.moveTo(symbol * entry);
    return view.shndx;
  };
  indexes.forEach((now, symbol) => {
    const section = sectionOf(symbol);
    if (now !== GONE && section !== SHN.UNDEF && section < SHN.LORESERVE && !bySection.has(section)) bySection.set(section, now);
  });
  return (symbol) => {
    const now = indexes[symbol];
    return now === undefined ? undefined : now === GONE ? bySection.get(sectionOf(symbol)) : now;
  };
}

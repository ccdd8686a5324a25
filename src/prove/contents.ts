import { viewOf } from "../codec/bytes.js";
import { LebReader } from "../codec/leb128.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { placedAt, sectionColumns } from "../image/headers/section-columns.js";
import { sectionNames } from "../image/headers/section-names.js";
import type { RelocationBlock, RelocationForm } from "../image/relocations/relocation-blocks.js";
import { extendedSection } from "../image/symbols/symbols.js";
import { SHT } from "../spec/constants.js";
import { comparedOnce } from "./comparisons.js";
import { damage } from "./difference.js";
import type { Pair } from "./pair.js";
import type { ContentsProof } from "./proof.js";
import { blockDifference } from "./relocations.js";
import { matchSymtab, type StaticSymbols } from "./symtab.js";

/** Bytes of the file that a section has. */
interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** What the sections of a type are compared by. Undefined where they mean the same. */
type Difference = (pair: Pair, old: Extent, now: Extent, related: Related) => string | undefined;

/** What sections that name symbols and sections depend on. */
interface Related {
  readonly symbols: StaticSymbols | undefined;
  readonly indexOf: (section: number) => number;
  readonly name: string;
  /** sh_info before and after. */
  readonly info: readonly [number, number];
}

const FORMS: Readonly<Record<number, RelocationForm>> = /* @__PURE__ */ Object.fromEntries(
  /* @__PURE__ */ [
    [SHT.REL, "rel"],
    [SHT.RELA, "rela"],
    [SHT.CREL, "crel"],
  ],
);

/** Sections that a strip writes anew, by what they say: symbols, relocations, groups. */
export const contentsProof: ContentsProof = {
  *compare(pair, indexOf) {
    const old = sectionColumns(pair.before);
    const now = sectionColumns(pair.after);
    const names = sectionNames(pair.before);
    const isRewritten = (i: number): boolean => pair.declared?.rewrites(i) ?? true;
    const tables = new Map<number, StaticSymbols>();
    const symbolTables = comparedOnce<StaticSymbols>(pair);
    const others = comparedOnce<{ readonly difference: string | undefined }>(pair);

    for (let i = 0; i < old.count; i++) {
      if (old.type[i] !== SHT.SYMTAB || placedAt(pair.before, old, i) || indexOf(i) < 0 || !isRewritten(i)) continue;
      const symbols = symbolTables(old.fileSize[i]!, [...keyOf(pair.before, i), ...keyOf(pair.after, indexOf(i))], () =>
        matchSymtab(pair, i, indexOf(i), indexOf),
      );
      tables.set(i, symbols);
      yield* symbols.differences;
    }

    // A section that stays as it is has offsets into strings that must stay, too.
    const isLinked = (strings: number): boolean =>
      pair.declared !== undefined &&
      old.link.some((link, i) => link === strings && indexOf(i) >= 0 && !isRewritten(i) && old.type[i] !== SHT.NULL);

    for (let i = 0; i < old.count; i++) {
      const index = indexOf(i);
      // What names a symbol may be another thing where its own bytes are the same.
      const isConcerned = isRewritten(i) || tables.has(old.link[i]!);
      const isShared = old.type[i] === SHT.STRTAB && isRewritten(i) && isLinked(i);
      if (isShared) yield damage("sections", names.of(i), `${names.of(i)}: sections that stay have strings in it`);

      const compare = isConcerned ? differenceFor(old.type[i]!) : undefined;
      if (!compare || index < 0 || placedAt(pair.before, old, i)) continue;

      const related: Related = {
        symbols: tables.get(old.link[i]!),
        indexOf,
        name: names.of(i),
        info: [old.info[i]!, now.info[index]!],
      };
      const was = { offset: old.offset[i]!, size: old.fileSize[i]! };
      const is = { offset: now.offset[index]!, size: now.fileSize[index]! };
      const key = [old.type[i]!, old.link[i]!, was.offset, was.size, is.offset, is.size, ...related.info];
      const { difference } = others(was.size, key, () => ({ difference: compare(pair, was, is, related) }));
      if (difference !== undefined) yield damage("sections", related.name, `${related.name}: ${difference}`);
    }
  },
};

/** What the comparison of a symbol table depends on. */
function keyOf(elf: ElfFile, table: number): (number | undefined)[] {
  const { offset, fileSize, link, info } = sectionColumns(elf);
  return [offset[table], fileSize[table], link[table], info[table], extendedSection(elf, table)?.index];
}

/** Symbol tables and their strings are compared together; what nobody writes anew has no entry. */
function differenceFor(type: number): Difference | undefined {
  const form = FORMS[type];
  if (form) return relocationsDifference(form);

  switch (type) {
    case SHT.GROUP:
      return groupDifference;
    case SHT.LLVM_ADDRSIG:
      return addressesDifference;
    default:
      return undefined;
  }
}

function relocationsDifference(form: RelocationForm): Difference {
  return (pair, old, now, { symbols, name }) => {
    const block = (extent: Extent): RelocationBlock => ({ name, form, ...extent });
    return blockDifference(pair, block(old), block(now), symbols && ((a, b) => symbols.isSame(a, b)));
  };
}

const wordsOf = ({ source, header }: ElfFile, { offset, size }: Extent): number[] => {
  const view = viewOf(readExactly(source, offset, size - (size % 4), "a group"));
  return Array.from({ length: Math.floor(size / 4) }, (_, i) => view.getUint32(i * 4, header.littleEndian));
};

/** A group has its flags, its signature and the members that are left. */
const groupDifference: Difference = ({ before, after }, old, now, { symbols, indexOf, info }) => {
  const [flags, ...members] = wordsOf(before, old);
  const [newFlags, ...newMembers] = wordsOf(after, now);
  if (flags !== newFlags) return `its flags are ${newFlags}, not ${flags}`;
  if (symbols && !symbols.isSame(info[0], info[1])) return `its signature is symbol ${info[1]}, which is another one`;

  const kept = members.map(indexOf).filter((i) => i >= 0);
  return kept.join() === newMembers.join()
    ? undefined
    : `its members are ${newMembers.join(", ")}, not ${kept.join(", ")}`;
};

function symbolsIn({ source }: ElfFile, { offset, size }: Extent): number[] {
  const reader = new LebReader(readExactly(source, offset, size, "addresses"), offset);
  const symbols: number[] = [];
  while (reader.at < size) symbols.push(reader.unsigned());
  return symbols;
}

/** Symbols whose addresses matter: each that stays is still among them. */
const addressesDifference: Difference = ({ before, after }, old, now, { symbols }) => {
  if (!symbols) return undefined;

  const listed = new Set(symbolsIn(after, now));
  const lost = symbolsIn(before, old).find((s) => symbols.indexOf(s) >= 0 && !listed.has(symbols.indexOf(s)));
  return lost === undefined ? undefined : `the address of symbol ${lost} matters no more`;
};

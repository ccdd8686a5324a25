import { wordSize } from "../codec/encoding.js";
import { hex } from "../error.js";
import type { DynamicEntry, ElfFile } from "../image/elf.js";
import { Tolerant } from "../image/tolerant.js";
import { DF, DF_1, PF } from "../spec/constants.js";
import { DT, DT_RPATH, DT_RUNPATH, dynamicTag } from "../spec/dynamic.js";
import { gotOrder, SMALLEST_PAGE } from "../spec/machines.js";
import type { DeclaredEntry } from "./declared.js";
import { damage, edit, type ProgramDifference, type ProgramPart, risk } from "./difference.js";
import { memoryOf } from "./memory.js";
import type { Pair } from "./pair.js";
import { firstGotWord } from "./regions.js";
import { without } from "./runs.js";

/** Tags that lead to tables which are compared by what they say, and sizes that follow from these. */
const COMPARED_APART: readonly number[] = /* @__PURE__ */ [
  [DT.STRTAB, DT.SYMTAB, DT.HASH, DT.GNU_HASH, DT.VERSYM, DT.VERNEED, DT.VERDEF, DT.STRSZ, DT.VERNEEDNUM, DT.VERDEFNUM],
].flat();

/** Tags of tables that an edit may bring, and those of versions that it may take away. */
const HASHES: readonly number[] = /* @__PURE__ */ [[DT.HASH, DT.GNU_HASH]].flat();
const VERSIONS: readonly number[] = /* @__PURE__ */ [[DT.VERSYM, DT.VERNEED, DT.VERNEEDNUM]].flat();

/** Tables of relocations, which no plan moves. */
const RELOCATIONS: readonly number[] = /* @__PURE__ */ [[DT.REL, DT.RELA, DT.JMPREL, DT.RELR]].flat();

/** Which part a tag of a string belongs to. */
const partOfText = (tag: number): ProgramPart => {
  if (tag === DT.NEEDED) return "needed";
  if (tag === DT_RUNPATH || tag === DT_RPATH) return "search-path";
  return tag === DT.SONAME ? "soname" : "dynamic";
};

/** What entries say of one tag, in order. */
interface Said {
  readonly values: readonly bigint[];
  /** The strings, for a tag that has some. */
  readonly texts: readonly string[] | undefined;
}

/** The entries of the dynamic section: those that the edits want, or those of the file before. */
export function* dynamicDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after, declared } = pair;
  if (!before.dynamic) return;
  if (!after.dynamic) {
    yield damage("dynamic", "PT_DYNAMIC", "it is gone");
    return;
  }

  if (keepsDynamic(pair)) return;

  yield* rightsDifferences(before, after);
  yield* gotDifferences(pair);
  const [size, newSize] = [before, after].map((elf) => elf.dynamic!.strings?.size ?? 0) as [number, number];
  if (declared && newSize < size) yield damage("dynamic", "DT_STRSZ", `DT_STRSZ is ${newSize}, not ${size}`);

  const asked = declared?.dynamic ?? before.dynamic.entries.map((e) => asDeclared(before, e));
  const read = after.dynamic.entries.map((e) => asDeclared(after, e));
  const isAsked = (e: DeclaredEntry, i: number): boolean => saysTheSame(pair, e, asked[i]);
  if (asked.length === read.length && read.every(isAsked)) return;

  const wanted = entriesByTag(before, asked);
  const now = entriesByTag(after, read);
  for (const tag of new Set([...wanted.keys(), ...now.keys()])) {
    yield* tagDifferences(pair, tag, wanted.get(tag), now.get(tag));
  }
}

/** Is it the same section, byte by byte, at the same place and with the same strings, as the edits want it? */
export function keepsDynamic(pair: Pair): boolean {
  const { before, after, declared } = pair;
  const was = before.dynamic;
  const is = after.dynamic;
  if (!declared || declared.dynamic || !was || was.address !== is?.address || was.size !== is.size) return false;

  const old = was.strings ?? { offset: 0, size: 0 };
  const now = is.strings ?? old;
  return (
    pair.isSame({ from: was.offset, at: is.offset, size: was.size }) &&
    pair.isSame({ from: old.offset, at: now.offset, size: old.size })
  );
}

/** ld.so writes into a dynamic section that it finds in writable memory, and into its own pages alone. */
function* rightsDifferences(before: ElfFile, after: ElfFile): Generator<ProgramDifference> {
  const old = before.dynamic!.address;
  const now = after.dynamic!.address;
  if (old === now) return;

  const isWritable = (elf: ElfFile): boolean => {
    const { address, entries } = elf.dynamic!;
    const size = BigInt((entries.length + 1) * 2 * wordSize(elf.header));
    const writable = memoryOf(elf, SMALLEST_PAGE).filter((a) => (a.flags & PF.W) !== 0);
    return without([{ start: address, end: address + size }], writable).length === 0;
  };
  if (isWritable(after) || !isWritable(before)) return;
  yield damage("dynamic", "PT_DYNAMIC", `the dynamic section at ${hex(now)} is not writable`);
}

/** GOT[0] holds the address of the dynamic section on many machines. Where it does, it follows. */
function* gotDifferences({ before, after }: Pair): Generator<ProgramDifference> {
  const word = new Tolerant().part(() => firstGotWord(before));
  if (!word || word.value !== before.dynamic!.address || before.dynamic!.address === after.dynamic!.address) return;

  const now = new Tolerant().part(() => firstGotWord(after));
  if (now?.value === after.dynamic!.address) return;
  yield risk("dynamic", "DT_PLTGOT", "GOT[0] is stale");
}

function asDeclared(elf: ElfFile, entry: DynamicEntry): DeclaredEntry {
  const { tag, kind } = entry;
  const text = kind === "string" ? (new Tolerant().part(() => elf.dynamic!.text(entry)) ?? undefined) : undefined;
  return { tag, text, value: entry.value };
}

/** Do two entries in the same place say the same? Not where the value counts from the entry itself. */
function saysTheSame(pair: Pair, now: DeclaredEntry, wanted: DeclaredEntry | undefined): boolean {
  if (wanted?.tag !== now.tag || now.text !== wanted.text) return false;
  if (now.text !== undefined || isComparedApart(pair, now.tag)) return true;
  return now.value === wanted.value && dynamicTag(now.tag, pair.before.header.machine).kind !== "self-relative";
}

function entriesByTag(elf: ElfFile, entries: readonly DeclaredEntry[]): Map<number, Said> {
  const byTag = new Map<number, { values: bigint[]; texts: string[] | undefined }>();
  for (const { tag, text, value } of entries) {
    const said = byTag.get(tag) ?? { values: [], texts: undefined };
    byTag.set(tag, said);
    said.values.push(value);
    // A string that cannot be read is unlike all others.
    if (dynamicTag(tag, elf.header.machine).kind === "string") (said.texts ??= []).push(text ?? `${hex(value)}?`);
  }
  return byTag;
}

function* tagDifferences(
  pair: Pair,
  tag: number,
  wanted: Said | undefined,
  now: Said | undefined,
): Generator<ProgramDifference> {
  const { name, kind } = dynamicTag(tag, pair.before.header.machine);
  const isLost = wanted !== undefined && now === undefined;
  if (isLost && isRedundant(pair.after, tag)) return;

  if (isComparedApart(pair, tag)) {
    if (wanted && now) {
      if (wanted.values.length !== now.values.length) {
        yield damage("dynamic", name, `there are ${now.values.length} ${name}`);
      }
      return;
    }

    const part = VERSIONS.includes(tag) ? "versions" : "hash";
    const message = isLost ? `${name} is gone` : `${name} is new`;
    if (!mayComeOrGo(pair, tag, isLost)) yield damage(part, name, message);
    else if (!pair.declared) yield edit(part, name, message);
    return;
  }

  if (wanted?.texts ?? now?.texts) {
    yield* textDifferences(tag, name, wanted, now);
    return;
  }

  const old = kind === "self-relative" ? targets(pair.before, tag) : (wanted?.values ?? []);
  const values = kind === "self-relative" ? targets(pair.after, tag) : (now?.values ?? []);
  if (old.join() === values.join()) return;
  yield damage("dynamic", name, `${name} is ${shownValues(values)}, not ${shownValues(old)}`);
}

const shownValues = (values: readonly bigint[]): string => values.map((v) => hex(v)).join(", ") || "missing";

function isComparedApart({ before, declared }: Pair, tag: number): boolean {
  const isTable = COMPARED_APART.includes(tag) || gotOrder(before.header.machine)?.hashTag === tag;
  return isTable || (!declared && RELOCATIONS.includes(tag));
}

/** May the tag of a table that is compared apart come or go? What is left of it is compared there. */
function mayComeOrGo({ before, after, declared }: Pair, tag: number, isLost: boolean): boolean {
  const isHash = HASHES.includes(tag) || gotOrder(before.header.machine)?.hashTag === tag;
  if (declared && isHash) return !isLost && declared.names !== undefined;
  if (declared) return VERSIONS.includes(tag) && declared.versions?.needs.some(() => true) === !isLost;
  return VERSIONS.includes(tag) || (isHash && HASHES.some((t) => after.dynamic!.get(t) !== undefined));
}

/**
 * What loading can do without: counts that only make it faster, and what a flag says, too (gABI, "Dynamic Section").
 */
function isRedundant({ dynamic }: ElfFile, tag: number): boolean {
  const says = (flags: number, bit: number): boolean => ((dynamic!.get(flags) ?? 0n) & BigInt(bit)) !== 0n;
  switch (tag) {
    case DT.RELACOUNT:
    case DT.RELCOUNT:
      return true;
    case DT.BIND_NOW:
      return says(DT.FLAGS, DF.BIND_NOW) || says(DT.FLAGS_1, DF_1.NOW);
    case DT.SYMBOLIC:
      return says(DT.FLAGS, DF.SYMBOLIC);
    case DT.TEXTREL:
      return says(DT.FLAGS, DF.TEXTREL);
    default:
      return false;
  }
}

function* textDifferences(
  tag: number,
  name: string,
  wanted: Said | undefined,
  now: Said | undefined,
): Generator<ProgramDifference> {
  const old = wanted?.texts ?? [];
  const texts = now?.texts ?? [];
  if (old.join("\0") === texts.join("\0")) return;

  const part = partOfText(tag);
  const say = isSet(part, wanted, now) ? edit : damage;
  yield say(part, name, `${name} is ${shownTexts(texts)}, not ${shownTexts(old)}`);
}

const shownTexts = (texts: readonly string[]): string => texts.map((t) => JSON.stringify(t)).join(", ") || "missing";

/**
 * May somebody have set it? A string that tools do not set, and that is another one at the same place, was written over
 * with another.
 */
function isSet(part: ProgramPart, wanted: Said | undefined, now: Said | undefined): boolean {
  if (now?.texts?.some((t) => t.endsWith("?"))) return false;
  return part !== "dynamic" || wanted?.values.join() !== now?.values.join();
}

/** What offsets from the entries themselves lead to. */
function targets(elf: ElfFile, tag: number): bigint[] {
  const { address, entries } = elf.dynamic!;
  const entrySize = BigInt(2 * wordSize(elf.header));
  const own = entries.filter((e) => e.tag === tag);
  return own.map((e) => BigInt.asUintN(elf.header.class, address + BigInt(e.index) * entrySize + e.value));
}

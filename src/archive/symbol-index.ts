import { alignUp, concat, viewOf } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import { NameBudget } from "../image/strings.js";
import type { Archive, ArchiveMember, IndexFormat } from "./read.js";

/** What a symbol index says: this member defines that symbol. */
export interface IndexEntry {
  /** Without its NUL. */
  readonly name: Uint8Array;
  /** The offset in the archive of the member's header. */
  readonly member: number;
}

/** The contents of a symbol index. */
export interface SymbolIndex {
  readonly format: IndexFormat;
  readonly littleEndian: boolean;
  readonly entries: readonly IndexEntry[];
}

const broken = (what: string, { offset }: ArchiveMember): never =>
  fail("MALFORMED", `the archive's symbol index ${what}; "ranlib" makes a new one`, { offset });

/** The numbers of an index, which all have one width. Offsets in archives are below 2^53. */
class Numbers {
  readonly width: 4 | 8;
  readonly #view: DataView;
  readonly #littleEndian: boolean;

  constructor(bytes: Uint8Array, format: IndexFormat, littleEndian: boolean) {
    this.width = format.endsWith("64") ? 8 : 4;
    this.#view = viewOf(bytes);
    this.#littleEndian = littleEndian;
  }

  /** The number at byte `at`; NaN where the bytes end before. */
  at(at: number): number {
    if (!(at >= 0 && at + this.width <= this.#view.byteLength)) return NaN;
    return this.width === 8
      ? Number(this.#view.getBigUint64(at, this.#littleEndian))
      : this.#view.getUint32(at, this.#littleEndian);
  }

  put(at: number, value: number): void {
    if (this.width === 8) this.#view.setBigUint64(at, BigInt(value), this.#littleEndian);
    else this.#view.setUint32(at, value, this.#littleEndian);
  }
}

/** Reads the archive's symbol index; undefined where it has none. `MALFORMED`. */
export function readIndex({ members, index: format }: Archive): SymbolIndex | undefined {
  const [member] = members;
  if (!format || !member) return undefined;

  const bytes = readExactly(member.content, 0, member.size, "the archive's symbol index");
  const index = format.startsWith("sysv") ? readSysv(bytes, format) : readBsd(bytes, format, member);
  if (!index) return broken("cannot be read", member);

  const headers = new Set(members.map((m) => m.offset));
  if (index.entries.some((e) => !headers.has(e.member))) broken("names a member that is not there", member);
  return index;
}

/** System V's index: a count, as many offsets, and as many strings. */
function readSysv(bytes: Uint8Array, format: IndexFormat): SymbolIndex | undefined {
  if (bytes.length === 0) return { format, littleEndian: false, entries: [] };

  const numbers = new Numbers(bytes, format, false);
  const { width } = numbers;
  const count = numbers.at(0);
  let at = (count + 1) * width;
  if (!(at <= bytes.length)) return undefined;

  const entries: IndexEntry[] = [];
  for (let i = 1; i <= count; i++) {
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    entries.push({ name: bytes.subarray(at, end), member: numbers.at(i * width) });
    at = end + 1;
  }

  return { format, littleEndian: false, entries };
}

/** 4.4BSD's index is in the byte order of the machine that made it, which the archive does not say: both are tried. */
const readBsd = (bytes: Uint8Array, format: IndexFormat, member: ArchiveMember): SymbolIndex | undefined =>
  readBsdAs(bytes, format, true, member) ?? readBsdAs(bytes, format, false, member);

/**
 * The size of the pairs, the pairs of string offset and member, the size of the strings, the strings. Sizes are bytes.
 */
function readBsdAs(
  bytes: Uint8Array,
  format: IndexFormat,
  littleEndian: boolean,
  member: ArchiveMember,
): SymbolIndex | undefined {
  const numbers = new Numbers(bytes, format, littleEndian);
  const { width } = numbers;
  const pair = 2 * width;
  const pairsSize = numbers.at(0);
  const pairsEnd = width + pairsSize;
  const strings = pairsEnd + width;
  const stringsEnd = strings + numbers.at(pairsEnd);
  const isWhole = pairsSize % pair === 0 && stringsEnd <= bytes.length;
  if (!isWhole) return undefined;

  const budget = new NameBudget(member);
  const entries: IndexEntry[] = [];
  for (let at = width; at < pairsEnd; at += pair) {
    const start = strings + numbers.at(at);
    const end = start < stringsEnd ? bytes.indexOf(0, start) : -1;
    if (end < 0 || end >= stringsEnd) return undefined;
    budget.count(end - start);
    entries.push({ name: bytes.subarray(start, end), member: numbers.at(at + width) });
  }

  return { format, littleEndian, entries };
}

/** Bytes of an index with these entries, with padding as GNU's and LLVM's `ar` add it: it is part of the member. */
export function indexSize(format: IndexFormat, entries: readonly IndexEntry[]): number {
  const width = format.endsWith("64") ? 8 : 4;
  const namesSize = entries.reduce((sum, e) => sum + e.name.length + 1, 0);
  return format.startsWith("sysv")
    ? alignUp((entries.length + 1) * width + namesSize, 2)
    : alignUp(2 * width + entries.length * 2 * width + namesSize, 8);
}

/** The bytes of the index. `UNSUPPORTED` where the numbers are too narrow for the offset of a member. */
export function encodeIndex({ format, littleEndian, entries }: SymbolIndex): Uint8Array {
  const bytes = new Uint8Array(indexSize(format, entries));
  const numbers = new Numbers(bytes, format, littleEndian);
  if (numbers.width === 4 && entries.some((e) => e.member > 0xffffffff)) {
    fail(
      "UNSUPPORTED",
      "a member would stand behind the first 4 GiB of the archive, " +
        "where its symbol index of 32-bit numbers cannot name it",
      { what: "an archive above 4 GiB" },
    );
  }

  const NUL = new Uint8Array(1);
  const names = concat(entries.flatMap((e) => [e.name, NUL]));
  if (format.startsWith("sysv")) encodeSysv(entries, names, numbers, bytes);
  else encodeBsd(entries, names, numbers, bytes);

  return bytes;
}

function encodeSysv(entries: readonly IndexEntry[], names: Uint8Array, numbers: Numbers, bytes: Uint8Array): void {
  const { width } = numbers;
  numbers.put(0, entries.length);
  entries.forEach((e, i) => numbers.put((i + 1) * width, e.member));
  bytes.set(names, (entries.length + 1) * width);
}

function encodeBsd(entries: readonly IndexEntry[], names: Uint8Array, numbers: Numbers, bytes: Uint8Array): void {
  const { width } = numbers;
  const pairsSize = entries.length * 2 * width;
  numbers.put(0, pairsSize);
  numbers.put(width + pairsSize, names.length);

  let string = 0;
  entries.forEach((e, i) => {
    const pairAt = width + i * 2 * width;
    numbers.put(pairAt, string);
    numbers.put(pairAt + width, e.member);
    string += e.name.length + 1;
  });
  bytes.set(names, 2 * width + pairsSize);
}

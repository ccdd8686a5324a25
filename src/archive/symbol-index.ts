import { concat, viewOf } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import { NameBudget } from "../image/strings.js";
import type { Archive, ArchiveMember, IndexFormat } from "./read.js";

/** What an archive's symbol index says: this symbol is defined by that member. */
export interface IndexEntry {
  /** Without its NUL. */
  readonly name: Uint8Array;
  /** The offset of the member's header in the archive. */
  readonly member: number;
}

/** A symbol index, read. */
export interface SymbolIndex {
  readonly format: IndexFormat;
  readonly littleEndian: boolean;
  readonly entries: readonly IndexEntry[];
}

const broken = (what: string, { offset }: ArchiveMember): never =>
  fail("MALFORMED", `the archive's symbol index ${what}; "ranlib" makes a new one`, { offset });

/** Numbers of one width, written one after the other. Offsets of archives are below 2^53. */
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
  const headers = new Set(members.map((m) => m.offset));
  // 4.4BSD's is in the byte order of the machine that made it, which is nowhere said.
  const index = format.startsWith("sysv")
    ? sysv(bytes, format)
    : (bsd(bytes, format, true, member) ?? bsd(bytes, format, false, member));
  if (!index) return broken("cannot be read", member);

  if (index.entries.some((e) => !headers.has(e.member))) broken("names a member that is not there", member);
  return index;
}

/** A count, as many offsets, as many strings. */
function sysv(bytes: Uint8Array, format: IndexFormat): SymbolIndex | undefined {
  const n = new Numbers(bytes, format, false);
  const count = n.at(0);
  const entries: IndexEntry[] = [];
  let at = (count + 1) * n.width;
  if (!(at <= bytes.length)) return bytes.length === 0 ? { format, littleEndian: false, entries } : undefined;

  for (let i = 1; i <= count; i++) {
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    entries.push({ name: bytes.subarray(at, end), member: n.at(i * n.width) });
    at = end + 1;
  }

  return { format, littleEndian: false, entries };
}

/** The bytes of the pairs of string offset and member, these, the bytes of the strings, these. */
function bsd(
  bytes: Uint8Array,
  format: IndexFormat,
  littleEndian: boolean,
  member: ArchiveMember,
): SymbolIndex | undefined {
  const n = new Numbers(bytes, format, littleEndian);
  const w = n.width;
  const pairs = n.at(0);
  const strings = 2 * w + pairs;
  const size = n.at(w + pairs);
  const entries: IndexEntry[] = [];
  const budget = new NameBudget(member);
  if (!(pairs % (2 * w) === 0 && strings + size <= bytes.length)) return undefined;

  for (let at = w; at < w + pairs; at += 2 * w) {
    const start = strings + n.at(at);
    const end = start < strings + size ? bytes.indexOf(0, start) : -1;
    if (end < 0 || end >= strings + size) return undefined;
    budget.count(end - start);
    entries.push({ name: bytes.subarray(start, end), member: n.at(at + w) });
  }

  return { format, littleEndian, entries };
}

/** Bytes of an index with these entries: padded as GNU's and LLVM's `ar` do, the padding being part of the member. */
export function indexSize(format: IndexFormat, entries: readonly IndexEntry[]): number {
  const w = format.endsWith("64") ? 8 : 4;
  const names = entries.reduce((sum, e) => sum + e.name.length + 1, 0);
  return format.startsWith("sysv")
    ? even((entries.length + 1) * w + names, 2)
    : even(2 * w + entries.length * 2 * w + names, 8);
}

const even = (n: number, to: number): number => Math.ceil(n / to) * to;

/** The bytes of the index. `UNSUPPORTED` where a member stands behind what its numbers hold. */
export function encodeIndex({ format, littleEndian, entries }: SymbolIndex): Uint8Array {
  const bytes = new Uint8Array(indexSize(format, entries));
  const n = new Numbers(bytes, format, littleEndian);
  const w = n.width;
  const NUL = new Uint8Array(1);

  if (w === 4 && entries.some((e) => e.member > 0xffffffff)) {
    fail(
      "UNSUPPORTED",
      "a member would stand behind the first 4 GiB of the archive, where its symbol index of 32-bit numbers cannot name it",
      { what: "an archive above 4 GiB" },
    );
  }

  const names = concat(entries.flatMap((e) => [e.name, NUL]));
  if (format.startsWith("sysv")) {
    n.put(0, entries.length);
    entries.forEach((e, i) => n.put((i + 1) * w, e.member));
    bytes.set(names, (entries.length + 1) * w);
    return bytes;
  }

  const pairs = entries.length * 2 * w;
  n.put(0, pairs);
  n.put(w + pairs, names.length);
  let string = 0;
  entries.forEach((e, i) => {
    n.put(w + i * 2 * w, string);
    n.put(2 * w + i * 2 * w, e.member);
    string += e.name.length + 1;
  });
  bytes.set(names, 2 * w + pairs);

  return bytes;
}

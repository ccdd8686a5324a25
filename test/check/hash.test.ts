import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { findingsBy, planRules } from "../../src/check/plan-rules.js";
import { gnuHash, sysvHash } from "../../src/codec/hash.js";
import { gnuHashTable, sysvHashTable } from "../../src/image/dynamic/hash.js";
import { patch, readElf, setRunpath } from "../../src/index.js";
import { EM, SHN, STB } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";

const NAMES = ["answer", "second", "third", "table", "a", "b_longer_name", "north", "east", "south", "west"];

/** Undefined symbols stand first in .dynsym; DT_GNU_HASH does not hold them. */
const SYMBOLS = [...NAMES.map((name) => ({ name })), { name: "puts", defined: false }];

const library = (options: BuildOptions) => buildElf({ soname: "liba.so", symbols: SYMBOLS, ...options });

const ENCODINGS: readonly (readonly [string, BuildOptions])[] = [
  ["64-bit little-endian", {}],
  ["64-bit big-endian", { byteOrder: "big", machine: EM.PPC64 }],
  ["32-bit little-endian", { class: 32 }],
  ["32-bit big-endian", { class: 32, byteOrder: "big", machine: EM.MIPS }],
  ["s390x, entries of 8 bytes", { byteOrder: "big", machine: EM.S390 }],
  ["alpha, entries of 8 bytes", { machine: EM.ALPHA }],
];

/** The bytes of a file as a loader sees them: words by their offset in the file. */
class Memory {
  readonly view: DataView;
  readonly littleEndian: boolean;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.littleEndian = littleEndian;
  }
  word(at: number): number {
    return this.view.getUint32(at, this.littleEndian);
  }
  /** A word of `width` bytes as a number: those here are small. */
  wide(at: number, width: number): bigint {
    return width === 8 ? this.view.getBigUint64(at, this.littleEndian) : BigInt(this.word(at));
  }
}

/** Does glibc come by this symbol (do_lookup_x in elf/dl-lookup.c)? Throws where it would leave the file. */
function glibcFinds(m: Memory, at: number, bits: number, symbol: number, hash: number): boolean {
  const [buckets, first, words, shift] = [0, 4, 8, 12].map((i) => m.word(at + i)) as [number, number, number, number];
  if (buckets === 0) return false;

  const width = bits / 8;
  const index = Math.floor(hash / bits) & (words - 1);
  const filter = m.wide(at + 16 + index * width, width);
  const isSet = (bit: number) => ((filter >> BigInt(bit)) & 1n) === 1n;
  if (!isSet(hash % bits) || !isSet((hash >>> shift) % bits)) return false;

  const bucketsAt = at + 16 + words * width;
  const start = m.word(bucketsAt + 4 * (hash % buckets));
  if (start === 0) return false;
  for (let i = start; ; i++) {
    const entry = m.word(bucketsAt + 4 * (buckets + i - first));
    if (i === symbol && entry >>> 1 === hash >>> 1) return true;
    if (entry & 1) return false;
  }
}

/** The same through DT_HASH. A circle counts as not found. */
function sysvFinds(m: Memory, at: number, width: number, symbol: number, hash: number): boolean {
  const entry = (i: number) => Number(m.wide(at + i * width, width));
  const buckets = entry(0);
  if (buckets === 0) return false;

  let left = 1000;
  for (let i = entry(2 + (hash % buckets)); i !== 0 && left > 0; i = entry(2 + buckets + i), left--) {
    if (i === symbol) return true;
  }
  return false;
}

const attempt = (find: () => boolean): boolean => {
  try {
    return find();
  } catch {
    return false;
  }
};

const HASH_RULES = ["hash-table", "hash-symbol", "readable"];
const rulesIn = (bytes: Uint8Array): string[] =>
  check(readElf(bytes))
    .map((f) => f.rule)
    .filter((rule) => HASH_RULES.includes(rule));

/** Every change of one word: to another value, another bit. */
const CHANGES: readonly ((word: number) => number)[] = [
  () => 0,
  () => 0xffffffff,
  (word) => word + 1,
  (word) => (word ^ 1) >>> 0,
  (word) => (word ^ 0x10) >>> 0,
  (word) => (word ^ 0x80000000) >>> 0,
];

/** Changes each word of the table, and compares what `check` says with what a loader finds. */
function compareWithLoader(bytes: Uint8Array, offset: number, size: number, isFoundIn: (m: Memory) => boolean) {
  const { littleEndian } = readElf(bytes).header;
  let broken = 0;
  let harmless = 0;

  for (let at = offset; at < offset + size; at += 4) {
    for (const change of CHANGES) {
      const copy = bytes.slice();
      const m = new Memory(copy, littleEndian);
      const word = m.word(at);
      m.view.setUint32(at, change(word), littleEndian);
      if (m.word(at) === word) continue;

      const isFound = isFoundIn(m);
      const rules = rulesIn(copy);
      const what = `${word.toString(16)} at +${at - offset} becomes ${m.word(at).toString(16)}`;
      if (isFound) {
        harmless++;
        // What is found may still stand in a table that other lookups leave, or never end in.
        const lost = check(readElf(copy)).filter((f) => f.message.includes("not found"));
        expect([what, lost]).toEqual([what, []]);
      } else {
        broken++;
        expect([what, rules.length > 0]).toEqual([what, true]);
      }
    }
  }
  return { broken, harmless };
}

describe.each(ENCODINGS)("%s", (_, options) => {
  it("says of every word of DT_GNU_HASH whose change loses a symbol", () => {
    const bytes = library({ ...options, hash: "gnu" });
    expect(rulesIn(bytes)).toEqual([]);

    const elf = readElf(bytes);
    const { offset, chainsOffset, first, symbols } = gnuHashTable(elf)!;
    const hashed = [...elf.dynamicSymbols!].slice(first);
    const isFound = (m: Memory) =>
      hashed.every((s) => attempt(() => glibcFinds(m, offset, elf.header.class, s.index, gnuHash(s.name))));

    const size = chainsOffset + (symbols! - first) * 4 - offset;
    const { broken, harmless } = compareWithLoader(bytes, offset, size, isFound);
    expect(broken).toBeGreaterThan(50);
    expect(harmless).toBeGreaterThan(0);
  });

  it("says of every word of DT_HASH whose change loses a symbol", () => {
    const bytes = library({ ...options, hash: "sysv" });
    expect(rulesIn(bytes)).toEqual([]);

    const elf = readElf(bytes);
    const table = sysvHashTable(elf)!;
    const width = table.size / (2 + table.buckets + table.symbols);
    const isWanted = (shndx: number, binding: number) => shndx !== SHN.UNDEF && binding !== STB.LOCAL;
    const defined = [...elf.dynamicSymbols!].filter((s) => isWanted(s.shndx, s.binding));
    const isFound = (m: Memory) =>
      defined.every((s) => attempt(() => sysvFinds(m, table.offset, width, s.index, sysvHash(s.name))));

    const { broken } = compareWithLoader(bytes, table.offset, table.size, isFound);
    expect(broken).toBeGreaterThan(30);
  });
});

describe("hash tables", () => {
  it("without symbols are whole", () => {
    for (const hash of ["gnu", "sysv", "both"] as const) {
      expect(rulesIn(buildElf({ hash }))).toEqual([]);
      expect(rulesIn(buildElf({ hash, sectionHeaders: false }))).toEqual([]);
    }
  });

  it("say how many symbols are lost, the first of them, and why", () => {
    const bytes = library({});
    const { offset, chainsOffset, buckets } = gnuHashTable(readElf(bytes))!;
    bytes.fill(0, offset + 16, chainsOffset - buckets * 4);

    const [finding] = check(readElf(bytes)).filter((f) => f.rule === "hash-symbol");
    expect(finding!.message).toMatch(
      /^10 symbols are not found by their hashes; the first is symbol 2 \(\w+\): the Bloom filter has not its hash$/,
    );
  });

  it("take steps in proportion to the file where every bucket begins in one chain", () => {
    const count = 20_000;
    const bytes = buildElf({
      soname: "liba.so",
      symbols: Array.from({ length: count }, (_, i) => ({ name: `f${i}` })),
    });
    const { chainsOffset, first, symbols, buckets } = gnuHashTable(readElf(bytes))!;
    const m = new Memory(bytes, true);
    for (let i = 0; i < symbols! - first - 1; i++) {
      const at = chainsOffset + 4 * i;
      m.view.setUint32(at, m.word(at) & ~1, true);
    }
    expect(buckets).toBeGreaterThan(1000);
    expect(rulesIn(bytes)).toEqual([]);
  });

  it("are not read whole by a patch", () => {
    const bytes = library({});
    const { chainsOffset } = gnuHashTable(readElf(bytes))!;
    const m = new Memory(bytes, true);
    m.view.setUint32(chainsOffset, m.word(chainsOffset) ^ 0x100, true);

    expect(rulesIn(bytes)).toEqual(["hash-symbol"]);
    expect(findingsBy(readElf(bytes), planRules).map((f) => f.rule)).not.toContain("hash-symbol");
    expect(patch(bytes, setRunpath("/opt/lib")).plan.findings.map((f) => f.rule)).not.toContain("hash-symbol");
  });
});

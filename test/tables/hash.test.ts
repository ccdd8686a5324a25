import { describe, expect, it } from "vitest";
import { gnuHash, sysvHash } from "../../src/codec/hash.js";
import { buildGnuHash, buildSysvHash, gnuHashOrder, gnuHashShape, sysvBuckets } from "../../src/tables/hash.js";
import { EM } from "../../src/spec/constants.js";
import { permuteRecords, renumberRelocations } from "../../src/tables/symbols.js";

describe("hashes of names", () => {
  it.each([
    ["", 0, 0x1505],
    ["printf", 0x077905a6, 0x156b2bb8],
    ["exit", 0x0006cf04, 0x7c967e3f],
    ["syscall", 0x0b09985c, 0xbac212a0],
  ])("of %j", (name, sysv, gnu) => {
    expect(sysvHash(name)).toBe(sysv);
    expect(gnuHash(name)).toBe(gnu);
  });

  it("of a version, as vna_hash has it", () => expect(sysvHash("GLIBC_2.3")).toBe(0x0d696913));

  it("bytes that are no text count as they are", () =>
    expect(gnuHash(Uint8Array.of(0xff, 0xfe))).toBe(((5381 * 33 + 0xff) * 33 + 0xfe) >>> 0));
});

describe("DT_HASH", () => {
  it("three symbols in one bucket, least significant byte first and last, words and double words", () => {
    const hashes = [undefined, 4, 7, undefined, 1];
    const words = [3, 5, 0, 1, 0, 0, 2, 4, 0, 0];
    const little = buildSysvHash(hashes, { buckets: 3, entry: 4, littleEndian: true });
    const big = buildSysvHash(hashes, { buckets: 3, entry: 8, littleEndian: false });
    expect([...new Uint32Array(little.buffer)]).toEqual(words);
    expect(words.map((_, i) => Number(new DataView(big.buffer).getBigUint64(i * 8)))).toEqual(words);
  });

  it("always has an odd number of buckets", () => expect([0, 1, 2, 7, 100].map(sysvBuckets)).toEqual([1, 1, 1, 3, 51]));
});

describe("DT_GNU_HASH", () => {
  it("two symbols of one bucket and one of another, 64-bit words", () => {
    const hashes = [10, 13, 11];
    const order = gnuHashOrder(hashes, 3);
    expect(order).toEqual([0, 1, 2]);

    const shape = { buckets: 3, bloomWords: 1, shift: 6, word: 8, littleEndian: true } as const;
    const ordered = order.map((p) => hashes[p]!);
    const b = buildGnuHash(ordered, 5, shape);
    const v = new DataView(b.buffer);
    expect([0, 4, 8, 12].map((o) => v.getUint32(o, true))).toEqual([3, 5, 1, 6]);
    expect(v.getBigUint64(16, true)).toBe((1n << 10n) | (1n << 13n) | (1n << 11n) | 1n);
    expect([24, 28, 32].map((o) => v.getUint32(o, true))).toEqual([0, 5, 7]);
    expect([36, 40, 44].map((o) => v.getUint32(o, true))).toEqual([10, 13, 11]);
    expect(b.length).toBe(48);
  });

  it("most significant byte first, 32-bit words, with MIPS's translation behind the chains", () => {
    const b = buildGnuHash([32, 64], 2, { buckets: 1, bloomWords: 2, shift: 5, word: 4, littleEndian: false }, [9, 3]);
    const v = new DataView(b.buffer);
    expect([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40].map((o) => v.getUint32(o))).toEqual([
      1, 2, 2, 5, 0b101, 0b11, 2, 32, 65, 9, 3,
    ]);
  });

  it("the shape grows with the number of symbols, its filter by powers of two", () => {
    for (const n of [0, 1, 5, 100, 5000]) {
      const s = gnuHashShape(n, 8, true);
      expect(Number.isInteger(Math.log2(s.bloomWords)) && s.bloomWords * 64 >= n * 12 && s.buckets >= 1).toBe(true);
    }
  });
});

describe("another order of the symbols", () => {
  const order = (i: number) => [0, 2, 1][i]!;

  it("records change places", () =>
    expect([...permuteRecords(Uint8Array.of(0, 0, 1, 1, 2, 2), 2, order)]).toEqual([0, 0, 2, 2, 1, 1]));

  it.each([
    [32, true, 8],
    [32, false, 12],
    [64, true, 24],
    [64, false, 24],
  ] as const)(
    "relocations of ELFCLASS%d, little endian %s, %d bytes each, name the same symbol",
    (c, littleEndian, stride) => {
      const bytes = new Uint8Array(stride * 2);
      const view = new DataView(bytes.buffer);
      const symbolShift = c === 32 ? 8n : 32n;
      const setInfo = (at: number, info: bigint) => {
        if (c === 32) view.setUint32(at + 4, Number(info), littleEndian);
        else view.setBigUint64(at + 8, info, littleEndian);
      };
      const infoAt = (out: Uint8Array, at: number) => {
        const outView = new DataView(out.buffer);
        return c === 32 ? BigInt(outView.getUint32(at + 4, littleEndian)) : outView.getBigUint64(at + 8, littleEndian);
      };
      setInfo(0, (1n << symbolShift) | 7n);
      setInfo(stride, 8n);

      const out = renumberRelocations(bytes, stride, { class: c, littleEndian, machine: EM.X86_64 }, order);
      expect([infoAt(out, 0), infoAt(out, stride)]).toEqual([(2n << symbolShift) | 7n, 8n]);
    },
  );
});

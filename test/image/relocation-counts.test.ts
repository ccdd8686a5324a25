import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import type { Encoding } from "../../src/codec/encoding.js";
import { readElf } from "../../src/image/read-elf.js";
import { countRelocations } from "../../src/image/relocations/relocation-counts.js";
import { EM, ET, SHT } from "../../src/spec/constants.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { listRelocations } from "../../src/report/list-relocations.js";
import { describeRelocations } from "../../src/report/summaries.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS, shdr } from "../support/elf.js";

/** An object file with these bytes as a section of relocations. */
function object(
  e: Encoding & { machine?: number },
  type: number,
  content: Uint8Array,
  patch: (v: DataView) => void = () => {},
) {
  const byteOrder = e.littleEndian ? "little" : "big";
  const bytes = buildElf({ ...e, byteOrder, type: ET.REL, debugInfo: content.length, symbols: [{ name: "a" }] });
  const header = shdr(bytes, ".debug_info");
  const index = readElf(bytes).sections.find((s) => s.name === ".symtab")!.index;
  Object.assign(header, { type, link: index });
  bytes.set(content, header.offset);
  patch(new DataView(bytes.buffer, bytes.byteOffset + header.offset, content.length));
  return readElf(bytes);
}

/** Values as words of the class. */
function words(e: Encoding, ...values: bigint[]): Uint8Array {
  const size = e.class / 8;
  const bytes = new Uint8Array(size * values.length);
  const view = viewOf(bytes);
  values.forEach((value, i) => {
    if (size === 8) view.setBigUint64(8 * i, value, e.littleEndian);
    else view.setUint32(4 * i, Number(value), e.littleEndian);
  });

  return bytes;
}

const counted = (elf: ReturnType<typeof readElf>) => describeRelocations(elf, new Tolerant());
const listed = (elf: ReturnType<typeof readElf>) =>
  [...listRelocations(elf, new Tolerant())].map((r) => [r.offset, r.type, r.symbol, r.addend]);
const little: Encoding = { class: 64, littleEndian: true };

describe("relocations", () => {
  it.each(ENCODINGS)("of RELA and REL tables ($label)", (e) => {
    const info = (symbol: number, type: number) =>
      e.class === 64 ? (BigInt(symbol) << 32n) | BigInt(type) : BigInt((symbol << 8) | type);
    const machine = e.class === 64 ? EM.X86_64 : EM["386"];
    const [one, eight] = e.class === 64 ? ["R_X86_64_64", "R_X86_64_RELATIVE"] : ["R_386_32", "R_386_RELATIVE"];
    const rela = object(
      { ...e, machine },
      SHT.RELA,
      words(e, 16n, info(0, 8), 5n, 24n, info(1, 1), BigInt.asUintN(e.class, -4n), 32n, info(0, 8), 6n),
    );

    expect(counted(rela)).toEqual({
      source: "sections",
      total: 3,
      relr: 0,
      types: { [one!]: 1, [eight!]: 2 },
      tables: [{ table: ".debug_info", count: 3 }],
    });
    expect(listed(rela)).toEqual([
      [16, eight, null, 5],
      [24, one, ".text", -4],
      [32, eight, null, 6],
    ]);

    const rel = object({ ...e, machine }, SHT.REL, words(e, 16n, info(1, 99)));
    expect(listed(rel)).toEqual([[16, "R_0x63", ".text", null]]);
  });

  it("of 64-bit MIPS have three types, and bytes in an order of their own", () => {
    for (const littleEndian of [true, false]) {
      const e = { class: 64, littleEndian } as const;
      const elf = object({ ...e, machine: EM.MIPS }, SHT.REL, words(e, 8n, 0n), (v) =>
        [0, 0, 18, 3].forEach((n, i) => v.setUint8(12 + i, n)),
      );
      expect(counted(elf).types).toEqual({ "R_MIPS_REL32/R_MIPS_64": 1 });
    }
  });

  it("of 64-bit SPARC have data above their type", () => {
    const e = { class: 64, littleEndian: false } as const;
    expect(counted(object({ ...e, machine: EM.SPARCV9 }, SHT.RELA, words(e, 8n, 0x1234_00n | 33n, 0n))).types).toEqual({
      R_SPARC_OLO10: 1,
    });
  });

  it.each(ENCODINGS)("of RELR tables: an address, then a map of the words behind it ($label)", (e) => {
    const size = BigInt(e.class / 8);
    const top = 1n << BigInt(e.class - 1);
    const elf = object(e, SHT.RELR, words(e, 0x1000n, 0b1011n, top | 1n, 0x9000n));
    expect(counted(elf)).toMatchObject({ total: 5, relr: 5, types: {}, tables: [{ count: 5 }] });
    const second = 0x1000n + size;
    const third = second + size * BigInt(e.class - 1);
    expect(listed(elf).map((r) => r[0])).toEqual(
      [0x1000n, second, second + 2n * size, third + size * BigInt(e.class - 2), 0x9000n].map(Number),
    );
  });

  it("of CREL tables, with addends and without", () => {
    // Two relocations: at 0x10 of type 2 (symbol 1, addend -4), 0x108 behind it of type 1.
    const withAddends = Uint8Array.of(
      (2 << 3) | 4,
      ((0x10 & 15) << 3) | 0x80 | 7,
      0x10 >> 4,
      1,
      2,
      0x7c,
      0x80 | ((0x108 & 15) << 3) | 2,
      0x108 >> 4,
      0x7f,
    );
    expect(listed(object(little, SHT.CREL, withAddends))).toEqual([
      [0x10, "R_X86_64_PC32", ".text", -4],
      [0x118, "R_X86_64_64", ".text", -4],
    ]);
    expect(counted(object(little, SHT.CREL, withAddends)).types).toEqual({ R_X86_64_64: 1, R_X86_64_PC32: 1 });
    // Offsets in units of 8.
    expect(listed(object(little, SHT.CREL, Uint8Array.of((1 << 3) | 3, (2 << 2) | 2, 8)))).toEqual([
      [16, "R_X86_64_RELATIVE", null, null],
    ]);
  });

  it("of Android's packed tables: groups that share what they can", () => {
    const aps2 = (...bytes: number[]) => Uint8Array.of(0x41, 0x50, 0x53, 0x32, ...bytes);
    // Three relative ones, 8 apart from 0x10 on, then one of its own with symbol 1.
    const bytes = aps2(4, 8, 3, 1 | 2, 8, 8, 1, 0, 0x20, 0x81, 0x80, 0x80, 0x80, 0x10);
    const elf = object(little, 0x60000001, bytes);

    expect(listed(elf)).toEqual([
      [16, "R_X86_64_RELATIVE", null, null],
      [24, "R_X86_64_RELATIVE", null, null],
      [32, "R_X86_64_RELATIVE", null, null],
      [64, "R_X86_64_64", ".text", null],
    ]);
    expect(counted(elf)).toMatchObject({ total: 4, types: { R_X86_64_64: 1, R_X86_64_RELATIVE: 3 } });
  });

  it.each<[string, number, Uint8Array, RegExp]>([
    ["no APS2", 0x60000001, Uint8Array.of(1, 2, 3, 4), /does not begin with APS2/],
    [
      "a group of none",
      0x60000001,
      Uint8Array.of(0x41, 0x50, 0x53, 0x32, 4, 0, 0, 0),
      /a group of 0 relocations where 4 are left/,
    ],
    [
      "more than the file has bytes",
      0x60000001,
      Uint8Array.of(0x41, 0x50, 0x53, 0x32, 0xff, 0xff, 0xff, 0xff, 0x07, 0),
      /says that it has 2147483647 relocations/,
    ],
    ["CREL likewise", SHT.CREL, Uint8Array.of(0xf8, 0xff, 0xff, 0xff, 0x7f), /says that it has/],
    ["CREL that ends too early", SHT.CREL, Uint8Array.of(5 << 3, 3), /reaches past the end/],
  ])("%s is MALFORMED", (_, type, bytes, message) =>
    expect(caught(() => countRelocations(object(little, type, bytes))).message).toMatch(message),
  );
});

import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import type { Encoding } from "../../src/codec/encoding.js";
import {
  Dyn,
  Ehdr,
  Nhdr,
  Phdr,
  Rel,
  Rela,
  Shdr,
  Sym,
  Verdaux,
  Verdef,
  Vernaux,
  Verneed,
} from "../../src/codec/records.js";
import { struct } from "../../src/codec/struct.js";
import { isElfError } from "../../src/error.js";
import { caught, ENCODINGS } from "../support/elf.js";

const LE64: Encoding = { class: 64, littleEndian: true };
const BE64: Encoding = { class: 64, littleEndian: false };
const BE32: Encoding = { class: 32, littleEndian: false };

describe("record sizes", () => {
  it("are the gABI's", () => {
    const records = { Ehdr, Phdr, Shdr, Dyn, Sym, Rel, Rela, Verneed, Vernaux, Verdef, Verdaux, Nhdr };
    expect(Object.entries(records).map(([name, r]) => [name, r.size(32), r.size(64)])).toEqual([
      ["Ehdr", 36, 48],
      ["Phdr", 32, 56],
      ["Shdr", 40, 64],
      ["Dyn", 8, 16],
      ["Sym", 16, 24],
      ["Rel", 8, 16],
      ["Rela", 12, 24],
      ["Verneed", 16, 16],
      ["Vernaux", 16, 16],
      ["Verdef", 20, 20],
      ["Verdaux", 8, 8],
      ["Nhdr", 12, 12],
    ]);
  });

  it("put p_flags and st_value where ELFCLASS32 has them", () => {
    const phdr = ["type", "flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align"] as const;
    expect(phdr.map((f) => Phdr.offsetOf(f, 64))).toEqual([0, 4, 8, 16, 24, 32, 40, 48]);
    expect(phdr.map((f) => Phdr.offsetOf(f, 32))).toEqual([0, 24, 4, 8, 12, 16, 20, 28]);

    const sym = ["name", "info", "other", "shndx", "value", "size"] as const;
    expect(sym.map((f) => Sym.offsetOf(f, 64))).toEqual([0, 4, 5, 6, 8, 16]);
    expect(sym.map((f) => Sym.offsetOf(f, 32))).toEqual([0, 12, 13, 14, 4, 8]);
  });
});

describe("a view", () => {
  it("reads the bytes of each class and byte order", () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => i);
    const fields = (e: Encoding) => {
      const p = Phdr.view(viewOf(bytes), 1, e);
      return [p.type, p.flags, p.exact("vaddr")];
    };
    expect(fields(LE64)).toEqual([0x04030201, 0x08070605, 0x1817161514131211n]);
    expect(fields(BE64)).toEqual([0x01020304, 0x05060708, 0x1112131415161718n]);
    expect(fields({ class: 32, littleEndian: true })).toEqual([0x04030201, 0x1c1b1a19, 0x0c0b0a09n]);
    expect(fields(BE32)).toEqual([0x01020304, 0x191a1b1c, 0x090a0b0cn]);
  });

  it.each(ENCODINGS)("writes a field and no other byte ($label)", (e) => {
    const bytes = new Uint8Array(100).fill(0xaa);
    const p = Phdr.view(viewOf(bytes), 10, e);
    p.filesz = 0x123456;
    p.filesz += 0x10;

    const at = 10 + Phdr.offsetOf("filesz", e.class);
    const width = e.class === 64 ? 8 : 4;
    const value = [...Array<number>(width - 3).fill(0), 0x12, 0x34, 0x66];
    const expected = new Uint8Array(100).fill(0xaa);
    expected.set(e.littleEndian ? value.reverse() : value, at);
    expect(bytes).toEqual(expected);
    expect([p.filesz, p.exact("filesz")]).toEqual([0x123466, 0x123466n]);
  });

  it.each(ENCODINGS)("works inside a larger buffer ($label)", (e) => {
    const whole = new Uint8Array(200);
    const part = whole.subarray(50, 150);
    Sym.view(viewOf(part), 4, e).shndx = 0xfff1;
    expect([...whole.keys()].filter((i) => whole[i] !== 0)).toEqual([
      54 + Sym.offsetOf("shndx", e.class),
      55 + Sym.offsetOf("shndx", e.class),
    ]);
  });

  it.each(ENCODINGS.filter((e) => e.class === 64))("keeps 53 bits exact and refuses more ($label)", (e) => {
    const bytes = new Uint8Array(64);
    const s = Shdr.view(viewOf(bytes), 0, e);
    s.size = Number.MAX_SAFE_INTEGER;

    expect([s.size, s.exact("size")]).toEqual([Number.MAX_SAFE_INTEGER, 2n ** 53n - 1n]);

    s.setExact("size", 2n ** 53n);
    const error = caught(() => s.size);
    expect(isElfError(error, "UNSAFE_INTEGER") && error.detail.value).toBe(2n ** 53n);

    s.setExact("addr", 0xffffffff81000000n);
    expect(s.exact("addr")).toBe(0xffffffff81000000n);
    expect(caught(() => s.addr).message).toContain("0xffffffff81000000");
  });

  it.each(ENCODINGS)("keeps the sign of d_tag ($label)", (e) => {
    const d = Dyn.view(viewOf(new Uint8Array(16)), 0, e);
    d.tag = -5;
    expect([d.tag, d.exact("tag")]).toEqual([-5, -5n]);
    d.setExact("tag", -6n);
    expect([d.tag, d.exact("tag")]).toEqual([-6, -6n]);
    d.tag = 0x6ffffef5;
    expect(d.tag).toBe(0x6ffffef5);
  });

  it("names a tag far below zero by its value", () => {
    const d = Dyn.view(viewOf(new Uint8Array(16)), 0, LE64);
    d.setExact("tag", -(2n ** 60n));
    const error = caught(() => d.tag);
    expect(isElfError(error, "UNSAFE_INTEGER") && error.detail.value).toBe(-(2n ** 60n));
    d.tag = -(2 ** 40) - 3;
    expect(d.tag).toBe(-(2 ** 40) - 3);
  });

  it("cuts setExact off at the field's width", () => {
    const p = Phdr.view(viewOf(new Uint8Array(64)), 0, BE32);
    const n = Ehdr.view(viewOf(new Uint8Array(64)), 0, BE32);
    p.setExact("vaddr", 0x1_2345_6789n);
    n.setExact("phnum", 0x12345n);
    expect([p.vaddr, n.phnum]).toEqual([0x23456789, 0x2345]);
    p.setExact("vaddr", 0xffffffff81000001n);
    expect(p.vaddr).toBe(0x81000001);
  });
});

describe("table", () => {
  it("takes whole records of a stride", () => {
    const bytes = new Uint8Array(3 * 20 + 7);
    for (const i of [0, 1, 2, 3]) bytes[20 * i] = i + 1;
    const e: Encoding = { class: 32, littleEndian: true };
    expect(Dyn.table(bytes, e, 20).map((d) => d.tag)).toEqual([1, 2, 3]);
    expect(Dyn.table(bytes.subarray(0, 16), e).map((d) => d.tag)).toEqual([1, 0]);
    expect(Dyn.table(bytes.subarray(0, 7), e)).toEqual([]);
  });

  it("writes through to the bytes", () => {
    const bytes = new Uint8Array(32);
    Dyn.table(bytes, BE64)[1]!.val = 0x1122;
    expect([...bytes.subarray(30)]).toEqual([0x11, 0x22]);
  });
});

it("struct lays out fields by their kinds", () => {
  const s = struct({ a: "byte", b: "half", c: "addr" });
  expect([s.size(32), s.size(64), s.offsetOf("c", 32)]).toEqual([7, 11, 3]);
});

describe("columns", () => {
  const bytes = Uint8Array.from({ length: 3 * 72 }, (_, i) => (i * 37 + 11) & 255);

  it("hold what the views say, whatever the width", () => {
    for (const e of ENCODINGS) {
      for (const stride of [Sym.size(e.class), 72]) {
        const views = Sym.table(bytes, e, stride).slice(0, 3);
        for (const field of ["name", "info", "shndx", "value", "size"] as const) {
          expect([...Sym.words(field, bytes, 3, e, stride)]).toEqual(
            views.map((v) => Number(BigInt.asUintN(32, v.exact(field)))),
          );
          expect([...Sym.doubles(field, bytes, 3, e, stride)]).toEqual(views.map((v) => v.near(field)));
        }
      }
    }
  });

  it("of no records are empty", () =>
    expect([
      Shdr.words("type", new Uint8Array(0), 0, BE64).length,
      Shdr.doubles("size", new Uint8Array(0), 0, BE64).length,
    ]).toEqual([0, 0]));
});

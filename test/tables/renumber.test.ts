import { describe, expect, it } from "vitest";
import { LebReader, pushSigned32, pushUnsigned } from "../../src/codec/leb128.js";
import { EM } from "../../src/spec/constants.js";
import { eachCrelSymbol, renumberCrel } from "../../src/tables/crel.js";
import { addressSignificant, callGraphProfile } from "../../src/tables/llvm.js";
import { renumberRelocations } from "../../src/tables/symbols.js";
import { caught } from "../support/elf.js";

const symbolsOf = (b: Uint8Array) => {
  const out: number[] = [];
  eachCrelSymbol(b, 0, (s) => out.push(s));
  return out;
};

describe("LEB128", () => {
  it.each([0, 1, 63, 64, 127, 128, 300, 2 ** 31, 2 ** 40])("%d", (n) => {
    const out: number[] = [];
    pushUnsigned(out, n);
    expect(new LebReader(Uint8Array.from(out), 0).unsigned()).toBe(n);
  });
  it.each([0, 1, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)])("%d, signed", (n) => {
    const out: number[] = [];
    pushSigned32(out, n);
    expect(new LebReader(Uint8Array.from(out), 0).signed32()).toBe(n);
  });
  it("that does not end is MALFORMED", () =>
    expect(caught(() => new LebReader(Uint8Array.of(128, 128), 0).unsigned()).code).toBe("MALFORMED"));
});

describe("SHT_CREL", () => {
  // Three records with addends: symbols 1, 1, 4; the second has a long offset and the third neither type nor addend.
  const records = Uint8Array.of((3 << 3) | 4, 0b0000_0111, 1, 2, 0x7c, 0x80 | 0b0110, 0x7f, 1, 3, 0b0010_0001, 3);

  it("is read", () => expect(symbolsOf(records)).toEqual([1, 1, 4]));
  it("with the same symbols has the same bytes", () =>
    expect([...renumberCrel(records, 0, (s) => s)]).toEqual([...records]));
  it("with other symbols keeps all else", () => {
    const out = renumberCrel(records, 0, (s) => (s === 1 ? 200 : 0));
    expect(symbolsOf(out)).toEqual([200, 200, 0]);
    expect([...renumberCrel(out, 0, (s) => (s === 200 ? 1 : 4))]).toEqual([...records]);
  });
  it("that ends early is MALFORMED", () =>
    expect(caught(() => renumberCrel(records.subarray(0, 6), 0, (s) => s)).code).toBe("MALFORMED"));
});

it("address-significant symbols keep their order, each once", () => {
  const moved = new Map([
    [3, 2],
    [128, 300],
    [5, 2],
  ]);
  const out = addressSignificant(Uint8Array.of(3, 0x80, 1, 5, 4), 0, (symbol) => moved.get(symbol));
  expect([...out]).toEqual([2, 0xac, 2]);
});

it.each([true, false])("a call graph profile loses the records of what is gone (little endian: %s)", (littleEndian) => {
  const profile = new Uint8Array(32);
  const view = new DataView(profile.buffer);
  const setRecord = (at: number, from: number, to: number, weight: bigint) => {
    view.setUint32(at, from, littleEndian);
    view.setUint32(at + 4, to, littleEndian);
    view.setBigUint64(at + 8, weight, littleEndian);
  };
  setRecord(0, 1, 2, 77n);
  setRecord(16, 2, 3, 88n);

  const out = callGraphProfile(profile, { class: 64, littleEndian }, (s) => (s === 1 ? undefined : s + 5));
  const left = new DataView(out.buffer, out.byteOffset);
  expect(out.length).toBe(16);
  expect([left.getUint32(0, littleEndian), left.getUint32(4, littleEndian)]).toEqual([7, 8]);
  expect(left.getBigUint64(8, littleEndian)).toBe(88n);
});

it.each([[true], [false]])(
  "64-bit MIPS keeps its symbol in the first word of r_info (little endian: %s)",
  (littleEndian) => {
    const b = Uint8Array.from({ length: 24 }, (_, i) => i);
    const out = renumberRelocations(b, 24, { class: 64, littleEndian, machine: EM.MIPS }, () => 9);
    expect(new DataView(out.buffer).getUint32(8, littleEndian)).toBe(9);
    expect([...out.subarray(12)]).toEqual([...b.subarray(12)]);
  },
);

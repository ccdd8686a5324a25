import { describe, expect, it } from "vitest";
import {
  addressDown,
  addressUp,
  alignDown,
  alignUp,
  cString,
  concat,
  decodeText,
  equalBytes,
  isLossless,
  skipZeros,
  toLatin1,
} from "../../src/codec/bytes.js";
import { bytesSource, chunks, readExactly, toSource } from "../../src/codec/source.js";
import { isElfError } from "../../src/error.js";
import { caught } from "../support/elf.js";

describe("bytes", () => {
  it("aligns", () => {
    expect([alignUp(0, 16), alignUp(1, 16), alignUp(16, 16)]).toEqual([0, 16, 16]);
    expect([alignUp(7, 0), alignUp(7, 1), alignUp(10, 3)]).toEqual([7, 7, 12]);
    expect([alignDown(31, 16), alignDown(32, 16), alignDown(7, 0)]).toEqual([16, 32, 7]);
    expect([addressDown(31n, 16), addressDown(32n, 16), addressDown(7n, 0)]).toEqual([16n, 32n, 7n]);
    expect([addressUp(0n, 16), addressUp(17n, 16), addressUp(7n, 0), addressUp(7n, 1)]).toEqual([0n, 32n, 7n, 7n]);
    expect(addressUp((1n << 62n) + 1n, 4096)).toBe((1n << 62n) + 4096n);
    expect(alignUp(2 ** 40 + 1, 4096)).toBe(2 ** 40 + 4096);
  });

  it("skips zeros up to a limit", () => {
    const b = Uint8Array.of(1, 0, 0, 2, 0);
    expect([skipZeros(b), skipZeros(b, 1), skipZeros(b, 1, 2), skipZeros(b, 4)]).toEqual([0, 3, 2, 5]);
  });

  it("joins and compares", () => {
    expect(concat([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])).toEqual(Uint8Array.of(1, 2, 3));
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1))).toBe(true);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(2))).toBe(false);
  });

  it("tells text that decoding would change", () => {
    expect(isLossless(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe(true);
    expect(isLossless(Uint8Array.of(0x61, 0xff))).toBe(false);
    expect(decodeText(Uint8Array.of(0x61, 0xff))).toBe("a\ufffd");
  });

  it("maps each byte to one character, beyond what one call takes", () => {
    const s = toLatin1(Uint8Array.from({ length: 20000 }, (_, i) => i));
    expect(s.length).toBe(20000);
    expect([255, 8192, 19999].map((i) => s.charCodeAt(i))).toEqual([255, 0, 19999 & 255]);
  });

  it("makes C strings and refuses what cannot be one", () => {
    expect(cString("aé", "x")).toEqual(Uint8Array.of(0x61, 0xc3, 0xa9, 0));
    for (const text of ["a\0b", "\ud800", 5 as unknown as string]) {
      expect(caught(() => cString(text, "setSoname")).code).toBe("BAD_EDIT");
    }
  });
});

describe("source", () => {
  const source = bytesSource(Uint8Array.of(0, 1, 2, 3, 4));

  it("gives views of bytes and takes a source as it is", () => {
    expect(readExactly(source, 1, 3, "x")).toEqual(Uint8Array.of(1, 2, 3));
    expect(readExactly(source, 5, 0, "x").length).toBe(0);
    expect(toSource(source)).toBe(source);
    expect(toSource(Uint8Array.of(9)).size).toBe(1);
  });

  it("names what a truncated file lacks", () => {
    const error = caught(() => readExactly(source, 4, 2, "the thing"));
    expect(isElfError(error, "TRUNCATED") && error.detail).toEqual({ offset: 4, length: 2, size: 5 });
    expect(error.message).toBe("TRUNCATED: the thing (2 bytes at 0x4) reaches past the end of the file (5 bytes)");

    for (const [at, length] of [
      [-1, 2],
      [0, -1],
      [2 ** 53, 1],
      [Infinity, 1],
    ] as const) {
      expect(caught(() => readExactly(source, at, length, "x")).code).toBe("TRUNCATED");
    }
  });

  it("does not trust a source that gives too little", () => {
    expect(caught(() => readExactly({ size: 10, read: () => new Uint8Array(1) }, 0, 4, "x")).code).toBe("IO");
  });

  it("walks a range in pieces", () => {
    expect([...chunks(source, 1, 4, "x", 3)].map((b) => [...b])).toEqual([[1, 2, 3], [4]]);
    expect([...chunks(source, 1, 0, "x")]).toEqual([]);
  });
});

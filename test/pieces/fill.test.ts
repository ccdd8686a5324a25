import { expect, it } from "vitest";
import { type ByteSource, bytesSource } from "../../src/codec/source.js";
import { fillPieces, piecesSource } from "../../src/pieces/fill.js";
import type { Piece } from "../../src/pieces/pieces.js";
import { readPieces } from "../support/pieces.js";
import { counting } from "../support/elf.js";
import { random, SEED } from "../support/mutants.js";

/** Pieces in order and without gaps; ranges of the input come in any order. */
function somePieces(below: (n: number) => number, size: number, longest: number): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  let from = 0;
  for (let i = 0; i < 40; i++) {
    const n = 1 + below(longest);
    const kind = below(4);
    if (kind === 0) {
      out.push({ kind: "zero", at, size: n });
    } else if (kind === 1) {
      out.push({ kind: "bytes", at, size: n, bytes: Uint8Array.from({ length: n }, () => below(256)) });
    } else {
      // Often a little further on, like what a strip keeps; sometimes anywhere.
      from = kind === 2 ? Math.min(from + below(2 * longest), size - n) : below(size - n);
      out.push({ kind: "input", at, size: n, from });
      from += n;
    }

    at += n;
  }

  return out;
}

it(`fills with the same bytes as single reads give, whatever part is asked for (seed ${SEED})`, () => {
  const below = random(SEED);
  const source = bytesSource(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
  for (let round = 0; round < 300; round++) {
    const pieces = somePieces(below, source.size, [20, 3000, 9000][round % 3]!);
    const size = pieces.at(-1)!.at + pieces.at(-1)!.size;
    const offset = below(size);
    const target = new Uint8Array(1 + below(size - offset)).fill(0xee);
    const want = readPieces(source, pieces, offset, target.length);

    fillPieces(source, pieces, offset, target);
    expect(Buffer.compare(target, want), `round ${round}`).toBe(0);

    const into: ByteSource = { ...source, readInto: (at, bytes) => bytes.set(source.read(at, bytes.length)) };
    const other = new Uint8Array(target.length).fill(0x11);
    piecesSource(into, pieces, size).readInto(offset, other);
    expect(Buffer.compare(other, want), `round ${round}`).toBe(0);
  }
});

it("small ranges close to each other cost one read for 64 KiB; what lies between distant ones is not read", () => {
  const source = counting(bytesSource(new Uint8Array(4_000_000)));
  const near: Piece[] = [];
  for (let i = 0; i < 10_000; i++) {
    near.push(
      { kind: "input", at: i * 100, size: 60, from: i * 200 },
      { kind: "bytes", at: i * 100 + 60, size: 40, bytes: new Uint8Array(40) },
    );
  }

  fillPieces(source, near, 0, new Uint8Array(1_000_000));
  expect(source.reads).toBeLessThanOrEqual(Math.ceil(2_000_000 / 65536) + 1);

  Object.assign(source, { reads: 0, bytes: 0 });
  const far = Array.from({ length: 300 }, (_, i): Piece => ({
    kind: "input",
    at: i * 100,
    size: 100,
    from: i * 10_000,
  }));

  fillPieces(source, far, 0, new Uint8Array(30_000));
  expect([source.reads, source.bytes]).toEqual([300, 30_000]);
});

it("reads no more than is asked for of the last range", () => {
  const source = counting(bytesSource(new Uint8Array(100_000)));
  const pieces: Piece[] = [
    { kind: "input", at: 0, size: 10, from: 0 },
    { kind: "input", at: 10, size: 50_000, from: 20 },
  ];

  fillPieces(source, pieces, 0, new Uint8Array(15));
  expect(source.bytes).toBe(25);
});

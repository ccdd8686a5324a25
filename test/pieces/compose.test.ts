import { expect, it } from "vitest";
import { bytesSource } from "../../src/codec/source.js";
import { composePieces } from "../../src/pieces/compose.js";
import type { Piece } from "../../src/pieces/pieces.js";
import { readPieces } from "../support/pieces.js";
import { random, SEED } from "../support/mutants.js";

const input = (at: number, size: number, from: number): Piece => ({ kind: "input", at, size, from });
const zero = (at: number, size: number): Piece => ({ kind: "zero", at, size });
const bytes = (at: number, ...b: number[]): Piece => ({ kind: "bytes", at, size: b.length, bytes: Uint8Array.from(b) });

it("a range that lies in one piece is a range of the input", () => {
  expect(composePieces([input(0, 4, 2)], [input(0, 10, 100)])).toEqual([input(0, 4, 102)]);
});

it("a range over several pieces is cut at their borders, and new bytes are cut, too", () => {
  const inner = [input(0, 4, 0), zero(4, 4), bytes(8, 1, 2, 3), input(11, 5, 4)];
  expect(composePieces([bytes(0, 9), input(1, 9, 3)], inner)).toEqual([
    bytes(0, 9),
    input(1, 1, 3),
    zero(2, 4),
    bytes(6, 1, 2, 3),
    input(9, 1, 4),
  ]);
  expect(composePieces([input(0, 1, 9), zero(1, 2)], inner)).toEqual([bytes(0, 2), zero(1, 2)]);
});

it("neighbours that continue each other become one", () => {
  expect(composePieces([input(0, 2, 0), input(2, 2, 2)], [input(0, 4, 7)])).toEqual([input(0, 4, 7)]);
});

/** Pieces over a source of `size` bytes, some hundred bytes in all. */
function somePieces(below: (n: number) => number, size: number): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (let i = 0; i < 12; i++) {
    const n = 1 + below(20);
    const kind = below(3);
    if (kind === 0) out.push(zero(at, n));
    else if (kind === 1) out.push(bytes(at, ...Array.from({ length: n }, () => below(256))));
    else out.push(input(at, n, below(size - n)));
    at += n;
  }

  return out;
}

const sizeOf = (pieces: readonly Piece[]): number => pieces.at(-1)!.at + pieces.at(-1)!.size;

it(`any two rewrites: the bytes are those of one after the other, in order and without gaps (seed ${SEED})`, () => {
  const below = random(SEED);
  const source = bytesSource(Uint8Array.from({ length: 300 }, () => below(256)));
  for (let round = 0; round < 500; round++) {
    const inner = somePieces(below, source.size);
    const innerSize = sizeOf(inner);
    const outer = somePieces(below, innerSize);
    const size = sizeOf(outer);
    const composed = composePieces(outer, inner);

    let end = 0;
    for (const p of composed) {
      expect([p.at, p.size > 0]).toEqual([end, true]);
      end += p.size;
    }
    expect(end).toBe(size);

    const between = bytesSource(readPieces(source, inner, 0, innerSize));
    expect(readPieces(source, composed, 0, size)).toEqual(readPieces(between, outer, 0, size));
  }
});

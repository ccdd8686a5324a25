import type * as fs from "node:fs";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ByteSource } from "../../src/codec/source.js";
import { patch, type Piece, readElf, setRunpath, stripUnneeded } from "../../src/index.js";
import { patchFile, patchFileSync } from "../../src/node/index.js";
import { openAsIs } from "../../src/node/source.js";
import { writeFileAtomically, writeFileAtomicallySync } from "../../src/node/write.js";
import { writeInPlace } from "../../src/node/in-place.js";
import { type Plan, planOf } from "../../src/rewrite/plan.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { scratch } from "../support/fixtures.js";

/** The calls so far: where and how much was read and written, and how often a file was copied. */
const calls = vi.hoisted(() => ({
  reads: [] as { at: number; length: number }[],
  writes: [] as { at: number; length: number }[],
  copies: 0,
}));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const readSync = (fd: number, into: Uint8Array, from: number, length: number, at: number) => {
    calls.reads.push({ at, length });
    return real.readSync(fd, into, from, length, at);
  };
  const writeSync = (fd: number, bytes: Uint8Array, from: number, length: number, at: number) => {
    calls.writes.push({ at, length });
    return real.writeSync(fd, bytes, from, length, at);
  };
  const copyFileSync = (...args: Parameters<typeof fs.copyFileSync>) => {
    calls.copies++;
    return real.copyFileSync(...args);
  };

  return { ...real, readSync, writeSync, copyFileSync };
});

const reset = () => Object.assign(calls, { reads: [], writes: [], copies: 0 });
beforeEach(reset);

const files = scratch();
const MIB = 1 << 20;
const sum = (list: readonly { length: number }[]) => list.reduce((n, { length }) => n + length, 0);

/** The parts of a plan that do not matter here. */
const PLAN = { changed: true, placements: [], notes: [], findings: [], changes: () => [] };

/** A file that only its debugging information makes large. */
const LARGE = buildElf({ soname: "x", debugInfo: 8 * MIB, symbols: [{ name: "answer" }] });
const DEBUG = readElf(LARGE).sections.find((section) => section.name === ".debug_info")!.header;

describe("a strip", () => {
  for (const [way, inPlace] of [
    ["beside the file", false],
    ["in place", true],
  ] as const) {
    it(`${way}: what goes is neither read nor copied`, () => {
      const path = files.write("large", LARGE);
      const { sizeAfter } = patchFileSync(path, [stripUnneeded()], { inPlace });

      expect(readFileSync(path).equals(patch(LARGE, [stripUnneeded()]).bytes)).toBe(true);
      expect(calls.copies).toBe(0);
      expect(sizeAfter).toBeLessThan(64 << 10);

      // The blocks at the ends of .debug_info hold other things, too. In place, what is written is also read.
      const [start, end] = [DEBUG.offset + 4096, DEBUG.offset + DEBUG.size - 4096];
      const inDebugInfo = calls.reads.filter(({ at, length }) => at < end && at + length > start);
      expect(inDebugInfo.filter(({ at }) => !inPlace || at >= sizeAfter)).toEqual([]);

      expect(sum(calls.reads)).toBeLessThan(4 * sizeAfter + (256 << 10));
      expect(sum(calls.writes)).toBeLessThanOrEqual(sizeAfter);
      if (!inPlace) expect(calls.writes.length).toBe(1);
    });
  }

  it("that changes nothing writes nothing, and reads a part of the file", () => {
    const { bytes } = patch(buildElf({ soname: "x", debugInfo: 100, slack: 4 * MIB }), [stripUnneeded()]);
    const path = files.write("stripped", bytes);

    for (const inPlace of [false, true]) {
      expect(patchFileSync(path, [stripUnneeded()], { inPlace }).changed).toBe(false);
    }
    expect([calls.writes, calls.copies]).toEqual([[], 0]);
    expect(sum(calls.reads)).toBeLessThan(statSync(path).size / 4);
  });
});

describe("a rewrite that keeps nearly all", () => {
  it("leaves the copying to the system, and writes what is new", () => {
    const path = files.write("library", LARGE);
    patchFileSync(path, [setRunpath("/a")]);

    expect(readFileSync(path).equals(patch(LARGE, [setRunpath("/a")]).bytes)).toBe(true);
    expect(calls.copies).toBe(1);
    expect(sum(calls.writes)).toBeLessThan(128 << 10);
  });
});

/** A plan of very many small pieces, as a strip of an object file with tens of thousands of sections makes one. */
function manyPieces(source: ByteSource): Plan {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
  const pieces: Piece[] = [];
  for (let i = 0; i < 40_000; i++) {
    pieces.push(
      { kind: "input", at: 100 * i, size: 60, from: 180 * i },
      { kind: "bytes", at: 100 * i + 60, size: 40, bytes },
    );
  }

  return planOf(source, { ...PLAN, size: 4_000_000, pieces });
}

describe("80,000 small pieces", () => {
  const INPUT = Uint8Array.from({ length: 7_200_000 }, (_, i) => (i * 31 + (i >> 12)) & 0xff);
  const expected = () => manyPieces({ size: INPUT.length, read: (at, n) => INPUT.subarray(at, at + n) }).bytes();

  for (const [way, write] of [
    ["write", writeFileAtomically],
    ["writeNow", async (...args: Parameters<typeof writeFileAtomically>) => writeFileAtomicallySync(...args)],
  ] as const) {
    it(`${way}: take few system calls`, async () => {
      const input = files.write("many", INPUT);
      const source = openAsIs(input);
      const target = files.path(`many-${way}`);
      const plan = manyPieces(source);
      reset();
      await write({ plan, source, temp: `${target}.tmp`, target, sync: false, isSame: false });

      expect(calls.reads.length).toBeLessThan(140);
      // The other way writes through a file handle, where writes are not counted.
      expect(calls.writes.length).toBe(way === "writeNow" ? 4 : 0);
      expect(readFileSync(target).equals(expected())).toBe(true);

      source.close();
    });
  }

  it("in place: take few system calls, too", () => {
    const input = files.write("many-in-place", INPUT);
    const source = openAsIs(input);
    reset();
    writeInPlace({ plan: manyPieces(source), source, temp: "", target: input, sync: false, isSame: false });

    expect(calls.reads.length).toBeLessThan(300);
    expect(calls.writes.length).toBeLessThan(70);
    expect(readFileSync(input).equals(expected())).toBe(true);

    source.close();
  });
});

describe("memory", () => {
  it("stays flat: all that is kept goes through one buffer of 1 MiB", () => {
    const size = 24 * MIB;
    const input = files.write("input", new Uint8Array(size).fill(1));
    const buffers = new Set<ArrayBufferLike>();
    const read = vi.fn((_: number, length: number) => new Uint8Array(length));
    const source: ByteSource = {
      size,
      read,
      readInto(offset, target) {
        buffers.add(target.buffer);
        target.fill((offset >> 20) + 1);
      },
    };
    const pieces: Piece[] = [
      { kind: "input", at: 0, size: 8 * MIB, from: 4 * MIB },
      { kind: "zero", at: 8 * MIB, size: 3 * MIB },
      { kind: "input", at: 11 * MIB, size: 8 * MIB, from: 16 * MIB },
    ];
    const plan = planOf(source, { ...PLAN, size: 19 * MIB, pieces });
    const target = files.path("flat");
    const opened = openAsIs(input);
    writeFileAtomicallySync({ plan, source: opened, temp: `${target}.tmp`, target, sync: false, isSame: false });
    opened.close();

    expect([buffers.size, [...buffers][0]!.byteLength, read.mock.calls]).toEqual([1, MIB, []]);

    const out = readFileSync(target);
    const ends = [0, 8 * MIB - 1, 8 * MIB, 11 * MIB - 1, 11 * MIB, 19 * MIB - 1];
    expect(out.length).toBe(19 * MIB);
    expect(ends.map((at) => out[at])).toEqual([5, 12, 0, 0, 17, 24]);
  });
});

describe("holes", () => {
  it("stay holes, also with bytes between them, and the bytes are kept", async ({ skip }) => {
    const { truncateSync, openSync, closeSync, writeSync } = await vi.importActual<typeof fs>("node:fs");
    const onDisk = (path: string) => statSync(path).blocks * 512;
    const path = files.path("holes");
    const output = `${path}-out`;

    writeFileSync(path, buildElf({ soname: "x", debugInfo: 100 }));
    truncateSync(path, 64 * MIB);
    const fd = openSync(path, "r+");
    for (const at of [3 * MIB + 5, 20 * MIB - 1, 64 * MIB - 1]) writeSync(fd, Uint8Array.of(7), 0, 1, at);
    closeSync(fd);
    // A file system without holes has nothing to show here.
    skip(onDisk(path) > 8 * MIB, "needs sparse files");

    const wanted = patch(readFileSync(path), [stripUnneeded()], { overlay: "keep" }).bytes;
    for (const run of [patchFile, patchFileSync]) {
      await run(path, [stripUnneeded()], { output, overlay: "keep" });
      expect(readFileSync(output).equals(wanted)).toBe(true);
      expect(onDisk(output)).toBeLessThan(MIB);
    }
  });
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../src/codec/crc32.js";
import { bytesSource } from "../../src/codec/source.js";
import { type Edit, patch, readElf, setInterpreter, setRunpath, stripUnneeded } from "../../src/index.js";
import { patchFile, patchFileSync } from "../../src/node/index.js";
import { findUnfinished, MOST_STEPS, undoBytes } from "../../src/node/unfinished.js";
import { caught } from "../support/elf.js";
import { fixture, scratch } from "../support/fixtures.js";
import { tryPrefixes } from "./prefixes.js";

const files = scratch();
const OLD = fixture("x86_64-glibc-pie");
const EDITS = [setRunpath("/opt/elfwright/".repeat(500)), setInterpreter("/lib/elfwright/ld.so")];
const STATES = tryPrefixes(OLD, EDITS, {}, true)!.states;
let made = 0;

function put(bytes: Uint8Array): string {
  const folder = files.path(`unfinished-${made++}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "file"), bytes, { mode: 0o755 });
  return join(folder, "file");
}

describe("a file whose writer was killed while it wrote in place", () => {
  const calls: [string, readonly Edit[]][] = [
    ["the same call", EDITS],
    ["another one", [setRunpath("/other"), stripUnneeded()]],
    ["one that changes nothing", []],
  ];
  it.each(calls)("is patched as the old file by %s, in every state, in place or not", async (_, edits) => {
    expect(STATES.length).toBeGreaterThan(8);
    const wanted = patch(OLD, edits).bytes;
    for (const { what, bytes } of STATES) {
      for (const inPlace of [true, false]) {
        const path = put(bytes);
        const { sizeBefore, sizeAfter } = await patchFile(path, edits, { inPlace });
        expect(readFileSync(path).equals(wanted), `${what}, in place: ${inPlace}`).toBe(true);
        expect([sizeBefore, sizeAfter, readdirSync(dirname(path))]).toEqual([OLD.length, wanted.length, ["file"]]);
      }
    }
  });

  it("stays so in a dry run, and goes to another file whole", () => {
    for (const { what, bytes } of STATES) {
      const path = put(bytes);
      expect(patchFileSync(path, EDITS, { inPlace: true, dryRun: true }).sizeBefore).toBe(OLD.length);
      expect(readFileSync(path).equals(bytes), what).toBe(true);

      patchFileSync(path, EDITS, { output: `${path}-out` });
      expect(readFileSync(`${path}-out`).equals(patch(OLD, EDITS).bytes), what).toBe(true);
      expect(readFileSync(path).equals(bytes), what).toBe(true);
    }
  });

  it("is one with a payload if somebody else wrote to it since", () => {
    for (const { what, bytes } of STATES.slice(-3)) {
      const other = new Uint8Array(bytes);
      other[300] = other[300]! ^ 1;
      const path = put(other);
      expect(findUnfinished(bytesSource(other)), what).toBeUndefined();
      const more = [setRunpath("/opt/elfwright/".repeat(900))];
      expect(caught(() => patchFileSync(path, more, { inPlace: true })).code, what).toMatch(/^(OVERLAY|TRUNCATED)$/);
      expect(readFileSync(path).equals(other)).toBe(true);
    }
  });
});

describe("an end that somebody made up", () => {
  const step = (at: number, size: number) => ({ at, was: new Uint8Array(size).fill(1), bytes: new Uint8Array(size) });
  const withEnd = (...[steps, size, end]: Parameters<typeof undoBytes>) => {
    const undo = undoBytes(steps, size, end);
    const all = new Uint8Array(undo.at + undo.bytes.length);
    all.set(undo.bytes, undo.at);
    return all;
  };

  it("that leads outside of the old file, or past a page, is none", () => {
    const found = (bytes: Uint8Array) => findUnfinished(bytesSource(bytes));
    expect(found(withEnd([step(64, 100)], 4096, 4096))?.size).toBe(4096);
    expect(found(withEnd([step(4090, 100)], 4096, 4096))).toBeUndefined();
    expect(found(withEnd([step(2 ** 52, 1)], 4096, 4096))).toBeUndefined();
    expect(found(withEnd([step(0, 5000)], 8192, 8192))).toBeUndefined();
    expect(found(withEnd([step(0, 1)], 9000, 4096))).toBeUndefined();
  });

  it("with each of its bytes broken leads to the old file or is none, and never throws", () => {
    const state = STATES.at(-1)!.bytes;
    for (let at = state.length - 4000; at < state.length; at += 7) {
      const broken = new Uint8Array(state);
      broken[at] = broken[at]! ^ 0x41;
      const found = findUnfinished(bytesSource(broken));
      if (found) expect(found.size, String(at)).toBe(OLD.length);
    }
  });

  it("that is larger than any of ours is none, and is not read", () => {
    const foot = withEnd([], 4096, 4096).slice(-64);
    const size = 5 * 2 ** 30;
    const v = new DataView(foot.buffer);
    v.setBigUint64(32, BigInt(size), true);
    v.setUint32(60, crc32(foot.subarray(0, 60)), true);

    let bytes = 0;
    const source = {
      size,
      read(at: number, n: number) {
        bytes += n;
        return at === size - 64 ? foot : new Uint8Array(n);
      },
    };
    expect(findUnfinished(source)).toBeUndefined();
    expect(bytes).toBe(64);

    const tooMany = Array.from({ length: MOST_STEPS + 1 }, () => step(64, 1));
    expect(findUnfinished(bytesSource(withEnd(tooMany, 4096, 4096)))).toBeUndefined();
  });

  it("with very many steps in one place takes linear time", () => {
    const many = Array.from({ length: MOST_STEPS }, () => step(64, 1));
    let reads = 0;
    const bytes = withEnd(many, 4096, 4096);
    const source = { size: bytes.length, read: (at: number, n: number) => (reads++, bytes.subarray(at, at + n)) };
    findUnfinished(source);
    expect(reads).toBeLessThan(2_000_000);
  });

  it("says nothing of a file that reads as before", () => {
    expect(readElf(OLD).overlay).toBeNull();
    expect(findUnfinished(bytesSource(OLD))).toBeUndefined();
  });
});

import { expect, it } from "vitest";
import { readArchive } from "../../src/archive/read.js";
import { rewriteArchive } from "../../src/archive/rewrite.js";
import { readIndex } from "../../src/archive/symbol-index.js";
import { bytesSource } from "../../src/codec/source.js";
import { isElfError } from "../../src/error.js";
import { type Edit, patch, readElf, stripDebug, stripUnneeded } from "../../src/index.js";
import { piecesSource } from "../../src/pieces/fill.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { testArchive, type TestFormat } from "../support/archives.js";
import { caught } from "../support/elf.js";
import { random, SEED } from "../support/mutants.js";

const GIB = 2 ** 30;
const small = Uint8Array.of(1, 2, 3);

/** The archive that results where the first member grows to this size; nothing of the member is in memory. */
function grown(format: TestFormat, size: number) {
  const members = [
    { name: "large", bytes: small, symbols: ["f"] },
    { name: "next", bytes: small, symbols: ["g"] },
  ];
  const source = bytesSource(testArchive(members, { format }));
  const archive = readArchive(source);
  const place = archive.members.findIndex((m) => m.name === "large");
  const out = rewriteArchive(archive, {
    contents: new Map([[place, { size, pieces: [{ kind: "zero", at: 0, size }] }]]),
    drops: () => false,
    deterministic: false,
  });

  return readArchive(piecesSource(source, out.pieces, out.size));
}

it.each<[TestFormat]>([["sysv64"], ["bsd64"]])(
  "an index of 64-bit numbers names members behind 4 GiB (%s)",
  (format) => {
    const archive = grown(format, 5 * GIB);
    const next = archive.members.at(-1)!;
    const [, g] = readIndex(archive)!.entries;
    expect([next.name, [...next.content.read(0, 3)], g!.member]).toEqual(["next", [...small], next.offset]);
    expect(next.offset).toBeGreaterThan(5 * GIB);
  },
);

it.each<[TestFormat]>([["sysv"], ["bsd"]])("one of 32-bit numbers cannot, and that is said (%s)", (format) => {
  expect(caught(() => grown(format, 5 * GIB))).toMatchObject({
    code: "UNSUPPORTED",
    message: expect.stringContaining("4 GiB") as string,
  });
  expect(readIndex(grown(format, 3 * GIB))!.entries.length).toBe(2);
});

it("a member's size has ten digits", () => {
  expect(grown("sysv64", 9_999_999_999).members.length).toBe(3);
  expect(caught(() => grown("sysv64", 10_000_000_000))).toMatchObject({
    code: "UNSUPPORTED",
    message: expect.stringContaining("10000000000 bytes") as string,
  });
});

it(`whatever is broken in an archive: a result that can be read, or an ElfError (seed ${SEED})`, () => {
  const below = random(SEED);
  const edits: readonly Edit[][] = [[stripUnneeded()], [stripDebug()]];
  const members = Array.from({ length: 4 }, (_, i) => ({
    name: i % 2 ? `member ${i} of a long name.o` : `${i}.o`,
    bytes: buildElf({ soname: `x${i}`, debugInfo: 300, symbols: [{ name: `s${i}` }] }),
    symbols: [`s${i}`],
  }));
  const formats: readonly TestFormat[] = ["sysv", "sysv64", "bsd", "bsd64"];
  let refused = 0;
  let done = 0;

  for (let round = 0; round < 200; round++) {
    const bytes = testArchive(members, { format: formats[round % 4]! });
    const all = readArchive(bytesSource(bytes)).members;
    for (let i = 0; i <= below(3); i++) {
      // A byte of a header, or of a table.
      const m = all[below(all.length)]!;
      const inHeader = below(2) === 0 || m.kind === "file";
      const at = inHeader ? below(60 + m.nameSize) : 60 + below(m.size + m.nameSize);
      bytes[m.offset + at] = below(3) === 0 ? 0x30 + below(10) : below(256);
    }

    try {
      const result = patch(bytes, edits[round % 2]!).bytes;
      const archive = readArchive(bytesSource(result));
      readIndex(archive);
      for (const { kind, content } of archive.members) {
        if (kind === "file" && content.size > 3 && content.read(0, 1)[0] === 0x7f) void readElf(content).sections;
      }
      done++;
    } catch (e) {
      if (!isElfError(e)) throw e;
      refused++;
    }
  }

  expect(Math.min(refused, done)).toBeGreaterThan(20);
});

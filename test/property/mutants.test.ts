import { expect, it } from "vitest";
import { equalBytes } from "../../src/codec/bytes.js";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { EM, ET, STT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS, fixture, READERS } from "../support/elf.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";

const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 300);
const RICH: BuildOptions = {
  soname: "libx.so.1",
  runpath: "/opt/lib",
  hash: "both",
  pageSize: 0x1000,
  versionNeeds: [{ file: "libc.so.6", versions: ["A_1", "A_2"] }],
  versions: [{ name: "X_1" }, { name: "X_2", parents: ["X_1"] }],
  symbols: [
    { name: "puts", defined: false, version: "A_1" },
    { name: "answer", version: "X_2" },
    { name: "old", version: "X_1", hidden: true },
    { name: "data", type: STT.OBJECT },
  ],
  relocations: [{ symbol: "puts" }, { symbol: "data" }],
};

const FILES: readonly [string, Uint8Array][] = [
  ...ENCODINGS.flatMap((e): [string, Uint8Array][] => [
    [`${e.label} library`, buildElf({ ...e, ...RICH })],
    [`${e.label} without sections or hash tables`, buildElf({ ...e, ...RICH, sectionHeaders: false, hash: "none" })],
    [
      `${e.label} extended numbering`,
      buildElf({ ...e, pageSize: 0x1000, extendedNumbering: true, sectionTable: "start" }),
    ],
  ]),
  [
    "MIPS",
    buildElf({
      ...RICH,
      class: 32,
      byteOrder: "big",
      machine: EM.MIPS,
      hash: "none",
      tags: [{ tag: 0x70000011, value: 5 }],
    }),
  ],
  ["object", buildElf({ type: ET.REL, symbols: RICH.symbols! })],
  [
    "core",
    buildElf({ type: ET.CORE, notes: [{ section: "", owner: "CORE", type: 1, description: new Uint8Array(100) }] }),
  ],
  ["kernel", buildElf({ type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n })],
  ["x86_64 fixture", fixture("x86_64-glibc-lib.so")],
  ["s390x fixture", fixture("s390x-glibc-pie")],
  ["i386 fixture", fixture("i386-glibc-exec")],
];

it.each(FILES)(`every property of a broken file is a result or an ElfError: %s (seed ${SEED})`, (_, original) => {
  const hot = hotRanges(original);
  let results = 0;
  let errors = 0;

  for (let round = 0; round < ROUNDS; round++) {
    const b = mutant(original, hot, random(SEED + round));
    const before = b.slice();
    const where = `ELFWRIGHT_SEED=${SEED}, round ${round}`;
    const attempt = <T>(what: string, read: () => T): T | undefined => {
      try {
        const value = read();
        results++;
        return value;
      } catch (e) {
        errors++;
        if (!isElfError(e)) throw new Error(`${where}, ${what}: ${String(e)}`, { cause: e });
        return undefined;
      }
    };

    for (const [what, read] of Object.entries(READERS)) attempt(what, () => read(readElf(b)));
    const counts = attempt("counts", () => {
      const e = readElf(b);
      return [e.symbols?.count ?? 0, e.dynamicSymbols?.count ?? 0, e.overlay?.size ?? 1, e.dynamic?.capacity ?? 1];
    });

    if (counts?.some((n) => !Number.isSafeInteger(n) || n < 0)) {
      throw new Error(`${where}: a count of ${counts.join(", ")}`);
    }
    if (!equalBytes(b, before)) throw new Error(`${where}: reading changed the file`);
  }

  // Mutants that all fail, or all pass, would test nothing.
  expect(results).toBeGreaterThan(ROUNDS);
  expect(errors).toBeGreaterThan(0);
});

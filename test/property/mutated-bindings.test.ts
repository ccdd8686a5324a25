import { expect, it } from "vitest";
import { bindSymbols, interpositions, isElfError, readElf, unusedLibraries } from "../../src/index.js";
import { EM, STT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS, fixture } from "../support/elf.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";
import { treeInMemory } from "../support/trees.js";

const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 150);

const RICH: BuildOptions = {
  needed: ["lib"],
  pageSize: 0x1000,
  versionNeeds: [{ file: "lib", versions: ["A_1"] }],
  versions: [{ name: "X_1" }, { name: "X_2", parents: ["X_1"] }],
  symbols: [
    { name: "puts", defined: false, version: "A_1" },
    { name: "answer", version: "X_2" },
    { name: "old", version: "X_1", hidden: true },
    { name: "data", type: STT.OBJECT },
  ],
  relocations: [{ symbol: "puts", type: 7 }, { symbol: "data", type: 6 }, { symbol: "answer" }],
};
const LIBRARY: BuildOptions = {
  soname: "lib",
  needed: [],
  versions: [{ name: "A_1" }],
  symbols: [{ name: "puts", version: "A_1" }, { name: "answer" }, { name: "data", type: STT.OBJECT }],
};

const PAIRS: readonly [string, Uint8Array, Uint8Array][] = [
  ...ENCODINGS.flatMap((e) =>
    (["gnu", "sysv"] as const).map((hash): [string, Uint8Array, Uint8Array] => [
      `${e.label} ${hash}`,
      buildElf({ ...e, ...RICH, hash }),
      buildElf({ ...e, ...LIBRARY, hash }),
    ]),
  ),
  [
    "MIPS",
    buildElf({
      ...RICH,
      class: 32,
      byteOrder: "big",
      machine: EM.MIPS,
      hash: "sysv",
      tags: [{ tag: 0x70000013, value: 1 }],
    }),
    buildElf({ ...LIBRARY, class: 32, byteOrder: "big", machine: EM.MIPS, hash: "sysv" }),
  ],
  ["fixtures", fixture("x86_64-glibc-pie"), fixture("x86_64-glibc-lib.so")],
];

it.each(PAIRS)(`bindings in trees of broken files are results or ElfErrors: %s (seed ${SEED})`, (_, main, lib) => {
  const hotMain = hotRanges(main);
  const hotLib = hotRanges(lib);
  let bound = 0;
  let problems = 0;

  for (let round = 0; round < ROUNDS; round++) {
    const below = random(SEED * 31 + round);
    const files = {
      main: round % 3 === 0 ? main : mutant(main, hotMain, below),
      lib: round % 3 === 1 ? lib : mutant(lib, hotLib, below),
    };
    try {
      const tree = treeInMemory(files, { rules: round % 2 === 0 ? "glibc" : "musl", interpreter: "lib" });
      const b = bindSymbols(tree, { hostSymbols: ["data"] });
      bound += b.bindings.length + b.missing.length + b.tolerated.length;
      problems += b.problems.length;
      unusedLibraries(tree, { of: tree.objects });
      interpositions(tree, readElf(files.lib));
    } catch (e) {
      if (!isElfError(e)) throw new Error(`ELFWRIGHT_SEED=${SEED}, round ${round}: ${String(e)}`, { cause: e });
      problems++;
    }
  }

  // Mutants that all fail, or all pass, would test nothing.
  expect(bound).toBeGreaterThan(ROUNDS / 5);
  expect(problems).toBeGreaterThan(0);
});

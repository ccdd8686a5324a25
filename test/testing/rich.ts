import { STB, STT } from "../../src/spec/constants.js";
import type { BuildOptions } from "../../src/testing/build-options.js";

/** A file with all that rules are on: versions, both hash tables, a GOT, relocations, symbols of every sort. */
export const RICH: BuildOptions = {
  hash: "both",
  got: true,
  pageSize: 0x10000,
  runpath: "$ORIGIN/lib",
  versionNeeds: [{ file: "libc.so.6", versions: ["A_1", "A_2"] }],
  versions: [{ name: "X_1" }, { name: "X_2", parents: ["X_1"] }],
  symbols: [
    { name: "puts", defined: false, version: "A_1" },
    { name: "gets", defined: false, version: "A_2" },
    { name: "answer", version: "X_2" },
    { name: "old", version: "X_1", hidden: true },
    { name: "data", type: STT.OBJECT },
    { name: "own", binding: STB.LOCAL },
    { name: "_DYNAMIC", type: STT.OBJECT },
  ],
  relocations: [{ symbol: "puts" }, { symbol: "data" }],
  debugInfo: 64,
};

import { describe, expect, it } from "vitest";
import {
  asksForSymbols,
  isUnbound,
  symbolEntry,
  type SymbolFlags,
  symbolText,
} from "../../src/cli/resolve/resolve-symbols.js";
import { STB } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { scratch } from "../support/fixtures.js";
import { treeInMemory } from "../support/trees.js";

const files = scratch();
const undefinedOnes = (...names: readonly string[]) => names.map((name) => ({ name, defined: false }));
const calls = (...symbols: readonly string[]) => symbols.map((symbol) => ({ symbol, type: 7 }));
const library = (soname: string, options: BuildOptions = {}) => buildElf({ soname, needed: [], ...options });

const addon = {
  "addon.node": library("addon.node", {
    needed: ["liba.so", "libb.so"],
    versionNeeds: [{ file: "liba.so", versions: ["V1", "V9"] }],
    symbols: [
      { name: "old", defined: false, version: "V1" },
      ...undefinedOnes("trap", "napi_create_object", "lost"),
      { name: "maybe", defined: false, binding: STB.WEAK },
    ],
    relocations: calls("old", "trap", "napi_create_object", "lost", "maybe"),
  }),
  "liba.so": library("liba.so", {
    needed: ["libc.so"],
    versions: [{ name: "V1" }, { name: "V2", parents: ["V1"] }],
    symbols: [
      { name: "old", version: "V1", hidden: true },
      { name: "trap", version: "V1", hidden: true },
      { name: "trap", version: "V2" },
    ],
  }),
  "libb.so": library("libb.so"),
  "libc.so": library("libc.so", { symbols: undefinedOnes("gone"), relocations: calls("gone") }),
};
const lines = (flags: SymbolFlags): string[] =>
  symbolText(symbolEntry(treeInMemory(addon), flags))
    .trimEnd()
    .split("\n");

describe("what resolve says of symbols", () => {
  it("--symbols: those of the file, and what is wrong in the whole tree", () => {
    expect(lines({ symbols: true })).toEqual([
      "  old@V1 => liba.so (hidden)",
      "  trap => liba.so (oldest: V1)",
      "  maybe => nothing (weak)",
      "liba.so: version `V9' not found (required by addon.node)",
      "undefined symbol: napi_create_object\t(addon.node)",
      "undefined symbol: lost\t(addon.node)",
      "undefined symbol: gone\t(libc.so)",
    ]);
  });

  it("--host node, a list of names, or a program", () => {
    const inHost = (host: string) => lines({ symbols: true, host });
    const list = files.write("names", Buffer.from("napi_create_object\nother\n"));
    const program = files.write("program", buildElf({ needed: [], symbols: [{ name: "napi_create_object" }] }));
    const lost = "undefined symbol: lost\t(addon.node)";

    expect(inHost("node")).toEqual(expect.arrayContaining(["  napi_create_object => the host", lost]));
    expect(inHost("node").some((line) => line.includes("undefined symbol: napi"))).toBe(false);
    expect(inHost(list)).toEqual(expect.arrayContaining(["  napi_create_object => the host", lost]));
    expect(inHost(program)).toEqual(expect.arrayContaining([`  napi_create_object => ${program}`, lost]));
  });

  it("--unused, of the file or of all its libraries", () => {
    expect(lines({ unused: true })).toEqual(["unused: libb.so\t(addon.node)"]);
    expect(lines({ unused: true, all: true })).toEqual(["unused: libb.so\t(addon.node)", "unused: libc.so\t(liba.so)"]);
  });

  it("--interposed-by", () => {
    const fake = files.write("fake.so", library("fake.so", { symbols: [{ name: "trap" }, { name: "lost" }] }));
    expect(lines({ "interposed-by": fake })).toEqual([
      `  trap => ${fake}, instead of liba.so\t(addon.node)`,
      `  lost => ${fake}\t(addon.node)`,
    ]);

    const none = files.write("none.so", library("none.so", { needed: ["libelse.so"] }));
    expect(lines({ "interposed-by": none })).toEqual([
      `${none} would take over nothing`,
      `${none} needs libelse.so, which the program does not load [missing-library]`,
    ]);
  });

  it("as JSON, with objects by their paths", () => {
    const entry = symbolEntry(treeInMemory(addon), { symbols: true, all: true });
    const keysOfFirst = Object.entries(entry.symbols!).map(([list, [first]]) => [
      list,
      Object.keys(first ?? {}).join(" "),
    ]);

    expect(Object.keys(entry)).toEqual(["symbols"]);
    expect(keysOfFirst).toEqual([
      ["bindings", "from symbol version provider providerVersion how weak copy relocated alias"],
      ["missing", "from symbol version file weak relocated message"],
      ["tolerated", "from symbol version file weak relocated message"],
      ["hostProvided", ""],
      ["versionErrors", "from provider version kind fatal message"],
      ["problems", ""],
    ]);
    expect(entry.symbols!.bindings[1]).toEqual({
      from: "addon.node",
      symbol: "trap",
      version: null,
      provider: "liba.so",
      providerVersion: "V1",
      how: "oldest",
      weak: false,
      copy: false,
      relocated: true,
      alias: null,
    });
  });

  it("tells whether the loader would stop", () => {
    const unbound = (flags: SymbolFlags, objects: Record<string, Uint8Array> = addon) =>
      isUnbound(symbolEntry(treeInMemory(objects), flags));

    expect([
      unbound({ symbols: true }),
      unbound({ unused: true }),
      unbound({ symbols: true }, { main: library("main") }),
    ]).toEqual([true, false, false]);

    expect([
      asksForSymbols({}),
      asksForSymbols({ symbols: true, host: "node" }),
      asksForSymbols({ unused: true, all: true }),
      asksForSymbols({ "interposed-by": "x" }),
    ]).toEqual([false, true, true, true]);
    for (const alone of [{ host: "node" }, { unused: true, host: "node" }, { all: true }]) {
      expect(() => asksForSymbols(alone)).toThrow(/goes with --symbols/);
    }
  });
});

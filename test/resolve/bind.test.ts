import { describe, expect, it } from "vitest";
import { Sym } from "../../src/codec/records.js";
import { DF, EM, PT, STB, STT, STV } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import {
  type Binding,
  bindSymbols,
  exportedSymbols,
  interpositions,
  isNodeSymbol,
  readElf,
  unusedLibraries,
} from "../../src/index.js";
import { muslAlias } from "../../src/resolve/bind/musl-scope.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS, phdr } from "../support/elf.js";
import { treeInMemory } from "../support/trees.js";

/** R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT, R_X86_64_COPY. */
const GOT = 6;
const CALL = 7;
const COPY = 5;

const undefinedOnes = (...names: readonly string[]) => names.map((name) => ({ name, defined: false }));
const calls = (...symbols: readonly string[]) => symbols.map((symbol) => ({ symbol, type: CALL }));
const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

/** A program that calls each symbol which it does not define. */
function program(options: BuildOptions & { readonly symbols: NonNullable<BuildOptions["symbols"]> }): Uint8Array {
  const called = new Set(names(options.symbols.filter((symbol) => symbol.defined === false)));
  return buildElf({ relocations: calls(...called), ...options });
}

const library = (soname: string, options: BuildOptions = {}) => buildElf({ soname, needed: [], ...options });
const brief = ({ from, symbol, version, provider, providerVersion, how }: Binding) => [
  ...[from.name, symbol, version],
  ...[provider.name, providerVersion, how],
];
const messages = (list: readonly { readonly message: string }[]) => list.map(({ message }) => message);
const symbolsOf = (list: readonly { readonly symbol: string }[]) => list.map(({ symbol }) => symbol);
const providersOf = (bindings: readonly Binding[]) => bindings.map(({ provider }) => provider.name);

describe("bindSymbols", () => {
  for (const e of ENCODINGS) {
    for (const hash of ["gnu", "sysv", "both"] as const) {
      for (const sections of [true, false]) {
        it(
          `goes through DT_${hash} of ${e.class}-bit ${e.littleEndian ? "little" : "big"}-endian files ` +
            `${sections ? "with" : "without"} section headers`,
          () => {
            const functions = Array.from({ length: 60 }, (_, i) => `function_${i}`);
            const defined = functions.map((name) => ({ name }));
            const options = { ...e, hash, sectionHeaders: sections };
            const tree = treeInMemory({
              main: program({
                ...options,
                needed: ["liba.so", "libb.so"],
                symbols: undefinedOnes(...functions, "absent"),
                relocations: functions.map((symbol) => ({ symbol, type: 1 })),
              }),
              "liba.so": library("liba.so", { ...options, symbols: defined.slice(0, 20) }),
              "libb.so": library("libb.so", { ...options, symbols: defined }),
            });
            const { bindings, missing, tolerated, problems } = bindSymbols(tree);

            const ofProgram = bindings.filter((binding) => binding.from === tree.root);
            const bound = ofProgram.map(({ symbol, provider }) => [symbol, provider.name]);
            const wanted = functions.map((name, i) => [name, i < 20 ? "liba.so" : "libb.so"]);
            expect(bound.sort()).toEqual(wanted.sort());
            expect([missing, problems]).toEqual([[], []]);

            // DT_GNU_HASH does not count undefined symbols: without section headers only relocations name them.
            expect(tolerated.map(({ symbol, relocated }) => [symbol, relocated])).toEqual(
              hash === "gnu" && !sections ? [] : [["absent", false]],
            );
          },
        );
      }
    }
  }

  const versions = [{ name: "V1" }, { name: "V2", parents: ["V1"] }, { name: "V3", parents: ["V2"] }];
  const versioned = library("liba.so", {
    versions: versions,
    symbols: [
      { name: "many", version: "V1", hidden: true },
      { name: "many", version: "V2", hidden: true },
      { name: "many", version: "V3" },
      { name: "late", version: "V2" },
      { name: "later", version: "V2", hidden: true },
      { name: "first", version: "V1" },
      { name: "plain" },
      { name: "two", version: "V2" },
      { name: "two", version: "V3" },
    ],
  });

  it("takes the very version asked for, hidden or not", () => {
    const symbols = [
      { name: "many", version: "V1", defined: false },
      { name: "late", version: "V2", defined: false },
      { name: "first", version: "V1", defined: false },
      { name: "plain", version: "V3", defined: false },
      { name: "later", version: "V3", defined: false },
    ];
    const versionNeeds = [{ file: "liba.so", versions: ["V1", "V2", "V3"] }];
    const main = program({ needed: ["liba.so"], symbols, versionNeeds });
    const { bindings, missing } = bindSymbols(treeInMemory({ main, "liba.so": versioned }));

    expect(bindings.map(brief)).toEqual([
      ["main", "many", "V1", "liba.so", "V1", "hidden"],
      ["main", "late", "V2", "liba.so", "V2", "default"],
      ["main", "first", "V1", "liba.so", "V1", "default"],
      ["main", "plain", "V3", "liba.so", null, "base"],
    ]);
    expect(missing.map(({ message, file }) => [message, file])).toEqual([
      ["undefined symbol: later, version V3", "liba.so"],
    ]);
  });

  it("takes the oldest version for a reference without one, else the only public one", () => {
    const symbols = undefinedOnes("many", "late", "later", "first", "plain", "two");
    const main = program({ needed: ["liba.so"], symbols });
    const { bindings, missing } = bindSymbols(treeInMemory({ main, "liba.so": versioned }));

    expect(bindings.map(brief)).toEqual([
      ["main", "many", null, "liba.so", "V1", "oldest"],
      ["main", "late", null, "liba.so", "V2", "default"],
      ["main", "first", null, "liba.so", "V1", "default"],
      ["main", "plain", null, "liba.so", null, "base"],
    ]);
    expect(messages(missing)).toEqual(["undefined symbol: later", "undefined symbol: two"]);
  });

  it("by musl's rules, takes no hidden version and ignores the one asked for", () => {
    const symbols = [
      { name: "many", version: "V1", defined: false },
      { name: "later", version: "V2", defined: false },
      { name: "plain", version: "V3", defined: false },
      { name: "two", version: "V3", defined: false },
    ];
    const versionNeeds = [{ file: "liba.so", versions: ["V1", "V2", "V3", "V9"] }];
    const main = program({ needed: ["liba.so"], symbols, versionNeeds });
    const tree = treeInMemory({ main, "liba.so": versioned }, { rules: "musl" });
    const { bindings, missing, versionErrors } = bindSymbols(tree);

    expect(bindings.map(({ symbol, providerVersion, how }) => [symbol, providerVersion, how])).toEqual([
      ["many", "V3", "default"],
      ["plain", null, "base"],
      ["two", expect.stringMatching(/^V[23]$/), "default"],
    ]);
    expect(messages(missing)).toEqual(["later: symbol not found"]);
    expect(versionErrors).toEqual([]);
  });

  it("by musl's rules, finds open64 in a library that has only open", () => {
    const symbols = undefinedOnes("open64", "readdir64_r", "fopen64x", "strlen64");
    const files = {
      main: program({ needed: ["libc.so"], symbols }),
      "libc.so": library("libc.so", { symbols: [{ name: "open" }, { name: "readdir_r" }, { name: "strlen" }] }),
    };
    const { bindings, missing } = bindSymbols(treeInMemory(files, { rules: "musl", interpreter: "libc.so" }));

    expect(bindings.map(({ symbol, alias }) => [symbol, alias])).toEqual([
      ["open64", "open"],
      ["readdir64_r", "readdir_r"],
    ]);
    expect(symbolsOf(missing)).toEqual(["fopen64x", "strlen64"]);

    for (const [name, alias] of [
      ["lseek64", "lseek"],
      ["64", undefined],
      ["stat", undefined],
      ["__fxstatat64", "__fxstatat"],
      ["aio_suspend64", "aio_suspend"],
    ] as const) {
      expect([name, muslAlias(name)]).toEqual([name, alias]);
    }
  });

  it("ignores symbols of a type or binding that defines nothing", () => {
    const odd = library("liba.so", {
      symbols: [
        { name: "a", type: STT.SECTION },
        { name: "b", type: STT.GNU_IFUNC },
        { name: "c", binding: STB.WEAK },
        { name: "d", binding: STB.GNU_UNIQUE, type: STT.OBJECT },
        { name: "e", binding: 13 },
      ],
    });
    const files = {
      main: program({ needed: ["liba.so", "libb.so"], symbols: undefinedOnes("a", "b", "c", "d", "e") }),
      "liba.so": odd,
      "libb.so": library("libb.so", { symbols: ["a", "b", "c", "d", "e"].map((name) => ({ name })) }),
    };
    const providers = (rules: "glibc" | "musl") => {
      const { bindings } = bindSymbols(treeInMemory(files, { rules }));
      const ofProgram = bindings.filter((binding) => binding.from.name === "main");
      return ofProgram.map(({ symbol, provider }) => `${symbol} ${provider.name}`);
    };

    expect(providers("glibc")).toEqual(["a libb.so", "b liba.so", "c liba.so", "d liba.so", "e libb.so"]);
    expect(providers("musl")).toEqual(["a libb.so", "b libb.so", "c liba.so", "d liba.so", "e libb.so"]);
  });

  it("ignores hidden and internal definitions in glibc, not in musl, and does not look up hidden references", () => {
    const withVisibility = (bytes: Uint8Array, visibility: number) => {
      const symbols = readElf(bytes).dynamicSymbols!;
      for (const { name, index } of symbols) {
        if (name === "a") bytes[symbols.offset + index * 24 + Sym.offsetOf("other", 64)] = visibility;
      }
      return bytes;
    };
    const bound = (visibility: number, rules: "glibc" | "musl") => {
      const symbols = [{ name: "a" }];
      const liba = library("liba.so", { symbols, relocations: [{ symbol: "a", type: GOT }] });
      const files = {
        main: program({ needed: ["liba.so", "libb.so"], symbols: undefinedOnes("a") }),
        "liba.so": withVisibility(liba, visibility),
        "libb.so": library("libb.so", { symbols }),
      };
      const { bindings } = bindSymbols(treeInMemory(files, { rules }));
      return bindings.map(({ from, provider }) => `${from.name} ${provider.name}`);
    };

    for (const visibility of [STV.HIDDEN, STV.INTERNAL]) {
      expect(bound(visibility, "glibc")).toEqual(["main libb.so"]);
      expect(bound(visibility, "musl")).toEqual(["main liba.so", "liba.so liba.so"]);
    }
    expect(bound(STV.PROTECTED, "glibc")).toEqual(["main liba.so", "liba.so liba.so"]);
  });

  it("binds a copy relocation to the library, and the library's own reference to the program", () => {
    const symbols = [{ name: "counter", type: STT.OBJECT }];
    const tree = treeInMemory({
      main: buildElf({ needed: ["liba.so"], symbols, relocations: [{ symbol: "counter", type: COPY }] }),
      "liba.so": library("liba.so", { symbols, relocations: [{ symbol: "counter", type: GOT }] }),
    });
    const { bindings } = bindSymbols(tree);

    expect(bindings.map(({ from, provider, copy }) => [from.name, provider.name, copy])).toEqual([
      ["main", "liba.so", true],
      ["liba.so", "main", false],
    ]);
  });

  it("looks at a DT_SYMBOLIC library first, for its own references, in glibc alone", () => {
    const files = (tags: BuildOptions["tags"]) => ({
      main: buildElf({ needed: ["liba.so"], symbols: [{ name: "mine" }] }),
      "liba.so": library("liba.so", {
        symbols: [{ name: "mine" }],
        relocations: [{ symbol: "mine", type: GOT }],
        ...(tags ? { tags } : {}),
      }),
    });
    const providers = (tags: BuildOptions["tags"], rules: "glibc" | "musl") =>
      providersOf(bindSymbols(treeInMemory(files(tags), { rules })).bindings);
    const flags = [{ tag: DT.FLAGS, value: DF.SYMBOLIC }];
    const tag = [{ tag: DT.SYMBOLIC, value: 0 }];

    expect(providers(undefined, "glibc")).toEqual(["main"]);
    expect(providers(flags, "glibc")).toEqual(["liba.so"]);
    expect(providers(tag, "glibc")).toEqual(["liba.so"]);
    expect(providers(flags, "musl")).toEqual(["main"]);
  });

  it("tells weak references apart, with and without a definition", () => {
    const symbols = [
      { name: "there", defined: false, binding: STB.WEAK },
      { name: "absent", defined: false, binding: STB.WEAK },
      { name: "lost", defined: false },
    ];
    const tree = treeInMemory({
      main: program({ needed: ["liba.so"], symbols }),
      "liba.so": library("liba.so", { symbols: [{ name: "there" }] }),
    });
    const { bindings, tolerated, missing } = bindSymbols(tree);

    expect(bindings.map(({ symbol, weak }) => [symbol, weak])).toEqual([["there", true]]);
    expect(tolerated.map(({ symbol, weak }) => [symbol, weak])).toEqual([["absent", true]]);
    expect(symbolsOf(missing)).toEqual(["lost"]);
  });

  it("lists the host's symbols separately, also where a library of the tree has one", () => {
    const tree = treeInMemory({
      "addon.node": library("addon.node", {
        needed: ["liba.so"],
        symbols: undefinedOnes("napi_create_object", "uv_now", "both", "own"),
        relocations: calls("napi_create_object", "uv_now", "both", "own"),
      }),
      "liba.so": library("liba.so", { symbols: [{ name: "both" }, { name: "own" }] }),
    });
    const { hostProvided, missing, bindings } = bindSymbols(tree, { hostSymbols: ["napi_create_object", "both"] });

    expect(hostProvided.map(({ symbol, insteadOf }) => [symbol, insteadOf?.name])).toEqual([
      ["napi_create_object", undefined],
      ["both", "liba.so"],
    ]);
    expect(symbolsOf(missing)).toEqual(["uv_now"]);
    expect(symbolsOf(bindings)).toEqual(["own"]);
    expect(bindSymbols(tree, { hostSymbols: isNodeSymbol }).missing).toEqual([]);
  });

  it("searches the objects of a host before those of the tree, and a shared one only once", () => {
    const shared = library("libs.so", { symbols: [{ name: "shared" }, { name: "weak" }] });
    const host = treeInMemory({
      host: buildElf({ needed: ["libs.so"], symbols: [{ name: "given" }, { name: "both" }] }),
      "libs.so": shared,
    });
    const tree = treeInMemory({
      addon: program({
        soname: "addon",
        needed: ["libs.so", "liba.so"],
        symbols: [...undefinedOnes("given", "both", "shared", "own"), { name: "weak" }],
        relocations: calls("given", "both", "shared", "own", "weak"),
      }),
      "libs.so": shared,
      "liba.so": library("liba.so", { symbols: [{ name: "both" }, { name: "own" }] }),
    });
    const providers = (options?: Parameters<typeof bindSymbols>[1]) =>
      bindSymbols(tree, options).bindings.map(({ symbol, provider }) => `${symbol} ${provider.name}`);

    expect(providers({ host })).toEqual(["given host", "both host", "shared libs.so", "own liba.so", "weak libs.so"]);
    expect(bindSymbols(tree, { host }).bindings[2]!.provider).toBe(host.objects[1]);
    expect(providers()).toEqual(["both liba.so", "shared libs.so", "own liba.so", "weak addon"]);
  });

  it("gives the references of some objects, bound in the whole tree", () => {
    const tree = treeInMemory({
      main: program({ needed: ["liba.so"], symbols: undefinedOnes("a") }),
      "liba.so": program({ soname: "liba.so", needed: [], symbols: [{ name: "a" }, ...undefinedOnes("gone")] }),
    });

    expect(bindSymbols(tree, { of: [tree.root] })).toMatchObject({ bindings: [{ symbol: "a" }], missing: [] });
    expect(bindSymbols(tree, { of: [tree.objects[1]!] })).toMatchObject({
      bindings: [],
      missing: [{ symbol: "gone" }],
    });
  });

  it(
    "of MIPS, takes a symbol with an entry in the global offset table for a reference, " +
      "and no undefined symbol for a definition",
    () => {
      const mips = { class: 32, byteOrder: "big", machine: EM.MIPS, hash: "sysv" } as const;
      // DT_MIPS_GOTSYM: the symbols from this index on have entries.
      const tags = [{ tag: 0x70000013, value: 2 }];
      const tree = treeInMemory({
        main: buildElf({ ...mips, needed: ["liba.so"], symbols: undefinedOnes("a", "b"), tags }),
        "liba.so": library("liba.so", { ...mips, symbols: [{ name: "a" }, { name: "b" }] }),
      });
      const { bindings } = bindSymbols(tree);

      expect(bindings.map(({ symbol, relocated }) => [symbol, relocated])).toEqual([
        ["a", false],
        ["b", true],
      ]);
    },
  );

  it("goes on without an object that is broken, and says so", () => {
    const broken = library("liba.so", { symbols: [{ name: "a" }] });
    const elf = readElf(broken);
    const hashTable = elf.offsetOf(elf.dynamic!.get(DT.GNU_HASH)!)!;
    new DataView(broken.buffer, broken.byteOffset).setUint32(hashTable, 0xffffff, true);

    const tree = treeInMemory({
      main: program({ needed: ["liba.so", "libb.so"], symbols: undefinedOnes("a") }),
      "liba.so": broken,
      "libb.so": library("libb.so", { symbols: [{ name: "a" }] }),
    });
    const { problems, bindings } = bindSymbols(tree);

    const ofBroken = problems.filter(({ object }) => object.name === "liba.so");
    expect(ofBroken.some(({ message }) => /^(TRUNCATED|MALFORMED)/.test(message))).toBe(true);
    expect(providersOf(bindings)).toEqual(["libb.so"]);
  });

  it("takes a static program, and a file without symbols", () => {
    for (const bytes of [buildElf({ type: 2, dynamic: false }), buildElf({ needed: [] })]) {
      expect(bindSymbols(treeInMemory({ main: bytes }))).toMatchObject({ bindings: [], missing: [], problems: [] });
    }
  });
});

describe("the versions that are needed", () => {
  const needing = (file: string, versions: readonly string[], options: BuildOptions = {}) =>
    buildElf({ needed: ["liba.so"], versionNeeds: [{ file, versions }], ...options });
  const errors = (main: Uint8Array, liba: Uint8Array) => {
    const { versionErrors } = bindSymbols(treeInMemory({ main, "liba.so": liba }));
    return versionErrors.map(({ kind, fatal, message }) => [kind, fatal, message]);
  };
  const v1 = library("liba.so", { versions: [{ name: "V1" }], symbols: [{ name: "a", version: "V1" }] });

  it("are looked for in the file that they name, in ld.so's words", () => {
    const versionNeeds = [{ file: "liba.so", versions: ["V1", "V2", "V3"], weak: ["V3"] }];
    expect(errors(buildElf({ needed: ["liba.so"], versionNeeds }), v1)).toEqual([
      ["missing", true, "version `V2' not found (required by main)"],
      ["weak", false, "weak version `V3' not found (required by main)"],
    ]);

    const withoutDefinitions = library("liba.so", { versionNeeds: [{ file: "liba.so", versions: [] }] });
    expect(errors(needing("liba.so", ["V1"]), withoutDefinitions)).toEqual([
      ["no-versions", false, "no version information available (required by main)"],
    ]);
  });

  it("stop ld.so where they name no loaded file, or where the definition has no version", () => {
    expect(errors(needing("libz.so", ["V1"]), v1).map(([kind]) => kind)).toEqual(["inconsistency"]);

    const symbols = [{ name: "a", defined: false, version: "V1" }];
    const main = needing("liba.so", ["V1"], { symbols, relocations: calls("a") });
    const found = errors(main, library("liba.so", { symbols: [{ name: "a" }] }));
    expect(found.map(([kind, fatal]) => [kind, fatal])).toEqual([
      ["no-versions", false],
      ["inconsistency", true],
    ]);
  });

  it("must hold GLIBC_ABI_DT_RELR beside DT_RELR, where versions of libc.so.6 are needed", () => {
    const libc = library("libc.so.6", { versions: [{ name: "GLIBC_2.36" }, { name: "GLIBC_ABI_DT_RELR" }] });
    const tags = [{ tag: DT.RELR, value: 0 }];
    const found = (...versions: string[]) => {
      const versionNeeds = versions.length > 0 ? [{ file: "libc.so.6", versions }] : [];
      const tree = treeInMemory({ main: buildElf({ tags, versionNeeds }), "libc.so.6": libc });
      return bindSymbols(tree).versionErrors.map(({ kind, message }) => `${kind}: ${message}`);
    };

    expect(found("GLIBC_2.36")).toEqual(["relr: DT_RELR without GLIBC_ABI_DT_RELR dependency"]);
    expect(found("GLIBC_2.36", "GLIBC_ABI_DT_RELR")).toEqual([]);
    expect(found()).toEqual([]);
  });
});

describe("unusedLibraries", () => {
  it("names libraries that give no symbol, and those that give some without being named", () => {
    const tree = treeInMemory({
      main: program({ needed: ["liba.so", "libb.so", "lost.so"], symbols: undefinedOnes("a", "c") }),
      "liba.so": library("liba.so", { needed: ["libc.so"], symbols: [{ name: "a" }] }),
      "libb.so": library("libb.so", { symbols: [{ name: "b" }] }),
      "libc.so": library("libc.so", { symbols: [{ name: "c" }] }),
    });

    const ofProgram = unusedLibraries(tree).map(({ object, unused, undeclared }) => [
      object.name,
      names(unused),
      undeclared.map(({ library, symbols }) => [library.name, symbols]),
    ]);
    expect(ofProgram).toEqual([["main", ["libb.so"], [["libc.so", ["c"]]]]]);

    const ofAll = unusedLibraries(tree, { of: tree.objects });
    expect(ofAll.map(({ object, unused }) => [object.name, names(unused)])).toEqual([
      ["main", ["libb.so"]],
      ["liba.so", ["libc.so"]],
      ["libb.so", []],
      ["libc.so", []],
    ]);
  });

  it("does not call a library undeclared that only stands before the one that is named", () => {
    const tree = treeInMemory({
      main: program({ needed: ["liba.so", "libb.so"], symbols: undefinedOnes("a") }),
      "liba.so": library("liba.so", { symbols: [{ name: "a" }, { name: "b" }] }),
      "libb.so": program({ soname: "libb.so", needed: ["libd.so"], symbols: undefinedOnes("b") }),
      "libd.so": library("libd.so", { symbols: [{ name: "b" }] }),
    });
    expect(unusedLibraries(tree, { of: [tree.objects[2]!] })).toMatchObject([
      { unused: [{ name: "libd.so" }], undeclared: [] },
    ]);
  });
});

describe("interposed", () => {
  const tree = treeInMemory(
    {
      main: program({ needed: ["liba.so"], symbols: [...undefinedOnes("malloc", "own"), { name: "kept" }] }),
      "liba.so": program({
        soname: "liba.so",
        needed: ["libb.so"],
        symbols: [
          { name: "own" },
          ...undefinedOnes("malloc", "kept"),
          { name: "versioned", defined: false, version: "V1" },
        ],
        versionNeeds: [{ file: "libb.so", versions: ["V1"] }],
      }),
      "libb.so": library("libb.so", {
        versions: [{ name: "V1" }],
        symbols: [{ name: "malloc" }, { name: "versioned", version: "V1" }],
      }),
    },
    { interpreter: "libb.so" },
  );
  const found = (bytes: Uint8Array) => {
    const { captured, findings } = interpositions(tree, readElf(bytes), "pre.so");
    return {
      captured: captured.map(({ from, symbol, insteadOf }) => [from.name, symbol, insteadOf?.name]),
      rules: findings.map((finding) => finding.rule),
    };
  };

  it("names the references that a preload takes over, not those that the program answers itself", () => {
    const bytes = library("pre.so", {
      needed: ["libb.so"],
      symbols: ["malloc", "own", "kept", "versioned", "nobody"].map((name) => ({ name })),
    });
    expect(found(bytes)).toEqual({
      captured: [
        ["main", "malloc", "libb.so"],
        ["main", "own", "liba.so"],
        ["liba.so", "malloc", "libb.so"],
        ["liba.so", "versioned", "libb.so"],
      ],
      rules: [],
    });
  });

  it("says what speaks against a preload", () => {
    const otherVersion = library("pre.so", {
      needed: ["libb.so"],
      versions: [{ name: "V9" }],
      symbols: [{ name: "versioned", version: "V9" }],
    });
    expect(found(otherVersion)).toEqual({ captured: [], rules: ["other-version"] });

    expect(found(library("liba.so", { needed: ["libc.musl-x86_64.so.1"] })).rules).toEqual(["soname", "other-libc"]);
    expect(found(library("pre.so", { needed: ["libelse.so"] })).rules).toEqual(["missing-library"]);
    expect(found(library("pre.so", { class: 32, symbols: [{ name: "malloc" }] }))).toEqual({
      captured: [],
      rules: ["other-machine"],
    });

    const alone = treeInMemory({ main: buildElf({ type: 2, dynamic: false }) });
    const { findings } = interpositions(alone, readElf(library("pre.so")));
    expect(findings.map((finding) => finding.rule)).toEqual(["no-loader"]);
  });
});

describe("the symbols of a host", () => {
  it.each([
    "napi_create_object",
    "node_api_symbol_for",
    "node_module_register",
    "uv_queue_work",
    "_ZN4node9AddEnvironmentCleanupHook",
    "_ZNK2v85Value6IsTrueEv",
    "_ZTVN4node11ObjectWrapE",
    "_ZN2v87Isolate10GetCurrentEv",
  ])("%s is Node's", (symbol) => expect(isNodeSymbol(symbol)).toBe(true));

  it.each([
    "napi_register_module_v1",
    "node_api_module_get_api_version_v1",
    "malloc",
    "_ZN5boost4node3fooEv",
    "_ZN3v82xxE",
    "SSL_new",
    "uvx_now",
  ])("%s is not", (symbol) => expect(isNodeSymbol(symbol)).toBe(false));

  it("are those that it defines for others", () => {
    const bytes = buildElf({
      symbols: [
        { name: "given" },
        { name: "weak", binding: STB.WEAK },
        { name: "asked", defined: false },
        { name: "local", binding: STB.LOCAL },
      ],
    });

    expect([...exportedSymbols(readElf(bytes))].sort()).toEqual(["given", "weak"]);

    // Without PT_DYNAMIC it defines nothing for others.
    phdr(bytes, PT.DYNAMIC).type = PT.NULL;
    expect([...exportedSymbols(readElf(bytes))]).toEqual([]);
  });
});

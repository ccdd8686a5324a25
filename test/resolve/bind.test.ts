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
import { buildElf, type BuildOptions } from "../../src/testing/build-elf.js";
import { phdr } from "../support/elf.js";
import { treeInMemory } from "../support/trees.js";

/** R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT, R_X86_64_COPY. */
const GOT = 6;
const CALL = 7;
const COPY = 5;

const undefinedOnes = (...names: readonly string[]) => names.map((name) => ({ name, defined: false }));
const calls = (...symbols: readonly string[]) => symbols.map((symbol) => ({ symbol, type: CALL }));
const program = (o: BuildOptions & { readonly symbols: NonNullable<BuildOptions["symbols"]> }) =>
  buildElf({ relocations: calls(...new Set(o.symbols.filter((s) => s.defined === false).map((s) => s.name))), ...o });
const library = (soname: string, o: BuildOptions = {}) => buildElf({ soname, needed: [], ...o });
const brief = (b: Binding) => [b.from.name, b.symbol, b.version, b.provider.name, b.providerVersion, b.how];

describe("bindSymbols", () => {
  for (const e of [
    { class: 64, littleEndian: true },
    { class: 64, littleEndian: false },
    { class: 32, littleEndian: true },
    { class: 32, littleEndian: false },
  ] as const) {
    for (const hash of ["gnu", "sysv", "both"] as const) {
      for (const sections of [true, false]) {
        it(`goes through DT_${hash} of ${e.class}-bit ${e.littleEndian ? "little" : "big"}-endian files ${sections ? "with" : "without"} section headers`, () => {
          const names = Array.from({ length: 60 }, (_, i) => `function_${i}`);
          const o = { ...e, hash, sections };
          const tree = treeInMemory({
            main: program({
              ...o,
              needed: ["liba.so", "libb.so"],
              symbols: undefinedOnes(...names, "absent"),
              relocations: names.map((symbol) => ({ symbol, type: 1 })),
            }),
            "liba.so": library("liba.so", { ...o, symbols: names.slice(0, 20).map((name) => ({ name })) }),
            "libb.so": library("libb.so", { ...o, symbols: names.map((name) => ({ name })) }),
          });
          const { bindings, missing, tolerated, problems } = bindSymbols(tree);

          expect(
            bindings
              .filter((b) => b.from === tree.root)
              .map((b) => [b.symbol, b.provider.name])
              .sort(),
          ).toEqual(names.map((n, i) => [n, i < 20 ? "liba.so" : "libb.so"]).sort());
          expect({ missing, problems, tolerated: tolerated.map((t) => [t.symbol, t.relocated]) }).toEqual({
            missing: [],
            problems: [],
            tolerated: hash === "gnu" && !sections ? [] : [["absent", false]],
          });
        });
      }
    }
  }

  const versions = [{ name: "V1" }, { name: "V2", parents: ["V1"] }, { name: "V3", parents: ["V2"] }];
  const versioned = library("liba.so", {
    versionDefinitions: versions,
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
    const tree = treeInMemory({
      main: program({
        needed: ["liba.so"],
        symbols,
        versionNeeds: [{ file: "liba.so", versions: ["V1", "V2", "V3"] }],
      }),
      "liba.so": versioned,
    });
    const { bindings, missing } = bindSymbols(tree);

    expect(bindings.map(brief)).toEqual([
      ["main", "many", "V1", "liba.so", "V1", "hidden"],
      ["main", "late", "V2", "liba.so", "V2", "default"],
      ["main", "first", "V1", "liba.so", "V1", "default"],
      ["main", "plain", "V3", "liba.so", null, "base"],
    ]);
    expect(missing.map((m) => [m.message, m.file])).toEqual([["undefined symbol: later, version V3", "liba.so"]]);
  });

  it("takes the oldest version for a reference without one, else the only public one", () => {
    const tree = treeInMemory({
      main: program({ needed: ["liba.so"], symbols: undefinedOnes("many", "late", "later", "first", "plain", "two") }),
      "liba.so": versioned,
    });
    const { bindings, missing } = bindSymbols(tree);
    expect(bindings.map(brief)).toEqual([
      ["main", "many", null, "liba.so", "V1", "oldest"],
      ["main", "late", null, "liba.so", "V2", "default"],
      ["main", "first", null, "liba.so", "V1", "default"],
      ["main", "plain", null, "liba.so", null, "base"],
    ]);
    expect(missing.map((m) => m.message)).toEqual(["undefined symbol: later", "undefined symbol: two"]);
  });

  it("by musl's rules, takes no hidden version and no heed of the one asked for", () => {
    const symbols = [
      { name: "many", version: "V1", defined: false },
      { name: "later", version: "V2", defined: false },
      { name: "plain", version: "V3", defined: false },
      { name: "two", version: "V3", defined: false },
    ];
    const tree = treeInMemory(
      {
        main: program({
          needed: ["liba.so"],
          symbols,
          versionNeeds: [{ file: "liba.so", versions: ["V1", "V2", "V3", "V9"] }],
        }),
        "liba.so": versioned,
      },
      { rules: "musl" },
    );
    const { bindings, missing, versionErrors } = bindSymbols(tree);

    expect(bindings.map((b) => [b.symbol, b.providerVersion, b.how])).toEqual([
      ["many", "V3", "default"],
      ["plain", null, "base"],
      ["two", expect.stringMatching(/^V[23]$/), "default"],
    ]);
    expect(missing.map((m) => m.message)).toEqual(["later: symbol not found"]);
    expect(versionErrors).toEqual([]);
  });

  it("by musl's rules, finds open64 in a library that has only open", () => {
    const tree = treeInMemory(
      {
        main: program({ needed: ["libc.so"], symbols: undefinedOnes("open64", "readdir64_r", "fopen64x", "strlen64") }),
        "libc.so": library("libc.so", { symbols: [{ name: "open" }, { name: "readdir_r" }, { name: "strlen" }] }),
      },
      { rules: "musl", interpreter: "libc.so" },
    );
    const { bindings, missing } = bindSymbols(tree);
    expect(bindings.map((b) => [b.symbol, b.alias])).toEqual([
      ["open64", "open"],
      ["readdir64_r", "readdir_r"],
    ]);
    expect(missing.map((m) => m.symbol)).toEqual(["fopen64x", "strlen64"]);
    expect(["lseek64", "64", "stat", "__fxstatat64", "aio_suspend64"].map(muslAlias)).toEqual([
      "lseek",
      undefined,
      undefined,
      "__fxstatat",
      "aio_suspend",
    ]);
  });

  it("passes over hidden definitions, and over types and bindings that define nothing", () => {
    const bad = library("liba.so", {
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
      "liba.so": bad,
      "libb.so": library("libb.so", { symbols: ["a", "b", "c", "d", "e"].map((name) => ({ name })) }),
    };
    const providers = (rules: "glibc" | "musl") =>
      bindSymbols(treeInMemory(files, { rules }))
        .bindings.filter((b) => b.from.name === "main")
        .map((b) => `${b.symbol} ${b.provider.name}`);

    expect(providers("glibc")).toEqual(["a libb.so", "b liba.so", "c liba.so", "d liba.so", "e libb.so"]);
    expect(providers("musl")).toEqual(["a libb.so", "b libb.so", "c liba.so", "d liba.so", "e libb.so"]);
  });

  it("passes over hidden and internal definitions in glibc, not in musl, and does not look up hidden references", () => {
    const withVisibility = (bytes: Uint8Array, visibility: number) => {
      const elf = readElf(bytes);
      const { offset } = elf.dynamicSymbols!;
      for (const s of elf.dynamicSymbols!) {
        if (s.name === "a") bytes[offset + s.index * 24 + Sym.offsetOf("other", 64)] = visibility;
      }
      return bytes;
    };
    const bound = (visibility: number, rules: "glibc" | "musl") =>
      bindSymbols(
        treeInMemory(
          {
            main: program({ needed: ["liba.so", "libb.so"], symbols: undefinedOnes("a") }),
            "liba.so": withVisibility(
              library("liba.so", { symbols: [{ name: "a" }], relocations: [{ symbol: "a", type: GOT }] }),
              visibility,
            ),
            "libb.so": library("libb.so", { symbols: [{ name: "a" }] }),
          },
          { rules },
        ),
      ).bindings.map((b) => `${b.from.name} ${b.provider.name}`);
    for (const v of [STV.HIDDEN, STV.INTERNAL]) {
      expect([bound(v, "glibc"), bound(v, "musl")]).toEqual([["main libb.so"], ["main liba.so", "liba.so liba.so"]]);
    }

    expect(bound(STV.PROTECTED, "glibc")).toEqual(["main liba.so", "liba.so liba.so"]);
  });

  it("binds a copy behind the program, and the library's own reference to the program", () => {
    const tree = treeInMemory({
      main: buildElf({
        needed: ["liba.so"],
        symbols: [{ name: "counter", type: STT.OBJECT }],
        relocations: [{ symbol: "counter", type: COPY }],
      }),
      "liba.so": library("liba.so", {
        symbols: [{ name: "counter", type: STT.OBJECT }],
        relocations: [{ symbol: "counter", type: GOT }],
      }),
    });
    expect(bindSymbols(tree).bindings.map((b) => [b.from.name, b.provider.name, b.copy])).toEqual([
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
    const provider = (tags: BuildOptions["tags"], rules: "glibc" | "musl") =>
      bindSymbols(treeInMemory(files(tags), { rules })).bindings.map((b) => b.provider.name);
    const flags = [{ tag: DT.FLAGS, value: DF.SYMBOLIC }];
    const tag = [{ tag: DT.SYMBOLIC, value: 0 }];

    expect([
      provider(undefined, "glibc"),
      provider(flags, "glibc"),
      provider(tag, "glibc"),
      provider(flags, "musl"),
    ]).toEqual([["main"], ["liba.so"], ["liba.so"], ["main"]]);
  });

  it("tells weak references apart, with and without a definition", () => {
    const symbols = [
      { name: "there", defined: false, binding: STB.WEAK },
      { name: "absent", defined: false, binding: STB.WEAK },
      { name: "lost", defined: false },
    ];
    const { bindings, tolerated, missing } = bindSymbols(
      treeInMemory({
        main: program({ needed: ["liba.so"], symbols }),
        "liba.so": library("liba.so", { symbols: [{ name: "there" }] }),
      }),
    );
    expect([
      bindings.map((b) => [b.symbol, b.weak]),
      tolerated.map((t) => [t.symbol, t.weak]),
      missing.map((m) => m.symbol),
    ]).toEqual([[["there", true]], [["absent", true]], ["lost"]]);
  });

  it("lists what the host has apart, also where a library of the tree has it", () => {
    const tree = treeInMemory({
      "addon.node": library("addon.node", {
        needed: ["liba.so"],
        symbols: undefinedOnes("napi_create_object", "uv_now", "both", "own"),
        relocations: calls("napi_create_object", "uv_now", "both", "own"),
      }),
      "liba.so": library("liba.so", { symbols: [{ name: "both" }, { name: "own" }] }),
    });
    const named = bindSymbols(tree, { hostSymbols: ["napi_create_object", "both"] });
    expect(named.hostProvided.map((h) => [h.symbol, h.insteadOf?.name])).toEqual([
      ["napi_create_object", undefined],
      ["both", "liba.so"],
    ]);
    expect([named.missing.map((m) => m.symbol), named.bindings.map((b) => b.symbol)]).toEqual([["uv_now"], ["own"]]);
    expect(bindSymbols(tree, { hostSymbols: isNodeSymbol }).missing).toEqual([]);
  });

  it("puts the objects of a host before those of the tree, which are there once", () => {
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
    const providers = (o?: Parameters<typeof bindSymbols>[1]) =>
      bindSymbols(tree, o).bindings.map((b) => `${b.symbol} ${b.provider.name}`);

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

  it("of MIPS, takes what has an entry in the global offset table for a reference, and no undefined symbol for a definition", () => {
    const mips = { class: 32, littleEndian: false, machine: EM.MIPS, hash: "sysv" } as const;
    const tree = treeInMemory({
      main: buildElf({
        ...mips,
        needed: ["liba.so"],
        symbols: undefinedOnes("a", "b"),
        tags: [{ tag: 0x70000013, value: 2 }],
      }),
      "liba.so": library("liba.so", { ...mips, symbols: [{ name: "a" }, { name: "b" }] }),
    });
    expect(bindSymbols(tree).bindings.map((b) => [b.symbol, b.relocated])).toEqual([
      ["a", false],
      ["b", true],
    ]);
  });

  it("goes on without an object that is broken, and says so", () => {
    const bytes = library("liba.so", { symbols: [{ name: "a" }] });
    const elf = readElf(bytes);
    const at = elf.offsetOf(elf.dynamic!.get(DT.GNU_HASH)!)!;
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, 0xffffff, true);
    const { problems, bindings } = bindSymbols(
      treeInMemory({
        main: program({ needed: ["liba.so", "libb.so"], symbols: undefinedOnes("a") }),
        "liba.so": bytes,
        "libb.so": library("libb.so", { symbols: [{ name: "a" }] }),
      }),
    );

    expect(problems.map((p) => [p.object.name, /^(TRUNCATED|MALFORMED)/.test(p.message)])).toContainEqual([
      "liba.so",
      true,
    ]);
    expect(bindings.map((b) => b.provider.name)).toEqual(["libb.so"]);
  });

  it("takes a static program, and a file without symbols", () => {
    for (const bytes of [buildElf({ type: 2, dynamic: false }), buildElf({ needed: [] })]) {
      expect(bindSymbols(treeInMemory({ main: bytes }))).toMatchObject({ bindings: [], missing: [], problems: [] });
    }
  });
});

describe("the versions that are needed", () => {
  const main = (versionNeeds: BuildOptions["versionNeeds"], o: BuildOptions = {}) =>
    buildElf({ needed: ["liba.so"], ...(versionNeeds ? { versionNeeds } : {}), ...o });
  const errors = (m: Uint8Array, lib: Uint8Array) =>
    bindSymbols(treeInMemory({ main: m, "liba.so": lib })).versionErrors.map((e) => [e.kind, e.fatal, e.message]);
  const v1 = library("liba.so", { versionDefinitions: [{ name: "V1" }], symbols: [{ name: "a", version: "V1" }] });

  it("are looked for in the file that they name, in ld.so's words", () => {
    expect(errors(main([{ file: "liba.so", versions: ["V1", "V2", "V3"], weak: ["V3"] }]), v1)).toEqual([
      ["missing", true, "version `V2' not found (required by main)"],
      ["weak", false, "weak version `V3' not found (required by main)"],
    ]);
    expect(
      errors(
        main([{ file: "liba.so", versions: ["V1"] }]),
        library("liba.so", { versionNeeds: [{ file: "liba.so", versions: [] }] }),
      ),
    ).toEqual([["no-versions", false, "no version information available (required by main)"]]);
  });

  it("stop ld.so where they name no file, or where a definition has none at all", () => {
    expect(errors(main([{ file: "libz.so", versions: ["V1"] }]), v1).map((e) => e[0])).toEqual(["inconsistency"]);
    expect(
      errors(
        main([{ file: "liba.so", versions: ["V1"] }], {
          symbols: [{ name: "a", defined: false, version: "V1" }],
          relocations: calls("a"),
        }),
        library("liba.so", { symbols: [{ name: "a" }] }),
      ).map((e) => [e[0], e[1]]),
    ).toEqual([
      ["no-versions", false],
      ["inconsistency", true],
    ]);
  });

  it("must hold GLIBC_ABI_DT_RELR beside DT_RELR, where versions of libc.so.6 are needed", () => {
    const libc = library("libc.so.6", { versionDefinitions: [{ name: "GLIBC_2.36" }, { name: "GLIBC_ABI_DT_RELR" }] });
    const tags = [{ tag: DT.RELR, value: 0 }];
    const kinds = (versions: readonly string[]) =>
      bindSymbols(
        treeInMemory({
          main: buildElf({ tags, versionNeeds: versions.length ? [{ file: "libc.so.6", versions }] : [] }),
          "libc.so.6": libc,
        }),
      ).versionErrors.map((e) => `${e.kind}: ${e.message}`);

    expect([kinds(["GLIBC_2.36"]), kinds(["GLIBC_2.36", "GLIBC_ABI_DT_RELR"]), kinds([])]).toEqual([
      ["relr: DT_RELR without GLIBC_ABI_DT_RELR dependency"],
      [],
      [],
    ]);
  });
});

describe("unusedLibraries", () => {
  it("names what gives no symbol, and what gives some without being named", () => {
    const tree = treeInMemory({
      main: program({ needed: ["liba.so", "libb.so", "lost.so"], symbols: undefinedOnes("a", "c") }),
      "liba.so": library("liba.so", { needed: ["libc.so"], symbols: [{ name: "a" }] }),
      "libb.so": library("libb.so", { symbols: [{ name: "b" }] }),
      "libc.so": library("libc.so", { symbols: [{ name: "c" }] }),
    });
    expect(
      unusedLibraries(tree).map((u) => [
        u.object.name,
        u.unused.map((e) => e.name),
        u.undeclared.map((d) => [d.library.name, d.symbols]),
      ]),
    ).toEqual([["main", ["libb.so"], [["libc.so", ["c"]]]]]);
    expect(
      unusedLibraries(tree, { of: tree.objects }).map((u) => [u.object.name, u.unused.map((e) => e.name)]),
    ).toEqual([
      ["main", ["libb.so"]],
      ["liba.so", ["libc.so"]],
      ["libb.so", []],
      ["libc.so", []],
    ]);
  });

  it("does not call undeclared what another library only stands before", () => {
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
        symbols: [{ name: "own" }, ...undefinedOnes("malloc", "kept", "versioned")].map((s) =>
          s.name === "versioned" ? { ...s, version: "V1" } : s,
        ),
        versionNeeds: [{ file: "libb.so", versions: ["V1"] }],
      }),
      "libb.so": library("libb.so", {
        versionDefinitions: [{ name: "V1" }],
        symbols: [{ name: "malloc" }, { name: "versioned", version: "V1" }],
      }),
    },
    { interpreter: "libb.so" },
  );
  const found = (bytes: Uint8Array) => {
    const { captured, findings } = interpositions(tree, readElf(bytes), "pre.so");
    return {
      captured: captured.map((c) => [c.from.name, c.symbol, c.insteadOf?.name]),
      rules: findings.map((f) => f.rule),
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

  it("says what speaks against it", () => {
    expect(
      found(
        library("pre.so", {
          needed: ["libb.so"],
          versionDefinitions: [{ name: "V9" }],
          symbols: [{ name: "versioned", version: "V9" }],
        }),
      ),
    ).toEqual({ captured: [], rules: ["other-version"] });
    expect(found(library("liba.so", { needed: ["libc.musl-x86_64.so.1"] })).rules).toEqual(["soname", "other-libc"]);
    expect(found(library("pre.so", { needed: ["libelse.so"] })).rules).toEqual(["missing-library"]);
    expect(found(library("pre.so", { class: 32, symbols: [{ name: "malloc" }] }))).toEqual({
      captured: [],
      rules: ["other-machine"],
    });

    const alone = treeInMemory({ main: buildElf({ type: 2, dynamic: false }) });
    expect(interpositions(alone, readElf(library("pre.so"))).findings.map((f) => f.rule)).toEqual(["no-loader"]);
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
  ])("%s is Node's", (s) => expect(isNodeSymbol(s)).toBe(true));
  it.each([
    "napi_register_module_v1",
    "node_api_module_get_api_version_v1",
    "malloc",
    "_ZN5boost4node3fooEv",
    "_ZN3v82xxE",
    "SSL_new",
    "uvx_now",
  ])("%s is not", (s) => expect(isNodeSymbol(s)).toBe(false));

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

    phdr(bytes, PT.DYNAMIC).type = PT.NULL;
    expect([...exportedSymbols(readElf(bytes))]).toEqual([]);
  });
});

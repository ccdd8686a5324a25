import { describe, expect, it } from "vitest";
import { EM } from "../../../src/spec/constants.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { ENCODINGS } from "../../support/elf.js";
import { findings, said, treeOf } from "../../support/findings.js";

/** Rules that only speak where the libraries are there. */
const RULES = [
  "library-missing",
  "interpreter-absent",
  "version-missing",
  "symbol-missing",
  "library-unused",
  "library-undeclared",
];
const LOADER = "/lib64/ld-linux-x86-64.so.2";

describe.each(ENCODINGS)("$label", (e) => {
  const library = (name: string, options: BuildOptions = {}) =>
    buildElf({ ...e, soname: name, needed: [], hash: "both", ...options });
  const program = (options: BuildOptions) =>
    buildElf({ ...e, interpreter: LOADER, runpath: "/l", hash: "both", ...options });
  const asking = (name: string, version?: string) => ({
    symbols: [{ name, defined: false, ...(version !== undefined && { version }) }],
    relocations: [{ symbol: name, type: 6 }],
  });
  const loader = buildElf({ ...e, soname: "ld-linux-x86-64.so.2", needed: [], entry: true });
  const all = (main: Uint8Array, files: Readonly<Record<string, Uint8Array>>) => {
    const libraries = treeOf("/p", { "/p": main, [LOADER]: loader, ...files }, "glibc");
    return findings(main, { libraries })
      .filter(({ rule }) => RULES.includes(rule))
      .map(({ severity, rule, message }) => `${severity} ${rule}: ${message}`);
  };

  it("a whole closure: nothing to say", () => {
    const main = program({ needed: ["liba.so"], ...asking("f") });
    expect(all(main, { "/l/liba.so": library("liba.so", { symbols: [{ name: "f" }] }) })).toEqual([]);
    expect(findings(main).filter((f) => RULES.includes(f.rule))).toEqual([]);
  });

  it("a library that is not there, for another machine, or none", () => {
    const main = program({ needed: ["liba.so"] });
    expect(all(main, {})[0]).toMatch(
      /^error library-missing: liba\.so, which it needs, is not found; looked at \d+ places: \/l\/liba\.so, /,
    );

    const other = library("liba.so", { class: e.class === 64 ? 32 : 64 });
    expect(all(main, { "/l/liba.so": other })[0]).toContain("/l/liba.so (for another machine)");
    expect(all(main, { "/l/liba.so": Uint8Array.from("/* GNU ld script */", (c) => c.charCodeAt(0)) })).toEqual([
      "error library-missing: liba.so, which it needs, is no ELF file at /l/liba.so: " +
        'ld.so stops there ("invalid ELF header")',
    ]);

    const nested = all(main, { "/l/liba.so": library("liba.so", { needed: ["libb.so"] }) });
    expect(nested[0]).toContain("error library-missing: libb.so, which /l/liba.so needs, is not found");
  });

  it("an interpreter that is not there", () => {
    const main = program({ interpreter: "/opt/no/ld.so", needed: [] });
    expect(all(main, {})).toEqual([
      "error interpreter-absent: the interpreter /opt/no/ld.so is not there: " +
        'starting the program fails with "No such file or directory"',
    ]);
  });

  it("a symbol that nobody has: of a program an error, of a library not for sure", () => {
    const libraries = { "/l/liba.so": library("liba.so", { symbols: [{ name: "g" }] }) };
    expect(all(program({ needed: ["liba.so"], ...asking("f") }), libraries)).toContain(
      "error symbol-missing: nothing defines 1 symbol that it asks for: f",
    );

    const foundOfPart = (soname: string, symbol: string) =>
      all(library(soname, { needed: ["liba.so"], runpath: "/l", ...asking(symbol) }), libraries);
    expect(foundOfPart("p.so", "f")).toContain(
      "warning symbol-missing: nothing defines 1 symbol that it asks for: f, unless the program that loads it does",
    );

    // Names that begin like Python's are the interpreter's.
    const missing = (symbol: string) => foundOfPart("x.so", symbol).filter((text) => text.includes("symbol-missing"));
    expect(missing("PyList_New")).toEqual([]);
    expect(missing("_Py_Dealloc")).toEqual([]);
    expect(missing("Pyramid").length).toBe(1);

    // Node's own symbols are expected in an addon.
    expect(all(library("p.node", asking("napi_create_object")), {})).toEqual([]);
  });

  it("a version that the library does not have", () => {
    const versionNeeds = [{ file: "liba.so", versions: ["A_2"] }];
    const main = program({ needed: ["liba.so"], versionNeeds, ...asking("f", "A_2") });
    const older = library("liba.so", {
      versions: [{ name: "A_1" }],
      symbols: [{ name: "f", version: "A_1" }],
    });

    expect(all(main, { "/l/liba.so": older })[0]).toBe(
      "error version-missing: ld.so stops: /l/liba.so: version `A_2' not found (required by /p)",
    );
  });

  it("libraries that it needs without using them, and those that it uses without naming them", () => {
    const main = program({ needed: ["liba.so", "libc.so"], ...asking("f") });
    const found = all(main, {
      "/l/liba.so": library("liba.so", { needed: ["libb.so"], runpath: "/l" }),
      "/l/libb.so": library("libb.so", { symbols: [{ name: "f" }] }),
      "/l/libc.so": library("libc.so"),
    });

    expect(found).toEqual([
      "note library-unused: it needs liba.so and libc.so, but takes no symbol of them",
      "note library-undeclared: it takes f of /l/libb.so, which it does not name in DT_NEEDED: " +
        "it is there only because another library needs it",
    ]);
  });
});

describe("a system of another machine", () => {
  const LOADERS = {
    x86: "/lib64/ld-linux-x86-64.so.2",
    arm: "/lib/ld-linux-aarch64.so.1",
    musl: "/lib/ld-musl-mips.so.1",
  };
  const AARCH64: BuildOptions = { machine: EM.AARCH64 };
  const MIPS: BuildOptions = { class: 32, byteOrder: "big", machine: EM.MIPS };
  const wrong = (main: Uint8Array, files: Readonly<Record<string, Uint8Array>>) =>
    findings(main, { libraries: treeOf("/p", { "/p": main, ...files }) })
      .filter(({ severity }) => severity === "error")
      .map(({ rule, message }) => `${rule}: ${message}`);
  const loader = (options: BuildOptions) => buildElf({ soname: "ld", needed: [], entry: true, ...options });

  it.each<[string, Uint8Array, Record<string, Uint8Array>, string, string]>([
    ["by its loader", buildElf(AARCH64), { [LOADERS.x86]: loader({}) }, "EM_AARCH64", "EM_X86_64"],
    ["the other way round", buildElf({}), { [LOADERS.arm]: loader(AARCH64) }, "EM_X86_64", "EM_AARCH64"],
    ["by musl's loader", buildElf({}), { [LOADERS.musl]: loader(MIPS) }, "EM_X86_64", "EM_MIPS"],
    ["of a 32-bit program", buildElf(MIPS), { [LOADERS.arm]: loader(AARCH64) }, "EM_MIPS", "EM_AARCH64"],
    [
      "by a library beside it",
      buildElf({ ...AARCH64, needed: ["liba.so"], runpath: "/l" }),
      { "/l/liba.so": buildElf({ soname: "liba.so" }) },
      "EM_AARCH64",
      "EM_X86_64",
    ],
  ])("is said once: %s", (_, main, files, own, other) => {
    expect(wrong(main, files)).toEqual([
      expect.stringMatching(
        new RegExp(`^wrong-machine: it is for ${own}, .* searched for its libraries is for ${other}, .* is there$`),
      ),
    ]);
  });

  it("is none where the file's own loader is there, too, or nothing at all", () => {
    const main = buildElf({ needed: ["liba.so"] });
    const both = { [LOADERS.arm]: loader(AARCH64), [LOADERS.x86]: loader({}) };
    expect(wrong(main, both)).toEqual([expect.stringMatching(/^library-missing: liba\.so/)]);
    expect(wrong(main, {}).map((text) => text.split(":")[0])).toEqual(["library-missing", "interpreter-absent"]);
  });
});

it("an own loader that is absent is said once, though the C library is that loader", () => {
  for (const [interpreter, needed] of [
    ["/opt/app/lib/ld-musl-x86_64.so.1", ["libc.so"]],
    ["/opt/app/lib/ld-musl-x86_64.so.1", ["libc.musl-x86_64.so.1"]],
    ["/opt/app/lib/ld-linux-x86-64.so.2", ["ld-linux-x86-64.so.2"]],
  ] as const) {
    const main = buildElf({ interpreter, needed });
    const found = findings(main, { libraries: treeOf("/p", { "/p": main }) });
    expect(found.filter((f) => f.severity === "error").map((f) => f.rule)).toEqual(["interpreter-absent"]);
  }
});

it("nobody is told to take out a library whose versions the file needs", () => {
  const main = buildElf({
    needed: ["liba.so", "libb.so"],
    runpath: "/l",
    symbols: [{ name: "f", defined: false, version: "V1" }],
    versionNeeds: [{ file: "liba.so", versions: ["V1"] }],
  });
  const files = {
    "/p": main,
    "/l/liba.so": buildElf({ soname: "liba.so", needed: [], versions: [{ name: "V1" }] }),
    "/l/libb.so": buildElf({ soname: "libb.so", needed: [] }),
  };
  const found = findings(main, { libraries: treeOf("/p", files, "glibc") }, "library-unused");
  expect(found.map(({ names, advice }) => [names, advice.includes("--remove-needed")])).toEqual([
    [["libb.so"], true],
    [["liba.so"], false],
  ]);
  expect(found[1]!.advice).toContain("Do not just take the library out");
});

it("without libraries none of these rules speaks", () => {
  expect(said(buildElf({ needed: ["libnowhere.so"] }), "library-missing")).toBe(null);
});

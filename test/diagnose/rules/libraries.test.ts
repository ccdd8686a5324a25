import { describe, expect, it } from "vitest";
import { buildElf, type BuildOptions } from "../../../src/testing/build-elf.js";
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
      versionDefinitions: [{ name: "A_1" }],
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

it("without libraries none of these rules speaks", () => {
  expect(said(buildElf({ needed: ["libnowhere.so"] }), "library-missing")).toBe(null);
});

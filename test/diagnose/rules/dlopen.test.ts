import { describe, expect, it } from "vitest";
import { DF, DF_1, PF, PT } from "../../../src/spec/constants.js";
import { DT } from "../../../src/spec/dynamic.js";
import { glibc, musl } from "../../../src/targets/index.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { ENCODINGS, phdr } from "../../support/elf.js";
import { findings, said, treeOf } from "../../support/findings.js";

describe.each(ENCODINGS)("$label", ({ label: _, ...e }) => {
  const library = (options: BuildOptions = {}): Uint8Array =>
    buildElf({ ...e, soname: "libx.so", needed: [], hash: "both", ...options });

  /** A library with so many bytes of thread-local storage. */
  function withTls(size: number, options: BuildOptions = {}): Uint8Array {
    const bytes = library({ tags: [{ tag: DT.FLAGS, value: DF.STATIC_TLS }], nullSegments: 1, ...options });
    Object.assign(phdr(bytes, PT.NULL), { type: PT.TLS, flags: PF.R, memsz: size, align: 8 });
    return bytes;
  }

  it("DF_1_NOOPEN", () => {
    const refused = library({ tags: [{ tag: DT.FLAGS_1, value: DF_1.NOOPEN }] });
    const what = 'it has DF_1_NOOPEN: glibc\'s dlopen fails with "shared object cannot be dlopen()ed"';
    expect(said(refused, "dlopen-refused")).toBe(`warning: ${what}`);
    expect(said(refused, "dlopen-refused", { linkage: "plugin" })).toBe(`error: ${what}`);
    expect(said(refused, "dlopen-refused", { libc: "none" })).toBe(`warning: ${what}`);

    expect(said(refused, "dlopen-refused", { libc: "musl" })).toBe(null);
    expect(said(refused, "dlopen-refused", { target: musl("1.2.4") })).toBe(null);
    expect(said(refused, "dlopen-refused", { libc: "unknown", system: "FreeBSD" })).toBe(null);
    expect(said(library(), "dlopen-refused")).toBe(null);
    const program = buildElf({ ...e, tags: [{ tag: DT.FLAGS_1, value: DF_1.NOOPEN }] });
    expect(said(program, "dlopen-refused")).toBe(null);
  });

  it("static thread-local storage, by its size", () => {
    const of = (size: number, facts = {}) => said(withTls(size), "dlopen-static-tls", facts);
    expect(of(16000)).toBe(
      "warning: it has 16000 bytes of static thread-local storage (DF_STATIC_TLS): " +
        "glibc keeps 1664 bytes for all that a process opens, " +
        'and dlopen fails with "cannot allocate memory in static TLS block"',
    );
    expect(of(16000, { linkage: "plugin" })).toContain("error: ");
    expect(of(1700, { linkage: "plugin" })).toContain("warning: ");
    expect(of(1664)).toMatch(/^note: it has 1664 bytes .*, of 1664 that glibc keeps/);
    expect(of(0)).toBe(null);
    expect(said(withTls(16000, { tags: [] }), "dlopen-static-tls")).toBe(null);

    const why = /^(warning|error): it has 8 bytes .*: musl's dlopen refuses it \("initial-exec TLS resolves/;
    expect(of(8, { libc: "musl" })).toMatch(why);
    expect(of(8, { libc: "none", target: musl("1.2.4"), linkage: "plugin" })).toMatch(why);
    expect(of(8, { libc: "none", target: glibc("2.41") })).toContain("note: ");
  });

  it("of what comes along, but for the C library's own", () => {
    const addon = library({ needed: ["liba.so", "libc.so.6"], runpath: "/l", interpreter: null });
    const libc = withTls(4096, { soname: "libc.so.6", versions: [{ name: "GLIBC_2.0" }] });
    const libraries = treeOf("/p", { "/p": addon, "/l/liba.so": withTls(16000), "/l/libc.so.6": libc }, "glibc");
    expect(libraries.objects.length).toBe(3);

    const found = findings(addon, { libraries, linkage: "plugin" }, "dlopen-static-tls");
    expect(found.map((f) => `${f.severity}: ${f.message}`)).toEqual([
      expect.stringMatching(/^warning: \/l\/liba\.so has 16000 bytes/),
    ]);
    expect(findings(libc, {}, "dlopen-static-tls")).toEqual([]);
  });
});

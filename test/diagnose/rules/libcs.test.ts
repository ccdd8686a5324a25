import { describe, expect, it } from "vitest";
import type { Facts } from "../../../src/diagnose/facts.js";
import { EM } from "../../../src/spec/constants.js";
import { DT } from "../../../src/spec/dynamic.js";
import { glibc, musl, tables } from "../../../src/targets/index.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { ENCODINGS } from "../../support/elf.js";
import { findings, said, startCode, treeOf } from "../../support/findings.js";

const LD = "/lib64/ld-linux-x86-64.so.2";
const ALPINE = "libc.musl-x86_64.so.1";
const MUSL_LOADER = "/lib/ld-musl-x86_64.so.1";
const calls = (...names: string[]): BuildOptions => ({ symbols: names.map((name) => ({ name, defined: false })) });

/** What patchelf makes of a program that was built on Alpine. */
const RETARGETED: BuildOptions = { interpreter: LD, needed: ["libc.so.6"] };
const MUSL_START: Partial<Facts> = { evidence: startCode("musl") };
const VERSIONED: BuildOptions = { interpreter: LD, versionNeeds: [{ file: "libc.so.6", versions: ["GLIBC_2.34"] }] };
const glibcCalls = (...names: string[]): BuildOptions => ({
  ...VERSIONED,
  symbols: names.map((name) => ({ name, defined: false, version: "GLIBC_2.34" })),
});

describe("two C libraries", () => {
  it("needed by one file", () => {
    expect(said(buildElf({ needed: [ALPINE, "libm.so.6", "libc.so.6", "ld-linux-x86-64.so.2"] }), "two-libcs")).toBe(
      `error: it needs libc.so.6 and ld-linux-x86-64.so.2 of glibc and ${ALPINE} of musl`,
    );
    for (const needed of [["libc.so.6"], [ALPINE, "libstdc++.so.6"], ["libc.so", "libgcc_s.so.1"]]) {
      expect(said(buildElf({ needed }), "two-libcs")).toBe(null);
    }
  });

  it("in a closure", () => {
    const libc = buildElf({ soname: "libc.so.6", needed: [] });
    const muslLibc = buildElf({ soname: ALPINE, needed: [] });
    const program = buildElf({ interpreter: LD, needed: ["libx.so", "libc.so.6"], runpath: "/lib" });
    const library = buildElf({ soname: "libx.so", needed: [ALPINE], runpath: "/lib" });
    const loader = buildElf({ soname: "ld-linux-x86-64.so.2", needed: [], entry: true });
    const files = {
      "/p": program,
      "/lib/libx.so": library,
      "/lib/libc.so.6": libc,
      [`/lib/${ALPINE}`]: muslLibc,
      [LD]: loader,
    };
    const withoutMusl = { ...files, "/lib/libx.so": buildElf({ soname: "libx.so", needed: [] }) };

    expect(said(program, "two-libcs", { libraries: treeOf("/p", files) })).toBe(
      `error: the loader would load /lib/libc.so.6 of glibc and /lib/${ALPINE} of musl`,
    );
    expect(said(program, "two-libcs", { libraries: treeOf("/p", withoutMusl) })).toBe(null);
  });

  it("musl's libc.so, which is a script of GNU ld on systems with glibc", () => {
    const library = buildElf({ soname: "libx.so", needed: ["libc.so"] });
    expect(said(library, "musl-libc-so", { libc: "musl", linkage: "plugin" })).toContain(
      "note: it needs libc.so, musl's: a program of glibc finds no such library, " +
        'or GNU ld\'s script of that name, and then says "invalid ELF header"',
    );
    expect(said(library, "musl-libc-so", { libc: "musl", target: glibc("2.36") })).toContain("error: it needs libc.so");
    expect(said(library, "musl-libc-so", { libc: "bionic" })).toBe(null);

    const program = buildElf({ needed: ["libc.so"], interpreter: MUSL_LOADER });
    expect(said(program, "musl-libc-so", { libc: "musl" })).toBe(null);
  });
});

describe.each(ENCODINGS)("$label", (e) => {
  it("constructors of a musl program under glibc's loader", () => {
    const word = e.class / 8;
    const arrays = (init: number, fini: number) => ({
      tags: [
        { tag: DT.INIT_ARRAYSZ, value: init * word },
        { tag: DT.FINI_ARRAYSZ, value: fini * word },
      ],
    });
    const of = (init: number, fini: number, facts: Partial<Facts> = MUSL_START) =>
      said(buildElf({ ...e, ...RETARGETED, ...arrays(init, fini) }), "constructors-skipped", facts);
    const WHY =
      "never called: musl's start code passes its own _init to __libc_start_main, and glibc then calls that alone";

    expect(of(3, 2)).toBe(`error: 2 of DT_INIT_ARRAY and 1 of DT_FINI_ARRAY are ${WHY}`);
    expect(of(2, 1)).toBe(`error: 1 of DT_INIT_ARRAY is ${WHY}`);
    // The one entry of crtbegin.o does nothing that would be missed.
    expect(of(1, 1)).toBe(null);
    expect(of(3, 2, { evidence: startCode("glibc") })).toBe(null);

    const ofMusl = buildElf({ ...e, interpreter: MUSL_LOADER, needed: [ALPINE], ...arrays(3, 2) });
    const facts: Partial<Facts> = { ...MUSL_START, libc: "musl" };
    expect(said(ofMusl, "constructors-skipped", facts)).toBe(null);
    expect(said(ofMusl, "constructors-skipped", { ...facts, target: glibc("2.36") })).toContain(
      "warning: 2 of DT_INIT_ARRAY",
    );
  });

  it("structures that differ", () => {
    const risky = buildElf({ ...e, ...RETARGETED, ...calls("regexec", "setbuf", "getutxent", "malloc") });

    expect(said(risky, "abi-imports", MUSL_START)).toBe(
      "error: built for musl and to run with glibc, it calls regexec and setbuf: " +
        "the two libraries differ in regex_t and regmatch_t and a buffer of BUFSIZ bytes (1024 with musl, " +
        "8192 with glibc, which writes behind its end)",
    );
    expect(said(risky, "abi-imports-layout", MUSL_START)).toBe(
      "warning: built for musl and to run with glibc, it calls getutxent: struct utmpx has another size in each",
    );
    expect(said(risky, "abi-32bit", MUSL_START) !== null).toBe(e.class === 32);

    // The same functions are right with the library that the file was built for.
    const right = buildElf({ ...e, ...glibcCalls("regexec", "setbuf", "getutxent") });
    const rules = findings(right, { evidence: startCode("glibc") }).map((finding) => finding.rule);
    expect(rules.filter((rule) => rule.startsWith("abi-"))).toEqual([]);
  });
});

it("of a file for glibc on musl, a small BUFSIZ does no harm, regex_t does", () => {
  const program = buildElf(glibcCalls("regcomp", "setbuf", "swapcontext"));
  const onMusl = { target: musl("1.2.5"), evidence: startCode("glibc") };
  expect(said(program, "abi-imports", onMusl)).toBe(
    "error: built for glibc and to run with musl, it calls regcomp: the two libraries differ in regex_t and regmatch_t",
  );
  expect(said(program, "abi-imports-layout", onMusl)).toContain("it calls swapcontext: ucontext_t has another size");
  expect(said(program, "abi-imports", { evidence: startCode("glibc") })).toBe(null);
});

it("a static program meets no other C library", () => {
  const bytes = buildElf({ type: 2, dynamic: false });
  const found = findings(bytes, { target: glibc("2.36"), libc: "musl", ...MUSL_START });
  const rules = found.map((finding) => finding.rule);
  expect(rules.filter((rule) => /^(abi|constructors|interpreter|two|oldest)/.test(rule))).toEqual([]);
});

describe("what a file of musl with glibc's names misses", () => {
  const of = (options: BuildOptions, rule: string, facts: Partial<Facts> = {}) =>
    said(buildElf({ ...RETARGETED, ...options }), rule, { tables, ...MUSL_START, ...facts });
  const never = (options: BuildOptions, facts?: Partial<Facts>) => of(options, "symbol-not-in-glibc", facts);
  const elsewhere = (options: BuildOptions, facts?: Partial<Facts>) => of(options, "library-not-named", facts);

  it("functions that no glibc has", () => {
    expect(never(calls("atexit", "sigsetjmp", "malloc", "strlcpy", "own"))).toBe(
      'error: no release of glibc has atexit and sigsetjmp: "undefined symbol", at the start or when it is called',
    );
    expect(never({ ...calls("fgetln"), needed: ["libbsd.so.0", "libc.so.6"] })).toContain(
      "warning: no release of glibc has fgetln, unless another library",
    );
    expect(never(calls("atexit"), { linkage: "plugin" })).toContain("warning");

    for (const facts of [{ tables: null }, { target: glibc("2.36") }, { evidence: startCode("glibc") }]) {
      expect(never(calls("atexit"), facts)).toBe(null);
    }
  });

  it("functions that glibc has in another library", () => {
    expect(elsewhere(calls("pow", "malloc", "pthread_create"))).toBe(
      "error: pow is in libm.so.6 of glibc, which it does not need: " +
        '"undefined symbol", at the start or when it is called',
    );
    for (const library of ["libm.so.6", "libstdc++.so.6"]) {
      expect(elsewhere({ ...calls("pow"), needed: [library, "libc.so.6"] })).toBe(null);
    }
    expect(elsewhere({ ...calls("pow"), needed: ["libx.so.1", "libc.so.6"] })).toContain(
      "warning: pow is in libm.so.6",
    );
  });
});

describe("references that bind to the oldest version", () => {
  const of = (options: BuildOptions, facts: Partial<Facts> = {}) =>
    said(buildElf(options), "oldest-binding", { tables, ...facts });

  it("of a file that names no version of glibc", () => {
    expect(of({ ...RETARGETED, ...calls("realpath", "malloc", "pthread_cond_timedwait", "glob") })).toBe(
      "warning: 3 references without a version would bind to the oldest function of its name, " +
        "whose code differs from today's: realpath (2.2.5, not 2.3), " +
        "pthread_cond_timedwait (2.2.5, not 2.3.2) and glob (2.2.5, not 2.27)" +
        "; realpath of that version refuses a null buffer (EINVAL); " +
        "pthread_cond_* of that version ignore the clock of a condition variable's attributes",
    );
    expect(of({ ...RETARGETED, ...calls("malloc", "puts") })).toBe(null);
  });

  it("only then, only with tables, and only on machines that have an older one", () => {
    const mixed = [
      { name: "realpath", defined: false },
      { name: "puts", defined: false, version: "GLIBC_2.34" },
    ];
    expect(of({ ...VERSIONED, symbols: mixed })).toBe(null);
    expect(of({ ...RETARGETED, ...calls("realpath") }, { tables: null })).toBe(null);
    expect(of({ ...RETARGETED, ...calls("realpath"), machine: EM.AARCH64 })).toBe(null);

    const ofMusl = { interpreter: MUSL_LOADER, needed: [ALPINE], ...calls("realpath") };
    expect(of(ofMusl, { libc: "musl" })).toBe(null);
    expect(of(ofMusl, { libc: "musl", target: glibc("2.36") })).toContain("1 reference without a version");
  });
});

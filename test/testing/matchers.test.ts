import { describe, expect, it } from "vitest";
import { DT, type ElfInput, patch, plan, readElf, setRpath, setRunpath } from "../../src/index.js";
import { distribution, glibc, musl } from "../../src/targets/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { toHaveInterpreter, toHaveRunpath, toHaveSoname, toNeed } from "../../src/testing/matchers/dynamic.js";
import { toEqualElf } from "../../src/testing/matchers/equal.js";
import { toIntroduceNoFindings, toPassLayoutChecks } from "../../src/testing/matchers/layout.js";
import { toRequireGlibcAtMost, toRunOn } from "../../src/testing/matchers/requirements.js";
import { toBeSameProgramAs } from "../../src/testing/matchers/same-program.js";
import { toDefineSymbol } from "../../src/testing/matchers/symbols.js";
import { MATCHERS } from "../../src/testing/matchers/table.js";
import type { ElfSubject, Verdict } from "../../src/testing/matchers/verdict.js";
import { fixture } from "../support/fixtures.js";

const program = fixture("x86_64-glibc-pie-runpath");
const library = fixture("x86_64-glibc-lib.so");
const object = fixture("x86_64-object.o");

/** What a verdict says of both questions: does it hold, does the opposite hold? */
const both = ({ pass, opposite }: Verdict): readonly boolean[] => [pass, opposite];
const YES = [true, false];
const NO = [false, true];
const NEITHER = [false, false];

/** What each matcher is asked, so that all can be asked of any file. */
const QUESTIONS: Readonly<Record<keyof typeof MATCHERS, (file: ElfSubject) => Verdict>> = {
  toNeed: (file) => toNeed(file, "libx.so"),
  toHaveRunpath: (file) => toHaveRunpath(file, "/x"),
  toHaveInterpreter: (file) => toHaveInterpreter(file, "/x"),
  toHaveSoname: (file) => toHaveSoname(file, "libx.so"),
  toDefineSymbol: (file) => toDefineSymbol(file, "x"),
  toRequireGlibcAtMost: (file) => toRequireGlibcAtMost(file, "2.0"),
  toRunOn: (file) => toRunOn(file, distribution("centos7")),
  toPassLayoutChecks: (file) => toPassLayoutChecks(file),
  toIntroduceNoFindings: (file) => toIntroduceNoFindings(file, library),
  toBeSameProgramAs: (file) => toBeSameProgramAs(file, library),
  toEqualElf: (file) => toEqualElf(file, library),
  toBeReproducible: (file) => MATCHERS.toBeReproducible(file, (bytes: Uint8Array): ElfInput => bytes),
};

describe("every matcher", () => {
  const all = Object.entries(QUESTIONS);

  it("of the table is asked here", () => expect(Object.keys(QUESTIONS)).toEqual(Object.keys(MATCHERS)));

  it.each(all)("%s: a message has less than ten lines, names its table, and what was expected and found", (_, ask) => {
    for (const file of [program, library, object, fixture("x86_64-glibc-static"), buildElf()]) {
      for (const isNot of [false, true]) {
        const lines = ask(file).message(isNot).split("\n");
        expect(lines.length).toBeLessThan(10);
        expect(lines[0]).toMatch(isNot ? /^expected the file not to \w/ : /^expected the file to \w/);
        expect(lines[1]).toMatch(/^ {2}in: {7}\S/);
        expect(lines[2]).toMatch(/^ {2}expected: \S/);
        expect(lines[3]).toMatch(/^ {2}found: {4}\S/);
      }
    }
  });

  it.each(all)("%s: what cannot be read fails both ways, and says why", (_, ask) => {
    const cases: [ElfSubject, string][] = [
      [new Uint8Array(10), "NOT_ELF"],
      [program.subarray(0, 30), "TRUNCATED"],
      ["/bin/true" as unknown as Uint8Array, "BAD_INPUT"],
      [{ bytes: program } as unknown as Uint8Array, "give its .bytes"],
    ];
    for (const [file, why] of cases) {
      const verdict = ask(file);
      expect(both(verdict)).toEqual(NEITHER);
      for (const isNot of [false, true]) expect(verdict.message(isNot)).toContain(why);
    }
  });

  it.each(all)("%s: takes bytes, a buffer, a plan and a file that is read", (_, ask) => {
    const own = Uint8Array.from(program);
    const verdicts = [own, own.buffer, plan(own, []), readElf(own)].map(ask);
    expect(new Set(verdicts.map((v) => JSON.stringify([both(v), v.message()]))).size).toBe(1);
  });
});

describe("the dynamic section", () => {
  it("toNeed: all of the names; the opposite: none", () => {
    const file = buildElf({ needed: ["liba.so", "libb.so"] });
    expect(both(toNeed(file, "liba.so", "libb.so"))).toEqual(YES);
    expect(both(toNeed(file, ["libb.so"]))).toEqual(YES);
    expect(both(toNeed(file, "liba.so", "libc.so"))).toEqual(NEITHER);
    expect(both(toNeed(file, "libc.so"))).toEqual(NO);
    expect(toNeed(file, "libc.so").message()).toContain('"liba.so", "libb.so"');
  });

  it("toHaveRunpath: the whole path in its order, and not DT_RPATH", () => {
    const file = patch(program, setRunpath("/a", "/b")).bytes;
    expect(both(toHaveRunpath(file, "/a", "/b"))).toEqual(YES);
    expect(both(toHaveRunpath(file, "/a:/b"))).toEqual(YES);
    expect(both(toHaveRunpath(file, "/b", "/a"))).toEqual(NO);
    expect(both(toHaveRunpath(file))).toEqual(YES);
    expect(toHaveRunpath(file, "/a").message()).toContain(`offset 0x${readElf(file).dynamic!.offset.toString(16)}`);

    const rpath = patch(buildElf(), setRpath("/a")).bytes;
    expect(both(toHaveRunpath(rpath))).toEqual(NO);
    expect(toHaveRunpath(rpath, "/a").message()).toContain('DT_RPATH "/a"');
  });

  it("toHaveInterpreter and toHaveSoname: this one, or any", () => {
    expect(both(toHaveInterpreter(program, "/lib64/ld-linux-x86-64.so.2"))).toEqual(YES);
    expect(both(toHaveInterpreter(program, "/lib/ld.so.1"))).toEqual(NO);
    expect(both(toHaveInterpreter(library))).toEqual(NO);
    const named = buildElf({ soname: "libx.so.1" });
    expect(both(toHaveSoname(named, "libx.so.1"))).toEqual(YES);
    expect(both(toHaveSoname(named, "libx.so.2"))).toEqual(NO);
    expect(both(toHaveSoname(program))).toEqual(NO);
  });

  it("a name in a file cannot change the terminal", () => {
    expect(toNeed(buildElf({ needed: ["\x1b[31mred"] }), "x").message()).toContain('"\\x1b[31mred"');
  });

  it("a table of strings that cannot be read fails both ways", () => {
    const file = buildElf({ tags: [{ tag: DT.NEEDED, value: 0xffffff }] });
    expect(both(toNeed(file, "libc.so.6"))).toEqual(NEITHER);
  });
});

describe("symbols", () => {
  it("toDefineSymbol: with a version, and what is only needed or local", () => {
    const file = buildElf({
      symbols: [{ name: "own" }, { name: "puts", defined: false }, { name: "inner", binding: 0 }],
      soname: "libx.so",
    });
    expect(both(toDefineSymbol(file, "own"))).toEqual(YES);
    expect(both(toDefineSymbol(file, "own", { version: "V1" }))).toEqual(NO);
    expect(toDefineSymbol(file, "own", { version: "V1" }).message()).toContain("without a version");
    expect(both(toDefineSymbol(file, "puts"))).toEqual(NO);
    expect(toDefineSymbol(file, "puts").message()).toContain("undefined, it is needed of others");
    expect(both(toDefineSymbol(file, "inner"))).toEqual(NO);
    expect(toDefineSymbol(file, "inner").message()).toContain(".symtab has one, STB_LOCAL");
  });

  it("toDefineSymbol: of an object, .symtab", () => {
    const name = [...readElf(object).symbols!].find((s) => s.shndx > 0 && s.binding === 1)!.name;
    expect(both(toDefineSymbol(object, name))).toEqual(YES);
  });

  it("toDefineSymbol: of a library, .dynsym", () => {
    const found = [...readElf(library).dynamicSymbols!].find((s) => s.shndx > 0 && s.binding === 1)!;
    expect(both(toDefineSymbol(library, found.name))).toEqual(YES);
  });
});

describe("requirements", () => {
  const file = buildElf({
    symbols: [{ name: "memcpy", defined: false, version: "GLIBC_2.14" }],
    versionNeeds: [{ file: "libc.so.6", versions: ["GLIBC_2.14"] }],
  });

  it("toRequireGlibcAtMost: numbers are compared as numbers", () => {
    expect(both(toRequireGlibcAtMost(file, "2.14"))).toEqual(YES);
    expect(both(toRequireGlibcAtMost(file, "2.100"))).toEqual(YES);
    expect(both(toRequireGlibcAtMost(file, "2.9"))).toEqual(NO);
    expect(toRequireGlibcAtMost(file, "2.9").message()).toContain("GLIBC_2.14 of libc.so.6: memcpy");
    expect(both(toRequireGlibcAtMost(fixture("x86_64-musl-pie"), "2.0"))).toEqual(YES);
  });

  it("toRunOn: what stops the file on the target", () => {
    expect(both(toRunOn(file, glibc("2.17")))).toEqual(YES);
    expect(both(toRunOn(file, musl()))).toEqual(NO);
    expect(both(toRunOn(file, glibc("2.17", "aarch64")))).toEqual(NO);
    expect(toRunOn(file, glibc("2.17", "aarch64")).message()).toContain("wrong-machine");
  });
});

describe("wrong arguments are errors of the test", () => {
  it.each([
    ["no name", () => toNeed(program)],
    ["an empty name", () => toNeed(program, "")],
    ["a number", () => toHaveSoname(program, 1 as never)],
    ["a release without a point", () => toRequireGlibcAtMost(program, "glibc")],
    ["a target as text", () => toRunOn(program, "centos7" as never)],
    ["no such option", () => toDefineSymbol(program, "x", { of: 1 } as never)],
    ["no such severity", () => toPassLayoutChecks(program, { severity: "bad" as never })],
    ["no such part", () => toBeSameProgramAs(program, program, { except: ["colour" as never] })],
    ["no function", () => MATCHERS.toBeReproducible(program, "pack" as never)],
  ])("%s", (_, ask) => expect(ask).toThrow(/^BAD_INPUT: to\w+ (takes|has)/));
});

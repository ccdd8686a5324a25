import { describe, expect, it } from "vitest";
import { EM, PT } from "../../../src/spec/constants.js";
import { knownLoader } from "../../../src/spec/known-loaders.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { ENCODINGS, fixture, phdr } from "../../support/elf.js";
import { dynamicFixtures } from "../../support/fixtures.js";
import { findings, said, startCode } from "../../support/findings.js";

const GLIBC = {
  versionNeeds: [{ file: "libc.so.6", versions: ["GLIBC_2.34"] }],
  symbols: [{ name: "puts", defined: false, version: "GLIBC_2.34" }],
};

/** The rules on interpreters that have something to say. */
const interpreterRules = (bytes: Uint8Array, facts = {}) =>
  findings(bytes, facts)
    .map((finding) => finding.rule)
    .filter((rule) => rule.startsWith("interpreter-"));

describe.each(ENCODINGS)("$label", (e) => {
  it("a program without PT_INTERP that needs libraries", () => {
    const lacking = { ...e, type: 2, interpreter: null, base: 0x10000 };
    expect(said(buildElf(lacking), "interpreter-missing")).toBe(
      "error: it needs libc.so.6, but has no PT_INTERP: the kernel starts it without a loader, " +
        "and it crashes at its first use of a library",
    );
    for (const whole of [
      { ...lacking, needed: [] },
      { ...lacking, interpreter: "/lib/ld.so.1" },
      { ...e, soname: "libx.so" },
    ]) {
      expect(said(buildElf(whole), "interpreter-missing")).toBe(null);
    }
  });

  it("a PT_INTERP that kernels refuse", () => {
    const of = (interpreter: string) => said(buildElf({ ...e, interpreter }), "interpreter-broken");
    expect(of("/lib/ld.so.1")).toBe(null);
    expect(of("/".padEnd(4095, "l"))).toBe(null);
    expect(of("/".padEnd(4096, "l"))).toBe("error: PT_INTERP has 4097 bytes: kernels take at most 4096 (ENOEXEC)");
    expect(of("")).toBe("error: PT_INTERP is empty: kernels refuse the program (ENOEXEC, or ENOENT)");

    const unterminated = buildElf({ ...e, interpreter: "/lib/ld.so.1" });
    phdr(unterminated, PT.INTERP).filesz -= 1;
    expect(said(unterminated, "interpreter-broken")).toBe(
      'error: PT_INTERP "/lib/ld.so.1" does not end in a NUL byte: kernels refuse the program (ENOEXEC)',
    );
  });

  it("a path that is not absolute", () => {
    expect(said(buildElf({ ...e, interpreter: "lib/ld.so.1" }), "interpreter-relative")).toBe(
      'warning: the interpreter "lib/ld.so.1" is looked up in the folder in which somebody starts the program',
    );
    expect(interpreterRules(buildElf({ ...e, interpreter: "$ORIGIN/ld.so.1" }))).toEqual(["interpreter-relative"]);
    expect(said(buildElf(e), "interpreter-relative")).toBe(null);
  });
});

it("a folder of builds, or of Nix", () => {
  const of = (interpreter: string) => said(buildElf({ interpreter }), "interpreter-folder");
  expect(of("/home/me/musl/lib/ld-linux-x86-64.so.2")).toBe(
    "warning: the interpreter is /home/me/musl/lib/ld-linux-x86-64.so.2, in /home: " +
      'where that file is absent, starting the program fails with "No such file or directory"',
  );
  expect(of("/nix/store/abc-glibc-2.40/lib/ld-linux-x86-64.so.2")).toContain("note: the interpreter is /nix/store/");
  for (const fine of ["/lib64/ld-linux-x86-64.so.2", "/opt/app/ld.so", "/homestead/ld.so"]) expect(of(fine)).toBe(null);
});

it("the loader of another machine or class", () => {
  const of = (interpreter: string, options = {}) => said(buildElf({ interpreter, ...options }), "interpreter-machine");
  expect(of("/lib/ld-linux-aarch64.so.1")).toBe(
    "error: the interpreter /lib/ld-linux-aarch64.so.1 is glibc's for EM_AARCH64, " +
      "but the program is 64-bit EM_X86_64: the kernel refuses it",
  );
  expect(of("/lib/ld-musl-i386.so.1")).toContain("musl's for EM_386");
  expect(of("/libx32/ld-linux-x32.so.2")).toContain("glibc's for 32-bit programs, but the program is 64-bit EM_X86_64");
  expect(of("/system/bin/linker", { machine: EM.AARCH64 })).toContain("bionic's for 32-bit programs");

  for (const [interpreter, machine] of [
    ["/lib/ld-linux.so.2", EM.ALPHA],
    ["/lib64/ld64.so.1", EM.PPC64],
    ["/lib/ld64.so.1", EM.S390],
    ["/lib64/ld.so.1", EM.MIPS],
    ["/opt/loader", EM.SH],
  ] as const) {
    expect([interpreter, of(interpreter, { machine })]).toEqual([interpreter, null]);
  }
});

it("each machine's own loaders are known, and right", () => {
  for (const { name, interpreter, kind } of dynamicFixtures) {
    if (kind !== "program") continue;

    const libc = name.includes("musl") ? "musl" : "glibc";
    expect([name, knownLoader(interpreter)?.libc]).toEqual([name, libc]);
    expect([name, interpreterRules(fixture(name), { libc })]).toEqual([name, []]);
  }
});

describe("another C library's loader", () => {
  const loaded = (interpreter: string, needed: readonly string[], facts = {}, options = {}) =>
    said(buildElf({ interpreter, needed, ...options }), "interpreter-libc", facts);
  const LD = "/lib64/ld-linux-x86-64.so.2";
  const MUSL = "/lib/ld-musl-x86_64.so.1";

  it("glibc's for a file of musl", () => {
    expect(loaded(LD, ["libc.musl-x86_64.so.1"], { libc: "musl" })).toBe(
      `error: the interpreter ${LD} is glibc's, but it needs libc.musl-x86_64.so.1`,
    );
    expect(loaded(LD, ["libc.so"], { evidence: startCode("musl") })).toBe(
      `error: the interpreter ${LD} is glibc's, but its start code is musl's`,
    );
    expect(loaded(MUSL, ["libc.musl-x86_64.so.1"], { libc: "musl", evidence: startCode("musl") })).toBe(null);
  });

  it("a musl program of which only the names were changed", () => {
    expect(loaded(LD, ["libc.so.6"], { evidence: startCode("musl") })).toBe(
      `warning: its interpreter ${LD} and libc.so.6 are glibc's, but its start code is musl's: ` +
        "a changed interpreter and needed library alone do not make a musl program one for glibc",
    );
    expect(loaded(LD, ["libc.so.6"], {}, { symbols: [{ name: "malloc", defined: false }] })).toContain(
      "but it needs libc.so.6, but no version of any of glibc's symbols",
    );
    expect(loaded(LD, ["libc.so.6"], {}, GLIBC)).toBe(null);
  });

  it("musl's for a file of glibc", () => {
    expect(loaded(MUSL, ["libc.so.6"], {}, GLIBC)).toBe(
      `warning: the interpreter ${MUSL} is musl's, but it asks for versions of glibc's symbols: ` +
        "musl ignores versions, and what only glibc has is not found",
    );
  });
});

import { expect, it } from "vitest";
import type { GoDiagnosis } from "../../../src/diagnose/diagnosis.js";
import { glibc, musl } from "../../../src/targets/index.js";
import { EM } from "../../../src/spec/constants.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { findings, said } from "../../support/findings.js";

const go = (cgo: GoDiagnosis["cgo"], usesLibc: boolean): { go: GoDiagnosis; language: "go" } => ({
  go: { version: "go1.19.8", path: "x", module: null, settings: {}, buildId: null, cgo, usesLibc },
  language: "go",
});

it("Go with and without C", () => {
  const b = buildElf();
  expect(said(b, "go-cgo", go("external", true))).toBe(
    "note: a Go program that was built with cgo, linked by the system's, and calls glibc: it runs only where that is, in no older version",
  );
  expect(said(b, "go-cgo", go("internal", true))).toContain("linked by Go's linker");
  expect(findings(b, go("external", true), "go-cgo")[0]?.advice).toMatch(
    /^With CGO_ENABLED=0 .*golang:alpine for Alpine/,
  );

  // CGO_ENABLED=1 alone says nothing.
  for (const more of [
    go("external", false),
    go("pure", false),
    { ...go("external", true), linkage: "static" as const },
    {},
  ]) {
    expect(said(b, "go-cgo", more)).toBe(null);
  }
});

it("an interpreter without libraries: no news on glibc", () => {
  const b = buildElf({ needed: [] });
  const pie = { ...go("pure", false), libc: "none", linkage: "interpreter-only" } as const;
  expect(said(b, "interpreter-only", pie)).toContain(
    "note: it needs no library, but its interpreter is /lib64/ld-linux-x86-64.so.2: where that file is absent (Alpine, an empty image)",
  );
  expect(said(b, "interpreter-only", { ...pie, target: musl("1.2.5") })).toMatch(/^note: .*as on musl/);
  expect(said(b, "interpreter-only", { ...pie, target: glibc("2.36") })).toContain("note: ");
  expect(said(b, "interpreter-only", { linkage: "dynamic" })).toBe(null);
  expect(
    findings(b, pie)
      .map((f) => f.rule)
      .filter((r) => /^no-(cet|canary|fortify|pie)/.test(r)),
  ).toEqual([]);
});

it("the target's machine", () => {
  const target = { ...glibc("2.36"), machine: { machine: EM.AARCH64, class: 64, littleEndian: true } } as const;
  expect(said(buildElf(), "wrong-machine", { target })).toContain(
    "error: it is for EM_X86_64, 64-bit, little-endian, the target",
  );
  expect(said(buildElf({ machine: EM.AARCH64 }), "wrong-machine", { target })).toBe(null);
  expect(said(buildElf(), "wrong-machine", { target: glibc("2.36") })).toBe(null);
});

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
  const program = buildElf();
  const withC = go("external", true);

  expect(said(program, "go-cgo", withC)).toBe(
    "note: a Go program that was built with cgo, linked by the system's, and calls glibc: " +
      "it runs only where that is, in no older version",
  );
  expect(said(program, "go-cgo", go("internal", true))).toContain("linked by Go's linker");
  expect(findings(program, withC, "go-cgo")[0]?.advice).toMatch(/^With CGO_ENABLED=0 .*golang:alpine for Alpine/);

  // CGO_ENABLED=1 alone is no reason for a finding.
  expect(said(program, "go-cgo", go("external", false))).toBe(null);
  expect(said(program, "go-cgo", go("pure", false))).toBe(null);
  expect(said(program, "go-cgo", { ...withC, linkage: "static" })).toBe(null);
  expect(said(program, "go-cgo", {})).toBe(null);
});

it("an interpreter without libraries", () => {
  const program = buildElf({ needed: [] });
  const pie = { ...go("pure", false), libc: "none", linkage: "interpreter-only" } as const;

  expect(said(program, "interpreter-only", pie)).toContain(
    "note: it needs no library, but its interpreter is /lib64/ld-linux-x86-64.so.2: " +
      "where that file is absent (Alpine, an empty image)",
  );
  expect(said(program, "interpreter-only", { ...pie, target: musl("1.2.5") })).toMatch(/^note: .*as on musl/);
  expect(said(program, "interpreter-only", { ...pie, target: glibc("2.36") })).toContain("note: ");
  expect(said(program, "interpreter-only", { linkage: "dynamic" })).toBe(null);

  const rules = findings(program, pie).map((finding) => finding.rule);
  expect(rules.filter((rule) => /^no-(cet|canary|fortify|pie)/.test(rule))).toEqual([]);
});

it("the target's machine", () => {
  const target = { ...glibc("2.36"), machine: { machine: EM.AARCH64, class: 64, littleEndian: true } } as const;
  expect(said(buildElf(), "wrong-machine", { target })).toContain(
    "error: it is for EM_X86_64, 64-bit, little-endian, the target",
  );
  expect(said(buildElf({ machine: EM.AARCH64 }), "wrong-machine", { target })).toBe(null);
  expect(said(buildElf(), "wrong-machine", { target: glibc("2.36") })).toBe(null);
});

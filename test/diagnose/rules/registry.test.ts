import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { targetRules } from "../../../src/diagnose/rules/target/target.js";
import { check, checkRules, diagnose, diagnosisRules, pageFitness, pageRules, readElf } from "../../../src/index.js";
import { DT } from "../../../src/spec/dynamic.js";
import { parseTarget, tables } from "../../../src/targets/index.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { ALL_FIXTURES } from "../../support/all-fixtures.js";
import { caught, dyn, fixture } from "../../support/elf.js";
import { against, needing } from "../../support/facts.js";
import { said } from "../../support/findings.js";

const LISTS = { diagnosisRules, checkRules, pageRules } as const;
const IDS = new Set(diagnosisRules.map((rule) => rule.id));

/** One of each kind of target, and those on which fixtures lack something. */
const TARGETS = ["centos7", "glibc:2.42", "debian12", "musl:1.1.24", "alpine3.18", "manylinux_2_17", "musllinux_1_1"];

describe.each(Object.entries(LISTS))("%s", (_, rules) => {
  it("have ids of one form, each its own", () => {
    const ids = rules.map((rule) => rule.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it("have a severity and a sentence", () => {
    for (const { id, severity, sentence } of rules) {
      expect(["error", "warning", "note"], id).toContain(severity);
      expect(sentence, id).toMatch(/^\S.{10,}\.$/);
    }
  });
});

it("rules of diagnose say what to do", () => {
  for (const { id, advice } of diagnosisRules) expect(advice, id).toMatch(/^\S.{10,}\.$/);
});

it("rules on a target are among them", () => {
  const ofTargets = diagnosisRules.map((rule) => rule.id).filter((id) => id.startsWith("target-"));
  expect(ofTargets).not.toEqual([]);
  expect(ofTargets).toEqual(targetRules.map((rule) => rule.id));
});

describe("sample files", () => {
  it.each(ALL_FIXTURES)("%s: each finding is of a rule, with an advice", (name) => {
    const elf = readElf(fixture(name));
    for (const target of [undefined, ...TARGETS]) {
      const { findings } = diagnose(elf, { tables, scan: true, ...(target && { target: parseTarget(target) }) });
      for (const { rule, advice } of findings) expect([rule, IDS.has(rule), advice !== ""]).toEqual([rule, true, true]);
    }
  });

  it("each finding of check and on pages is of a rule, too", () => {
    const checked = new Set(checkRules.map((rule) => rule.id));
    const onPages = new Set(pageRules.map((rule) => rule.id));

    for (const name of ALL_FIXTURES) {
      const elf = readElf(fixture(name));
      for (const { rule } of check(elf)) expect([rule, checked.has(rule)]).toEqual([rule, true]);
      if (elf.linkage === "relocatable") continue;
      for (const { rule } of pageFitness(elf, 65536).problems) expect([rule, onPages.has(rule)]).toEqual([rule, true]);
    }
  });
});

describe("tests", () => {
  /** Rules that no test can make speak, with the reason. */
  const UNTESTED: Readonly<Record<string, string>> = {};

  const folders = ["diagnose", "check"].map((name) => fileURLToPath(new URL(`../../${name}/`, import.meta.url)));
  const paths = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const texts = paths
    .filter((path) => path.endsWith(".test.ts") && path !== fileURLToPath(import.meta.url))
    .map((path) => readFileSync(path, "utf8"));

  /** Whether a test has the id in quotes, alone or as `severity rule: …`. */
  const isNamed = (id: string): boolean => {
    const named = new RegExp(`["'\`](?:(?:error|warning|note) )?${id}(?=["'\`:, ])`);
    return texts.some((text) => named.test(text));
  };

  it.each(Object.entries(LISTS))("name each of %s, also without tools", (_, rules) => {
    const unnamed = rules.map((rule) => rule.id).filter((id) => !isNamed(id));
    expect(unnamed).toEqual(Object.keys(UNTESTED));
  });
});

describe("findings on a target", () => {
  const GLIBC = { libc: "glibc" } as const;
  const relr = { tags: [{ tag: DT.RELR, value: 0x1000 }] };

  const rulesOf = (found: readonly { rule: string }[]) => found.map((finding) => finding.rule);

  it("stand in the order in which kernel and loader come upon them", () => {
    const bytes = needing(["atexit", "pow", "malloc", "b@GLIBCXX_3.4.29@libstdc++.so.6"], {
      ...relr,
      interpreter: "/lib/ld-musl-x86_64.so.1",
      needed: ["libc.musl-x86_64.so.1", "libstdc++.so.6"],
    });
    const first = against(bytes, "manylinux_2_17", { libc: "musl" }).slice(0, 4);
    expect(rulesOf(first)).toEqual(["target-interpreter", "target-libc", "target-loader", "target-symbol"]);

    // The loader applies relocations when libraries and symbols are there.
    const unmarked = against(needing(["dlopen@GLIBC_2.34", "x@GLIBC_2.17"], relr), "centos7", GLIBC);
    expect(rulesOf(unmarked)).toEqual(["target-version", "target-symbol", "target-loader"]);

    const refused = needing(["dlopen@GLIBC_2.34"], { ...relr, needed: ["libc.so.6", "libssl.so.3"] });
    const policy = against(refused, "manylinux_2_17", GLIBC);
    expect(rulesOf(policy)).toEqual(["target-version", "target-loader", "target-policy"]);
  });

  it("are none where versions cannot be read: a part of the findings would look like all", () => {
    const bytes = needing(["dlopen@GLIBC_2.34"], { interpreter: "/lib/ld-musl-x86_64.so.1" });
    expect(rulesOf(against(bytes, "centos7", GLIBC))).toEqual(["target-interpreter", "target-version"]);

    dyn(bytes, DT.VERNEED).val = 0x7fff_0000;
    expect(caught(() => readElf(bytes).versionNeeds).code).toBe("MALFORMED");

    const { findings, problems } = diagnose(readElf(bytes), { target: parseTarget("centos7") });
    expect(findings.filter((f) => f.rule.startsWith("target-"))).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  });

  it("are none without a target, on another machine's files and on what no loader maps", () => {
    const bytes = needing(["dlopen@GLIBC_2.34"]);
    const target = parseTarget("centos7");

    expect(said(bytes, "target-version", { target })).toMatch(/^error: libc\.so\.6 of CentOS 7 /);
    expect(said(bytes, "target-version")).toBe(null);
    expect(said(bytes, "target-version", { target: parseTarget("centos7", "aarch64") })).toBe(null);

    for (const linkage of ["static", "static-pie", "relocatable", "other"] as const) {
      expect([linkage, said(bytes, "target-version", { target, linkage })]).toEqual([linkage, null]);
    }

    expect(said(bytes, "target-version", { target, hasContents: false })).toBe(null);
    expect(said(buildElf({ needed: [] }), "target-libc", { target, libc: "none" })).toBe(null);
  });
});

import { expect, it } from "vitest";
import { diagnose } from "../../src/diagnose/diagnose.js";
import { wheelTag } from "../../src/diagnose/wheel/wheel-tag.js";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/index.js";
import { parseTarget, tables } from "../../src/targets/index.js";
import { fixture } from "../support/elf.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";

const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 120);
const TARGETS = ["centos7", "glibc:2.42", "manylinux_2_28", "alpine3.12"].map((t) => parseTarget(t));

const attempt = <T>(work: () => T): T | null => {
  try {
    return work();
  } catch (e) {
    if (isElfError(e)) return null;
    throw e;
  }
};

it.each(["x86_64-glibc-lib.so", "x86_64-glibc-pie", "i386-glibc-exec", "s390x-glibc-pie", "x86_64-musl-pie"])(
  `broken copies of %s are judged against targets, or an error says why not (seed ${SEED})`,
  (name) => {
    const original = fixture(name);
    const hot = hotRanges(original);
    let judged = 0;
    let silent = 0;

    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutant(original, hot, random(SEED * 6151 + round));
      const elf = attempt(() => readElf(bytes));
      if (!elf) continue;

      const d = diagnose(elf, { target: TARGETS[round % TARGETS.length]! });
      for (const f of d.findings) expect([f.rule, f.message, f.advice].every((t) => t.length > 0)).toBe(true);
      if (d.findings.some((f) => f.rule.startsWith("target-"))) judged++;
      // What cannot be read is not called fit.
      if (d.distributions === null && d.problems.length > 0) silent++;
      attempt(() => wheelTag(elf, tables));
    }

    expect(judged).toBeGreaterThan(ROUNDS / 20);
    expect(silent).toBeGreaterThan(0);
  },
);

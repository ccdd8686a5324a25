import { describe as suite, expect, it } from "vitest";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { describeElf } from "../../src/report/describe.js";
import { diffElf } from "../../src/report/diff.js";
import { listRelocations } from "../../src/report/list-relocations.js";
import { listDynamicSymbols, listSymbols } from "../../src/report/list-symbols.js";
import { formatDescription } from "../../src/report/text.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { fixture } from "../support/elf.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";

const NAMES = [
  "x86_64-glibc-pie",
  "armhf-glibc-lib.so",
  "s390x-glibc-exec",
  "mips64el-glibc-pie",
  "powerpc-glibc-pie",
  "x86_64-glibc-static",
  "x86_64-object.o",
];

/** True for a result, false for an ElfError; any other error is thrown on. */
function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (e) {
    if (!isElfError(e)) throw e;
    return false;
  }
}

suite("a broken file", () => {
  it.each(NAMES)("is described, listed and compared, or refused: %s", (name) => {
    const original = fixture(name);
    const hot = hotRanges(original);
    const below = random(SEED);
    const whole = readElf(original);
    let described = 0;

    for (let i = 0; i < 25; i++) {
      const bytes = mutant(original, hot, below);
      if (!succeeds(() => readElf(bytes))) continue;

      const elf = readElf(bytes);
      const description = describeElf(elf);
      expect(JSON.parse(JSON.stringify(description))).toEqual(description);
      expect(formatDescription(description)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);

      const tolerant = new Tolerant();
      succeeds(() => listSymbols(elf));
      succeeds(() => listDynamicSymbols(elf, tolerant));
      succeeds(() => [...listRelocations(elf, tolerant)]);
      succeeds(() => diffElf(whole, elf));
      described++;
    }

    expect(described).toBeGreaterThan(8);
  });
});

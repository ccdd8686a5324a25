import { expect, it } from "vitest";
import { diagnose } from "../../src/diagnose/diagnose.js";
import { isElfError, readElf } from "../../src/index.js";
import { glibc, musl, tables } from "../../src/targets/index.js";
import { counting, fixture } from "../support/elf.js";
import { bytesSource } from "../../src/codec/source.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";

const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 100);
const FILES = [
  "x86_64-glibc-lib.so",
  "x86_64-glibc-pie",
  "x86_64-musl-static-pie",
  "i386-glibc-exec",
  "s390x-glibc-pie",
  "mips64el-glibc-lib.so",
  "x86_64-musl-pie",
  "x86_64-object.o",
  "powerpc-glibc-exec",
];

it.each(FILES)(
  `broken copies of %s: a diagnosis or an ElfError, and never much more read than there is (seed ${SEED})`,
  (name) => {
    const original = Uint8Array.from(fixture(name));
    const hot = hotRanges(original);
    const targets = [glibc("2.17"), musl("1.2.3"), undefined];
    let done = 0;
    let troubled = 0;

    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutant(original, hot, random(SEED * 104_729 + round));
      const source = counting(bytesSource(bytes));
      const target = targets[round % 3];

      try {
        const d = diagnose(readElf(source), { tables, ...(target && { target }) });
        expect(() => JSON.stringify(d)).not.toThrow();
        for (const e of d.evidence) {
          if (e.offset !== null) expect(e.offset, `round ${round}: ${e.text}`).toBeLessThan(Math.max(1, bytes.length));
        }
        if (d.problems.length > 0) troubled++;
        done++;
      } catch (e) {
        if (!isElfError(e)) throw new Error(`ELFWRIGHT_SEED=${SEED}, round ${round}: ${String(e)}`, { cause: e });
      }

      expect(source.bytes, `round ${round}`).toBeLessThan(100 * original.length + (1 << 20));
    }

    expect(done).toBeGreaterThan(ROUNDS / 3);
    expect(troubled).toBeGreaterThan(0);
  },
);

import { expect, it } from "vitest";
import { pageFitness } from "../../src/check/pages.js";
import { equalBytes } from "../../src/codec/bytes.js";
import { raiseAlignment } from "../../src/edit/alignment.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { plan } from "../../src/patch.js";
import { PT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS } from "../support/elf.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";
import { squeezed } from "../support/realign.js";

const MUTANTS = Number(process.env["ELFWRIGHT_MUTANTS"] ?? 1000);

/** The most padding that an edit may add. */
const MOST_GROWTH = 65 << 20;

it.each(ENCODINGS)(
  `raiseAlignment of a broken file gives one that is fit and the same in memory, or an ElfError: $label (seed ${SEED})`,
  (e) => {
    const original = squeezed(buildElf({ ...e, pageSize: 65536, symbols: [{ name: "answer" }] }));
    const ends = { raised: 0, results: 0, errors: 0 };
    const header = readElf(original).header;
    const tables = [
      { at: 0, length: 64 },
      { at: header.phoff, length: header.phnum * header.phentsize },
    ];

    for (let round = 0; round < MUTANTS / 4; round++) {
      const b = mutant(original, round % 2 === 0 ? tables : hotRanges(original), random(SEED + round));
      const where = `ELFWRIGHT_SEED=${SEED}, round ${round}`;
      for (const [pageSize, others] of [
        [65536, []],
        [16384, [setRunpath("/opt/elfwright/".repeat(300))]],
      ] as const) {
        try {
          const p = plan(b, [raiseAlignment(pageSize), ...others]);
          const after = readElf(p);
          const before = readElf(b);
          ends.results++;
          if (p.size > b.length + MOST_GROWTH) throw new Error(`${where}: ${p.size} bytes`);
          if (!pageFitness(after, pageSize).fit) throw new Error(`${where}: not fit`);
          if (others.length > 0 || !p.changed) continue;

          ends.raised++;
          const headersEnd = header.phoff + header.phnum * header.phentsize;
          const loads = after.segments.filter((s) => s.type === PT.LOAD);
          // Behind the headers, every byte that was mapped still is, at its address.
          for (const [i, l] of before.segments.filter((s) => s.type === PT.LOAD).entries()) {
            if (l.offset < headersEnd) continue;

            const now = p.read(loads[i]!.offset, l.filesz);
            const isSame = equalBytes(now, b.subarray(l.offset, l.offset + l.filesz));
            if (!isSame) throw new Error(`${where}: the bytes at ${l.vaddr} changed`);
          }
        } catch (x) {
          ends.errors++;
          if (!isElfError(x)) throw new Error(`${where}: ${x instanceof Error ? x.stack : String(x)}`, { cause: x });
        }
      }
    }

    expect(ends.raised).toBeGreaterThan(10);
    expect(ends.errors).toBeGreaterThan(10);
  },
  600_000,
);

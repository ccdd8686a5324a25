import { expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { pageFitness } from "../../src/check/pages.js";
import { equalBytes } from "../../src/codec/bytes.js";
import { addDebugTag } from "../../src/edit/debug-tag.js";
import { setFlags } from "../../src/edit/flags.js";
import { setExecstack } from "../../src/edit/execstack.js";
import { setOsAbi } from "../../src/edit/os-abi.js";
import { addNeeded, removeNeeded, replaceNeeded } from "../../src/edit/needed.js";
import { addRunpath, setRpath, setRunpath } from "../../src/edit/runpath.js";
import { convertToRpath, removeRunpath, makeRunpathRelative, shrinkRunpath } from "../../src/edit/search-path.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { setSoname } from "../../src/edit/soname.js";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { type Plan, plan } from "../../src/patch.js";
import { describeElf } from "../../src/report/describe.js";
import type { Edit } from "../../src/edit/family.js";
import { removeSections, stripUnneeded } from "../../src/strip/strip.js";
import { fixture } from "../support/elf.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";

const MUTANTS = Number(process.env["ELFWRIGHT_MUTANTS"] ?? 10_000);
const FILES = [
  "x86_64-glibc-pie",
  "x86_64-glibc-exec",
  "x86_64-glibc-lib.so",
  "x86_64-glibc-pie-runpath",
  "x86_64-musl-pie",
  "x86_64-musl-lib.so",
  "x86_64-musl-static-pie",
  "i386-glibc-pie",
  "i386-glibc-exec",
  "i386-glibc-lib.so",
  "s390x-glibc-pie",
  "s390x-glibc-exec",
  "s390x-glibc-lib.so",
  "x86_64-object.o",
];
const LONG = "/opt/elfwright/".repeat(20);
const HUGE = "/opt/elfwright/".repeat(500);

const EDITS: readonly (readonly [string, readonly Edit[], { overlay?: "keep" | "drop" | "keep-in-place" }?])[] = [
  ["setInterpreter", [setInterpreter(LONG)]],
  ["setRunpath", [setRunpath(HUGE)]],
  ["addRunpath", [addRunpath(LONG)]],
  ["setRpath", [setRpath("/x")]],
  ["removeRunpath", [removeRunpath()]],
  ["convertToRpath", [convertToRpath()]],
  [
    "makeRunpathRelative, shrinkRunpath",
    [
      makeRunpathRelative({ root: "/", origin: "/bin", outside: "drop" }),
      shrinkRunpath({ lookup: (_, name) => (name === "libc.so.6" ? fixture("x86_64-glibc-lib.so") : undefined) }),
    ],
  ],
  ["replaceNeeded", [replaceNeeded({ "libc.so.6": "libc-by-a-longer-name.so.6" })]],
  ["removeNeeded", [removeNeeded("libc.so.6")]],
  ["removeNeeded, weaken", [removeNeeded("libc.so.6", { uses: "weaken" }), addNeeded(["libx.so", LONG])]],
  ["setSoname, setFlags, addDebugTag", [setSoname(LONG), setFlags("DF_BIND_NOW", "DF_1_NODEFLIB"), addDebugTag()]],
  ["setExecstack, setOsAbi", [setExecstack(true), setOsAbi(3)]],
  ["stripUnneeded", [stripUnneeded()]],
  ["removeSections", [removeSections(".comment", ".debug_*")]],
  ["all, overlay kept", [setInterpreter(LONG), setRunpath(HUGE), stripUnneeded()], { overlay: "keep" }],
  ["all, overlay in place", [setInterpreter(LONG), setRunpath(HUGE), stripUnneeded()], { overlay: "keep-in-place" }],
];

/** A plan has no gaps, and its output is not out of all proportion. */
function examinePlan(p: Plan, inputSize: number): void {
  // Where there is no other way, up to 1 MiB of .bss gets bytes in the file.
  if (p.size > 2 * inputSize + 65536 + (1 << 20)) throw new Error(`the output has ${p.size} bytes for ${inputSize}`);

  let end = 0;
  for (const piece of p.pieces) {
    if (piece.at !== end) throw new Error(`a gap in the plan at ${end}`);
    end += piece.size;
  }

  if (end !== p.size) throw new Error(`the plan has ${end} bytes, not ${p.size}`);
}

it.each(FILES)(
  `check, describe and each edit of a broken file end in a result or an ElfError: %s (seed ${SEED})`,
  (name) => {
    const original = fixture(name);
    const hot = hotRanges(original);
    const rounds = Math.ceil(MUTANTS / FILES.length);
    const ends = { results: 0, errors: 0 };

    for (let round = 0; round < rounds; round++) {
      const b = mutant(original, hot, random(SEED + round));
      const before = b.slice();
      const where = `ELFWRIGHT_SEED=${SEED}, round ${round}`;
      const attempt = (what: string, body: () => void) => {
        const start = performance.now();
        try {
          body();
          ends.results++;
        } catch (e) {
          ends.errors++;
          if (!isElfError(e)) {
            const thrown = e instanceof Error ? e.stack : String(e);
            throw new Error(`${where}, ${what}: ${thrown}`, { cause: e });
          }
        }

        // A fixture has some 16 KB: seconds would mean work out of all proportion.
        const took = performance.now() - start;
        if (took > 5000) throw new Error(`${where}, ${what}: took ${took} ms`);
      };

      attempt("check", () => check(readElf(b)));
      attempt("pageFitness", () => pageFitness(readElf(b), 16384));
      attempt("describe", () => JSON.stringify(describeElf(readElf(b))));
      for (const [what, edits, options] of EDITS) attempt(what, () => examinePlan(plan(b, edits, options), b.length));

      if (!equalBytes(b, before)) throw new Error(`${where}: the input changed`);
    }

    expect(ends.results).toBeGreaterThan(rounds);
    expect(ends.errors).toBeGreaterThan(0);
  },
  600_000,
);

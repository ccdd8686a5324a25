import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { isElfError, patch, readElf, setRunpath, stripAll } from "../../../src/index.js";
import { PT } from "../../../src/spec/constants.js";
import { BROKEN_TABLES, withoutSections } from "../../support/damage.js";
import { ehdr, phdr } from "../../support/elf.js";
import { readelfValues } from "../../support/oracles.js";
import { itWithTools, run } from "../../support/tools.js";
import { type Case, type Job, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();
const SOURCE = `#include <stdio.h>
static int squares[4] = {1, 4, 9, 16};
static char room[3000];
int main(int argc, char **argv) {
  int sum = argc > 99;
  for (int i = 0; i < 4; i++) sum += squares[i] + room[i * 700];
  printf("sum %d\\n", sum);
  return !argv;
}
`;
const EXPECTED = "sum 30\n";
const LINKERS = [
  ["bfd", "ld.bfd"],
  ["lld", "ld.lld"],
  ["mold", "mold"],
] as const;

const NO_SECTIONS: Case["without"] = {
  strip: "GNU strip says that the file has no sections",
  "strip -g": "GNU strip says that the file has no sections",
  "eu-strip": "eu-strip writes an empty file",
};
const CUTS = "what stands behind p_filesz is cut";
const CUT_BY_STRIP: Case["without"] = { strip: CUTS, "strip -g": CUTS, "llvm-strip": CUTS };

const S390X_TOOLS = ["s390x-linux-gnu-gcc", "qemu-s390x", "llvm-strip", "eu-strip", "s390x-linux-gnu-strip"];
const s390x = (): Case => ({
  path: bench.build("damaged-s390x", {
    cc: "s390x-linux-gnu-gcc",
    source: SOURCE,
    flags: ["-no-pie", "-fno-pie"],
  }),
  expected: EXPECTED,
  binutils: "s390x-linux-gnu-",
  run: (path) => run("qemu-s390x", ["-L", "/usr/s390x-linux-gnu", path]),
});

/** The case as a tool, or a disk, has left it. */
function damaged(c: Case, name: string, damage: (bytes: Uint8Array) => Uint8Array): Case {
  return { ...c, path: bench.files.write(name, damage(new Uint8Array(readFileSync(c.path)))) };
}

/** Patches a program whose section header table no tool can use, twice, and runs it. */
function patchBroken(whole: Case, breakTable: (bytes: Uint8Array) => void, jobs: readonly Job[]): void {
  const c = damaged(whole, "broken", (bytes) => {
    breakTable(bytes);
    return bytes;
  });
  bench.expectRuns(c, c.path, "with a broken table");

  for (const { title, edits, again, values } of jobs) {
    const { bytes } = patch(readFileSync(c.path), edits);
    bench.expectRuns(c, bench.files.write("broken.patched", bytes), title);
    expect(Buffer.compare(patch(bytes, edits).bytes, bytes), `${title}: the same patch twice`).toBe(0);
    bench.expectRuns(c, bench.files.write("broken.twice", patch(bytes, again).bytes), `${title}, patched twice`);

    // readelf goes by the table where it finds one.
    const alone = bytes.slice();
    Object.assign(ehdr(alone), { shoff: 0, shnum: 0, shstrndx: 0 });
    expect(readelfValues(bench.files.write("broken.alone", alone)), title).toMatchObject(values);
  }
}

describe("a broken section header table", () => {
  for (const [linker, tool] of LINKERS) {
    for (const [what, breakTable] of BROKEN_TABLES) {
      itWithTools([...TOOLS, tool], `${linker}: ${what}`, () => {
        const pie = linker === "bfd" ? ["-no-pie", "-fno-pie"] : ["-pie", "-fPIE"];
        const whole = bench.program(`table-${linker}`, EXPECTED, {
          source: SOURCE,
          flags: [`-fuse-ld=${linker}`, ...pie],
        });
        patchBroken(whole, breakTable, programJobs());
      });
    }
  }
  itWithTools(S390X_TOOLS, "a big-endian program", () => {
    for (const [, breakTable] of BROKEN_TABLES) patchBroken(s390x(), breakTable, programJobs("/lib/ld64.so.1"));
  });
});

/** Makes the first segment end 8 bytes before .dynstr, which its last page still holds. */
function shorten(bytes: Uint8Array): Uint8Array {
  const end = readElf(bytes).dynamic!.strings!.offset - 8;
  Object.assign(phdr(bytes, PT.LOAD), { filesz: end, memsz: end });
  return bytes;
}

describe("p_filesz that ends before .dynstr", () => {
  const flags = ["-fuse-ld=bfd", "-no-pie", "-fno-pie", "-Wl,-z,separate-code"];
  const plain = () => bench.program("short", EXPECTED, { source: SOURCE, flags });

  itWithTools(TOOLS, "with section headers", () => {
    bench.chains({ ...damaged(plain(), "short.sections", shorten), without: CUT_BY_STRIP }, programJobs());
  });
  itWithTools(TOOLS, "without section headers", () => {
    const cut = (bytes: Uint8Array) => withoutSections(shorten(bytes));
    bench.chains(
      { ...damaged(plain(), "short.none", cut), without: { ...NO_SECTIONS, "llvm-strip": CUTS } },
      programJobs(),
    );
  });
  itWithTools(S390X_TOOLS, "a big-endian program", () => {
    const c = { ...damaged(s390x(), "short.s390x", shorten), without: CUT_BY_STRIP };
    bench.chains(c, programJobs("/lib/ld64.so.1"));
  });
});

describe("a file that was cut short", () => {
  itWithTools(["gcc"], "runs as long as the bytes are missing in its last page, and is refused", () => {
    const whole = bench.program("cut", EXPECTED, { source: SOURCE, flags: ["-pie", "-fPIE"] });
    const bytes = withoutSections(new Uint8Array(readFileSync(whole.path)));
    const cut = bytes.subarray(0, bytes.length - 20);
    bench.expectRuns(whole, bench.files.write("cut.short", cut), "cut by 20 bytes");

    for (const edit of [setRunpath("x".repeat(300)), stripAll()]) {
      let code: unknown;
      try {
        patch(cut, edit);
      } catch (e) {
        code = isElfError(e) && e.code;
      }
      expect([edit.edit, code]).toEqual([edit.edit, "TRUNCATED"]);
    }
    bench.expectRuns(whole, bench.files.write("cut.whole", patch(bytes, setRunpath("x".repeat(300))).bytes), "whole");
  });
});

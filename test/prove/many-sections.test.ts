import { expect, it } from "vitest";
import { bytesSource } from "../../src/codec/source.js";
import { readElf } from "../../src/image/read-elf.js";
import { sameProgram } from "../../src/prove/same-program.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { corrupt } from "../../src/testing/corrupt/corrupt.js";
import { counting, ENCODINGS } from "../support/elf.js";
import { RICH } from "../testing/rich.js";

it.each(ENCODINGS)("headers of the same bytes cost these bytes once: $label", (encoding) => {
  const symbols = Array.from({ length: 500 }, (_, i) => ({ name: `symbol_${i}` }));
  const whole = buildElf({ ...encoding, symbols, pageSize: 0x1000, debugInfo: 0x4000 });

  for (const kind of ["many-sections-alike", "many-symbol-tables"] as const) {
    const bytes = corrupt(whole, kind);
    const before = counting(bytesSource(bytes));
    expect(sameProgram(readElf(before), readElf(bytes)).same, kind).toBe(true);
    // For each of 65,000 headers, they were read again: some gigabytes.
    expect(before.bytes, kind).toBeLessThan(4 * bytes.length);
  }
});

it("what has changed in such bytes is told", () => {
  const before = corrupt(buildElf(RICH), "many-sections-alike");
  const comment = readElf(before).sections.find((s) => s.name === ".comment")!.header;
  const after = before.slice();
  after[comment.offset]! ^= 1;

  const { same, differences } = sameProgram(readElf(before), readElf(after), { except: [] });
  expect(same).toBe(false);
  expect(differences.map((d) => d.message)).toContain(".comment: its bytes are others");
});

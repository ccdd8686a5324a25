import { readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { ET, patch, setRunpath, stripUnneeded } from "../../src/index.js";
import { patchFile, patchFileSync } from "../../src/node/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { testArchive } from "../support/archives.js";
import { caught, refusal } from "../support/elf.js";
import { scratch } from "../support/fixtures.js";

const files = scratch();
const MEMBERS = Array.from({ length: 12 }, (_, i) => ({
  name: i % 3 === 0 ? `a member of a long name ${i}.o` : `${i}.o`,
  bytes: buildElf({ type: ET.REL, debugInfo: 40_001 * (1 + (i % 4)), symbols: [{ name: `s${i}` }] }),
  symbols: [`s${i}`],
}));
const ARCHIVE = testArchive(MEMBERS);
const STRIPPED = patch(ARCHIVE, [stripUnneeded()]);

describe("a static library on disk", () => {
  it.each([[false], [true]])("is stripped as one in memory (in place: %s)", async (inPlace) => {
    for (const run of [patchFile, patchFileSync]) {
      const path = files.write("lib.a", ARCHIVE, 0o640);
      const { ino } = statSync(path);
      const result = await run(path, [stripUnneeded()], { inPlace });

      expect(result).toMatchObject({
        path,
        changed: true,
        sizeBefore: ARCHIVE.length,
        sizeAfter: STRIPPED.bytes.length,
        changes: STRIPPED.changes,
        notes: [],
        findings: STRIPPED.plan.findings,
      });
      expect(readFileSync(path).equals(STRIPPED.bytes)).toBe(true);
      expect([statSync(path).mode & 0o777, statSync(path).ino === ino]).toEqual([0o640, inPlace]);
      expect((await run(path, [stripUnneeded()], { inPlace })).changed).toBe(false);
    }
  });

  it("is made deterministic where that is asked for; a dry run writes nothing", () => {
    const path = files.write("dates.a", ARCHIVE);
    expect(patchFileSync(path, [], { deterministic: true, dryRun: true }).changed).toBe(true);
    expect(readFileSync(path).equals(ARCHIVE)).toBe(true);

    patchFileSync(path, [], { deterministic: true });
    expect(readFileSync(path).equals(patch(ARCHIVE, [], { deterministic: true }).bytes)).toBe(true);
  });

  it("that is refused stays whole, and nothing is left beside it", async () => {
    const path = files.write("refused.a", ARCHIVE);
    const before = readdirSync(dirname(path));
    expect(await refusal(() => patchFile(path, [setRunpath("/a")]))).toMatchObject({ code: "ARCHIVE" });

    truncateSync(path, ARCHIVE.length - 1000);
    expect(caught(() => patchFileSync(path, [stripUnneeded()]))).toMatchObject({ code: "TRUNCATED" });
    expect(readFileSync(path).equals(ARCHIVE.subarray(0, -1000))).toBe(true);
    expect(readdirSync(dirname(path))).toEqual(before);
  });
});

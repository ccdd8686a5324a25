import { describe, expect, it } from "vitest";
import { check, type ElfInput, patch, readElf, setRunpath, stripUnneeded } from "../../src/index.js";
import { assertNeeds, assertReproducible, assertSummary } from "../../src/testing/assertions.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { toEqualElf } from "../../src/testing/matchers/equal.js";
import { toIntroduceNoFindings, toPassLayoutChecks } from "../../src/testing/matchers/layout.js";
import { toBeReproducible } from "../../src/testing/matchers/reproducible.js";
import { toBeSameProgramAs } from "../../src/testing/matchers/same-program.js";
import { formatSummary } from "../../src/testing/summary-text.js";
import { summarize } from "../../src/testing/summary.js";
import { fixture } from "../support/fixtures.js";

const program = fixture("x86_64-glibc-pie");

/** A copy with one byte more at an offset. */
function changed(bytes: Uint8Array, offset: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[offset]! += 1;
  return copy;
}

const entryOf = (bytes: Uint8Array): number => readElf(bytes).offsetOf(readElf(bytes).header.entry)!;

/** sh_link of the section behind the null one (gABI, "Section Header"). */
const linkOf = (bytes: Uint8Array): number => readElf(bytes).header.shoff + 64 + 40;

describe("layout checks", () => {
  const broken = buildElf();
  broken[linkOf(broken)] = 99;

  it("tell what check finds, by rule and subject", () => {
    expect(toPassLayoutChecks(buildElf()).pass).toBe(true);
    const verdict = toPassLayoutChecks(broken, { severity: "note" });
    const [finding] = check(readElf(broken));
    expect([verdict.pass, verdict.opposite]).toEqual([false, true]);
    expect(verdict.message()).toContain(`${finding!.severity} ${finding!.rule}, ${finding!.at}: `);
  });

  it("leave out rules and milder severities", () => {
    const { rule } = check(readElf(broken))[0]!;
    expect(toPassLayoutChecks(broken, { severity: "note", except: [rule] }).pass).toBe(true);

    const findings = check(readElf(fixture("x86_64-glibc-exec-lld")));
    expect(findings.every((f) => f.severity !== "error")).toBe(true);
    expect(toPassLayoutChecks(fixture("x86_64-glibc-exec-lld"), { severity: "error" }).pass).toBe(true);
  });

  it("are compared with those of the file before", () => {
    expect(toIntroduceNoFindings(broken, broken, { severity: "note" }).pass).toBe(true);
    expect(toIntroduceNoFindings(broken, buildElf(), { severity: "note" }).pass).toBe(false);
    expect(toIntroduceNoFindings(buildElf(), broken, { severity: "note" }).pass).toBe(true);
    const noFile = toIntroduceNoFindings(program, new Uint8Array(3));
    expect([noFile.pass, noFile.opposite]).toEqual([false, false]);
    expect(noFile.message()).toContain("the file before cannot be read: ");
  });
});

describe("toBeSameProgramAs", () => {
  const packed = patch(program, [setRunpath("/a"), stripUnneeded()]).bytes;

  it("allows the parts that are named, and all edits where none is", () => {
    expect(toBeSameProgramAs(packed, program).pass).toBe(true);
    expect(toBeSameProgramAs(packed, program, { except: ["symtab"] }).pass).toBe(false);
    expect(toBeSameProgramAs(packed, program, { except: ["symtab"] }).message()).toContain("search-path");
    expect(toBeSameProgramAs(packed, program, { except: [] }).message()).toContain("edit in symtab");
  });

  it("allows damage in no part", () => {
    const verdict = toBeSameProgramAs(changed(program, entryOf(program)), program);
    expect([verdict.pass, verdict.opposite]).toEqual([false, true]);
    expect(verdict.message()).toContain("damage in memory: ");
  });

  it("a core file fails both ways", () => {
    const core = buildElf({ type: 4 });
    const verdict = toBeSameProgramAs(core, core);
    expect([verdict.pass, verdict.opposite]).toEqual([false, false]);
    expect(verdict.message()).toContain("UNSUPPORTED");
  });
});

describe("toEqualElf", () => {
  it("tells a difference in ELF terms", () => {
    const message = toEqualElf(patch(program, setRunpath("/a")).bytes, program).message();
    expect(message).toContain('+ dynamic DT_RUNPATH: "/a"');
  });

  it("tells a difference of code by its section and offset", () => {
    const at = entryOf(program);
    const message = toEqualElf(changed(program, at), program).message();
    expect(message).toMatch(
      new RegExp(`first byte at .text\\+0x\\w+, offset 0x${at.toString(16)}: 0x31 -> 0x32$`, "m"),
    );
  });

  it("tells bytes that are missing at the end", () => {
    const longer = Buffer.concat([program, Buffer.from("more")]);
    expect(toEqualElf(program, longer).pass).toBe(false);
    expect(toEqualElf(longer, program).message()).toContain("the end of the file -> 0x6d");
    expect(toEqualElf(longer, Buffer.from(longer)).pass).toBe(true);
  });

  it("finds the first difference of large files", () => {
    const large = Buffer.concat([program, Buffer.alloc(3 << 20, 1)]);
    const at = large.length - 5;
    expect(toEqualElf(changed(large, at), large).message()).toContain(`offset 0x${at.toString(16)}: 0x1 -> 0x2`);
  });
});

describe("toBeReproducible", () => {
  const pack = (bytes: Uint8Array): Uint8Array => patch(bytes, setRunpath("/a")).bytes;
  const dated = (bytes: Uint8Array): ElfInput => Buffer.concat([pack(bytes), Buffer.from(String(Date.now()))]);

  it("runs a transform twice", () => {
    expect(toBeReproducible(program, pack).pass).toBe(true);
    const verdict = toBeReproducible(program, dated);
    expect([verdict.pass, verdict.opposite]).toEqual([false, true]);
    expect(verdict.message()).toContain("whenever dated runs");
  });

  it("waits for an asynchronous one", async () => {
    expect((await toBeReproducible(program, async (bytes) => pack(bytes))).pass).toBe(true);
    expect((await toBeReproducible(program, async (bytes) => dated(bytes))).pass).toBe(false);
  });

  it("sees a transform that writes into its input, or uses one buffer for all results", async () => {
    const inPlace = (bytes: Uint8Array): Uint8Array => bytes.fill(1, 9, 10);
    expect(toBeReproducible(program, inPlace).message()).toContain("inPlace changes the bytes that it is given");

    const shared = new Uint8Array(program);
    const counting = (): Uint8Array => shared.fill(shared[9]! + 1, 9, 10);
    expect(toBeReproducible(program, counting).pass).toBe(false);
    expect((await toBeReproducible(program, async () => counting())).pass).toBe(false);
  });

  it("a transform that fails is told, and fails both ways", async () => {
    const failing = (): Uint8Array => {
      throw new Error("no room");
    };
    for (const verdict of [
      toBeReproducible(program, failing),
      await toBeReproducible(program, async () => failing()),
    ]) {
      expect([verdict.pass, verdict.opposite]).toEqual([false, false]);
      expect(verdict.message()).toContain("failed: Error: no room");
    }
    expect(toBeReproducible(program, (() => ({ bytes: program })) as never).message()).toContain("give its .bytes");
  });
});

describe("assertions", () => {
  it("throw the matcher's message, and so does .not", () => {
    const file = buildElf();
    assertNeeds(file, "libc.so.6");
    assertNeeds.not(file, "libm.so.6");
    expect(() => assertNeeds(file, "libm.so.6")).toThrow(/^expected the file to need "libm.so.6"\n/);
    expect(() => assertNeeds.not(file, "libc.so.6")).toThrow(/^expected the file not to need "libc.so.6"\n/);
    expect(() => assertNeeds.not(new Uint8Array(3), "libc.so.6")).toThrow(/NOT_ELF/);
  });

  it("wait for an asynchronous transform alone", async () => {
    expect(assertReproducible(program, (bytes) => bytes)).toBeUndefined();
    expect(() => assertReproducible(program, () => Buffer.from(String(performance.now())))).toThrow(/first byte/);
    await assertReproducible(program, async (bytes) => bytes);
    const dated = async (): Promise<ElfInput> => Buffer.from(String(performance.now()));
    await expect(assertReproducible(program, dated)).rejects.toThrow(/first byte/);
  });

  it("assertSummary tells the lines that differ", () => {
    const before = formatSummary(summarize(program));
    assertSummary(program, before.replaceAll("\n", "\r\n"));
    expect(() => assertSummary(patch(program, setRunpath("/a")).bytes, before)).toThrow(
      /- runpath: +none\n +\+ runpath: +\/a$/,
    );
  });
});

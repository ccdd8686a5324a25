import { describe, expect, it } from "vitest";
import { addGnuHash, addHash, noDefaultLib, patch, plan, readElf, setExecstack, setRunpath } from "../../src/index.js";
import { stripAll } from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { formatSummary } from "../../src/testing/summary-text.js";
import { summarize } from "../../src/testing/summary.js";
import { ALL_FIXTURES } from "../support/all-fixtures.js";
import { fixture } from "../support/fixtures.js";

const textOf = (name: string): string => formatSummary(summarize(fixture(name)));

/** Lines of one summary that the other one has not. */
function differing(a: string, b: string): string[] {
  const others = b.split("\n");
  return a.split("\n").filter((line) => !others.includes(line));
}

describe("a summary", () => {
  it("of every fixture is some twenty lines, without numbers that a build changes", () => {
    for (const name of ALL_FIXTURES) {
      const bytes = fixture(name);
      const text = formatSummary(summarize(bytes));
      const count = text.trimEnd().split("\n").length;
      expect(count, name).toBeGreaterThan(14);
      expect(count, name).toBeLessThan(26);
      expect(text, name).not.toMatch(/0x[0-9a-f]{3,}/);
    }
  });

  it.each(["pie", "exec"].flatMap((kind) => ["gold", "lld", "mold"].map((linker) => [kind, linker])))(
    "of a program, %s, by %s is that of GNU ld's",
    (kind, linker) => expect(textOf(`x86_64-glibc-${kind}-${linker}`)).toBe(textOf(`x86_64-glibc-${kind}`)),
  );

  it.each(["gold", "lld", "mold"])("of a library by %s is that of GNU ld's", (linker) =>
    expect(textOf(`x86_64-glibc-lib-${linker}.so`)).toBe(textOf("x86_64-glibc-lib.so")),
  );

  it("stays the same where only the layout changes", () => {
    const before = fixture("x86_64-glibc-pie");
    const moved = patch(before, [addHash(), addGnuHash()]).bytes;
    expect(moved.length).not.toBe(before.length);
    expect(summarize(moved)).toEqual(summarize(before));
  });

  it.each([
    ["runpath", setRunpath("/a")],
    ["stack", setExecstack(true)],
    ["dynamic flags", noDefaultLib()],
    ["symbol table", stripAll()],
  ])("tells a change of the %s, and nothing else", (head, edit) => {
    const before = fixture("x86_64-glibc-lib.so");
    const lines = differing(formatSummary(summarize(plan(before, edit))), formatSummary(summarize(before)));
    expect(lines.map((line) => line.split(":")[0])).toEqual([head]);
  });

  it("has symbols with versions, without those of linkers, and sees each change of a long list", () => {
    const symbols = Array.from({ length: 40 }, (_, i) => ({ name: `f${i}` }));
    const file = buildElf({ soname: "libx.so", symbols: [...symbols, { name: "_end" }, { name: "__bss_start" }] });
    const { exports } = summarize(file);
    expect(exports).toEqual(symbols.map((s) => s.name).sort());
    expect(exports!.length).toBe(40);

    const text = formatSummary(summarize(file));
    expect(text).toMatch(/^exports: .* … 40 in all, crc32 [0-9a-f]{8}$/m);
    const other = buildElf({ soname: "libx.so", symbols: [...symbols.slice(0, 39), { name: "f77" }] });
    expect(differing(formatSummary(summarize(other)), text).length).toBe(1);
  });

  it("adds the layout where that is asked for", () => {
    const bytes = fixture("x86_64-glibc-pie");
    const { layout, ...rest } = summarize(bytes, { layout: true });
    expect(rest).toEqual(summarize(bytes));
    expect(summarize(bytes)).not.toHaveProperty("layout");
    expect(layout!.size).toBe(bytes.length);
    expect(layout!.sections!.length).toBe(readElf(bytes).sections.length);
    expect(formatSummary(summarize(bytes, { layout: true }))).toMatch(
      new RegExp(`^build ID: +${layout!.buildId}$`, "m"),
    );
  });

  it("tells what cannot be read", () => {
    const bytes = buildElf({ tags: [{ tag: 1, value: 0xffffff }] });
    const summary = summarize(bytes);
    expect(summary.needed).toBeNull();
    expect(formatSummary(summary)).toMatch(/^needed: +unreadable$/m);
    expect(formatSummary(summary)).toMatch(/^problems: +MALFORMED/m);
  });
});

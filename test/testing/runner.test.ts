import { describe, expect, it } from "vitest";
import { readElf } from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { RunnerContext } from "../../src/testing/runner.js";
import { elfMatchers, elfSerializer } from "../../src/testing/vitest.js";

expect.extend(elfMatchers);

const file = buildElf({ soname: "libx.so.1" });

/** What a failing expectation says. */
function failureOf(work: () => void): string {
  try {
    work();
  } catch (e) {
    return (e as Error).message;
  }
  return "it passes";
}

describe("in vitest", () => {
  it("a matcher passes and fails, with .not, too", () => {
    expect(file).toHaveSoname("libx.so.1");
    expect(file).not.toHaveSoname("libx.so.2");
    expect(failureOf(() => expect(file).toHaveSoname("libx.so.2"))).toContain('to have the soname "libx.so.2"');
    expect(failureOf(() => expect(file).not.toHaveSoname("libx.so.1"))).toContain('not to have the soname "libx.so.1"');
  });

  it("a file that cannot be read fails both ways", () => {
    const broken = file.subarray(0, 20);
    expect(failureOf(() => expect(broken).toNeed("libc.so.6"))).toContain("TRUNCATED");
    expect(failureOf(() => expect(broken).not.toNeed("libc.so.6"))).toContain("TRUNCATED");
  });

  it("a wrong argument is an error, with .not, too", () => {
    expect(failureOf(() => expect(file).not.toNeed("x", ""))).toMatch(/^BAD_INPUT/);
  });

  it("a matcher stands inside of other expectations, and waits where it has to", async () => {
    expect({ file, n: 1 }).toEqual({ file: expect.toNeed("libc.so.6"), n: 1 });
    expect({ file }).not.toEqual({ file: expect.toNeed("libm.so.6") });
    await expect(file).toBeReproducible(async (bytes) => bytes);
    await expect(Promise.resolve(file)).resolves.toNeed("libc.so.6");
  });

  it("keeps a summary", () => {
    expect(file).toMatchElfSnapshot();
    expect(readElf(file)).toMatchElfSnapshot({ hint: "read" });
  });
});

describe("toMatchElfSnapshot", () => {
  /** The snapshots of a runner that has one, or none. */
  function contextWith(expected: string | undefined, more: RunnerContext = {}): RunnerContext & { names: unknown[] } {
    const names: unknown[] = [];
    const match = (snapshot: { testName: string; received: string; testId?: string }) => {
      names.push(snapshot.testName, snapshot.testId);
      return { pass: snapshot.received === expected, actual: snapshot.received, expected, count: 1 };
    };
    return { currentTestName: "a test", snapshotState: { match }, ...more, names };
  }

  it("has the names that the runner's own matcher has", () => {
    const jest = contextWith("");
    elfMatchers.toMatchElfSnapshot.call(jest, file, { hint: "x" });
    const vitest = contextWith("", { task: { id: "7" } });
    elfMatchers.toMatchElfSnapshot.call(vitest, file, { hint: "x" });
    const later = contextWith("", { currentConcurrentTestName: () => "another" });
    elfMatchers.toMatchElfSnapshot.call(later, file);
    expect([jest.names, vitest.names, later.names]).toEqual([
      ["a test: x", undefined],
      ["a test > x", "7"],
      ["another", undefined],
    ]);
  });

  it("tells what differs, and that there is no snapshot", () => {
    const other = elfMatchers.toMatchElfSnapshot.call(
      contextWith("soname: none", { utils: { diff: () => "- a" } }),
      file,
    );
    expect([other.pass, other.expected]).toEqual([false, "soname: none"]);
    expect(other.message()).toBe('the file\'s summary is not that of the snapshot "a test 1"\n- a');

    const none = elfMatchers.toMatchElfSnapshot.call(contextWith(undefined), file);
    expect(none.pass).toBe(false);
    expect(none.message()).toMatch(/is not there[^]*soname: +libx\.so\.1/);
  });

  it("takes no .not, needs a runner, and fails for what is no file", () => {
    const call = (context: RunnerContext, received: unknown) => () =>
      elfMatchers.toMatchElfSnapshot.call(context, received);
    expect(call(contextWith("", { isNot: true }), file)).toThrow(/cannot be used with \.not/);
    expect(call({}, file)).toThrow(/needs the snapshots of a runner/);
    expect(call(contextWith(""), new Uint8Array(3))().message()).toContain("NOT_ELF");
  });
});

describe("the serializer", () => {
  it("shows files and their bytes, and nothing else", () => {
    expect([file, file.buffer, readElf(file), new Uint8Array(9), "x", null, {}].map(elfSerializer.test)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(elfSerializer.serialize(file, {}, "  ")).toMatch(/^ELF file\n {4}file: +ELF64[^]*\n {4}overlay: +none$/);
    expect(elfSerializer.serialize(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46))).toMatch(/^ELF file: TRUNCATED/);
  });
});

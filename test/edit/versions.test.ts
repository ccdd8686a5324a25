import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  addVersionNeed,
  check,
  clearSymbolVersion,
  patch,
  readElf,
  removeVersionNeed,
  replaceNeeded,
  setSymbolVersion,
  stripUnneeded,
  symbolVersions,
  weakenVersionNeed,
} from "../../src/index.js";
import { STB, VER_FLG } from "../../src/spec/constants.js";
import { caught } from "../support/elf.js";

const FOLDER = new URL("../../fixtures/bin/", import.meta.url);
const PROGRAMS = readdirSync(FOLDER)
  .map((name) => ({ name, bytes: readFileSync(new URL(name, FOLDER)) }))
  .filter(({ bytes }) => readElf(bytes).linkage === "dynamic");

/** The version of each undefined symbol, `name` to `version of file`. */
function bindings(bytes: Uint8Array): Record<string, string> {
  const elf = readElf(bytes);
  const versionOf = symbolVersions(elf);
  const undefinedSymbols = [...elf.dynamicSymbols!].filter((s) => s.shndx === 0 && s.name !== "");
  const text = (index: number) => {
    const version = versionOf(index);
    return version ? `${version.name} of ${version.file}` : "";
  };

  return Object.fromEntries(undefinedSymbols.map((s) => [s.name, text(s.index)]));
}

const errors = (bytes: Uint8Array) => check(readElf(bytes)).filter((f) => f.severity === "error");

/** The needed versions as `version of file`, sorted; weak needs with `weak` behind. */
function needs(bytes: Uint8Array): string[] {
  const all = readElf(bytes).versionNeeds.flatMap(({ file, versions }) =>
    versions.map((v) => `${v.name} of ${file}${v.flags & VER_FLG.WEAK ? " weak" : ""}`),
  );
  return all.sort();
}

describe.each(PROGRAMS)("$name", ({ bytes }) => {
  const before = bindings(bytes);
  const names = Object.keys(before);
  const [libc] = readElf(bytes).needed;
  const has = needs(bytes);
  const hadTable = readElf(bytes).dynamic!.entries.some((e) => e.name === "DT_VERSYM");

  it("a version is needed anew and symbols have it; the others keep theirs", () => {
    const edits = [
      addVersionNeed(libc!, "TEST_1.0", { symbols: names[0]! }),
      addVersionNeed(libc!, "TEST_2.0", { weak: true }),
    ];
    const { bytes: out } = patch(bytes, edits);
    expect(bindings(out)).toEqual({ ...before, [names[0]!]: `TEST_1.0 of ${libc}` });
    expect(needs(out)).toEqual(expect.arrayContaining([`TEST_1.0 of ${libc}`, `TEST_2.0 of ${libc} weak`]));
    expect(patch(out, edits).changed).toBe(false);
    expect(errors(out)).toEqual(errors(bytes));

    const sections = readElf(bytes).sections.length > 0;
    const added = hadTable || !sections ? [] : [".gnu.version", ".gnu.version_r"];
    expect(readElf(out).sections.map((s) => s.name)).toEqual(expect.arrayContaining(added));
  });

  it("every version is cleared: no version table is left that leads anywhere", () => {
    const edits = [clearSymbolVersion(...names)];
    const { bytes: out, changed } = patch(bytes, edits);
    expect(changed).toBe(hadTable && Object.values(before).some((v) => v !== ""));
    expect(Object.values(bindings(out)).every((v) => v === "")).toBe(true);
    // What no symbol used before stays needed.
    expect(needs(out)).toEqual(has.filter((n) => !Object.values(before).includes(n)));
    expect(patch(out, edits).changed).toBe(false);

    // And all again, into the old place of the tables or a new one.
    const additions = names.map((name) => addVersionNeed(libc!, "TEST_1.0", { symbols: name }));
    const again = patch(out, additions).bytes;
    expect(Object.values(bindings(again)).every((v) => v === `TEST_1.0 of ${libc}`)).toBe(true);
  });

  it("in one pass with a renamed library and a strip, whatever the order of the edits", () => {
    const edits = [
      replaceNeeded({ [libc!]: "libother.so.1" }),
      addVersionNeed("libother.so.1", "TEST_1.0", { symbols: names.at(-1)! }),
      weakenVersionNeed("libother.so.1", "TEST_1.0"),
      stripUnneeded(),
    ];
    const { bytes: out } = patch(bytes, edits);
    expect(Buffer.compare(out, patch(bytes, edits.toReversed()).bytes)).toBe(0);
    expect(needs(out)).toContain("TEST_1.0 of libother.so.1 weak");
    expect(needs(out).some((n) => n.endsWith(`of ${libc}`))).toBe(false);
    expect(bindings(out)[names.at(-1)!]).toBe("TEST_1.0 of libother.so.1");
  });
});

describe("edits of versions that are wrong, or contradict each other", () => {
  const program = readFileSync(new URL("x86_64-glibc-pie", FOLDER));
  const [symbol] = Object.keys(bindings(program)).filter((n) => bindings(program)[n] !== "");

  it.each<[string, () => unknown]>([
    ["no symbol", () => clearSymbolVersion()],
    ["an empty version", () => setSymbolVersion("a", "")],
    ["an empty file", () => addVersionNeed("", "V")],
    ["an empty symbol", () => addVersionNeed("l", "V", { symbols: "" })],
    [
      "set twice",
      () =>
        patch(program, [
          setSymbolVersion(symbol!, "A", { file: "libc.so.6" }),
          setSymbolVersion(symbol!, "B", { file: "libc.so.6" }),
        ]),
    ],
    [
      "set and cleared",
      () => patch(program, [setSymbolVersion(symbol!, "A", { file: "libc.so.6" }), clearSymbolVersion(symbol!)]),
    ],
    ["both come and go", () => patch(program, [addVersionNeed("libc.so.6", "A"), removeVersionNeed("libc.so.6", "A")])],
    ["a library that is not needed", () => patch(program, [setSymbolVersion(symbol!, "A", { file: "libnone.so" })])],
  ])("%s", (_, edits) => expect(caught(edits).code).toBe("BAD_EDIT"));

  it("a used version is not removed", () => {
    const [version, file] = bindings(program)[symbol!]!.split(" of ") as [string, string];
    expect(caught(() => patch(program, [removeVersionNeed(file, version)])).code).toBe("STILL_NEEDED");

    const dropped = patch(program, [removeVersionNeed(file, version, { uses: "drop" })]).bytes;
    expect(bindings(dropped)[symbol!]).toBe("");

    const weakened = patch(program, [removeVersionNeed(file, version, { uses: "weaken" })]).bytes;
    const { binding } = [...readElf(weakened).dynamicSymbols!].find((s) => s.name === symbol)!;
    expect(binding).toBe(STB.WEAK);
  });

  it("what the file does not have is a note, and nothing changes", () => {
    for (const edit of [
      clearSymbolVersion("no_such_symbol"),
      removeVersionNeed("libc.so.6", "NONE_1"),
      weakenVersionNeed("libc.so.6", "NONE_1"),
      setSymbolVersion("no_such_symbol", "A", { file: "libc.so.6" }),
    ]) {
      expect(patch(program, [edit])).toMatchObject({ changed: false, notes: [{ note: "NOT_FOUND" }] });
    }
  });
});

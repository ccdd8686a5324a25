import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { addNeeded, removeNeeded, replaceNeeded } from "../../src/edit/needed.js";
import { addVersionNeed, clearSymbolVersion, removeVersionNeed, setSymbolVersion } from "../../src/edit/versions.js";
import { renameDynamicSymbols } from "../../src/edit/symbols.js";
import { readElf } from "../../src/image/read-elf.js";
import { symbolVersions } from "../../src/image/dynamic/versions.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import type { VersionEdit } from "../../src/edit/versions/values.js";
import { SHT, STB, VER_FLG } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS } from "../support/elf.js";

/** What a patch makes of the versions. The other order of its edits must make the same, and a second patch nothing. */
function outcome(bytes: Uint8Array, ...edits: Edit[]) {
  const result = patch(bytes, edits).bytes;
  const other = patch(bytes, [...edits].reverse()).bytes;
  expect(patch(result, edits).changed).toBe(false);
  expect(said(other)).toEqual(said(result));
  return said(result);
}

/** Needed versions with their flags, by file, and symbols as `name@version`. */
function said(bytes: Uint8Array) {
  const elf = readElf(bytes);
  expect(check(elf).filter((f) => f.severity === "error")).toEqual([]);

  const flags = (versions: readonly { readonly name: string; readonly flags: number }[]) =>
    Object.fromEntries(versions.map((v) => [v.name, v.flags]).sort());
  const versionOf = symbolVersions(elf);
  const symbols = [...elf.dynamicSymbols!].slice(1).map((s) => {
    const weak = s.binding === STB.WEAK ? " weak" : "";
    return `${s.name}@${versionOf(s.index)?.name ?? ""}${weak}`;
  });

  return {
    needs: Object.fromEntries(elf.versionNeeds.map((n) => [n.file, flags(n.versions)])),
    symbols: symbols.sort(),
  };
}

describe.each(ENCODINGS)("$label", (e) => {
  const file = buildElf({
    ...e,
    needed: ["libm.so.6", "libc.so.6"],
    hash: "both",
    versionNeeds: [
      { file: "libm.so.6", versions: ["M_1", "M_2"] },
      { file: "libc.so.6", versions: ["C_1", "C_2"] },
    ],
    symbols: [
      { name: "pow", defined: false, version: "M_1" },
      { name: "exp", defined: false, version: "M_2" },
      { name: "memcpy", defined: false, version: "C_1" },
      { name: "puts", defined: false, version: "C_2" },
      { name: "free", defined: false },
    ],
  });
  const refusal = (...edits: Edit[]) => {
    const codes = [edits, [...edits].reverse()].map((x) => caught(() => patch(file, x)).code);
    expect(codes[1]).toBe(codes[0]);
    return codes[0];
  };

  it.each<[string, VersionEdit[]]>([
    [
      "one symbol, with and without its version",
      [setSymbolVersion("memcpy", "C_2"), setSymbolVersion("memcpy@C_1", "C_3")],
    ],
    ["the version is set and taken", [setSymbolVersion("memcpy@C_1", "C_2"), clearSymbolVersion("memcpy")]],
    [
      "a chain: twice would be another file",
      [setSymbolVersion("memcpy@C_1", "C_2"), setSymbolVersion("memcpy@C_2", "C_3")],
    ],
    ["a chain whose end is no version", [setSymbolVersion("memcpy", "C_2"), clearSymbolVersion("memcpy@C_2")]],
    [
      "dropped and weakened",
      [
        removeVersionNeed("libm.so.6", "M_1", { uses: "drop" }),
        removeVersionNeed("libm.so.6", "M_1", { uses: "weaken" }),
      ],
    ],
    [
      "a symbol is given the version that goes",
      [removeVersionNeed("libm.so.6", "M_1", { uses: "drop" }), setSymbolVersion("exp", "M_1")],
    ],
    [
      "a version that an edit before it would have added",
      [setSymbolVersion("pow", "M_9"), setSymbolVersion("free", "M_9")],
    ],
  ])("contradictions are refused in any order: %s", (_, edits) => expect(refusal(...edits)).toBe("BAD_EDIT"));

  it("a symbol is given a version of a file that goes, or of one by its old name: refused", () => {
    expect(refusal(removeNeeded("libm.so.6", { uses: "drop" }), setSymbolVersion("exp", "M_1"))).toBe("BAD_EDIT");
    expect(refusal(replaceNeeded({ "libm.so.6": "libnew.so" }), addVersionNeed("libm.so.6", "M_1"))).toBe("BAD_EDIT");

    const { needs } = outcome(file, replaceNeeded({ "libm.so.6": "libnew.so" }), addVersionNeed("libnew.so", "M_3"));
    expect(needs).toEqual({ "libnew.so": { M_1: 0, M_2: 0, M_3: 0 }, "libc.so.6": { C_1: 0, C_2: 0 } });
  });

  it("a version that one edit needs weakly and another one firmly is needed firmly", () => {
    const { needs } = outcome(
      file,
      addNeeded("libx.so"),
      addVersionNeed("libx.so", "X", { weak: true }),
      addVersionNeed("libx.so", "X"),
      addVersionNeed("libx.so", "Y", { weak: true }),
    );
    expect(needs["libx.so"]).toEqual({ X: 0, Y: VER_FLG.WEAK });
  });

  it("one of two removals says what becomes of the symbols", () => {
    const plain = removeVersionNeed("libm.so.6", "M_1");
    const weakening = removeVersionNeed("libm.so.6", ["M_1", "M_2"], { uses: "weaken" });
    const { symbols } = outcome(file, plain, weakening);
    expect(symbols).toEqual(["exp@ weak", "free@", "memcpy@C_1", "pow@ weak", "puts@C_2"]);
  });

  it("two symbols change their versions by name and version, each of what the file says", () => {
    const { symbols } = outcome(file, setSymbolVersion("memcpy@C_1", "C_3"), clearSymbolVersion("puts@C_2"));
    expect(symbols).toEqual(["exp@M_2", "free@", "memcpy@C_3", "pow@M_1", "puts@"]);
  });

  it("the section follows a table that shrank before it grew", () => {
    const less = patch(file, [removeVersionNeed("libm.so.6", ["M_1", "M_2"], { uses: "drop" })]).bytes;
    const additions = ["A", "B", "C", "D", "E", "F"].map((version) => addVersionNeed("libc.so.6", version));
    const elf = readElf(patch(less, additions).bytes);

    const section = elf.sections.find((s) => s.header.type === SHT.GNU_VERNEED)!.header;
    expect([section.exact("addr"), section.info]).toEqual([elf.dynamic!.get(DT.VERNEED), 1]);

    const records = elf.versionNeeds[0]!;
    expect([records.versions.length, section.offset]).toEqual([8, records.at]);
    expect(section.offset + section.size).toBeGreaterThanOrEqual(records.end);
  });
});

describe("a version for a name that a symbol takes in the same patch", () => {
  const bytes = buildElf({ symbols: [{ name: "a", defined: false }] });

  it.each<[string, VersionEdit]>([
    ["set", setSymbolVersion("b", "V_1", { file: "libc.so.6" })],
    ["set for one version", setSymbolVersion("b@V_0", "V_1", { file: "libc.so.6" })],
    ["needed", addVersionNeed("libc.so.6", "V_1", { symbols: "b" })],
    ["cleared", clearSymbolVersion("b")],
  ])("%s: refused in either order, since the second patch would find what the first did not", (_, edit) => {
    const renaming = renameDynamicSymbols({ a: "b" });
    for (const edits of [
      [renaming, edit],
      [edit, renaming],
    ]) {
      expect(caught(() => patch(bytes, edits)).code).toBe("BAD_EDIT");
    }
  });
});

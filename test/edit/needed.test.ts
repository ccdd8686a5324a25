import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { equalBytes, viewOf } from "../../src/codec/bytes.js";
import type { Edit } from "../../src/edit/family.js";
import { addNeeded, type NeededEdit, removeNeeded, replaceNeeded } from "../../src/edit/needed.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { symbolVersions, versymTable } from "../../src/image/dynamic/versions.js";
import { patch } from "../../src/patch.js";
import { SHT, STB, STT, VERSYM } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { stripUnneeded } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, ENCODINGS } from "../support/elf.js";

const VERSIONED: BuildOptions = {
  needed: ["libm.so.6", "libc.so.6"],
  hash: "both",
  versionNeeds: [
    { file: "libm.so.6", versions: ["M_1", "M_2"] },
    { file: "libc.so.6", versions: ["C_1"] },
  ],
  symbols: [
    { name: "pow", defined: false, version: "M_1" },
    { name: "exp", defined: false, version: "M_2" },
    { name: "weak", defined: false, version: "M_1", binding: STB.WEAK },
    { name: "copied", type: STT.OBJECT },
    { name: "puts", defined: false, version: "C_1" },
    { name: "free", defined: false },
  ],
};

/** Name, binding and version of every dynamic symbol. */
function symbols(bytes: Uint8Array) {
  const elf = readElf(bytes);
  const versionOf = symbolVersions(elf);
  const all = [...elf.dynamicSymbols!].slice(1);
  return Object.fromEntries(all.map((s) => [s.name, [s.binding, versionOf(s.index)?.name]]));
}

/** The version needs as `[file, versions]`. */
const needs = (elf: ElfFile) => elf.versionNeeds.map((n) => [n.file, n.versions.map((v) => v.name)]);

/** Patches, and expects what every patch must keep: no rule is broken, and the same patch again changes nothing. */
function patched(bytes: Uint8Array, ...edits: readonly Edit[]) {
  const result = patch(bytes, edits);
  const errors = check(readElf(result.bytes)).filter((f) => f.severity === "error");
  expect(errors).toEqual([]);
  expect(patch(result.bytes, edits).changed).toBe(false);
  expect(JSON.parse(JSON.stringify(edits))).toEqual(edits);
  return { ...result, elf: readElf(result.bytes) };
}

describe.each(ENCODINGS)("$label", (e) => {
  const two = buildElf({ ...e, needed: ["liba.so", "libb.so"] });

  it.each<[NeededEdit[], string[]]>([
    [[addNeeded("libz.so")], ["liba.so", "libb.so", "libz.so"]],
    [[addNeeded("libz.so", { first: true })], ["libz.so", "liba.so", "libb.so"]],
    [[addNeeded(["libz.so", "liby.so"])], ["liba.so", "libb.so", "libz.so", "liby.so"]],
    [
      [addNeeded("libz.so", { first: true }), addNeeded(["liby.so", "libx.so"], { first: true })],
      ["libz.so", "liby.so", "libx.so", "liba.so", "libb.so"],
    ],
    [
      [addNeeded("libz.so", { first: true }), addNeeded("liby.so")],
      ["libz.so", "liba.so", "libb.so", "liby.so"],
    ],
    [[addNeeded(["libb.so", "libz.so", "libz.so"])], ["liba.so", "libb.so", "libz.so"]],
    [[addNeeded("libb.so", { first: true, move: true })], ["libb.so", "liba.so"]],
    [[addNeeded("liba.so", { move: true })], ["libb.so", "liba.so"]],
    [[addNeeded("liba.so", { first: true, move: true })], ["liba.so", "libb.so"]],
    [[addNeeded(["libz.so", "libb.so", "liba.so"], { first: true, move: true })], ["libz.so", "libb.so", "liba.so"]],
    [
      [addNeeded(["liba.so", "libb.so"], { move: true }), removeNeeded("libz.so")],
      ["liba.so", "libb.so"],
    ],
    [
      [addNeeded("libz.so", { first: true, move: true }), replaceNeeded({ "libb.so": "libz.so" })],
      ["libz.so", "liba.so"],
    ],
    [
      [replaceNeeded({ "liba.so": "libz.so" }), addNeeded("libz.so")],
      ["libz.so", "libb.so"],
    ],
    [[removeNeeded("liba.so")], ["libb.so"]],
    [[removeNeeded(["liba.so", "libb.so"])], []],
    [
      [removeNeeded("liba.so"), addNeeded("libz.so"), replaceNeeded({ "libb.so": "libc.so" })],
      ["libc.so", "libz.so"],
    ],
    [
      [removeNeeded(["liba.so", "libb.so"]), addNeeded(["liby.so", "libz.so"], { first: true })],
      ["liby.so", "libz.so"],
    ],
  ])("%j gives %j, in any order of the edits", (edits, needed) => {
    const { bytes, elf } = patched(two, ...edits);
    expect(elf.needed).toEqual(needed);
    const kinds = new Set(edits.map((x) => x.edit));
    if (kinds.size === edits.length) expect(equalBytes(patch(two, [...edits].reverse()).bytes, bytes)).toBe(true);
  });

  it("where nothing is needed, first means before all entries, and last behind them", () => {
    const none = buildElf({ ...e, needed: [] });
    const first = patched(none, addNeeded(["libz.so", "libc.so.6"], { first: true })).elf.dynamic!.entries;
    const last = patched(none, addNeeded("libz.so")).elf.dynamic!.entries;

    expect(first.slice(0, 2).map((x) => x.tag)).toEqual([DT.NEEDED, DT.NEEDED]);
    expect(last.at(-1)!.tag).toBe(DT.NEEDED);
  });

  it("a library that is named twice goes altogether, and one that is not needed is a note", () => {
    const { elf, notes } = patched(
      buildElf({ ...e, needed: ["liba.so", "libb.so", "liba.so"] }),
      removeNeeded(["liba.so", "libx.so"]),
    );
    expect(elf.needed).toEqual(["libb.so"]);
    expect(notes).toEqual([{ note: "NOT_FOUND", message: "removeNeeded: the file does not need libx.so" }]);
  });

  it("while versions of it are needed, it is refused with them and their symbols", () => {
    const error = caught(() => patch(buildElf({ ...e, ...VERSIONED }), [removeNeeded("libm.so.6")]));
    expect([error.code, error.detail]).toEqual(["STILL_NEEDED", { names: ["M_1 (pow, weak)", "M_2 (exp)"] }]);
    expect(error.message).toContain("M_1 (pow, weak), M_2 (exp)");
  });

  it("the list of symbols is cut, and a version without a symbol is named alone", () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ name: `f${i}`, defined: false, version: "M_1" }));
    const bytes = buildElf({ ...e, ...VERSIONED, symbols: many, hash: "sysv" });
    const error = caught(() => patch(bytes, [removeNeeded(["libm.so.6", "libc.so.6"])]));
    expect(error.detail).toEqual({ names: ["M_1 (f0, f1, f2, f3, f4, …)", "M_2", "C_1"] });
  });

  it("dropped: its record goes, its symbols lose their version, and all else stays", () => {
    const before = buildElf({ ...e, ...VERSIONED });
    const { bytes, elf } = patched(before, removeNeeded("libm.so.6", { uses: "drop" }));

    expect(elf.needed).toEqual(["libc.so.6"]);
    expect(needs(elf)).toEqual([["libc.so.6", ["C_1"]]]);
    expect(symbols(bytes)).toEqual({
      ...symbols(before),
      pow: [STB.GLOBAL, undefined],
      exp: [STB.GLOBAL, undefined],
      weak: [STB.WEAK, undefined],
    });
    expect(elf.dynamic!.get(DT.VERNEEDNUM)).toBe(1n);

    const section = elf.sections.find((s) => s.name === ".gnu.version_r")!.header;
    const old = readElf(before).sections.find((s) => s.name === ".gnu.version_r")!.header;
    expect([section.type, section.info]).toEqual([SHT.GNU_VERNEED, 1]);
    expect([section.offset, section.size]).toEqual([old.offset, old.size]);
    expect([...bytes.subarray(section.offset + 32, old.offset + old.size)].every((b) => b === 0)).toBe(true);
  });

  it("weakened: undefined symbols of it become weak, too, and only those", () => {
    const before = buildElf({ ...e, ...VERSIONED });
    const { bytes, changes } = patched(before, removeNeeded("libm.so.6", { uses: "weaken" }));

    const becomesWeak = { at: "dynamicSymbols", field: "binding", from: "STB_GLOBAL", to: "STB_WEAK" };
    const ofSymbols = changes.filter((c) => c.at === "dynamicSymbols");
    expect(ofSymbols.sort((a, b) => (a.name! < b.name! ? -1 : 1))).toEqual([
      { ...becomesWeak, name: "exp" },
      { ...becomesWeak, name: "pow" },
    ]);
    expect(symbols(bytes)).toEqual({
      ...symbols(before),
      pow: [STB.WEAK, undefined],
      exp: [STB.WEAK, undefined],
      weak: [STB.WEAK, undefined],
    });
  });

  it("a symbol that the file defines for others (a copy relocation) loses the version, and stays global", () => {
    const before = buildElf({ ...e, ...VERSIONED });
    const elf = readElf(before);
    const copied = [...elf.dynamicSymbols!].find((s) => s.name === "copied")!;
    const at = versymTable(elf)!.offset + copied.index * 2;
    const number = elf.versionNeeds[0]!.versions[0]!.index | VERSYM.HIDDEN;
    viewOf(before).setUint16(at, number, e.littleEndian);
    expect(symbols(before)["copied"]).toEqual([STB.GLOBAL, "M_1"]);

    const { bytes } = patched(before, removeNeeded("libm.so.6", { uses: "weaken" }));
    expect(symbols(bytes)["copied"]).toEqual([STB.GLOBAL, undefined]);
  });

  it("without a version need left, the tags go, and the tables become bytes that no tool reads", () => {
    const before = buildElf({ ...e, ...VERSIONED });
    const removal = removeNeeded(["libm.so.6", "libc.so.6"], { uses: "drop" });
    const versionSections = (elf: ElfFile) => elf.sections.filter((s) => s.name.includes("gnu.version"));

    const { elf } = patched(before, removal);
    for (const tag of [DT.NEEDED, DT.VERNEED, DT.VERNEEDNUM, DT.VERSYM]) {
      expect(elf.dynamic!.get(tag)).toBe(undefined);
    }
    expect(elf.versionNeeds).toEqual([]);
    expect(versionSections(elf).map((s) => [s.name, s.header.type, s.header.info, s.header.link])).toEqual([
      ["gnu.version", SHT.PROGBITS, 0, 0],
      ["gnu.version_r", SHT.PROGBITS, 0, 0],
    ]);

    const stripped = patched(before, removal, stripUnneeded()).elf;
    expect(versionSections(stripped).map((s) => s.name)).toEqual(["gnu.version", "gnu.version_r"]);
  });

  it("a file that defines versions keeps DT_VERSYM", () => {
    const before = buildElf({
      ...e,
      ...VERSIONED,
      soname: "libx.so",
      versions: [{ name: "X_1" }],
      symbols: [
        { name: "pow", defined: false, version: "M_1" },
        { name: "mine", version: "X_1" },
      ],
    });
    const { bytes, elf } = patched(before, removeNeeded(["libm.so.6", "libc.so.6"], { uses: "drop" }));
    expect([elf.dynamic!.get(DT.VERNEED), elf.dynamic!.get(DT.VERSYM) !== undefined]).toEqual([undefined, true]);
    expect(symbols(bytes)).toEqual({ pow: [STB.GLOBAL, undefined], mine: [STB.GLOBAL, "X_1"] });
    expect(elf.sections.find((s) => s.name === ".gnu.version")!.header.type).toBe(SHT.GNU_VERSYM);
  });

  it("dropped, renamed and merged in one patch", () => {
    const before = buildElf({
      ...e,
      needed: ["liba.so", "libb.so", "libm.so"],
      versionNeeds: [
        { file: "libm.so", versions: ["M_1"] },
        { file: "liba.so", versions: ["V_1"] },
        { file: "libb.so", versions: ["V_1", "V_2"] },
      ],
      symbols: [
        { name: "one", defined: false, version: "V_1" },
        { name: "two", defined: false, version: "V_2" },
        { name: "pow", defined: false, version: "M_1" },
      ],
    });
    const { bytes, elf } = patched(
      before,
      removeNeeded("libm.so", { uses: "drop" }),
      replaceNeeded({ "libb.so": "liba.so" }),
      addNeeded("libz.so"),
    );

    expect(elf.needed).toEqual(["liba.so", "libz.so"]);
    expect(needs(elf)).toEqual([["liba.so", ["V_1", "V_2"]]]);
    expect(symbols(bytes)).toEqual({
      one: [STB.GLOBAL, "V_1"],
      two: [STB.GLOBAL, "V_2"],
      pow: [STB.GLOBAL, undefined],
    });
  });

  it("version needs of a file that is not needed, at which ld.so stops, are dropped, too", () => {
    const { elf, notes } = patched(
      buildElf({ ...e, ...VERSIONED, needed: ["libc.so.6"] }),
      removeNeeded("libm.so.6", { uses: "drop" }),
    );
    expect(notes).toEqual([]);
    expect(elf.versionNeeds.map((n) => n.file)).toEqual(["libc.so.6"]);
  });

  it("the strings of what went take new ones", () => {
    const before = buildElf({ ...e, ...VERSIONED, dynstrLast: true });
    const { elf } = patched(before, removeNeeded("libm.so.6", { uses: "drop" }), addNeeded("libn.so.7"));
    expect(elf.dynamic!.strings!.size).toBe(readElf(before).dynamic!.strings!.size);
  });

  it("where the number of symbols is only a bound, no version is written that may be none", () => {
    const options: BuildOptions = { ...e, ...VERSIONED, sectionHeaders: false, hash: "none" };
    const removal = removeNeeded("libm.so.6", { uses: "drop" });
    expect(caught(() => patch(buildElf(options), [removal])).code).toBe("UNSUPPORTED");

    const used = buildElf({ ...options, relocations: [{ symbol: "pow" }, { symbol: "exp" }, { symbol: "weak" }] });
    expect(patched(used, removal).elf.versionNeeds.map((n) => n.file)).toEqual(["libc.so.6"]);

    const merge = buildElf({
      ...options,
      versionNeeds: [
        { file: "libm.so.6", versions: ["M_1"] },
        { file: "libc.so.6", versions: ["M_1"] },
      ],
      symbols: [{ name: "pow", defined: false, version: "M_1" }],
    });
    const { index } = readElf(merge).versionNeeds[1]!.versions[0]!;
    viewOf(merge).setUint16(versymTable(readElf(merge))!.offset + 2, index, e.littleEndian);
    expect(caught(() => patch(merge, [replaceNeeded({ "libc.so.6": "libm.so.6" })])).code).toBe("UNSUPPORTED");
  });
});

describe("edits of needed libraries that are wrong, or contradict each other", () => {
  const bytes = buildElf({ ...VERSIONED });
  it.each<[string, () => readonly NeededEdit[]]>([
    ["an empty name to add", () => [addNeeded("")]],
    ["an empty name to remove", () => [removeNeeded(["libm.so.6", ""])]],
    ["nothing to add", () => [addNeeded([])]],
    ["added and removed", () => [addNeeded("libz.so"), removeNeeded("libz.so")]],
    ["renamed to one that is removed", () => [replaceNeeded({ "libc.so.6": "libz.so" }), removeNeeded("libz.so")]],
    [
      "removed and renamed",
      () => [replaceNeeded({ "libm.so.6": "libz.so" }), removeNeeded("libm.so.6", { uses: "drop" })],
    ],
    ["added and renamed", () => [addNeeded("libz.so"), replaceNeeded({ "libz.so": "liby.so" })]],
    ["first and last", () => [addNeeded("libz.so"), addNeeded("libz.so", { first: true })]],
    [
      "dropped and weakened",
      () => [removeNeeded("libm.so.6", { uses: "drop" }), removeNeeded("libm.so.6", { uses: "weaken" })],
    ],
  ])("%s", (_, edits) => {
    expect(caught(() => patch(bytes, edits())).code).toBe("BAD_EDIT");
    expect(caught(() => patch(bytes, [...edits()].reverse())).code).toBe("BAD_EDIT");
  });

  it("a removal with and one without a choice agree", () => {
    const edits = [removeNeeded("libm.so.6"), removeNeeded("libm.so.6", { uses: "drop" })];
    expect(readElf(patch(bytes, edits).bytes).needed).toEqual(["libc.so.6"]);
  });
});

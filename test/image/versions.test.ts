import { describe, expect, it } from "vitest";
import { Verdef, Vernaux, Verneed } from "../../src/codec/records.js";
import { viewOf } from "../../src/codec/bytes.js";
import { readElf } from "../../src/image/read-elf.js";
import { symbolVersions, versymTable } from "../../src/image/dynamic/versions.js";
import { VER_FLG } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, dyn, ENCODINGS, fixture } from "../support/elf.js";

const OPTIONS: BuildOptions = {
  soname: "libx.so.1",
  needed: ["libc.so.6", "libm.so.6"],
  versionNeeds: [
    { file: "libc.so.6", versions: ["GLIBC_2.2.5", "GLIBC_2.34"], weak: ["GLIBC_2.34"] },
    { file: "libm.so.6", versions: ["GLIBC_2.29"] },
  ],
  versions: [{ name: "X_1" }, { name: "X_2", parents: ["X_1"] }],
  symbols: [
    { name: "puts", defined: false, version: "GLIBC_2.2.5" },
    { name: "exp", defined: false, version: "GLIBC_2.29" },
    { name: "free", defined: false },
    { name: "old", version: "X_1", hidden: true },
    { name: "new", version: "X_2" },
    { name: "plain" },
  ],
};

describe("versions", () => {
  it.each(ENCODINGS)("that are needed ($label)", (e) => {
    const b = buildElf({ ...e, ...OPTIONS });
    const elf = readElf(b);
    const needs = elf.versionNeeds;

    expect(needs.map((n) => [n.file, n.versions.map((v) => [v.name, v.index, v.flags])])).toEqual([
      [
        "libc.so.6",
        [
          ["GLIBC_2.2.5", 4, 0],
          ["GLIBC_2.34", 5, VER_FLG.WEAK],
        ],
      ],
      ["libm.so.6", [["GLIBC_2.29", 6, 0]]],
    ]);
    // The System V hash of GLIBC_2.2.5, as every libc has it.
    expect(needs[0]!.versions[0]!.hash).toBe(0x09691a75);
    expect(elf.dynamic!.strings!.at(needs[1]!.fileOffset)).toBe("libm.so.6");
    expect(elf.dynamic!.strings!.at(needs[1]!.versions[0]!.nameOffset)).toBe("GLIBC_2.29");
    expect(needs.map((n) => Verneed.view(viewOf(b), n.at, e).cnt)).toEqual([2, 1]);
  });

  it.each(ENCODINGS)("that are defined ($label)", (e) => {
    const elf = readElf(buildElf({ ...e, ...OPTIONS }));
    expect(elf.versionDefinitions.map((d) => [d.index, d.flags, d.names])).toEqual([
      [1, VER_FLG.BASE, ["libx.so.1"]],
      [2, 0, ["X_1"]],
      [3, 0, ["X_2", "X_1"]],
    ]);
    expect(elf.versionDefinitions[2]!.nameOffsets.map((n) => elf.dynamic!.strings!.at(n))).toEqual(["X_2", "X_1"]);
  });

  it.each(ENCODINGS)("of symbols ($label)", (e) => {
    const elf = readElf(buildElf({ ...e, ...OPTIONS }));
    const versionOf = symbolVersions(elf);
    expect(Object.fromEntries([...elf.dynamicSymbols!].map((s) => [s.name, versionOf(s.index)]))).toEqual({
      "": undefined,
      free: undefined,
      plain: undefined,
      puts: { name: "GLIBC_2.2.5", file: "libc.so.6", hidden: false },
      exp: { name: "GLIBC_2.29", file: "libm.so.6", hidden: false },
      old: { name: "X_1", file: null, hidden: true },
      new: { name: "X_2", file: null, hidden: false },
    });
    expect([versionOf(7), versionOf(1e6), versymTable(elf)!.count]).toEqual([undefined, undefined, 7]);
  });

  it("of symbols go by their number without the hidden bit", () => {
    const b = buildElf(OPTIONS);
    const elf = readElf(b);
    const need = elf.versionNeeds[0]!.versions[0]!;
    const definition = elf.versionDefinitions[2]!;
    Vernaux.view(viewOf(b), need.at, elf.header).other |= 0x8000;
    Verdef.view(viewOf(b), definition.at, elf.header).ndx |= 0x8000;
    const versionOf = symbolVersions(readElf(b));
    const names = [...elf.dynamicSymbols!].map((s) => s.name);

    expect([versionOf(names.indexOf("puts"))?.name, versionOf(names.indexOf("new"))?.name]).toEqual([
      "GLIBC_2.2.5",
      "X_2",
    ]);
  });

  it("are none in a file without them", () => {
    const elf = readElf(buildElf({ symbols: [{ name: "a" }] }));
    expect([elf.versionNeeds, elf.versionDefinitions, symbolVersions(elf)(1), versymTable(elf)]).toEqual([
      [],
      [],
      undefined,
      undefined,
    ]);
  });

  it("of the fixtures", () => {
    for (const [name, glibc] of [
      ["x86_64-glibc-lib.so", "GLIBC_2.2.5"],
      ["s390x-glibc-lib.so", "GLIBC_2.2"],
      ["i386-glibc-lib.so", "GLIBC_2.0"],
    ] as const) {
      const elf = readElf(fixture(name));
      const versionOf = symbolVersions(elf);
      const all = [...elf.dynamicSymbols!].map((s) => ({ ...versionOf(s.index), symbol: s.name }));

      expect(all.filter((s) => s.symbol === "answer")).toEqual([
        { symbol: "answer", name: "ELFWRIGHT_2.0", file: null, hidden: false },
        { symbol: "answer", name: "ELFWRIGHT_1.0", file: null, hidden: true },
      ]);
      expect(all.find((s) => s.symbol === "strlen")).toEqual({
        symbol: "strlen",
        name: glibc,
        file: "libc.so.6",
        hidden: false,
      });
      expect(elf.versionDefinitions.map((d) => d.names)).toEqual([
        ["libelfwright-fixture.so.1"],
        ["ELFWRIGHT_1.0"],
        ["ELFWRIGHT_2.0", "ELFWRIGHT_1.0"],
      ]);
    }

    expect(readElf(fixture("x86_64-musl-pie")).versionNeeds).toEqual([]);

    const needs = readElf(fixture("x86_64-glibc-pie")).versionNeeds;
    expect(needs.map((n) => [n.file, n.versions.map((v) => v.name)])).toEqual([
      ["libc.so.6", ["GLIBC_2.34", "GLIBC_2.2.5"]],
    ]);
  });
});

describe("broken versions", () => {
  it("end with the count or with vn_next, whichever comes first", () => {
    const b = buildElf(OPTIONS);
    dyn(b, DT.VERNEEDNUM).val = 1;
    expect(readElf(b).versionNeeds.map((n) => n.file)).toEqual(["libc.so.6"]);

    dyn(b, DT.VERNEEDNUM).val = 100;
    expect(readElf(b).versionNeeds.map((n) => n.file)).toEqual(["libc.so.6", "libm.so.6"]);

    const { at } = readElf(b).versionNeeds[0]!;
    Verneed.view(viewOf(b), at, { class: 64, littleEndian: true }).cnt = 50;
    expect(readElf(b).versionNeeds[0]!.versions.length).toBe(2);
  });

  it("are MALFORMED outside the file or its strings, TRUNCATED past its end", () => {
    const codeOf = (b: Uint8Array) => caught(() => readElf(b).versionNeeds).code;

    const outside = buildElf(OPTIONS);
    dyn(outside, DT.VERNEED).val = 0x7000000;
    expect(codeOf(outside)).toBe("MALFORMED");

    const unsized = buildElf(OPTIONS);
    dyn(unsized, DT.STRSZ).tag = 0x12345;
    expect(codeOf(unsized)).toBe("MALFORMED");

    const long = buildElf(OPTIONS);
    const { at } = readElf(long).versionNeeds[0]!;
    Verneed.view(viewOf(long), at, { class: 64, littleEndian: true }).aux = 0x7000000;
    expect(codeOf(long)).toBe("TRUNCATED");
  });

  it("do not cost the product of records and name length", () => {
    const b = buildElf({
      versionNeeds: Array.from({ length: 8000 }, (_, i) => ({ file: "libc.so.6", versions: [`V${i}`] })),
      runpath: "x".repeat(200_000),
    });
    const elf = readElf(b);
    const offset = Number(elf.dynamic!.entries.find((e) => e.tag === DT.RUNPATH)!.value);
    for (const n of elf.versionNeeds) Verneed.view(viewOf(b), n.at, elf.header).file = offset;
    expect(caught(() => readElf(b).versionNeeds).code).toBe("MALFORMED");
  }, 5_000);
});

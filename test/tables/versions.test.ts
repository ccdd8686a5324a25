import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import { Vernaux, Verneed } from "../../src/codec/records.js";
import { readElf } from "../../src/image/read-elf.js";
import { VER_FLG } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { encodeVersionNeeds, mergeVersionNeeds, type VersionNeedRecord } from "../../src/tables/versions.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS, fixture } from "../support/elf.js";

const version = (name: number, index: number, flags = 0) => ({ hash: name * 1000, flags, index, name });

describe("mergeVersionNeeds", () => {
  it("leaves needs of different files as they are", () => {
    const needs = [
      { file: 1, versions: [version(10, 2)] },
      { file: 5, versions: [version(10, 3)] },
    ];
    const merged = mergeVersionNeeds(needs, (f) => f);
    expect([merged.needs, merged.renumbered.size]).toEqual([needs, 0]);
  });

  it("joins needs of one file in the place of the first, and says which numbers went", () => {
    const needs = [
      { file: 1, versions: [version(10, 2), version(20, 3)] },
      { file: 5, versions: [version(10, 4)] },
      { file: 7, versions: [version(30, 5), version(20, 6)] },
    ];
    const merged = mergeVersionNeeds(needs, (f) => (f === 7 ? 1 : f));
    expect(merged.needs).toEqual([
      { file: 1, versions: [version(10, 2), version(20, 3), version(30, 5)] },
      { file: 5, versions: [version(10, 4)] },
    ]);
    expect([...merged.renumbered]).toEqual([[6, 3]]);
    expect(needs[0]!.versions.length).toBe(2);
  });

  it("keeps VER_FLG_WEAK only where both say it", () => {
    const flags = (a: number, b: number) =>
      mergeVersionNeeds(
        [
          { file: 1, versions: [version(10, 2, a)] },
          { file: 1, versions: [version(10, 3, b)] },
        ],
        (f) => f,
      ).needs[0]!.versions[0]!.flags;
    expect(flags(VER_FLG.WEAK, VER_FLG.WEAK)).toBe(VER_FLG.WEAK);
    expect([flags(VER_FLG.WEAK, 0), flags(0, VER_FLG.WEAK)]).toEqual([0, 0]);
  });
});

describe("encodeVersionNeeds", () => {
  const NEEDS: VersionNeedRecord[] = [
    { file: 1, versions: [version(10, 2, 2), version(20, 3)] },
    { file: 9, versions: [] },
    { file: 30, versions: [version(40, 0x8004)] },
  ];

  it.each(ENCODINGS)("writes what the records say ($label)", (e) => {
    const b = encodeVersionNeeds(NEEDS, e);
    const v = viewOf(b);
    expect(b.length).toBe(3 * 16 + 3 * 16);

    const heads = [0, 48, 64].map((at) => {
      const r = Verneed.view(v, at, e);
      return [r.version, r.cnt, r.file, r.aux, r.next];
    });
    expect(heads).toEqual([
      [1, 2, 1, 16, 48],
      [1, 0, 9, 0, 16],
      [1, 1, 30, 16, 0],
    ]);

    const auxes = [16, 32, 80].map((at) => {
      const r = Vernaux.view(v, at, e);
      return [r.hash, r.flags, r.other, r.name, r.next];
    });
    expect(auxes).toEqual([
      [10000, 2, 2, 10, 16],
      [20000, 0, 3, 20, 0],
      [40000, 0, 0x8004, 40, 0],
    ]);
  });

  it("of nothing is nothing", () => {
    expect(encodeVersionNeeds([], { class: 64, littleEndian: true }).length).toBe(0);
  });

  const recordsOf = (b: Uint8Array) =>
    readElf(b).versionNeeds.map((n) => ({
      file: n.fileOffset,
      versions: n.versions.map((x) => ({ hash: x.hash, flags: x.flags, index: x.index, name: x.nameOffset })),
    }));

  it.each(["x86_64-glibc-pie", "i386-glibc-lib.so", "s390x-glibc-exec"])(
    "gives back the bytes that GNU ld wrote (%s)",
    (name) => {
      const b = fixture(name);
      const elf = readElf(b);
      const at = elf.offsetOf(elf.dynamic!.get(DT.VERNEED)!)!;
      const bytes = encodeVersionNeeds(recordsOf(b), elf.header);
      expect(bytes.length).toBeGreaterThanOrEqual(32);
      expect(bytes).toEqual(b.slice(at, at + bytes.length));
    },
  );

  it.each(ENCODINGS)("survives a merge and a second reading ($label)", (e) => {
    const b = buildElf({
      ...e,
      versionNeeds: [
        { file: "liba.so", versions: ["V1", "V2"] },
        { file: "libb.so", versions: ["V2", "V3"] },
      ],
    });
    const elf = readElf(b);
    const merged = mergeVersionNeeds(recordsOf(b), () => "one");
    const bytes = encodeVersionNeeds(merged.needs, e);
    const at = elf.offsetOf(elf.dynamic!.get(DT.VERNEED)!)!;

    expect([...merged.renumbered]).toEqual([[4, 3]]);

    b.set(bytes, at);
    expect(readElf(b).versionNeeds.map((n) => [n.file, n.versions.map((v) => `${v.name} ${v.index}`)])).toEqual([
      ["liba.so", ["V1 2", "V2 3", "V3 5"]],
    ]);
  });
});

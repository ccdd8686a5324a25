import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import type { Edit } from "../../src/edit/family.js";
import { addNeeded, removeNeeded, replaceNeeded } from "../../src/edit/needed.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { addVersionNeed, removeVersionNeed, setSymbolVersion, weakenVersionNeed } from "../../src/edit/versions.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, ENCODINGS } from "../support/elf.js";

const RELR = "GLIBC_ABI_DT_RELR";
const C = "libc.so.6";

const versionsIn = (bytes: Uint8Array): string[] =>
  readElf(bytes).versionNeeds.flatMap((n) => n.versions.map((v) => `${n.file} ${v.name}`));

const found = (bytes: Uint8Array): string[] =>
  check(readElf(bytes)).flatMap((f) => (f.rule === "version-relr" ? `${f.severity} ${f.at}` : []));

describe.each(ENCODINGS)("DT_RELR and versions of glibc ($label)", (e) => {
  const tags = [{ tag: DT.RELR, value: 0 }];
  const build = (options: BuildOptions): Uint8Array => buildElf({ ...e, tags, hash: "both", ...options });
  const libc = (...versions: string[]) => [{ file: C, versions }];
  const musl = build({ needed: ["libc.so"], symbols: [{ name: "realpath", defined: false }] });

  /** What a patch makes, in either order of the edits and once more. */
  function made(file: Uint8Array, ...edits: Edit[]) {
    const { bytes, notes } = patch(file, edits);
    expect(patch(file, edits.toReversed()).bytes.length).toBe(bytes.length);
    expect(patch(bytes, edits).changed).toBe(false);
    expect(found(bytes)).toEqual([]);
    return { versions: versionsIn(bytes), notes: notes.map((n) => n.note) };
  }

  it("the first versions bring the need of GLIBC_ABI_DT_RELR along", () => {
    const rename = replaceNeeded("libc.so", C);
    expect(made(musl, rename)).toEqual({ versions: [], notes: [] });
    expect(made(musl, rename, addVersionNeed(C, "GLIBC_2.3", { symbols: "realpath" }))).toEqual({
      versions: [`${C} GLIBC_2.3`, `${C} ${RELR}`],
      notes: ["NEED_ADDED"],
    });
    expect(made(musl, rename, setSymbolVersion("realpath", "GLIBC_2.3", { file: C })).notes).toEqual(["NEED_ADDED"]);
    expect(made(musl, addVersionNeed("libc.so", "ANY"))).toEqual({ versions: ["libc.so ANY"], notes: [] });
  });

  it("so does the C library that comes to versions of another one", () => {
    const file = build({ needed: ["libm.so.6", "libz.so"], versionNeeds: [{ file: "libm.so.6", versions: ["M_1"] }] });
    const both = { versions: ["libm.so.6 M_1", `${C} ${RELR}`], notes: ["NEED_ADDED"] };
    expect(made(file, addNeeded(C))).toEqual(both);
    expect(made(file, replaceNeeded("libz.so", C))).toEqual(both);
    expect(made(file, addNeeded("libc.so.6.1")).versions).toContain(`libc.so.6.1 ${RELR}`);
    expect(made(file, addNeeded("libc.so.7")).notes).toEqual([]);
  });

  it("a need that is there follows its library, or goes with it", () => {
    const file = build({ needed: [C, "libz.so"], versionNeeds: libc("GLIBC_2.3", RELR) });
    expect(made(file, replaceNeeded(C, "libc.so.6.1")).notes).toEqual([]);
    expect(made(file, removeNeeded(C, { uses: "drop" }))).toEqual({ versions: [], notes: [] });
    expect(made(file, weakenVersionNeed(C, RELR)).versions).toHaveLength(2);
    expect(made(file, removeVersionNeed(C, [RELR, "GLIBC_2.3"])).versions).toEqual([]);
  });

  it("it is not taken away while other versions stay", () => {
    const file = build({ versionNeeds: libc("GLIBC_2.3", RELR) });
    for (const uses of ["drop", "weaken", undefined] as const) {
      const error = caught(() => patch(file, removeVersionNeed(C, RELR, { uses })));
      expect(error.code).toBe("STILL_NEEDED");
      expect(error.message).toContain(`ld.so refuses a file with DT_RELR that needs versions, but not ${RELR} of ${C}`);
    }
    const edits = [replaceNeeded("libc.so", C), addVersionNeed(C, "GLIBC_2.3"), removeVersionNeed(C, RELR)];
    expect(caught(() => patch(musl, edits)).code).toBe("STILL_NEEDED");
  });

  it("a file without DT_RELR, or one that lacks the need already, is left alone", () => {
    const plain = build({ tags: [], versionNeeds: libc("GLIBC_2.3", RELR) });
    expect(made(plain, removeVersionNeed(C, RELR)).versions).toEqual([`${C} GLIBC_2.3`]);

    const lacking = build({ versionNeeds: libc("GLIBC_2.3") });
    expect(found(lacking)).toEqual([`error version needs of ${C}`]);
    const { bytes, notes } = patch(lacking, [addVersionNeed(C, "GLIBC_2.4"), setRunpath("/opt"), addNeeded("libz.so")]);
    expect([versionsIn(bytes), notes]).toEqual([[`${C} GLIBC_2.3`, `${C} GLIBC_2.4`], []]);
    expect(versionsIn(patch(lacking, addVersionNeed(C, RELR)).bytes)).toContain(`${C} ${RELR}`);
  });

  it("check asks for it where ld.so does", () => {
    expect(found(build({ versionNeeds: libc("GLIBC_2.3", RELR) }))).toEqual([]);
    expect(found(build({ needed: [C] }))).toEqual([]);
    const others = [{ file: "libm.so.6", versions: ["M_1"] }];
    expect(found(build({ needed: ["libm.so.6", C], versionNeeds: others }))).toEqual([`error version needs of ${C}`]);
    expect(found(build({ needed: ["libm.so.6"], versionNeeds: others }))).toEqual([]);
    // FreeBSD's C library, whose loader asks for nothing.
    expect(found(build({ needed: ["libc.so.7"], versionNeeds: [{ file: "libc.so.7", versions: ["F"] }] }))).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { addVersionNeed, clearSymbolVersion, setSymbolVersion } from "../../src/edit/versions.js";
import type { Edit } from "../../src/edit/family.js";
import { dynamicRelocations } from "../../src/image/relocations/relocations.js";
import { readElf } from "../../src/image/read-elf.js";
import { symbolVersions } from "../../src/image/dynamic/versions.js";
import { patch } from "../../src/patch.js";
import { STT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { Corruptible } from "../check/corrupt.js";
import { caught, ENCODINGS } from "../support/elf.js";

const C = "libc.so.6";
const NAME = "stdout";

describe.each(ENCODINGS)("a symbol that a program defines for a copy of a library's object ($label)", (e) => {
  const base: BuildOptions = { ...e, hash: "both", needed: ["libm.so.6", C], relocations: [{ symbol: NAME }] };
  const symbols = [{ name: NAME, type: STT.OBJECT }];

  /** The file, with the relocation of the symbol at the symbol's own address. */
  function copied(options: BuildOptions): Uint8Array {
    const c = new Corruptible(buildElf({ ...base, symbols, ...options }));
    const [relocation] = dynamicRelocations(c.elf);
    c.symbol(".dynsym", relocation!.symbol).value = Number(relocation!.offset);
    return c.bytes;
  }

  function versionAfter(file: Uint8Array, ...edits: Edit[]): string | undefined {
    const { bytes } = patch(file, edits);
    expect(patch(bytes, edits).changed).toBe(false);
    const elf = readElf(bytes);
    const { index, value } = [...elf.dynamicSymbols!].find((s) => s.name === NAME)!;
    const before = [...readElf(file).dynamicSymbols!].find((s) => s.name === NAME)!;
    expect(value).toBe(before.value);
    const version = symbolVersions(elf)(index);
    return version && `${version.file} ${version.name}`;
  }

  it("takes a version of its library, as an undefined one", () => {
    const versionNeeds = [{ file: C, versions: ["C_1", "C_2"] }];
    const plain = copied({ versionNeeds });
    expect(versionAfter(plain, setSymbolVersion(NAME, "C_1"))).toBe(`${C} C_1`);

    const bound = patch(plain, addVersionNeed(C, "C_3", { symbols: NAME })).bytes;
    expect(versionAfter(bound, setSymbolVersion(NAME, "C_2"))).toBe(`${C} C_2`);
    expect(versionAfter(bound, setSymbolVersion(`${NAME}@C_3`, "C_9"))).toBe(`${C} C_9`);
    expect(versionAfter(bound, addVersionNeed("libm.so.6", "M_1", { symbols: NAME }))).toBe("libm.so.6 M_1");
    expect(versionAfter(bound, clearSymbolVersion(NAME))).toBe(undefined);
  });

  it("also in a program without versions", () => {
    const file = copied({});
    expect(versionAfter(file, addVersionNeed(C, "C_1", { symbols: NAME }))).toBe(`${C} C_1`);
    expect(caught(() => patch(file, setSymbolVersion(NAME, "C_1"))).code).toBe("BAD_EDIT");
  });

  it("a definition stays one: in a library, and where another relocation names it", () => {
    const edit = addVersionNeed(C, "C_1", { symbols: NAME });
    expect(caught(() => patch(copied({ soname: "libx.so" }), edit)).message).toContain("defined in the file itself");
    const other = buildElf({ ...base, symbols });
    expect(caught(() => patch(other, edit)).message).toContain("defined in the file itself");
  });
});

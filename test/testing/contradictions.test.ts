import { describe, expect, it } from "vitest";
import { SHF, SHT } from "../../src/spec/constants.js";
import { calls, exits, prints, returns } from "../../src/testing/actions.js";
import { buildArchive } from "../../src/testing/build-archive.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { buildObject } from "../../src/testing/build-object.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught } from "../support/elf.js";

describe("options that contradict each other", () => {
  it.each<[string, BuildOptions, RegExp]>([
    ["class", { machine: "i386", class: 64 }, /i386 has no class 64/],
    ["byte order", { machine: "s390x", byteOrder: "little" }, /s390x is not little-endian/],
    ["machine", { machine: "z80" as never }, /no machine z80/],
    ["type", { type: "pie" as never }, /no type pie/],
    ["code without a machine for it", { machine: "sparc", text: exits(0) }, /no code for sparc/],
    ["a program that returns", { text: returns(1) }, /does not return/],
    ["a call without a loader", { dynamic: false, text: calls("f") }, /needs a dynamic section/],
    ["a function that calls", { symbols: [{ name: "f", text: calls("g") }] }, /not of a symbol/],
    ["code of no function", { symbols: [{ name: "f", defined: false, text: returns(1) }] }, /f has code/],
    ["an init array without a loader", { dynamic: false, initArray: ["f"] }, /initArray needs/],
    ["an init array of nothing", { initArray: ["f"] }, /initArray names f/],
    ["segments of an object", { type: "rel", segments: [{ type: 1 }] }, /no segments/],
    ["a segment over nothing", { segments: [{ type: 7, sections: ".tdata" }] }, /covers \.tdata/],
    ["two sections of a name", { sections: [{ name: ".comment" }] }, /two sections \.comment/],
    ["a section that nothing leads to", { sectionHeaders: false, sections: [{ name: ".x" }] }, /leads to \.x/],
    ["code beside .text", { sections: [{ name: ".x", flags: SHF.ALLOC | SHF.EXECINSTR }] }, /all code stands/],
    ["bytes of zeros", { sections: [{ name: ".x", type: SHT.NOBITS, bytes: new Uint8Array(1) }] }, /\.x has bytes/],
  ])("%s", (_, options, message) => {
    const { code, message: said } = caught(() => buildElf(options));
    expect(code).toBe("BAD_EDIT");
    expect(said).toMatch(message);
  });

  it("values out of range, and names that lead nowhere", () => {
    for (const make of [
      () => exits(256),
      () => returns(2 ** 31),
      () => prints("x".repeat(65536)),
      () => buildObject({ sections: [{ name: ".x", link: ".y" }] }),
      () => buildObject({ sections: [{ name: ".x", relocations: [{ offset: 0, symbol: "f", type: 1 }] }] }),
      () => buildObject({ sections: [{ name: ".text" }], symbols: [{ name: "f", text: returns(1) }] }),
      () => buildArchive([{ name: "", bytes: new Uint8Array(1) }]),
    ]) {
      expect(caught(make).code).toBe("BAD_EDIT");
    }
  });
});

import { describe, expect, it } from "vitest";
import { type ElfFile, patch, PT, readElf, SHT, stripDebug, stripUnneeded } from "../../../src/index.js";
import { contents } from "../../support/contents.js";
import { fixture } from "../../support/fixtures.js";
import { compareSegments, compareWithInput, compareWithTool } from "./compare.js";

/** What the comparison says of the result of a strip that someone changed. */
function spoiled(name: string, spoil: (bytes: Buffer, elf: ElfFile) => void): string[] {
  const before = fixture(name);
  const { bytes } = patch(before, [stripDebug()]);
  const was = contents(before);
  const complaints = (result: Buffer): string[] => {
    const now = contents(result);
    return [
      ...compareSegments(before, result),
      ...compareWithInput(was, now),
      ...compareWithTool(result, { tool: "strip", bytes }, now, was),
    ];
  };

  expect(complaints(bytes)).toEqual([]);

  const copy = Buffer.from(bytes);
  spoil(copy, readElf(bytes));
  expect(copy.equals(bytes)).toBe(false);

  return complaints(copy);
}

const OBJECT = "x86_64-object.o";
const PROGRAM = "x86_64-glibc-pie";

/** Changes one bit. */
function flip(bytes: Buffer, at: number): void {
  bytes[at]! ^= 1;
}

const section = (e: ElfFile, type: number) => e.sections.find((s) => s.header.type === type)!.header;
const named = (e: ElfFile, name: string) => e.sections.find((s) => s.name === name)!.header;
const loadAt = (e: ElfFile, flags: number): number =>
  e.segments.find((s) => s.type === PT.LOAD && s.flags === flags)!.offset;

const CHANGES: readonly (readonly [string, string, (b: Buffer, e: ElfFile) => void, RegExp])[] = [
  ["a relocation's symbol", OBJECT, (b, e) => flip(b, section(e, SHT.RELA).offset + 12), /^relocations: /],
  ["a relocation's addend", OBJECT, (b, e) => flip(b, section(e, SHT.RELA).offset + 16), /^relocations: /],
  ["a symbol's value", OBJECT, (b, e) => flip(b, section(e, SHT.SYMTAB).offset + 24 * 2 + 8), /^symbols/],
  ["a symbol's section", OBJECT, (b, e) => flip(b, section(e, SHT.SYMTAB).offset + 24 * 2 + 6), /^symbols/],
  ["a byte of code", OBJECT, (b, e) => flip(b, named(e, ".text").offset), /^content: \.text/],
  ["a section's name", OBJECT, (b, e) => flip(b, named(e, ".shstrtab").offset + 1), /^sections: /],
  ["a loaded byte", PROGRAM, (b, e) => flip(b, loadAt(e, 5)), /^segments: /],
  ["e_entry", PROGRAM, (b) => flip(b, 24), /^segments: /],
  ["a program header", PROGRAM, (b, e) => flip(b, e.header.phoff + 4), /^program headers: /],
];

describe("the comparison of strips notices", () => {
  it.each(CHANGES)("%s (%s)", (_, name, spoil, complaint) => {
    expect(spoiled(name, spoil)).toContainEqual(expect.stringMatching(complaint));
  });

  it("a symbol and a section more or less than the other tool's, and a larger file", () => {
    const before = fixture(OBJECT);
    const was = contents(before);
    const debug = patch(before, [stripDebug()]).bytes;
    const unneeded = patch(before, [stripUnneeded()]).bytes;
    const larger = (by: number) => Buffer.concat([debug, Buffer.alloc(by)]);
    const complaints = (ours: Buffer, theirs: Buffer) =>
      compareWithTool(ours, { tool: "strip", bytes: theirs }, contents(ours), was);

    expect(complaints(before, unneeded).join("\n")).toMatch(/symbols: ours alone has /);
    expect(complaints(unneeded, before).join("\n")).toMatch(/symbols: ours lacks /);
    expect(complaints(debug, debug)).toEqual([]);
    expect(complaints(larger(65), debug)).toEqual([expect.stringMatching(/^size: /)]);
    expect(complaints(larger(64), debug)).toEqual([]);
  });
});

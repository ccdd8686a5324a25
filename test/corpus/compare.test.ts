import { describe, expect, it } from "vitest";
import { DT, type ElfFile, patch, PF, PT, readElf, SHT } from "../../src/index.js";
import { dyn, phdr } from "../support/elf.js";
import { fixture } from "../support/fixtures.js";
import { compare } from "./examine.js";
import { editsOf, type Wish, wishesFor } from "./wishes.js";

const before = fixture("x86_64-glibc-pie");
const elf = readElf(before);
const wish = (name: string): Wish => wishesFor(elf).find((w) => w.name === name)!;

/** What the comparison says of a result that someone changed behind the plan's back. */
function spoiled(name: string, spoil: (bytes: Buffer, after: ElfFile) => void): string[] {
  const w = wish(name);
  const { bytes, plan, notes } = patch(before, editsOf(w));
  const noteNames = notes.map((n) => n.note);
  const complaints = (result: Buffer) => compare(elf, before, result, w, plan.placements, noteNames);

  expect(complaints(bytes)).toEqual([]);

  const copy = Buffer.from(bytes);
  spoil(copy, readElf(bytes));
  expect(copy.equals(bytes)).toBe(false);

  return complaints(copy);
}

/** Changes one bit. */
function flip(bytes: Buffer, at: number): void {
  bytes[at]! ^= 1;
}

const section = (e: ElfFile, name: string) => e.sections.find((s) => s.name === name)!.header;
const tableAt = (e: ElfFile, tag: number): number => e.offsetOf(e.dynamic!.get(tag)!)!;
/** The offset of a section's header. */
const headerAt = (e: ElfFile, name: string): number =>
  e.header.shoff + e.sections.findIndex((s) => s.name === name) * 64;

/** A free byte of a PT_LOAD: zero, behind a section and in front of the next. */
function padding(): number {
  const { offset, size } = section(elf, ".rodata");
  const at = offset + size;
  const isTaken = elf.sections.some(
    ({ header: h }) => h.type !== SHT.NOBITS && h.offset <= at && at < h.offset + h.size,
  );
  return isTaken ? at + 1 : at;
}

function addTo<F extends string>(record: Record<F, number>, field: F, by: number): void {
  record[field] += by;
}

function setFlag(record: { flags: number }, flag: number): void {
  record.flags |= flag;
}

const changes: [string, (b: Buffer, after: ElfFile) => void][] = [
  ["a byte of code", (b, e) => flip(b, section(e, ".text").offset)],
  ["a constant", (b, e) => flip(b, section(e, ".rodata").offset)],
  ["a variable", (b, e) => flip(b, section(e, ".data").offset)],
  ["the entry point", (b) => flip(b, 24)],
  ["e_flags", (b) => flip(b, 48)],
  ["a hash", (b, e) => flip(b, tableAt(e, DT.GNU_HASH) + 16)],
  ["the value of a dynamic symbol", (b, e) => flip(b, tableAt(e, DT.SYMTAB) + 24 + 8)],
  ["the name of a dynamic symbol", (b, e) => flip(b, tableAt(e, DT.SYMTAB) + 24)],
  ["a string that a symbol uses", (b, e) => flip(b, e.dynamic!.strings!.offset + 1)],
  ["a version's number", (b, e) => flip(b, tableAt(e, DT.VERSYM) + 2)],
  ["a needed version", (b, e) => flip(b, e.versionNeeds[0]!.versions[0]!.at)],
  ["a relocation", (b, e) => flip(b, tableAt(e, DT.RELA))],
  ["where DT_INIT leads", (b) => addTo(dyn(b, DT.INIT), "val", 16)],
  ["DT_RELASZ", (b) => addTo(dyn(b, DT.RELASZ), "val", 24)],
  ["a tag", (b) => Object.assign(dyn(b, DT.DEBUG), { tag: DT.BIND_NOW })],
  ["the build ID", (b, e) => flip(b, e.notes.find((n) => n.description.length === 20)!.offset + 16)],
  ["the rights of a PT_LOAD", (b) => setFlag(phdr(b, PT.LOAD), PF.W)],
  ["the end of PT_GNU_RELRO", (b) => addTo(phdr(b, PT.GNU_RELRO), "memsz", -4096)],
  ["the size of PT_NOTE", (b) => addTo(phdr(b, PT.NOTE), "filesz", -4)],
  ["PT_GNU_EH_FRAME", (b) => addTo(phdr(b, PT.GNU_EH_FRAME), "vaddr", 4)],
  ["a section's address", (b, e) => flip(b, headerAt(e, ".text") + 16)],
  ["a section's link", (b, e) => flip(b, headerAt(e, ".dynsym") + 40)],
];

describe.each(["setRunpath huge", "replaceNeeded", "all at once"])(
  "%s: a result that is another than the plan says is told",
  (name) => {
    it.each(changes)("%s", (_, spoil) => {
      expect(spoiled(name, spoil)).not.toEqual([]);
    });
    it("a byte of padding", () => {
      expect(spoiled(name, (b) => flip(b, padding()))).not.toEqual([]);
    });
  },
);

describe("sections that are not loaded", () => {
  it.each([".comment", ".symtab", ".strtab"])("a byte of %s", (which) => {
    expect(spoiled("setRunpath huge", (b, e) => flip(b, section(e, which).offset + 30))).not.toEqual([]);
  });
});

describe("what a move leaves behind", () => {
  it("a byte of the old .dynstr", () => {
    expect(spoiled("setRunpath huge", (b) => flip(b, elf.dynamic!.strings!.offset + 1))).not.toEqual([]);
  });
});

describe("the wish itself", () => {
  it.each(wishesFor(elf).filter((w) => w.name !== "setExecstack off" && w.name !== "removeSections"))(
    "$name: the input is no answer to it",
    (w) => {
      expect(compare(elf, before, Buffer.from(before), w, [], [])).not.toEqual([]);
    },
  );
});

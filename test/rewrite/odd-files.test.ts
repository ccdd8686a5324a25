import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { viewOf } from "../../src/codec/bytes.js";
import { Sym } from "../../src/codec/records.js";
import { addNeeded } from "../../src/edit/needed.js";
import { setExecstack } from "../../src/edit/execstack.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { PF, PT, SHT } from "../../src/spec/constants.js";
import { removeSections } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS, phdr, shdr } from "../support/elf.js";

const LONG = "/opt/elfwright/".repeat(30);
const errors = (bytes: Uint8Array) => check(readElf(bytes)).filter((f) => f.severity === "error");

describe.each(ENCODINGS)("$label", (e) => {
  it("a section header table right behind the program headers makes room for one more (Go's linker)", () => {
    const before = buildElf({ ...e, slack: 0, stackFlags: null, sectionTable: "start" });
    const { bytes } = patch(before, [setExecstack(true)]);
    const elf = readElf(bytes);
    expect(elf.segments.filter((s) => s.type === PT.GNU_STACK).map((s) => s.flags)).toEqual([PF.R | PF.W | PF.X]);
    expect(elf.sections.map((s) => s.name)).toEqual(readElf(before).sections.map((s) => s.name));
    expect(elf.header.shoff).toBeGreaterThan(readElf(before).header.shoff);
    expect(errors(bytes)).toEqual([]);
  });

  it("zeros that a SHT_NOBITS section has in the file are not free (.plt of 64-bit PowerPC)", () => {
    const before = buildElf({ ...e, slack: 0, spareTags: 6 });
    // The spare entries of .dynamic become zeros of a section.
    const d = readElf(before).dynamic!;
    const spare = 5 * 2 * (e.class / 8);
    const size = d.size - spare;
    const bss = shdr(before, ".bss");
    Object.assign(phdr(before, PT.DYNAMIC), { filesz: size, memsz: size });
    Object.assign(shdr(before, ".dynamic"), { size });
    Object.assign(bss, { addr: Number(d.address) + size, offset: d.offset + size, size: spare });

    const { bytes } = patch(before, [addNeeded(["liba.so", "libb.so", "libc.so"])]);

    expect(readElf(bytes).needed).toHaveLength(4);
    expect(errors(bytes)).toEqual([]);
    expect(bytes.subarray(bss.offset, bss.offset + bss.size).every((b) => b === 0)).toBe(true);
  });

  it("zeros that a loader reads are not free, even if the section that should have them says otherwise", () => {
    const symbols = [{ name: "puts", defined: false, version: "V_1" }, { name: "answer" }];
    const before = buildElf({
      ...e,
      slack: 0,
      needed: ["libc.so.6"],
      symbols,
      versionNeeds: [{ file: "libc.so.6", versions: ["V_1"] }],
    });
    const versions = shdr(before, ".gnu.version");
    const { offset, size } = versions;
    versions.size = 0;

    for (const path of ["x", "xy", "xyz", LONG]) {
      const { bytes } = patch(before, [setRunpath(path)]);
      expect(readElf(bytes).runpath).toBe(path);
      expect(Buffer.compare(bytes.subarray(offset, offset + size), before.subarray(offset, offset + size))).toBe(0);
    }
  });

  it("a loaded symbol whose section goes becomes no absolute one: ld.so would not add the load address", () => {
    const before = buildElf({ ...e, symbols: [{ name: "answer" }] });
    const elf = readElf(before);
    const comment = elf.sections.find((s) => s.name === ".comment")!.index;
    const at = elf.dynamicSymbols!.offset + Sym.size(e.class);
    const view = Sym.view(viewOf(before), at, e);
    view.shndx = comment;
    const after = readElf(patch(before, [removeSections(".comment")]).bytes);
    const symbol = [...after.dynamicSymbols!][1]!;
    expect([symbol.name, symbol.shndx]).toEqual(["answer", comment]);
  });

  it("new tables do not lie over the address of an empty section, which strip would move", () => {
    const before = buildElf({
      ...e,
      slack: 0,
      bss: 64,
      interpreter: null,
      soname: "libx.so",
      buildId: null,
      notes: [{ section: ".note.x", owner: "mine", type: 1, description: new Uint8Array(64) }],
    });
    const load = readElf(before).segments.findLast((s) => s.type === PT.LOAD)!;
    const empty = load.vaddr + load.memsz + 40;
    const comment = shdr(before, ".comment");
    before.fill(0, comment.offset, comment.offset + comment.size);
    Object.assign(comment, { flags: 2, addr: empty, size: 0, type: SHT.PROGBITS });
    const { bytes, plan } = patch(before, [setRunpath(LONG)]);
    const strings = plan.placements.find((p) => p.region === ".dynstr")!;

    expect([strings.strategy, strings.address]).toEqual(["last-segment", empty]);
    expect(errors(bytes)).toEqual([]);
  });

  it("a .dynamic that has just the room it needs in its place stays there", () => {
    const before = buildElf({ ...e, slack: 0, spareTags: 4 });
    const d = readElf(before).dynamic!;
    const entry = 2 * (e.class / 8);
    // Two of the spare entries are no longer part of it, and belong to nothing.
    const size = d.size - 2 * entry;
    Object.assign(phdr(before, PT.DYNAMIC), { filesz: size, memsz: size });
    Object.assign(shdr(before, ".dynamic"), { size });

    const { plan, bytes } = patch(before, [addNeeded(["liba.so", "libb.so", "libc.so"])]);

    expect(plan.placements.find((p) => p.region === ".dynamic")).toMatchObject({
      strategy: "extended",
      offset: d.offset,
      size: d.size - entry,
    });
    expect([plan.notes, errors(bytes)]).toEqual([[], []]);
  });
});

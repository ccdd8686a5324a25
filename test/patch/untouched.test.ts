import { describe, expect, it } from "vitest";
import { replaceNeeded } from "../../src/edit/needed.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { viewOf } from "../../src/codec/bytes.js";
import { headerSize } from "../../src/image/headers/header.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { PT, SHT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { removeSections, stripUnneeded } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { dyn, phdr } from "../support/elf.js";
import { dynamicFixtures, fixture } from "../support/fixtures.js";

const LONG = "/opt/elfwright/".repeat(20);
const HUGE = "/opt/elfwright/".repeat(500);

/** Offsets inside the PT_LOADs of `before` whose byte is another in `after`. */
function changedBytes(before: Uint8Array, after: Uint8Array): number[] {
  const out: number[] = [];
  for (const s of readElf(before).segments) {
    if (s.type !== PT.LOAD) continue;

    for (let at = s.offset; at < s.offset + s.filesz; at++) {
      if (before[at] !== after[at]) out.push(at);
    }
  }

  return out;
}

type Range = readonly [start: number, end: number];

/** The first word of the GOT, where it is the address of `.dynamic`: it follows when that moves. */
function firstOfGot(elf: ElfFile): Range[] {
  const { dynamic, header: h, source } = elf;
  const size = h.class / 8;
  const got = dynamic!.get(DT.PLTGOT);
  const at = got === undefined ? undefined : elf.offsetOf(got, size);
  if (at === undefined) return [];

  const view = viewOf(source.read(at, size));
  const word = size === 8 ? view.getBigUint64(0, h.littleEndian) : BigInt(view.getUint32(0, h.littleEndian));
  return word === dynamic!.address ? [[at, at + size]] : [];
}

/**
 * Old places of tables that moved, close behind the program header table: for one more entry a note section and four
 * besides, patchelf wants zeros there that no section has.
 */
function clearedBy(elf: ElfFile, after: ElfFile): Range[] {
  const { phoff, phentsize } = elf.header;
  const notes = elf.sections.filter((s) => s.header.type === SHT.NOTE).length;
  const end = phoff + (after.header.phnum + notes + 4) * phentsize;

  const addresses = new Map(after.sections.map((s) => [s.name, s.header.addr]));
  const moved = elf.sections.filter((s) => addresses.get(s.name) !== s.header.addr && s.header.addr > 0);
  return moved.map(({ header: h }): Range => [h.offset, Math.min(h.offset + h.size, end)]);
}

/**
 * Where a patch may write: the two headers, the places that the plan names, the file names in the version needs, the
 * first word of the GOT, and what moved tables have left behind the program headers.
 */
function allowed(before: Uint8Array, result: ReturnType<typeof patch>): (at: number) => boolean {
  const elf = readElf(before);
  const h = elf.header;
  const d = elf.dynamic!;
  const ranges: readonly Range[] = [
    [0, headerSize(h)],
    [h.phoff, h.phoff + (h.phnum + 1) * h.phentsize],
    ...result.plan.placements.map((p): Range => [p.offset, p.offset + p.size]),
    ...elf.versionNeeds.map((n): Range => [n.at + 4, n.at + 8]),
    ...firstOfGot(elf),
    // Where tables moved, their tags follow in place.
    [d.offset, d.offset + d.size],
    ...clearedBy(elf, readElf(result.bytes)),
  ];

  return (at) => ranges.some(([start, end]) => start <= at && at < end);
}

describe.each(dynamicFixtures)("$name: what is loaded stays as it is", (f) => {
  const before = fixture(f.name);
  const cases: [string, Edit[]][] = [
    ["a long runpath", [setRunpath(LONG)]],
    ["a huge runpath", [setRunpath(HUGE)]],
    ["a replaced library", [replaceNeeded({ [f.libcName]: LONG })]],
    [
      "everything",
      [
        setRunpath(HUGE),
        replaceNeeded({ [f.libcName]: LONG }),
        stripUnneeded(),
        ...(f.kind === "program" ? [setInterpreter(LONG)] : []),
      ],
    ],
    ["a long interpreter", f.kind === "program" ? [setInterpreter(LONG)] : []],
  ];
  it.each(cases)("%s: but for what the plan names", (_, edits) => {
    const result = patch(before, edits);
    const may = allowed(before, result);
    expect(changedBytes(before, result.bytes).filter((at) => !may(at))).toEqual([]);
  });

  it("a strip changes nothing but e_shoff, e_shnum and e_shstrndx", () => {
    const { bytes } = patch(before, [stripUnneeded(), removeSections(".comment")]);
    const h = readElf(before).header;

    const end = headerSize(h);
    const [shoffStart, shoffEnd] = h.class === 64 ? [40, 48] : [32, 36];
    const isSectionField = (at: number) => (at >= shoffStart && at < shoffEnd) || (at >= end - 4 && at < end);
    expect(changedBytes(before, bytes).filter((at) => !isSectionField(at))).toEqual([]);

    const programHeaders = (b: Uint8Array) => Array.from(b.subarray(h.phoff, h.phoff + h.phnum * h.phentsize));
    expect(programHeaders(bytes)).toEqual(programHeaders(before));
  });
});

describe("headers that do not agree to the byte", () => {
  it("a PT_DYNAMIC that ends in half an entry moves as a whole", () => {
    const before = buildElf({ spareTags: 0 });
    phdr(before, PT.DYNAMIC).filesz += 8;
    const elf = readElf(patch(before, [setRunpath(LONG)]).bytes);
    const s = elf.segments.find((s) => s.type === PT.DYNAMIC)!;
    expect(s.offset).toBe(elf.dynamic!.offset);
    expect(s.filesz % 16).toBe(0);
    expect(elf.runpath).toBe(LONG);
  });

  it("a DT_STRSZ smaller than the section of .dynstr is the one that counts", () => {
    const before = buildElf({ needed: ["libother.so"], rpath: "libc.so.6" });
    const { strings } = readElf(before).dynamic!;
    const end = strings!.size - "libc.so.6".length - 1;

    expect(strings!.at(end)).toBe("libc.so.6");

    // The last string belongs to nobody now: as if it were padding.
    dyn(before, DT.STRSZ).val = end;
    dyn(before, DT.RPATH).val = dyn(before, DT.NEEDED).val;
    const elf = readElf(patch(before, [setRunpath(HUGE)]).bytes);
    const section = elf.sections.find((s) => s.name === ".dynstr")!.header;

    expect([section.offset, section.size]).toEqual([elf.dynamic!.strings!.offset, elf.dynamic!.strings!.size]);
    expect(elf.runpath).toBe(HUGE);
    expect(elf.needed).toEqual(["libother.so"]);
  });
});

import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { concat, encodeText, viewOf } from "../../src/codec/bytes.js";
import type { Encoding } from "../../src/codec/encoding.js";
import { Phdr, Shdr } from "../../src/codec/records.js";
import { headerSize, headerView } from "../../src/image/headers/header.js";
import { isDebugFile } from "../../src/image/headers/sections.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { ET, PF, PT, SHF, SHT } from "../../src/spec/constants.js";
import { onlyKeepDebug } from "../../src/strip/only-keep-debug.js";
import { ENCODINGS } from "../support/elf.js";

/** A loaded section, or a program header over such. Its address is its offset behind {@link BASE}. */
interface Stretch {
  readonly offset: number;
  readonly size: number;
  readonly flags: number;
  readonly type?: number;
  readonly align?: number;
}

const BASE = 0x400000;

/** A file of these sections and PT_LOADs, as a linker script makes them: no code has to be among them. */
function segmented(e: Encoding, sections: readonly Stretch[], loads: readonly Stretch[]): Uint8Array {
  const end = Math.max(...sections.map((s) => s.offset + s.size));
  const names = encodeText("\0.shstrtab\0");
  const [phentsize, shentsize] = [Phdr.size(e.class), Shdr.size(e.class)];
  const shoff = end + 16;
  const bytes = new Uint8Array(shoff + (sections.length + 2) * shentsize);
  const view = viewOf(bytes);

  bytes.set(concat([encodeText("\x7fELF"), new Uint8Array([e.class / 32, e.littleEndian ? 1 : 2, 1])]));
  Object.assign(headerView(bytes, e), {
    type: ET.DYN,
    machine: 62,
    version: 1,
    phoff: headerSize(e),
    shoff,
    ehsize: headerSize(e),
    phentsize,
    phnum: loads.length,
    shentsize,
    shnum: sections.length + 2,
    shstrndx: sections.length + 1,
  });
  loads.forEach(({ offset, size, flags, type, align }, i) => {
    const place = { offset, vaddr: BASE + offset, paddr: BASE + offset, filesz: size, memsz: size };
    const fields = { type: type ?? PT.LOAD, flags, align: align ?? 0x1000 };
    Object.assign(Phdr.view(view, headerSize(e) + i * phentsize, e), place, fields);
  });
  sections.forEach(({ offset, size, flags, type, align }, i) => {
    bytes.fill(i + 1, offset, offset + size);
    const fields = { type: type ?? SHT.PROGBITS, flags: SHF.ALLOC | flags, addralign: align ?? 4 };
    Object.assign(Shdr.view(view, shoff + (i + 1) * shentsize, e), { offset, addr: BASE + offset, size, ...fields });
    if (type !== SHT.NOTE) return;

    // One note without an owner: its description is the rest.
    view.setUint32(offset, 0, e.littleEndian);
    view.setUint32(offset + 4, size - 12, e.littleEndian);
  });
  bytes.set(names, end);
  const last = { name: 1, type: SHT.STRTAB, offset: end, size: names.length, addralign: 1 };
  Object.assign(Shdr.view(view, shoff + (sections.length + 1) * shentsize, e), last);
  return bytes;
}

/** The debug file, with what its own check says, and the PT_LOADs in numbers. */
function debugFileOf(bytes: Uint8Array) {
  const result = patch(bytes, onlyKeepDebug()).bytes;
  const elf = readElf(result);
  const loads = elf.segments.filter((s) => s.type === PT.LOAD);
  return {
    bytes: result,
    elf,
    errors: check(elf).filter((f) => f.severity === "error"),
    loads: loads.map((s) => [s.offset, s.filesz, s.memsz]),
    types: elf.sections.slice(1, -1).map((s) => s.header.type),
  };
}

describe.each(ENCODINGS)("the debug file of segments without code ($label)", (e) => {
  it("of constants alone: no byte of them is left", () => {
    const sections = [0x1008, 0x1000, 0x1018, 0x1010].map((offset) => ({ offset, size: 8, flags: 0 }));
    const loads = [
      { offset: 0x1000, size: 16, flags: PF.R },
      { offset: 0x1010, size: 16, flags: PF.R, align: 1 },
    ];
    const { elf, errors, loads: left, types, bytes } = debugFileOf(segmented(e, sections, loads));

    expect([errors, isDebugFile(elf)]).toEqual([[], true]);
    expect(left).toEqual([
      [0, 0, 16],
      [0, 0, 16],
    ]);
    expect(types).toEqual(new Array(4).fill(SHT.NOBITS));
    expect(patch(bytes, onlyKeepDebug()).changed).toBe(false);
  });

  it("of notes in a PT_LOAD of their own: it keeps their bytes, at an offset that fits the address", () => {
    for (const at of [0x1000, 0x3020, 0x28010]) {
      const note = { offset: at, size: 32, flags: 0, type: SHT.NOTE };
      const sections = [note, { ...note, offset: at + 32 }, { offset: at + 0x1000, size: 32, flags: SHF.WRITE }];
      const loads = [
        { offset: at, size: 64, flags: PF.R },
        { offset: at, size: 64, flags: PF.R, type: PT.NOTE, align: 4 },
        { offset: at + 0x1000, size: 32, flags: PF.R | PF.W },
      ];
      const before = segmented(e, sections, loads);
      const { bytes, elf, errors, loads: left } = debugFileOf(before);
      const [first, second] = left;
      const offset = first![0]!;

      expect([errors, second!.slice(1)]).toEqual([[], [0, 32]]);
      expect([offset % 0x1000, offset <= at, first!.slice(1)]).toEqual([at % 0x1000, true, [64, 64]]);
      expect(bytes.subarray(offset, offset + 64)).toEqual(before.subarray(at, at + 64));
      expect(elf.notes.map((n) => n.description.length)).toEqual([20, 20]);
      expect(bytes.length).toBeLessThan(0x3000);
    }
  });

  it("of notes alone: nothing is lost", () => {
    const note = { offset: 0x10000, size: 32, flags: 0, type: SHT.NOTE };
    const loads = [{ offset: 0x10000, size: 32, flags: PF.R, align: 0x10000 }];
    const { errors, loads: left } = debugFileOf(segmented(e, [note], loads));
    expect([errors, left]).toEqual([[], [[0x10000, 32, 32]]]);
  });
});

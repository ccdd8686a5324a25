import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { viewOf } from "../../src/codec/bytes.js";
import { Sym } from "../../src/codec/records.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { setRunpath } from "../../src/edit/runpath.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { pageSize } from "../../src/spec/machines.js";
import { ET, PF, PT, SHF, SHT, STB, STT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS } from "../support/elf.js";

// What patchelf, strip, LIEF and bun need of our files: test/tools/after-us runs them.

const LONG = `/opt/elfwright${"/deeper".repeat(60)}`;
const HUGE = `/opt/elfwright${"/deeper".repeat(900)}`;

/** Patches the file, twice the same way; the result breaks no rule. */
function patched(before: Uint8Array, ...edits: Edit[]): ElfFile {
  const { bytes } = patch(before, edits);
  expect(patch(bytes, edits).changed).toBe(false);

  const elf = readElf(bytes);
  expect(check(elf).filter((f) => f.severity === "error")).toEqual([]);
  return elf;
}

const tableEnd = ({ header: h }: ElfFile, more = 0): number => h.phoff + (h.phnum + more) * h.phentsize;
const sectionsOn = (elf: ElfFile, start: number, end: number): string[] =>
  elf.sections
    .filter(({ header: h }) => h.flags & SHF.ALLOC && h.type !== SHT.NOBITS && h.size > 0)
    .filter(({ header: h }) => h.offset < end && h.offset + h.size > start)
    .map((s) => s.name);

const loadsOf = (elf: ElfFile) => elf.segments.filter((s) => s.type === PT.LOAD);
const last = (elf: ElfFile) => loadsOf(elf).at(-1)!;

describe.each(ENCODINGS)("$label: room for other tools", (e) => {
  const build = (options: BuildOptions = {}) => buildElf({ ...e, slack: 0, versionNeeds: [], ...options });

  it("one program header more is free where tables made room for ours", () => {
    const elf = patched(build({ needed: [LONG] }), setRunpath(HUGE));
    expect(elf.header.phnum).toBe(readElf(build()).header.phnum + 1);
    expect(sectionsOn(elf, tableEnd(elf), tableEnd(elf, 1))).toEqual([]);
    expect(Buffer.from(elf.source.read(tableEnd(elf), elf.header.phentsize)).some((b) => b !== 0)).toBe(false);
  });

  it("also where .interp left and no program header came", () => {
    const before = buildElf({ ...e });
    const elf = patched(before, setInterpreter(LONG));
    expect(elf.header.phnum).toBe(readElf(before).header.phnum);
    expect(sectionsOn(elf, tableEnd(elf), tableEnd(elf, 1))).toEqual([]);
  });

  it("not where addresses are fixed: what was left keeps its section and its bytes", () => {
    const before = buildElf({ ...e, type: ET.EXEC });
    const elf = patched(before, setInterpreter(LONG));
    expect(sectionsOn(elf, tableEnd(elf), tableEnd(elf, 1))).toContain(".elfwright.old");

    const was = readElf(before).segments.find((s) => s.type === PT.INTERP)!;
    const bytes = (f: ElfFile) => Buffer.from(f.source.read(was.offset, was.filesz)).toString();
    expect(bytes(elf)).toBe(bytes(readElf(before)));
  });

  it("no section of ours is where patchelf looks, and each segment keeps one", () => {
    for (const needed of [["libc.so.6"], [LONG], [HUGE]]) {
      const elf = patched(build({ needed }), setRunpath(HUGE), setInterpreter(LONG));
      const notes = elf.sections.filter((s) => s.header.type === SHT.NOTE).length;
      const looked = sectionsOn(elf, tableEnd(elf), tableEnd(elf, notes + 4));
      const others = loadsOf(elf)
        .slice(0, 1)
        .flatMap((l) => sectionsOn(elf, l.offset, l.offset + l.filesz));
      if (others.some((name) => !name.startsWith(".elfwright"))) expect(looked).not.toContain(".elfwright.old");
      for (const load of loadsOf(elf)) expect(sectionsOn(elf, load.offset, load.offset + load.filesz)).not.toEqual([]);
    }
  });

  it("what a symbol leads to behind the program headers keeps its section and its bytes", () => {
    const before = buildElf({ ...e, symbols: [{ name: "here" }] });
    const { header: h, dynamicSymbols, segments } = readElf(before);
    const interp = segments.find((s) => s.type === PT.INTERP)!;
    const symbol = Sym.view(viewOf(before), dynamicSymbols!.offset + Sym.size(h.class), h);
    Object.assign(symbol, { value: interp.vaddr + 4, info: (STB.GLOBAL << 4) | STT.OBJECT, shndx: 1 });

    const elf = patched(before, setInterpreter(LONG));
    expect(sectionsOn(elf, interp.offset, interp.offset + 1)).toEqual([".elfwright.old"]);
    expect(elf.source.read(interp.offset, interp.filesz)).toEqual(
      before.slice(interp.offset, interp.offset + interp.filesz),
    );
  });

  it("the new segment begins a page later than it could, and its mark has a section", () => {
    const before = readElf(build());
    const elf = patched(build(), setRunpath(HUGE));
    const page = pageSize(elf.header.machine, 0);
    const end = Math.max(...loadsOf(before).map((l) => l.vaddr + l.memsz));
    const ours = last(elf);

    expect(Math.floor(ours.vaddr / page)).toBe(Math.ceil(end / page) + 1);
    expect((ours.vaddr - ours.offset) % page).toBe(0);

    const mark = elf.sections.find((s) => s.header.offset === ours.offset && s.header.size > 0)!;
    expect([mark.name, mark.header.size, mark.header.addr]).toEqual([".elfwright.kept", 16, ours.vaddr]);

    // A later patch knows the segment, and grows it.
    const again = patched(elf.source.read(0, elf.source.size), setRunpath(`${HUGE}:${LONG}`));
    expect(loadsOf(again)).toHaveLength(loadsOf(elf).length);
    expect(last(again).vaddr).toBe(ours.vaddr);
  });

  it("bun gets nothing behind its last segment: that one takes the tables", () => {
    const plain = build();
    const bun = Buffer.from(plain);
    bun.write(".bun\0\0", bun.indexOf(".data\0"), "latin1");
    const count = loadsOf(readElf(plain)).length;
    expect(loadsOf(patched(plain, setRunpath(HUGE)))).toHaveLength(count + 1);

    const elf = patched(bun, setRunpath(HUGE));
    const { flags, filesz, memsz } = last(elf);
    expect(loadsOf(elf)).toHaveLength(count);
    expect([flags & PF.W, filesz]).toEqual([PF.W, memsz]);

    // What is small goes to the first segment's end, although a debug file may have been split off.
    const first = readElf(bun).segments.find((s) => s.type === PT.LOAD)!;
    const roomy = Buffer.from(buildElf({ ...e }));
    roomy.write(".bun\0\0", roomy.indexOf(".data\0"), "latin1");
    const interp = patched(roomy, setInterpreter(LONG)).segments.find((s) => s.type === PT.INTERP)!;
    expect(interp.vaddr - first.vaddr).toBeLessThan(0x1000);
  });
});

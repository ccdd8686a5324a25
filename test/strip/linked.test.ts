import { describe, expect, it } from "vitest";
import {
  check,
  describeElf,
  type Edit,
  EM,
  ET,
  patch,
  type PatchOptions,
  plan,
  PT,
  readElf,
  setRunpath,
  SHT,
  STT,
  type ElfFile,
} from "../../src/index.js";
import type { ByteSource } from "../../src/codec/source.js";
import { crc32 } from "../../src/codec/crc32.js";
import { concat, encodeText, viewOf } from "../../src/codec/bytes.js";
import { Shdr, Sym } from "../../src/codec/records.js";
import { fileRange, isLoaded } from "../../src/image/headers/sections.js";
import { addDebugLink } from "../../src/strip/debug-link.js";
import {
  discardLocals,
  keepFileSymbols,
  keepSections,
  keepSymbols,
  removeSections,
  stripAll,
  stripDebug,
  stripSymbols,
  stripUnneeded,
} from "../../src/strip/strip.js";
import { dropSectionHeaders } from "../../src/strip/drop-section-headers.js";
import { onlyKeepDebug } from "../../src/strip/only-keep-debug.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught } from "../support/elf.js";
import { fixture } from "../support/fixtures.js";

const kinds = [
  { class: 64, littleEndian: true, byteOrder: "little" },
  { class: 64, littleEndian: false, byteOrder: "big" },
  { class: 32, littleEndian: true, byteOrder: "little" },
  { class: 32, littleEndian: false, byteOrder: "big" },
] as const;

/** The range in the file of the section of this name. */
const rangeOf = (elf: ElfFile, name: string) => {
  const section = elf.sections.find((s) => s.name === name)!;
  return fileRange(section, elf.source);
};
const names = (elf: ElfFile) => elf.sections.slice(1).map((s) => s.name);
const symbolNames = (elf: ElfFile) => [...(elf.symbols ?? [])].filter((s) => s.name !== "").map((s) => s.name);

/** The bytes and headers of what is loaded, without the ELF header, which speaks of sections too. */
function loaded(elf: ElfFile): unknown {
  const fields = ["type", "flags", "offset", "vaddr", "filesz", "memsz", "align"] as const;
  const headers = elf.segments.map((s) => Object.fromEntries(fields.map((f) => [f, s.exact(f)])));
  const loads = elf.segments.filter((s) => s.type === PT.LOAD);
  const bytes = loads.map((s) => {
    const b = elf.source.read(s.offset, s.filesz).slice();
    if (s.offset === 0) b.fill(0, 0, 64);
    return [...b];
  });

  return { headers, bytes };
}

/** Strips, and expects what every strip must keep: no rule is broken, and neither order nor repetition matters. */
function stripped(bytes: Uint8Array, edits: readonly Edit[], options: PatchOptions = {}): ElfFile {
  const result = patch(bytes, edits, options);
  expect(patch(result.bytes, edits, options).changed).toBe(false);
  expect(patch(bytes, [...edits].reverse(), options).bytes).toEqual(result.bytes);

  const elf = readElf(result.bytes);
  expect(check(elf).filter((f) => f.severity === "error")).toEqual([]);
  return elf;
}

describe.each(kinds)("a program of ELFCLASS$class, little endian $littleEndian", (kind) => {
  const bytes = buildElf({ ...kind, debugInfo: 300, symbols: [{ name: "global" }, { name: "other_global" }] });
  const before = readElf(bytes);

  it.each<[string, Edit[]]>([
    ["stripUnneeded", [stripUnneeded()]],
    ["stripAll", [stripAll()]],
    ["stripDebug", [stripDebug()]],
    ["discardLocals", [discardLocals()]],
    ["a symbol", [stripSymbols(["global"])]],
    ["a section", [removeSections(".comment")]],
    ["all but a symbol", [stripAll(), keepSymbols(["global"])]],
    ["headers", [dropSectionHeaders()]],
    ["headers and more", [dropSectionHeaders(), stripUnneeded()]],
  ])("%s changes nothing that is loaded", (_, edits) => expect(loaded(stripped(bytes, edits))).toEqual(loaded(before)));

  it("keeps symbols that are asked for, and only these", () => {
    expect(symbolNames(stripped(bytes, [stripUnneeded(), keepSymbols(["global"])]))).toEqual(["global"]);
    expect(symbolNames(stripped(bytes, [stripAll(), keepSymbols(["*_global"], { wildcard: true })]))).toEqual([
      "other_global",
    ]);
    expect([...stripped(bytes, [stripUnneeded(), keepFileSymbols()]).symbols!].slice(1).map((s) => s.type)).toEqual([
      STT.FILE,
    ]);
    expect(names(stripped(bytes, [stripUnneeded(), keepSymbols(["no_such"])]))).not.toContain(".symtab");
    expect(symbolNames(stripped(bytes, [stripUnneeded(), keepSections(".symtab")]))).toEqual(symbolNames(before));
  });

  it("keeps sections that are asked for", () => {
    expect(names(stripped(bytes, [stripAll(), keepSections(".debug_*")]))).toContain(".debug_info");
    expect(names(stripped(bytes, [removeSections(".c*", "!.comment")]))).toContain(".comment");
  });

  it("stripDebug keeps all symbols but those of files", () => {
    const elf = stripped(bytes, [stripDebug()]);
    expect(symbolNames(elf)).toEqual(symbolNames(before).filter((n) => n !== "elf.c"));
    expect(names(elf)).not.toContain(".debug_info");
  });

  it("without section headers it is what a loader sees", () => {
    const elf = stripped(bytes, [dropSectionHeaders()]);
    const { needed, dynamicSymbols } = elf;
    expect(elf.sections).toEqual([]);
    expect(elf.header).toMatchObject({ shoff: 0, shnum: 0, shstrndx: 0 });
    expect([needed, dynamicSymbols?.count, elf.interpreter]).toEqual([
      before.needed,
      before.dynamicSymbols?.count,
      before.interpreter,
    ]);
    expect(elf.source.size).toBe(Math.max(...elf.segments.map((s) => s.offset + s.filesz)));
    expect(stripped(bytes, [dropSectionHeaders(), setRunpath("/x")]).runpath).toBe("/x");
  });

  it("its debug file has the headers of all, and the bytes of notes and of what is not loaded", () => {
    const debug = stripped(bytes, [onlyKeepDebug()]);
    expect(debug.sections.map((s) => [s.name, s.header.flags, s.header.exact("addr"), s.header.exact("size")])).toEqual(
      before.sections.map((s) => [s.name, s.header.flags, s.header.exact("addr"), s.header.exact("size")]),
    );

    for (const s of debug.sections.slice(1)) {
      const was = before.sections[s.index]!;
      const keeps = !isLoaded(s) || was.header.type === SHT.NOTE;
      expect([s.name, s.header.type]).toEqual([s.name, keeps ? was.header.type : SHT.NOBITS]);
      if (!keeps) continue;
      const [a, b] = [fileRange(s, debug.source), fileRange(was, before.source)];
      expect([...debug.source.read(a.offset, a.size)]).toEqual([...before.source.read(b.offset, b.size)]);
    }

    expect(debug.segments.map((s) => s.exact("vaddr"))).toEqual(before.segments.map((s) => s.exact("vaddr")));

    // An empty PT_LOAD keeps its offset within the page, which may lie behind the end.
    for (const s of debug.segments) {
      if (s.type !== PT.LOAD || s.filesz > 0) expect(s.offset + s.filesz).toBeLessThanOrEqual(debug.source.size);
    }

    expect(debug.notes.map((n) => [n.owner, n.type, ...n.description])).toEqual(
      before.notes.map((n) => [n.owner, n.type, ...n.description]),
    );
    // What is patched and split in one patch is what is split after it.
    expect(patch(bytes, [setRunpath("/a/b"), onlyKeepDebug()]).bytes).toEqual(
      patch(patch(bytes, [setRunpath("/a/b")]).bytes, [onlyKeepDebug()]).bytes,
    );
  });

  it("names its debug file, and another one in its place", () => {
    const link = (elf: ElfFile) => {
      const { offset, size } = rangeOf(elf, ".gnu_debuglink");
      return [...elf.source.read(offset, size)];
    };
    const word = (value: number) =>
      (kind.littleEndian ? [0, 8, 16, 24] : [24, 16, 8, 0]).map((by) => (value >>> by) & 255);

    const debug = encodeText("the debug file");
    const once = patch(bytes, [addDebugLink("dir/a.debug", debug), stripUnneeded()]).bytes;
    expect(link(readElf(once))).toEqual([...encodeText("a.debug\0"), ...word(crc32(debug))]);

    const twice = stripped(once, [addDebugLink("another.debug", 1)]);
    expect(link(twice)).toEqual([...encodeText("another.debug\0\0\0"), ...word(1)]);
    expect(names(twice).filter((n) => n === ".gnu_debuglink")).toHaveLength(1);
    expect(loaded(twice)).toEqual(loaded(before));
  });
});

it("the CRC is that of zip, also in parts", () => {
  expect(crc32(encodeText("123456789"))).toBe(0xcbf43926);
  expect(crc32(encodeText("6789"), crc32(encodeText("12345")))).toBe(0xcbf43926);
});

describe("loaded sections", () => {
  const bytes = buildElf({
    notes: [{ section: ".note.me", owner: "Me", type: 7, description: Uint8Array.of(1, 2, 3, 4) }],
  });
  const before = readElf(bytes);
  const notes = before.sections.filter((s) => s.header.type === SHT.NOTE);

  it("go only by force", () => {
    expect(caught(() => patch(bytes, [removeSections(".note*")]))).toMatchObject({
      code: "LOADED_SECTION",
      detail: { sections: notes.map((s) => s.name) },
    });
    expect(caught(() => patch(bytes, [removeSections(".dynsym", { force: true })]))).toMatchObject({
      code: "STILL_NEEDED",
    });
    expect(caught(() => patch(bytes, [removeSections(".interp", { force: true, zero: true })]))).toMatchObject({
      code: "STILL_NEEDED",
      detail: { names: ["PT_INTERP"] },
    });
  });

  it.each([false, true])("a note that goes by force is in no program header any more (zero: %s)", (zero) => {
    for (const note of notes) {
      const elf = stripped(bytes, [removeSections(note.name, { force: true, zero })]);
      const { offset, size } = fileRange(note, before.source);
      const ranges = elf.segments.filter((s) => s.type === PT.NOTE);

      expect(names(elf)).not.toContain(note.name);
      expect(elf.notes).toHaveLength(before.notes.length - 1);
      expect(ranges.every((s) => s.offset + s.filesz <= offset || s.offset >= offset + size)).toBe(true);
      expect([...elf.source.read(offset, size)]).toEqual(
        zero ? Array.from({ length: size }, () => 0) : [...bytes.subarray(offset, offset + size)],
      );

      const relro = (e: ElfFile) => e.segments.filter((s) => s.type === PT.GNU_RELRO).map((s) => [s.offset, s.filesz]);
      expect(relro(elf)).toEqual(relro(before));
      expect(elf.segments).toHaveLength(before.segments.length);
    }
  });
});

it("a section that a dynamic symbol names keeps its index", () => {
  // .comment first of all, which a linker script can do.
  const bytes = buildElf({ symbols: [{ name: "global" }] });
  const elf = readElf(bytes);
  const symbols = [...elf.dynamicSymbols!].filter((s) => s.shndx > 0);
  const after = readElf(patch(bytes, [stripUnneeded()]).bytes);
  for (const s of symbols) expect(after.sections[s.shndx]!.name).toBe(elf.sections[s.shndx]!.name);
});

it("a static program loses the symbols that its loaded relocations link to", () => {
  const bytes = fixture("x86_64-glibc-static");
  const elf = stripped(bytes, [stripUnneeded()]);
  expect(elf.sections.find((s) => s.name === ".rela.plt")?.header.link).toBe(0);
  expect(loaded(stripped(bytes, [stripDebug()]))).toEqual(loaded(readElf(bytes)));
});

it("a symbol of type STT_SECTION with a name of its own goes with debugging information, as with GNU strip", () => {
  const bytes = buildElf({ class: 64, byteOrder: "big", debugInfo: 10 });
  const { offset, strings } = readElf(bytes).symbols!;
  const records = [...readElf(bytes).symbols!];
  const file = records.find((s) => s.type === STT.FILE)!;
  const view = Sym.view(viewOf(bytes), offset + file.index * Sym.size(64), { class: 64, littleEndian: false });
  Object.assign(view, { info: STT.SECTION, shndx: 1 });
  expect(strings!.at(view.name)).not.toBe("");
  expect(symbolNames(readElf(bytes))).toContain(file.name);
  expect(symbolNames(stripped(bytes, [stripDebug()]))).not.toContain(file.name);
});

it("edits that cannot both hold are refused", () => {
  const bytes = buildElf({});
  for (const edits of [
    [onlyKeepDebug(), stripUnneeded()],
    [dropSectionHeaders(), keepSections(".comment")],
    [addDebugLink("a", 1), addDebugLink("b", 1)],
    [onlyKeepDebug(), addDebugLink("a", 1)],
  ]) {
    for (const e of [edits, [...edits].reverse()]) expect(caught(() => patch(bytes, e)).code).toBe("BAD_EDIT");
  }

  for (const make of [
    () => removeSections(""),
    () => keepSymbols([""]),
    () => addDebugLink("", 1),
    () => addDebugLink("a", -1),
    () => discardLocals("some" as "all"),
  ]) {
    expect(caught(() => patch(bytes, [make()])).code).toBe("BAD_EDIT");
  }
});

it("a separate debug file of an object is not emptied either", () => {
  const debug = patch(fixture("x86_64-object.o"), [onlyKeepDebug()]).bytes;
  for (const edit of [stripUnneeded(), stripDebug(), stripAll({ force: true })]) {
    expect(caught(() => patch(debug, [edit])).code).toBe("UNSUPPORTED");
  }
  expect(patch(debug, [onlyKeepDebug()]).changed).toBe(false);
});

it("a separate debug file is not emptied, and may lose a section", () => {
  const debug = patch(buildElf({ debugInfo: 100 }), [onlyKeepDebug()]).bytes;
  for (const edit of [stripUnneeded(), stripDebug(), stripAll(), dropSectionHeaders()]) {
    expect(caught(() => patch(debug, [edit])).code).toBe("UNSUPPORTED");
  }
  expect(names(readElf(patch(debug, [removeSections(".comment")]).bytes))).not.toContain(".comment");
});

it("a payload keeps its place, and what shrinks leaves zeros", () => {
  const payload = encodeText("a payload, found by its offset");
  const bytes = concat([buildElf({ debugInfo: 100, symbols: [{ name: "a" }, { name: "b" }] }), payload]);
  for (const edits of [[stripUnneeded()], [stripUnneeded(), keepSymbols(["a"])], [stripDebug()]]) {
    const r = patch(bytes, edits, { overlay: "keep-in-place" });
    expect(r.bytes.subarray(0, bytes.length).subarray(-payload.length)).toEqual(payload);
    expect(describeElf(readElf(r.bytes)).needed).toEqual(describeElf(readElf(bytes)).needed);
    expect(caught(() => patch(bytes, edits)).code).toBe("OVERLAY");
  }
});

describe("a symbol table in front of a segment", () => {
  // The patch appends a segment behind everything, and so behind the symbols.
  const symbols = Array.from({ length: 400 }, (_, i) => ({ name: `symbol_with_a_long_name_${i}` }));
  const bytes = patch(buildElf({ debugInfo: 50, symbols }), [setRunpath(`/${"x".repeat(6000)}`)]).bytes;
  const before = readElf(bytes);

  it("takes its old place when it shrinks, so that the file does not grow", () => {
    const loads = before.segments.filter((s) => s.type === PT.LOAD);
    const last = Math.max(...loads.map((s) => s.offset));
    expect(rangeOf(before, ".symtab").offset).toBeLessThan(last);
    const elf = stripped(bytes, [stripDebug()]);
    expect(elf.source.size).toBeLessThanOrEqual(bytes.length);
    expect(rangeOf(elf, ".symtab").offset).toBe(rangeOf(before, ".symtab").offset);
    expect(symbolNames(elf)).toEqual(symbolNames(before).filter((n) => n !== "elf.c"));
    expect(loaded(elf)).toEqual(loaded(before));
  });

  it("does not where another section lies over it", () => {
    const odd = bytes.slice();
    const comment = before.sections.find((s) => s.name === ".comment")!;
    const { offset, size } = rangeOf(before, ".symtab");
    const header = Shdr.view(viewOf(odd), before.header.shoff + comment.index * before.header.shentsize, before.header);
    Object.assign(header, { offset, size: 64 });
    const elf = stripped(odd, [stripDebug()]);
    const kept = rangeOf(elf, ".comment");

    expect(size).toBeGreaterThan(64);
    expect([...elf.source.read(kept.offset, kept.size)]).toEqual([...odd.subarray(offset, offset + 64)]);
    expect(symbolNames(elf)).toEqual(symbolNames(before).filter((n) => n !== "elf.c"));
  });
});

it("reads nothing of what goes", () => {
  const bytes = buildElf({ debugInfo: 1 << 20, type: ET.DYN, machine: EM.X86_64 });
  const elf = readElf(bytes);
  const gone = elf.sections
    .filter((s) => [".debug_info", ".symtab", ".strtab"].includes(s.name))
    .map((s) => fileRange(s, elf.source));
  const reads: [number, number][] = [];
  const source: ByteSource = {
    size: bytes.length,
    read(offset, length) {
      reads.push([offset, offset + length]);
      return bytes.subarray(offset, offset + length);
    },
  };

  for (const chunk of plan(source, [stripUnneeded()]).chunks()) expect(chunk.length).toBeGreaterThan(0);

  for (const { offset, size } of gone) {
    expect(reads.filter(([start, end]) => start < offset + size && offset < end)).toEqual([]);
  }
});

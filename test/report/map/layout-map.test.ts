import { describe, expect, it } from "vitest";
import { ET, layoutMap, type MapPart, onlyKeepDebug, patch, readElf } from "../../../src/index.js";
import { PT, SHF, SHT } from "../../../src/spec/constants.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { ALL_FIXTURES } from "../../support/all-fixtures.js";
import { counting, ehdr, phdr, shdr, sparse } from "../../support/elf.js";
import { fixture, fixturePath } from "../../support/fixtures.js";
import { hotRanges, mutant, random, SEED } from "../../support/mutants.js";
import { itWithTools, must } from "../../support/tools.js";
import { isElfError } from "../../../src/error.js";
import { bytesSource } from "../../../src/codec/source.js";
import { expectWhole } from "./shape.js";

const mapOf = (bytes: Uint8Array) => layoutMap(readElf(bytes));
const fileParts = (bytes: Uint8Array): readonly MapPart[] => mapOf(bytes).regions.flatMap((r) => r.parts);
const labels = (parts: readonly MapPart[]): string[] => parts.map((p) => p.label);

describe("every fixture", () => {
  it.each(ALL_FIXTURES)("%s: each byte is in one part, and the map says no more than the file", (name) => {
    const bytes = fixture(name);
    const m = mapOf(bytes);
    const elf = readElf(bytes);
    expectWhole(m, bytes.length);

    expect(m.problems).toEqual([]);
    expect(JSON.parse(JSON.stringify(m))).toEqual(m);
    expect(m.regions.flatMap((r) => (r.segment === null ? [] : [r.segment]))).toEqual(
      elf.segments.flatMap((s, i) => (s.type === PT.LOAD && s.filesz > 0 ? [i] : [])),
    );
    expect(m.markers.length).toBe(elf.segments.filter((s) => s.type !== PT.LOAD && s.type !== PT.NULL).length);
  });

  it.each(ALL_FIXTURES)("%s: every section is shown whole at its place, or listed as taking none", (name) => {
    const bytes = fixture(name);
    const m = mapOf(bytes);
    const elf = readElf(bytes);
    const parts = [
      ...m.regions.flatMap((r) => r.parts),
      ...m.memory.flatMap((s) => s.parts.filter((p) => p.offset === null)),
    ];

    for (const { index, name, header: h } of elf.sections.filter((s) => s.header.type !== SHT.NULL)) {
      const shown = parts.filter((p) => p.section === index);
      const takes =
        h.size > 0 &&
        (h.type !== SHT.NOBITS || (h.flags & SHF.ALLOC && !(h.flags & SHF.TLS) && elf.header.type !== ET.REL));
      expect(
        shown.map((p) => [p.label, p.size, p.partial, p.address ?? 0, p.offset]),
        name,
      ).toEqual(takes ? [[name, h.size, false, h.addr, h.type === SHT.NOBITS ? null : h.offset]] : []);
      expect(m.unplaced.filter((u) => u.section === index).length).toBe(takes ? 0 : 1);
    }
  });

  for (const name of ALL_FIXTURES) {
    itWithTools(["readelf"], `${name}: PT_LOADs hold the sections that readelf lists`, () => {
      const elf = readElf(fixture(name));
      const m = layoutMap(elf);
      const text = must("readelf", ["-lW", fixturePath(name)]);
      const listed = new Map(
        [...(text.split("Segment Sections...")[1]?.matchAll(/^ +(\d+) +(.*)$/gm) ?? [])].map((x) => [
          Number(x[1]),
          x[2]!
            .trim()
            .split(/ +/)
            .filter((s) => s !== "" && s !== ".tbss"),
        ]),
      );
      const empty = new Set(m.unplaced.map((u) => u.label));

      for (const s of elf.sections.length > 0 ? m.memory : []) {
        expect(labels(s.parts.filter((p) => p.by === "section")), `PT_LOAD ${s.segment}`).toEqual(
          listed.get(s.segment)!.filter((n) => !empty.has(n)),
        );
      }
    });
  }
});

describe("without section headers", () => {
  it("the loader's tables are found, in the places that the section headers give", () => {
    const without = fileParts(fixture("x86_64-glibc-pie-nosections"));
    const withThem = new Map(fileParts(fixture("x86_64-glibc-pie")).map((p) => [p.label, p]));
    const found = without.filter((p) => p.by === "dynamic" || p.by === "segment");

    expect(labels(found)).toEqual([
      ".interp",
      "notes",
      "notes",
      ".gnu.hash",
      ".dynsym",
      ".dynstr",
      ".gnu.version",
      ".gnu.version_r",
      ".rela.dyn",
      ".plt relocations",
      ".eh_frame_hdr",
      ".init_array",
      ".fini_array",
      ".dynamic",
    ]);

    for (const p of found.filter((p) => withThem.has(p.label))) {
      expect([p.label, p.offset, p.size]).toEqual([
        p.label,
        withThem.get(p.label)!.offset,
        withThem.get(p.label)!.size,
      ]);
    }

    expect(without.filter((p) => p.kind === "contents").map((p) => p.label)).toEqual([
      "code",
      "read-only data",
      "read-only data",
      "data",
    ]);
  });
});

describe("kinds of files", () => {
  it("an object file has no memory", () => {
    const m = mapOf(fixture("x86_64-object.o"));
    expect([m.memory, m.pageSize, m.regions.map((r) => r.kind)]).toEqual([[], null, ["unloaded"]]);
  });

  it("a core file's notes are described by their program header", () => {
    const bytes = buildElf({
      type: ET.CORE,
      notes: [{ section: "", owner: "CORE", type: 1, description: new Uint8Array(100) }],
    });
    expectWhole(mapOf(bytes), bytes.length);
    expect(fileParts(bytes).find((p) => p.label === "notes")).toMatchObject({
      kind: "note",
      by: "segment",
      size: readElf(bytes).segments.find((s) => s.type === PT.NOTE)!.filesz,
    });
  });

  it("a kernel's addresses are exact", () => {
    const bytes = buildElf({ type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n });
    const m = mapOf(bytes);
    expectWhole(m, bytes.length);
    expect([m.memory[0]!.address, m.memory[0]!.parts[0]!.address]).toEqual([
      "0xffffffff81000000",
      "0xffffffff81000000",
    ]);
  });

  it("what follows the file is the overlay, and is not read", () => {
    const original = fixture("x86_64-glibc-pie");
    const size = 2 ** 40;
    const source = counting(sparse(size, [{ at: 0, bytes: original }]));
    const m = layoutMap(readElf(source));
    expectWhole(m, size);

    expect(m.regions.at(-1)).toMatchObject({
      kind: "overlay",
      offset: original.length,
      size: size - original.length,
      parts: [{ kind: "overlay", label: "overlay" }],
    });
    expect(source.bytes).toBeLessThan(4 * original.length);
  });

  it("an overlay is no part of the ELF file even where it is zero", () =>
    expect(mapOf(Buffer.concat([fixture("i386-glibc-exec"), Buffer.alloc(10)])).regions.at(-1)).toMatchObject({
      kind: "overlay",
      size: 10,
    }));

  it("an object's own bytes that no header describes are said to be that, zero or not", () => {
    const bytes = fixture("x86_64-glibc-pie");
    const zeros = fileParts(bytes).find((p) => p.kind === "zeros" && Number(p.size) > 1000)!;
    bytes[zeros.offset! + 5] = 1;
    expect(fileParts(bytes).find((p) => p.offset === zeros.offset)).toMatchObject({
      kind: "undescribed",
      by: null,
      size: zeros.size,
    });
  });

  it("a separate debug file has no bytes of the memory that its program headers describe", () => {
    const bytes = patch(fixture("x86_64-glibc-pie"), [onlyKeepDebug()]).bytes;
    const m = mapOf(bytes);
    const memory = m.memory.flatMap((s) => s.parts);
    expectWhole(m, bytes.length);

    expect(m.problems).toEqual([expect.stringMatching(/^a separate debug file: /)]);
    expect([
      memory.every((p) => p.offset === null),
      memory.some((p) => p.kind === "zero-fill"),
      m.regions.every((r) => r.kind === "unloaded"),
    ]).toEqual([true, false, true]);
    expect(memory.find((p) => p.label === ".text")).toMatchObject({ kind: "bss", address: 0x10d0 });
  });

  it("PT_LOADs are in order of address; pages that two of them share are counted once", () => {
    const m = mapOf(fixture("x86_64-glibc-pie"));
    const last = m.memory.at(-1)!;
    expect(m.memory.map((s) => s.address)).toEqual([0, 0x1000, 0x2000, 0x3dd0]);
    expect(last.pages).toEqual({ address: 0x3000, size: 0x2000 });
    expect(
      last.parts.map((p) => [p.kind, p.size]).filter(([k]) => String(k).startsWith("page") || k === "bss"),
    ).toEqual([
      ["page-head", 0xdd0],
      ["bss", 8],
      ["page-tail", 0x5000 - 0x4060],
    ]);

    const tight = fixture("x86_64-glibc-pie");
    phdr(tight, PT.LOAD, 2).vaddr = phdr(tight, PT.LOAD, 1).vaddr + 0x300;
    expectWhole(mapOf(tight), tight.length);
  });
});

describe("broken files", () => {
  it("a section that reaches past the end, and a segment that does", () => {
    const bytes = fixture("x86_64-glibc-pie");
    shdr(bytes, ".strtab").size = 1 << 30;
    phdr(bytes, PT.LOAD, 3).filesz = 1 << 30;
    phdr(bytes, PT.LOAD, 3).memsz = 1 << 30;
    const m = mapOf(bytes);
    expectWhole(m, bytes.length);

    expect(m.problems).toEqual([
      expect.stringMatching(/^PT_LOAD 5 .* past the end of the file$/),
      "section .strtab reaches past the end of the file",
    ]);
    expect(m.memory.at(-1)!.parts.find((p) => p.label === "past the end of the file")).toMatchObject({
      kind: "undescribed",
      offset: null,
    });
    expect(m.regions.flatMap((r) => r.parts).find((p) => p.label === ".strtab")!.partial).toBe(true);
  });

  it("PT_LOADs over the same bytes: the shorter one has them in the file, both have them in memory", () => {
    const bytes = fixture("x86_64-glibc-pie");
    phdr(bytes, PT.LOAD, 2).offset = 0x1000;
    const m = mapOf(bytes);
    const [, text, shared] = m.memory;
    expectWhole(m, bytes.length);
    expect(labels(shared!.parts)[0]).toBe(".init");
    expect(text!.parts[0]!.label).toBe(".init");
  });

  it("many PT_LOADs over all of a file of many sections take no more than linear room", () => {
    const n = 3000;
    const sections = Buffer.alloc(64 * n);
    const phdrs = Buffer.alloc(56 * n);
    const head = fixture("x86_64-glibc-pie").subarray(0, 64);
    const bytes = Buffer.concat([head, phdrs, sections]);
    Object.assign(ehdr(bytes), { phoff: 64, phnum: n, shoff: 64 + phdrs.length, shnum: n, shstrndx: 0 });

    for (let i = 0; i < n; i++) {
      bytes.writeUInt32LE(1, 64 + 56 * i);
      bytes.writeBigUInt64LE(BigInt(i) << 24n, 64 + 56 * i + 16);
      for (const at of [32, 40]) bytes.writeBigUInt64LE(BigInt(bytes.length), 64 + 56 * i + at);
      const s = 64 + phdrs.length + 64 * i;
      bytes.writeUInt32LE(1, s + 4);
      bytes.writeBigUInt64LE(BigInt(i * 100), s + 24);
      bytes.writeBigUInt64LE(50n, s + 32);
    }

    const m = mapOf(bytes);
    expectWhole(m, bytes.length);
    expect(m.memory.reduce((k, s) => k + s.parts.length, 0)).toBeLessThan(50 * n);
  });

  const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 150);
  it.each([
    "x86_64-glibc-lib.so",
    "x86_64-glibc-pie-nosections",
    "i386-glibc-exec",
    "s390x-glibc-pie",
    "mips64el-glibc-lib.so",
    "x86_64-object.o",
  ])(`mutants of %s: a whole map or an ElfError (seed ${SEED})`, (name) => {
    const original = Uint8Array.from(fixture(name));
    const hot = hotRanges(original);
    let maps = 0;
    let refused = 0;

    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutant(original, hot, random(SEED * 104729 + round));
      try {
        const m = layoutMap(readElf(bytesSource(bytes)));
        expectWhole(m, bytes.length);
        maps++;
      } catch (e) {
        if (!isElfError(e)) throw new Error(`ELFWRIGHT_SEED=${SEED}, round ${round}: ${String(e)}`, { cause: e });
        refused++;
      }
    }

    expect(maps).toBeGreaterThan(ROUNDS / 10);
    expect(refused).toBeGreaterThan(0);
  });
});

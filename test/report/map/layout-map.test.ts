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
    const map = mapOf(bytes);
    const { segments } = readElf(bytes);
    const loads = segments.flatMap((s, i) => (s.type === PT.LOAD && s.filesz > 0 ? [i] : []));
    const others = segments.filter((s) => s.type !== PT.LOAD && s.type !== PT.NULL);

    expectWhole(map, bytes.length);
    expect(map.problems).toEqual([]);
    expect(JSON.parse(JSON.stringify(map))).toEqual(map);
    expect(map.regions.map((region) => region.segment).filter((segment) => segment !== null)).toEqual(loads);
    expect(map.markers.length).toBe(others.length);
  });

  it.each(ALL_FIXTURES)("%s: every section is shown whole at its place, or listed as taking none", (name) => {
    const bytes = fixture(name);
    const map = mapOf(bytes);
    const elf = readElf(bytes);
    const inFile = map.regions.flatMap((region) => region.parts);
    const onlyInMemory = map.memory.flatMap((segment) => segment.parts.filter((part) => part.offset === null));
    const parts = [...inFile, ...onlyInMemory];

    for (const { index, name, header } of elf.sections) {
      const { type, flags, addr, offset, size } = header;
      if (type === SHT.NULL) continue;

      const isZeroFill = Boolean(flags & SHF.ALLOC) && !(flags & SHF.TLS) && elf.header.type !== ET.REL;
      const takesSpace = size > 0 && (type !== SHT.NOBITS || isZeroFill);
      const shown = parts.filter((part) => part.section === index);
      const wanted = [name, size, false, addr, type === SHT.NOBITS ? null : offset];

      expect(
        shown.map((part) => [part.label, part.size, part.partial, part.address ?? 0, part.offset]),
        name,
      ).toEqual(takesSpace ? [wanted] : []);
      expect(map.unplaced.filter((unplaced) => unplaced.section === index).length).toBe(takesSpace ? 0 : 1);
    }
  });

  for (const name of ALL_FIXTURES) {
    itWithTools(["readelf"], `${name}: PT_LOADs hold the sections that readelf lists`, () => {
      const elf = readElf(fixture(name));
      const map = layoutMap(elf);
      const listed = sectionsBySegment(must("readelf", ["-lW", fixturePath(name)]));
      const unplaced = new Set(map.unplaced.map(({ label }) => label));
      if (elf.sections.length === 0) return;

      for (const { segment, parts } of map.memory) {
        const wanted = listed.get(segment)!.filter((section) => !unplaced.has(section));
        expect(labels(parts.filter((part) => part.by === "section")), `PT_LOAD ${segment}`).toEqual(wanted);
      }
    });
  }

  /** The names of sections by program header, from the table of `readelf -l`, without .tbss, which takes no place. */
  function sectionsBySegment(text: string): Map<number, string[]> {
    const table = text.split("Segment Sections...")[1] ?? "";
    const rows = [...table.matchAll(/^ +(\d+) +(.*)$/gm)];
    return new Map(
      rows.map(([, segment, names]) => {
        const sections = names!.trim().split(/ +/);
        return [Number(segment), sections.filter((name) => name !== "" && name !== ".tbss")];
      }),
    );
  }
});

describe("without section headers", () => {
  it("the loader's tables are found, in the places that the section headers give", () => {
    const parts = fileParts(fixture("x86_64-glibc-pie-nosections"));
    const bySections = new Map(fileParts(fixture("x86_64-glibc-pie")).map((part) => [part.label, part]));
    const tables = parts.filter((part) => part.by === "dynamic" || part.by === "segment");

    expect(labels(tables)).toEqual([
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

    for (const { label, offset, size } of tables) {
      const section = bySections.get(label);
      if (section) expect([label, offset, size]).toEqual([label, section.offset, section.size]);
    }

    const contents = parts.filter((part) => part.kind === "contents");
    expect(labels(contents)).toEqual(["code", "read-only data", "read-only data", "data"]);
  });
});

describe("kinds of files", () => {
  it("an object file has no memory", () => {
    const { memory, pageSize, regions } = mapOf(fixture("x86_64-object.o"));
    expect([memory, pageSize]).toEqual([[], null]);
    expect(regions.map((region) => region.kind)).toEqual(["unloaded"]);
  });

  it("a core file's notes are described by their program header", () => {
    const notes = [{ section: "", owner: "CORE", type: 1, description: new Uint8Array(100) }];
    const bytes = buildElf({ type: ET.CORE, notes });
    const size = readElf(bytes).segments.find((segment) => segment.type === PT.NOTE)!.filesz;
    const part = fileParts(bytes).find(({ label }) => label === "notes");

    expectWhole(mapOf(bytes), bytes.length);
    expect(part).toMatchObject({ kind: "note", by: "segment", size });
  });

  it("a kernel's addresses are exact", () => {
    const bytes = buildElf({ type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n });
    const map = mapOf(bytes);
    const { address, parts } = map.memory[0]!;

    expectWhole(map, bytes.length);
    expect([address, parts[0]!.address]).toEqual(["0xffffffff81000000", "0xffffffff81000000"]);
  });

  it("what follows the file is the overlay, and is not read", () => {
    const original = fixture("x86_64-glibc-pie");
    const size = 2 ** 40;
    const source = counting(sparse(size, [{ at: 0, bytes: original }]));
    const map = layoutMap(readElf(source));

    expectWhole(map, size);
    expect(map.regions.at(-1)).toMatchObject({
      kind: "overlay",
      offset: original.length,
      size: size - original.length,
      parts: [{ kind: "overlay", label: "overlay" }],
    });
    expect(source.bytes).toBeLessThan(4 * original.length);
  });

  it("zeros behind the end are no overlay", () => {
    const bytes = Buffer.concat([fixture("i386-glibc-exec"), Buffer.alloc(10)]);
    const last = mapOf(bytes).regions.at(-1)!;
    expect([last.kind, last.parts.at(-1)]).toMatchObject(["unloaded", { kind: "zeros", size: 10 }]);
  });

  it("bytes within the file that no header describes are undescribed, unless all are zero", () => {
    const bytes = fixture("x86_64-glibc-pie");
    const zeros = fileParts(bytes).find((part) => part.kind === "zeros" && Number(part.size) > 1000)!;
    bytes[zeros.offset! + 5] = 1;

    expect(fileParts(bytes).find((part) => part.offset === zeros.offset)).toMatchObject({
      kind: "undescribed",
      by: null,
      size: zeros.size,
    });
  });

  it("a separate debug file has no bytes of the memory that its program headers describe", () => {
    const bytes = patch(fixture("x86_64-glibc-pie"), [onlyKeepDebug()]).bytes;
    const map = mapOf(bytes);
    const memory = map.memory.flatMap((segment) => segment.parts);

    expectWhole(map, bytes.length);
    expect(map.problems).toEqual([expect.stringMatching(/^a separate debug file: /)]);
    expect(memory.every((part) => part.offset === null)).toBe(true);
    expect(memory.some((part) => part.kind === "zero-fill")).toBe(false);
    expect(map.regions.every((region) => region.kind === "unloaded")).toBe(true);
    expect(memory.find((part) => part.label === ".text")).toMatchObject({ kind: "bss", address: 0x10d0 });
  });

  it("PT_LOADs are in order of address; pages that two of them share are counted once", () => {
    const { memory } = mapOf(fixture("x86_64-glibc-pie"));
    const last = memory.at(-1)!;
    const notInFile = last.parts.filter(({ kind }) => ["page-head", "bss", "page-tail"].includes(kind));

    expect(memory.map((segment) => segment.address)).toEqual([0, 0x1000, 0x2000, 0x3dd0]);
    expect(last.pages).toEqual({ address: 0x3000, size: 0x2000 });
    expect(notInFile.map((part) => [part.kind, part.size])).toEqual([
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
    const map = mapOf(bytes);
    const missing = map.memory.at(-1)!.parts.find((part) => part.label === "past the end of the file");
    const strtab = map.regions.flatMap((region) => region.parts).find((part) => part.label === ".strtab")!;

    expectWhole(map, bytes.length);
    expect(map.problems).toEqual([
      expect.stringMatching(/^PT_LOAD 5 .* past the end of the file$/),
      "section .strtab reaches past the end of the file",
    ]);
    expect(missing).toMatchObject({ kind: "undescribed", offset: null });
    expect(strtab.partial).toBe(true);
  });

  it("PT_LOADs over the same bytes: the shorter one has them in the file, both have them in memory", () => {
    const bytes = fixture("x86_64-glibc-pie");
    phdr(bytes, PT.LOAD, 2).offset = 0x1000;
    const map = mapOf(bytes);
    const [, text, shared] = map.memory;

    expectWhole(map, bytes.length);
    expect(labels(shared!.parts)[0]).toBe(".init");
    expect(text!.parts[0]!.label).toBe(".init");
  });

  it("many PT_LOADs over a whole file of many sections take no more than linear room", () => {
    const count = 3000;
    const phoff = 64;
    const shoff = phoff + 56 * count;
    const bytes = Buffer.alloc(shoff + 64 * count);
    bytes.set(fixture("x86_64-glibc-pie").subarray(0, phoff));
    Object.assign(ehdr(bytes), { phoff, phnum: count, shoff, shnum: count, shstrndx: 0 });

    for (let i = 0; i < count; i++) {
      // PT_LOAD: p_type, p_vaddr, p_filesz, p_memsz.
      const phdr = phoff + 56 * i;
      bytes.writeUInt32LE(PT.LOAD, phdr);
      bytes.writeBigUInt64LE(BigInt(i) << 24n, phdr + 16);
      bytes.writeBigUInt64LE(BigInt(bytes.length), phdr + 32);
      bytes.writeBigUInt64LE(BigInt(bytes.length), phdr + 40);

      // SHT_PROGBITS: sh_type, sh_offset, sh_size.
      const shdr = shoff + 64 * i;
      bytes.writeUInt32LE(SHT.PROGBITS, shdr + 4);
      bytes.writeBigUInt64LE(BigInt(i * 100), shdr + 24);
      bytes.writeBigUInt64LE(50n, shdr + 32);
    }

    const map = mapOf(bytes);
    expectWhole(map, bytes.length);
    expect(map.memory.reduce((sum, segment) => sum + segment.parts.length, 0)).toBeLessThan(50 * count);
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
        expectWhole(layoutMap(readElf(bytesSource(bytes))), bytes.length);
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

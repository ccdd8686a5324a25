import { readdirSync } from "node:fs";
import { describe as suite, expect, it } from "vitest";
import { encodeText, viewOf } from "../../src/codec/bytes.js";
import { Dyn, Phdr } from "../../src/codec/records.js";
import { readElf } from "../../src/image/read-elf.js";
import { headerView } from "../../src/image/headers/header.js";
import { DT } from "../../src/spec/dynamic.js";
import { describeElf } from "../../src/report/describe.js";
import { fixture } from "../support/elf.js";

const fixtures = readdirSync(new URL("../../fixtures/bin", import.meta.url)).sort();
const of = (name: string) => describeElf(readElf(fixture(name)));

/** The fixture with one dynamic entry changed. */
function withTag(name: string, tag: number, value: number): Uint8Array {
  const bytes = fixture(name);
  const elf = readElf(bytes);
  const d = elf.dynamic!;
  Dyn.view(
    viewOf(bytes),
    d.offset + d.entries.find((e) => e.tag === tag)!.index * Dyn.size(elf.header.class),
    elf.header,
  ).val = value;
  return bytes;
}

suite("describe", () => {
  it.each(fixtures)("is JSON and without problems: %s", (name) => {
    const d = of(name);
    expect(JSON.parse(JSON.stringify(d))).toEqual(d);
    expect(d.problems).toEqual([]);
    expect(d.file.size).toBe(fixture(name).length);
  });

  it("has a stable order of keys", () => {
    expect(Object.keys(of("x86_64-object.o"))).toEqual(Object.keys(of("s390x-glibc-lib.so")));
    expect(Object.keys(of("x86_64-glibc-pie"))).toEqual([
      "file",
      "interpreter",
      "soname",
      "needed",
      "runpath",
      "rpath",
      "buildId",
      "segments",
      "sections",
      "dynamic",
      "versionNeeds",
      "versionDefinitions",
      "notes",
      "symbols",
      "dynamicSymbols",
      "overlay",
      "symbolCounts",
      "relocations",
      "relro",
      "tls",
      "arrays",
      "security",
      "problems",
    ]);
  });

  it.each([
    "armhf-glibc-lib.so",
    "mips64el-glibc-pie",
    "powerpc-glibc-exec",
    "s390x-glibc-pie",
    "x86_64-glibc-pie-nosections",
    "x86_64-object.o",
  ])("is what it was: %s", async (name) => {
    // One line for each entry of a list, so that a difference can be read.
    const text = Object.entries(of(name))
      .map(
        ([key, value]) =>
          `${JSON.stringify(key)}: ${Array.isArray(value) ? `[\n${value.map((v) => `  ${JSON.stringify(v)}`).join(",\n")}\n]` : JSON.stringify(value)}`,
      )
      .join(",\n");
    await expect(`{\n${text}\n}\n`).toMatchFileSnapshot(`golden/${name}.json`);
  });

  it("names what the header says", () => {
    expect(of("s390x-glibc-exec").file).toMatchObject({
      class: "ELFCLASS64",
      byteOrder: "big",
      type: "ET_EXEC",
      machine: "EM_S390",
      osabi: "ELFOSABI_NONE",
      linkage: "dynamic",
    });
    expect(of("i386-glibc-lib.so").file).toMatchObject({
      class: "ELFCLASS32",
      byteOrder: "little",
      type: "ET_DYN",
      machine: "EM_386",
      linkage: "shared-library",
    });
  });

  it("reads the dynamic section as texts, flags and numbers", () => {
    const d = of("x86_64-glibc-pie-runpath");
    expect(d).toMatchObject({
      interpreter: "/lib64/ld-linux-x86-64.so.2",
      runpath: "/opt/elfwright/fixture/lib",
      rpath: null,
      needed: ["libc.so.6"],
    });
    expect(d.dynamic).toContainEqual(
      expect.objectContaining({ tag: "DT_RUNPATH", text: "/opt/elfwright/fixture/lib" }),
    );
    expect(d.dynamic!.find((e) => e.tag === "DT_FLAGS_1")!.flags).toEqual(["DF_1_PIE"]);
    expect(d.dynamic!.find((e) => e.tag === "DT_SYMENT")).toEqual({ tag: "DT_SYMENT", value: 24 });
  });

  it("reads versions and the symbols that have them", () => {
    const d = of("x86_64-glibc-lib.so");
    expect(d.versionNeeds).toEqual([{ file: "libc.so.6", versions: [{ name: "GLIBC_2.2.5", index: 4, weak: false }] }]);
    expect(d.versionDefinitions).toEqual([
      { index: 1, base: true, names: ["libelfwright-fixture.so.1"] },
      { index: 2, base: false, names: ["ELFWRIGHT_1.0"] },
      { index: 3, base: false, names: ["ELFWRIGHT_2.0", "ELFWRIGHT_1.0"] },
    ]);
    expect(
      d.dynamicSymbols!.filter((s) => s.name === "answer").sort((a, b) => Number(a.hidden) - Number(b.hidden)),
    ).toEqual([
      {
        name: "answer",
        binding: "STB_GLOBAL",
        type: "STT_FUNC",
        visibility: "STV_DEFAULT",
        defined: true,
        version: "ELFWRIGHT_2.0",
        hidden: false,
      },
      {
        name: "answer",
        binding: "STB_GLOBAL",
        type: "STT_FUNC",
        visibility: "STV_DEFAULT",
        defined: true,
        version: "ELFWRIGHT_1.0",
        hidden: true,
      },
    ]);
    expect(d.symbols).toEqual({ symtab: 31, dynsym: 10 });
  });

  it("reads program headers, sections and notes", () => {
    const d = of("x86_64-glibc-exec");
    expect(d.segments![0]).toEqual({
      type: "PT_PHDR",
      flags: "R  ",
      offset: 64,
      vaddr: 0x400040,
      paddr: 0x400040,
      filesz: 728,
      memsz: 728,
      align: 8,
    });
    expect(d.sections!.find((s) => s.name === ".text")).toMatchObject({
      type: "SHT_PROGBITS",
      flags: ["SHF_ALLOC", "SHF_EXECINSTR"],
    });
    expect(d.buildId).toMatch(/^[0-9a-f]{40}$/);
    expect(d.notes).toContainEqual({
      owner: "GNU",
      type: 3,
      name: "NT_GNU_BUILD_ID",
      size: 20,
      description: d.buildId,
      offset: expect.any(Number),
      contents: { kind: "build-id", id: d.buildId },
    });
    expect(d.notes).toContainEqual(
      expect.objectContaining({ name: "NT_GNU_ABI_TAG", contents: { kind: "abi-tag", os: "Linux", kernel: "3.2.0" } }),
    );
  });

  it("says where an overlay is", () => {
    const bytes = fixture("x86_64-glibc-pie");
    const whole = new Uint8Array(bytes.length + 5);
    whole.set(bytes);
    expect(describeElf(readElf(whole)).overlay).toEqual({ offset: bytes.length, size: 5, kind: null });
    whole.set(encodeText("hsqs"), bytes.length);
    expect(describeElf(readElf(whole)).overlay).toEqual({ offset: bytes.length, size: 5, kind: "squashfs" });
  });

  it("gives addresses above 2^53 as text", () => {
    const bytes = fixture("x86_64-glibc-static");
    const elf = readElf(bytes);
    const high = 0xffffffff81000000n;
    headerView(bytes, elf.header).setExact("entry", high);
    Phdr.view(viewOf(bytes), elf.header.phoff, elf.header).setExact("vaddr", high);
    const d = describeElf(readElf(bytes));
    expect(d.file.entry).toBe("0xffffffff81000000");
    expect(d.segments![0]!.vaddr).toBe("0xffffffff81000000");
  });

  it("hides nothing behind a broken part", () => {
    const d = describeElf(readElf(withTag("x86_64-glibc-pie", DT.VERNEED, 0x100000)));
    expect(d.versionNeeds).toBe(null);
    expect(d.problems).toEqual(["MALFORMED: the version table at address 0x100000 is not in the file"]);
    expect(d.needed).toEqual(["libc.so.6"]);
    expect(d.dynamicSymbols!.some((s) => s.name === "puts" || s.name === "printf")).toBe(true);
    expect(d.dynamicSymbols!.every((s) => s.version === null)).toBe(true);
  });

  it("marks the one string that cannot be read", () => {
    const d = describeElf(readElf(withTag("x86_64-glibc-pie", DT.NEEDED, 0x100000)));
    expect(d.needed).toBe(null);
    expect(d.dynamic![0]).toEqual({ tag: "DT_NEEDED", value: 0x100000, text: null });
    expect(d.dynamic!.length).toBeGreaterThan(10);
    expect(d.problems).toHaveLength(1);
  });

  it("lists no dynamic symbols where nothing tells how many there are", () => {
    const bytes = withTag("x86_64-glibc-pie", DT.GNU_HASH, 0x100000);
    const h = headerView(bytes, readElf(bytes).header);
    h.shoff = h.shnum = h.shstrndx = 0;
    const d = describeElf(readElf(bytes));
    expect(d.sections).toEqual([]);
    expect(d.dynamicSymbols).toBe(null);
    expect(d.symbols.dynsym).toBe(null);
    expect(d.problems.join()).toContain("nothing in the file tells the number of dynamic symbols");
  });
});

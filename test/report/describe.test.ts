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
const describeFixture = (name: string) => describeElf(readElf(fixture(name)));

/** The fixture with another value in one dynamic entry. */
function withTag(name: string, tag: number, value: number): Uint8Array {
  const bytes = fixture(name);
  const { header, dynamic } = readElf(bytes);
  const { index } = dynamic!.entries.find((entry) => entry.tag === tag)!;
  const at = dynamic!.offset + index * Dyn.size(header.class);

  Dyn.view(viewOf(bytes), at, header).val = value;
  return bytes;
}

/** JSON with a line for each item of a list, so that a difference of two files can be read. */
function jsonByItems(description: object): string {
  const parts = Object.entries(description).map(([key, value]: [string, unknown]) => {
    if (!Array.isArray(value)) return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;

    const items = value.map((item) => `  ${JSON.stringify(item)}`);
    return `${JSON.stringify(key)}: [\n${items.join(",\n")}\n]`;
  });
  return `{\n${parts.join(",\n")}\n}\n`;
}

suite("describe", () => {
  it.each(fixtures)("is JSON and without problems: %s", (name) => {
    const description = describeFixture(name);
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    expect(description.problems).toEqual([]);
    expect(description.file.size).toBe(fixture(name).length);
  });

  it("has a stable order of keys", () => {
    expect(Object.keys(describeFixture("x86_64-object.o"))).toEqual(Object.keys(describeFixture("s390x-glibc-lib.so")));
    expect(Object.keys(describeFixture("x86_64-glibc-pie"))).toEqual([
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
    await expect(jsonByItems(describeFixture(name))).toMatchFileSnapshot(`golden/${name}.json`);
  });

  it("names what the header says", () => {
    expect(describeFixture("s390x-glibc-exec").file).toMatchObject({
      class: "ELFCLASS64",
      byteOrder: "big",
      type: "ET_EXEC",
      machine: "EM_S390",
      osabi: "ELFOSABI_NONE",
      linkage: "dynamic",
    });
    expect(describeFixture("i386-glibc-lib.so").file).toMatchObject({
      class: "ELFCLASS32",
      byteOrder: "little",
      type: "ET_DYN",
      machine: "EM_386",
      linkage: "shared-library",
    });
  });

  it("reads the dynamic section as texts, flags and numbers", () => {
    const description = describeFixture("x86_64-glibc-pie-runpath");
    const entryOf = (tag: string) => description.dynamic!.find((entry) => entry.tag === tag);

    expect(description).toMatchObject({
      interpreter: "/lib64/ld-linux-x86-64.so.2",
      runpath: "/opt/elfwright/fixture/lib",
      rpath: null,
      needed: ["libc.so.6"],
    });
    expect(description.dynamic).toContainEqual(
      expect.objectContaining({ tag: "DT_RUNPATH", text: "/opt/elfwright/fixture/lib" }),
    );
    expect(entryOf("DT_FLAGS_1")!.flags).toEqual(["DF_1_PIE"]);
    expect(entryOf("DT_SYMENT")).toEqual({ tag: "DT_SYMENT", value: 24 });
  });

  it("reads versions and the symbols that have them", () => {
    const description = describeFixture("x86_64-glibc-lib.so");
    expect(description.versionNeeds).toEqual([
      { file: "libc.so.6", versions: [{ name: "GLIBC_2.2.5", index: 4, weak: false }] },
    ]);
    expect(description.versionDefinitions).toEqual([
      { index: 1, base: true, names: ["libelfwright-fixture.so.1"] },
      { index: 2, base: false, names: ["ELFWRIGHT_1.0"] },
      { index: 3, base: false, names: ["ELFWRIGHT_2.0", "ELFWRIGHT_1.0"] },
    ]);
    expect(description.symbols).toEqual({ symtab: 31, dynsym: 10 });

    const answers = description.dynamicSymbols!.filter((symbol) => symbol.name === "answer");
    const answer = {
      name: "answer",
      binding: "STB_GLOBAL",
      type: "STT_FUNC",
      visibility: "STV_DEFAULT",
      defined: true,
    };
    expect(answers.sort((a, b) => Number(a.hidden) - Number(b.hidden))).toEqual([
      { ...answer, version: "ELFWRIGHT_2.0", hidden: false },
      { ...answer, version: "ELFWRIGHT_1.0", hidden: true },
    ]);
  });

  it("reads program headers, sections and notes", () => {
    const description = describeFixture("x86_64-glibc-exec");
    expect(description.segments![0]).toEqual({
      type: "PT_PHDR",
      flags: "R  ",
      offset: 64,
      vaddr: 0x400040,
      paddr: 0x400040,
      filesz: 728,
      memsz: 728,
      align: 8,
    });
    expect(description.sections!.find((section) => section.name === ".text")).toMatchObject({
      type: "SHT_PROGBITS",
      flags: ["SHF_ALLOC", "SHF_EXECINSTR"],
    });

    expect(description.buildId).toMatch(/^[0-9a-f]{40}$/);
    expect(description.notes).toContainEqual({
      owner: "GNU",
      type: 3,
      name: "NT_GNU_BUILD_ID",
      size: 20,
      description: description.buildId,
      offset: expect.any(Number),
      contents: { kind: "build-id", id: description.buildId },
    });
    expect(description.notes).toContainEqual(
      expect.objectContaining({ name: "NT_GNU_ABI_TAG", contents: { kind: "abi-tag", os: "Linux", kernel: "3.2.0" } }),
    );
  });

  it("says where an overlay is", () => {
    const program = fixture("x86_64-glibc-pie");
    const offset = program.length;
    const whole = new Uint8Array(offset + 5);
    whole.set(program);
    expect(describeElf(readElf(whole)).overlay).toBe(null);

    whole.set(encodeText("any"), offset);
    expect(describeElf(readElf(whole)).overlay).toEqual({ offset, size: 5, kind: null });

    whole.set(encodeText("hsqs"), offset);
    expect(describeElf(readElf(whole)).overlay).toEqual({ offset, size: 5, kind: "squashfs" });
  });

  it("gives addresses above 2^53 as text", () => {
    const bytes = fixture("x86_64-glibc-static");
    const elf = readElf(bytes);
    const high = 0xffffffff81000000n;
    headerView(bytes, elf.header).setExact("entry", high);
    Phdr.view(viewOf(bytes), elf.header.phoff, elf.header).setExact("vaddr", high);

    const description = describeElf(readElf(bytes));
    expect(description.file.entry).toBe("0xffffffff81000000");
    expect(description.segments![0]!.vaddr).toBe("0xffffffff81000000");
  });

  it("describes the rest of a file with a broken part", () => {
    const description = describeElf(readElf(withTag("x86_64-glibc-pie", DT.VERNEED, 0x100000)));
    expect(description.versionNeeds).toBe(null);
    expect(description.problems).toEqual(["MALFORMED: the version table at address 0x100000 is not in the file"]);
    expect(description.needed).toEqual(["libc.so.6"]);
    expect(description.dynamicSymbols!.some(({ name }) => name === "puts" || name === "printf")).toBe(true);
    expect(description.dynamicSymbols!.every(({ version }) => version === null)).toBe(true);
  });

  it("marks the one string that cannot be read", () => {
    const description = describeElf(readElf(withTag("x86_64-glibc-pie", DT.NEEDED, 0x100000)));
    expect(description.needed).toBe(null);
    expect(description.dynamic![0]).toEqual({ tag: "DT_NEEDED", value: 0x100000, text: null });
    expect(description.dynamic!.length).toBeGreaterThan(10);
    expect(description.problems).toHaveLength(1);
  });

  it("lists no dynamic symbols where nothing tells how many there are", () => {
    const bytes = withTag("x86_64-glibc-pie", DT.GNU_HASH, 0x100000);
    Object.assign(headerView(bytes, readElf(bytes).header), { shoff: 0, shnum: 0, shstrndx: 0 });

    const description = describeElf(readElf(bytes));
    expect(description.sections).toEqual([]);
    expect(description.dynamicSymbols).toBe(null);
    expect(description.symbols.dynsym).toBe(null);
    expect(description.problems.join()).toContain("nothing in the file tells the number of dynamic symbols");
  });
});

import { describe as suite, expect, it } from "vitest";
import { concat, encodeText } from "../../src/codec/bytes.js";
import { readElf } from "../../src/image/read-elf.js";
import type { Change } from "../../src/report/change.js";
import { describeElf } from "../../src/report/describe.js";
import { formatChanges, formatDescription, formatFindings } from "../../src/report/text.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { fixture } from "../support/elf.js";

const show = (name: string): string => formatDescription(describeElf(readElf(fixture(name))));

suite("formatDescription", () => {
  it("starts with what people ask for first", () => {
    const { notes } = readElf(fixture("x86_64-glibc-pie-runpath"));
    const buildId = Buffer.from(notes.find((note) => note.type === 3)!.description).toString("hex");

    expect(show("x86_64-glibc-pie-runpath").split("\n\n")[0]).toBe(
      [
        "class:       ELFCLASS64, little-endian",
        "type:        ET_DYN (dynamic)",
        "machine:     EM_X86_64",
        "OS ABI:      ELFOSABI_NONE",
        "entry:       0x11f0",
        "size:        19536 bytes",
        "interpreter: /lib64/ld-linux-x86-64.so.2",
        "needed:      libc.so.6",
        "runpath:     /opt/elfwright/fixture/lib",
        `build ID:    ${buildId}`,
      ].join("\n"),
    );
  });

  it("has a block for each part that the file has", () => {
    const heads = (name: string) => {
      const [, ...blocks] = show(name).split("\n\n");
      return blocks.map((block) => block.split("\n")[0]);
    };

    expect(heads("x86_64-glibc-lib.so")).toEqual([
      "Program headers",
      "Memory",
      "Sections",
      "Dynamic section",
      "Versions needed",
      "Versions defined",
      "Notes",
      "Symbols",
      "Relocations",
      "Security",
    ]);
    expect(heads("x86_64-object.o")).toEqual(["Sections", "Symbols", "Relocations"]);
  });

  it("lines its columns up, and ends no line in a space", () => {
    const text = show("s390x-glibc-exec");
    const sections = text.split("Sections\n")[1]!.split("\n\n")[0]!;
    const rows = sections.split("\n").slice(2);

    expect(text).not.toMatch(/ $/m);
    expect(new Set(rows.map((row) => row.indexOf("SHT_"))).size).toBe(1);
  });

  it("says what is wrong and what follows the file", () => {
    const description = describeElf(readElf(fixture("x86_64-glibc-pie")));
    const text = formatDescription({
      ...description,
      needed: null,
      overlay: { offset: 0x4000, size: 12, kind: null },
      problems: ["MALFORMED: no"],
    });

    expect(text).toContain("Overlay\n  12 bytes at 0x4000\n");
    expect(text).toContain("Problems\n  MALFORMED: no\n");
  });

  it("says what notes say, and once what several say", () => {
    const probe = (name: string) => ({
      section: ".note.x",
      owner: "stapsdt",
      type: 3,
      description: concat([new Uint8Array(24), encodeText(`lib\0${name}\0\0`)]),
    });
    const own = { section: ".note.x", owner: "me\u001b", type: 7, description: Uint8Array.of(1, 2) };
    const json = (type: number, value: unknown) => ({
      section: ".note.x",
      owner: "FDO",
      type,
      description: encodeText(JSON.stringify(value)),
    });
    const packaging = json(0xcafe1a7e, { name: "x\u0007", version: 2 });
    const dlopen = json(0x407c0c0a, [
      { soname: ["liba.so.1", "liba.so"], feature: "a", priority: "suggested", description: "for a" },
    ]);
    const notes = [probe("a"), probe("b"), probe("a"), own, packaging, dlopen];
    const text = formatDescription(describeElf(readElf(buildElf({ notes }))), ["notes"]);

    expect(text.split("\n")).toEqual([
      "Notes",
      "  GNU NT_GNU_BUILD_ID: 0102030405060708090a0b0c0d0e0f1011121314",
      "  stapsdt probe lib:a (2 times)",
      "  stapsdt probe lib:b",
      "  me\\x1b 0x7, 2 bytes: 0102",
      "  FDO NT_FDO_PACKAGING_METADATA",
      '    name: "x\\x07"',
      "    version: 2",
      "  FDO NT_FDO_DLOPEN_METADATA",
      '    liba.so.1 or liba.so, a, suggested: "for a"',
      "",
    ]);
  });

  it("puts e_flags, security and counts into words", () => {
    expect(show("armhf-glibc-lib.so")).toContain("flags:       0x5000400 EF_ARM_ABI_FLOAT_HARD EF_ARM_EABI_VER5\n");

    const text = show("x86_64-glibc-pie");
    for (const line of [
      "  RELRO:                   partial",
      "  stack:                   not executable",
      "  17 in DT_RELA 8, DT_JMPREL 9",
      "  R_X86_64_JUMP_SLOT      9",
    ]) {
      expect(text.split("\n")).toContain(line);
    }

    expect(text).toMatch(/^ {2}\.dynsym +14 +0 +14 +4 +11 +0 +0 +0 +0$/m);
  });

  it("escapes control characters", () => {
    const description = describeElf(readElf(fixture("x86_64-glibc-pie")));
    expect(formatDescription({ ...description, interpreter: "/lib/\u001b[31mld.so\n" })).toContain(
      "interpreter: /lib/\\x1b[31mld.so\\x0a\n",
    );
  });
});

suite("formatChanges", () => {
  const line = (change: Change) => formatChanges([change]);

  it("marks what came, went and changed", () => {
    expect(line({ at: "dynamic", tag: "DT_RUNPATH", from: null, to: "$ORIGIN/../lib" })).toBe(
      '+ dynamic DT_RUNPATH: "$ORIGIN/../lib"\n',
    );
    expect(line({ at: "dynamic", tag: "DT_RELACOUNT", from: 3, to: null })).toBe("- dynamic DT_RELACOUNT: 0x3\n");
    expect(line({ at: "interpreter", from: "/a", to: "/b" })).toBe('  interpreter: "/a" -> "/b"\n');
  });

  it("prints counts in decimal and addresses in hex", () => {
    expect(line({ at: "size", from: 16, to: 32 })).toBe("  size: 16 -> 32\n");
    expect(line({ at: "symbols", from: 45, to: null })).toBe("- symbols: 45\n");
    expect(line({ at: "segments", name: "PT_LOAD", occurrence: 2, field: "vaddr", from: 16, to: 32 })).toBe(
      "  segments PT_LOAD [2] vaddr: 0x10 -> 0x20\n",
    );
    expect(line({ at: "header", field: "phnum", from: 13, to: 14 })).toBe("  header phnum: 13 -> 14\n");
  });

  it("names file and version", () => {
    expect(line({ at: "versionNeeds", file: "libc.so.6", from: "GLIBC_2.34", to: "GLIBC_2.2.5" })).toBe(
      "  versionNeeds libc.so.6: GLIBC_2.34 -> GLIBC_2.2.5\n",
    );
    expect(
      line({ at: "versionNeeds", file: "libc.so.6", name: "GLIBC_2.34", field: "weak", from: false, to: true }),
    ).toBe("  versionNeeds libc.so.6 GLIBC_2.34 weak: false -> true\n");
    expect(line({ at: "dynamic", tag: "DT_FLAGS_1", from: "DF_1_PIE", to: "DF_1_NOW DF_1_PIE" })).toBe(
      "  dynamic DT_FLAGS_1: DF_1_PIE -> DF_1_NOW DF_1_PIE\n",
    );
    expect(line({ at: "sections", name: ".symtab", from: "SHT_SYMTAB", to: null })).toBe(
      "- sections .symtab: SHT_SYMTAB\n",
    );
  });

  it("is empty for no change", () => {
    expect(formatChanges([])).toBe("");
  });
});

suite("formatFindings", () => {
  it("is one line a finding", () => {
    expect(
      formatFindings([{ rule: "load-order", severity: "error", at: "PT_LOAD 0x1000", message: "it stands behind" }]),
    ).toBe("error: PT_LOAD 0x1000: it stands behind [load-order]\n");
    expect(formatFindings([])).toBe("");
  });
});

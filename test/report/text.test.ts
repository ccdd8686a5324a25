import { describe as suite, expect, it } from "vitest";
import { readElf } from "../../src/image/elf.js";
import type { Change } from "../../src/report/change.js";
import { describe } from "../../src/report/describe.js";
import { formatChanges, formatDescription, formatFindings } from "../../src/report/text.js";
import { fixture } from "../support/elf.js";

const show = (name: string): string => formatDescription(describe(readElf(fixture(name))));

suite("formatDescription", () => {
  it("starts with what people ask for first", () => {
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
        `build ID:    ${readElf(fixture("x86_64-glibc-pie-runpath")).notes.filter((n) => n.type === 3).map((n) => Buffer.from(n.description).toString("hex"))}`,
      ].join("\n"),
    );
  });

  it("has a block for each part that the file has", () => {
    const heads = (name: string) => show(name).split("\n").filter((l, i, all) => i > 0 && all[i - 1] === "" && l !== "");
    expect(heads("x86_64-glibc-lib.so")).toEqual(["Program headers", "Memory", "Sections", "Dynamic section", "Versions needed", "Versions defined", "Notes", "Symbols", "Relocations", "Security"]);
    expect(heads("x86_64-object.o")).toEqual(["Sections", "Symbols", "Relocations"]);
  });

  it("lines its columns up, and ends no line in a space", () => {
    const text = show("s390x-glibc-exec"), rows = text.split("Sections\n")[1]!.split("\n\n")[0]!.split("\n");
    expect(text).not.toMatch(/ $/m);
    expect(new Set(rows.slice(2).map((r) => r.indexOf("SHT_"))).size).toBe(1);
  });

  it("says what is wrong and what follows the file", () => {
    const d = describe(readElf(fixture("x86_64-glibc-pie")));
    const text = formatDescription({ ...d, needed: null, overlay: { offset: 0x4000, size: 12, kind: null }, problems: ["MALFORMED: no"] });
    expect(text).toContain("Overlay\n  12 bytes at 0x4000\n");
    expect(text).toContain("Problems\n  MALFORMED: no\n");
  });

  it("lets no control character out of a file", () => {
    const d = describe(readElf(fixture("x86_64-glibc-pie")));
    expect(formatDescription({ ...d, interpreter: "/lib/\u001b[31mld.so\n" })).toContain("interpreter: /lib/\\x1b[31mld.so\\x0a\n");
  });
});

suite("formatChanges", () => {
  const line = (c: Change) => formatChanges([c]);
  it("marks what came, went and changed", () => {
    expect(line({ at: "dynamic", tag: "DT_RUNPATH", from: null, to: "$ORIGIN/../lib" })).toBe('+ dynamic DT_RUNPATH: "$ORIGIN/../lib"\n');
    expect(line({ at: "dynamic", tag: "DT_RELACOUNT", from: 3, to: null })).toBe("- dynamic DT_RELACOUNT: 0x3\n");
    expect(line({ at: "interpreter", from: "/a", to: "/b" })).toBe('  interpreter: "/a" -> "/b"\n');
  });
  it("prints counts in decimal and addresses in hex", () => {
    expect(line({ at: "size", from: 16, to: 32 })).toBe("  size: 16 -> 32\n");
    expect(line({ at: "symbols", from: 45, to: null })).toBe("- symbols: 45\n");
    expect(line({ at: "segments", name: "PT_LOAD", occurrence: 2, field: "vaddr", from: 16, to: 32 })).toBe("  segments PT_LOAD [2] vaddr: 0x10 -> 0x20\n");
    expect(line({ at: "header", field: "phnum", from: 13, to: 14 })).toBe("  header phnum: 13 -> 14\n");
  });
  it("names file and version", () => {
    expect(line({ at: "versionNeeds", file: "libc.so.6", from: "GLIBC_2.34", to: "GLIBC_2.2.5" })).toBe("  versionNeeds libc.so.6: GLIBC_2.34 -> GLIBC_2.2.5\n");
    expect(line({ at: "versionNeeds", file: "libc.so.6", name: "GLIBC_2.34", field: "weak", from: false, to: true })).toBe("  versionNeeds libc.so.6 GLIBC_2.34 weak: false -> true\n");
    expect(line({ at: "dynamic", tag: "DT_FLAGS_1", from: "DF_1_PIE", to: "DF_1_NOW DF_1_PIE" })).toBe("  dynamic DT_FLAGS_1: DF_1_PIE -> DF_1_NOW DF_1_PIE\n");
    expect(line({ at: "sections", name: ".symtab", from: "SHT_SYMTAB", to: null })).toBe("- sections .symtab: SHT_SYMTAB\n");
  });
  it("is empty for no change", () => {
    expect(formatChanges([])).toBe("");
  });
});

suite("formatFindings", () => {
  it("is one line a finding", () => {
    expect(formatFindings([{ rule: "load-order", severity: "error", at: "PT_LOAD 0x1000", message: "it stands behind" }])).toBe("error: PT_LOAD 0x1000: it stands behind [load-order]\n");
    expect(formatFindings([])).toBe("");
  });
});

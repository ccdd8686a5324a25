import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import { Phdr, Shdr } from "../../src/codec/records.js";
import { check, checkRules, type Finding } from "../../src/check/check.js";
import { newFindings } from "../../src/check/plan-rules.js";
import { readElf } from "../../src/image/read-elf.js";
import { headerView } from "../../src/image/headers/header.js";
import { EM, ET, PT, SHF, SHT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { fixture } from "../support/elf.js";
import { Corruptible, findingsOf } from "./corrupt.js";

const fixtures = readdirSync(new URL("../../fixtures/bin", import.meta.url)).sort();

describe("check", () => {
  it.each(fixtures)("finds nothing in %s but what is true", (name) => {
    // MIPS programs of this compiler ask for an executable stack.
    const expected = name.startsWith("mips64el") ? ["exec-stack"] : [];
    expect(check(readElf(fixture(name))).map((f) => f.rule)).toEqual(expected);
  });

  it("gives rule, severity, subject and numbers in hex", () => {
    expect(findingsOf("x86_64-glibc-pie", (c) => (c.load(1).memsz -= 1))[0]).toEqual({
      rule: "load-sizes",
      severity: "error",
      at: "PT_LOAD 0x1000",
      message: "p_filesz 0x2ed is larger than p_memsz 0x2ec",
    });
  });

  it("says once what several rules cannot read", () => {
    const found = findingsOf("x86_64-glibc-lib.so", (c) => (c.tag(DT.VERNEED).val = 0x100000));
    expect(found.filter((f) => f.rule === "readable")).toEqual([
      {
        rule: "readable",
        severity: "error",
        at: "version needs",
        message: "MALFORMED: the version table at address 0x100000 is not in the file",
      },
    ]);
  });

  it("says which part cannot be read", () => {
    const found = findingsOf("x86_64-object.o", (c) => (c.section(".symtab").size = 0x100000));
    expect(found[0]).toMatchObject({ rule: "readable", at: "symbol table" });
    expect(found.map((f) => `${f.rule} ${f.at}`)).toContain("section-in-file section .symtab");
  });

  it("takes a file without section headers", () => {
    const found = findingsOf("x86_64-glibc-pie", (c) => {
      Object.assign(c.header, { shoff: 0, shnum: 0, shstrndx: 0 });
    });
    expect(found).toEqual([]);
  });

  it("stops after a thousand findings of one rule, and stays linear", () => {
    const bytes = manyHeaders(60_000);
    const start = performance.now();
    const found = check(readElf(bytes));

    expect(performance.now() - start).toBeLessThan(20_000);
    expect(found.filter((f) => f.rule === "section-mapped")).toHaveLength(1000);
  });
});

/** A file of as many PT_LOADs as sections, with no section in any of them. */
function manyHeaders(n: number): Uint8Array {
  const phoff = 64;
  const shoff = phoff + n * Phdr.size(64);
  const bytes = new Uint8Array(shoff + n * Shdr.size(64));
  const e = { class: 64, littleEndian: true } as const;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  Object.assign(headerView(bytes, e), {
    type: ET.EXEC,
    machine: EM.X86_64,
    version: 1,
    ehsize: 64,
    phoff,
    phnum: n,
    phentsize: Phdr.size(64),
    shoff,
    shnum: n,
    shentsize: Shdr.size(64),
  });

  for (let i = 0; i < n; i++) {
    Object.assign(Phdr.view(viewOf(bytes), phoff + i * Phdr.size(64), e), {
      type: PT.LOAD,
      vaddr: i * 0x10000,
      memsz: 1,
      align: 0x1000,
    });
    Object.assign(Shdr.view(viewOf(bytes), shoff + i * Shdr.size(64), e), {
      type: SHT.NOBITS,
      flags: SHF.ALLOC | SHF.WRITE,
      addr: i * 0x10000 + 0x8000,
      size: 1,
    });
  }

  return bytes;
}

describe("newFindings", () => {
  const finding = (rule: string, at: string, message = ""): Finding => ({ rule, severity: "error", message, at });
  const a = finding("load-order", "PT_LOAD 0x1000");
  const b = finding("load-order", "PT_LOAD 0x2000");

  it("gives what only the later file has, whatever the message says", () => {
    expect(newFindings([a], [{ ...a, message: "p_offset 0x2000" }, b])).toEqual([b]);
    expect(newFindings([a, b], [b])).toEqual([]);
  });

  it("counts findings of one subject", () => {
    const note = finding("note-records", "PT_NOTE");
    expect(newFindings([note], [note, note, note])).toEqual([note, note]);
    expect(newFindings([note, note], [note])).toEqual([]);
  });

  it("recognizes a section without a name when one before it went", () => {
    const nameless = (index: number) => finding("section-address", `section [${index}]`);
    expect(newFindings([nameless(41), nameless(42)], [nameless(32), nameless(33)])).toEqual([]);
    expect(newFindings([nameless(41)], [nameless(32), nameless(33)])).toHaveLength(1);
  });

  it("does not take one rule for another", () => {
    expect(newFindings([a], [{ ...a, rule: "load-page" }])).toHaveLength(1);
  });
});

describe("rules", () => {
  it("have kebab-case ids and a sentence", () => {
    for (const r of checkRules) {
      expect(r.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(r.sentence).toMatch(/^\S.*\.$/);
    }
  });

  it("read files of the other byte order and class", () => {
    for (const name of ["s390x-glibc-exec", "i386-glibc-exec"]) {
      const c = new Corruptible(fixture(name));
      c.load(0).align = 3;
      expect(check(readElf(c.bytes)).map((f) => f.rule)).toContain("load-align");
    }
  });
});

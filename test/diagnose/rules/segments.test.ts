import { describe, expect, it } from "vitest";
import type { Facts } from "../../../src/diagnose/facts.js";
import { DF, EM, PF, PT } from "../../../src/spec/constants.js";
import { DT } from "../../../src/spec/dynamic.js";
import { glibc, musl } from "../../../src/targets/index.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { ehdr, ENCODINGS, phdr } from "../../support/elf.js";
import { findings, said } from "../../support/findings.js";

describe.each(ENCODINGS)("$label", (e) => {
  it("a segment that is writable and executable", () => {
    const bytes = buildElf(e);
    expect(said(bytes, "segment-write-execute")).toBe(null);

    const text = phdr(bytes, PT.LOAD, 1);
    text.flags = PF.R | PF.W | PF.X;
    expect(said(bytes, "segment-write-execute")).toBe(
      `warning: the PT_LOAD at 0x${text.vaddr.toString(16)} is both writable and executable`,
    );
  });

  it("an entry point that is nowhere, or in data", () => {
    // On big-endian PowerPC the entry point is a descriptor, which may lie in data.
    const machine = e.class === 64 && !e.littleEndian ? { machine: EM.S390 } : {};
    const bytes = buildElf({ ...e, ...machine });
    const data = phdr(bytes, PT.LOAD, 2);
    const inData = data.vaddr.toString(16);

    expect(said(bytes, "entry-not-executable")).toBe(null);

    ehdr(bytes).entry = data.vaddr;
    expect(said(bytes, "entry-not-executable")).toBe(
      `error: the entry point 0x${inData} lies in the PT_LOAD at 0x${inData}, which is not executable: ` +
        "the program crashes when it is started",
    );

    ehdr(bytes).entry = 0x123450000 % 2 ** 32;
    expect(said(bytes, "entry-not-executable")).toBe(
      "error: the entry point 0x23450000 lies in no PT_LOAD: the program crashes when it is started",
    );

    // A function descriptor in PowerPC's first ABI.
    const descriptor = buildElf({ ...e, machine: EM.PPC64 });
    ehdr(descriptor).entry = phdr(descriptor, PT.LOAD, 2).vaddr;
    expect(said(descriptor, "entry-not-executable")).toBe(null);

    // Nothing starts a library.
    expect(said(buildElf({ ...e, soname: "libx.so" }), "entry-not-executable")).toBe(null);
  });

  it("relocations of code, counted in the segments, whichever tag announces them", () => {
    const of = (tag: number, value: number, facts = {}) => {
      const bytes = buildElf({
        ...e,
        soname: "libx.so",
        tags: [{ tag, value }],
        symbols: [{ name: "f", defined: false }],
        relocations: [{ symbol: "f" }, { symbol: "f" }],
      });
      phdr(bytes, PT.LOAD, 2).flags = PF.R;
      return said(bytes, "text-relocations", { linkage: "shared-library", ...facts });
    };
    const warning = new RegExp(
      "^warning: DT_TEXTREL: the loader makes code writable to relocate it: " +
        "2 relocations into what is not writable, the first at 0x[0-9a-f]+; SELinux may refuse it$",
    );
    const ofAndroid =
      e.class === 64 ? /^error: .*; Android refuses it$/ : /^error: .*in apps for API level 23 and later$/;

    for (const [tag, value] of [
      [DT.TEXTREL, 0],
      [DT.FLAGS, DF.TEXTREL],
    ] as const) {
      expect(of(tag, value)).toMatch(warning);
      expect(of(tag, value, { libc: "bionic" })).toMatch(ofAndroid);
    }

    expect(of(DT.FLAGS, DF.BIND_NOW)).toBe(null);
  });
});

describe("an executable stack", () => {
  const of = (options = {}, facts = {}) => said(buildElf(options), "exec-stack", facts);

  it("that is asked for", () => {
    expect(of({ stackFlags: 7 })).toBe("warning: PT_GNU_STACK asks for an executable stack");
    expect(of({ stackFlags: 7, soname: "libx.so" })).toBe(
      "warning: PT_GNU_STACK asks for an executable stack: " +
        "from glibc 2.41 on, dlopen refuses it in a program whose stack is not executable " +
        '("cannot enable executable stack as shared object requires")',
    );
    expect(of({ stackFlags: 7, soname: "libx.so" }, { target: glibc("2.41") })).toContain("error: ");
    expect(of({ stackFlags: 7, soname: "libx.so" }, { target: glibc("2.36") })).toContain("warning: ");
    expect(of({ stackFlags: 7 }, { target: glibc("2.41") })).toContain("warning: ");

    // A library that takes nothing from a C library is opened by programs of glibc, too.
    const alone = { stackFlags: 7, soname: "libx.so", needed: [] };
    for (const name of ["2.41", "2.42"]) {
      expect(of(alone, { libc: "none", target: glibc(name) })).toMatch(/^error: .* from glibc 2\.41 on, dlopen/);
    }
    expect(of(alone, { libc: "none", target: glibc("2.40") })).toMatch(/^warning: .* from glibc 2\.41 on, dlopen/);
    expect(of(alone, { libc: "none" })).toMatch(/^warning: .* from glibc 2\.41 on, dlopen/);
    expect(of(alone, { libc: "none", target: musl("1.2.4") })).toBe(
      "warning: PT_GNU_STACK asks for an executable stack",
    );
    expect(of(alone, { libc: "unknown", system: "FreeBSD" })).toBe(
      "warning: PT_GNU_STACK asks for an executable stack",
    );
    expect(of({ stackFlags: 7, machine: EM.MIPS })).toContain("note: ");
    expect(of({ stackFlags: 6 })).toBe(null);
  });

  it("that glibc assumes without PT_GNU_STACK on some machines", () => {
    expect(of({ stackFlags: null, soname: "libx.so" })).toContain(
      "warning: without PT_GNU_STACK, glibc takes it to need an executable stack on this machine",
    );
    for (const machine of [EM.AARCH64, EM.RISCV, EM.PPC64]) {
      expect(of({ stackFlags: null, soname: "libx.so", machine })).toBe(null);
    }
    expect(of({ stackFlags: null, soname: "libx.so" }, { libc: "musl" })).toBe(null);
    expect(of({ stackFlags: null, type: 2, dynamic: false }, { libc: "none" })).toBe(null);
  });
});

it("pages, of the sizes that systems for the machine have", () => {
  const of = (options: Parameters<typeof buildElf>[0], facts = {}) => said(buildElf(options), "page-size", facts);
  const arm = { machine: EM.AARCH64, soname: "libx.so", pageSize: 0x1000 };

  expect(of(arm)).toMatch(
    new RegExp(
      "^warning: it is not fit for pages of 16 KiB \\(Linux on Apple's processors\\): " +
        "PT_LOAD 0x0: p_align 0x1000 is smaller than a page of 0x4000 and \\d+ more$",
    ),
  );
  expect(of({ ...arm, pageSize: 0x4000 })).toContain("pages of 64 KiB (Linux distributions for servers");
  expect(of({ ...arm, pageSize: 0x10000 })).toBe(null);

  const notes = [{ section: ".note.android.ident", owner: "Android", type: 1, description: new Uint8Array(4) }];
  expect(of({ ...arm, pageSize: 0x4000, notes }, { libc: "bionic" })).toBe(null);

  expect(of({ ...arm, machine: EM.X86_64 })).toBe(null);
  expect(of({ ...arm, machine: EM.X86_64 }, { libc: "bionic" })).toContain("16 KiB (Android 15");
  expect(of({ ...arm, machine: EM.PPC64 })).toContain("pages of 64 KiB (most Linux distributions for POWER)");

  const object = buildElf({ type: 1, machine: EM.AARCH64 });
  expect(findings(object).map((finding) => finding.rule)).toEqual(["not-loadable"]);
});

it("files that nothing starts", () => {
  const of = (bytes: Uint8Array, facts: Partial<Facts> = {}) => said(bytes, "not-loadable", facts);
  const kernel = [{ about: "libc", kind: "kernel-module", says: "none", text: "", offset: 0 }] as const;

  expect(of(buildElf({ type: 1 }))).toBe("note: it is a relocatable object (ET_REL)");
  expect(of(buildElf({ type: 1 }), { evidence: [...kernel] })).toContain("note: it is a module of the Linux kernel");
  expect(of(buildElf({ type: 4, dynamic: false }))).toContain("note: it is a core file");
  expect(of(buildElf({}), { hasContents: false })).toContain("note: it is a separate debug file");
  expect(of(buildElf({}))).toBe(null);
});

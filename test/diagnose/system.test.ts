import { describe, expect, it } from "vitest";
import { encodeText, numberBytes, concat } from "../../src/codec/bytes.js";
import { diagnose } from "../../src/diagnose/diagnose.js";
import type { Diagnosis } from "../../src/diagnose/diagnosis.js";
import { EM, ET, onlyKeepDebug, patch, PT, readElf, wheelTag } from "../../src/index.js";
import { parseTarget, tables } from "../../src/targets/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS, phdr } from "../support/elf.js";

/** A static program, with a start file's mark of glibc where it is to be known as one. */
const STATIC: BuildOptions = { type: ET.EXEC, dynamic: false, interpreter: null, comment: null };

const of = (bytes: Uint8Array, target?: string): Diagnosis =>
  diagnose(readElf(bytes), { tables, ...(target !== undefined && { target: parseTarget(target) }) });

/** Nothing of Linux is said of the file: no distribution, no tag, no finding on a target but that it is for another. */
function isOfNone(bytes: Uint8Array, system: string): void {
  const { system: found, distributions, wheelTag: tag, libc } = of(bytes);
  expect([found, distributions, tag, libc]).toEqual([system, [], null, "unknown"]);
  expect(wheelTag(readElf(bytes), tables)).toEqual({ tag: null, obstacles: [] });

  for (const target of ["centos7", "alpine3.18", "manylinux_2_17"]) {
    const { findings } = of(bytes, target);
    expect(findings.filter((f) => f.rule.startsWith("target-"))).toEqual([]);
    expect(findings.filter((f) => f.severity === "error").map((f) => f.rule)).toEqual(["abi-tag-system"]);
  }
}

describe.each(ENCODINGS)("$label", ({ label: _, ...e }) => {
  const note = (owner: string, type: number, ...words: number[]): BuildOptions => ({
    notes: [
      {
        section: ".note.x",
        owner,
        type,
        description: concat(words.map((word) => numberBytes(word, 4, e.littleEndian))),
      },
    ],
  });

  it.each<[string, BuildOptions]>([
    ["FreeBSD", { osabi: 9 }],
    ["FreeBSD", note("FreeBSD", 1, 1400097)],
    ["OpenBSD", { osabi: 12 }],
    ["HP-UX", { osabi: 1 }],
    ["AIX", { osabi: 7 }],
    ["Tru64", { osabi: 10 }],
    ["NetBSD", note("NetBSD", 1, 900000000)],
    ["DragonFly", note("DragonFly", 1, 600000)],
    ["Hurd", note("GNU", 1, 1, 0, 0, 0)],
    ["none", { osabi: 255 }],
  ])("a static program of %s runs on no distribution (%j)", (system, options) => {
    isOfNone(buildElf({ ...e, ...STATIC, ...options }), system);
  });

  it.each<[string, BuildOptions]>([
    ["FreeBSD", { needed: ["libc.so.7"], soname: "libx.so" }],
    ["FreeBSD", { osabi: 9, needed: [], soname: "libx.so" }],
    ["OpenBSD", { needed: ["libc.so.97.1"], soname: "libx.so" }],
    ["NetBSD", { needed: ["libc.so.12"], soname: "libx.so" }],
    ["Haiku", { needed: ["libroot.so"], soname: "libx.so" }],
    ["SYSLINUX", { needed: ["libcom32.c32"], soname: "cat.c32" }],
    ["Solaris", { needed: ["libc.so"], interpreter: "/lib/64/ld.so.1" }],
    ["QNX", { needed: ["libc.so.6"], interpreter: "/usr/lib/ldqnx-64.so.2" }],
  ])("nor does what is loaded there: %s (%j)", (system, options) => {
    isOfNone(buildElf({ ...e, comment: null, ...options }), system);
  });

  it("nor do Android's and OpenHarmony's files, which have Linux's kernel", () => {
    const {
      system,
      distributions,
      wheelTag: tag,
    } = of(buildElf({ ...e, soname: "libx.so", needed: ["libc.so", "liblog.so"] }));
    expect([system, distributions, tag]).toEqual(["Android", [], null]);

    const library = of(buildElf({ ...e, soname: "libx.so", needed: ["libc.so"], ...note("OHOS", 1, 9) }));
    expect([library.system, library.libc, library.distributions]).toEqual(["OpenHarmony", "musl", []]);
    expect(library.findings.map((f) => f.rule)).not.toContain("abi-tag-system");
  });

  it("kernels, boot loaders and firmware by their segments", () => {
    const plain = buildElf({ ...e, ...STATIC });
    expect(of(plain)).toMatchObject({ system: null, distributions: null, wheelTag: null });

    const high = buildElf({ ...e, ...STATIC, base: e.class === 64 ? 0xffffffff81000000n : 0xc0100000 });
    isOfNone(high, "none");
    expect(of(high).findings[0]!.message).toMatch(/^it is for no operating system: the PT_LOAD at 0x[fc]/);

    const moved = plain.slice();
    phdr(moved, PT.LOAD, 1).paddr = 0x1000000;
    isOfNone(moved, "none");

    const shifted = plain.slice();
    const load = phdr(shifted, PT.LOAD, 1);
    load.vaddr = load.paddr = load.vaddr + 0x74;
    isOfNone(shifted, "none");
  });

  it("what is known of a program goes before the looks of its segments", () => {
    const tagged = buildElf({ ...e, ...STATIC, ...note("GNU", 1, 0, 3, 2, 0) });
    phdr(tagged, PT.LOAD, 1).paddr = 0x1000000;
    const { system, libc, distributions } = of(tagged);
    expect([system, libc]).toEqual([null, "glibc"]);
    expect(distributions).toContain("centos7");

    const dynamic = buildElf({ ...e });
    phdr(dynamic, PT.LOAD, 1).paddr = 0x1000000;
    expect(of(dynamic).system).toBe(null);
  });

  it("no rule on loading speaks of what nothing loads", () => {
    const kernel = buildElf({ ...e, ...STATIC, stackFlags: 7 });
    phdr(kernel, PT.LOAD, 1).paddr = 0x1000000;
    expect(of(kernel).findings.map((f) => f.rule)).toEqual(["abi-tag-system"]);
  });
});

it("a machine for which there is no C library tells of no distribution", () => {
  const ofAvr = buildElf({ class: 32, byteOrder: "little", machine: EM.AVR, ...STATIC });
  expect(of(ofAvr)).toMatchObject({ distributions: null, wheelTag: null });
  const library = buildElf({ class: 32, byteOrder: "little", machine: EM.AVR, soname: "x", needed: [] });
  expect(of(library).distributions).toBe(null);
});

it("Go says which system a program was built for", () => {
  const programOf = (goos: string): Uint8Array => {
    const module = encodeText(`${"0".repeat(16)}path\tx\nbuild\tGOOS=${goos}\n${"0".repeat(16)}`);
    const version = encodeText("go1.19.8");
    const head = Uint8Array.from("\xff Go buildinf:", (c) => c.charCodeAt(0));
    const spare = new Uint8Array(16);
    const info = concat([head, Uint8Array.of(8, 2), spare, Uint8Array.of(version.length), version]);
    const note = { section: ".note.go.buildid", owner: "Go\0", type: 4, description: encodeText("a/b") };
    const bytes = buildElf({ ...STATIC, slack: 8192, notes: [note], sectionHeaders: false });
    bytes.set(concat([info, Uint8Array.of(module.length), module]), 2048);
    const load = phdr(bytes, PT.LOAD);
    load.filesz = load.memsz = 2048 + 1024;
    load.flags |= 2;
    return bytes;
  };

  for (const [goos, system] of [
    ["dragonfly", "DragonFly"],
    ["android", "Android"],
    ["illumos", "Solaris"],
    ["plan9", "plan9"],
  ] as const) {
    expect(of(programOf(goos))).toMatchObject({ system, language: "go", distributions: [], wheelTag: null });
  }

  expect(of(programOf("constructor")).system).toBe("constructor");
  for (const none of ["linux", "x".repeat(20), "\u001b[2J"]) {
    expect(of(programOf(none))).toMatchObject({ system: null, language: "go" });
  }
  expect(of(buildElf({ interpreter: "/x/constructor" })).system).toBe(null);
});

it("a program that brings its own loader runs with the C library of that one", () => {
  for (const [loader, needed, libc] of [
    ["/opt/app/lib/ld-musl-x86_64.so.1", "libc.musl-x86_64.so.1", "musl"],
    ["/opt/app/lib/ld-musl-x86_64.so.1", "libc.so", "musl"],
    ["/opt/app/lib/ld-linux-x86-64.so.2", "libc.so.6", "glibc"],
  ] as const) {
    const bytes = buildElf({ interpreter: loader, needed: [needed] });
    for (const target of ["centos7", "debian13", "alpine3.18", "manylinux_2_17"]) {
      const { findings, distributions, libc: found } = of(bytes, target);
      expect([found, distributions]).toEqual([libc, null]);
      expect(findings.filter((f) => f.severity !== "note")).toEqual([]);
      expect(findings.filter((f) => f.rule.startsWith("target-")).map((f) => f.message)).toEqual([
        expect.stringContaining(`a loader of its own, ${loader}: it starts where that file is`),
      ]);
    }
  }

  for (const usual of ["/lib/ld-musl-x86_64.so.1", "/usr/lib/ld-musl-x86_64.so.1"]) {
    const { findings } = of(buildElf({ interpreter: usual, needed: ["libc.so"] }), "centos7");
    expect(findings.filter((f) => f.severity === "error").map((f) => f.rule)).toEqual([
      "target-interpreter",
      "target-libc",
      "target-loader",
    ]);
  }
});

it("a loader of another C library than the program's is no own one", () => {
  const bytes = buildElf({ interpreter: "/opt/app/lib/ld-linux-x86-64.so.2", needed: ["libc.musl-x86_64.so.1"] });
  expect(
    of(bytes)
      .findings.filter((f) => f.severity === "error")
      .map((f) => f.rule),
  ).toContain("interpreter-libc");
});

it.each(ENCODINGS)("a separate debug file runs nowhere, and says what it belongs to ($label)", ({ label: _, ...e }) => {
  const buildId = Uint8Array.of(0xab, 1, 2, 0xcd);
  for (const options of [{}, STATIC, { soname: "libx.so" }]) {
    const debug = patch(buildElf({ ...e, ...options, buildId, debugInfo: 64 }), [onlyKeepDebug()]).bytes;
    for (const target of [undefined, "centos7"]) {
      const { linkage, distributions, wheelTag: tag, findings } = of(debug, target);
      expect([linkage, distributions, tag]).toEqual(["debug-file", null, null]);
      expect(findings.map((f) => `${f.severity} ${f.rule}: ${f.message}`)).toEqual([
        expect.stringMatching(/^note not-loadable: it is a separate debug file: .*; the build ID of both is ab0102cd$/),
      ]);
    }
  }

  const without = patch(buildElf({ ...e, buildId: null, debugInfo: 64 }), [onlyKeepDebug()]).bytes;
  expect(of(without).findings[0]!.message).not.toContain("build ID");
});

it("a packed program is for the system that its header names", () => {
  const packed = (osabi: number): Diagnosis =>
    of(buildElf({ ...STATIC, osabi, sectionHeaders: false, overlay: encodeText("\0\0\0\0UPX!\0\0\0\0UPX!\r\f\t") }));
  expect(packed(9)).toMatchObject({ packer: "upx", system: "FreeBSD", distributions: [], wheelTag: null });
  expect(packed(3)).toMatchObject({ packer: "upx", system: null });
  expect(packed(3).distributions).toContain("centos7");
});

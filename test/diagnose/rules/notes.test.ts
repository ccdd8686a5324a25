import { describe, expect, it } from "vitest";
import { encodeText, numberBytes, concat, alignUp } from "../../../src/codec/bytes.js";
import { EM } from "../../../src/spec/constants.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { ENCODINGS } from "../../support/elf.js";
import { findings, said, treeOf } from "../../support/findings.js";

describe.each(ENCODINGS)("$label", (e) => {
  const words = (...values: number[]) => concat(values.map((v) => numberBytes(v, 4, e.littleEndian)));
  const note = (owner: string, type: number, description: Uint8Array) => ({
    notes: [{ section: `.note.${type}`, owner, type, description }],
  });
  const property = (type: number, value: number) => {
    const unpadded = words(type, 4, value);
    const padding = alignUp(unpadded.length, e.class / 8) - unpadded.length;
    return note("GNU", 5, concat([unpadded, new Uint8Array(padding)]));
  };
  const dlopen = (...entries: object[]) => note("FDO", 0x407c0c0a, encodeText(`${JSON.stringify(entries)}\0`));
  const of = (rule: string, options: BuildOptions, facts = {}) =>
    said(buildElf({ ...e, soname: "libx.so", ...options }), rule, facts);

  it("the ABI tag's kernel and system", () => {
    const tag = (...systemAndVersion: number[]) => note("GNU", 1, words(...systemAndVersion));
    expect(of("kernel-minimum", tag(0, 4, 15, 0))).toBe(
      "note: its ABI tag asks for Linux 4.15.0: glibc refuses it on older kernels (CentOS 7 has 3.10)",
    );

    for (const old of [
      [0, 3, 2, 0],
      [0, 3, 10, 0],
      [0, 2, 6, 32],
    ]) {
      expect(of("kernel-minimum", tag(...old))).toBe(null);
    }

    expect(of("abi-tag-system", tag(3, 9, 0, 0))).toBe("warning: its ABI tag says FreeBSD: glibc on Linux refuses it");
    expect(of("abi-tag-system", note("FreeBSD", 1, words(1400097)))).toContain(
      "warning: a note says that it was built for FreeBSD 14.0",
    );
    expect(of("abi-tag-system", tag(0, 3, 2, 0))).toBe(null);
  });

  it("what a processor must have", () => {
    if (e.class !== 64 || !e.littleEndian) return;

    const isa = (bits: number) => of("cpu-isa-level", { machine: EM.X86_64, ...property(0xc0008002, bits) });

    expect(isa(0b111)).toContain(
      "warning: its property note asks for x86-64-v3: on an older processor, glibc from 2.33 on refuses it",
    );
    expect(isa(0b11)).toContain("note: its property note asks for x86-64-v2");
    expect(isa(1)).toBe(null);
    expect(of("cpu-features", { machine: EM.X86_64, ...property(0xc0008001, 0b1111111) })).toBe(
      "note: its property note says that it needs the registers YMM and ZMM",
    );
    expect(of("cpu-features", { machine: EM.X86_64, ...property(0xc0008001, 0b1111) })).toBe(null);
    expect(of("cpu-isa-level", { machine: EM.AARCH64, ...property(0xc0008002, 0b111) })).toBe(null);
  });

  it("CET and branch protection", () => {
    if (e.class !== 64 || !e.littleEndian) return;

    const cet = (bits: number, facts = {}) =>
      of("no-cet", { machine: EM.X86_64, ...property(0xc0000002, bits) }, facts);
    const bti = (bits: number) => of("no-branch-protection", { machine: EM.AARCH64, ...property(0xc0000000, bits) });
    const lacking = (message: string | null) => /promise (.*?)(:|$)/.exec(message!)![1];

    expect([cet(3), bti(3), bti(7)]).toEqual([null, null, null]);
    expect([cet(1), cet(2), bti(1), bti(2)].map(lacking)).toEqual(["SHSTK", "IBT", "PAC", "BTI"]);
    expect(of("no-cet", { machine: EM.X86_64 })).toBe(
      "note: its property note does not promise IBT and SHSTK: the system cannot switch them on for it, " +
        "nor for a program that loads it",
    );
    expect([
      cet(0, { language: "go" }),
      cet(0, { libc: "musl" }),
      of("no-cet", { machine: EM.RISCV }),
      of("no-branch-protection", { machine: EM.X86_64 }),
    ]).toEqual([null, null, null, null]);
  });

  it("libraries that it opens at run time", () => {
    const bz2 = { soname: ["libbz2.so.1", "libbz2.so.1.0"], feature: "bzip2", priority: "required" };
    const idn = { soname: ["libidn2.so.0"], priority: "suggested" };

    expect(of("dlopen-dependencies", dlopen(bz2, idn))).toBe(
      "note: it may open 2 libraries at run time (.note.dlopen): libbz2.so.1 or libbz2.so.1.0 (bzip2), " +
        "required and libidn2.so.0, suggested",
    );
    expect(of("dlopen-dependencies", dlopen(idn))).toContain("it may open 1 library at run time");
    expect(of("dlopen-dependencies", {})).toBe(null);

    const opener = buildElf({ ...e, soname: "libx.so", needed: [], ...dlopen(bz2, idn) });
    expect(said(opener, "dlopen-missing", { libraries: treeOf("/x", { "/x": opener }) })).toContain(
      "warning: it opens libbz2.so.1 or libbz2.so.1.0 (bzip2) at run time and says that it needs it (.note.dlopen)",
    );
    expect(said(opener, "dlopen-missing")).toBe(null);

    const named = { soname: "libx.so", needed: ["libbz2.so.1.0"], runpath: "/l" };
    const bringing = buildElf({ ...e, ...named, ...dlopen(bz2, idn) });
    const bzip2 = buildElf({ ...e, soname: "libbz2.so.1.0", needed: [] });
    const libraries = treeOf("/x", { "/x": bringing, "/l/libbz2.so.1.0": bzip2 });
    expect(said(bringing, "dlopen-missing", { libraries })).toBe(null);
  });

  it("the package", () => {
    const packageNote = (json: string) => note("FDO", 0xcafe1a7e, encodeText(json));
    const coreutils = '{"type":"deb","os":"debian","name":"coreutils","version":"9.1-1","architecture":"amd64"}\0';

    expect(of("package", packageNote(coreutils))).toBe(
      "note: it belongs to a package: type deb, os debian, name coreutils, version 9.1-1, architecture amd64",
    );
    expect(of("package", packageNote('{"type":'))).toBe(null);
  });
});

it("one broken note does not silence the others", () => {
  const notes = [
    { section: ".note.a", owner: "GNU", type: 1, description: new Uint8Array(3) },
    { section: ".note.b", owner: "FDO", type: 0xcafe1a7e, description: encodeText('{"name":"x"}') },
  ];
  expect(findings(buildElf({ soname: "libx.so", notes }), {}, "package").length).toBe(1);
});

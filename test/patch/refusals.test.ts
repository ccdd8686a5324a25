import { describe, expect, it } from "vitest";
import { addDebugTag, removeDebugTag } from "../../src/edit/debug-tag.js";
import { clearFlags, noDefaultLib } from "../../src/edit/flags.js";
import { setExecstack } from "../../src/edit/execstack.js";
import { setOsAbi } from "../../src/edit/os-abi.js";
import { addNeeded, removeNeeded, replaceNeeded } from "../../src/edit/needed.js";
import { addRunpath, setRpath, setRunpath } from "../../src/edit/runpath.js";
import { removeRunpath } from "../../src/edit/search-path.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { removeSoname, setSoname } from "../../src/edit/soname.js";
import { type ElfErrorCode, isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { SHF, SHT } from "../../src/spec/constants.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { dropSectionHeaders } from "../../src/strip/drop-section-headers.js";
import { removeSections, stripAll, stripUnneeded } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { shdr } from "../support/elf.js";
import { fixture } from "../support/fixtures.js";

/** The code of the error that is thrown; "none" where none is. */
function codeOf(body: () => unknown): ElfErrorCode | "none" {
  try {
    body();
    return "none";
  } catch (e) {
    if (isElfError(e)) return e.code;
    throw e;
  }
}

const LIBRARY: Edit = replaceNeeded({ "libc.so.6": "libc.so.7" });

/** The loader itself. */
const LOADER = buildElf({
  interpreter: null,
  needed: [],
  soname: "ld.so",
  entry: true,
  symbols: [{ name: "_r_debug" }],
});

describe("files that an edit cannot hold for", () => {
  const pie = fixture("x86_64-glibc-pie");
  const refused: readonly [string, Uint8Array, Edit, ElfErrorCode][] = [
    ["a static program", fixture("x86_64-glibc-static"), setRunpath("/x"), "STATIC"],
    ["a static program", fixture("x86_64-glibc-static"), LIBRARY, "STATIC"],
    ["a static program", fixture("x86_64-glibc-static"), setInterpreter("/x"), "NO_INTERPRETER"],
    ["a static-pie program", fixture("x86_64-musl-static-pie"), setRunpath("/x"), "STATIC"],
    ["a static-pie program", fixture("x86_64-musl-static-pie"), LIBRARY, "STATIC"],
    ["a static-pie program", fixture("x86_64-musl-static-pie"), setInterpreter("/x"), "NO_INTERPRETER"],
    ["a shared library", fixture("x86_64-glibc-lib.so"), setInterpreter("/x"), "NO_INTERPRETER"],
    ["a relocatable object", fixture("x86_64-object.o"), setRunpath("/x"), "RELOCATABLE"],
    ["a relocatable object", fixture("x86_64-object.o"), stripAll(), "RELOCATABLE"],
    ["a relocatable object", fixture("x86_64-object.o"), dropSectionHeaders(), "RELOCATABLE"],
    ["a text file", Buffer.from("#!/bin/sh\necho hello, this is no ELF file\n"), setRunpath("/x"), "NOT_ELF"],
    ["an empty file", Buffer.alloc(0), setRunpath("/x"), "NOT_ELF"],
    ["a static library", Buffer.from("!<arch>\n"), setRunpath("/x"), "ARCHIVE"],
    [
      "a static library that is cut",
      Buffer.from("!<arch>\nhello.o/        0           0     0     644     8         `\n"),
      stripUnneeded(),
      "TRUNCATED",
    ],
    ["a thin archive", Buffer.from("!<thin>\n"), stripUnneeded(), "UNSUPPORTED"],
    ["a file cut inside its header", pie.subarray(0, 40), setRunpath("/x"), "TRUNCATED"],
    ["a file cut inside its program headers", pie.subarray(0, 300), setRunpath("/x"), "TRUNCATED"],
    ["a file cut before its section headers", pie.subarray(0, pie.length - 100), setRunpath("x".repeat(9000)), "TRUNCATED"],
    ["a loaded section", pie, removeSections(".text"), "LOADED_SECTION"],
    ["loaded sections by pattern", pie, removeSections(".note.*"), "LOADED_SECTION"],
    ["the section names", pie, removeSections(".shstrtab"), "STILL_NEEDED"],
    ["the strings of a symbol table that stays", pie, removeSections(".strtab"), "STILL_NEEDED"],
    ["what is no edit", pie, { edit: "setSpeed" } as unknown as Edit, "BAD_EDIT"],
  ];
  it.each(refused)("%s: %#", (_, bytes, edit, code) => {
    const copy = Buffer.from(bytes);
    expect(codeOf(() => patch(bytes, [edit]))).toBe(code);
    expect(Buffer.compare(bytes, copy)).toBe(0);
  });

  it("the loader itself, told by what it lacks: nothing needed, no interpreter, an entry point", () => {
    const loader = buildElf({
      interpreter: null,
      needed: [],
      soname: "ld-linux-x86-64.so.2",
      entry: true,
      symbols: [{ name: "_r_debug" }],
    });
    expect(readElf(loader).linkage).toBe("loader");
    expect(codeOf(() => patch(loader, [setRunpath("/x")]))).toBe("LOADER");
    expect(codeOf(() => patch(loader, [setInterpreter("/x")]))).toBe("LOADER");
  });
});

describe("every edit of the dynamic section", () => {
  const edits: readonly Edit[] = [
    setRunpath("/x"),
    LIBRARY,
    addNeeded("liba.so"),
    removeNeeded("liba.so"),
    setSoname("x"),
    removeSoname(),
    noDefaultLib(),
    clearFlags("DF_1_NOW"),
    addDebugTag(),
    removeDebugTag(),
  ];
  it.each<[string, Uint8Array, ElfErrorCode]>([
    ["a static program", fixture("x86_64-glibc-static"), "STATIC"],
    ["a static-pie program", fixture("x86_64-musl-static-pie"), "STATIC"],
    ["the loader itself", LOADER, "LOADER"],
    ["a relocatable object", fixture("x86_64-object.o"), "RELOCATABLE"],
    ["a separate debug file", debugFile(), "UNSUPPORTED"],
  ])("%s", (_, bytes, code) => {
    for (const edit of edits) expect([edit.edit, codeOf(() => patch(bytes, [edit]))]).toEqual([edit.edit, code]);
  });

  it("the flags of the stack: in the loader and static programs, not in a separate debug file", () => {
    for (const [bytes, code] of [
      [fixture("x86_64-glibc-static"), "none"],
      [LOADER, "none"],
      [debugFile(), "UNSUPPORTED"],
    ] as const) {
      expect(codeOf(() => patch(bytes, [setExecstack(true)]))).toBe(code);
    }
    expect(readElf(patch(debugFile(), [setOsAbi(3)]).bytes).header.osabi).toBe(3);
  });
});

/** What `objcopy --only-keep-debug` makes of a file: loaded sections but notes are SHT_NOBITS. */
function debugFile(): Uint8Array {
  const bytes = buildElf();
  const elf = readElf(bytes);
  for (const s of elf.sections) {
    if (s.header.flags & SHF.ALLOC && s.header.type !== SHT.NOTE) shdr(bytes, s.name).type = SHT.NOBITS;
  }
  return bytes;
}

describe("edits that are wrong in themselves, or contradict each other", () => {
  it.each<[string, () => readonly Edit[]]>([
    ["an empty interpreter", () => [setInterpreter("")]],
    ["an interpreter longer than a path can be", () => [setInterpreter(`/${"x".repeat(4095)}`)]],
    ["a NUL", () => [setRunpath("/a\0b")]],
    ["a lone surrogate", () => [setRunpath("/\ud800")]],
    ["a list with a colon", () => [setRunpath(["/a:/b"])]],
    ["nothing to add", () => [addRunpath("")]],
    ["an empty library name", () => [replaceNeeded({ a: "" })]],
    ["a chain of renamings", () => [replaceNeeded({ a: "b", b: "c" })]],
    ["a chain over two edits", () => [replaceNeeded({ a: "b" }), replaceNeeded({ b: "c" })]],
    ["two names for one library", () => [replaceNeeded({ a: "b" }), replaceNeeded({ a: "c" })]],
    ["two interpreters", () => [setInterpreter("/a"), setInterpreter("/b")]],
    ["two runpaths", () => [setRunpath("/a"), setRunpath("/b")]],
    ["a runpath and an rpath", () => [setRunpath("/a"), setRpath("/a")]],
    ["set and removed", () => [setRunpath("/a"), removeRunpath()]],
    ["an empty section name", () => [removeSections("")]],
  ])("%s", (_, edits) => {
    expect(codeOf(() => patch(fixture("x86_64-glibc-pie"), edits()))).toBe("BAD_EDIT");
  });
});

describe("edits that match nothing", () => {
  it("are notes, not silence", () => {
    const { notes, changed } = patch(fixture("x86_64-glibc-pie"), [
      replaceNeeded({ "libpthread.so.1": "libpthread.so.0" }),
      removeRunpath(),
      removeSections(".no-such", ".debug_*"),
    ]);
    expect(changed).toBe(false);
    expect(notes.map((n) => n.note)).toEqual(["NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
    expect(notes.map((n) => n.message).join("\n")).toContain("libpthread.so.1");
  });
});

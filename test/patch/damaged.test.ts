import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { newFindings } from "../../src/check/plan-rules.js";
import type { Edit } from "../../src/edit/family.js";
import { addNeeded } from "../../src/edit/needed.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch, type PatchOptions } from "../../src/patch.js";
import { ET, PT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { addDebugLink } from "../../src/strip/debug-link.js";
import { dropSectionHeaders } from "../../src/strip/drop-section-headers.js";
import { onlyKeepDebug } from "../../src/strip/only-keep-debug.js";
import { removeSections, stripAll, stripDebug, stripUnneeded } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { BROKEN_TABLES, withoutSections } from "../support/damage.js";
import { fixture } from "../support/fixtures.js";
import { caught, dyn, ehdr, ENCODINGS, phdr, shdr } from "../support/elf.js";

const LONG = "/opt/elfwright/".repeat(600);
const STRIPS: readonly Edit[] = [stripAll(), stripDebug(), stripUnneeded(), removeSections(".comment")];

const errorsOf = (bytes: Uint8Array) => check(readElf(bytes)).filter((f) => f.severity === "error");
const refusal = (bytes: Uint8Array, edit: Edit | readonly Edit[], options: PatchOptions = {}) =>
  caught(() => patch(bytes, edit, options));

/** Where two files have different bytes, up to an offset. */
function differences(a: Uint8Array, b: Uint8Array, from: number, to: number): number[] {
  const out: number[] = [];
  for (let i = from; i < to; i++) if (a[i] !== b[i]) out.push(i);
  return out;
}

describe.each(ENCODINGS)("a broken section header table ($label)", (e) => {
  it.each(BROKEN_TABLES)("stays as it is, and edits go by program headers: %s", (_, breakTable, reason) => {
    const before = buildElf({ ...e, slack: 0, debugInfo: 100, runpath: "/opt/lib" });
    const sectionsEnd = before.length;
    const loadsEnd = withoutSections(before).length;
    breakTable(before);

    // In place.
    const small = patch(before, setRunpath("/lib"));
    expect([small.bytes.length, readElf(small.bytes).runpath]).toEqual([before.length, "/lib"]);
    expect(small.notes.map((n) => [n.note, n.message])).toEqual([["BROKEN_SECTIONS", expect.stringMatching(reason)]]);
    expect(differences(before, small.bytes, loadsEnd, sectionsEnd)).toEqual([]);

    // With new bytes at the end of the file.
    const edits = [setRunpath(LONG), addNeeded("liba.so"), setInterpreter("/a/longer/path/of/a/loader.so")];
    const { bytes, notes } = patch(before, edits);
    const after = readElf(bytes);
    expect([after.runpath, after.needed]).toEqual([LONG, ["libc.so.6", "liba.so"]]);
    expect(after.interpreter).toBe("/a/longer/path/of/a/loader.so");
    expect(differences(before, bytes, loadsEnd, sectionsEnd)).toEqual([]);
    const fields = (b: Uint8Array) => [ehdr(b).exact("shoff"), ehdr(b).shnum, ehdr(b).shentsize, ehdr(b).shstrndx];
    expect(fields(bytes)).toEqual(fields(before));

    expect(notes.map((n) => n.note)).toEqual(expect.arrayContaining(["OVERLAY", "BROKEN_SECTIONS"]));
    expect(newFindings(check(readElf(before)), check(after)).filter((f) => f.severity === "error")).toEqual([]);
    expect(errorsOf(bytes).map((f) => f.rule)).toContain("section-table");
    expect(Buffer.compare(patch(bytes, edits).bytes, bytes)).toBe(0);
    expect(readElf(patch(bytes, setRunpath(`${LONG}${LONG}`)).bytes).runpath).toBe(`${LONG}${LONG}`);
  });

  it.each(BROKEN_TABLES)("stops what goes by it, with the reason: %s", (_, breakTable, reason) => {
    const before = buildElf(e);
    breakTable(before);
    for (const edit of [...STRIPS, onlyKeepDebug(), addDebugLink("x.debug", 1)]) {
      const error = refusal(before, edit);
      expect([edit.edit, error.code]).toEqual([edit.edit, "MALFORMED"]);
      expect(error.message).toMatch(/section header table/);
      expect(error.message).toMatch(reason);
    }
  });

  it("goes with dropSectionHeaders, and what is behind the segments by the option", () => {
    const before = buildElf(e);
    ehdr(before).shentsize = 1;
    expect(refusal(before, dropSectionHeaders()).code).toBe("OVERLAY");

    const { bytes } = patch(before, dropSectionHeaders(), { overlay: "drop" });
    const { header, overlay, needed } = readElf(bytes);
    expect([header.shoff, header.shnum, header.brokenSections, overlay]).toEqual([0, 0, null, null]);
    expect([needed, errorsOf(bytes)]).toEqual([["libc.so.6"], []]);
  });

  it("does not make a payload less one", () => {
    const before = buildElf({
      ...e,
      slack: 0,
      runpath: "/opt/x",
      overlay: Buffer.from(`PK\x05\x06${"\0".repeat(18)}`, "latin1"),
    });
    ehdr(before).shoff = 0xffffff;
    expect(refusal(before, setRunpath(LONG)).code).toBe("OVERLAY");
    expect(readElf(patch(before, setRunpath(LONG), { overlay: "keep-in-place" }).bytes).runpath).toBe(LONG);
    expect(readElf(patch(before, setRunpath("/x")).bytes).runpath).toBe("/x");
  });

  it("is not completed with other bytes where it was cut off", () => {
    const whole = buildElf({ ...e, slack: 0, runpath: "/opt/x" });
    for (const cut of [whole.subarray(0, whole.length - 8), whole.subarray(0, readElf(whole).header.shoff - 8)]) {
      const error = refusal(cut, setRunpath(LONG));
      expect([error.code, error.message]).toEqual(["TRUNCATED", expect.stringContaining("section header table")]);
      expect(readElf(patch(cut, setRunpath("/x")).bytes).runpath).toBe("/x");
    }
  });
});

describe.each(ENCODINGS)("a section that reaches past the end of the file ($label)", (e) => {
  const broken = (size: number) => {
    const bytes = buildElf({ ...e, slack: 0 });
    shdr(bytes, ".comment").size = size;
    return bytes;
  };

  it("stays as it is, where the file grows", () => {
    const before = broken(0x4000_0000);
    const { bytes } = patch(before, setRunpath(LONG));
    const comment = readElf(bytes).sections.find((s) => s.name === ".comment")!.header;
    expect([readElf(bytes).runpath, comment.size]).toEqual([LONG, 0x4000_0000]);
    expect(errorsOf(bytes).map((f) => `${f.rule} ${f.at}`)).toEqual(["section-in-file section .comment"]);
    const { offset } = shdr(before, ".comment");
    expect(differences(before, bytes, offset, shdr(before, ".symtab").offset)).toEqual([]);
  });

  it("goes with a strip", () => {
    const { bytes } = patch(broken(0x4000_0000), [stripAll(), removeSections(".comment")]);
    expect(errorsOf(bytes)).toEqual([]);
    expect(readElf(bytes).sections.map((s) => s.name)).not.toContain(".comment");
  });

  it("is not completed with other bytes", () => {
    const before = broken(0);
    shdr(before, ".comment").size = before.length + 8 - shdr(before, ".comment").offset;
    const error = refusal(before, setRunpath(LONG));
    expect([error.code, error.message]).toEqual(["TRUNCATED", expect.stringContaining("section .comment")]);
  });

  it("is named where bytes belong to nothing else", () => {
    const before = buildElf({ ...e, slack: 0 });
    const names = shdr(before, ".shstrtab");
    const { sections } = readElf(before);
    names.offset = 0x4000_0000;
    const error = refusal(before, setRunpath(LONG));
    expect([error.code, error.message]).toEqual(["TRUNCATED", expect.stringContaining(`${sections.length - 1}`)]);
  });
});

describe.each(ENCODINGS)("segments that were cut off ($label)", (e) => {
  const whole = () => buildElf({ ...e, slack: 64, runpath: "/opt/lib", bss: 0 });
  const sectionless = () => withoutSections(whole());
  // Here the section header table stands in front, as Go's linker puts it, so that it is whole.
  const withSections = () => {
    const bytes = buildElf({ ...e, slack: 64, runpath: "/opt/lib", bss: 0, sectionTable: "start" });
    return bytes.subarray(0, withoutSections(bytes).length);
  };

  it.each([
    ["without section headers", sectionless],
    ["with section headers", withSections],
  ])("%s: nothing grows, and nothing is stripped", (_, make) => {
    const bytes = make();
    for (const lost of [1, 3]) {
      const cut = bytes.subarray(0, bytes.length - lost);
      expect(errorsOf(cut).map((f) => f.rule)).toContain("load-in-file");
      for (const edit of [setRunpath(LONG), setRunpath("/opt/libraries"), addNeeded("liba.so"), ...STRIPS]) {
        const error = refusal(cut, edit);
        expect([edit.edit, error.code, error.message]).toEqual([
          edit.edit,
          "TRUNCATED",
          expect.stringContaining("PT_LOAD 0x"),
        ]);
      }

      const inPlace = patch(cut, setRunpath("/lib")).bytes;
      expect([readElf(inPlace).runpath, inPlace.length]).toEqual(["/lib", cut.length]);
      expect(errorsOf(inPlace).map((f) => f.rule)).toContain("load-in-file");
    }
  });

  it("a whole file takes them all", () => {
    expect(readElf(patch(sectionless(), setRunpath(LONG)).bytes).runpath).toBe(LONG);
    expect(patch(sectionless(), stripAll()).changed).toBe(false);
  });
});

describe.each(ENCODINGS)("tables behind p_filesz ($label)", (e) => {
  const versions = { versionNeeds: [{ file: "libc.so.6", versions: ["GLIBC_2.4"] }] };
  const symbols = [{ name: "puts", defined: false, version: "GLIBC_2.4" }];

  /** A program whose first segment ends before .dynstr, which lies in its last page. */
  function short(sections: boolean): Uint8Array {
    const bytes = buildElf({ ...e, type: ET.EXEC, pageSize: 0x1000, ...versions, symbols });
    const end = readElf(bytes).dynamic!.strings!.offset - 4;
    Object.assign(phdr(bytes, PT.LOAD), { filesz: end, memsz: end });
    return sections ? bytes : withoutSections(bytes);
  }

  it.each([true, false])("are kept by every edit (section headers: %s)", (sections) => {
    const before = short(sections);
    const kept = readElf(before);
    const version = kept.versionNeeds[0]!;
    expect(
      check(kept)
        .filter((f) => f.rule === "dynamic-hanging")
        .map((f) => f.at),
    ).toContain("DT_STRTAB");
    expect(check(kept).filter((f) => ["dynamic-address", "strtab-end", "readable"].includes(f.rule))).toEqual([]);

    for (const edits of [
      [setRunpath("/x")],
      [setRunpath("/opt/elfwright".repeat(20))],
      [setRunpath(LONG), addNeeded("liba.so"), setInterpreter(`/${"lib/../".repeat(20)}lib/ld.so`)],
    ]) {
      const { bytes } = patch(before, edits);
      const after = readElf(bytes);
      expect(after.needed).toContain("libc.so.6");
      expect(after.versionNeeds.map((n) => [n.file, n.versions[0]!.name])).toEqual([["libc.so.6", "GLIBC_2.4"]]);
      // Without section headers the number of symbols is only a bound.
      expect([...after.dynamicSymbols!].map((s) => s.name).slice(0, 2)).toEqual(["", "puts"]);
      // What was not edited stays where it was, or is found at its new place.
      if (after.versionNeeds[0]!.at === version.at) {
        expect(differences(before, bytes, version.at, version.end)).toEqual([]);
      }
      expect(newFindings(check(kept), check(after)).filter((f) => f.severity === "error")).toEqual([]);
      expect(Buffer.compare(patch(bytes, edits).bytes, bytes)).toBe(0);
    }
  });

  it("are no overlay, where they end a file without section headers", () => {
    const bytes = buildElf({ ...e, type: ET.EXEC, pageSize: 0x1000, bss: 0, ...versions, symbols });
    const { address, offset, strings } = readElf(bytes).dynamic!;
    // .dynstr at the end of the last segment, behind p_filesz.
    const cut = withoutSections(bytes);
    const longer = Buffer.concat([cut, bytes.subarray(strings!.offset, strings!.offset + strings!.size)]);
    dyn(longer, DT.STRTAB).setExact("val", address + BigInt(cut.length - offset));
    const last = phdr(longer, PT.LOAD, 2);
    Object.assign(last, { filesz: last.filesz - 1, memsz: last.memsz - 1 });
    expect([readElf(longer).needed, readElf(longer).overlay]).toEqual([["libc.so.6"], null]);

    const after = readElf(patch(longer, setRunpath(LONG)).bytes);
    expect([after.runpath, after.needed]).toEqual([LONG, ["libc.so.6"]]);
  });

  it("stay in their places with a strip of elfwright's", () => {
    const { bytes } = patch(short(true), stripAll());
    expect(readElf(bytes).needed).toEqual(["libc.so.6"]);
    expect(differences(short(true), bytes, 0x400, 0x1000)).toEqual([]);
  });
});

describe("a section header table that is cut", () => {
  it.each(["in e_shnum", "in section header 0"])("never gets its last header from new bytes: %s", (where) => {
    const bytes = fixture("x86_64-glibc-pie-lld");
    const h = ehdr(bytes);
    const count = h.shnum + 1;
    if (where === "in e_shnum") {
      h.shnum = count;
    } else {
      // Section header 0 has no name, as in all files.
      shdr(bytes, "").size = count;
      h.shnum = 0;
    }
    expect(readElf(bytes).header.brokenSections).not.toBeNull();
    expect(refusal(bytes, setRunpath(`/${"x".repeat(800)}`))).toMatchObject({ code: "TRUNCATED" });
  });
});

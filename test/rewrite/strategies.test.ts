import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { setExecstack } from "../../src/edit/execstack.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { setRunpath } from "../../src/edit/runpath.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch, type PatchOptions, plan } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { PF, PT, SHT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, ENCODINGS, phdr } from "../support/elf.js";

const LONG = "/opt/elfwright/".repeat(30);
const HUGE = "/opt/elfwright/".repeat(600);

/** Applies edits that must succeed and break no rule, and reads the result. */
function patched(before: Uint8Array, edits: readonly Edit[], options?: PatchOptions) {
  const result = patch(before, edits, options);
  const elf = readElf(result.bytes);
  expect(check(elf).filter((f) => f.severity === "error")).toEqual([]);
  return { ...result, elf, where: Object.fromEntries(result.plan.placements.map((p) => [p.region, p.strategy])) };
}

const segment = (bytes: Uint8Array, type: number) => readElf(bytes).segments.find((s) => s.type === type)!;
const segmentsOf = (bytes: Uint8Array) => readElf(bytes).segments.filter((s) => s.type === PT.LOAD);
const fields = (bytes: Uint8Array, type: number) => {
  const { offset, vaddr, paddr, filesz, memsz, flags } = segment(bytes, type);
  return { offset, vaddr, paddr, filesz, memsz, flags };
};

describe.each(ENCODINGS)("$label: .dynamic in front of its segment", (e) => {
  it("stays in PT_GNU_RELRO, which begins earlier in the same page, and what it left is as it was", () => {
    const before = buildElf({ ...e, spareTags: 0 });
    const { bytes, elf, where, notes } = patched(before, [setRunpath("libc.so.6")]);
    expect([where[".dynamic"], notes]).toEqual(["in-front", []]);

    const was = fields(before, PT.GNU_RELRO);
    const is = fields(bytes, PT.GNU_RELRO);
    const by = was.vaddr - is.vaddr;

    expect(is.vaddr).toBe(Math.floor((was.vaddr - elf.dynamic!.size) / 16) * 16);
    expect(is).toEqual({
      ...was,
      offset: was.offset - by,
      vaddr: was.vaddr - by,
      paddr: was.paddr - by,
      filesz: was.filesz + by,
      memsz: was.memsz + by,
    });
    expect([Number(elf.dynamic!.address), elf.dynamic!.offset]).toEqual([is.vaddr, is.offset]);
    expect(Math.floor(is.vaddr / 0x1000)).toBe(Math.floor(was.vaddr / 0x1000));

    const old = readElf(before).dynamic!;
    expect(Array.from(bytes.subarray(old.offset, old.offset + old.size))).toEqual(
      Array.from(before.subarray(old.offset, old.offset + old.size)),
    );
    expect(patch(bytes, [setRunpath("libc.so.6")]).changed).toBe(false);
  });

  it("not where PT_GNU_RELRO begins elsewhere, nor over bytes that something else has", () => {
    const other = buildElf({ ...e, spareTags: 0 });
    const relro = phdr(other, PT.GNU_RELRO);
    Object.assign(relro, {
      vaddr: relro.vaddr + 16,
      offset: relro.offset + 16,
      filesz: relro.filesz - 16,
      memsz: relro.memsz - 16,
    });

    expect(patched(other, [setRunpath("libc.so.6")]).where[".dynamic"]).toBe("new-segment");

    const taken = buildElf({ ...e, spareTags: 0 });
    taken[segment(taken, PT.GNU_RELRO).offset - 1] = 1;
    expect(patched(taken, [setRunpath("libc.so.6")]).where[".dynamic"]).toBe("new-segment");
  });
});

describe.each(ENCODINGS)("$label: behind the memory of the last segment", (e) => {
  // A program's own note behind the program headers leaves no room for another entry.
  const stuck = (options: BuildOptions = {}) =>
    buildElf({
      ...e,
      slack: 0,
      interpreter: null,
      soname: "libx.so",
      buildId: null,
      notes: [{ section: ".note.x", owner: "mine", type: 1, description: new Uint8Array(64) }],
      ...options,
    });

  it("a small .bss gets zeros in the file, and the next patch grows .dynstr where it is", () => {
    const before = stuck({ bss: 100 });
    const first = patched(before, [setRunpath(LONG)]);
    expect(first.where).toEqual({ ".dynstr": "last-segment", ".dynamic": "in-place" });

    const bss = first.elf.sections.find((s) => s.name === ".bss")!.header;
    const was = readElf(before).sections.find((s) => s.name === ".bss")!.header;
    expect([bss.type, bss.addr, bss.size]).toEqual([SHT.PROGBITS, was.addr, was.size]);
    expect(first.bytes.subarray(bss.offset, bss.offset + bss.size).every((b) => b === 0)).toBe(true);
    expect(first.elf.header.phnum).toBe(readElf(before).header.phnum);

    const second = patched(first.bytes, [setRunpath(HUGE)]);
    expect(second.where[".dynstr"]).toBe("last-segment");
    expect(second.elf.dynamic!.strings!.offset).toBe(first.elf.dynamic!.strings!.offset);
    expect(second.elf.runpath).toBe(HUGE);
    expect(patch(second.bytes, [setRunpath(HUGE)]).changed).toBe(false);
  });

  it("not where the .bss is large, or where the last segment is executable", () => {
    const refusal = (bytes: Uint8Array, edits: readonly Edit[]) => {
      const error = caught(() => patch(bytes, edits));
      expect(error.code).toBe("NO_ROOM");
      return error.message;
    };
    expect(refusal(stuck({ bss: 2 << 20 }), [setRunpath(LONG)])).toContain(
      "2097152 bytes of .bss would have to stand in the file",
    );

    const executable = stuck();
    for (const nth of segmentsOf(executable).keys()) phdr(executable, PT.LOAD, nth).flags = PF.R | PF.X;
    expect(refusal(executable, [setRunpath(LONG)])).toContain("it is executable");
  });

  it("one that is writable and executable already gets no worse", () => {
    const before = stuck();
    for (const nth of segmentsOf(before).keys()) phdr(before, PT.LOAD, nth).flags = PF.R | PF.W | PF.X;
    const first = patched(before, [setRunpath(LONG)]);
    expect(first.where[".dynstr"]).toBe("last-segment");
    expect(segmentsOf(first.bytes).map((s) => s.flags)).toEqual(segmentsOf(before).map(() => PF.R | PF.W | PF.X));
    expect(patched(first.bytes, [setRunpath(HUGE)]).where[".dynstr"]).toBe("last-segment");
  });

  it("works without section headers, and twice", () => {
    const bare = stuck({ sectionHeaders: false, bss: 100 });
    const first = patched(bare, [setRunpath(LONG)]);
    const second = patched(first.bytes, [setRunpath(HUGE)]);
    expect([first.where[".dynstr"], second.where[".dynstr"], second.elf.runpath]).toEqual([
      "last-segment",
      "last-segment",
      HUGE,
    ]);
  });
});

describe.each(ENCODINGS)("$label: several program headers at once", (e) => {
  const program = (options: BuildOptions = {}) => buildElf({ ...e, slack: 0, stackFlags: null, ...options });
  const count = (bytes: Uint8Array) => readElf(bytes).header.phnum;

  it("a PT_GNU_STACK alone, and with a new segment", () => {
    const before = program();
    const stack = patched(before, [setExecstack(false)]);
    expect(segment(stack.bytes, PT.GNU_STACK).flags).toBe(PF.R | PF.W);

    const both = patched(before, [setExecstack(true), setRunpath(HUGE), setInterpreter(LONG)]);
    expect(count(both.bytes)).toBe(count(before) + 2);
    expect([segment(both.bytes, PT.GNU_STACK).flags, both.elf.runpath, both.elf.interpreter]).toEqual([
      PF.R | PF.W | PF.X,
      HUGE,
      LONG,
    ]);
    expect(patch(both.bytes, [setExecstack(true), setRunpath(HUGE), setInterpreter(LONG)]).changed).toBe(false);
  });

  it("what makes room for a PT_GNU_STACK may need a segment itself", () => {
    const before = program();
    const { bytes, where } = patched(before, [setExecstack(false)]);
    expect(where[".interp"]).toBe("new-segment");
    expect(count(bytes)).toBe(count(before) + 2);
  });

  it("unused entries are taken first", () => {
    const before = program({ nullSegments: 2 });
    const { bytes, where } = patched(before, [setExecstack(false), setRunpath(HUGE)]);
    expect(count(bytes)).toBe(count(before));
    expect(where).toEqual({ ".dynstr": "new-segment", ".dynamic": "in-place" });
    expect(readElf(bytes).segments.some((s) => s.type === PT.NULL)).toBe(false);
  });

  it("a table that makes room does not go where .dynstr stays and grows", () => {
    const first = patched(program(), [setRunpath(LONG)]);
    const { bytes, where, elf } = patched(first.bytes, [setRunpath(HUGE), setExecstack(false)]);
    expect([where[".dynstr"], elf.runpath, segment(bytes, PT.GNU_STACK).flags]).toEqual([
      "trailing-segment",
      HUGE,
      PF.R | PF.W,
    ]);
    expect(Object.values(where)).not.toContain("hole");
    expect(elf.notes.map((n) => n.owner)).toEqual(first.elf.notes.map((n) => n.owner));
  });

  it("what made room for the first and finds no place is refused, not left under the table", () => {
    const note = { section: ".note.x", owner: "mine", type: 1, description: new Uint8Array(100) };
    for (const sections of [true, false]) {
      const before = program({
        sectionHeaders: sections,
        interpreter: null,
        soname: "libx.so",
        buildId: new Uint8Array(40),
        notes: [note],
        bss: 8 << 20,
      });
      expect(caught(() => patch(before, [setExecstack(false)])).code).toBe("NO_ROOM");
    }
  });

  it("where the first has no room, the refusal says for what", () => {
    const own = program({
      interpreter: null,
      soname: "libx.so",
      buildId: null,
      notes: [{ section: ".note.x", owner: "mine", type: 1, description: new Uint8Array(64) }],
    });
    const error = caught(() => patch(own, [setExecstack(false)]));
    expect([error.code, error.message]).toEqual([
      "NO_ROOM",
      expect.stringContaining("PT_GNU_STACK found no place: the program header table cannot grow: a note of mine"),
    ]);
  });
});

describe.each(ENCODINGS)("$label: a segment whose tables have all left", (e) => {
  const payload = Uint8Array.from({ length: 100 }, (_, i) => i + 1);
  const keep: PatchOptions = { overlay: "keep-in-place" };
  it("gives its program header to the new one, and no section header leads to its bytes any more", () => {
    const first = patched(buildElf({ ...e, slack: 0, headerGap: 200, overlay: payload }), [setRunpath(LONG)], keep);
    expect(first.where).toEqual({ ".dynstr": "new-segment", ".dynamic": "in-place" });

    // Another payload behind the new segment keeps it from growing.
    const again = new Uint8Array([...first.bytes, ...payload]);
    const second = patched(again, [setRunpath(HUGE)], keep);
    expect(second.where[".dynstr"]).toBe("new-segment");
    expect(second.elf.header.phnum).toBe(first.elf.header.phnum);
    expect(second.elf.runpath).toBe(HUGE);
    expect(Array.from(second.bytes.subarray(first.bytes.length, again.length))).toEqual(Array.from(payload));

    const loads = second.elf.segments.filter((s) => s.type === PT.LOAD);
    for (const { header: h } of second.elf.sections.filter((s) => s.name === ".elfwright.old")) {
      expect(loads.some((l) => l.offset <= h.offset && h.offset + h.size <= l.offset + l.filesz)).toBe(true);
    }

    expect(patch(second.bytes, [setRunpath(HUGE)], keep).changed).toBe(false);
  });

  it("one with a table that stays keeps its place", () => {
    const first = patched(buildElf({ ...e, slack: 0, overlay: payload }), [setRunpath(LONG)], keep);
    expect(first.where[".interp"]).toBe("new-segment");

    const second = readElf(plan(new Uint8Array([...first.bytes, ...payload]), [setRunpath(HUGE)], keep));
    const loadCount = (elf: ElfFile) => elf.segments.filter((s) => s.type === PT.LOAD).length;
    expect(loadCount(second)).toBe(loadCount(first.elf) + 1);
    expect(second.interpreter).toBe(first.elf.interpreter);
  });
});

describe.each(ENCODINGS)("$label: what code may address is never written over", (e) => {
  // The first note makes room for one program header; the program's own note, in the same PT_NOTE, stands behind it.
  const notes: BuildOptions["notes"] = [
    { section: ".note.x", owner: "mine", type: 1, description: new Uint8Array(200).fill(7) },
  ];
  const built = (buildId: number) =>
    buildElf({
      ...e,
      slack: 0,
      stackFlags: null,
      interpreter: null,
      soname: "libx.so",
      buildId: new Uint8Array(buildId),
      notes,
    });
  const before = built(110);
  const at = readElf(before).notes.find((n) => n.owner === "mine")!.offset;
  const own = Array.from(before.subarray(at, at + 200));

  it("a second program header that would reach into them is refused", () => {
    const bytes = patched(built(40), [setRunpath(LONG)]).bytes;
    const error = caught(() => patch(bytes, [setExecstack(false)]));
    expect([error.code, error.message]).toEqual([
      "NO_ROOM",
      expect.stringContaining(".elfwright.kept, which code may address"),
    ]);
  });

  it("the program's own notes stay where they were, however many program headers come after the first", () => {
    let bytes = before;
    for (const edits of [[setRunpath(LONG)], [setExecstack(false)], [setRunpath(HUGE)]]) {
      bytes = patched(bytes, edits).bytes;
      expect(Array.from(bytes.subarray(at, at + 200))).toEqual(own);

      const kept = readElf(bytes).sections.filter((s) => s.name === ".elfwright.kept");
      expect(kept.some(({ header: h }) => h.offset <= at && at + 200 <= h.offset + h.size)).toBe(true);
    }
  });
});

describe.each(ENCODINGS)("$label: the end of the first PT_LOAD, which elfutils takes debug files by", (e) => {
  const end = (bytes: Uint8Array) => {
    const { vaddr, memsz } = segment(bytes, PT.LOAD);
    return vaddr + memsz;
  };

  it("stays where a debug file may have been split off, and notes go where .dynstr was", () => {
    for (const edits of [[setRunpath(LONG)], [setInterpreter(LONG)], [setRunpath(HUGE), setInterpreter(LONG)]]) {
      const before = buildElf({ ...e, needed: [LONG] });
      const { bytes, where } = patched(before, edits);
      expect(end(bytes)).toBe(end(before));

      // Where .interp leaves alone, the notes follow it, so that another tool finds room for a program header.
      const hole = (where[".dynstr"] ?? "in-place") === "in-place" ? "slack" : "hole";
      if (where["notes"]) expect(where["notes"]).toBe(hole);
      expect(readElf(bytes).notes.map((n) => [n.owner, n.type, ...n.description])).toEqual(
        readElf(before).notes.map((n) => [n.owner, n.type, ...n.description]),
      );
      expect(patch(bytes, edits).changed).toBe(false);
    }
  });

  it("may move where the file has its debug information itself, or nothing that a debug file is found by", () => {
    for (const options of [{ debugInfo: 10 }, { buildId: null }] satisfies BuildOptions[]) {
      const before = buildElf({ ...e, ...options });
      expect(end(patched(before, [setRunpath(LONG)]).bytes)).toBeGreaterThan(end(before));
    }
  });

  it("moves as a last resort, and a note says so", () => {
    // Code that may not be read, a note that may not be written over, and a large .bss leave nothing else.
    const before = buildElf({
      ...e,
      bss: 8 << 20,
      buildId: new Uint8Array(4),
      interpreter: null,
      soname: "libx.so",
      notes: [{ section: ".note.a", owner: "mine", type: 1, description: new Uint8Array(64) }],
    });
    phdr(before, PT.LOAD, 1).flags = PF.X;
    const { bytes, notes } = patched(before, [setRunpath("/opt/elfwright/".repeat(10))]);

    expect(end(bytes)).toBeGreaterThan(end(before));
    expect(notes.map((n) => n.note)).toEqual(["FIRST_SEGMENT"]);
  });
});

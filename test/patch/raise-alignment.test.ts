import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { pageFitness } from "../../src/check/pages.js";
import { concat } from "../../src/codec/bytes.js";
import { type RaisedPageSize, raiseAlignment } from "../../src/edit/alignment.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { replaceNeeded } from "../../src/edit/needed.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch, plan } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { EM, PT, SHT } from "../../src/spec/constants.js";
import { removeSections, stripUnneeded } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, ehdr, ENCODINGS, fixture, phdr, shdr } from "../support/elf.js";
import { contents, lowered, memory, phdrs, shdrs, squeezed } from "../support/realign.js";

const HUGE = "/opt/elfwright/".repeat(600);
const SIZES: readonly RaisedPageSize[] = [16384, 65536];
const RICH: BuildOptions = {
  needed: ["libc.so.6", "libm.so.6"],
  hash: "both",
  got: true,
  pageSize: 65536,
  debugInfo: 100,
  versionNeeds: [{ file: "libc.so.6", versions: ["A_1", "A_2"] }],
  symbols: [{ name: "puts", defined: false, version: "A_1" }, { name: "answer" }],
  relocations: [{ symbol: "puts" }],
};
const equal = (a: Uint8Array, b: Uint8Array) => expect(Buffer.compare(a, b)).toBe(0);
const isFit = (bytes: Uint8Array, size: number) => pageFitness(readElf(bytes), size).fit;

/** Program headers that lie over a PT_LOAD, each with its place in it, which it must keep. */
const places = (bytes: Uint8Array) => {
  const { segments } = readElf(bytes);
  const loads = segments.filter((s) => s.type === PT.LOAD);
  return segments
    .filter((s) => s.filesz > 0)
    .map((s) => [s.type, s.vaddr, s.offset - loads.findLast((l) => l.vaddr <= s.vaddr)!.offset]);
};

describe.each(ENCODINGS)("$label", (e) => {
  const sorts: readonly [string, BuildOptions][] = [
    ["as GNU ld has it", {}],
    ["without slack or spare entries", { slack: 0, spareTags: 0 }],
    ["ET_EXEC", { type: 2, base: 0x400000 }],
    ["ET_EXEC at a low address", { type: 2, base: 0x10000 }],
    ["a library", { interpreter: null, soname: "libx.so.1" }],
    ["section headers in front", { sectionTable: "start" }],
    ["extended numbering", { extendedNumbering: true }],
    ["without section headers", { sectionHeaders: false, nullSegments: 1 }],
    ["static", { dynamic: false, type: 2 }],
    ["without .bss", { bss: 0 }],
    ["300 MB of .bss", { bss: 300_000_000 }],
  ];
  const layouts: readonly [string, (b: Uint8Array) => Uint8Array][] = [
    ["only p_align is small", (b) => lowered(b)],
    ["p_align is 1", (b) => lowered(b, 1)],
    ["offsets for 4 KiB pages", (b) => squeezed(b)],
    ["offsets two pages on", (b) => squeezed(b, 2)],
    ["offsets 15 pages on", (b) => squeezed(b, 15)],
  ];
  for (const [sort, options] of sorts) {
    it.each(layouts)(`${sort}, %s: fit afterwards, the same in memory, and once more changes nothing`, (_, unfit) => {
      const before = unfit(buildElf({ ...e, ...RICH, ...options }));
      for (const size of SIZES) {
        expect(pageFitness(readElf(before), size)).toMatchObject({ fit: false, raisable: true, obstacles: [] });

        const { bytes, plan: p } = patch(before, [raiseAlignment(size)]);
        const after = readElf(bytes);
        const loads = after.segments.filter((s) => s.type === PT.LOAD);
        expect(pageFitness(after, size).problems.filter((f) => f.severity === "error")).toEqual([]);
        expect(memory(after)).toEqual(memory(readElf(before)));
        expect(contents(after)).toEqual(contents(readElf(before)));
        expect(places(bytes)).toEqual(places(before));
        expect(check(after).filter((f) => f.severity === "error")).toEqual([]);
        expect(patch(bytes, [raiseAlignment(size)]).changed).toBe(false);
        expect(new Set(loads.map((s) => s.align))).toEqual(new Set([size]));

        // The pieces follow each other without a gap.
        let end = 0;
        for (const piece of p.pieces) {
          expect(piece.at).toBe(end);
          end += piece.size;
        }
        expect(end).toBe(p.size);
      }
    });
  }

  it.each(layouts)("%s: zeros behind the end are no payload", (_, unfit) => {
    const bare = unfit(buildElf({ ...e, ...RICH }));
    const padded = concat([bare, new Uint8Array(333)]);
    const { bytes, notes } = patch(padded, raiseAlignment(65536));
    equal(bytes, concat([patch(bare, raiseAlignment(65536)).bytes, new Uint8Array(333)]));
    expect(notes.map((n) => n.note)).not.toContain("OVERLAY");
    equal(
      patch(padded, [raiseAlignment(65536), stripUnneeded()]).bytes,
      patch(bare, [raiseAlignment(65536), stripUnneeded()]).bytes,
    );
  });

  it.each(layouts)("%s: with all other edits in one call, in any order, and one after the other", (_, unfit) => {
    for (const options of [{}, { slack: 0, spareTags: 0 }, { sectionTable: "start" }] satisfies BuildOptions[]) {
      const before = unfit(buildElf({ ...e, ...RICH, ...options }));
      const others: Edit[] = [
        setRunpath(HUGE),
        setInterpreter(`/${"l".repeat(300)}`),
        replaceNeeded({ "libm.so.6": "libm-by-another-name.so.6" }),
        stripUnneeded(),
        removeSections(".comment"),
      ];
      for (const size of SIZES) {
        const together = patch(before, [raiseAlignment(size), ...others]);
        const after = readElf(together.bytes);
        equal(patch(before, [...others, raiseAlignment(size)]).bytes, together.bytes);
        equal(patch(patch(before, [raiseAlignment(size)]).bytes, others).bytes, together.bytes);

        expect(patch(together.bytes, [raiseAlignment(size), ...others]).changed).toBe(false);
        expect([after.runpath, after.interpreter, after.needed, after.symbols]).toEqual([
          HUGE,
          `/${"l".repeat(300)}`,
          ["libc.so.6", "libm-by-another-name.so.6"],
          null,
        ]);
        expect(isFit(together.bytes, size)).toBe(true);
      }
    }
  });

  it("after a patch that appended a segment: fit where the machine has large pages, else refused", () => {
    for (const [machine, large] of [
      [e.class === 64 ? EM.AARCH64 : EM.MIPS, true],
      [e.class === 64 ? EM.X86_64 : EM["386"], false],
    ] as const) {
      const before = lowered(buildElf({ ...e, ...RICH, machine, slack: 0, spareTags: 0 }));
      const patched = patch(before, [setRunpath(HUGE)]).bytes;
      if (large) expect(isFit(patch(patched, [raiseAlignment(65536)]).bytes, 65536)).toBe(true);
      else expect(caught(() => patch(patched, [raiseAlignment(65536)])).code).toBe("NO_ROOM");
    }
  });
});

describe("what the plan says", () => {
  const congruent = buildElf(RICH);
  const before = squeezed(congruent);

  it("where only p_align changes, nothing moves and the size stays", () => {
    const p = plan(lowered(congruent), [raiseAlignment(65536)]);
    expect([p.size, p.notes, p.changes.map((c) => [c.at, c.name, c.field, c.from, c.to])]).toEqual([
      congruent.length,
      [],
      [4096, 4096, 4096].map((from) => ["segments", "PT_LOAD", "align", from, 65536]),
    ]);
    equal(p.bytes(), congruent);
  });

  it("where offsets change, a note says by how much the file grew", () => {
    const p = plan(before, [raiseAlignment(65536)]);
    expect(p.notes).toMatchObject([
      {
        note: "REALIGNED",
        message: expect.stringContaining(`grew by ${p.size - before.length} bytes of padding`) as string,
      },
    ]);

    equal(p.bytes(), patch(before, [raiseAlignment(65536)]).bytes);
    // Ranges of the input are ranges of the input, not of something between.
    for (const piece of p.pieces) {
      if (piece.kind === "input") {
        equal(p.read(piece.at, piece.size), before.subarray(piece.from, piece.from + piece.size));
      }
    }
  });

  it("of two sizes the larger one counts", () => {
    equal(
      patch(before, [raiseAlignment(16384), raiseAlignment(65536)]).bytes,
      patch(before, [raiseAlignment(65536)]).bytes,
    );
  });

  it("a file that is fit stays as it is", () =>
    expect(patch(congruent, [raiseAlignment(16384), raiseAlignment(65536)]).changed).toBe(false));

  it("a larger p_align stays, and offsets agree in it", () => {
    const big = squeezed(buildElf({ ...RICH, pageSize: 0x200000 }));
    for (const p of phdrs(big)) if (p.type === PT.LOAD && p.vaddr > 0 && p.flags === 6) p.align = 0x200000;
    const { bytes } = patch(big, [raiseAlignment(16384)]);

    const loads = readElf(bytes).segments.filter((s) => s.type === PT.LOAD);
    expect(loads.map((s) => [s.align, (s.vaddr - s.offset) % s.align])).toEqual([
      [16384, 0],
      [16384, 0],
      [0x200000, 0],
    ]);
  });

  it("what is not loaded keeps its alignment in the file, however odd the moves", () => {
    // PT_LOADs that are congruent modulo nothing: three bytes before .data's, five behind it.
    const even = squeezed(congruent);
    const data = phdrs(even).findLast((p) => p.type === PT.LOAD)!;
    const start = data.offset;
    const end = start + data.filesz;
    const moved = (offset: number) => {
      if (offset < start) return offset;
      return offset < end ? offset + 3 : offset + 8;
    };
    const bytes = new Uint8Array(even.length + 8);
    bytes.set(even.subarray(0, start));
    bytes.set(even.subarray(start, end), moved(start));
    bytes.set(even.subarray(end), moved(end));
    ehdr(bytes).shoff = moved(ehdr(bytes).shoff);

    for (const p of phdrs(bytes)) {
      Object.assign(p, { offset: moved(p.offset), align: p.type === PT.LOAD ? 1 : p.align });
    }
    for (const s of shdrs(bytes)) {
      if (s.type !== SHT.NULL) s.offset = moved(s.offset);
    }
    expect([readElf(bytes).header.shoff % 8, shdr(bytes, ".symtab").offset % 8]).toEqual([0, 0]);

    const after = readElf(patch(bytes, [raiseAlignment(16384)]).bytes);
    expect(after.header.shoff % 8).toBe(0);
    expect(after.sections.find((s) => s.name === ".symtab")!.header.offset % 8).toBe(0);
    expect([memory(after), contents(after)]).toEqual([memory(readElf(bytes)), contents(readElf(bytes))]);
  });

  it("a PT_LOAD without bytes in the file gets a congruent offset inside it", () => {
    const b = squeezed(buildElf({ ...RICH, nullSegments: 1 }));
    const empty = phdrs(b).find((p) => p.type === PT.NULL)!;
    Object.assign(empty, {
      type: PT.LOAD,
      flags: 6,
      offset: 0x1000,
      vaddr: 0x1001000,
      paddr: 0x1001000,
      filesz: 0,
      memsz: 0x100,
      align: 0x1000,
    });
    const { bytes } = patch(b, [raiseAlignment(65536)]);
    const s = readElf(bytes).segments.find((s) => s.type === PT.LOAD && s.filesz === 0)!;

    expect([(s.vaddr - s.offset) % 65536, s.offset <= bytes.length, isFit(bytes, 65536)]).toEqual([0, true, true]);
  });
});

describe("refusals", () => {
  const refused = (b: Uint8Array, size: RaisedPageSize, overlay?: "keep" | "drop" | "keep-in-place") => {
    const e = caught(() => patch(b, [raiseAlignment(size)], { overlay }));
    return { code: e.code, tried: (e.detail as { tried?: string[] }).tried?.join("\n") ?? "", message: e.message };
  };

  it("a size that is neither 16 nor 64 KiB", () => {
    for (const size of [0, 4096, 8192, 32768, 131072, 16384.5, NaN]) {
      expect(caught(() => raiseAlignment(size as RaisedPageSize)).code).toBe("BAD_EDIT");
    }
  });

  it("two PT_LOADs in one page, with their addresses", () => {
    const b = buildElf({ ...RICH, pageSize: 0x1000 });
    const reason = new RegExp(
      "^PT_LOAD 0x1[0-9a-f]{3}: it starts at 0x1[0-9a-f]{3} in the page at 0x0 \\(0x4000 bytes\\), " +
        "in which PT_LOAD 0x0 ends at 0x[0-9a-f]+$",
      "m",
    );
    expect(refused(b, 16384)).toMatchObject({ code: "NO_ROOM", tried: expect.stringMatching(reason) as string });
    expect(pageFitness(readElf(b), 16384)).toMatchObject({ fit: false, raisable: false });
  });

  it("for 64 KiB and not for 16 KiB, where the gaps are of that size", () => {
    const b = squeezed(buildElf({ ...RICH, pageSize: 16384 }));
    expect(refused(b, 65536).code).toBe("NO_ROOM");
    expect(isFit(patch(b, [raiseAlignment(16384)]).bytes, 16384)).toBe(true);
    expect(caught(() => patch(b, [raiseAlignment(65536), raiseAlignment(16384)])).code).toBe("NO_ROOM");
  });

  it("the same bytes of the file at two addresses", () => {
    const b = squeezed(buildElf({ ...RICH, nullSegments: 1 }));
    const loads = phdrs(b).filter((p) => p.type === PT.LOAD);
    const [, text] = loads;
    const twice = phdrs(b).find((p) => p.type === PT.NULL)!;
    Object.assign(twice, {
      type: PT.LOAD,
      flags: 4,
      offset: text!.offset,
      vaddr: 0x1003000,
      paddr: 0x1003000,
      filesz: 16,
      memsz: 16,
      align: 0x1000,
    });

    expect(refused(b, 65536)).toMatchObject({
      code: "NO_ROOM",
      tried: expect.stringContaining("maps the same bytes of the file") as string,
    });
  });

  it("an ELF header or a program header table that would have to move", () => {
    const b = squeezed(buildElf({ ...RICH, type: 2, base: 0x400000 }));
    for (const p of phdrs(b)) if (p.type === PT.LOAD && p.offset === 0) p.vaddr += 0x1000;
    expect(refused(b, 16384)).toMatchObject({
      code: "NO_ROOM",
      tried: expect.stringContaining("the ELF header (0x0..0x3f) would have to move") as string,
    });

    const far = squeezed(buildElf(RICH));
    const h = readElf(far).header;
    const end = Math.ceil(far.length / 8) * 8;
    const moved = new Uint8Array(end + h.phnum * h.phentsize);
    moved.set(far);
    moved.set(far.subarray(h.phoff, h.phoff + h.phnum * h.phentsize), end);
    ehdr(moved).phoff = end;

    expect(refused(moved, 16384).tried).toContain("the program header table");
  });

  it("a section that would be torn apart", () => {
    const b = squeezed(buildElf(RICH));
    const data = phdrs(b).findLast((p) => p.type === PT.LOAD)!;
    const s = shdr(b, ".debug_info");
    s.offset = data.offset - 8;
    s.size = 16;

    expect(refused(b, 65536)).toMatchObject({
      code: "NO_ROOM",
      tried: expect.stringContaining("section .debug_info: its first byte") as string,
    });
  });

  it("p_align that is no power of two, and more padding than a file is worth", () => {
    const b = squeezed(buildElf(RICH));
    phdr(b, PT.LOAD, 1).align = 0x3000;
    expect(refused(b, 16384).tried).toContain("p_align 0x3000 is not a power of two");
    const big = squeezed(buildElf({ ...RICH, type: 2, base: 0x10000000 }));
    phdr(big, PT.LOAD, 2).align = 2 ** 40;
    expect(refused(big, 16384).tried).toMatch(/the file would grow by \d+ bytes of padding/);
  });

  it("objects, core files, separate debug files", () => {
    expect(caught(() => patch(fixture("x86_64-object.o"), [raiseAlignment(16384)])).code).toBe("RELOCATABLE");
    expect(caught(() => patch(buildElf({ type: 4 }), [raiseAlignment(16384)])).code).toBe("UNSUPPORTED");
    const debug = buildElf(RICH);
    for (const s of shdrs(debug)) if (s.flags & 2) s.type = SHT.NOBITS;
    expect(caught(() => patch(debug, [raiseAlignment(16384)])).code).toBe("UNSUPPORTED");
  });
});

describe("bytes behind the end of the ELF file", () => {
  const payload = Uint8Array.from({ length: 1000 }, (_, i) => (i % 251) + 1);
  const options = { ...RICH, overlay: payload };
  const moves = squeezed(buildElf(options));
  const stays = lowered(buildElf(options));
  const tail = (b: Uint8Array) => b.subarray(b.length - payload.length);

  it("stay untouched where nothing moves, whatever is said of them", () => {
    for (const overlay of [undefined, "keep", "keep-in-place"] as const) {
      const r = patch(stays, [raiseAlignment(65536)], { overlay });
      expect([r.bytes.length, r.notes]).toEqual([stays.length, []]);
      equal(r.bytes.subarray(-1000), payload);
    }

    const dropped = patch(stays, [raiseAlignment(65536)], { overlay: "drop" });
    expect([dropped.bytes.length, dropped.notes.map((n) => n.note)]).toEqual([
      stays.length - payload.length,
      ["OVERLAY"],
    ]);
  });

  it("are refused where they would move, in place, too", () => {
    expect(caught(() => patch(moves, [raiseAlignment(65536)])).code).toBe("OVERLAY");
    const e = caught(() => patch(moves, [raiseAlignment(65536)], { overlay: "keep-in-place" }));
    expect([e.code, e.message]).toEqual(["OVERLAY", expect.stringContaining("cannot keep their place")]);
  });

  it("move behind the new end on demand, or go; with other edits, too", () => {
    for (const edits of [[], [setRunpath(HUGE)], [setRunpath("/x"), stripUnneeded()]]) {
      const all = [raiseAlignment(65536), ...edits];
      const kept = patch(moves, all, { overlay: "keep" });
      equal(tail(kept.bytes), payload);

      const [from, to] = [moves.length - 1000, kept.bytes.length - 1000];
      expect(readElf(kept.bytes).overlay).toEqual({ offset: to, size: 1000 });
      expect(kept.notes.filter((n) => n.note === "OVERLAY").map((n) => n.message)).toEqual([
        `1000 bytes behind the end of the ELF file moved from offset ${from} to ${to}`,
      ]);
      expect(isFit(kept.bytes, 65536)).toBe(true);
      expect(patch(kept.bytes, all, { overlay: "keep" }).changed).toBe(false);

      const dropped = patch(moves, all, { overlay: "drop" });
      expect(readElf(dropped.bytes).overlay).toBe(null);
      expect(isFit(dropped.bytes, 65536)).toBe(true);
      expect(dropped.notes.filter((n) => n.note === "OVERLAY").length).toBe(1);
    }
  });

  it("are a payload, too, where nothing in the unloaded part describes them; between PT_LOADs they are padding", () => {
    const b = squeezed(buildElf(RICH));
    const s = shdr(b, ".debug_info");
    const { offset, size } = s;
    b.fill(0xab, offset, offset + size);
    s.type = SHT.NOBITS;

    const edits = [raiseAlignment(65536)];
    const hasPayload = (bytes: Uint8Array) => Buffer.from(bytes).includes(Buffer.alloc(size, 0xab));
    expect(caught(() => patch(b, edits)).code).toBe("OVERLAY");
    expect(hasPayload(patch(b, edits, { overlay: "keep" }).bytes)).toBe(true);
    expect(hasPayload(patch(b, edits, { overlay: "drop" }).bytes)).toBe(false);

    const padded = squeezed(buildElf(RICH), 2);
    const text = phdrs(padded).filter((p) => p.type === PT.LOAD)[1]!;
    padded[text.offset + text.filesz] = 0xcc;
    const after = patch(padded, [raiseAlignment(65536)]).bytes;
    const moved = readElf(after).segments.filter((x) => x.type === PT.LOAD)[1]!;

    expect(after[moved.offset + moved.filesz]).toBe(0xcc);
  });
});

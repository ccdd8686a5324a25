import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { concat, viewOf } from "../../src/codec/bytes.js";
import type { Edit } from "../../src/edit/family.js";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { describeElf } from "../../src/report/describe.js";
import { diffElf } from "../../src/report/diff.js";
import { layoutMap } from "../../src/report/map/layout-map.js";
import { ET } from "../../src/spec/constants.js";
import { dropSectionHeaders } from "../../src/strip/drop-section-headers.js";
import { onlyKeepDebug } from "../../src/strip/only-keep-debug.js";
import { removeSections, stripDebug, stripUnneeded } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS } from "../support/elf.js";
import { dynamicFixtures, fixture, GREETING, runProgram, scratch } from "../support/fixtures.js";
import { itWithTools } from "../support/tools.js";

const files = scratch();
const PAYLOAD = Buffer.from(`PAYLOAD ${"zip".repeat(100)} END`);
const f = dynamicFixtures.find((f) => f.name === "x86_64-glibc-pie-runpath")!;
const plain = fixture(f.name);
const bundle = Buffer.concat([plain, PAYLOAD]);
const HUGE = "/opt/elfwright/".repeat(500);

/** Longer than the largest page, so no segment has room for it. */
const BEYOND_ANY_PAGE = HUGE.repeat(20);

/** What an edit of the bundle is refused with; undefined where it is not. */
function refused(edit: Edit) {
  try {
    patch(bundle, [edit]);
  } catch (e) {
    if (isElfError(e, "OVERLAY")) return e.detail;
    throw e;
  }
  return undefined;
}

describe("a payload behind the ELF file", () => {
  it("is seen", () => expect(readElf(bundle).overlay).toEqual({ offset: plain.length, size: PAYLOAD.length }));

  it("stays untouched by edits that need no room at the end", () => {
    for (const edit of [
      setRunpath("/short"),
      setInterpreter("/lib/ld.so"),
      setRunpath("/a/path/that/only/fits/into/slack/of/the/first/segment"),
    ]) {
      const { bytes } = patch(bundle, [edit]);
      expect(bytes.length).toBe(bundle.length);
      expect(bytes.subarray(plain.length).equals(PAYLOAD)).toBe(true);
    }
  });

  it.each([
    ["a strip", stripUnneeded()],
    ["a section", removeSections(".comment")],
    ["a huge runpath", setRunpath(HUGE)],
  ])("is refused by default: %s", (_, edit) => {
    expect(refused(edit)).toEqual({ offset: plain.length, size: PAYLOAD.length });
  });

  for (const [title, edits] of [
    ["a strip", [stripUnneeded()]],
    ["a huge runpath", [setRunpath(HUGE)]],
    ["both", [stripUnneeded(), setRunpath(HUGE)]],
  ] as const) {
    itWithTools([f.interpreter], `${title}, kept in place: at the same offset, and the program runs`, () => {
      const { bytes } = patch(bundle, edits, { overlay: "keep-in-place" });
      expect(bytes.subarray(plain.length, bundle.length).equals(PAYLOAD)).toBe(true);
      expect(runProgram(f, files.write("in-place", bytes))).toMatchObject({ status: 0, stdout: GREETING(1) });
    });

    itWithTools([f.interpreter], `${title}, kept: at the new end, and the program runs`, () => {
      const { bytes, notes } = patch(bundle, edits, { overlay: "keep" });
      expect(bytes.subarray(-PAYLOAD.length).equals(PAYLOAD)).toBe(true);
      expect(notes.map((n) => n.note)).toContain("OVERLAY");
      expect(bytes.length).not.toBe(bundle.length);
      expect(runProgram(f, files.write("keep", bytes))).toMatchObject({ status: 0, stdout: GREETING(1) });
    });

    it(`${title}, dropped: the same as without it`, () => {
      const { bytes } = patch(bundle, edits, { overlay: "drop" });
      expect(bytes.equals(patch(plain, edits).bytes)).toBe(true);
    });
  }

  it("kept in place by a strip: the section header table ends where it did, as payloads are found behind it", () => {
    const { bytes } = patch(bundle, [stripUnneeded()], { overlay: "keep-in-place" });
    const { shoff, shnum } = readElf(bundle).header;
    expect(readElf(bytes).header).toMatchObject({ shoff, shnum });
    expect(bytes.length).toBe(bundle.length);
    expect(readElf(bytes).symbols).toBe(null);
    expect(check(readElf(bytes)).filter((f) => f.severity !== "note")).toEqual([]);
    expect(patch(bytes, [stripUnneeded()], { overlay: "keep-in-place" }).changed).toBe(false);
  });

  it("dropped even when nothing else changes", () => {
    expect(patch(bundle, [], { overlay: "drop" }).bytes.equals(plain)).toBe(true);
  });

  itWithTools([f.interpreter], "kept behind a first patch, kept in place by a second, and both run", () => {
    const first = patch(bundle, [setRunpath(HUGE)], { overlay: "keep" }).bytes;
    const at = readElf(first).overlay!.offset;
    const second = patch(first, [setRunpath(`${HUGE}/and/more`), stripUnneeded()], { overlay: "keep-in-place" }).bytes;

    expect(second.subarray(at, at + PAYLOAD.length).equals(PAYLOAD)).toBe(true);

    for (const [name, bytes] of [
      ["first", first],
      ["second", second],
    ] as const) {
      expect(runProgram(f, files.write(name, bytes))).toMatchObject({ status: 0, stdout: GREETING(1) });
    }

    // Inside the file it is no overlay any more, and asking to drop it is answered.
    expect(patch(second, [], { overlay: "drop" }).notes.map((n) => n.note)).toEqual(["NOT_FOUND"]);
  });

  it("hidden between the sections and their headers is refused too", () => {
    // The section header table moves behind the payload: now it lies inside the file, but nothing names it.
    const at = readElf(plain).header.shoff;
    const table = plain.subarray(at);
    const padding = Buffer.alloc((8 - (PAYLOAD.length % 8)) % 8);
    const hidden = Buffer.concat([plain.subarray(0, at), PAYLOAD, padding, table]);
    hidden.writeBigUInt64LE(BigInt(hidden.length - table.length), 40); // e_shoff

    expect(readElf(hidden).overlay).toBe(null);
    expect(() => patch(hidden, [stripUnneeded()])).toThrowError(/OVERLAY/);

    const { bytes } = patch(hidden, [stripUnneeded()], { overlay: "keep" });
    expect(bytes.includes(PAYLOAD)).toBe(true);
  });
});

describe("zeros behind the ELF file", () => {
  const KINDS = [{}, { sectionHeaders: false }, { sectionTable: "start" as const }, { type: ET.EXEC }];
  const NEEDING = [
    [setRunpath(BEYOND_ANY_PAGE)],
    [setRunpath(BEYOND_ANY_PAGE), stripUnneeded()],
    [dropSectionHeaders()],
    [onlyKeepDebug()],
  ];

  it.each(ENCODINGS)("are padding, which goes where the end of the file is written anew ($label)", (e) => {
    for (const kind of KINDS) {
      for (const size of [1, 8, 1000]) {
        const bare = buildElf({ ...e, ...kind, debugInfo: 20 });
        const padded = concat([bare, new Uint8Array(size)]);
        for (const edits of NEEDING) {
          if (kind.sectionHeaders === false && edits[0]!.edit === "onlyKeepDebug") continue;

          const { bytes, changed, notes } = patch(padded, edits);
          const expected = changed ? patch(bare, edits).bytes : padded;
          expect(Buffer.compare(bytes, expected)).toBe(0);
          expect(notes.filter((n) => n.note === "OVERLAY")).toEqual([]);
        }
      }
    }
  });

  it.each(ENCODINGS)("stay where an edit does not need the end ($label)", (e) => {
    const bare = buildElf({ ...e, runpath: "/opt/long/enough" });
    const { bytes } = patch(concat([bare, new Uint8Array(77)]), setRunpath("/opt"));
    expect(bytes).toEqual(concat([patch(bare, setRunpath("/opt")).bytes, new Uint8Array(77)]));
  });

  it.each(ENCODINGS)("go from objects ($label)", (e) => {
    const bare = buildElf({ ...e, type: ET.REL, debugInfo: 20 });
    for (const edits of [[stripDebug()], [removeSections(".comment")], [onlyKeepDebug()]]) {
      expect(patch(concat([bare, new Uint8Array(8)]), edits).bytes).toEqual(patch(bare, edits).bytes);
    }
  });

  it("go where the caller drops what follows, and other choices are none", () => {
    const bare = buildElf();
    const padded = concat([bare, new Uint8Array(9)]);
    expect(patch(padded, [], { overlay: "drop" }).bytes).toEqual(bare);
    expect(patch(padded, [], { overlay: "drop" }).notes.map((n) => n.note)).toEqual(["OVERLAY"]);
    for (const overlay of ["keep", "keep-in-place"] as const) {
      expect(patch(padded, [], { overlay }).changed).toBe(false);
      const { bytes, notes } = patch(padded, stripDebug(), { overlay });
      expect([bytes, notes]).toEqual([patch(bare, stripDebug()).bytes, []]);
    }
  });

  it("are part of a payload that begins with them", () => {
    const bytes = concat([plain, new Uint8Array(5000), PAYLOAD]);
    const { code, detail } = caught(() => patch(bytes, stripUnneeded()));
    expect([code, detail]).toEqual(["OVERLAY", { offset: plain.length, size: 5000 + PAYLOAD.length }]);

    const kept = patch(bytes, stripUnneeded(), { overlay: "keep" }).bytes;
    expect(kept.subarray(-5000 - PAYLOAD.length)).toEqual(bytes.subarray(plain.length));
  });

  it("are no overlay for what tells of a file", () => {
    const bare = buildElf({ symbols: [{ name: "f" }] });
    const padded = readElf(concat([bare, new Uint8Array(40)]));
    const { overlay, file } = describeElf(padded);
    expect([overlay, file?.size]).toEqual([null, bare.length + 40]);
    expect(check(padded)).toEqual(check(readElf(bare)));
    expect(diffElf(readElf(bare), padded)).toEqual([{ at: "size", from: bare.length, to: bare.length + 40 }]);

    const last = layoutMap(padded).regions.at(-1)!;
    expect(last).toMatchObject({ kind: "unloaded" });
    expect(last.parts.at(-1)).toMatchObject({ kind: "zeros", size: 40 });
  });
});

describe("notes on a payload that stays", () => {
  const told = (bytes: Uint8Array, edits: Edit[], overlay: "keep" | "keep-in-place"): string[] =>
    patch(bytes, edits, { overlay })
      .notes.filter((n) => n.note === "OVERLAY")
      .map((n) => n.message);

  it.each(ENCODINGS)("say for whom it is lost ($label)", (e) => {
    const bare = buildElf(e);
    const bytes = concat([bare, PAYLOAD]);
    const grown = patch(bytes, setRunpath(BEYOND_ANY_PAGE), { overlay: "keep-in-place" }).bytes.length - bytes.length;
    expect(grown).toBeGreaterThan(BEYOND_ANY_PAGE.length);

    expect(told(bytes, [setRunpath(BEYOND_ANY_PAGE)], "keep-in-place")).toEqual([
      `${PAYLOAD.length} bytes behind the end of the ELF file stay at offset ${bare.length}, but ${grown} new bytes ` +
        'follow and end the file now; a payload that is found from the file\'s end needs overlay: "keep"',
    ]);
    expect(told(bytes, [setRunpath(BEYOND_ANY_PAGE)], "keep")).toEqual([
      expect.stringMatching(/moved from .*; a payload that is found by a fixed offset needs overlay: "keep-in-place"$/),
    ]);
  });

  it("say nothing where it stays the end of the file", () => {
    for (const edits of [[setRunpath("/a")], [stripUnneeded()], [removeSections(".comment")]]) {
      expect(told(bundle, edits, "keep-in-place")).toEqual([]);
    }
  });

  it.each(ENCODINGS)("say that it is lost both ways where its end holds its offset ($label)", (e) => {
    const bare = buildElf(e);
    for (const [gap, trailer] of [
      [0, 0],
      [100, 12],
      [5000, 56],
    ] as const) {
      const start = bare.length + gap;
      const end = new Uint8Array(8 + trailer).fill(1);
      viewOf(end).setUint32(0, start, e.littleEndian);
      const bytes = concat([bare, new Uint8Array(gap), PAYLOAD, new Uint8Array(-PAYLOAD.length & 3), end]);

      const both = `its last bytes hold its own offset 0x${start.toString(16)}, so it is found from the end`;
      for (const overlay of ["keep", "keep-in-place"] as const) {
        expect(told(bytes, [setRunpath(BEYOND_ANY_PAGE)], overlay)).toEqual([expect.stringContaining(both)]);
      }
      expect(caught(() => patch(bytes, setRunpath(BEYOND_ANY_PAGE))).message).toContain(both);
    }
  });
});

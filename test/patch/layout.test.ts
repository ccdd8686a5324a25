import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { viewOf } from "../../src/codec/bytes.js";
import { Dyn, Sym } from "../../src/codec/records.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { replaceNeeded } from "../../src/edit/needed.js";
import { readElf } from "../../src/image/read-elf.js";
import type { ElfFile } from "../../src/image/elf.js";
import { patch, plan } from "../../src/patch.js";
import type { KnownEdit } from "../../src/index.js";
import { EM, ET, PF, PT, SHN, STB, STT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { removeSections, stripUnneeded } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, ENCODINGS } from "../support/elf.js";

const LONG = "/opt/elfwright/".repeat(30);
const HUGE = "/opt/elfwright/".repeat(600);

/** Where each region went, as `{ ".dynstr": "slack" }`. */
const strategies = (bytes: Uint8Array, ...edits: KnownEdit[]) =>
  Object.fromEntries(plan(bytes, edits).placements.map((p) => [p.region, p.strategy]));

/** Symbols, versions, notes and relocations by meaning: what no patch of the dynamic section may change. */
function meaning(elf: ElfFile) {
  return {
    symbols: [...(elf.dynamicSymbols ?? [])].map((s) => [s.name, s.type, s.binding]),
    definitions: elf.versionDefinitions.map((d) => d.names),
    notes: elf.notes.map((n) => [n.owner, n.type, ...n.description]),
    versions: elf.versionNeeds.map((n) => n.versions.map((v) => v.name)),
    entry: elf.header.entry,
  };
}

const RICH: BuildOptions = {
  needed: ["libc.so.6", "libm.so.6"],
  hash: "both",
  got: true,
  versionNeeds: [
    { file: "libc.so.6", versions: ["A_1", "A_2"] },
    { file: "libm.so.6", versions: ["A_1"] },
  ],
  symbols: [{ name: "puts", defined: false, version: "A_1" }, { name: "answer" }],
  relocations: [{ symbol: "puts" }],
};

describe.each(ENCODINGS)("$label", (e) => {
  const sorts: readonly [string, BuildOptions][] = [
    ["as GNU ld has it", {}],
    ["without slack", { slack: 0 }],
    ["without slack or spare entries", { slack: 0, spareTags: 0 }],
    ["ET_EXEC without slack", { type: ET.EXEC, slack: 0, spareTags: 0 }],
    ["with a gap behind the program headers", { slack: 0, headerGap: 64 }],
    ["with an unused program header", { slack: 0, nullSegments: 1, spareTags: 0 }],
    [".dynstr last", { dynstrLast: true }],
    ["a library", { interpreter: null, soname: "libx.so.1", slack: 0, spareTags: 0 }],
    ["section headers in front", { sectionTable: "start", slack: 0 }],
    ["extended numbering", { extendedNumbering: true, slack: 0 }],
    ["without section headers", { sectionHeaders: false, nullSegments: 1 }],
    ["only DT_HASH", { hash: "sysv", slack: 0 }],
  ];
  it.each(sorts)(
    "%s: every edit reads back, breaks no rule, changes nothing else, and once more changes nothing",
    (_, options) => {
      const before = buildElf({ ...e, ...RICH, ...options });
      const elf = readElf(before);
      const was = meaning(elf);
      const program = elf.interpreter !== null;
      const sets: KnownEdit[][] = [
        [setRunpath("/a")],
        [setRunpath(LONG)],
        [setRunpath(HUGE)],
        [replaceNeeded({ "libc.so.6": LONG })],
        [replaceNeeded({ "libm.so.6": "libc.so.6" })],
        [stripUnneeded()],
        [removeSections(".comment")],
      ];
      if (program) sets.push([setInterpreter(LONG)]);
      sets.push([
        setRunpath(HUGE),
        replaceNeeded({ "libc.so.6": LONG }),
        stripUnneeded(),
        ...(program ? [setInterpreter(LONG)] : []),
      ]);

      for (const edits of sets) {
        const { bytes } = patch(before, edits);
        const after = readElf(bytes);
        for (const edit of edits) {
          if (edit.edit === "setRunpath") expect(after.runpath).toBe(edit.path);
          if (edit.edit === "setInterpreter") expect(after.interpreter).toBe(edit.path);
          if (edit.edit === "stripUnneeded") expect(after.symbols).toBe(null);

          if (edit.edit === "replaceNeeded") {
            for (const [old, name] of Object.entries(edit.names)) {
              expect(after.needed).toContain(name);
              expect([...after.needed, ...after.versionNeeds.map((n) => n.file)]).not.toContain(old);
            }
          }
        }

        const merged = edits.some((x) => x.edit === "replaceNeeded" && x.names["libm.so.6"] !== undefined);
        if (!merged) expect(meaning(after)).toEqual(was);
        expect(check(after).filter((f) => f.severity === "error")).toEqual([]);
        expect(patch(bytes, edits).changed).toBe(false);
      }
    },
  );

  it("a .dynamic that moves takes GOT[0], _DYNAMIC, PT_DYNAMIC and its section along, and stays writable", () => {
    const before = buildElf({ ...e, ...RICH, slack: 0, spareTags: 0 });
    const { bytes, notes, plan: p } = patch(before, [setRunpath(LONG)]);
    const elf = readElf(bytes);

    expect(p.placements.find((x) => x.region === ".dynamic")!.strategy).toBe("new-segment");
    expect(notes.map((n) => n.note)).toEqual(["LEFT_RELRO"]);

    const section = elf.sections.find((s) => s.name === ".dynamic")!.header;
    const d = elf.dynamic!;
    expect([section.addr, section.offset, section.size]).toEqual([Number(d.address), d.offset, d.size]);

    const loads = elf.segments.filter((s) => s.type === PT.LOAD);
    const home = loads.find((s) => s.offset <= d.offset && d.offset < s.offset + s.filesz)!;
    expect(home.flags).toBe(PF.R | PF.W);
    expect(d.capacity - d.entries.length).toBe(17);

    const got = elf.offsetOf(d.get(DT.PLTGOT)!)!;
    const view = viewOf(bytes);
    const word = e.class === 64 ? view.getBigUint64(got, e.littleEndian) : BigInt(view.getUint32(got, e.littleEndian));
    expect(word).toBe(d.address);
    expect(elf.sections.filter((s) => s.name === ".elfwright.kept").length).toBeGreaterThan(1);

    // The old table is as it was.
    const old = readElf(before).dynamic!;
    expect(Array.from(bytes.subarray(old.offset, old.offset + old.size))).toEqual(
      Array.from(before.subarray(old.offset, old.offset + old.size)),
    );
  });

  it("a .dynamic that moves has only free entries behind its terminator, whatever stood there before", () => {
    const before = buildElf({ ...e, spareTags: 17 });
    const d = readElf(before).dynamic!;
    const entry = Dyn.size(e.class);
    Dyn.view(viewOf(before), d.offset + (d.entries.length + 1) * entry, e).tag = 0x12345;
    expect(readElf(before).dynamic!.capacity).toBe(d.entries.length + 1);
    // One entry more and 16 spare ones make just as many bytes as the old table had.
    const after = readElf(patch(before, [setRunpath("libc.so.6")]).bytes).dynamic!;
    expect([after.size, after.entries.length, after.capacity]).toEqual([d.size, d.entries.length + 1, d.size / entry]);
  });

  it("DT_RELACOUNT gives its place where that is all that is missing", () => {
    const before = buildElf({ ...e, spareTags: 0, tags: [{ tag: DT.RELACOUNT, value: 1 }] });
    const { bytes, notes } = patch(before, [setRunpath("libc.so.6")]);
    expect(notes.map((n) => n.note)).toEqual(["COUNT_DROPPED"]);
    expect(bytes.length).toBe(before.length);
    expect(readElf(bytes).dynamic!.get(DT.RELACOUNT)).toBe(undefined);
  });

  it("merging two libraries merges their version needs, and .gnu.version follows", () => {
    const before = buildElf({
      ...e,
      needed: ["libb.so", "liba.so"],
      versionNeeds: [
        { file: "liba.so", versions: ["V_1", "V_2"] },
        { file: "libb.so", versions: ["V_2", "V_3"] },
      ],
      symbols: [
        { name: "one", defined: false, version: "V_1" },
        { name: "three", defined: false, version: "V_3" },
      ],
    });
    const { bytes, notes } = patch(before, [replaceNeeded({ "liba.so": "libab.so", "libb.so": "libab.so" })]);
    const elf = readElf(bytes);

    expect(elf.needed).toEqual(["libab.so"]);
    expect(elf.versionNeeds.map((n) => [n.file, n.versions.map((v) => v.name)])).toEqual([
      ["libab.so", ["V_1", "V_2", "V_3"]],
    ]);
    expect(elf.dynamic!.get(DT.VERNEEDNUM)).toBe(1n);
    expect(notes.map((n) => n.note)).toEqual(["MERGED"]);
    expect(check(elf).filter((f) => f.severity !== "note")).toEqual([]);
  });
});

describe("strategies in order", () => {
  it("slack before a new segment; a gap, an unused entry or moved tables make room for its program header", () => {
    const long = (options: BuildOptions) => strategies(buildElf(options), setRunpath(LONG));
    const appended = { ".dynstr": "new-segment", ".dynamic": "in-place" };
    expect(long({ hash: "sysv", versionNeeds: [{ file: "libc.so.6", versions: ["V"] }] })).toEqual({
      ".dynstr": "slack",
      ".dynamic": "in-place",
    });
    expect(long({ slack: 0, headerGap: 64 })).toEqual(appended);
    expect(long({ slack: 0, nullSegments: 1 })).toEqual(appended);
    expect(long({ slack: 0 })).toMatchObject({ ...appended, ".interp": "new-segment" });
    expect(long({ dynstrLast: true, buildId: null })).toEqual({ ".dynstr": "extended", ".dynamic": "in-place" });

    // The string is in .dynstr already; only the entry is new.
    const entry = (options: BuildOptions) => strategies(buildElf(options), setRunpath("libc.so.6"));
    expect(entry({ spareTags: 0 })).toEqual({ ".dynamic": "in-front" });
    expect(entry({ spareTags: 0, slack: 0 })).toMatchObject({ ".dynamic": "new-segment" });
  });

  it("the segment of an earlier patch grows, .dynstr where it is", () => {
    const first = patch(buildElf({ slack: 0 }), [setRunpath(LONG)]).bytes;
    const phnum = readElf(first).header.phnum;
    const second = plan(first, [setRunpath(HUGE)]);
    expect(second.placements.find((p) => p.region === ".dynstr")!.strategy).toBe("trailing-segment");
    expect(readElf(second).header.phnum).toBe(phnum);
    expect(second.size - first.length).toBeLessThan(HUGE.length + 16);
    const third = plan(second.bytes(), [setInterpreter(LONG)]);
    expect(third.placements.find((p) => p.region === ".interp")!.strategy).toBe("trailing-segment");
  });

  it("notes that are found through PT_NOTE make room, a program's own do not", () => {
    const withNote = (owner: string, type: number, bss = 16) =>
      buildElf({
        slack: 0,
        bss,
        interpreter: null,
        soname: "libx.so",
        buildId: null,
        notes: [{ section: ".note.x", owner, type, description: new Uint8Array(64) }],
      });
    for (const [owner, type] of [
      ["GNU", 3],
      ["Android", 1],
      ["FreeBSD", 1],
    ] as const) {
      expect(strategies(withNote(owner, type), setRunpath(LONG))).toMatchObject({ notes: "new-segment" });
    }

    for (const [owner, type] of [
      ["GNU", 99],
      ["mine", 1],
    ] as const) {
      expect(strategies(withNote(owner, type), setRunpath(LONG))).toEqual({
        ".dynstr": "last-segment",
        ".dynamic": "in-place",
      });
      expect(caught(() => patch(withNote(owner, type, 2 << 20), [setRunpath(LONG)])).code).toBe("NO_ROOM");
    }
  });

  it("a symbol behind the program headers stops them from growing over it, unless its value is no address", () => {
    const withSymbol = (type: number, shndx?: number) => {
      const b = buildElf({ slack: 0, bss: 2 << 20, interpreter: null, soname: "libx.so", symbols: [{ name: "here" }] });
      const { header: h, dynamicSymbols, sections } = readElf(b);
      Object.assign(Sym.view(viewOf(b), dynamicSymbols!.offset + 24, h), {
        value: h.phoff + h.phnum * h.phentsize + 8,
        info: (STB.GLOBAL << 4) | type,
        shndx: shndx ?? sections.find((s) => s.name === ".text")!.index,
      });
      return b;
    };

    const error = caught(() => patch(withSymbol(STT.OBJECT), [setRunpath(LONG)]));
    expect(error.message).toContain("symbol here stands behind the program header table");
    for (const b of [withSymbol(STT.TLS), withSymbol(STT.OBJECT, SHN.ABS), withSymbol(STT.OBJECT, SHN.UNDEF)]) {
      expect(readElf(patch(b, [setRunpath(LONG)]).bytes).runpath).toBe(LONG);
    }
  });

  it("without section headers, only what PT_* and DT_* lead to moves away from behind the program headers", () => {
    const bare = (options: BuildOptions = {}) => buildElf({ ...RICH, sectionHeaders: false, slack: 0, ...options });
    expect(strategies(bare({ runpath: "/opt/long/enough" }), setRunpath("/opt"))).toEqual({
      ".dynstr": "in-place",
      ".dynamic": "in-place",
    });
    expect(strategies(bare(), setRunpath(HUGE))).toMatchObject({ ".dynstr": "new-segment", ".interp": "hole" });

    const twice = patch(patch(bare(), [setRunpath(LONG)]).bytes, [setRunpath(HUGE)]);
    expect(twice.plan.placements.find((p) => p.region === ".dynstr")!.strategy).toBe("trailing-segment");
    // Zeros that no table covers may be somebody's data.
    expect(strategies(bare({ headerGap: 64 }), setRunpath(HUGE))).toMatchObject({ ".dynstr": "last-segment" });

    const refused = caught(() => patch(bare({ headerGap: 64, bss: 2 << 20 }), [setRunpath(HUGE)]));
    expect([refused.code, refused.message]).toEqual([
      "NO_ROOM",
      expect.stringContaining("without section headers it is not known"),
    ]);
  });

  it("never a writable and executable segment, and pages of 64 KiB where the machine may have them", () => {
    const before = buildElf({ class: 64, machine: EM.AARCH64, slack: 0, spareTags: 0, pageSize: 0x1000 });
    const elf = readElf(patch(before, [setRunpath(HUGE)]).bytes);
    const loads = elf.segments.filter((s) => s.type === PT.LOAD);
    const [previous, last] = [loads.at(-2)!, loads.at(-1)!];
    const page = (address: number) => Math.floor(address / 0x10000);

    expect(loads.some((s) => s.flags & PF.W && s.flags & PF.X)).toBe(false);
    expect(last.align).toBe(0x10000);
    expect(page(last.vaddr)).toBeGreaterThan(page(previous.vaddr + previous.memsz - 1));
  });

  it("an address above 2^53 is read and printed, and patches like others", () => {
    const kernel = buildElf({ type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n });
    expect(patch(kernel, [stripUnneeded()]).changed).toBe(true);

    const high = buildElf({ base: 0x4000000000000000n, machine: EM.IA_64, type: ET.EXEC, runpath: "/opt/long/enough" });
    expect(readElf(patch(high, [setRunpath("/opt")]).bytes).runpath).toBe("/opt");
    expect(readElf(patch(high, [setRunpath(HUGE)]).bytes).runpath).toBe(HUGE);
  });
});

import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { concat, encodeText, viewOf } from "../../src/codec/bytes.js";
import { Dyn, type DynView, Phdr, type PhdrView, Shdr, type ShdrView, Vernaux } from "../../src/codec/records.js";
import { readElf } from "../../src/image/read-elf.js";
import { headerView } from "../../src/image/headers/header.js";
import { PF, PT, SHT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { diffElf, type DiffOptions } from "../../src/report/diff.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { fixture } from "../support/elf.js";

const fixtures = readdirSync(new URL("../../fixtures/bin", import.meta.url)).sort();
const PIE = "x86_64-glibc-pie";
const LIB = "x86_64-glibc-lib.so";

/** diff of a fixture with itself after an edit of its bytes, without what follows from other parts. */
function edited(name: string, edit: (bytes: Uint8Array) => Uint8Array | void, options?: DiffOptions) {
  const bytes = fixture(name);
  const after = edit(bytes) ?? bytes;
  return diffElf(readElf(fixture(name)), readElf(after), { summaries: false, ...options });
}

/** The dynamic entry with this tag; the first spare one for DT_NULL. */
function entry(bytes: Uint8Array, tag: number): DynView {
  const { header, dynamic } = readElf(bytes);
  const { offset, entries } = dynamic!;
  const index = tag === DT.NULL ? entries.length : entries.find((e) => e.tag === tag)!.index;
  return Dyn.view(viewOf(bytes), offset + index * Dyn.size(header.class), header);
}

/** The nth program header of a type. */
function phdr(bytes: Uint8Array, type: number, nth = 0): PhdrView {
  const { header, segments } = readElf(bytes);
  const places = segments.flatMap((segment, i) => (segment.type === type ? [i] : []));
  return Phdr.view(viewOf(bytes), header.phoff + places[nth]! * Phdr.size(64), header);
}

function shdr(bytes: Uint8Array, name: string): ShdrView {
  const { header, sections } = readElf(bytes);
  const { index } = sections.find((section) => section.name === name)!;
  return Shdr.view(viewOf(bytes), header.shoff + index * Shdr.size(64), header);
}

function replaceText(bytes: Uint8Array, from: string, to: string): void {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(`${from}\0`);
  bytes.set(Buffer.from(to.padEnd(from.length, "\0")), at);
}

/** The offset by which the string of DT_NEEDED "libc.so.6" becomes "c.so.6". */
const LIB_PREFIX = "lib".length;

describe("diff", () => {
  it.each(fixtures)("of %s with itself is empty", (name) => {
    expect(diffElf(readElf(fixture(name)), readElf(fixture(name)))).toEqual([]);
    expect(diffElf(readElf(fixture(name)), readElf(fixture(name)), { layout: true })).toEqual([]);
  });

  it("shows a replaced library as one change", () => {
    expect(edited("x86_64-musl-lib.so", (b) => replaceText(b, "libc.musl-x86_64.so.1", "libc.so.6"))).toEqual([
      { at: "dynamic", tag: "DT_NEEDED", from: "libc.musl-x86_64.so.1", to: "libc.so.6" },
    ]);
  });

  it("shows an added and a removed library", () => {
    const addLibrary = (bytes: Uint8Array) => {
      const value = entry(bytes, DT.NEEDED).val;
      Object.assign(entry(bytes, DT.NULL), { tag: DT.NEEDED, val: value + LIB_PREFIX });
    };
    const more = fixture(LIB);
    addLibrary(more);

    expect(edited(LIB, addLibrary)).toEqual([{ at: "dynamic", tag: "DT_NEEDED", from: null, to: "c.so.6" }]);
    expect(diffElf(readElf(more), readElf(fixture(LIB)))).toEqual([
      { at: "dynamic", tag: "DT_NEEDED", from: "c.so.6", to: null },
    ]);
  });

  it("shows another order of libraries", () => {
    const needing = (firstOffset: number, secondOffset: number) => {
      const bytes = fixture(LIB);
      const first = entry(bytes, DT.NEEDED);
      const second = entry(bytes, DT.NULL);
      const value = first.val;
      first.val = value + firstOffset;
      Object.assign(second, { tag: DT.NEEDED, val: value + secondOffset });
      return readElf(bytes);
    };

    expect(diffElf(needing(0, LIB_PREFIX), needing(LIB_PREFIX, 0))).toEqual([
      { at: "dynamic", tag: "DT_NEEDED", field: "order", from: "libc.so.6, c.so.6", to: "c.so.6, libc.so.6" },
    ]);
  });

  it("shows an interpreter, a soname and a runpath that became an rpath", () => {
    expect(edited(PIE, (b) => replaceText(b, "/lib64/ld-linux-x86-64.so.2", "/lib/ld.so"))).toEqual([
      { at: "interpreter", from: "/lib64/ld-linux-x86-64.so.2", to: "/lib/ld.so" },
    ]);
    expect(edited("x86_64-musl-lib.so", (b) => replaceText(b, "libelfwright-fixture.so.1", "lib.so"))).toEqual([
      { at: "dynamic", tag: "DT_SONAME", from: "libelfwright-fixture.so.1", to: "lib.so" },
    ]);

    const renameTag = (bytes: Uint8Array) => {
      entry(bytes, DT.RUNPATH).tag = DT.RPATH;
    };
    expect(edited("x86_64-glibc-pie-runpath", renameTag)).toEqual([
      { at: "dynamic", tag: "DT_RUNPATH", from: "/opt/elfwright/fixture/lib", to: null },
      { at: "dynamic", tag: "DT_RPATH", from: null, to: "/opt/elfwright/fixture/lib" },
    ]);
  });

  it("shows flags by name, and tags that came or went", () => {
    const bindNow = (bytes: Uint8Array) => {
      entry(bytes, DT.FLAGS_1).val |= 1;
    };
    const renameTag = (bytes: Uint8Array) => {
      entry(bytes, DT.RELACOUNT).tag = DT.BIND_NOW;
    };

    expect(edited(PIE, bindNow)).toEqual([
      { at: "dynamic", tag: "DT_FLAGS_1", from: "DF_1_PIE", to: "DF_1_NOW DF_1_PIE" },
    ]);
    expect(edited(PIE, renameTag)).toEqual([
      { at: "dynamic", tag: "DT_RELACOUNT", from: 3, to: null },
      { at: "dynamic", tag: "DT_BIND_NOW", from: null, to: 3 },
    ]);
  });

  it("leaves out what follows from other things, unless asked for", () => {
    const edit = (bytes: Uint8Array) => {
      entry(bytes, DT.STRSZ).val += 1;
      entry(bytes, DT.FINI).val += 4;
      entry(bytes, DT.RELACOUNT).val -= 1;
    };

    expect(edited(PIE, edit)).toEqual([]);
    expect(edited(PIE, edit, { layout: true }).map(({ tag, field }) => `${tag} ${field}`)).toEqual([
      "DT_FINI value",
      "DT_STRSZ value",
      "DT_RELACOUNT value",
    ]);
  });

  it("shows needed versions of a file, and the file itself", () => {
    expect(edited(LIB, (b) => replaceText(b, "GLIBC_2.2.5", "GLIBC_2.0"))).toEqual([
      { at: "versionNeeds", file: "libc.so.6", from: "GLIBC_2.2.5", to: "GLIBC_2.0" },
    ]);
    expect(edited(LIB, (b) => replaceText(b, "libc.so.6", "libd.so"))).toEqual([
      { at: "dynamic", tag: "DT_NEEDED", from: "libc.so.6", to: "libd.so" },
      { at: "versionNeeds", from: "libc.so.6", to: "libd.so" },
    ]);

    const weaken = (bytes: Uint8Array) => {
      const { header, versionNeeds } = readElf(bytes);
      Vernaux.view(viewOf(bytes), versionNeeds[0]!.versions[0]!.at, header).flags = 2;
    };
    expect(edited(LIB, weaken)).toEqual([
      { at: "versionNeeds", file: "libc.so.6", name: "GLIBC_2.2.5", field: "weak", from: false, to: true },
    ]);
  });

  it("shows a defined version that was renamed", () => {
    expect(edited(LIB, (b) => replaceText(b, "ELFWRIGHT_2.0", "ELFWRIGHT_3"))).toEqual([
      { at: "versionDefinitions", from: "ELFWRIGHT_2.0", to: "ELFWRIGHT_3" },
      // GNU ld makes a symbol for a version, whose name is the same string.
      { at: "dynamicSymbols", from: "ELFWRIGHT_2.0", to: "ELFWRIGHT_3" },
    ]);
  });

  it("shows sections that came, went or have another type", () => {
    const changeType = (bytes: Uint8Array) => {
      shdr(bytes, ".comment").type = SHT.NOTE;
    };
    const changeAlignment = (bytes: Uint8Array) => {
      shdr(bytes, ".comment").addralign = 8;
    };
    const dropTwoSymbols = (bytes: Uint8Array) => {
      shdr(bytes, ".symtab").size -= 48;
    };
    const { count } = readElf(fixture(PIE)).symbols!;

    expect(edited(PIE, (b) => replaceText(b, ".comment", ".remark"))).toEqual([
      { at: "sections", name: ".comment", from: "SHT_PROGBITS", to: null },
      { at: "sections", name: ".remark", from: null, to: "SHT_PROGBITS" },
    ]);
    expect(edited(PIE, changeType)).toEqual([
      { at: "sections", name: ".comment", from: "SHT_PROGBITS", to: "SHT_NOTE" },
    ]);
    expect(edited(PIE, dropTwoSymbols)).toEqual([{ at: "symbols", from: count, to: count - 2 }]);
    expect(edited(PIE, changeAlignment, { layout: true })).toEqual([
      { at: "sections", name: ".comment", field: "addralign", from: 1, to: 8 },
    ]);
  });

  it("shows an executable stack and p_align, which edits set; other fields of program headers only as layout", () => {
    const allowCode = (bytes: Uint8Array) => {
      phdr(bytes, PT.GNU_STACK).flags |= PF.X;
    };
    const dropStack = (bytes: Uint8Array) => {
      phdr(bytes, PT.GNU_STACK).type = PT.NULL;
    };
    const raiseAlignment = (bytes: Uint8Array) => {
      phdr(bytes, PT.LOAD, 2).align = 0x4000;
    };
    const changePaddr = (bytes: Uint8Array) => {
      phdr(bytes, PT.LOAD, 2).paddr = 0x4000;
    };

    expect(edited(PIE, allowCode)).toEqual([
      { at: "segments", name: "PT_GNU_STACK", field: "flags", from: "RW ", to: "RWE" },
    ]);
    expect(edited(PIE, dropStack)).toEqual([{ at: "segments", name: "PT_GNU_STACK", from: "RW ", to: null }]);

    for (const layout of [false, true]) {
      expect(edited(PIE, raiseAlignment, { layout })).toEqual([
        { at: "segments", name: "PT_LOAD", occurrence: 2, field: "align", from: 0x1000, to: 0x4000 },
      ]);
    }

    expect(edited(PIE, changePaddr)).toEqual([]);
    expect(edited(PIE, changePaddr, { layout: true })).toMatchObject([
      { at: "segments", name: "PT_LOAD", occurrence: 2, field: "paddr", to: 0x4000 },
    ]);
  });

  it("shows header fields, overlay and size", () => {
    const entry = Number(readElf(fixture(PIE)).header.entry);
    const size = fixture(PIE).length;
    const moveEntry = (bytes: Uint8Array) => {
      headerView(bytes, readElf(bytes).header).entry += 4;
    };

    expect(edited(PIE, moveEntry)).toEqual([{ at: "header", field: "entry", from: entry, to: entry + 4 }]);
    expect(edited(PIE, (b) => Buffer.concat([b, Buffer.from("payload")]))).toEqual([
      { at: "overlay", from: null, to: 7 },
      { at: "size", from: size, to: size + 7 },
    ]);
  });

  it("takes broken files", () => {
    const loseVersions = (bytes: Uint8Array) => {
      entry(bytes, DT.VERNEED).val = 0x100000;
    };
    expect(edited(LIB, loseVersions)).toEqual([
      { at: "versionNeeds", from: "libc.so.6", to: null },
      { at: "versionNeeds", file: "libc.so.6", from: "GLIBC_2.2.5", to: null },
    ]);
  });

  describe("summaries", () => {
    const all = (name: string, edit: (bytes: Uint8Array) => void) => edited(name, edit, { summaries: true });

    const security = (edit: (bytes: Uint8Array) => void) => all(PIE, edit).filter((change) => change.at === "security");

    it("count relocations by type", () => {
      // Of the first record of .rela.dyn: the type is the low word of r_info.
      const changeType = (bytes: Uint8Array) => {
        const elf = readElf(bytes);
        const rela = elf.offsetOf(elf.dynamic!.get(DT.RELA)!)!;
        viewOf(bytes).setUint32(rela + 8, 1, true);
      };
      expect(all(PIE, changeType)).toEqual([
        { at: "relocations", name: "R_X86_64_RELATIVE", from: 3, to: 2 },
        { at: "relocations", name: "R_X86_64_64", from: null, to: 1 },
      ]);
    });

    it("say what security came or went", () => {
      const bindNow = (bytes: Uint8Array) => {
        entry(bytes, DT.FLAGS_1).val |= 1;
      };
      const allowCode = (bytes: Uint8Array) => {
        phdr(bytes, PT.GNU_STACK).flags |= PF.X;
      };

      expect(security(bindNow)).toEqual([
        { at: "security", name: "relro", from: "partial", to: "full" },
        { at: "security", name: "bindNow", from: false, to: true },
      ]);
      expect(security(allowCode)).toEqual([{ at: "security", name: "executableStack", from: false, to: true }]);
    });

    it("are there unless they are not wanted", () => {
      const before = readElf(fixture(PIE));
      const after = readElf(fixture("aarch64-glibc-pie"));
      const parts = (options?: DiffOptions) => diffElf(before, after, options).map((change) => change.at);

      expect(parts()).toContain("relocations");
      expect(parts({ summaries: false })).not.toContain("relocations");
      expect(parts({ summaries: false })).not.toContain("security");
    });
  });

  describe("notes", () => {
    type Note = readonly [owner: string, type: number, description: Uint8Array];
    const built = (notes: readonly Note[]) => {
      const inSection = notes.map(([owner, type, description]) => ({ section: ".note.x", owner, type, description }));
      return readElf(buildElf({ buildId: null, notes: inSection }));
    };
    const between = (before: readonly Note[], after: readonly Note[]) =>
      diffElf(built(before), built(after)).filter((change) => change.at === "notes");
    const abi = (minor: number) =>
      ["GNU", 1, Uint8Array.of(0, 0, 0, 0, 3, 0, 0, 0, minor, 0, 0, 0, 0, 0, 0, 0)] as const;
    const json = (type: number, value: unknown) => ["FDO", type, encodeText(JSON.stringify(value))] as const;
    const probe = (name: string) =>
      ["stapsdt", 3, concat([new Uint8Array(24), encodeText(`libx\0${name}\0\0`)])] as const;

    it("are compared by what they say", () => {
      expect(between([abi(2)], [abi(7)])).toEqual([
        { at: "notes", name: "NT_GNU_ABI_TAG", from: "Linux 3.2.0", to: "Linux 3.7.0" },
      ]);
      expect(between([], [abi(2)])).toEqual([{ at: "notes", name: "NT_GNU_ABI_TAG", from: null, to: "Linux 3.2.0" }]);

      const version1 = json(0xcafe1a7e, { name: "a", version: "1" });
      const version2 = json(0xcafe1a7e, { name: "a", version: "2", os: "debian" });
      expect(between([version1], [version2])).toEqual([
        { at: "notes", name: "NT_FDO_PACKAGING_METADATA", field: "os", from: null, to: "debian" },
        { at: "notes", name: "NT_FDO_PACKAGING_METADATA", field: "version", from: "1", to: "2" },
      ]);

      expect(between([json(0x407c0c0a, [{ soname: ["liba.so"], feature: "a" }])], [])).toEqual([
        { at: "notes", name: "NT_FDO_DLOPEN_METADATA", field: "liba.so", from: "a", to: null },
      ]);
      expect(between([probe("a"), probe("a"), probe("b")], [probe("a")])).toEqual([
        { at: "notes", name: "NT_STAPSDT", field: "libx:b", from: 1, to: null },
        { at: "notes", name: "NT_STAPSDT", field: "libx:a", from: 2, to: 1 },
      ]);
      expect(between([["me", 7, Uint8Array.of(1)]], [["me", 7, Uint8Array.of(2)]])).toEqual([
        { at: "notes", name: "me 0x7", from: "01", to: "02" },
      ]);
    });

    it("are compared property by property", () => {
      const bits = (n: number) => ["GNU", 5, Uint8Array.of(2, 0, 0, 0xc0, 4, 0, 0, 0, n, 0, 0, 0, 0, 0, 0, 0)] as const;
      expect(between([bits(3)], [bits(1)])).toEqual([
        { at: "notes", name: "GNU_PROPERTY_X86_FEATURE_1_AND", from: "IBT SHSTK", to: "IBT" },
      ]);
    });
  });
});

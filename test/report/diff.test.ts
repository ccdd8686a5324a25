import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { concat, encodeText, viewOf } from "../../src/codec/bytes.js";
import { Dyn, type DynView, Phdr, Shdr, Vernaux } from "../../src/codec/records.js";
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
  return diffElf(readElf(fixture(name)), readElf(edit(bytes) ?? bytes), { summaries: false, ...options });
}

/** The dynamic entry with this tag (or the first spare one). */
function entry(bytes: Uint8Array, tag: number): DynView {
  const elf = readElf(bytes);
  const d = elf.dynamic!;
  const index = tag === DT.NULL ? d.entries.length : d.entries.find((e) => e.tag === tag)!.index;
  return Dyn.view(viewOf(bytes), d.offset + index * Dyn.size(elf.header.class), elf.header);
}

const replaceText = (bytes: Uint8Array, from: string, to: string) => {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(`${from}\0`);
  bytes.set(Buffer.from(to.padEnd(from.length, "\0")), at);
};

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
    const add = (b: Uint8Array) => {
      const value = entry(b, DT.NEEDED).val;
      const e = entry(b, DT.NULL);
      e.tag = DT.NEEDED;
      e.val = value + 3;
    };
    expect(edited(LIB, add)).toEqual([{ at: "dynamic", tag: "DT_NEEDED", from: null, to: "c.so.6" }]);

    const more = fixture(LIB);
    add(more);
    expect(diffElf(readElf(more), readElf(fixture(LIB)))).toEqual([
      { at: "dynamic", tag: "DT_NEEDED", from: "c.so.6", to: null },
    ]);
  });

  it("shows another order of libraries", () => {
    const two = (first: number, second: number) => {
      const b = fixture(LIB);
      const a = entry(b, DT.NEEDED);
      const value = a.val;
      const e = entry(b, DT.NULL);
      e.tag = DT.NEEDED;
      a.val = value + first;
      e.val = value + second;
      return readElf(b);
    };
    expect(diffElf(two(0, 3), two(3, 0))).toEqual([
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
    expect(edited("x86_64-glibc-pie-runpath", (b) => void (entry(b, DT.RUNPATH).tag = DT.RPATH))).toEqual([
      { at: "dynamic", tag: "DT_RUNPATH", from: "/opt/elfwright/fixture/lib", to: null },
      { at: "dynamic", tag: "DT_RPATH", from: null, to: "/opt/elfwright/fixture/lib" },
    ]);
  });

  it("shows flags by name, and tags that came or went", () => {
    expect(edited(PIE, (b) => void (entry(b, DT.FLAGS_1).val |= 1))).toEqual([
      { at: "dynamic", tag: "DT_FLAGS_1", from: "DF_1_PIE", to: "DF_1_NOW DF_1_PIE" },
    ]);
    expect(edited(PIE, (b) => void (entry(b, DT.RELACOUNT).tag = DT.BIND_NOW))).toEqual([
      { at: "dynamic", tag: "DT_RELACOUNT", from: 3, to: null },
      { at: "dynamic", tag: "DT_BIND_NOW", from: null, to: 3 },
    ]);
  });

  it("passes over what follows from other things, unless asked", () => {
    const edit = (b: Uint8Array) => {
      entry(b, DT.STRSZ).val += 1;
      entry(b, DT.FINI).val += 4;
      entry(b, DT.RELACOUNT).val -= 1;
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
    expect(
      edited(
        LIB,
        (b) => void (Vernaux.view(viewOf(b), readElf(b).versionNeeds[0]!.versions[0]!.at, readElf(b).header).flags = 2),
      ),
    ).toEqual([{ at: "versionNeeds", file: "libc.so.6", name: "GLIBC_2.2.5", field: "weak", from: false, to: true }]);
  });

  it("shows a defined version that was renamed", () => {
    expect(edited(LIB, (b) => replaceText(b, "ELFWRIGHT_2.0", "ELFWRIGHT_3"))).toEqual([
      { at: "versionDefinitions", from: "ELFWRIGHT_2.0", to: "ELFWRIGHT_3" },
      // The symbol that GNU ld makes for a version has its name, from the same string.
      { at: "dynamicSymbols", from: "ELFWRIGHT_2.0", to: "ELFWRIGHT_3" },
    ]);
  });

  it("shows sections that came, went or have another type", () => {
    const section = (b: Uint8Array, name: string) => {
      const elf = readElf(b);
      return Shdr.view(
        viewOf(b),
        elf.header.shoff + elf.sections.find((s) => s.name === name)!.index * Shdr.size(64),
        elf.header,
      );
    };
    expect(edited(PIE, (b) => replaceText(b, ".comment", ".remark"))).toEqual([
      { at: "sections", name: ".comment", from: "SHT_PROGBITS", to: null },
      { at: "sections", name: ".remark", from: null, to: "SHT_PROGBITS" },
    ]);
    expect(edited(PIE, (b) => void (section(b, ".comment").type = SHT.NOTE))).toEqual([
      { at: "sections", name: ".comment", from: "SHT_PROGBITS", to: "SHT_NOTE" },
    ]);

    const { count } = readElf(fixture(PIE)).symbols!;
    expect(edited(PIE, (b) => void (section(b, ".symtab").size -= 48))).toEqual([
      { at: "symbols", from: count, to: count - 2 },
    ]);
    expect(edited(PIE, (b) => void (section(b, ".comment").addralign = 8), { layout: true })).toEqual([
      { at: "sections", name: ".comment", field: "addralign", from: 1, to: 8 },
    ]);
  });

  it("shows an executable stack and p_align, which edits set; other fields of program headers only as layout", () => {
    const phdr = (b: Uint8Array, type: number, nth = 0) => {
      const elf = readElf(b);
      const at = elf.segments.flatMap((s, i) => (s.type === type ? [i] : []))[nth]!;
      return Phdr.view(viewOf(b), elf.header.phoff + at * Phdr.size(64), elf.header);
    };
    expect(edited(PIE, (b) => void (phdr(b, PT.GNU_STACK).flags |= PF.X))).toEqual([
      { at: "segments", name: "PT_GNU_STACK", field: "flags", from: "RW ", to: "RWE" },
    ]);
    expect(edited(PIE, (b) => void (phdr(b, PT.GNU_STACK).type = PT.NULL))).toEqual([
      { at: "segments", name: "PT_GNU_STACK", from: "RW ", to: null },
    ]);

    for (const layout of [false, true]) {
      expect(edited(PIE, (b) => void (phdr(b, PT.LOAD, 2).align = 0x4000), { layout })).toEqual([
        { at: "segments", name: "PT_LOAD", occurrence: 2, field: "align", from: 0x1000, to: 0x4000 },
      ]);
    }

    expect(edited(PIE, (b) => void (phdr(b, PT.LOAD, 2).paddr = 0x4000))).toEqual([]);
    expect(edited(PIE, (b) => void (phdr(b, PT.LOAD, 2).paddr = 0x4000), { layout: true })).toMatchObject([
      { at: "segments", name: "PT_LOAD", occurrence: 2, field: "paddr", to: 0x4000 },
    ]);
  });

  it("shows header fields, overlay and size", () => {
    const entry = Number(readElf(fixture(PIE)).header.entry);
    const size = fixture(PIE).length;
    expect(edited(PIE, (b) => void (headerView(b, readElf(b).header).entry += 4))).toEqual([
      { at: "header", field: "entry", from: entry, to: entry + 4 },
    ]);
    expect(edited(PIE, (b) => Buffer.concat([b, Buffer.from("payload")]))).toEqual([
      { at: "overlay", from: null, to: 7 },
      { at: "size", from: size, to: size + 7 },
    ]);
  });

  it("takes broken files", () => {
    expect(edited(LIB, (b) => void (entry(b, DT.VERNEED).val = 0x100000))).toEqual([
      { at: "versionNeeds", from: "libc.so.6", to: null },
      { at: "versionNeeds", file: "libc.so.6", from: "GLIBC_2.2.5", to: null },
    ]);
  });

  describe("summaries", () => {
    const all = (name: string, edit: (bytes: Uint8Array) => void) => edited(name, edit, { summaries: true });

    it("count relocations by type", () => {
      // The first record of .rela.dyn: its type is the low word of r_info.
      const rela = (b: Uint8Array) => {
        const elf = readElf(b);
        return elf.offsetOf(elf.dynamic!.get(DT.RELA)!)!;
      };
      expect(all(PIE, (b) => void viewOf(b).setUint32(rela(b) + 8, 1, true))).toEqual([
        { at: "relocations", name: "R_X86_64_RELATIVE", from: 3, to: 2 },
        { at: "relocations", name: "R_X86_64_64", from: null, to: 1 },
      ]);
    });

    it("say what security came or went", () => {
      expect(all(PIE, (b) => void (entry(b, DT.FLAGS_1).val |= 1)).filter((c) => c.at === "security")).toEqual([
        { at: "security", name: "relro", from: "partial", to: "full" },
        { at: "security", name: "bindNow", from: false, to: true },
      ]);

      const stack = (b: Uint8Array) => {
        const elf = readElf(b);
        const at = elf.segments.findIndex((s) => s.type === PT.GNU_STACK);
        Phdr.view(viewOf(b), elf.header.phoff + at * Phdr.size(64), elf.header).flags |= PF.X;
      };
      expect(all(PIE, stack).filter((c) => c.at === "security")).toEqual([
        { at: "security", name: "executableStack", from: false, to: true },
      ]);
    });

    it("are there unless they are not wanted", () => {
      const [a, b] = [readElf(fixture(PIE)), readElf(fixture("aarch64-glibc-pie"))];
      const parts = (c: readonly { at: string }[]) => new Set(c.map((c) => c.at));
      expect(parts(diffElf(a, b))).toContain("relocations");
      expect(parts(diffElf(a, b, { summaries: false }))).not.toContain("relocations");
      expect(parts(diffElf(a, b, { summaries: false }))).not.toContain("security");
    });
  });

  describe("notes", () => {
    const built = (...notes: readonly (readonly [owner: string, type: number, description: Uint8Array])[]) =>
      readElf(
        buildElf({
          buildId: null,
          notes: notes.map(([owner, type, description]) => ({ section: ".note.x", owner, type, description })),
        }),
      );
    const between = (a: ReturnType<typeof built>, b: ReturnType<typeof built>) =>
      diffElf(a, b).filter((c) => c.at === "notes");
    const abi = (minor: number) =>
      ["GNU", 1, Uint8Array.of(0, 0, 0, 0, 3, 0, 0, 0, minor, 0, 0, 0, 0, 0, 0, 0)] as const;
    const json = (type: number, value: unknown) => ["FDO", type, encodeText(JSON.stringify(value))] as const;
    const probe = (name: string) =>
      ["stapsdt", 3, concat([new Uint8Array(24), encodeText(`libx\0${name}\0\0`)])] as const;

    it("say what they say differently", () => {
      expect(between(built(abi(2)), built(abi(7)))).toEqual([
        { at: "notes", name: "NT_GNU_ABI_TAG", from: "Linux 3.2.0", to: "Linux 3.7.0" },
      ]);
      expect(between(built(), built(abi(2)))).toEqual([
        { at: "notes", name: "NT_GNU_ABI_TAG", from: null, to: "Linux 3.2.0" },
      ]);
      expect(
        between(
          built(json(0xcafe1a7e, { name: "a", version: "1" })),
          built(json(0xcafe1a7e, { name: "a", version: "2", os: "debian" })),
        ),
      ).toEqual([
        { at: "notes", name: "NT_FDO_PACKAGING_METADATA", field: "os", from: null, to: "debian" },
        { at: "notes", name: "NT_FDO_PACKAGING_METADATA", field: "version", from: "1", to: "2" },
      ]);
      expect(between(built(json(0x407c0c0a, [{ soname: ["liba.so"], feature: "a" }])), built())).toEqual([
        { at: "notes", name: "NT_FDO_DLOPEN_METADATA", field: "liba.so", from: "a", to: null },
      ]);
      expect(between(built(probe("a"), probe("a"), probe("b")), built(probe("a")))).toEqual([
        { at: "notes", name: "NT_STAPSDT", field: "libx:b", from: 1, to: null },
        { at: "notes", name: "NT_STAPSDT", field: "libx:a", from: 2, to: 1 },
      ]);
      expect(between(built(["me", 7, Uint8Array.of(1)]), built(["me", 7, Uint8Array.of(2)]))).toEqual([
        { at: "notes", name: "me 0x7", from: "01", to: "02" },
      ]);
    });

    it("properties are told one by one", () => {
      const bits = (n: number) => ["GNU", 5, Uint8Array.of(2, 0, 0, 0xc0, 4, 0, 0, 0, n, 0, 0, 0, 0, 0, 0, 0)] as const;
      expect(between(built(bits(3)), built(bits(1)))).toEqual([
        { at: "notes", name: "GNU_PROPERTY_X86_FEATURE_1_AND", from: "IBT SHSTK", to: "IBT" },
      ]);
    });
  });
});

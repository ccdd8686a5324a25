import { describe, expect, it } from "vitest";
import { embeddedElfs } from "../../../src/diagnose/rules/embedded.js";
import { bytesSource } from "../../../src/codec/source.js";
import { concat } from "../../../src/codec/bytes.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { ENCODINGS } from "../../support/elf.js";
import { findings, said } from "../../support/findings.js";

const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const plain = buildElf();

it("what follows the end, and what it is where that can be told", () => {
  const of = (overlay: Uint8Array) => said(buildElf({ overlay }), "overlay")?.replace(/^.*: /, "");

  expect(said(buildElf({ overlay: latin1("hsqs....") }), "overlay")).toBe(
    `note: 8 bytes follow the end of the ELF file at 0x${plain.length.toString(16)}: a squashfs file system`,
  );

  for (const [text, what] of [
    ["PK\x03\x04", "a zip archive"],
    ["\x1f\x8b\x08.", "gzip data"],
    ["code\n---- Bun! ----\n", "an application for bun"],
    ["d3n0l4nd........", "an application for deno"],
    ["mystery", "nothing tells what they are"],
  ] as const) {
    expect([text, of(latin1(text))]).toEqual([text, what]);
  }

  const image = buildElf({ overlay: latin1("hsqs....") });
  image.set(latin1("AI\x02"), 8);
  expect(said(image, "overlay")).toContain(": an AppImage, a squashfs file system");
  expect(said(plain, "overlay")).toBe(null);
});

it("an application in a note", () => {
  const notes = [{ section: ".note.sea", owner: "NODE_SEA_BLOB", type: 0, description: new Uint8Array(100) }];
  expect(said(buildElf({ notes }), "single-executable")).toContain("note: it holds a Node.js application of 100 bytes");
  expect(said(plain, "single-executable")).toBe(null);
});

it("a packer", () => {
  const packed = {
    packer: "upx",
    evidence: [{ about: "packer", kind: "string", says: "upx", text: "UPX!", offset: 0xec }],
  } as const;

  expect(said(plain, "packed", packed)).toBe(
    "warning: it is packed with upx (its mark is at 0xec): C library, needs and hardening of the program " +
      "inside are not to be seen",
  );
  expect(said(plain, "packed")).toBe(null);

  const rules = findings(buildElf({ type: 2, relro: false }), packed).map((finding) => finding.rule);
  expect(rules.filter((rule) => /^(relro|no-)/.test(rule))).toEqual([]);
});

describe("ELF files inside", () => {
  const offsetsIn = (bytes: Uint8Array, limit: number) =>
    [...embeddedElfs(bytesSource(bytes), 0, bytes.length, limit)].map((found) => found.offset);

  it("are found behind the end always, elsewhere when asked for", () => {
    const inner = buildElf({ soname: "inner.so" });
    const outer = buildElf({ overlay: concat([latin1("junk"), inner]) });
    expect(said(outer, "embedded-elf")).toBe(
      `note: ELF files are inside of it: EM_X86_64 ET_DYN at 0x${(plain.length + 4).toString(16)}`,
    );

    const hidden = buildElf({ notes: [{ section: ".note.blob", owner: "x", type: 1, description: inner }] });
    expect(said(hidden, "embedded-elf")).toBe(null);
    expect(said(hidden, "embedded-elf", { scan: true })).toContain("EM_X86_64 ET_DYN at 0x");
    expect(said(plain, "embedded-elf", { scan: true })).toBe(null);
  });

  it("are found of each class and byte order, across pieces, and not where the header contradicts itself", () => {
    for (const e of ENCODINGS) {
      const inner = buildElf({ ...e, soname: "inner.so" });
      // Pieces are read 1 MiB at a time: the magic lies across two.
      const at = (1 << 20) - 2;
      const bytes = new Uint8Array(at + inner.length + 10);
      bytes.set(inner, at);

      expect(offsetsIn(bytes, 9)).toEqual([at]);
      for (const [place, value] of [
        [4, 3],
        [5, 0],
        [6, 2],
        [20, 9],
        [21, 9],
      ] as const) {
        const broken = bytes.slice();
        broken[at + place] = value;
        expect([e.label, place, offsetsIn(broken, 9)]).toEqual([e.label, place, []]);
      }
    }
  });

  it("are named up to a limit", () => {
    const one = buildElf({ soname: "x", dynamic: false });
    const many = concat(Array.from({ length: 50 }, () => one));
    expect(offsetsIn(many, 20).length).toBe(20);
    expect(said(buildElf({ overlay: many }), "embedded-elf")).toMatch(/and 12 more$/);
  });
});

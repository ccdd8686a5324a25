import { describe, expect, it } from "vitest";
import { embeddedElfs } from "../../../src/diagnose/rules/embedded.js";
import { bytesSource } from "../../../src/codec/source.js";
import { concat } from "../../../src/codec/bytes.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { ENCODINGS } from "../../support/elf.js";
import { findings, said } from "../../support/findings.js";

const text = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const plain = buildElf();

it("what follows the end, as far as it tells what it is", () => {
  const of = (overlay: Uint8Array) => said(buildElf({ overlay }), "overlay")?.replace(/^.*: /, "");
  expect(said(buildElf({ overlay: text("hsqs....") }), "overlay")).toBe(
    `note: 8 bytes follow the end of the ELF file at 0x${plain.length.toString(16)}: a squashfs file system`,
  );

  for (const [bytes, what] of [
    ["PK\x03\x04", "a zip archive"],
    ["\x1f\x8b\x08.", "gzip data"],
    ["code\n---- Bun! ----\n", "an application for bun"],
    ["d3n0l4nd........", "an application for deno"],
    ["mystery", "nothing tells what they are"],
  ] as const) {
    expect([bytes, of(text(bytes))]).toEqual([bytes, what]);
  }

  const image = buildElf({ overlay: text("hsqs....") });
  image.set(text("AI\x02"), 8);
  expect(said(image, "overlay")).toContain(": an AppImage, a squashfs file system");
  expect(said(plain, "overlay")).toBe(null);
});

it("an application in a note", () => {
  const b = buildElf({
    notes: [{ section: ".note.sea", owner: "NODE_SEA_BLOB", type: 0, description: new Uint8Array(100) }],
  });
  expect(said(b, "single-executable")).toContain("note: it holds a Node.js application of 100 bytes");
  expect(said(plain, "single-executable")).toBe(null);
});

it("a packer", () => {
  const packed = {
    packer: "upx",
    evidence: [{ about: "packer", kind: "string", says: "upx", text: "UPX!", offset: 0xec }],
  } as const;
  expect(said(plain, "packed", packed)).toBe(
    "warning: it is packed with upx (its mark is at 0xec): C library, needs and hardening of the program inside are not to be seen",
  );
  expect(
    findings(buildElf({ type: 2, relro: false }), packed)
      .map((f) => f.rule)
      .filter((r) => /^(relro|no-)/.test(r)),
  ).toEqual([]);
  expect(said(plain, "packed")).toBe(null);
});

describe("ELF files inside", () => {
  it("behind the end by itself, elsewhere when asked", () => {
    const inner = buildElf({ soname: "inner.so" });
    const outer = buildElf({ overlay: concat([text("junk"), inner]) });
    expect(said(outer, "embedded-elf")).toBe(
      `note: ELF files are inside of it: EM_X86_64 ET_DYN at 0x${(plain.length + 4).toString(16)}`,
    );
    const hidden = buildElf({ notes: [{ section: ".note.blob", owner: "x", type: 1, description: inner }] });
    expect(said(hidden, "embedded-elf")).toBe(null);
    expect(said(hidden, "embedded-elf", { scan: true })).toContain("EM_X86_64 ET_DYN at 0x");
    expect(said(plain, "embedded-elf", { scan: true })).toBe(null);
  });

  it("each class and byte order; headers that contradict themselves are none; a magic across two pieces", () => {
    for (const e of ENCODINGS) {
      const inner = buildElf({ ...e, soname: "inner.so" });
      const at = (1 << 20) - 2;
      const b = new Uint8Array(at + inner.length + 10);
      b.set(inner, at);

      expect([...embeddedElfs(bytesSource(b), 0, b.length, 9)].map((x) => x.offset)).toEqual([at]);
      for (const [place, value] of [
        [4, 3],
        [5, 0],
        [6, 2],
        [20, 9],
        [21, 9],
      ] as const) {
        const broken = b.slice();
        broken[at + place] = value;
        expect([e.label, place, [...embeddedElfs(bytesSource(broken), 0, b.length, 9)]]).toEqual([e.label, place, []]);
      }
    }
  });

  it("many of them are cut", () => {
    const one = buildElf({ soname: "x", dynamic: false });
    const many = concat(Array.from({ length: 50 }, () => one));
    expect([...embeddedElfs(bytesSource(many), 0, many.length, 20)].length).toBe(20);
    expect(said(buildElf({ overlay: many }), "embedded-elf")).toMatch(/and 12 more$/);
  });
});

import { describe, expect, it } from "vitest";
import { concat, encodeText, viewOf } from "../../src/codec/bytes.js";
import { diagnose } from "../../src/diagnose/diagnose.js";
import { goBuildInfo } from "../../src/diagnose/detect/go-build-info.js";
import { ET, PT, readElf } from "../../src/index.js";
import { type BuildOptions, buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS, phdr } from "../support/elf.js";

const latin1 = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));
const MARK = latin1("0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6");
const END = latin1("\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2");
const MODULE =
  'path\texample.org/tool\nmod\texample.org/tool\tv1.2.3\th1:abc=\ndep\texample.org/dep\tv0.1.0\th1:def=\nbuild\tCGO_ENABLED=1\nbuild\t-ldflags="-s -w \\"x\\""\nbuild\tGOARCH=s390x\nbuild\t`a b`=c\n';
const SETTINGS = { CGO_ENABLED: "1", "-ldflags": '-s -w "x"', GOARCH: "s390x", "a b": "c" };

const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)]);
const text = (b: Uint8Array): Uint8Array => concat([Uint8Array.from(varint(b.length)), b]);
const marked = concat([MARK, encodeText(MODULE), END]);

type Encoding = (typeof ENCODINGS)[number];
const START = 2048;

/**
 * A static program with bytes among its constants, which are also writable where asked for. Offsets of the file are
 * addresses above the base.
 */
function holding(
  make: (at: number, base: number) => Uint8Array,
  e: Encoding,
  options: BuildOptions & { writable?: boolean } = {},
): Uint8Array {
  const { writable = true, ...rest } = options;
  const bytes = buildElf({
    class: e.class,
    littleEndian: e.littleEndian,
    type: ET.EXEC,
    dynamic: false,
    slack: 8192,
    comment: null,
    sections: false,
    ...rest,
  });
  const load = phdr(bytes, PT.LOAD);
  bytes.set(make(START, load.vaddr - load.offset), START);
  load.filesz = load.memsz = START + 4096;
  if (writable) load.flags |= 2;

  return bytes;
}

const inline = (): Uint8Array =>
  concat([
    latin1("\xff Go buildinf:"),
    Uint8Array.from([8, 2]),
    new Uint8Array(16),
    text(encodeText("go1.22.1")),
    text(marked),
  ]);

/** As before Go 1.18: two pointers to strings, each an address and a length. */
const pointed =
  (e: Encoding) =>
  (at: number, base: number): Uint8Array => {
    const size = e.class / 8;
    const b = new Uint8Array(256 + marked.length);
    const v = viewOf(b);
    const word = (offset: number, value: number) =>
      size === 8 ? v.setBigUint64(offset, BigInt(value), e.littleEndian) : v.setUint32(offset, value, e.littleEndian);
    b.set(concat([latin1("\xff Go buildinf:"), Uint8Array.from([size, e.littleEndian ? 0 : 1])]));
    [
      [16, 64],
      [16 + size, 96],
    ].forEach(([pointer, string]) => word(pointer!, base + at + string!));
    [
      [64, 128, 8],
      [96, 160, marked.length],
    ].forEach(([string, bytes, length]) => {
      word(string!, base + at + bytes!);
      word(string! + size, length!);
    });
    b.set(encodeText("go1.16.2"), 128);
    b.set(marked, 160);

    return b;
  };

describe("Go's build information", () => {
  const info = {
    offset: START,
    path: "example.org/tool",
    module: { path: "example.org/tool", version: "v1.2.3" },
    settings: SETTINGS,
  };
  it.each(ENCODINGS)("with its strings inside, $label", (e) =>
    expect(goBuildInfo(readElf(holding(inline, e)))).toEqual({ ...info, version: "go1.22.1" }),
  );
  it.each(ENCODINGS)("with pointers, $label", (e) =>
    expect(goBuildInfo(readElf(holding(pointed(e), e)))).toEqual({ ...info, version: "go1.16.2" }),
  );

  it("is found without section headers, and makes it a Go program with its evidence", () => {
    const d = diagnose(readElf(holding(inline, ENCODINGS[0]!, { writable: false })));
    expect([
      d.language,
      d.go?.version,
      d.go?.settings,
      d.evidence.find((x) => x.kind === "go-build-info")?.offset,
    ]).toEqual(["go", "go1.22.1", SETTINGS, START]);
  });

  it("with CGO_ENABLED=1 and start code that nobody knows: no more than likely to be Go alone, and not where a C library's texts are", () => {
    const e = ENCODINGS[0]!;
    const withLibc = () => concat([inline(), encodeText("glibc.malloc.check\0GLIBC_TUNABLES\0")]);
    const said = (make: () => Uint8Array) => {
      const d = diagnose(readElf(holding(make, e, { writable: false })));
      return [d.libc, d.libcConfidence, d.go?.cgo, d.go?.usesLibc];
    };

    expect([said(inline), said(withLibc)]).toEqual([
      ["none", "likely", "pure", false],
      ["glibc", "likely", "external", true],
    ]);
  });

  it("the magic alone, as in a program that looks for it, is none", () => {
    const constant = () => latin1("\xff Go buildinf:\0\0 not a version, and no record, either");
    const bytes = holding(constant, ENCODINGS[0]!, { writable: false });
    expect([goBuildInfo(readElf(bytes)), diagnose(readElf(bytes)).language, diagnose(readElf(bytes)).go]).toEqual([
      null,
      "unknown",
      null,
    ]);
  });

  it("lengths and pointers that lead out of the file are none", () => {
    const long = () =>
      concat([
        latin1("\xff Go buildinf:"),
        Uint8Array.from([8, 2]),
        new Uint8Array(16),
        Uint8Array.from([255, 255, 255, 255, 15]),
      ]);
    expect(goBuildInfo(readElf(holding(long, ENCODINGS[0]!)))).toBeNull();

    const away = (at: number) => pointed(ENCODINGS[0]!)(at, 1 << 30);
    expect(goBuildInfo(readElf(holding(away, ENCODINGS[0]!)))).toBeNull();
  });

  it("a key like __proto__ is a setting as any other", () => {
    const odd = () =>
      concat([
        latin1("\xff Go buildinf:"),
        Uint8Array.from([8, 2]),
        new Uint8Array(16),
        text(encodeText("go1.22.1")),
        text(concat([MARK, encodeText("path\tx\nbuild\t__proto__=1\n"), END])),
      ]);
    expect(Object.entries(goBuildInfo(readElf(holding(odd, ENCODINGS[0]!)))!.settings)).toEqual([["__proto__", "1"]]);
  });
});

describe("Go without build information", () => {
  const table = (e: Encoding, magic: number) => () => {
    const b = new Uint8Array(64);
    const v = viewOf(b);
    v.setUint32(0, magic, e.littleEndian);
    b.set([1, e.class / 8], 6);
    if (e.class === 64) v.setBigUint64(8, 700n, e.littleEndian);
    else v.setUint32(8, 700, e.littleEndian);
    return b;
  };
  for (const magic of [0xfffffffb, 0xfffffffa, 0xfffffff0, 0xfffffff1]) {
    it.each(ENCODINGS)(`is told by its table of functions 0x${magic.toString(16)}, $label`, (e) => {
      const d = diagnose(readElf(holding(table(e, magic), e, { writable: false })));
      expect([d.language, d.go?.version, d.evidence.some((x) => x.kind === "go-table" && x.offset === START)]).toEqual([
        "go",
        null,
        true,
      ]);
    });
  }

  it("is told by its build ID, which says nothing of cgo where the start code is not known", () => {
    const bytes = buildElf({
      type: ET.EXEC,
      dynamic: false,
      notes: [{ section: ".note.go.buildid", owner: "Go", type: 4, description: encodeText("abc/def") }],
      comment: null,
      class: 64,
      machine: 2,
    });
    expect(diagnose(readElf(bytes)).go).toEqual({
      version: null,
      path: null,
      module: null,
      settings: {},
      buildId: "abc/def",
      cgo: "unknown",
      usesLibc: false,
    });
  });
});

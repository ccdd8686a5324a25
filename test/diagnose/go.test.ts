import { describe, expect, it } from "vitest";
import { concat, encodeText, viewOf } from "../../src/codec/bytes.js";
import { diagnose } from "../../src/diagnose/diagnose.js";
import { goBuildInfo } from "../../src/diagnose/detect/go-build-info.js";
import { ET, PT, readElf } from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS, phdr } from "../support/elf.js";

const latin1 = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));
const MARK = latin1("0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6");
const END = latin1("\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2");
const MODULE =
  "path\texample.org/tool\n" + //
  "mod\texample.org/tool\tv1.2.3\th1:abc=\n" +
  "dep\texample.org/dep\tv0.1.0\th1:def=\n" +
  "build\tCGO_ENABLED=1\n" +
  'build\t-ldflags="-s -w \\"x\\""\n' +
  "build\tGOARCH=s390x\n" +
  "build\t`a b`=c\n";
const SETTINGS = { CGO_ENABLED: "1", "-ldflags": '-s -w "x"', GOARCH: "s390x", "a b": "c" };

const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)]);

/** A string as Go writes it: its length, then its bytes. */
const goString = (bytes: Uint8Array): Uint8Array => concat([Uint8Array.from(varint(bytes.length)), bytes]);
const markedModule = (module: string): Uint8Array => concat([MARK, encodeText(module), END]);

type Encoding = (typeof ENCODINGS)[number];
const START = 2048;

/** A static program that holds bytes in its one segment. Offsets of the file are addresses above the base. */
function holding(
  make: (at: number, base: number) => Uint8Array,
  e: Encoding,
  options: BuildOptions & { writable?: boolean } = {},
): Uint8Array {
  const { writable = true, ...rest } = options;
  const bytes = buildElf({
    class: e.class,
    byteOrder: e.littleEndian ? "little" : "big",
    type: ET.EXEC,
    dynamic: false,
    slack: 8192,
    comment: null,
    sectionHeaders: false,
    ...rest,
  });
  const load = phdr(bytes, PT.LOAD);
  bytes.set(make(START, load.vaddr - load.offset), START);
  load.filesz = load.memsz = START + 4096;
  if (writable) load.flags |= 2;

  return bytes;
}

const MAGIC = latin1("\xff Go buildinf:");

/** As since Go 1.18: the strings follow the header. */
const inlineInfo = (module: string): Uint8Array =>
  concat([
    MAGIC,
    Uint8Array.from([8, 2]),
    new Uint8Array(16),
    goString(encodeText("go1.22.1")),
    goString(markedModule(module)),
  ]);
const inline = (): Uint8Array => inlineInfo(MODULE);

/** As before Go 1.18: the header has two pointers to strings, each an address and a length. */
const pointed =
  (e: Encoding) =>
  (at: number, base: number): Uint8Array => {
    const module = markedModule(MODULE);
    const size = e.class / 8;
    const info = new Uint8Array(256 + module.length);
    const view = viewOf(info);
    const putWord = (offset: number, value: number) => {
      if (size === 8) view.setBigUint64(offset, BigInt(value), e.littleEndian);
      else view.setUint32(offset, value, e.littleEndian);
    };
    const putString = (string: number, offset: number, bytes: Uint8Array) => {
      putWord(string, base + at + offset);
      putWord(string + size, bytes.length);
      info.set(bytes, offset);
    };

    info.set(concat([MAGIC, Uint8Array.from([size, e.littleEndian ? 0 : 1])]));
    putWord(16, base + at + 64);
    putWord(16 + size, base + at + 96);
    putString(64, 128, encodeText("go1.16.2"));
    putString(96, 160, module);

    return info;
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
    const { language, go, evidence } = diagnose(readElf(holding(inline, ENCODINGS[0]!, { writable: false })));
    const clue = evidence.find(({ kind }) => kind === "go-build-info");

    expect(language).toBe("go");
    expect([go?.version, go?.settings]).toEqual(["go1.22.1", SETTINGS]);
    expect(clue?.offset).toBe(START);
  });

  it(
    "with CGO_ENABLED=1 and unknown start code is only likely to be Go alone, " +
      "and is not where a C library's texts are",
    () => {
      const withLibc = () => concat([inline(), encodeText("glibc.malloc.check\0GLIBC_TUNABLES\0")]);
      const said = (make: () => Uint8Array) => {
        const bytes = holding(make, ENCODINGS[0]!, { writable: false });
        const { libc, libcConfidence, go } = diagnose(readElf(bytes));
        return [libc, libcConfidence, go?.cgo, go?.usesLibc];
      };

      expect(said(inline)).toEqual(["none", "likely", "pure", false]);
      expect(said(withLibc)).toEqual(["glibc", "likely", "external", true]);
    },
  );

  it("the magic alone, as in a program that looks for it, is none", () => {
    const constant = () => latin1("\xff Go buildinf:\0\0 not a version, and no record, either");
    const elf = readElf(holding(constant, ENCODINGS[0]!, { writable: false }));
    const { language, go } = diagnose(elf);
    expect([goBuildInfo(elf), language, go]).toEqual([null, "unknown", null]);
  });

  it("lengths and pointers that lead out of the file are none", () => {
    const hugeLength = Uint8Array.from([255, 255, 255, 255, 15]);
    const long = () => concat([MAGIC, Uint8Array.from([8, 2]), new Uint8Array(16), hugeLength]);
    const away = (at: number) => pointed(ENCODINGS[0]!)(at, 1 << 30);

    expect(goBuildInfo(readElf(holding(long, ENCODINGS[0]!)))).toBeNull();
    expect(goBuildInfo(readElf(holding(away, ENCODINGS[0]!)))).toBeNull();
  });

  it("a key like __proto__ is a setting like any other", () => {
    const odd = () => inlineInfo("path\tx\nbuild\t__proto__=1\n");
    const { settings } = goBuildInfo(readElf(holding(odd, ENCODINGS[0]!)))!;
    expect(Object.entries(settings)).toEqual([["__proto__", "1"]]);
  });
});

describe("Go without build information", () => {
  /** The head of a table of functions: magic, 1 byte per instruction, the size of a pointer, 700 functions. */
  const table = (e: Encoding, magic: number) => () => {
    const bytes = new Uint8Array(64);
    const view = viewOf(bytes);
    view.setUint32(0, magic, e.littleEndian);
    bytes.set([1, e.class / 8], 6);
    if (e.class === 64) view.setBigUint64(8, 700n, e.littleEndian);
    else view.setUint32(8, 700, e.littleEndian);
    return bytes;
  };

  for (const magic of [0xfffffffb, 0xfffffffa, 0xfffffff0, 0xfffffff1]) {
    it.each(ENCODINGS)(`is told by its table of functions 0x${magic.toString(16)}, $label`, (e) => {
      const elf = readElf(holding(table(e, magic), e, { writable: false }));
      const { language, go, evidence } = diagnose(elf);
      expect([language, go?.version]).toEqual(["go", null]);
      expect(evidence.some(({ kind, offset }) => kind === "go-table" && offset === START)).toBe(true);
    });
  }

  it("is told by its build ID, which says nothing of cgo where the start code is unknown", () => {
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

it.each(ENCODINGS)("reads the build ID, whose owner has two NULs ($label)", ({ label: _, ...e }) => {
  const note = { section: ".note.go.buildid", owner: "Go\0", type: 4, description: encodeText("AbCd/EfGh") };
  const { go, language, evidence } = diagnose(readElf(buildElf({ ...e, notes: [note] })));
  expect([go?.buildId, language]).toEqual(["AbCd/EfGh", "go"]);
  expect(evidence.map((found) => found.kind)).toContain("go-build-id");
});

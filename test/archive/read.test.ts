import { describe, expect, it } from "vitest";
import { isArchive, readArchive } from "../../src/archive/read.js";
import { encodeIndex, readIndex } from "../../src/archive/symbol-index.js";
import { concat, decodeText, encodeText } from "../../src/codec/bytes.js";
import { bytesSource } from "../../src/codec/source.js";
import { arHeader, testArchive, type TestArchive, type TestMember } from "../support/archives.js";
import { caught, counting } from "../support/elf.js";

const LONG = "a member whose name takes more than sixteen bytes.o";
const MEMBERS: readonly TestMember[] = [
  { name: "one.o", bytes: Uint8Array.of(1, 2, 3), symbols: ["f", "g"] },
  { name: LONG, bytes: Uint8Array.from({ length: 50 }, (_, i) => i), symbols: ["h"] },
  { name: "empty", bytes: new Uint8Array(0) },
  { name: "one.o", bytes: Uint8Array.of(9), symbols: ["f"] },
];
const FORMATS: readonly TestArchive[] = [
  { format: "sysv" },
  { format: "sysv64" },
  { format: "bsd" },
  { format: "bsd", sorted: true },
  { format: "bsd", littleEndian: false },
  { format: "bsd64" },
  { format: "bsd64", sorted: true, littleEndian: false },
];

describe.each(FORMATS)("an archive of the kind %o", (options) => {
  const bytes = testArchive(MEMBERS, options);
  const archive = readArchive(bytesSource(bytes));

  it("gives its members in order, with their names and contents", () => {
    const found = archive.members.filter((m) => m.kind === "file");
    expect(found.map((m) => [m.name, m.size])).toEqual(MEMBERS.map((m) => [m.name, m.bytes.length]));
    expect(found.map((m) => [...m.content.read(0, m.size)])).toEqual(MEMBERS.map((m) => [...m.bytes]));
    expect([isArchive(bytesSource(bytes)), archive.members.at(-1)!.end]).toEqual([true, bytes.length]);
  });

  it("has a symbol index, which is written as it was read", () => {
    const index = readIndex(archive)!;
    const at = new Map(archive.members.map((m) => [m.offset, m.name]));
    const wanted = [
      ["f", "one.o"],
      ["g", "one.o"],
      ["h", LONG],
      ["f", "one.o"],
    ];

    expect([archive.index, index.entries.map((e) => [decodeText(e.name), at.get(e.member)])]).toEqual([
      options.format,
      options.sorted ? wanted.sort() : wanted,
    ]);

    const { content, size } = archive.members[0]!;
    expect(encodeIndex(index)).toEqual(content.read(0, size));
  });
});

describe("an archive", () => {
  it("without index, without members, and of one member that lacks its padding", () => {
    expect(readIndex(readArchive(bytesSource(testArchive(MEMBERS, { index: false }))))).toBeUndefined();
    expect(readArchive(bytesSource(encodeText("!<arch>\n"))).members).toEqual([]);
    const all = testArchive([{ name: "x", bytes: Uint8Array.of(1) }], { index: false });
    const [x] = readArchive(bytesSource(all.subarray(0, -1))).members;
    expect([x!.name, x!.size, x!.end]).toEqual(["x", 1, all.length - 1]);
  });

  it("may have an index of no symbols", () => {
    const none = MEMBERS.map(({ name, bytes }) => ({ name, bytes }));
    for (const options of FORMATS) {
      expect(readIndex(readArchive(bytesSource(testArchive(none, options))))).toMatchObject({
        format: options.format,
        entries: [],
      });
    }
    const empty = concat([encodeText("!<arch>\n"), arHeader("/", 0)]);
    expect(readIndex(readArchive(bytesSource(empty)))!.entries).toEqual([]);
  });

  it("takes names of other tools as they stand", () => {
    const of = (...names: string[]) => {
      const bytes = concat([encodeText("!<arch>\n"), ...names.map((n) => arHeader(n, 0))]);
      return readArchive(bytesSource(bytes)).members.map((m) => [m.kind, m.name]);
    };
    expect(of("plain.o", "two words.o/", "/", "/<ECSYMBOLS>/", "__.SYMDEF")).toEqual([
      ["file", "plain.o"],
      ["file", "two words.o"],
      ["table", "/"],
      ["table", "/<ECSYMBOLS>/"],
      ["table", "__.SYMDEF"],
    ]);
  });

  it("is read header by header, never whole", () => {
    const member = (i: number) => ({ name: `${i}.o`, bytes: new Uint8Array(100_000), symbols: [`s${i}`] });
    const large = testArchive(Array.from({ length: 20 }, (_, i) => member(i)));
    const source = counting(bytesSource(large));
    readIndex(readArchive(source));
    expect(source.bytes).toBeLessThan(4096);
  });
});

describe("a broken archive", () => {
  const header = (name: string, size: number | string) => concat([encodeText("!<arch>\n"), arHeader(name, size)]);
  const whole = testArchive(MEMBERS);
  const patched = (at: number, ...b: number[]) => {
    const copy = whole.slice();
    copy.set(b, at);
    return copy;
  };
  const first = 8 + 60;
  it.each<[string, Uint8Array, string]>([
    ["a thin one", encodeText("!<thin>\n"), "UNSUPPORTED"],
    ["cut in a header", whole.subarray(0, 40), "TRUNCATED"],
    ["cut in a member", whole.subarray(0, whole.length - 2), "TRUNCATED"],
    ["a size that is no number", header("x/", "12x"), "MALFORMED"],
    ["no size", header("x/", ""), "MALFORMED"],
    ["a negative size", header("x/", "-1"), "MALFORMED"],
    ["a size above all files", header("x/", "9999999999"), "TRUNCATED"],
    ["no end of the header", patched(66, 0x60, 0x0d), "MALFORMED"],
    ["a BSD name longer than the member", concat([header("#1/8", 4), new Uint8Array(4)]), "MALFORMED"],
    ["a BSD name of no length", header("#1/x", 0), "MALFORMED"],
    ["a long name without a table", header("/12", 0), "MALFORMED"],
    ["a long name behind its table", concat([header("//", 2), encodeText("x\n"), arHeader("/2", 0)]), "MALFORMED"],
    ["an index of more symbols than bytes", patched(first, 0xff), "MALFORMED"],
    ["an index with a name that does not end", patched(first + 3, 30), "MALFORMED"],
    ["an index of a member that is not there", patched(first + 7, 9), "MALFORMED"],
    ["an index cut in its count", concat([header("/", 2), new Uint8Array(2)]), "MALFORMED"],
    [
      "a BSD index of half a pair",
      concat([header("__.SYMDEF", 8), Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0)]),
      "MALFORMED",
    ],
    [
      "a BSD index with a name behind its strings",
      concat([header("__.SYMDEF", 16), Uint8Array.of(8, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0)]),
      "MALFORMED",
    ],
  ])("%s", (_, bytes, code) => {
    const e = caught(() => readIndex(readArchive(bytesSource(bytes))));
    expect(e.code).toBe(code);
  });

  it("cut anywhere gives a result or an ElfError", () => {
    for (const options of FORMATS) {
      const all = testArchive(MEMBERS, options);
      let results = 0;
      for (let n = 8; n < all.length; n++) {
        try {
          readIndex(readArchive(bytesSource(all.subarray(0, n))));
          results++;
        } catch (e) {
          expect(
            caught(() => {
              throw e;
            }).code,
          ).toMatch(/^(TRUNCATED|MALFORMED)$/);
        }
      }

      expect(results).toBeLessThan(all.length - 8);
    }
  });

  it("takes no more time than its size, whatever its index points to", () => {
    // Each of many symbols has the same long name: their product would be 50 GB.
    const pairs = 100_000;
    const strings = 500_000;
    const content = new Uint8Array(8 + pairs * 8 + strings).fill(0x61);
    const view = new DataView(content.buffer);
    view.setUint32(0, pairs * 8, true);
    for (let i = 0; i < pairs; i++) {
      view.setUint32(4 + i * 8, 0, true);
      view.setUint32(8 + i * 8, 8, true);
    }
    view.setUint32(4 + pairs * 8, strings, true);
    content[content.length - 1] = 0;

    const source = bytesSource(concat([header("__.SYMDEF", content.length), content]));
    expect(caught(() => readIndex(readArchive(source))).code).toBe("MALFORMED");
  });
});

import { describe, expect, it } from "vitest";
import { concat, encodeText, viewOf } from "../../src/codec/bytes.js";
import type { Encoding } from "../../src/codec/encoding.js";
import { readElf } from "../../src/image/read-elf.js";
import { decodeNote, gnuProperties, type NoteContents } from "../../src/image/notes/note-contents.js";
import { EM } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS, fixture } from "../support/elf.js";
import { random, SEED } from "../support/mutants.js";

const little: Encoding = { class: 64, littleEndian: true };

function words(e: Encoding, ...values: number[]): Uint8Array {
  const b = new Uint8Array(4 * values.length);
  values.forEach((n, i) => viewOf(b).setUint32(4 * i, n, e.littleEndian));
  return b;
}

/** A property with its padding. */
function property(e: Encoding, type: number, data: Uint8Array): Uint8Array {
  const width = e.class === 64 ? 8 : 4;
  return concat([words(e, type, data.length), data, new Uint8Array((width - (data.length % width)) % width)]);
}

/** What a file with this one note says of it. */
function contents(
  owner: string,
  type: number,
  description: Uint8Array,
  e: Encoding & { machine?: number } = little,
): NoteContents | null {
  const elf = readElf(
    buildElf({
      ...e,
      byteOrder: e.littleEndian ? "little" : "big",
      buildId: null,
      notes: [{ section: ".note.x", owner, type, description }],
    }),
  );
  return decodeNote(elf.notes[0]!, elf.header);
}

/** A number as a word of the class. */
function wide(e: Encoding, value: number): Uint8Array {
  if (e.class === 32) return words(e, value);
  return e.littleEndian ? words(e, value, 0) : words(e, 0, value);
}

const x86 = (e: Encoding) => ({ ...e, machine: e.class === 64 ? EM.X86_64 : EM["386"] });

describe("contents of notes", () => {
  it.each(ENCODINGS)("Go's linker counts the padding of the owner in namesz ($label)", (e) => {
    const note = { section: ".note.go.buildid", type: 4, description: encodeText("AbCd/EfGh") };
    for (const owner of ["Go", "Go\0"]) {
      const elf = readElf(buildElf({ ...e, buildId: null, notes: [{ ...note, owner }] }));
      expect(elf.notes.map((n) => n.owner)).toEqual(["Go"]);
      expect(decodeNote(elf.notes[0]!, elf.header)).toEqual({ kind: "go-build-id", id: "AbCd/EfGh" });
    }
    expect(contents("Go\0\0", 4, note.description, e)).toBeNull();
  });

  it.each(ENCODINGS)("ABI tag, build ID, gold's version ($label)", (e) => {
    expect(contents("GNU", 1, words(e, 0, 3, 2, 0), e)).toEqual({ kind: "abi-tag", os: "Linux", kernel: "3.2.0" });
    expect(contents("GNU", 1, words(e, 3, 12, 1, 0), e)).toEqual({ kind: "abi-tag", os: "FreeBSD", kernel: "12.1.0" });
    expect(contents("GNU", 1, words(e, 99, 1, 0, 0), e)).toEqual({ kind: "abi-tag", os: "0x63", kernel: "1.0.0" });
    expect(contents("GNU", 3, Uint8Array.of(0xab, 1), e)).toEqual({ kind: "build-id", id: "ab01" });
    expect(contents("GNU", 4, encodeText("gold 1.16\0\0\0"), e)).toEqual({
      kind: "gold-version",
      version: "gold 1.16",
    });
  });

  it.each(ENCODINGS)("properties are padded to the width of the class ($label)", (e) => {
    const stackSize = wide(e, 0x800000);
    const description = concat([
      property(e, 1, stackSize),
      property(e, 2, new Uint8Array(0)),
      property(e, 0xb0008000, words(e, 1)),
      property(e, 0xc0000002, words(e, 3)),
      property(e, 0xc0008002, words(e, 3)),
      property(e, 0xc0010001, words(e, 0x1009)),
      property(e, 0xdddd0000, Uint8Array.of(1, 2)),
    ]);
    const c = contents("GNU", 5, description, x86(e));
    const text = (n: number) => Buffer.from(words(e, n)).toString("hex");
    const stack = Buffer.from(stackSize).toString("hex");

    expect(c).toEqual({
      kind: "properties",
      properties: [
        { type: 1, name: "GNU_PROPERTY_STACK_SIZE", size: e.class / 8, data: stack, value: 0x800000 },
        { type: 2, name: "GNU_PROPERTY_NO_COPY_ON_PROTECTED", size: 0, data: "", value: null },
        {
          type: 0xb0008000,
          name: "GNU_PROPERTY_1_NEEDED",
          size: 4,
          data: text(1),
          value: 1,
          flags: ["INDIRECT_EXTERN_ACCESS"],
        },
        {
          type: 0xc0000002,
          name: "GNU_PROPERTY_X86_FEATURE_1_AND",
          size: 4,
          data: text(3),
          value: 3,
          flags: ["IBT", "SHSTK"],
        },
        {
          type: 0xc0008002,
          name: "GNU_PROPERTY_X86_ISA_1_NEEDED",
          size: 4,
          data: text(3),
          value: 3,
          flags: ["x86-64-baseline", "x86-64-v2"],
        },
        {
          type: 0xc0010001,
          name: "GNU_PROPERTY_X86_FEATURE_2_USED",
          size: 4,
          data: text(0x1009),
          value: 0x1009,
          flags: ["X86", "XMM", "0x1000"],
        },
        { type: 0xdddd0000, name: null, size: 2, data: "0102", value: null },
      ],
    });
  });

  it("a processor's properties are named by the machine", () => {
    const of = (machine: number, value: number) => {
      const c = contents("GNU", 5, property(little, 0xc0000000, words(little, value)), { ...little, machine });
      return c?.kind === "properties" ? c.properties.map((p) => [p.name, p.flags]) : c;
    };
    expect(of(EM.AARCH64, 7)).toEqual([["GNU_PROPERTY_AARCH64_FEATURE_1_AND", ["BTI", "PAC", "GCS"]]]);
    expect(of(EM.RISCV, 3)).toEqual([["GNU_PROPERTY_RISCV_FEATURE_1_AND", ["CFI_LP_UNLABELED", "CFI_SS"]]]);
    expect(of(EM.S390, 3)).toEqual([[null, undefined]]);
  });

  it("of Go, packages and dlopen", () => {
    expect(contents("Go", 4, encodeText("abc/def"))).toEqual({ kind: "go-build-id", id: "abc/def" });

    const json = '{"type":"deb","name":"bash","version":"5","list":[1],"__proto__":"x"}';
    expect(contents("FDO", 0xcafe1a7e, encodeText(`${json}\0\0`))).toEqual({
      kind: "package",
      metadata: Object.fromEntries([
        ["type", "deb"],
        ["name", "bash"],
        ["version", "5"],
        ["list", "[1]"],
        ["__proto__", "x"],
      ]),
    });

    const libraries = [
      { soname: ["liba.so.2", "liba.so.1"], feature: "a", description: "needs a", priority: "suggested" },
      { soname: ["libb.so"] },
    ];
    expect(contents("FDO", 0x407c0c0a, encodeText(JSON.stringify(libraries)))).toEqual({
      kind: "dlopen",
      libraries: [
        { sonames: ["liba.so.2", "liba.so.1"], feature: "a", description: "needs a", priority: "suggested" },
        { sonames: ["libb.so"], feature: null, description: null, priority: null },
      ],
    });
    expect(contents("FDO", 0x407c0c0a, encodeText('{"soname":"libc.so"}'))).toMatchObject({
      libraries: [{ sonames: ["libc.so"] }],
    });
  });

  it.each(ENCODINGS)("of other systems ($label)", (e) => {
    const ndk = (text: string) => concat([encodeText(text), new Uint8Array(64 - text.length)]);
    expect(contents("Android", 1, concat([words(e, 21), ndk("r26b"), ndk("10909125")]), e)).toEqual({
      kind: "android",
      apiLevel: 21,
      ndk: "r26b",
      ndkBuild: "10909125",
    });
    expect(contents("Android", 1, words(e, 29), e)).toEqual({
      kind: "android",
      apiLevel: 29,
      ndk: null,
      ndkBuild: null,
    });
    expect(contents("FreeBSD", 1, words(e, 1402000), e)).toEqual({
      kind: "system",
      os: "FreeBSD",
      version: "14.2",
      number: 1402000,
    });
    expect(contents("NetBSD", 1, words(e, 902000300), e)).toMatchObject({ os: "NetBSD", version: "9.2.3" });
    expect(contents("OpenBSD", 1, words(e, 0), e)).toMatchObject({ os: "OpenBSD", number: 0 });
    expect(contents("DragonFly", 1, words(e, 600400), e)).toMatchObject({ version: "6.4" });
    expect(contents("FreeBSD", 4, words(e, 9), e)).toEqual({
      kind: "features",
      features: ["ASLR_DISABLE", "WXNEEDED"],
    });
    expect(contents("Linux", 0, words(e, 0x60102), e)).toEqual({ kind: "text", text: "6.1.2" });
  });

  it.each(ENCODINGS)("a probe has addresses as wide as the class ($label)", (e) => {
    const addresses = [0x1234, 1, 2].map((address) => wide(e, address));
    const description = concat([...addresses, encodeText("libc\0setjmp\x008@%rdi -4@%esi\0")]);
    expect(contents("stapsdt", 3, description, e)).toEqual({
      kind: "probe",
      provider: "libc",
      name: "setjmp",
      address: 0x1234,
      arguments: "8@%rdi -4@%esi",
    });
  });

  it("that nobody knows are null", () => {
    for (const [owner, type] of [
      ["GNU", 77],
      ["Python", 1],
      ["CORE", 1],
      ["Xen", 6],
      ["GNU\0", 3],
      ["__proto__", 1],
    ] as const) {
      expect(contents(owner, type, Uint8Array.of(1, 2, 3, 4)), owner).toBe(null);
    }
  });

  it.each<[string, string, number, Uint8Array, RegExp]>([
    [
      "a short ABI tag",
      "GNU",
      1,
      words(little, 0, 3),
      /^MALFORMED: the note NT_GNU_ABI_TAG at 0x[0-9a-f]+: has 8 bytes, 16 are needed$/,
    ],
    ["an endless build ID", "GNU", 3, new Uint8Array(5000), /more than any build ID/],
    [
      "a property past the end",
      "GNU",
      5,
      words(little, 0xc0000002, 8, 3),
      /a property \(0xc0000002\) of 8 bytes where 4 are left/,
    ],
    ["half a property", "GNU", 5, words(little, 1), /4 bytes at its end that are no property/],
    ["too many properties", "GNU", 5, new Uint8Array(8 * 2000), /more than 1024 properties/],
    ["no JSON", "FDO", 0xcafe1a7e, encodeText("{"), /NT_FDO_PACKAGING_METADATA at 0x[0-9a-f]+: is no JSON: /],
    ["a list for an object", "FDO", 0xcafe1a7e, encodeText("[]"), /is no JSON object/],
    ["long JSON", "FDO", 0xcafe1a7e, new Uint8Array(70000), /more than 65536/],
    ["an entry without soname", "FDO", 0x407c0c0a, encodeText('[{"feature":"x"}]'), /without soname/],
    ["an entry that is none", "FDO", 0x407c0c0a, encodeText("[1]"), /no JSON object/],
    [
      "a probe of two texts",
      "stapsdt",
      3,
      concat([new Uint8Array(24), encodeText("a\0bcd")]),
      /no provider, name and arguments/,
    ],
    ["a probe that is too short", "stapsdt", 3, new Uint8Array(20), /which a probe cannot have/],
    ["an empty Android note", "Android", 1, new Uint8Array(0), /0 bytes, 4 are needed/],
  ])("%s is MALFORMED", (_, owner, type, description, message) =>
    expect(caught(() => contents(owner, type, description)).message).toMatch(message),
  );

  it("nested as deep as they can be are text, or too deep for the engine", () => {
    const list = "[".repeat(30000) + "]".repeat(30000);
    const read = () => contents("FDO", 0xcafe1a7e, encodeText(`{"a":${list}}`));
    let c: NoteContents | null;

    try {
      c = read();
    } catch {
      expect(caught(read).message).toMatch(/is no JSON: it is nested too deep/);
      return;
    }

    expect(c).toEqual({ kind: "package", metadata: { a: list } });
  });

  it("broken at random give a result or an ElfError", () => {
    const below = random(SEED);
    const kinds = [
      ["GNU", 1],
      ["GNU", 5],
      ["FDO", 0xcafe1a7e],
      ["FDO", 0x407c0c0a],
      ["stapsdt", 3],
      ["Android", 1],
      ["NetBSD", 1],
    ] as const;
    let results = 0;

    for (let i = 0; i < 3000; i++) {
      const [owner, type] = kinds[below(kinds.length)]!;
      const description = Uint8Array.from({ length: below(64) }, () => (below(3) === 0 ? 0 : below(256)));
      try {
        decodeNote({ owner, type, description, offset: 0 }, { ...ENCODINGS[below(4)]!, machine: EM.X86_64 });
        results++;
      } catch (e) {
        caught(() => {
          throw e;
        });
      }
    }

    expect(results).toBeGreaterThan(100);
  });

  it("are those of the fixtures", () => {
    const of = (name: string) => {
      const elf = readElf(fixture(name));
      return {
        notes: elf.notes.map((n) => decodeNote(n, elf.header)?.kind),
        properties: gnuProperties(elf.notes, elf.header).map((p) => [p.name, p.flags]),
      };
    };
    expect(of("x86_64-glibc-pie")).toEqual({
      notes: ["properties", "build-id", "abi-tag"],
      properties: [["GNU_PROPERTY_X86_ISA_1_NEEDED", ["x86-64-baseline"]]],
    });
    expect(of("s390x-glibc-exec")).toEqual({ notes: ["build-id", "abi-tag"], properties: [] });
  });
});

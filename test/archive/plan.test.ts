import { describe, expect, it } from "vitest";
import { readArchive } from "../../src/archive/read.js";
import { readIndex } from "../../src/archive/symbol-index.js";
import { concat, decodeText, encodeText } from "../../src/codec/bytes.js";
import { bytesSource } from "../../src/codec/source.js";
import {
  addDebugLink,
  check,
  discardLocals,
  dropSectionHeaders,
  type Edit,
  ET,
  keepSymbols,
  onlyKeepDebug,
  patch,
  plan,
  readElf,
  removeSections,
  setRunpath,
  STB,
  stripAll,
  stripDebug,
  stripSymbols,
  stripUnneeded,
} from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { testArchive, type TestArchive, type TestMember } from "../support/archives.js";
import { caught, counting, ENCODINGS } from "../support/elf.js";

const SYMBOLS = [{ name: "shared" }, { name: "weak", binding: STB.WEAK }, { name: "hidden_local", binding: STB.LOCAL }];
const NAMES = ["shared", "weak"];
const object = (options: BuildOptions = {}) => buildElf({ type: ET.REL, debugInfo: 999, symbols: SYMBOLS, ...options });
const library = (options: BuildOptions = {}) =>
  buildElf({ soname: "x", debugInfo: 1001, symbols: SYMBOLS, ...options });
const TEXT = encodeText("no program\n");
const BITCODE = Uint8Array.of(0x42, 0x43, 0xc0, 0xde, 1, 2, 3);
const LONG = "the long name of a member, too long for its header.o";

const members = (): TestMember[] => [
  { name: "a.o", bytes: object(), symbols: NAMES },
  { name: "read me", bytes: TEXT },
  { name: LONG, bytes: object({ debugInfo: 4000 }), symbols: NAMES },
  { name: "lto.o", bytes: BITCODE, symbols: ["only_a_plugin_knows"] },
  { name: "a.o", bytes: library(), symbols: [...NAMES, "known_to_the_plugin"] },
];
const files = (bytes: Uint8Array) => readArchive(bytesSource(bytes)).members.filter((m) => m.kind === "file");
const contents = (bytes: Uint8Array) => files(bytes).map((m) => m.content.read(0, m.size));

/** The symbol index as `name number-of-the-member`. */
function indexOf(bytes: Uint8Array): string[] {
  const archive = readArchive(bytesSource(bytes));
  const numbers = new Map(files(bytes).map((m, i) => [m.offset, i]));
  return readIndex(archive)!.entries.map((e) => `${decodeText(e.name)} ${numbers.get(e.member)!}`);
}

const FORMATS: readonly TestArchive[] = [
  { format: "sysv" },
  { format: "sysv64" },
  { format: "bsd" },
  { format: "bsd", sorted: true, littleEndian: false },
  { format: "bsd64" },
];

describe.each(FORMATS)("a static library of the kind %o", (options) => {
  const before = testArchive(members(), options);
  const result = patch(before, [stripUnneeded()]);
  const after = result.bytes;

  it("has the members that patch makes of each, and the others as they were", () => {
    const isNoElf = (i: number) => i === 1 || i === 3;
    const single = members().map(({ bytes }, i) => (isNoElf(i) ? bytes : patch(bytes, [stripUnneeded()]).bytes));
    expect(contents(after)).toEqual(single);
    expect(files(after).map((m) => m.name)).toEqual(members().map((m) => m.name));
    expect(after.length).toBeLessThan(before.length - 5000);
  });

  it("has an index that leads to what is still defined, in the old order; a plugin's names stay", () => {
    const gone = ["shared 4", "weak 4"];
    expect(indexOf(after)).toEqual(indexOf(before).filter((e) => !gone.includes(e)));
    expect(indexOf(before).length - indexOf(after).length).toBe(2);
  });

  it("is an archive as its `ar` would make it: the same but for sizes", () => {
    const left = members().map((m, i) => ({
      ...m,
      bytes: contents(after)[i]!,
      symbols: (m.symbols ?? []).filter((s) => i !== 4 || !NAMES.includes(s)),
    }));
    expect(after).toEqual(testArchive(left, options));
  });

  it("stays what it is the second time, and without edits", () => {
    expect(patch(after, [stripUnneeded()])).toMatchObject({ changed: false, bytes: after, changes: [] });
    expect(patch(before, [])).toMatchObject({ changed: false, bytes: before, changes: [] });
  });

  it("deterministic: no dates and owners", () => {
    const deterministic = { deterministic: true };
    const plain = members().map((m) => ({ ...m, date: "0", uid: "0", mode: "644" }));
    const { bytes, changed } = patch(before, [], deterministic);
    expect([changed, contents(bytes)]).toEqual([true, contents(before)]);

    const text = (file: Uint8Array, start: number, end: number) => String.fromCharCode(...file.subarray(start, end));
    const fields = (file: Uint8Array) => files(file).map((m) => text(file, m.offset + 16, m.offset + 48));
    expect(fields(bytes)).toEqual(fields(testArchive(plain, options)));
    expect(text(bytes, 8 + 16, 8 + 40)).toBe("0           0     0     ");
    expect(indexOf(bytes)).toEqual(indexOf(before));
    expect(patch(bytes, [], deterministic).changed).toBe(false);

    // The strip and the dates in one go are the same as one after the other.
    const both = patch(before, [stripUnneeded()], deterministic).bytes;
    expect(both).toEqual(patch(patch(before, [stripUnneeded()]).bytes, [], deterministic).bytes);
  });
});

describe("what a plan says of a static library", () => {
  const p = plan(testArchive(members()), [stripUnneeded(), removeSections(".no.such")]);

  it("names the member in changes, notes and findings", () => {
    expect(p.changes.filter((c) => c.at === "size").map((c) => c.member)).toEqual(["a.o", LONG, "a.o (2)", undefined]);
    expect(p.changes).toContainEqual({
      member: LONG,
      at: "sections",
      name: ".debug_info",
      from: "SHT_PROGBITS",
      to: null,
    });
    expect(p.notes).toContainEqual({
      note: "MEMBER_KEPT",
      message: "lto.o: this member is LLVM bitcode, and stays as it is",
    });
    expect(p.notes.filter((n) => n.note === "NOT_FOUND").map((n) => n.message.split(": ")[0])).toEqual([
      "a.o",
      LONG,
      "a.o (2)",
    ]);

    // An executable stack is something to find.
    const odd = plan(testArchive([{ name: "odd.so", bytes: library({ stackFlags: 7 }) }]), []);
    const own = check(readElf(library({ stackFlags: 7 })));
    expect(own.length).toBeGreaterThan(0);
    expect(odd.findings).toEqual(own.map((f) => ({ ...f, at: `odd.so: ${f.at}` })));
  });

  it("is the output's bytes, by pieces, chunks and reads", () => {
    const bytes = p.bytes();
    expect([p.size, concat([...p.chunks()]), p.read(100, 5000)]).toEqual([
      bytes.length,
      bytes,
      bytes.subarray(100, 5100),
    ]);

    const part = new Uint8Array(3000);
    p.readInto(700, part);
    expect(part).toEqual(bytes.subarray(700, 3700));

    let end = 0;
    for (const piece of p.pieces) {
      expect(piece.at).toBe(end);
      end += piece.size;
    }
    expect(end).toBe(p.size);
  });

  it("refuses a member by its name, and with it all", () => {
    for (const [bad, code] of [
      [concat([library(), encodeText("payload")]), "OVERLAY"],
      [object().subarray(0, 50), "TRUNCATED"],
    ] as const) {
      const archive = testArchive([
        { name: "good.o", bytes: object() },
        { name: "bad.o", bytes: bad },
      ]);
      const e = caught(() => plan(archive, [stripUnneeded()]));
      expect([e.code, e.message.startsWith(`${code}: bad.o: `)]).toEqual([code, true]);
    }

    expect(caught(() => plan(testArchive(members()), [stripAll()]))).toMatchObject({
      code: "RELOCATABLE",
      message: expect.stringMatching(/^RELOCATABLE: a\.o: /) as string,
    });
    expect(caught(() => plan(testArchive(members()), [removeSections(".text")])).message).toMatch(
      /^\w+: a\.o( \(2\))?: /,
    );
  });
});

describe("edits of a static library", () => {
  it.each<[Edit]>([[setRunpath("/a")], [onlyKeepDebug()], [dropSectionHeaders()], [addDebugLink("x.debug", 1)]])(
    "%o is refused",
    (edit) => {
      expect(caught(() => plan(testArchive(members()), [stripDebug(), edit]))).toMatchObject({
        code: "ARCHIVE",
        message: expect.stringContaining(edit.edit) as string,
      });
    },
  );

  it("are all that a strip takes and keeps", () => {
    const one = [{ name: "a.o", bytes: object(), symbols: NAMES }];
    const bytes = testArchive(one);
    for (const edits of [
      [stripDebug()],
      [discardLocals()],
      [stripUnneeded(), keepSymbols(["hidden_local"])],
      [removeSections(".comment")],
      [stripSymbols(["weak"])],
    ] as const) {
      expect(contents(patch(bytes, edits).bytes)).toEqual([patch(object(), edits).bytes]);
    }

    expect(indexOf(patch(bytes, [stripSymbols(["weak"])]).bytes)).toEqual(["shared 0"]);
    expect(indexOf(patch(bytes, [stripAll({ force: true })]).bytes)).toEqual([]);
  });

  it("of no known kind are BAD_EDIT", () => {
    expect(caught(() => plan(testArchive([]), [{ edit: "setSpeed" } as unknown as Edit])).code).toBe("BAD_EDIT");
  });
});

describe("odd archives", () => {
  it("an archive in an archive is left alone", () => {
    const inner = testArchive([{ name: "a.o", bytes: object() }]);
    const outer = testArchive([
      { name: "inner.a", bytes: inner },
      { name: "b.o", bytes: object() },
    ]);
    const r = patch(outer, [stripUnneeded()]);

    expect([contents(r.bytes)[0], r.notes]).toEqual([
      inner,
      [{ note: "MEMBER_KEPT", message: "inner.a: this member is an archive itself, and stays as it is" }],
    ]);
  });

  it("without an index gets none", () => {
    const bytes = testArchive(members(), { index: false });
    const r = patch(bytes, [stripUnneeded()]);
    expect([readArchive(bytesSource(r.bytes)).index, contents(r.bytes)[0]]).toEqual([
      undefined,
      patch(object(), [stripUnneeded()]).bytes,
    ]);
  });

  it("without members stays", () => {
    expect(patch(encodeText("!<arch>\n"), [stripUnneeded()], { deterministic: true }).changed).toBe(false);
  });

  it("of other byte orders and classes are stripped, each member by its own", () => {
    const list = ENCODINGS.map((e, i) => ({ name: `${i}.o`, bytes: object(e), symbols: NAMES }));
    const r = patch(testArchive(list), [stripUnneeded()]);
    expect(contents(r.bytes)).toEqual(list.map((m) => patch(m.bytes, [stripUnneeded()]).bytes));
    expect(indexOf(r.bytes)).toEqual(list.flatMap((_, i) => NAMES.map((n) => `${n} ${i}`)));
  });

  it("a last member without its padding stays so where nothing changes, and gets it otherwise", () => {
    const bytes = testArchive([
      { name: "a.o", bytes: object() },
      { name: "t", bytes: TEXT },
    ]).subarray(0, -1);
    expect(patch(bytes, []).bytes).toEqual(bytes);
    expect(contents(patch(bytes, [stripUnneeded()]).bytes)[1]).toEqual(TEXT);
    expect(patch(bytes, [stripUnneeded()]).bytes.at(-1)).toBe(0x0a);
  });

  it("newlines that Darwin's ar counts as the member's stay up to the multiple of 8", () => {
    const inner = object({ class: 32 });
    const short = concat([inner, new Uint8Array(-inner.length & 7).fill(0x0a)]);
    const bytes = testArchive([{ name: "a.o", bytes: short }], { format: "bsd" });
    const own = patch(inner, [stripUnneeded()]).bytes;

    expect(short.length).toBeGreaterThan(inner.length);
    const padded = concat([own, new Uint8Array(-own.length & 7).fill(0x0a)]);
    expect(contents(patch(bytes, [stripUnneeded()]).bytes)[0]).toEqual(padded);

    const sysv = testArchive([{ name: "a.o", bytes: short }]);
    expect(caught(() => patch(sysv, [stripUnneeded()])).code).toBe("OVERLAY");
  });

  it.each(ENCODINGS)("zeros that a member ends with go, and need no answer ($label)", (e) => {
    for (const format of ["sysv", "bsd"] as const) {
      for (const zeros of [1, 3, 8, 100]) {
        const own = concat([object(e), new Uint8Array(zeros)]);
        const even = format === "bsd" ? concat([own, new Uint8Array(-own.length & 7).fill(0x0a)]) : own;
        const bytes = testArchive(
          [
            { name: "a.o", bytes: even },
            { name: "b.o", bytes: object(e) },
          ],
          { format },
        );
        const [first, second] = contents(patch(bytes, [stripUnneeded()]).bytes);

        expect(second).toEqual(patch(object(e), [stripUnneeded()]).bytes);
        expect(first!.subarray(0, second!.length)).toEqual(second);
        expect(first!.subarray(second!.length).every((b) => format === "bsd" && b === 0x0a)).toBe(true);
        expect(patch(bytes, []).changed).toBe(false);
      }
    }
  });

  it("tables that are not known stop what would move members, and nothing else", () => {
    const extra = testArchive([], { index: true }).subarray(8);
    const bytes = testArchive(members(), { extra });
    expect(caught(() => plan(bytes, [stripUnneeded()]))).toMatchObject({ code: "UNSUPPORTED" });
    expect(patch(bytes, []).changed).toBe(false);
  });

  it("an index that cannot be read stops what would move members", () => {
    const bytes = testArchive(members());
    bytes[8 + 60 + 7]! ^= 1;
    expect(caught(() => plan(bytes, [stripUnneeded()]))).toMatchObject({
      code: "MALFORMED",
      message: expect.stringContaining("ranlib") as string,
    });
  });

  it("gives a Buffer for a Buffer, and leaves the input alone", () => {
    const bytes = Buffer.from(testArchive(members()));
    const copy = Buffer.from(bytes);
    const r = patch(bytes, [stripUnneeded()]);
    expect([Buffer.isBuffer(r.bytes), bytes.equals(copy)]).toEqual([true, true]);
  });

  it("reads little of debugging information that goes", () => {
    const list = Array.from({ length: 5 }, (_, i) => ({
      name: `${i}.o`,
      bytes: object({ debugInfo: 1 << 20 }),
      symbols: NAMES,
    }));
    const source = counting(bytesSource(testArchive(list)));
    const p = plan(source, [stripDebug()]);
    for (const chunk of p.chunks()) void chunk;
    expect(source.bytes).toBeLessThan(1 << 17);
  });
});

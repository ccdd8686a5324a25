import type { Edit } from "../../src/edit/family.js";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  addGnuHash,
  addHash,
  patch,
  readElf,
  removeSections,
  renameDynamicSymbols,
  DT,
  setRunpath,
  stripUnneeded,
  symbolVersions,
} from "../../src/index.js";
import { viewOf } from "../../src/codec/bytes.js";
import { Dyn } from "../../src/codec/records.js";
import { caught } from "../support/elf.js";
import { look } from "../support/lookup.js";

const FOLDER = new URL("../../fixtures/bin/", import.meta.url);
const FIXTURES = readdirSync(FOLDER)
  .map((name) => ({ name, bytes: readFileSync(new URL(name, FOLDER)) }))
  .filter(({ bytes }) => ["dynamic", "shared-library"].includes(readElf(bytes).linkage));

/** Gives every third symbol another name, by turns a longer and a shorter one. */
function renaming(bytes: Uint8Array): Record<string, string> {
  const all = new Set([...readElf(bytes).dynamicSymbols!].slice(1).map((s) => s.name));
  const third = [...all].filter((name) => name !== "").filter((_, i) => i % 3 === 0);
  return Object.fromEntries(third.map((name, i) => [name, i % 2 === 0 ? `elfwright_renamed_${name}` : `r${i}`]));
}

/** The lines of {@link look} with new names, sorted again. */
function applied(lines: readonly string[], names: Readonly<Record<string, string>>): string[] {
  const renamed = lines.map((line) => {
    const [, offset = "", name] = /^(\d+ )?([^ @]+)/.exec(line) ?? [];
    if (name === undefined || !Object.hasOwn(names, name)) return line;
    return `${offset}${names[name]}${line.slice(offset.length + name.length)}`;
  });
  return renamed.sort();
}

describe.each(FIXTURES)("$name", ({ bytes }) => {
  const before = look(bytes);
  const names = renaming(bytes);

  it("the fixture's own tables lead to every definition", () => expect(before.lost).toEqual([]));

  it.each<[string, readonly Edit[]]>([
    ["renamed", [renameDynamicSymbols(names)]],
    ["renamed, with hash tables added", [addHash(), addGnuHash(), renameDynamicSymbols(names)]],
    [
      "renamed in one pass with a strip and a search path",
      [renameDynamicSymbols(names), stripUnneeded(), setRunpath(`/${"opt/".repeat(50)}`)],
    ],
  ])(
    "%s: every symbol keeps version and value, every relocation its symbol, every table leads to every name",
    (_, edits) => {
      const { bytes: out } = patch(bytes, edits);
      const after = look(out);
      expect(after.lost).toEqual([]);

      // A strip gives sections other numbers.
      const isStripped = edits.some((e) => e.edit === "stripUnneeded");
      const bare = (lines: readonly string[]) => (isStripped ? lines.map((l) => l.replace(/ \d+$/, "")) : lines);
      expect(bare(after.symbols).toSorted()).toEqual(bare(applied(before.symbols, names)).toSorted());
      expect(after.relocations).toEqual(applied(before.relocations, names));
      expect(after.tables.length).toBe(edits[0]!.edit === "addHash" ? 2 : before.tables.length);
      expect(patch(out, edits).changed).toBe(false);
    },
  );

  it("hash tables alone", () => {
    const { bytes: out } = patch(bytes, [addHash(), addGnuHash()]);
    const after = look(out);
    expect(after).toMatchObject({ lost: [], relocations: before.relocations });
    expect(after.symbols).toEqual(before.symbols);
    expect(after.tables).toHaveLength(2);
  });

  it("and back again, the names are the old ones", () => {
    const back = Object.fromEntries(Object.entries(names).map(([old, name]) => [name, old]));
    const renamed = patch(bytes, [renameDynamicSymbols(names)]).bytes;
    expect(look(patch(renamed, [renameDynamicSymbols(back)]).bytes)).toEqual(before);
  });
});

describe("symbols that cannot change their order", () => {
  /**
   * A copy with DT_SYMINFO, whose table holds symbol numbers, in the place of the entry with this tag. Undefined where
   * there is no such entry, or nothing else tells the number of symbols.
   */
  function counted(bytes: Uint8Array, tag: "DT_NULL" | "DT_GNU_HASH"): Uint8Array | undefined {
    const copy = new Uint8Array(bytes);
    const { dynamic, header } = readElf(copy);
    const { entries, capacity, offset } = dynamic!;
    const isEnd = tag === "DT_NULL";
    const index = isEnd ? entries.length : entries.findIndex((e) => e.name === tag);
    // A terminator must follow.
    const hasRoom = index + (isEnd ? 2 : 1) <= capacity;
    if (index < 0 || !hasRoom) return undefined;

    Dyn.view(viewOf(copy), offset + index * Dyn.size(header.class), header).tag = DT.SYMINFO;
    return readElf(copy).dynamicSymbols!.exact ? copy : undefined;
  }

  it("are found in one bucket, rebuilt or new, and a note says so", () => {
    const inOneBucket = { DT_NULL: 0, DT_GNU_HASH: 0 };
    for (const tag of ["DT_NULL", "DT_GNU_HASH"] as const) {
      for (const bytes of FIXTURES.flatMap((f) => counted(f.bytes, tag) ?? [])) {
        const names = renaming(bytes);
        const before = look(bytes);
        const order = [...readElf(bytes).dynamicSymbols!].map((s) => s.value);
        const edits = [...(tag === "DT_GNU_HASH" ? [addHash(), addGnuHash()] : []), renameDynamicSymbols(names)];
        const result = patch(bytes, edits);
        const after = look(result.bytes);

        expect(after.lost).toEqual([]);
        expect(after.symbols).toEqual(applied(before.symbols, names));
        expect(after.relocations).toEqual(applied(before.relocations, names));
        expect([...readElf(result.bytes).dynamicSymbols!].map((s) => s.value)).toEqual(order);
        expect(patch(result.bytes, edits).changed).toBe(false);
        if (result.notes.some((n) => n.note === "ONE_BUCKET")) inOneBucket[tag]++;
      }
    }

    // Tables that were there are rebuilt; in the place of DT_GNU_HASH new ones are added.
    expect(inOneBucket.DT_NULL).toBeGreaterThan(0);
    expect(inOneBucket.DT_GNU_HASH).toBeGreaterThan(0);
  });
});

describe("renamings that are wrong", () => {
  const library = FIXTURES.find((f) => f.name === "x86_64-glibc-lib.so")!.bytes;

  it("empty names, chains, swaps, one name for two", () => {
    for (const edits of [
      () => [renameDynamicSymbols({ a: "" })],
      () => [renameDynamicSymbols({ "": "a" })],
      () => [renameDynamicSymbols({ a: "b", b: "c" })],
      () => [renameDynamicSymbols({ a: "b", b: "a" })],
      () => [renameDynamicSymbols({ a: "b" }), renameDynamicSymbols({ a: "c" })],
      () => [renameDynamicSymbols({ a: "b" }), renameDynamicSymbols({ b: "c" })],
    ]) {
      expect(caught(() => patch(library, edits())).code).toBe("BAD_EDIT");
    }
  });

  it("a name that the file does not have is a note, and nothing changes", () =>
    expect(patch(library, [renameDynamicSymbols({ no_such_symbol: "other" })])).toMatchObject({
      changed: false,
      notes: [{ note: "NOT_FOUND" }],
    }));

  it("a swap is taken where it is asked for, all at once", () => {
    const undefinedSymbols = (bytes: Uint8Array) =>
      [...readElf(bytes).dynamicSymbols!].filter((s) => s.shndx === 0 && s.name !== "");
    const program = FIXTURES.find((f) => undefinedSymbols(f.bytes).length >= 2)!.bytes;
    const [a, b] = undefinedSymbols(program).map((s) => s.name) as [string, string];
    const out = patch(program, [renameDynamicSymbols({ [a]: b, [b]: a }, { swap: true })]).bytes;

    const indexOf = (bytes: Uint8Array, name: string) =>
      [...readElf(bytes).dynamicSymbols!].find((s) => s.name === name)!.index;
    expect([indexOf(out, a), indexOf(out, b)]).toEqual([indexOf(program, b), indexOf(program, a)]);
    expect(look(out).lost).toEqual([]);
  });

  it("two definitions of one name and version", () => {
    const pairs = FIXTURES.flatMap(({ bytes }) => {
      const elf = readElf(bytes);
      const versionAt = symbolVersions(elf);
      const versionOf = (s: { index: number }) => versionAt(s.index)?.name;

      const symbols = [...elf.dynamicSymbols!];
      const [first, ...others] = symbols.filter((s) => s.shndx !== 0 && s.name !== "" && s.binding !== 0);
      const second = others.find((s) => versionOf(s) === versionOf(first!));
      return second ? [{ bytes, names: { [first!.name]: "same_name", [second.name]: "same_name" } }] : [];
    });
    expect(pairs.length).toBeGreaterThan(2);
    for (const { bytes, names } of pairs) {
      expect(caught(() => patch(bytes, [renameDynamicSymbols(names)])).code).toBe("BAD_EDIT");
    }
  });

  it("static and relocatable files", () => {
    for (const [name, code] of [
      ["x86_64-glibc-static", "STATIC"],
      ["x86_64-musl-static-pie", "STATIC"],
      ["x86_64-object.o", "RELOCATABLE"],
    ] as const) {
      const bytes = readFileSync(new URL(name, FOLDER));
      for (const edit of [renameDynamicSymbols({ a: "b" }), addHash(), addGnuHash()]) {
        expect(caught(() => patch(bytes, [edit, removeSections(".comment")])).code).toBe(code);
      }
    }
  });
});

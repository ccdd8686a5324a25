import { describe, expect, it } from "vitest";
import { gnuHash, sysvHash } from "../../src/codec/hash.js";
import { gnuHashTable, sysvHashTable } from "../../src/image/dynamic/hash.js";
import { bindSymbols, readElf } from "../../src/index.js";
import { GlibcScope } from "../../src/resolve/bind/glibc-scope.js";
import { LookupName } from "../../src/resolve/bind/hash-lookup.js";
import { MuslScope } from "../../src/resolve/bind/musl-scope.js";
import { ObjectSymbols } from "../../src/resolve/bind/object-symbols.js";
import { EM } from "../../src/spec/constants.js";
import { hashEntrySize } from "../../src/spec/machines.js";
import { buildGnuHash, buildSysvHash } from "../../src/tables/hash.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { treeInMemory } from "../support/trees.js";

/** The same file with all symbols of its hash tables in one bucket. */
function inOneBucket(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  const elf = readElf(bytes);
  const { class: bits, littleEndian, machine } = elf.header;
  const names = [...elf.dynamicSymbols!].map((s) => s.name);

  const gnu = gnuHashTable(elf);
  if (gnu) {
    const { first, bloomWords, shift, offset } = gnu;
    const shape = { buckets: 1, bloomWords, shift, word: bits === 64 ? 8 : 4, littleEndian } as const;
    out.set(buildGnuHash(names.slice(first).map(gnuHash), first, shape), offset);
  }

  const sysv = sysvHashTable(elf);
  if (sysv) {
    const hashes = names.map((name, i) => (i === 0 ? undefined : sysvHash(name)));
    out.set(buildSysvHash(hashes, { buckets: 1, entry: hashEntrySize(machine, bits), littleEndian }), sysv.offset);
  }
  return out;
}

const library = (symbols: NonNullable<BuildOptions["symbols"]>, options: BuildOptions = {}) =>
  inOneBucket(buildElf({ soname: "liba.so", needed: [], symbols, ...options }));

const nameOf = (text: string) => new LookupName(new TextEncoder().encode(text));

/** The steps of a lookup for each name, with those that it comes by. */
function lookUpAll(bytes: Uint8Array, names: readonly string[]) {
  const symbols = new ObjectSymbols(readElf(bytes), true);
  const all = [...symbols.elf.dynamicSymbols!].map((s) => s.name);
  const found = names.map((name) => {
    const met = symbols.firstNamed(nameOf(name), () => true);
    return met === 0 ? null : all[met];
  });
  return { steps: symbols.steps.count, found };
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `function_${i}`);

/** Names of the same DT_GNU_HASH hash: 33 · "a" + "b" is 33 · "b" + "A". */
const colliding = (blocks: number): string[] =>
  blocks === 0 ? [""] : colliding(blocks - 1).flatMap((rest) => [`ab${rest}`, `bA${rest}`]);

const KINDS: readonly (readonly [string, BuildOptions])[] = [
  ["DT_GNU_HASH", { hash: "gnu" }],
  ["DT_GNU_HASH of a big-endian 32-bit file", { hash: "gnu", class: 32, byteOrder: "big" }],
  ["DT_HASH", { hash: "sysv" }],
  ["DT_HASH of a 32-bit file", { hash: "sysv", class: 32 }],
  ["DT_HASH with entries of 8 bytes", { hash: "sysv", machine: EM.S390, byteOrder: "big" }],
];

describe("lookups in a table with one bucket", () => {
  it.each(KINDS)("%s: take steps in proportion to the symbols", (_, options) => {
    for (const count of [500, 2000, 8000]) {
      const names = numbered(count);
      const asked = [...names, ...names.map((name) => `${name}_absent`)];
      const { steps, found } = lookUpAll(
        library(
          names.map((name) => ({ name })),
          options,
        ),
        asked,
      );

      expect(found.slice(0, count)).toEqual(names);
      expect(new Set(found.slice(count))).toEqual(new Set([null]));
      // A few long walks, a short one for each name until the table is read, then a step for each name.
      expect(steps).toBeLessThan(16 * count);
    }
  });

  it("take as many where all names have one hash", () => {
    for (const blocks of [9, 12]) {
      const names = colliding(blocks);
      expect(new Set(names.map(gnuHash)).size).toBe(1);

      const { steps, found } = lookUpAll(library(names.map((name) => ({ name }))), names);
      expect(found).toEqual(names);
      expect(steps).toBeLessThan(16 * names.length);
    }
  });

  it.each([
    ["glibc", (object: ObjectSymbols) => new GlibcScope([memberOf(object)], EM.X86_64)],
    ["musl", (object: ObjectSymbols) => new MuslScope([memberOf(object)], null, EM.X86_64)],
  ])("%s: are remembered where very many symbols have the name", (_, scopeOf) => {
    const count = 3000;
    // No lookup takes a symbol without an address.
    const bytes = library(
      Array.from({ length: count }, () => ({ name: "same", defined: false })),
      { hash: "sysv" },
    );
    const object = new ObjectSymbols(readElf(bytes), true);
    const scope = scopeOf(object);

    for (let index = 1; index <= count; index++) {
      const reference = { from: memberOf(object), index, text: "same", name: nameOf("same"), version: undefined };
      expect(scope.find({ ...reference, use: "call" })).toBeUndefined();
    }
    expect(object.steps.count).toBeLessThan(4 * count);
  });

  it("bind as a table with many buckets does: the first one of a chain, or the version that is asked for", () => {
    const versions = ["V1", "V2", "V3"];
    const names = numbered(400);
    const symbols = names.flatMap((name, i) =>
      versions.slice(0, 1 + (i % 3)).map((version, v) => ({ name, version, hidden: v < i % 3 })),
    );
    const options = {
      soname: "liba.so",
      needed: [],
      versions: versions.map((name) => ({ name })),
      symbols,
    };
    const asked = names.map((name, i) => ({ name, defined: false, version: versions[i % 2]! }));
    const main = buildElf({
      needed: ["liba.so"],
      versionNeeds: [{ file: "liba.so", versions }],
      symbols: [...asked, { name: "function_5_absent", defined: false }],
      relocations: asked.map(({ name }) => ({ symbol: name, type: 7 })),
    });

    const usual = buildElf(options);
    const [expected, given] = [usual, inOneBucket(usual)].map((bytes) => {
      const { bindings, missing, problems } = bindSymbols(treeInMemory({ main, "liba.so": bytes }));
      const brief = bindings.map(({ symbol, version, providerVersion, how }) => [
        symbol,
        version,
        providerVersion,
        how,
      ]);
      return { brief, missing: missing.map((m) => m.message), problems };
    });
    expect(given).toEqual(expected);
    expect(given!.brief.length).toBeGreaterThan(300);
  });

  it("end where a chain of DT_HASH runs in a circle", () => {
    const names = numbered(2000);
    const bytes = library(
      names.map((name) => ({ name })),
      { hash: "sysv" },
    );
    const table = sysvHashTable(readElf(bytes))!;
    // The last symbol leads back to the first one.
    new DataView(bytes.buffer).setUint32(table.offset + 4 * (2 + 1 + 2000), 1, true);

    const symbols = new ObjectSymbols(readElf(bytes), true);
    const lookUp = () => names.forEach((name) => symbols.firstNamed(nameOf(`${name}_absent`), () => true));
    expect(lookUp).toThrow(/lead nowhere/);
    expect(symbols.steps.count).toBeLessThan(16 * 2000);
  });
});

const memberOf = (symbols: ObjectSymbols) => ({ object: {} as never, symbols, isSymbolic: false });

import { describe, expect, it } from "vitest";
import { findingsBy, planRules } from "../../src/check/plan-rules.js";
import { alignUp, viewOf } from "../../src/codec/bytes.js";
import { Phdr, Shdr } from "../../src/codec/records.js";
import { type ByteSource, bytesSource } from "../../src/codec/source.js";
import { askedOf, type Edits, passesOf } from "../../src/edit/asked.js";
import { readElf } from "../../src/image/read-elf.js";
import {
  plan,
  removeSections,
  renameDynamicSymbols,
  replaceNeeded,
  setFlags,
  setInterpreter,
  setOsAbi,
  setRunpath,
  stripUnneeded,
} from "../../src/index.js";
import { prove } from "../../src/prove/prove.js";
import { Stage } from "../../src/rewrite/passes/pass.js";
import { PF, PT, SHF } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS, sparse } from "../support/elf.js";
import { found } from "../verify/damaged.js";
import { GROWN, HUGE, IN_PLACE, LONG, MOVED, richFile } from "./rich.js";

const KIB = 1024;
const MIB = 1024 * KIB;

interface Reads {
  readonly offset: number;
  readonly size: number;
}

/** A source that knows what was read of it. */
function recording(source: ByteSource): ByteSource & { readonly reads: Reads[] } {
  const reads: Reads[] = [];
  return {
    size: source.size,
    reads,
    read(offset, size) {
      reads.push({ offset, size });
      return source.read(offset, size);
    },
  };
}

const total = (reads: readonly Reads[]): number => reads.reduce((sum, r) => sum + r.size, 0);

/** How many bytes of a range were read, those that were read twice counted twice. */
const within = (reads: readonly Reads[], { offset, size }: Reads): number =>
  reads.reduce(
    (sum, r) => sum + Math.max(0, Math.min(r.offset + r.size, offset + size) - Math.max(r.offset, offset)),
    0,
  );

/** What a large section is for: it is loaded with these p_flags, or not at all. */
type Use = "code" | "data" | "not loaded";

/** A file with one section, `.debug_info`, of so many zeros. They are in no memory. */
function withLarge(file: Uint8Array, size: number, use: Use): ByteSource {
  const bytes = file.slice();
  const { header: h, sections, segments } = readElf(bytes);
  const offset = alignUp(bytes.length, 0x1000);
  const address = use === "not loaded" ? 0 : 0x10000000;

  const { index } = found(sections.find((s) => s.name === ".debug_info"));
  Object.assign(Shdr.view(viewOf(bytes), h.shoff + index * h.shentsize, h), {
    offset,
    addr: address,
    size,
    flags: use === "not loaded" ? 0 : SHF.ALLOC | (use === "code" ? SHF.EXECINSTR : SHF.WRITE),
  });

  if (use !== "not loaded") {
    const free = segments.findIndex((s) => s.type === PT.NULL);
    Object.assign(Phdr.view(viewOf(bytes), h.phoff + free * h.phentsize, h), {
      type: PT.LOAD,
      flags: use === "code" ? PF.R | PF.X : PF.R | PF.W,
      offset,
      vaddr: address,
      paddr: address,
      filesz: size,
      memsz: size,
      align: 0x1000,
    });
  }
  return sparse(offset + size, [{ at: 0, bytes }]);
}

const WAYS: readonly (readonly [string, () => Edits])[] = [
  ["a search path in its place", IN_PLACE],
  ["a longer one", GROWN],
  ["one that wants a new segment", MOVED],
  ["an interpreter", () => setInterpreter(`${LONG}ld.so`)],
  ["a library", () => replaceNeeded({ "libc.so.6": "libc-of-another-name.so.6" })],
  ["names of symbols", () => renameDynamicSymbols({ own: "another_name" })],
  ["a section", () => removeSections(".comment")],
  ["a strip", () => stripUnneeded()],
];

describe.each(ENCODINGS)("$label: a plan costs nothing in proportion to the file's size", (e) => {
  const file = richFile(e);

  it.each(WAYS)("%s", (way, edits) => {
    for (const use of ["code", "data", "not loaded"] as const) {
      // A strip drops what debugs.
      if (use === "not loaded" && way === "a strip") continue;

      const [small, large] = [MIB, 64 * MIB].map((size) => {
        const source = recording(withLarge(file, size, use));
        expect(plan(source, edits(), { overlay: "keep" }).changed).toBe(true);
        return total(source.reads);
      });
      expect([use, Math.abs(large! - small!) <= 4 * KIB]).toEqual([use, true]);
      expect(large).toBeLessThan(256 * KIB);
    }
  });
});

/** What the proof alone reads of the input, after all that comes before it. */
function proofReads(source: ByteSource, edits: Edits): readonly Reads[] {
  const recorded = recording(source);
  const before = readElf(recorded);
  const done = passesOf(askedOf(edits)).reduce((stage, pass) => pass.run(stage, {}), Stage.of(before));
  findingsBy(done.elf, planRules);

  const count = recorded.reads.length;
  prove(before, { after: done.elf, pieces: done.layout.pieces, proof: found(done.proof) });
  return recorded.reads.slice(count);
}

const MANY = 100_000;
const FEW = 1000;

/** A library with so many functions, each with a version and a relocation. */
function withSymbols(count: number): Uint8Array {
  const names = Array.from({ length: count }, (_, i) => `function_${i}`);
  return buildElf({
    soname: "libmany.so.1",
    runpath: "/opt/lib",
    hash: "both",
    nullSegments: 4,
    versions: [{ name: "V_1" }],
    symbols: names.map((name) => ({ name, version: "V_1" })),
    relocations: names.slice(0, count / 10).map((symbol) => ({ symbol, type: 6 })),
  });
}

describe("a proof of a file with many symbols", () => {
  const files = new Map([FEW, MANY].map((count) => [count, withSymbols(count)]));
  const tables = [".dynsym", ".dynstr", ".gnu.hash", ".hash", ".gnu.version", ".rela.dyn", ".symtab", ".strtab"];

  /** How often the proof reads each table of the larger file. */
  const times = (edits: Edits): Record<string, number> => {
    const file = files.get(MANY)!;
    const reads = proofReads(bytesSource(file), edits);
    const { sections } = readElf(file);
    return Object.fromEntries(
      tables.map((name) => {
        const { offset, size } = found(sections.find((s) => s.name === name)).header;
        return [name, within(reads, { offset, size }) / size];
      }),
    );
  };

  it.each<[string, () => Edits]>([
    ["an ABI", () => setOsAbi("GNU")],
    ["flags", () => setFlags("DF_1_NOW")],
  ])("reads none that stays: %s", (_, edits) => {
    const read = times(edits());
    // The buckets tell how many symbols there are.
    expect(read[".gnu.hash"]).toBeLessThan(0.4);
    for (const name of tables.filter((t) => t !== ".gnu.hash"))
      expect([name, read[name]! < 0.01]).toEqual([name, true]);
  });

  it("reads the names of both files where one was written over, and who has them", () => {
    const read = times(IN_PLACE());
    expect(read[".dynsym"]).toBeLessThanOrEqual(1);
    expect(read[".dynstr"]).toBeLessThanOrEqual(2);
    for (const name of tables.slice(2)) expect([name, read[name]! < 0.01]).toEqual([name, true]);
  });

  it.each<[string, () => Edits]>([
    ["a search path that grows", GROWN],
    ["one that wants a new segment", () => setRunpath(HUGE)],
  ])("reads no table that moves whole, but for strings: %s", (_, edits) => {
    const read = times(edits());
    for (const name of tables.filter((t) => t !== ".dynstr")) expect([name, read[name]! < 0.01]).toEqual([name, true]);
    expect(read[".dynstr"]).toBeLessThan(1.1);
  });

  it("grows with the tables that were written anew, and reads none of them often", () => {
    const edits = () => renameDynamicSymbols({ function_7: "another_name" });
    const few = total(proofReads(bytesSource(files.get(FEW)!), edits()));
    const many = total(proofReads(bytesSource(files.get(MANY)!), edits()));
    expect(many / few).toBeGreaterThan(20);
    expect(many / few).toBeLessThan((MANY / FEW) * 1.5);

    const read = times(edits());
    for (const name of tables) expect([name, read[name]! < 4.1]).toEqual([name, true]);
    for (const name of [".symtab", ".strtab"]) expect([name, read[name]! < 0.01]).toEqual([name, true]);
  });
});

describe("a proof of a file with many sections", () => {
  /** The bytes that the proof reads where so many sections were put behind the others. */
  const reads = (count: number, edits: Edits): number => {
    const file = richFile(ENCODINGS[0]!);
    const { header: h } = readElf(file);
    const rows = file.slice(h.shoff, h.shoff + h.shnum * h.shentsize);
    const bytes = new Uint8Array(h.shoff + (h.shnum + count) * h.shentsize);
    bytes.set(file.subarray(0, h.shoff));
    bytes.set(rows, h.shoff);
    const template = rows.slice(rows.length - 3 * h.shentsize, rows.length - 2 * h.shentsize);
    for (let i = 0; i < count; i++) {
      bytes.set(template, h.shoff + (h.shnum + i) * h.shentsize);
      Object.assign(Shdr.view(viewOf(bytes), h.shoff + (h.shnum + i) * h.shentsize, h), { type: 1, size: 1, flags: 0 });
    }
    viewOf(bytes).setUint16(60, h.shnum + count, true);
    return total(proofReads(bytesSource(bytes), edits));
  };

  it.each(WAYS.filter(([way]) => way !== "a section" && way !== "a strip"))("%s", (_, edits) => {
    const few = reads(100, edits());
    const many = reads(10_000, edits());
    // Each section has a header of 64 bytes, and a name.
    expect(many - few).toBeLessThan(10_000 * 64 * 4);
  });
});

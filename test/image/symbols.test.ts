import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import { readElf } from "../../src/image/read-elf.js";
import { dynamicRelocations } from "../../src/image/relocations/relocations.js";
import { EM, ET, PT, SHN, STB, STT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, dyn, ENCODINGS, fixture, phdr, shdr } from "../support/elf.js";

const SYMBOLS = [
  { name: "puts", defined: false },
  { name: "answer" },
  { name: "weak_one", binding: STB.WEAK },
  { name: "table", type: STT.OBJECT },
  { name: "hidden_away", binding: STB.LOCAL },
];
const COUNT = 5;
const DT_MIPS_SYMTABNO = 0x70000011;
const counted = (o: BuildOptions) => {
  const t = readElf(buildElf({ symbols: SYMBOLS, ...o })).dynamicSymbols!;
  return [t.count, t.exact];
};

describe("dynamic symbols", () => {
  it.each(ENCODINGS)("have names, values and kinds ($label)", (e) => {
    const elf = readElf(buildElf({ ...e, symbols: SYMBOLS, type: ET.EXEC, pageSize: 0x1000 }));
    const all = [...elf.dynamicSymbols!];
    const data = elf.sections.find((s) => s.name === ".data")!;
    const text = elf.sections.find((s) => s.name === ".text")!;

    expect(all[0]).toEqual({ index: 0, name: "", value: 0n, size: 0n, binding: 0, type: 0, visibility: 0, shndx: 0 });
    expect(all[1]).toEqual({
      index: 1,
      name: "puts",
      value: 0n,
      size: 0n,
      binding: STB.GLOBAL,
      type: STT.FUNC,
      visibility: 0,
      shndx: SHN.UNDEF,
    });

    const byName = Object.fromEntries(all.map((s) => [s.name, [s.value, s.size, s.binding, s.type, s.shndx]]));
    expect(byName["answer"]).toEqual([BigInt(text.header.addr + 16), 4n, STB.GLOBAL, STT.FUNC, text.index]);
    expect(byName["weak_one"]).toEqual([BigInt(text.header.addr + 20), 4n, STB.WEAK, STT.FUNC, text.index]);
    expect(byName["table"]).toEqual([
      BigInt(data.header.addr),
      e.class === 64 ? 8n : 4n,
      STB.GLOBAL,
      STT.OBJECT,
      data.index,
    ]);
    expect(byName["hidden_away"]).toBeUndefined();
  });

  it.each(ENCODINGS)("give their records with file offsets ($label)", (e) => {
    const b = buildElf({ ...e, symbols: SYMBOLS });
    const table = readElf(b).dynamicSymbols!;
    const size = e.class === 64 ? 24 : 16;
    const records = Array.from(table.records(), (r) => ({ index: r.index, at: r.at, info: r.symbol.info }));
    expect(records.map((r) => [r.index, r.at])).toEqual(
      Array.from({ length: COUNT }, (_, i) => [i, table.offset + i * size]),
    );
    expect(records.map((r) => r.info)).toEqual([...table].map((s) => (s.binding << 4) | s.type));
  });

  it("are counted in fixtures as readelf counts them", () => {
    const count = (name: string) => readElf(fixture(name)).dynamicSymbols?.count;
    expect([
      count("x86_64-glibc-pie"),
      count("i386-glibc-pie"),
      count("s390x-glibc-pie"),
      count("s390x-glibc-lib.so"),
      count("x86_64-musl-pie-libc.so"),
      count("x86_64-glibc-static"),
    ]).toEqual([15, 16, 17, 11, 16, undefined]);
  });
});

describe("the number of dynamic symbols", () => {
  it.each(ENCODINGS)("comes from the section ($label)", (e) => {
    expect(counted({ ...e, hash: "none" })).toEqual([COUNT, true]);
  });

  it.each(ENCODINGS)("comes from a hash table without sections ($label)", (e) => {
    expect([
      counted({ ...e, hash: "sysv", sectionHeaders: false }),
      counted({ ...e, hash: "gnu", sectionHeaders: false }),
      counted({ ...e, hash: "both", sectionHeaders: false }),
    ]).toEqual([
      [COUNT, true],
      [COUNT, true],
      [COUNT, true],
    ]);
  });

  it("comes from DT_HASH with 8-byte entries on S/390 and Alpha", () => {
    const s390 = { class: 64, byteOrder: "big", machine: EM.S390 } as const;
    const b = buildElf({ ...s390, symbols: SYMBOLS, hash: "sysv", sectionHeaders: false });
    const elf = readElf(b);
    const at = elf.offsetOf(elf.dynamic!.get(DT.HASH)!)!;
    expect(viewOf(b).getBigUint64(at + 8)).toBe(BigInt(COUNT));
    expect(elf.dynamicSymbols!.count).toBe(COUNT);
    expect(counted({ machine: EM.ALPHA, hash: "sysv", sectionHeaders: false, pageSize: 0x2000 })).toEqual([
      COUNT,
      true,
    ]);
  });

  it("is found beyond one step of hash chain", () => {
    const symbols = Array.from({ length: 3000 }, (_, i) => ({ name: `s${i}` }));
    expect(counted({ symbols, sectionHeaders: false })).toEqual([3001, true]);

    const b = buildElf({ symbols, sectionHeaders: false });
    const elf = readElf(b);
    const at = elf.offsetOf(elf.dynamic!.get(DT.GNU_HASH)!)!;
    const v = viewOf(b);
    const buckets = v.getUint32(at, true);
    // One chain for all, which ends 3000 entries behind its start.
    for (let i = 0; i < buckets; i++) v.setUint32(at + 24 + i * 4, 1, true);
    for (let i = 0; i < 2999; i++) v.setUint32(at + 24 + buckets * 4 + i * 4, 2, true);

    expect(readElf(b).dynamicSymbols).toMatchObject({ count: 3001, exact: true });
  });

  it("comes from DT_MIPS_SYMTABNO", () => {
    expect(
      counted({
        class: 32,
        byteOrder: "big",
        machine: EM.MIPS,
        hash: "none",
        sectionHeaders: false,
        pageSize: 0x1000,
        tags: [{ tag: DT_MIPS_SYMTABNO, value: COUNT }],
      }),
    ).toEqual([COUNT, true]);
  });

  it("is only a bound where an empty DT_GNU_HASH is all there is", () => {
    const symbols = [
      { name: "puts", defined: false },
      { name: "free", defined: false },
    ];
    const [count, exact] = counted({ symbols, sectionHeaders: false });
    expect(exact).toBe(false);
    expect(count).toBe(3);
    expect(counted({ symbols })).toEqual([3, true]);
  });

  it.each(ENCODINGS)("is a bound up to the next table where nothing tells it ($label)", (e) => {
    const b = buildElf({ ...e, symbols: SYMBOLS, hash: "none", sectionHeaders: false });
    const elf = readElf(b);
    const table = elf.dynamicSymbols!;
    const distance = Number(elf.dynamic!.get(DT.STRTAB)! - elf.dynamic!.get(DT.SYMTAB)!);
    expect([table.count, table.exact]).toEqual([distance / (e.class === 64 ? 24 : 16), false]);
    expect(table.count).toBe(COUNT);
  });

  it.each(ENCODINGS)("is at least what relocations use ($label)", (e) => {
    const b = buildElf({
      ...e,
      symbols: SYMBOLS,
      hash: "none",
      sectionHeaders: false,
      relocations: [{ symbol: "puts" }, { symbol: "table", addend: 5 }],
    });
    // A table that seems to begin inside .dynsym would make the distance too short.
    const entry = dyn(b, DT.DEBUG);
    entry.setExact("val", readElf(b).dynamic!.get(DT.SYMTAB)! + 1n);
    entry.tag = DT.VERSYM;

    expect([readElf(b).dynamicSymbols!.count, readElf(b).dynamicSymbols!.exact]).toEqual([COUNT, false]);
  });

  it("takes r_sym where little-endian 64-bit MIPS has it", () => {
    const b = buildElf({
      machine: EM.MIPS,
      pageSize: 0x1000,
      symbols: SYMBOLS,
      hash: "none",
      sectionHeaders: false,
      relocations: [{ symbol: "table", type: 3 }],
      dynstrLast: true,
    });
    const elf = readElf(b);
    const { index } = [...elf.dynamicSymbols!].find((s) => s.name === "table")!;
    expect([...dynamicRelocations(elf)].map((r) => r.symbol)).toEqual([index]);
  });

  it("is not bounded by a value that is no address", () => {
    const plain = buildElf({ symbols: SYMBOLS, hash: "none", sectionHeaders: false });
    const symtab = readElf(plain).dynamic!.get(DT.SYMTAB)!;
    expect(counted({ hash: "none", sectionHeaders: false, tags: [{ tag: 0x12345, value: symtab + 1n }] })).toEqual([
      COUNT,
      false,
    ]);
  });

  it("is not taken from a section that is not where DT_SYMTAB says", () => {
    const b = buildElf({ symbols: SYMBOLS, hash: "none" });
    Object.assign(shdr(b, ".dynsym"), { addr: 0x10, size: 24 * 100 });
    expect([readElf(b).dynamicSymbols!.count, readElf(b).dynamicSymbols!.exact]).toEqual([COUNT, false]);
  });

  it("is bounded by the PT_LOAD, not by another segment that ends inside the table", () => {
    const b = buildElf({ symbols: SYMBOLS, hash: "none", sectionHeaders: false, dynstrLast: true, relocations: [] });
    const symtab = Number(readElf(b).dynamic!.get(DT.SYMTAB)!);
    Object.assign(phdr(b, PT.PHDR), { type: PT.GNU_EH_FRAME, vaddr: symtab, filesz: 24 });
    expect(readElf(b).dynamicSymbols!.count).toBe(COUNT);
  });

  it("of a table that reaches past the file's end is TRUNCATED", () => {
    const b = buildElf({ symbols: SYMBOLS, hash: "sysv", sectionHeaders: false });
    const elf = readElf(b);
    viewOf(b).setUint32(elf.offsetOf(elf.dynamic!.get(DT.HASH)!)! + 4, 0x10000000, true);
    expect(caught(() => readElf(b).dynamicSymbols).code).toBe("TRUNCATED");
  });

  it("is never below zero, also where the segment begins behind the file's end", () => {
    const b = buildElf({ symbols: SYMBOLS, hash: "none", sectionHeaders: false });
    phdr(b, PT.LOAD).offset = 0x100000;
    expect(readElf(b).dynamicSymbols?.count ?? 0).toBe(0);
  });
});

describe(".symtab", () => {
  it.each(ENCODINGS)("has section symbols, _DYNAMIC, _start and the rest ($label)", (e) => {
    const elf = readElf(buildElf({ ...e, symbols: SYMBOLS }));
    const all = [...elf.symbols!];
    expect(elf.symbols!.exact).toBe(true);
    expect(all.slice(1, 10).map((s) => [s.type, s.shndx])).toEqual(
      Array.from({ length: 9 }, (_, i) => [STT.SECTION, i + 1]),
    );
    expect(all.slice(10).map((s) => s.name)).toEqual([
      "_DYNAMIC",
      "elf.c",
      "hidden_away",
      "_start",
      "puts",
      "answer",
      "weak_one",
      "table",
    ]);
    expect(all[10]!.value).toBe(elf.dynamic!.address);
    expect(elf.sections.find((s) => s.name === ".symtab")!.header.info).toBe(
      all.findIndex((s) => s.index > 0 && s.binding !== STB.LOCAL),
    );
  });

  it("is null where there is none", () => {
    expect([
      readElf(buildElf({ symtab: false })).symbols,
      readElf(buildElf({ sectionHeaders: false })).symbols,
    ]).toEqual([null, null]);
  });

  it("is counted in fixtures as readelf counts it", () => {
    const count = (name: string) => readElf(fixture(name)).symbols!.count;
    expect([count("x86_64-glibc-pie"), count("i386-glibc-lib.so"), count("s390x-glibc-pie")]).toEqual([45, 33, 70]);
    expect([...readElf(fixture("x86_64-object.o")).symbols!].map((s) => s.name)).toContain("answer");
  });

  it("has empty names where sh_link is no string table, and no name outside it", () => {
    const b = buildElf({ symbols: SYMBOLS });
    shdr(b, ".symtab").link = 1;
    expect([...readElf(b).symbols!].every((s) => s.name === "")).toBe(true);

    const short = buildElf({ symbols: SYMBOLS });
    shdr(short, ".strtab").size = 1;
    expect([...readElf(short).symbols!].every((s) => s.name === "")).toBe(true);
  });

  it("past the file's end is TRUNCATED", () => {
    const b = buildElf();
    shdr(b, ".symtab").size = 2 ** 40;
    expect(caught(() => readElf(b).symbols).code).toBe("TRUNCATED");
  });

  it("keeps values above 2^53", () => {
    const symbols = [{ name: "start_kernel" }];
    const elf = readElf(buildElf({ type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n, symbols }));
    expect([...elf.symbols!].find((s) => s.name === "start_kernel")!.value).toBe(0xffffffff81001010n);
  });
});

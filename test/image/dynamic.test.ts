import { describe, expect, it } from "vitest";
import { wordSize } from "../../src/codec/encoding.js";
import { Dyn } from "../../src/codec/records.js";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { DF_1, EM, ET, PT, SHT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, dyn, ENCODINGS, fixture, phdr, shdr } from "../support/elf.js";

describe("the dynamic section", () => {
  it.each(ENCODINGS)("has entries with names, kinds and values ($label)", (e) => {
    const d = readElf(
      buildElf({
        ...e,
        needed: ["liba.so", "libc.so.6"],
        runpath: "/opt/lib",
        tags: [
          { tag: DT.RELACOUNT, value: 3 },
          { tag: 0x12345, value: 7 },
        ],
      }),
    ).dynamic!;
    expect(d.entries.map((x) => x.name)).toEqual([
      "DT_NEEDED",
      "DT_NEEDED",
      "DT_RUNPATH",
      "DT_GNU_HASH",
      "DT_STRTAB",
      "DT_SYMTAB",
      "DT_STRSZ",
      "DT_SYMENT",
      "DT_DEBUG",
      "DT_FLAGS_1",
      "DT_RELACOUNT",
      "DT_0x12345",
    ]);
    expect(d.entries.map((x) => x.kind).slice(0, 7)).toEqual([
      "string",
      "string",
      "string",
      "address",
      "address",
      "address",
      "value",
    ]);
    expect(d.entries.map((x) => x.index)).toEqual(d.entries.map((_, i) => i));
    expect([d.get(DT.RELACOUNT), d.get(0x12345), d.get(DT.FLAGS_1), d.get(DT.HASH)]).toEqual([
      3n,
      7n,
      BigInt(DF_1.PIE),
      undefined,
    ]);
    expect(d.texts(DT.NEEDED)).toEqual(["liba.so", "libc.so.6"]);
    expect(d.size).toBe((12 + 1 + 5) * 2 * wordSize(e));
  });

  it("gives needed, runpath, rpath and soname", () => {
    const elf = readElf(buildElf({ soname: "libx.so.1", rpath: "$ORIGIN", needed: [] }));
    expect([elf.soname, elf.rpath, elf.runpath, elf.needed]).toEqual(["libx.so.1", "$ORIGIN", null, []]);
    const fix = readElf(fixture("x86_64-glibc-pie-runpath"));
    expect([fix.runpath, fix.rpath, fix.soname, fix.needed]).toEqual([
      "/opt/elfwright/fixture/lib",
      null,
      null,
      ["libc.so.6"],
    ]);
  });

  it("knows tags of one machine only there", () => {
    const lastEntry = (machine: number) => {
      const b = buildElf({ class: 32, machine, pageSize: 0x1000, tags: [{ tag: 0x70000035, value: 1 }] });
      return readElf(b).dynamic!.entries.at(-1);
    };
    expect(lastEntry(EM.MIPS)).toMatchObject({ name: "DT_MIPS_RLD_MAP_REL", kind: "self-relative" });
    expect(lastEntry(EM.ARM)).toMatchObject({ name: "DT_0x70000035", kind: "value" });
  });

  it("counts the spare entries behind the terminator", () => {
    const capacity = (spareTags: number) => {
      const d = readElf(buildElf({ spareTags })).dynamic!;
      return d.capacity - d.entries.length;
    };
    expect([capacity(0), capacity(5), capacity(16)]).toEqual([1, 6, 17]);
    const fix = readElf(fixture("x86_64-glibc-pie")).dynamic!;
    expect([fix.entries.length, fix.capacity]).toEqual([25, 30]);
  });

  it("ends the capacity at an entry that is not DT_NULL", () => {
    const b = buildElf({ spareTags: 5 });
    const d = readElf(b).dynamic!;
    b[d.offset + (d.entries.length + 3) * 16] = 1;
    expect(readElf(b).dynamic!.capacity).toBe(d.entries.length + 3);
  });

  it("is read at its address, not at p_offset", () => {
    const b = buildElf();
    phdr(b, PT.DYNAMIC).offset = 0;
    expect(readElf(b).needed).toEqual(["libc.so.6"]);
  });

  it("is read at p_offset where no PT_LOAD maps its address", () => {
    const b = buildElf();
    phdr(b, PT.DYNAMIC).vaddr = 0x7000000;
    expect(readElf(b).needed).toEqual(["libc.so.6"]);
  });

  it("is not there in a static program or an object file", () => {
    expect([
      readElf(buildElf({ type: ET.EXEC, dynamic: false })).dynamic,
      readElf(buildElf({ type: ET.REL })).dynamic,
      readElf(fixture("x86_64-glibc-static")).dynamic,
    ]).toEqual([null, null, null]);
  });

  it("is not there in a separate debug file, whose .dynamic is NOBITS", () => {
    const b = buildElf();
    shdr(b, ".dynamic").type = SHT.NOBITS;
    expect(readElf(b).dynamic).toBeNull();
    expect(readElf(b).needed).toEqual([]);
  });
});

describe("a broken dynamic section", () => {
  it("without DT_NULL is MALFORMED", () => {
    const b = buildElf({ spareTags: 0 });
    const segment = phdr(b, PT.DYNAMIC);
    segment.filesz -= 16;
    const error = caught(() => readElf(b).dynamic);
    expect(isElfError(error, "MALFORMED") && error.detail.offset).toBe(segment.offset);
    expect(error.message).toContain("no terminating DT_NULL");
  });

  it("past the end of the file is TRUNCATED", () => {
    const b = buildElf();
    phdr(b, PT.DYNAMIC).filesz = 2 ** 40;
    expect(caught(() => readElf(b).dynamic).code).toBe("TRUNCATED");
  });

  it("keeps its entries where DT_STRTAB lies outside", () => {
    for (const [tag, fields] of [
      [DT.STRTAB, { val: 0x7000000 }],
      [DT.STRSZ, { val: 0x7000000 }],
      [DT.STRSZ, { tag: 0x12345 }],
    ] as const) {
      const b = buildElf();
      Object.assign(dyn(b, tag), fields);

      const elf = readElf(b);
      expect([elf.dynamic!.strings, elf.dynamic!.entries.length]).toEqual([undefined, 8]);
      expect(elf.interpreter).toBe("/lib64/ld-linux-x86-64.so.2");
      expect(caught(() => elf.needed).code).toBe("MALFORMED");
    }
  });

  it("with a string outside .dynstr is MALFORMED, also above 2^53", () => {
    for (const value of [0x4000n, 2n ** 64n - 1n]) {
      const b = buildElf();
      dyn(b, DT.NEEDED).setExact("val", value);
      const error = caught(() => readElf(b).needed);
      expect([error.code, error.message.includes("outside its table")]).toEqual(["MALFORMED", true]);
    }
  });

  it("with a string that has no NUL is MALFORMED", () => {
    const b = buildElf();
    dyn(b, DT.STRSZ).val -= 1;
    expect(caught(() => readElf(b).needed).message).toContain("no terminating NUL");
  });

  it("does not cost the product of entries and string length", () => {
    const b = buildElf({ needed: Array<string>(20_000).fill(`lib${"x".repeat(200_000)}`) });
    const { dynamic: d, header: h } = readElf(b);
    expect(readElf(b).needed.length).toBe(20_000);
    for (const [i, record] of Dyn.table(b.subarray(d!.offset, d!.offset + 20_000 * 16), h).entries()) record.val += i;
    expect(caught(() => readElf(b).needed).code).toBe("MALFORMED");
  }, 5_000);
});

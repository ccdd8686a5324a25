import { describe, expect, it } from "vitest";
import { readElf } from "../../src/image/read-elf.js";
import { EM, ET, PT, SHT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, dyn, ENCODINGS, phdr, shdr } from "../support/elf.js";
import { BROKEN_TABLES } from "../support/damage.js";

const NEEDED = { needed: ["liba.so", "libc.so.6"], runpath: "/opt/lib", symbols: [{ name: "answer" }] };

describe.each(ENCODINGS)("a file whose section header table cannot be used ($label)", (e) => {
  it.each(BROKEN_TABLES)("reads by its program headers: %s", (_, breakTable, reason) => {
    for (const machine of [undefined, EM.SPARCV9]) {
      const bytes = buildElf({ ...e, ...NEEDED, ...(machine !== undefined && { machine }) });
      breakTable(bytes);
      const elf = readElf(bytes);

      expect(elf.header.brokenSections).toMatch(reason);
      expect([elf.header.shnum, elf.header.shstrndx, elf.sections, elf.symbols]).toEqual([0, 0, [], null]);
      expect([elf.needed, elf.runpath, elf.linkage]).toEqual([NEEDED.needed, "/opt/lib", "dynamic"]);
      expect([...elf.dynamicSymbols!].map((s) => s.name)).toEqual(["", "answer"]);
      expect(elf.toJSON().problems).toEqual([expect.stringMatching(reason)]);
    }
  });

  it("is refused where there is nothing else", () => {
    const codes = BROKEN_TABLES.slice(0, 6).map(([what, breakTable]) => {
      const object = buildElf({ ...e, type: ET.REL });
      breakTable(object);
      // Without e_shnum, an object has no sections.
      return what === "e_shnum 0" ? readElf(object).sections.length : caught(() => readElf(object)).code;
    });
    expect(codes).toEqual(["TRUNCATED", "TRUNCATED", 0, "MALFORMED", "MALFORMED", "TRUNCATED"]);
  });

  it("names the section header with a number that no file has", () => {
    const object = buildElf({ ...e, type: ET.REL });
    if (e.class === 32) return;

    const { name } = readElf(object).sections[2]!;
    shdr(object, name).setExact("size", 2n ** 63n);
    const error = caught(() => readElf(object).sections.map((s) => s.name));
    expect([error.code, error.message]).toEqual([
      "MALFORMED",
      expect.stringContaining("sh_size of section header 2 is 0x8000000000000000"),
    ]);
  });
});

describe.each(ENCODINGS)("a table with one wrong header is used ($label)", (e) => {
  const whole = readElf(buildElf({ ...e, ...NEEDED })).sections.map((s) => s.name);

  it("where header 0 is no SHT_NULL", () => {
    const bytes = buildElf({ ...e, ...NEEDED });
    shdr(bytes, "").type = SHT.PROGBITS;
    const elf = readElf(bytes);
    expect([elf.header.brokenSections, elf.sections.map((s) => s.name)]).toEqual([null, whole]);
  });

  it("where a section reaches past the end of the file", () => {
    const bytes = buildElf({ ...e, ...NEEDED });
    shdr(bytes, ".comment").size = 0x7000_0000;
    const elf = readElf(bytes);
    expect([elf.header.brokenSections, elf.sections.map((s) => s.name)]).toEqual([null, whole]);
    expect([elf.overlay, elf.needed]).toEqual([null, NEEDED.needed]);

    shdr(bytes, ".symtab").size = 0x7000_0000;
    expect(caught(() => readElf(bytes).symbols).message).toContain(".symtab");
  });
});

describe.each(ENCODINGS)("bytes behind p_filesz ($label)", (e) => {
  const short = (change: (bytes: Uint8Array) => void = () => {}) => {
    const bytes = buildElf({ ...e, type: ET.EXEC, pageSize: 0x1000, soname: "libx.so" });
    const at = readElf(bytes).dynamic!.strings!.offset;
    Object.assign(phdr(bytes, PT.LOAD), { filesz: at - 8, memsz: at - 8 });
    change(bytes);
    return { bytes, at, address: dyn(bytes, DT.STRTAB).val };
  };

  it("are loaded up to the end of the page", () => {
    const { bytes, at, address } = short();
    const elf = readElf(bytes);
    expect([elf.needed, elf.soname]).toEqual([["libc.so.6"], "libx.so"]);
    expect([elf.offsetOf(address), elf.addressOf(at)]).toEqual([at, BigInt(address)]);
    expect(elf.offsetOf(address - 16, 32)).toBe(at - 16);
    expect([elf.offsetOf(0x400fff), elf.offsetOf(0x400fff, 2)]).toEqual([0xfff, undefined]);
    // The next segment's own bytes.
    expect(elf.offsetOf(0x401000)).toBe(0x1000);
  });

  it("are cleared where p_memsz is larger", () => {
    const { bytes, address } = short((b) => (phdr(b, PT.LOAD).memsz += 1));
    expect(readElf(bytes).offsetOf(address)).toBe(undefined);
    expect(readElf(bytes).dynamic!.strings).toBe(undefined);
  });

  it("are not loaded where the next segment has the page, or the file ends", () => {
    const { bytes, address } = short((b) => {
      const next = phdr(b, PT.LOAD, 1);
      Object.assign(next, { vaddr: next.vaddr - 0x800, offset: next.offset - 0x800 });
    });
    expect(readElf(bytes).offsetOf(address)).toBe(undefined);

    const cut = short();
    expect(readElf(cut.bytes.subarray(0, cut.at + 1)).offsetOf(cut.address, 2)).toBe(undefined);
  });

  it("count for the segment that says that it has them, where several map the page", () => {
    const { bytes, at } = short((b) => {
      const last = phdr(b, PT.LOAD, 2);
      Object.assign(last, { offset: at0(b), vaddr: 0x500000 + at0(b), filesz: 16, memsz: 16 });
    });
    expect(readElf(bytes).addressOf(at)).toBe(BigInt(0x500000 + at));
  });
});

const at0 = (bytes: Uint8Array): number => readElf(bytes).dynamic!.strings!.offset;

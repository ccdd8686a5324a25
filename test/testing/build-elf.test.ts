import { describe, expect, it } from "vitest";
import { equalBytes, viewOf } from "../../src/codec/bytes.js";
import { wordSize } from "../../src/codec/encoding.js";
import type { ElfFile, Section } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { isLoaded } from "../../src/image/headers/sections.js";
import { DF_1, EM, ET, PF, PT, SHT, STB } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { hashEntrySize } from "../../src/spec/machines.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { sysvHash } from "../../src/codec/hash.js";
import { gnuHashOf } from "../../src/testing/hash-parts.js";
import { caught, ENCODINGS } from "../support/elf.js";

const section = (elf: ElfFile, name: string): Section => elf.sections.find((s) => s.name === name)!;
const loads = (elf: ElfFile) => elf.segments.filter((s) => s.type === PT.LOAD);
const SYMBOLS = [{ name: "puts", defined: false }, ...Array.from({ length: 9 }, (_, i) => ({ name: `symbol_${i}` }))];

/** What is wrong with the layout: what a loader, strip or readelf would stumble over. */
const faults = (b: Uint8Array): string[] => {
  const elf = readElf(b);
  return [...loadFaults(elf), ...sectionFaults(elf), ...segmentFaults(elf)];
};

function loadFaults(elf: ElfFile): string[] {
  const out: string[] = [];
  loads(elf).forEach((s, i, all) => {
    const align = s.exact("align");
    if (s.filesz > s.memsz) out.push(`PT_LOAD ${i}: filesz above memsz`);
    if ((s.exact("vaddr") - s.exact("offset")) % align !== 0n) out.push(`PT_LOAD ${i}: not congruent`);
    if (s.offset + s.filesz > elf.source.size) out.push(`PT_LOAD ${i}: past the end`);

    const before = all[i - 1];
    const lastPage = before && (before.exact("vaddr") + before.exact("memsz") - 1n) / align;
    if (lastPage !== undefined && lastPage >= s.exact("vaddr") / align) out.push(`PT_LOAD ${i}: shares a page`);
  });

  return out;
}

function sectionFaults(elf: ElfFile): string[] {
  const out: string[] = [];
  const stored = elf.sections.filter((s) => s.header.type !== SHT.NOBITS);
  const isMapped = (s: Section) => isLoaded(s) && elf.header.type !== ET.REL;
  for (const { name, header: h } of stored.filter(isMapped)) {
    if (elf.offsetOf(h.exact("addr"), h.size) !== h.offset) out.push(`${name}: not where its segment says`);
  }

  const byOffset = stored.filter((s) => s.header.size > 0).sort((a, b) => a.header.offset - b.header.offset);
  byOffset.forEach((s, i) => {
    const before = byOffset[i - 1]?.header;
    if (before && before.offset + before.size > s.header.offset) out.push(`${s.name}: overlaps`);
  });

  for (const { name, header: h } of elf.sections) {
    if (h.addralign > 1 && h.exact("addr") % h.exact("addralign") !== 0n) out.push(`${name}: not aligned`);
  }

  return out;
}

function segmentFaults(elf: ElfFile): string[] {
  const out: string[] = [];
  const held: Readonly<Record<number, string>> = {
    [PT.DYNAMIC]: ".dynamic",
    [PT.INTERP]: ".interp",
    [PT.GNU_RELRO]: ".dynamic",
  };
  for (const s of elf.segments) {
    const h = elf.sections.find((x) => x.name === held[s.type])?.header;
    const isSame = !h || (h.offset === s.offset && h.exact("addr") === s.exact("vaddr") && h.size === s.filesz);
    if (!isSame) out.push(`${held[s.type]}: not its segment`);
  }

  const addresses = elf.sections.filter(isLoaded).map((s) => s.header.exact("addr"));
  for (const s of loads(elf)) {
    const start = s.exact("vaddr");
    const hasSection = addresses.some((a) => a >= start && a < start + s.exact("memsz"));
    if (elf.sections.length > 0 && !hasSection) out.push("a PT_LOAD without a section");
  }

  return out;
}

const VARIANTS: Readonly<Record<string, BuildOptions>> = {
  plain: {},
  "no room": { slack: 0, dynstrLast: true, symbols: SYMBOLS },
  "some slack": { slack: 100 },
  "slack without relro": { slack: 7, relro: false },
  executable: { type: ET.EXEC, got: true },
  static: { type: ET.EXEC, dynamic: false, buildId: null },
  kernel: { type: ET.EXEC, dynamic: false },
  Go: { sectionTable: "start" },
  gap: { headerGap: 112, nullSegments: 2 },
  "no .bss": { bss: 0 },
  extended: { extendedNumbering: true },
  object: { type: ET.REL, symbols: SYMBOLS, debugInfo: 99 },
  "no sections": { sectionHeaders: false },
  core: { type: ET.CORE },
  rich: {
    soname: "libx.so",
    hash: "both",
    symbols: SYMBOLS,
    relocations: [{ symbol: "puts" }],
    versionNeeds: [{ file: "libc.so.6", versions: ["A"] }],
    versions: [{ name: "X" }],
    notes: [{ section: ".note.x", owner: "x", type: 1, description: new Uint8Array(5) }],
  },
};

describe.each(ENCODINGS)("$label", (e) => {
  it.each(Object.entries(VARIANTS))("%s is consistent", (_, options) => {
    const b = buildElf({ ...e, ...options });
    expect(faults(b)).toEqual([]);
    expect(faults(buildElf({ ...e, ...options, pageSize: 0x4000 }))).toEqual([]);
    expect(readElf(b).overlay).toBeNull();
    expect(equalBytes(buildElf({ ...e, ...options }), b)).toBe(true);
  });

  it("finds every defined symbol by both hash tables", () => {
    const b = buildElf({ ...e, hash: "both", symbols: SYMBOLS });
    const elf = readElf(b);
    const v = viewOf(b);
    const le = e.littleEndian;
    const names = [...elf.dynamicSymbols!].map((s) => s.name);

    const entry = hashEntrySize(elf.header.machine, e.class);
    const hash = elf.offsetOf(elf.dynamic!.get(DT.HASH)!)!;
    const word = (i: number) =>
      entry === 8 ? Number(v.getBigUint64(hash + i * 8, le)) : v.getUint32(hash + i * 4, le);
    const bySysv = (name: string) => {
      let i = word(2 + (sysvHash(name) % word(0)));
      while (i !== 0 && names[i] !== name) i = word(2 + word(0) + i);
      return i;
    };

    const gnu = elf.offsetOf(elf.dynamic!.get(DT.GNU_HASH)!)!;
    const at = (i: number) => v.getUint32(gnu + i * 4, le);
    const bloom = wordSize(e) / 4;
    const byGnu = (name: string) => {
      const h = gnuHashOf(name);
      const filter = wordSize(e) === 8 ? v.getBigUint64(gnu + 16, le) : BigInt(at(4));
      const bit = (n: number) => (filter >> BigInt(n % e.class)) & 1n;
      if (!bit(h) || !bit(h >>> at(3))) return 0;

      for (let i = at(4 + bloom + (h % at(0))); i !== 0; i++) {
        const chain = at(4 + bloom + at(0) + i - at(1));
        if ((chain | 1) === (h | 1) && names[i] === name) return i;
        if (chain & 1) return 0;
      }

      return 0;
    };

    for (const name of names.slice(1)) expect([name, bySysv(name)]).toEqual([name, names.indexOf(name)]);
    for (const name of names.slice(2)) expect([name, byGnu(name)]).toEqual([name, names.indexOf(name)]);

    expect([byGnu("puts"), byGnu("absent"), bySysv("absent")]).toEqual([0, 0, 0]);
  });
});

describe("the hash functions", () => {
  it("are those of every libc", () => {
    expect(["GLIBC_2.2.5", "GLIBC_2.34", ""].map(sysvHash)).toEqual([0x09691a75, 0x069691b4, 0]);
    expect(["", "printf", "exit"].map(gnuHashOf)).toEqual([5381, 0x156b2bb8, 0x7c967e3f]);
  });
});

describe("options", () => {
  it("choose the machine by class and byte order, and take another", () => {
    expect(ENCODINGS.map((e) => readElf(buildElf(e)).header.machine)).toEqual([EM.X86_64, EM.S390, EM["386"], EM.PPC]);
    expect(readElf(buildElf({ machine: EM.RISCV })).header.machine).toBe(EM.RISCV);
    expect(readElf(buildElf({ machine: EM.AARCH64 })).interpreter).toBe("/lib/ld-linux-aarch64.so.1");
  });

  it("give a program DT_DEBUG and DF_1_PIE, unless tags say otherwise", () => {
    const valuesOf = (tag: number, options: BuildOptions) => {
      const { entries } = readElf(buildElf(options)).dynamic!;
      return entries.filter((x) => x.tag === tag).map((x) => x.value);
    };

    expect(valuesOf(DT.DEBUG, {})).toEqual([0n]);
    expect(valuesOf(DT.DEBUG, { soname: "x" })).toEqual([]);
    expect(valuesOf(DT.DEBUG, { tags: [{ tag: DT.DEBUG, value: 7 }] })).toEqual([7n]);
    expect(valuesOf(DT.FLAGS_1, {})).toEqual([BigInt(DF_1.PIE)]);
    expect(valuesOf(DT.FLAGS_1, { type: ET.EXEC })).toEqual([]);
    expect(valuesOf(DT.FLAGS_1, { tags: [{ tag: DT.FLAGS_1, value: DF_1.NOW }] })).toEqual([BigInt(DF_1.NOW)]);
  });

  it("set DT_RELA or DT_REL by machine, with the symbols' indexes", () => {
    const options = {
      symbols: SYMBOLS,
      relocations: [
        { symbol: "puts", type: 6 },
        { type: 8, addend: -3 },
      ],
    };
    const x = readElf(buildElf(options));
    const rela = section(x, ".rela.dyn").header;

    expect([rela.type, rela.entsize, rela.size, x.dynamic!.get(DT.RELASZ), x.dynamic!.get(DT.REL)]).toEqual([
      SHT.RELA,
      24,
      48,
      48n,
      undefined,
    ]);

    const v = viewOf(x.source.read(rela.offset, 48));
    const data = section(x, ".data").header.addr;
    expect([
      v.getBigUint64(0, true),
      v.getBigUint64(8, true),
      v.getBigInt64(24, true),
      v.getBigUint64(32, true),
      v.getBigInt64(40, true),
    ]).toEqual([BigInt(data), (1n << 32n) | 6n, BigInt(data + 8), 8n, -3n]);

    const i = readElf(buildElf({ ...options, class: 32 }));
    const rel = section(i, ".rel.dyn").header;
    expect([
      rel.type,
      rel.entsize,
      viewOf(i.source.read(rel.offset, 8)).getUint32(4, true),
      i.dynamic!.get(DT.REL),
    ]).toEqual([SHT.REL, 8, (1 << 8) | 6, BigInt(rel.addr)]);
  });

  it("make DT_PLTGOT lead to the address of .dynamic", () => {
    const elf = readElf(buildElf({ type: ET.EXEC, got: true }));
    const at = elf.offsetOf(elf.dynamic!.get(DT.PLTGOT)!)!;
    expect(viewOf(elf.source.read(at, 8)).getBigUint64(0, true)).toBe(elf.dynamic!.address);
  });

  it("leave exactly the slack that is asked for", () => {
    for (const slack of [0, 1, 100, 5000]) {
      for (const relro of [true, false]) {
        const [r, x, w] = loads(readElf(buildElf({ slack, relro })));
        expect([x!.offset - r!.filesz, w!.offset - x!.offset - x!.filesz]).toEqual([slack, slack]);
        expect(x!.vaddr - r!.memsz).toBeGreaterThanOrEqual(slack);
      }
    }

    const [r, x] = loads(readElf(buildElf()));
    expect([x!.offset, r!.filesz < 0x1000]).toEqual([0x1000, true]);
  });

  it("leave a gap and PT_NULL entries behind the program headers", () => {
    const elf = readElf(buildElf({ headerGap: 56, nullSegments: 2 }));
    const { phoff, phnum, phentsize } = elf.header;
    expect([phnum, elf.segments.slice(-2).map((s) => s.type), section(elf, ".interp").header.offset]).toEqual([
      11,
      [PT.NULL, PT.NULL],
      phoff + phnum * phentsize + 56,
    ]);
  });

  it("put the section headers behind the program headers", () => {
    const elf = readElf(buildElf({ sectionTable: "start" }));
    const { phoff, phnum, phentsize, shoff, shnum, shentsize } = elf.header;
    expect([shoff, section(elf, ".interp").header.offset]).toEqual([
      phoff + phnum * phentsize,
      shoff + shnum * shentsize,
    ]);
  });

  it("put .dynstr last", () => {
    const elf = readElf(
      buildElf({ dynstrLast: true, symbols: SYMBOLS, versionNeeds: [{ file: "libc.so.6", versions: ["A"] }] }),
    );
    const { offset, size } = section(elf, ".dynstr").header;
    expect(offset + size).toBe(loads(elf)[0]!.filesz);
  });

  it("end PT_GNU_RELRO on a page", () => {
    for (const pageSize of [0x1000, 0x10000]) {
      const s = readElf(buildElf({ pageSize })).segments.find((s) => s.type === PT.GNU_RELRO)!;
      expect((s.vaddr + s.memsz) % pageSize).toBe(0);
    }
    expect(readElf(buildElf({ relro: false })).segments.some((s) => s.type === PT.GNU_RELRO)).toBe(false);
  });

  it("leave out what is not wanted", () => {
    const elf = readElf(
      buildElf({
        stackFlags: null,
        phdr: false,
        buildId: null,
        bss: 0,
        comment: null,
        symtab: false,
        needed: [],
        interpreter: null,
      }),
    );
    expect(elf.segments.map((s) => s.type)).toEqual([PT.LOAD, PT.LOAD, PT.LOAD, PT.DYNAMIC, PT.GNU_RELRO]);
    expect(elf.sections.map((s) => s.name)).toEqual([
      "",
      ".gnu.hash",
      ".dynsym",
      ".dynstr",
      ".text",
      ".dynamic",
      ".data",
      ".shstrtab",
    ]);
    expect(readElf(buildElf({ stackFlags: 7 })).segments.find((s) => s.type === PT.GNU_STACK)!.flags).toBe(
      PF.R | PF.W | PF.X,
    );
  });

  it("add what is not loaded, and the overlay", () => {
    const b = buildElf({ comment: "hello", debugInfo: 300, overlay: Uint8Array.of(9, 8, 7) });
    const elf = readElf(b);
    const { offset, size } = section(elf, ".comment").header;

    expect(new TextDecoder().decode(b.subarray(offset, offset + size))).toBe("hello\0");
    expect(section(elf, ".debug_info").header).toMatchObject({ size: 300, addr: 0 });
    expect([...b.subarray(-3)]).toEqual([9, 8, 7]);
    expect(elf.overlay!.size).toBe(3);
  });

  it("make an object file without segments and addresses", () => {
    const elf = readElf(buildElf({ type: ET.REL, symbols: SYMBOLS }));
    expect([elf.header.phoff, elf.segments.length]).toEqual([0, 0]);
    expect(elf.sections.every((s) => s.header.addr === 0)).toBe(true);

    const symbols = [...elf.symbols!];
    const globals = symbols.filter((s) => s.binding === STB.GLOBAL);
    expect(globals.map((s) => s.name)).toEqual(SYMBOLS.map((s) => s.name));
    expect(symbols.find((s) => s.name === "symbol_0")!.value).toBe(16n);
  });

  it("that contradict each other are refused", () => {
    expect(caught(() => buildElf({ symbols: [{ name: "a", version: "V" }] })).message).toContain(
      "version definition has the version V of symbol a",
    );
    expect(caught(() => buildElf({ symbols: [{ name: "a", defined: false, version: "V" }] })).code).toBe("BAD_EDIT");
    expect(caught(() => buildElf({ relocations: [{ symbol: "absent" }] })).message).toContain("absent");
    expect(caught(() => buildElf({ base: 0x123 })).code).toBe("BAD_EDIT");
  });
});

import { describe, expect, it } from "vitest";
import { pageFitness } from "../../src/check/pages.js";
import { readElf } from "../../src/image/read-elf.js";
import { ET, PF, PT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, ENCODINGS, fixture, phdr } from "../support/elf.js";
import { lowered } from "../support/realign.js";

const PAGE = 16384;
const hex = (n: number) => `0x${n.toString(16)}`;

/** Problems as `severity rule at`. */
const problems = (b: Uint8Array, size = PAGE) =>
  pageFitness(readElf(b), size).problems.map((p) => `${p.severity} ${p.rule} ${p.at}`);

/** The messages of all problems. */
const messages = (b: Uint8Array, size = PAGE) => {
  const { problems } = pageFitness(readElf(b), size);
  return problems.map((p) => p.message).join("\n");
};

/** Files for bionic, glibc, musl or an unknown C library, which decides how the end of PT_GNU_RELRO is rounded. */
const KINDS = {
  bionic: {
    soname: "libx.so",
    needed: ["libc.so"],
    notes: [{ section: ".note.android.ident", owner: "Android", type: 1, description: new Uint8Array(4) }],
  },
  glibc: { soname: "libx.so", needed: ["libc.so.6"] },
  musl: { soname: "libx.so", needed: ["libc.musl-x86_64.so.1"] },
  unknown: { soname: "libx.so", needed: ["libm.so"] },
  "musl by another name": { soname: "libx.so", needed: ["libstdc++.so.6", "libc.so"] },
  "a loader": { soname: "ld-linux.so.2", needed: [] },
  program: { interpreter: "/lib/ld-linux-aarch64.so.1" },
  "android program": { interpreter: "/system/bin/linker64" },
} satisfies Record<string, BuildOptions>;
const built = (options: BuildOptions = {}) => buildElf({ pageSize: 65536, ...options });

describe.each(ENCODINGS)("$label", (e) => {
  it("a file for large pages is fit for them and for smaller ones", () => {
    for (const options of [
      {},
      { slack: 0 },
      { type: 2, base: 0x10000 },
      { soname: "libx.so" },
      { dynamic: false, type: 2 },
    ] satisfies BuildOptions[]) {
      for (const size of [4096, PAGE, 65536]) {
        expect(pageFitness(readElf(built({ ...e, ...options })), size)).toEqual({
          pageSize: size,
          fit: true,
          raisable: true,
          problems: [],
          obstacles: [],
        });
      }
    }
  });

  it("p_align alone: one problem a PT_LOAD, and it can be raised", () => {
    const f = pageFitness(readElf(lowered(built({ ...e, type: 2, base: 0x400000 }))), PAGE);
    expect([f.fit, f.raisable, f.problems.map((p) => [p.rule, p.message])]).toEqual([
      false,
      true,
      Array(3).fill(["page-align", "p_align 0x1000 is smaller than a page of 0x4000"]),
    ]);
  });

  it("offsets that are not congruent, with both numbers", () => {
    const b = buildElf({ ...e, pageSize: 0x1000 });
    const data = phdr(b, PT.LOAD, 2);
    expect(messages(b)).toContain(
      `p_vaddr ${hex(data.vaddr)} and p_offset ${hex(data.offset)} are not congruent modulo 0x4000`,
    );
    expect(problems(b).filter((p) => p.includes("page-shared")).length).toBe(2);
  });

  it("two PT_LOADs in a page, by one byte or not at all", () => {
    const b = built(e);
    const text = phdr(b, PT.LOAD, 1);
    const first = phdr(b, PT.LOAD, 0);
    const end = text.vaddr - (text.vaddr % PAGE);
    first.memsz = end;

    expect(problems(b)).toEqual([]);

    first.memsz = end + 1;
    expect(problems(b)).toEqual([`error page-shared PT_LOAD ${hex(text.vaddr)}`]);
    expect(messages(b)).toBe(
      `it starts at ${hex(text.vaddr)} in the page at ${hex(end)} (0x4000 bytes), ` +
        `in which PT_LOAD 0x0 ends at ${hex(end)}`,
    );

    first.memsz = text.vaddr + 0x10000;
    expect(problems(b)).toEqual([`error page-shared PT_LOAD ${hex(text.vaddr)}`]);
  });

  it("a program whose first page would be that at address 0", () => {
    const b = built({ ...e, type: 2, base: 0x10000 });
    Object.assign(phdr(b, PT.LOAD, 0), { vaddr: 0x8000, align: 0x8000 });
    expect([problems(b, 32768), problems(b, 65536)]).toEqual([
      [],
      ["page-align", "page-congruent", "page-zero"].map((rule) => `error ${rule} PT_LOAD 0x8000`),
    ]);
  });

  it("writable bytes behind PT_GNU_RELRO: a crash where its end is rounded up, less protection where down", () => {
    const of = (kind: keyof typeof KINDS) => {
      const b = built({ ...e, ...KINDS[kind] });
      const relro = phdr(b, PT.GNU_RELRO);
      relro.memsz -= 16;
      return { found: problems(b), text: messages(b), relro, raisable: pageFitness(readElf(b), PAGE).raisable };
    };
    for (const kind of ["bionic", "android program", "unknown"] as const) {
      const { found, text, raisable } = of(kind);
      expect([kind, found, raisable]).toEqual([kind, ["error page-relro PT_GNU_RELRO"], false]);
      expect(text).toContain("bionic makes them read-only, too, so that the program crashes");
      expect(text.includes("glibc")).toBe(kind === "unknown");
    }

    for (const kind of ["glibc", "musl", "musl by another name", "a loader", "program"] as const) {
      const { found, text, raisable } = of(kind);
      expect([kind, found, raisable, text.includes("bionic")]).toEqual([
        kind,
        ["warning page-relro PT_GNU_RELRO"],
        true,
        false,
      ]);
    }

    // The bytes up to the end of the segment, which is nearer than that of the page.
    const b = built({ ...e, ...KINDS.bionic });
    const relro = phdr(b, PT.GNU_RELRO);
    const data = phdr(b, PT.LOAD, 2);
    relro.memsz -= 16;

    const end = relro.vaddr + relro.memsz;
    expect(messages(b)).toContain(
      `it ends at ${hex(end)}, inside a page of 0x4000, ` +
        `and the 16 bytes ${hex(end)}..${hex(end + 15)} of PT_LOAD ${hex(data.vaddr)}`,
    );
  });

  it("writable bytes before PT_GNU_RELRO: a crash everywhere", () => {
    for (const options of Object.values(KINDS)) {
      const b = built({ ...e, ...options });
      const relro = phdr(b, PT.GNU_RELRO);
      relro.vaddr += 16;
      relro.offset += 16;
      relro.memsz -= 16;
      expect(problems(b)).toEqual(["error page-relro PT_GNU_RELRO"]);
      expect(messages(b)).toContain("make the 16 writable bytes");
    }
  });

  it("PT_GNU_RELRO over all of its PT_LOAD, as lld has it: its end matters to nobody but glibc and musl", () => {
    for (const [kind, found] of [
      ["bionic", []],
      ["android program", []],
      ["unknown", ["warning page-relro PT_GNU_RELRO"]],
      ["glibc", ["warning page-relro PT_GNU_RELRO"]],
    ] as const) {
      const b = built({ ...e, ...KINDS[kind] });
      const relro = phdr(b, PT.GNU_RELRO);
      relro.memsz -= 16;
      Object.assign(phdr(b, PT.LOAD, 2), { filesz: relro.memsz, memsz: relro.memsz });
      expect([kind, problems(b)]).toEqual([kind, found]);
      if (found.length > 0) expect(messages(b)).toContain("stay writable");
    }
  });

  it("PT_GNU_RELRO padded behind the last page of its PT_LOAD", () => {
    const b = built({ ...e, ...KINDS.bionic });
    const relro = phdr(b, PT.GNU_RELRO);
    const data = phdr(b, PT.LOAD, 2);
    Object.assign(data, { filesz: relro.memsz, memsz: relro.memsz });
    relro.memsz += 65536;

    for (const size of [PAGE, 65536]) expect(problems(b, size)).toEqual(["error page-relro PT_GNU_RELRO"]);

    relro.memsz -= 65536 - 32768;
    expect(messages(b, PAGE)).toContain("32768 bytes behind the last page");

    // Rounded up to a page of 64 KiB by a linker that was told so, where the PT_LOAD ends before.
    Object.assign(data, { filesz: 32, memsz: 32 });
    relro.memsz = 65536 - (relro.vaddr % 65536);
    expect([problems(b, PAGE), problems(b, 65536)]).toEqual([[], []]);
  });
});

it("a read-only PT_LOAD around PT_GNU_RELRO is protected anyway", () => {
  const b = built(KINDS.bionic);
  phdr(b, PT.GNU_RELRO).memsz -= 16;
  phdr(b, PT.LOAD, 2).flags = PF.R;
  expect(problems(b)).toEqual([]);
});

describe("published libraries, by their program headers", () => {
  /** What is said of a library with these PT_LOADs and this PT_GNU_RELRO. */
  function of(
    loads: readonly (readonly [offset: number, vaddr: number, memsz: number, flags: number])[],
    [vaddr, memsz]: readonly [vaddr: number, memsz: number],
  ) {
    const b = built({ ...KINDS.bionic, nullSegments: 1 });
    loads.forEach(([offset, address, size, flags], i) => {
      Object.assign(phdr(b, PT.LOAD, i), { offset, vaddr: address, memsz: size, filesz: size, flags, align: PAGE });
    });
    for (let i = loads.length; i < 3; i++) phdr(b, PT.LOAD, loads.length).type = PT.NULL;
    Object.assign(phdr(b, PT.GNU_RELRO), { vaddr, memsz, filesz: memsz });

    return { problems: problems(b), text: messages(b) };
  }

  it("libe_sqlcipher.so 2.1.10 crashes with 16 KiB pages, although every p_align is 0x4000", () => {
    const { problems, text } = of(
      [
        [0, 0, 0x1a5e58, 5],
        [0x1a63b0, 0x1aa3b0, 0xf950, 6],
      ],
      [0x1aa3b0, 0x3c50],
    );
    expect(problems).toEqual(["error page-relro PT_GNU_RELRO"]);
    expect(text).toContain("the 8192 bytes 0x1ae000..0x1affff of PT_LOAD 0x1aa3b0 behind it are writable");
  });

  it("libzstd-jni 1.5.7-12, too: PT_GNU_RELRO in the middle of a PT_LOAD", () => {
    const { problems } = of(
      [
        [0, 0, 0x2b584, 4],
        [0x2c000, 0x2c000, 0x67fc0, 5],
        [0x94000, 0x94000, 0x8098, 6],
      ],
      [0x98000, 0x1000],
    );
    expect(problems).toEqual(["error page-relro PT_GNU_RELRO"]);
  });

  it("one by lld, whose PT_GNU_RELRO does not end on a page either, is fit", () => {
    const { problems } = of(
      [
        [0x1389c, 0x1789c, 0x3f244, 5],
        [0x52ae0, 0x5aae0, 0x3520, 6],
        [0x55200, 0x61200, 0x1320, 6],
      ],
      [0x5aae0, 0x3520],
    );
    expect(problems).toEqual([]);
  });
});

it("refuses what no loader maps, and sizes that are none", () => {
  const codeOf = (bytes: Uint8Array, size = PAGE) => caught(() => pageFitness(readElf(bytes), size)).code;
  expect(codeOf(fixture("x86_64-object.o"))).toBe("RELOCATABLE");
  expect(codeOf(buildElf({ type: ET.CORE }))).toBe("UNSUPPORTED");
  for (const size of [0, -4096, 2048, 12288, NaN, Infinity, 2 ** 40]) {
    expect(codeOf(built(), size)).toBe("BAD_EDIT");
  }
});

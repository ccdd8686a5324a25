import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeText, viewOf } from "../../src/codec/bytes.js";
import { diagnose } from "../../src/diagnose/diagnose.js";
import type { Diagnosis } from "../../src/diagnose/diagnosis.js";
import { ENTRY_PATTERNS } from "../../src/diagnose/detect/entry-patterns.js";
import { DT, EM, ET, PT, readElf } from "../../src/index.js";
import { DF_1, STB } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { itWithTools } from "../support/tools.js";
import { counting, ENCODINGS, fixture, phdr } from "../support/elf.js";
import { bytesSource } from "../../src/codec/source.js";

const said = (bytes: Uint8Array) => diagnose(readElf(bytes));
const short = ({ libc, libcConfidence, linkage, language }: Diagnosis): string =>
  `${libc} ${libcConfidence} ${linkage} ${language}`;

/** The clues about one thing: their kinds, and what they say. */
const clues = ({ evidence }: Diagnosis, about: string): string[] =>
  evidence.filter((clue) => clue.about === about).map(({ kind, says }) => `${kind} ${says}`);

/** A program whose code begins with these bytes, in hexadecimal. */
function starting(code: string, options: BuildOptions = {}): Uint8Array {
  const bytes = buildElf({ type: ET.EXEC, dynamic: false, comment: null, symtab: false, slack: 4096, ...options });
  const elf = readElf(bytes);
  bytes.set(Buffer.from(code, "hex"), elf.offsetOf(elf.header.entry));
  return bytes;
}

const note = (owner: string, type: number, description = new Uint8Array(4)) => ({
  section: `.note.${owner}`,
  owner,
  type,
  description,
});
const imports = (...names: string[]) => names.map((name) => ({ name, defined: false }));
const library = (options: BuildOptions): Uint8Array => buildElf({ soname: "libx.so", comment: null, ...options });

describe("start code", () => {
  /** The first bytes of crt1.o and start.o in Debian 12's musl-dev and dietlibc-dev, and of published programs. */
  const captured: readonly (readonly [
    libc: string,
    machine: number,
    elfClass: 32 | 64,
    littleEndian: boolean,
    code: string,
  ])[] = [
    ["musl", EM.AARCH64, 64, true, "1d0080d21e0080d2e003009101000090210000911fec7c9200000014"],
    ["musl", EM.ARM, 32, true, "00b0a0e300e0a0e310109fe501108fe00d00a0e10fc0c0e30cd0a0e1feffffeb"],
    ["musl", EM.ARM, 32, true, "4ff0000b4ff0000e03497944684620f00f0ce546fff7feff"],
    ["musl", EM["386"], 32, true, "31ed89e083e4f05050e8000000008104240300000050e8fcffffff"],
    [
      "musl",
      EM.MIPS,
      64,
      true,
      "0700110425f000000000000000000000000000000000000000000000000000000000fcdf2fe0fc032520a0031000e5df",
    ],
    ["musl", EM.MIPS, 32, true, "0400110425f000000800000000000000000000000000fc8f23e0fc032520a0030800e58f"],
    ["musl", EM.PPC64, 64, true, "00004c3c0000423828008c801462847c780b237ce406217800000038e1ff01f8"],
    ["musl", EM.S390, 64, false, "b904002fc03000000012e33030000018a7fbff60a7090000e300f0000024c0f4"],
    ["musl", EM.RISCV, 64, true, "9701d4ff9381c1980a8597a5360093852559137101ff09a0"],
    ["musl", EM.LOONGARCH, 64, true, "1600150064001500c563021aa5a0de020300830000040050"],
    ["musl", EM.X86_64, 64, true, "4831ed4889e7488d353be134004883e4f0e800000000"],
    ["glibc", EM.X86_64, 64, true, "f30f1efa31ed4989d15e4889e24883e4f050544c8d05a6000000"],
    ["glibc", EM.AARCH64, 64, true, "5f2403d51d0080d21e0080d2e50300aae10340f9e2230091e6030091"],
    ["glibc", EM.AARCH64, 64, true, "1d0080d21e0080d2e50300aae10340f9e2230091e6030091c0000058"],
    ["glibc", EM.RISCV, 64, true, "ef002002aa87171506010335a53c82653000137101ff814601470a88efb05984"],
    ["glibc", EM.LOONGARCH, 64, true, "890015008464021a0c60fe02ecffff178cfd3f0384300c386500c0286620c00203008300"],
    ["glibc", EM.PPC64, 64, true, "04004c3cd8144238780b297ce40621780000003881ff21f8a603087c000001f8108002e9"],
    ["glibc", EM.MIPS, 32, true, "2500e003010011040000000004001c3ce4319c2721e09f0325f800001880848f"],
    ["bionic", EM.AARCH64, 64, true, "9f2403d51d0080d21e0080d2e0030091010000143f2303d5"],
    ["dietlibc", EM.AARCH64, 64, true, "1d0080d21e0080d2e00340f9e12300915001005809f07dd3"],
    ["dietlibc", EM.ARM, 32, true, "00b0a0e300009de504108de218c09fe5002181e0042082e2"],
    ["dietlibc", EM["386"], 32, true, "5989e0518d748804565051893500000000ad85c0"],
    ["dietlibc", EM.S390, 64, false, "e320f00000044130f008b9040042894000034144f010"],
    ["dietlibc", EM.PPC64, 64, true, "00004c3c00004238780b297ce40621780000003881ff21f8a603087c000001f80000c03d"],
  ];

  it.each(captured)("%s on machine %i, %i bits", (libc, machine, elfClass, littleEndian, code) => {
    // ABI 2 of PowerPC, ELFv2, where the entry point is code.
    const flags = machine === EM.PPC64 ? 2 : 0;
    const diagnosis = said(
      starting(code, { machine, class: elfClass, byteOrder: littleEndian ? "little" : "big", flags }),
    );

    expect([diagnosis.libc, diagnosis.libcConfidence]).toEqual([libc, "certain"]);
    expect(clues(diagnosis, "libc")).toEqual([`entry-code ${libc}`]);
  });

  it("code that a pattern matches is matched by none of another library", () => {
    for (const [libc, machine, elfClass, littleEndian, code] of captured) {
      const ofEncoding = ENTRY_PATTERNS.filter(
        (pattern) => pattern.machine === machine && pattern.class === elfClass && pattern.littleEndian === littleEndian,
      );
      const matching = ofEncoding.filter((pattern) => new RegExp(`^${pattern.code}`).test(code));
      const libraries = new Set(matching.map((pattern) => pattern.of));
      expect([code, ...libraries]).toEqual([code, libc]);
    }
  });

  it("is found behind Thumb's odd address, and through PowerPC's function descriptor", () => {
    const thumb = starting("4ff0000b4ff0000e03497944684620f00f0ce546", { machine: EM.ARM, class: 32 });
    thumb[24]! |= 1;
    expect(said(thumb).libc).toBe("musl");

    const code = "00004c3c0000423828008c801462847c780b237ce406217800000038";
    const powerpc = starting(`${"0".repeat(32)}${code}`, { machine: EM.PPC64 });
    const elf = readElf(powerpc);
    viewOf(powerpc).setBigUint64(elf.offsetOf(elf.header.entry)!, elf.header.entry + 16n, true);
    expect(said(powerpc).libc).toBe("musl");
  });

  it("of another machine, byte order or class says nothing", () => {
    const s390x = "b904002fc03000000012e33030000018a7fbff60a7090000e300f0000024c0f4";
    const x86_64 = "4831ed4889e7488d353be134004883e4f0e800000000";
    expect(said(starting(s390x, { machine: EM.PPC64, byteOrder: "big", flags: 2 })).libc).toBe("unknown");
    expect(said(starting(x86_64, { class: 32, machine: EM["386"] })).libc).toBe("unknown");
  });
});

describe("C libraries by what a file needs", () => {
  const cases: readonly (readonly [string, BuildOptions, string])[] = [
    ["uClibc's loader", { interpreter: "/lib/ld-uClibc.so.0", needed: ["libc.so.0"] }, "uclibc certain dynamic c"],
    ["uClibc-ng's", { interpreter: "/lib/ld64-uClibc.so.1", needed: ["libc.so.1"] }, "uclibc certain dynamic c"],
    [
      "a loader of Nix",
      { interpreter: "/nix/store/0000-glibc-2.38-44/lib/ld-linux-x86-64.so.2", needed: ["libc.so.6"] },
      "glibc certain dynamic c",
    ],
    ["Alpine's name", { soname: "liba.so", needed: ["libc.musl-riscv64.so.1"] }, "musl certain shared-library c"],
    ["libc.so alone", { soname: "liba.so", needed: ["libc.so"] }, "musl likely shared-library c"],
    [
      "libc.so with musl's errno",
      { soname: "liba.so", needed: ["libc.so"], symbols: imports("__errno_location") },
      "musl certain shared-library c",
    ],
    [
      "libc.so with bionic's errno",
      { soname: "liba.so", needed: ["libc.so"], symbols: imports("__errno") },
      "bionic certain shared-library c",
    ],
    [
      "libc.so with liblog.so",
      { soname: "liba.so", needed: ["liblog.so", "libc.so"] },
      "bionic certain shared-library c",
    ],
    [
      "libc.so in version LIBC",
      {
        soname: "liba.so",
        needed: ["libc.so"],
        symbols: [{ name: "abs", defined: false, version: "LIBC" }],
        versionNeeds: [{ file: "libc.so", versions: ["LIBC"] }],
      },
      "bionic certain shared-library c",
    ],
    [
      "libc.so with Android's note",
      { soname: "liba.so", needed: ["libc.so"], notes: [note("Android", 1)] },
      "bionic certain shared-library c",
    ],
    [
      "libc.so with OpenHarmony's note",
      { soname: "liba.so", needed: ["libc.so"], notes: [note("OHOS", 1)] },
      "musl certain shared-library c",
    ],
    ["Android's loader", { interpreter: "/system/bin/linker64", needed: ["libc.so"] }, "bionic certain dynamic c"],
    ["nothing at all", { interpreter: null, soname: "liba.so", needed: [] }, "none likely shared-library unknown"],
    [
      "only the host's symbols",
      { soname: "liba.so", needed: [], symbols: imports("host_function") },
      "unknown guess shared-library unknown",
    ],
  ];
  it.each(cases)("%s", (_, options, expected) =>
    expect(short(said(buildElf({ comment: null, symtab: false, ...options })))).toBe(expected),
  );

  it("versions of libgcc_s that are called GLIBC_2.0 are not glibc's", () => {
    const needs = (file: string) =>
      library({
        needed: [file],
        symbols: [{ name: "f", defined: false, version: "GLIBC_2.0" }],
        versionNeeds: [{ file, versions: ["GLIBC_2.0"] }],
      });
    expect([said(needs("libgcc_s.so.1")).libc, said(needs("libm.so.6")).libc]).toEqual(["unknown", "glibc"]);
  });

  it("clues that contradict each other make the first one less certain", () => {
    const diagnosis = said(buildElf({ interpreter: "/lib/ld-musl-x86_64.so.1", needed: ["libc.so.6"] }));
    expect([diagnosis.libc, diagnosis.libcConfidence]).toEqual(["musl", "likely"]);
    expect(clues(diagnosis, "libc")).toEqual(["interpreter musl", "needed glibc"]);
  });

  it.each([
    ["FreeBSD", { osabi: 9, needed: ["libc.so.7"] }],
    ["NetBSD", { notes: [note("NetBSD", 1)], needed: ["libc.so"], interpreter: "/libexec/ld.elf_so" }],
    ["OpenBSD", { needed: ["libc.so.97.0"], interpreter: "/usr/libexec/ld.so" }],
    ["Solaris", { needed: ["libc.so.1"], interpreter: "/lib/amd64/ld.so.1" }],
  ] as const)("%s's C library is none that has a name here", (system, options) => {
    const diagnosis = said(buildElf({ comment: null, ...options }));
    expect([diagnosis.libc, clues(diagnosis, "libc")]).toEqual(["unknown", [`system ${system}`]]);
  });

  it("a loader that somebody renamed does not make a program of glibc OpenBSD's", () => {
    expect(said(buildElf({ comment: null, needed: ["libc.so.6"], interpreter: "/opt/app/ld.so" })).libc).toBe("glibc");
  });

  it("offsets of evidence lead to it", () => {
    const bytes = fixture("x86_64-glibc-pie");
    const elf = readElf(bytes);
    const { evidence } = diagnose(elf);
    const at = (kind: string) => evidence.find((clue) => clue.kind === kind)!.offset!;
    const textAt = (kind: string, length: number) =>
      new TextDecoder().decode(bytes.subarray(at(kind), at(kind) + length));

    expect(textAt("interpreter", 28)).toBe("/lib64/ld-linux-x86-64.so.2\0");
    expect(viewOf(bytes).getBigUint64(at("needed"), true)).toBe(BigInt(DT.NEEDED));
    expect(at("entry-code")).toBe(elf.offsetOf(elf.header.entry));
    expect(at("abi-tag")).toBe(elf.notes.find(({ owner, type }) => owner === "GNU" && type === 1)!.offset);
    expect(at("version-need")).toBe(elf.versionNeeds[0]!.versions[0]!.at);
    expect(textAt("comment", 4)).toBe("GCC:");
  });
});

describe("linkage", () => {
  const of = (options: BuildOptions) => said(buildElf(options)).linkage;
  const exporting = (name: string, ...host: string[]): BuildOptions => ({
    soname: "x.so",
    needed: [],
    symbols: [{ name }, ...imports(...host)],
  });
  it.each([
    ["an addon that looks Node-API up itself", exporting("napi_register_module_v1"), "plugin"],
    ["an addon of one version of Node", exporting("node_register_module_v115"), "plugin"],
    ["an addon with a constructor", exporting("other", "napi_module_register"), "plugin"],
    ["Python", exporting("PyInit_x", "PyModule_Create2"), "plugin"],
    ["Python itself", exporting("PyInit_x"), "shared-library"],
    ["Ruby", exporting("Init_x", "rb_define_method"), "plugin"],
    ["a function called Init_", exporting("Init_x"), "shared-library"],
    ["Lua", exporting("luaopen_x", "lua_pushnil"), "plugin"],
    ["JNI", exporting("JNI_OnLoad"), "plugin"],
    ["PHP", exporting("get_module", "zend_parse_parameters"), "plugin"],
    ["a library", exporting("answer", "abs"), "shared-library"],
  ] as const)("%s", (_, options, expected) => expect(of(options)).toBe(expected));

  const LIBC = "/lib/x86_64-linux-gnu/libc.so.6";
  const LOADER = "/lib64/ld-linux-x86-64.so.2";
  const MUSL = "/lib/ld-musl-x86_64.so.1";
  itWithTools([LIBC, LOADER, MUSL], "a C library that can be started is a library, and loaders are loaders", () => {
    const shortOf = (path: string) => short(said(new Uint8Array(readFileSync(path))));
    expect(shortOf(LIBC)).toBe("glibc certain shared-library c");
    expect(shortOf(LOADER)).toBe("glibc certain loader c");
    expect(shortOf(MUSL)).toBe("musl certain loader c");
  });

  it("a program with a DT_SONAME is no library", () => {
    const pie = [{ tag: DT.FLAGS_1, value: DF_1.PIE }];
    expect(of({ soname: "program", interpreter: LOADER, tags: pie })).toBe("dynamic");
  });

  it("an interpreter without libraries: glibc's has nothing to do, klibc's is the library itself", () => {
    const glibc = buildElf({ needed: [], comment: null });
    const klibc = buildElf({ type: ET.EXEC, dynamic: false, interpreter: "/lib/klibc-abc.so", comment: null });
    expect(short(said(glibc))).toBe("none likely interpreter-only unknown");
    expect(short(said(klibc))).toBe("klibc certain dynamic c");
  });
});

describe("language by names", () => {
  const of = (...names: string[]) =>
    said(library({ symtab: false, symbols: names.map((name) => ({ name })) })).language;
  it.each([
    ["c++", "_ZN3foo3barEv"],
    ["c++", "_Z3addii"],
    ["c++", "_ZTV3Foo"],
    ["c++", "_ZStplIcE"],
    ["c++", "__vt_9type_info"],
    ["rust", "_ZN4core3fmt9Formatter3new17h0123456789abcdefE"],
    ["rust", "_RNvCs1234_7mycrate3foo"],
    ["c", "_Zone"],
    ["c", "_ZoneDelegate"],
    ["c", "_Register"],
    ["c", "zlibVersion"],
  ])("%s: %s", (language, name) => expect(of(name)).toBe(language));

  it("other languages' libraries make it unknown, not C", () => {
    expect(said(library({ needed: ["libgfortran.so.5", "libc.so.6"] })).language).toBe("unknown");
    expect(said(library({ needed: ["libgnat-12.so", "libc.so.6"] })).language).toBe("unknown");
  });
});

describe("UPX", () => {
  const MARK = encodeText("UPX!");

  /** Writes the mark behind the program headers. */
  function mark(bytes: Uint8Array): void {
    const { phoff, phnum, phentsize } = readElf(bytes).header;
    bytes.set(MARK, phoff + phnum * phentsize + 4);
  }

  /** As upx -9 leaves a program: two segments, no section headers, the mark behind the program headers. */
  function packed(at: "head" | "tail"): Uint8Array {
    const tail = at === "tail" && { overlay: encodeText("\0\0\0\0UPX!\0\0\0\0UPX!\r\f\t") };
    const bytes = starting("f30f1efa59545f5152", { sectionHeaders: false, headerGap: 64, ...tail });
    if (at === "head") mark(bytes);
    return bytes;
  }

  it.each(["head", "tail"] as const)("is told by its mark at the %s, and hides the rest", (at) => {
    const bytes = packed(at);
    const { packer, libc, language, go, evidence } = said(bytes);
    const offset = evidence.find((clue) => clue.about === "packer")!.offset!;

    expect([packer, libc, language, go]).toEqual(["upx", "unknown", "unknown", null]);
    expect(bytes.slice(offset, offset + 4)).toEqual(MARK);
  });

  it("a file with sections may hold the mark", () => {
    const bytes = buildElf({ headerGap: 64 });
    mark(bytes);
    expect(said(bytes).packer).toBeNull();
  });
});

describe("work in proportion", () => {
  it("a large dynamic C++ program is not read for what its headers say", () => {
    const bytes = buildElf({ needed: ["libstdc++.so.6", "libc.so.6"], slack: 8 << 20, symtab: false });
    const source = counting(bytesSource(bytes));
    expect(short(diagnose(readElf(source)))).toBe("glibc certain dynamic c++");
    expect(source.bytes).toBeLessThan(100_000);
  });

  it("broken files give a diagnosis, and the reason for what is missing", () => {
    for (const e of ENCODINGS) {
      const { littleEndian } = e;
      const bytes = buildElf({
        class: e.class,
        byteOrder: littleEndian ? "little" : "big",
        symbols: [{ name: "f", binding: STB.GLOBAL }],
      });
      phdr(bytes, PT.DYNAMIC).filesz = 1 << 30;

      const { libc, problems } = said(bytes);
      expect(problems.join()).toMatch(/reaches past the end/);
      expect(libc).toBe(e.class === 32 && !littleEndian ? libc : "glibc");
    }
  });
});

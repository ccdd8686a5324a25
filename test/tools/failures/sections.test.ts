import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { headerView } from "../../../src/image/headers/header.js";
import { type ElfFile, patch, readElf, setRunpath } from "../../../src/index.js";
import { itWithTools, must, run } from "../../support/tools.js";
import { type Case, HUGE, libraryJobs, LONG, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();
const HELLO =
  "#include <stdio.h>\n" +
  "static int zeros[300];\n" +
  "int main(void) { int n = 0; for (int i = 0; i < 300; i++) n += zeros[i] != 0; zeros[3] = 1; " +
  'printf("hello, %d dirty\\n", n); return 0; }\n';
const EXPECTED = "hello, 0 dirty\n";
const LINKERS = [
  ["bfd", "ld.bfd"],
  ["gold", "ld.gold"],
  ["lld", "ld.lld"],
  ["mold", "mold"],
] as const;
const pieFlags = (pie: string): string[] => [pie, pie === "-pie" ? "-fPIE" : "-fno-pie"];
const PT_LOAD = 1;

/** The case with its bytes changed by hand, as some tool left them. */
function changed(
  c: Case,
  name: string,
  change: (bytes: Buffer, elf: ElfFile) => Buffer | void,
  without: Case["without"] = {},
): Case {
  const bytes = Buffer.from(readFileSync(c.path));
  return { ...c, without, path: bench.files.write(name, change(bytes, readElf(bytes)) ?? bytes) };
}

const header = (bytes: Buffer) => headerView(bytes, { class: 64, littleEndian: true });
const row = (elf: ElfFile, name: string): number =>
  elf.header.shoff + elf.sections.findIndex((s) => s.name === name) * elf.header.shentsize;

/** Cuts the section header table off, and all that is behind the last segment's bytes. */
function cutSections(bytes: Buffer, elf: ElfFile): Buffer {
  const end = Math.max(...elf.segments.filter((s) => s.type === PT_LOAD).map((s) => s.offset + s.filesz));
  const h = header(bytes);
  h.shoff = 0;
  h.shnum = 0;
  h.shstrndx = 0;
  return bytes.subarray(0, end);
}

const NO_SECTIONS: Case["without"] = {
  strip: "GNU strip says that the file has no sections",
  "strip -g": "GNU strip says that the file has no sections",
  "eu-strip": "eu-strip writes an empty file",
};

describe("no section headers", () => {
  for (const [linker, tool] of LINKERS) {
    for (const pie of ["-pie", "-no-pie"]) {
      itWithTools([...TOOLS, tool], `#22 ${linker} ${pie}: a program`, () => {
        const c = changed(
          bench.program(`none-${linker}${pie}`, EXPECTED, {
            source: HELLO,
            flags: [`-fuse-ld=${linker}`, ...pieFlags(pie)],
          }),
          `none-${linker}${pie}.cut`,
          cutSections,
          NO_SECTIONS,
        );
        bench.patchelfBreaks(c, ["--print-needed"], "tool", /no section headers/);
        bench.chains(c, programJobs());
      });
    }
    itWithTools([...TOOLS, tool], `#22 ${linker}: a library`, () => {
      const c = changed(
        bench.library(`none-${linker}.so`, "said", {
          source:
            'const char *say(void) { return "said"; }\n' +
            'int use(void) { extern int puts(const char *); return puts("x"); }\n',
          flags: [`-fuse-ld=${linker}`],
        }),
        `none-${linker}.cut.so`,
        cutSections,
        NO_SECTIONS,
      );
      bench.patchelfBreaks(c, ["--print-needed"], "tool", /no section headers/);
      bench.chains(c, libraryJobs());
    });
  }
  itWithTools(
    ["s390x-linux-gnu-gcc", "qemu-s390x", "patchelf", "llvm-strip", "eu-strip", "s390x-linux-gnu-strip"],
    "#22 a big-endian program",
    () => {
      const path = bench.build("none-s390x", {
        cc: "s390x-linux-gnu-gcc",
        source: HELLO,
        flags: ["-no-pie", "-fno-pie"],
      });
      const bytes = Buffer.from(readFileSync(path));
      const elf = readElf(bytes);
      const end = Math.max(...elf.segments.filter((s) => s.type === PT_LOAD).map((s) => s.offset + s.filesz));
      const h = headerView(bytes, { class: 64, littleEndian: false });
      h.shoff = 0;
      h.shnum = 0;
      h.shstrndx = 0;
      const c: Case = {
        path: bench.files.write("none-s390x.cut", bytes.subarray(0, end)),
        expected: EXPECTED,
        binutils: "s390x-linux-gnu-",
        without: NO_SECTIONS,
        run: (p) => run("qemu-s390x", ["-L", "/usr/s390x-linux-gnu", p]),
      };
      bench.chains(c, programJobs("/lib/ld64.so.1"));
    },
  );
});

describe("names of sections that mislead", () => {
  const plain = (id: string) =>
    bench.program(id, EXPECTED, { source: HELLO, flags: ["-fuse-ld=bfd", "-no-pie", "-fno-pie"] });

  itWithTools(TOOLS, "#22 all sections unnamed, as in some Go programs", () => {
    const c = changed(plain("plain"), "unnamed", (bytes, elf) => {
      for (let i = 1; i < elf.header.shnum; i++) bytes.writeUInt32LE(0, elf.header.shoff + i * elf.header.shentsize);
    });
    bench.patchelfBreaks(c, ["--set-rpath", LONG], "tool", /cannot find section/);
    bench.chains(c, programJobs());
  });

  // The same number of bytes, so that nothing else changes.
  for (const [from, to] of [
    [".dynstr", ".strdyn"],
    [".dynamic", ".cimanyd"],
    [".interp", ".pretni"],
  ] as const) {
    itWithTools(TOOLS, `#21 ${from} is called ${to}`, () => {
      const c = changed(
        plain("plain"),
        `renamed${from}`,
        (bytes, elf) =>
          void bytes.write(
            `${to}\0`,
            bytes.indexOf(`\0${from}\0`, elf.sections[elf.header.shstrndx]!.header.offset) + 1,
            "latin1",
          ),
      );

      expect(readElf(readFileSync(c.path)).sections.map((s) => s.name)).toContain(to);

      bench.patchelfBreaks(
        c,
        from === ".interp" ? ["--set-interpreter", `/${LONG}`] : ["--set-rpath", LONG],
        "tool",
        /cannot find section/,
      );
      bench.chains(c, programJobs());
    });
  }

  itWithTools(TOOLS, "#21 two sections are called .shstrtab", () => {
    const c = changed(
      plain("plain"),
      "two-shstrtab",
      (bytes, elf) => void bytes.writeUInt32LE(elf.sections[elf.header.shstrndx]!.header.name, row(elf, ".comment")),
    );
    expect(readElf(readFileSync(c.path)).sections.filter((s) => s.name === ".shstrtab")).toHaveLength(2);
    bench.chains(c, programJobs());
  });

  itWithTools(TOOLS, "#20 SHT_NULL rows among the others", () => {
    const c = changed(
      plain("plain"),
      "null-rows",
      (bytes, elf) => void bytes.fill(0, row(elf, ".comment"), row(elf, ".comment") + elf.header.shentsize),
    );
    bench.chains(c, programJobs());
  });

  itWithTools([...TOOLS, "objcopy"], "#21 two sections of the same name: symbols stay in theirs", () => {
    const source = `${HELLO}
__asm__(".pushsection .aaa,\\"a\\",@progbits\\n.globl first\\nfirst: .long 1\\n.size first,4\\n.type first,@object\\n.popsection\\n.pushsection .bbb,\\"a\\",@progbits\\n.globl second\\nsecond: .long 2\\n.size second,4\\n.type second,@object\\n.popsection\\n");
`;
    for (const pie of ["-pie", "-no-pie"]) {
      const path = bench.build(`same-names${pie}`, { source, flags: ["-fuse-ld=bfd", ...pieFlags(pie)] });
      const renamed = bench.files.path(`same-names${pie}.renamed`);
      must("objcopy", ["--rename-section", ".bbb=.aaa", path, renamed]);
      const c: Case = { path: renamed, expected: EXPECTED, run: (p) => run(p, []) };
      const strays = symbolsElsewhere(readElf(readFileSync(renamed)));

      expect(symbolsElsewhere(readElf(readFileSync(bench.patchelf(c, ["--set-rpath", LONG]).path)))).not.toEqual(
        strays,
      );

      bench.chains(c, programJobs());
      for (const edits of [[setRunpath(LONG)], [setRunpath(HUGE)]]) {
        expect(symbolsElsewhere(readElf(patch(readFileSync(renamed), edits).bytes))).toEqual(strays);
      }
    }
  });
});

/** Symbols of functions and objects whose section does not hold their address. */
function symbolsElsewhere(elf: ElfFile): string[] {
  const out: string[] = [];
  for (const { index, symbol: s } of elf.symbols!.records()) {
    const home = elf.sections[s.shndx];
    if (s.shndx === 0 || s.shndx >= 0xff00 || (s.info & 15) > 2 || (s.info & 15) === 0 || !home) continue;
    if (s.value < home.header.addr || s.value > home.header.addr + home.header.size) {
      out.push(`${elf.symbols!.strings!.at(s.name)} (${index})`);
    }
  }
  return out;
}

describe("relocations kept by --emit-relocs", () => {
  for (const [linker, tool] of LINKERS) {
    for (const pie of ["-pie", "-no-pie"]) {
      itWithTools([...TOOLS, tool], `#29 ${linker} ${pie}: each still names its symbol and its section`, () => {
        const c = bench.program(`emit-${linker}${pie}`, EXPECTED, {
          source: HELLO,
          flags: [`-fuse-ld=${linker}`, ...pieFlags(pie), "-Wl,--emit-relocs"],
        });
        const relocations = (p: string) =>
          must("readelf", ["-rW", p])
            .split("\n")
            .filter((l) => /^[0-9a-f]{16} /.test(l) && !l.includes("_DYNAMIC"))
            .sort();
        const before = relocations(c.path);

        expect(before.some((l) => l.includes("printf"))).toBe(true);
        for (const job of programJobs()) {
          const path = bench.files.write("emit.patched", bench.chain(c, job));
          expect(relocations(path)).toEqual(before);
        }
      });
    }
  }
});

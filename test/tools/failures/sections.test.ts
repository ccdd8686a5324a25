import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { headerView } from "../../../src/image/headers/header.js";
import { type ElfFile, patch, readElf, setRunpath } from "../../../src/index.js";
import { SHN, STT } from "../../../src/spec/constants.js";
import { itWithTools, must, run } from "../../support/tools.js";
import { type Case, HUGE, libraryJobs, LONG, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();
const HELLO = `#include <stdio.h>
static int zeros[300];
int main(void) {
  int n = 0;
  for (int i = 0; i < 300; i++) n += zeros[i] != 0;
  zeros[3] = 1;
  printf("hello, %d dirty\\n", n);
  return 0;
}
`;
const SAID = `
const char *say(void) { return "said"; }
int use(void) { extern int puts(const char *); return puts("x"); }
`;
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

/** The offset of a section's header. */
function row({ header, sections }: ElfFile, name: string): number {
  return header.shoff + sections.findIndex((section) => section.name === name) * header.shentsize;
}

/** Cuts the section header table off, and everything behind the last segment's bytes. */
function cutSections(bytes: Buffer, { header, segments }: ElfFile): Buffer {
  const loads = segments.filter((segment) => segment.type === PT_LOAD);
  const end = Math.max(...loads.map((load) => load.offset + load.filesz));
  Object.assign(headerView(bytes, header), { shoff: 0, shnum: 0, shstrndx: 0 });
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
        const name = `none-${linker}${pie}`;
        const flags = [`-fuse-ld=${linker}`, ...pieFlags(pie)];
        const whole = bench.program(name, EXPECTED, { source: HELLO, flags });
        const c = changed(whole, `${name}.cut`, cutSections, NO_SECTIONS);
        bench.patchelfBreaks(c, ["--print-needed"], "tool", /no section headers/);
        bench.chains(c, programJobs());
      });
    }
    itWithTools([...TOOLS, tool], `#22 ${linker}: a library`, () => {
      const whole = bench.library(`none-${linker}.so`, "said", { source: SAID, flags: [`-fuse-ld=${linker}`] });
      const c = changed(whole, `none-${linker}.cut.so`, cutSections, NO_SECTIONS);
      bench.patchelfBreaks(c, ["--print-needed"], "tool", /no section headers/);
      bench.chains(c, libraryJobs());
    });
  }
  itWithTools(
    ["s390x-linux-gnu-gcc", "qemu-s390x", "patchelf", "llvm-strip", "eu-strip", "s390x-linux-gnu-strip"],
    "#22 a big-endian program",
    () => {
      const build = { cc: "s390x-linux-gnu-gcc", source: HELLO, flags: ["-no-pie", "-fno-pie"] };
      const whole: Case = {
        path: bench.build("none-s390x", build),
        expected: EXPECTED,
        binutils: "s390x-linux-gnu-",
        run: (path) => run("qemu-s390x", ["-L", "/usr/s390x-linux-gnu", path]),
      };
      const c = changed(whole, "none-s390x.cut", cutSections, NO_SECTIONS);
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
      const rename = (bytes: Buffer, { header, sections }: ElfFile) => {
        const names = sections[header.shstrndx]!.header.offset;
        bytes.write(`${to}\0`, bytes.indexOf(`\0${from}\0`, names) + 1, "latin1");
      };
      const c = changed(plain("plain"), `renamed${from}`, rename);
      expect(readElf(readFileSync(c.path)).sections.map((section) => section.name)).toContain(to);

      const args = from === ".interp" ? ["--set-interpreter", `/${LONG}`] : ["--set-rpath", LONG];
      bench.patchelfBreaks(c, args, "tool", /cannot find section/);
      bench.chains(c, programJobs());
    });
  }

  itWithTools(TOOLS, "#21 two sections are called .shstrtab", () => {
    const rename = (bytes: Buffer, elf: ElfFile) => {
      bytes.writeUInt32LE(elf.sections[elf.header.shstrndx]!.header.name, row(elf, ".comment"));
    };
    const c = changed(plain("plain"), "two-shstrtab", rename);
    const { sections } = readElf(readFileSync(c.path));
    expect(sections.filter((section) => section.name === ".shstrtab")).toHaveLength(2);
    bench.chains(c, programJobs());
  });

  itWithTools(TOOLS, "#20 SHT_NULL rows among the others", () => {
    const clear = (bytes: Buffer, elf: ElfFile) => {
      const start = row(elf, ".comment");
      bytes.fill(0, start, start + elf.header.shentsize);
    };
    bench.chains(changed(plain("plain"), "null-rows", clear), programJobs());
  });

  itWithTools([...TOOLS, "objcopy"], "#21 two sections of the same name: symbols stay in theirs", () => {
    const object = (section: string, symbol: string, value: number) => `
__asm__(".pushsection ${section},\\"a\\",@progbits\\n.globl ${symbol}\\n"
        "${symbol}: .long ${value}\\n.size ${symbol},4\\n.type ${symbol},@object\\n.popsection\\n");`;
    const source = `${HELLO}${object(".aaa", "first", 1)}${object(".bbb", "second", 2)}\n`;

    for (const pie of ["-pie", "-no-pie"]) {
      const path = bench.build(`same-names${pie}`, { source, flags: ["-fuse-ld=bfd", ...pieFlags(pie)] });
      const renamed = bench.files.path(`same-names${pie}.renamed`);
      must("objcopy", ["--rename-section", ".bbb=.aaa", path, renamed]);
      const c: Case = { path: renamed, expected: EXPECTED, run: (program) => run(program, []) };

      const strays = symbolsElsewhere(readFileSync(renamed));
      const theirs = bench.patchelf(c, ["--set-rpath", LONG]);
      expect(symbolsElsewhere(readFileSync(theirs.path))).not.toEqual(strays);

      bench.chains(c, programJobs());
      for (const edits of [[setRunpath(LONG)], [setRunpath(HUGE)]]) {
        expect(symbolsElsewhere(patch(readFileSync(renamed), edits).bytes)).toEqual(strays);
      }
    }
  });
});

/** Symbols of functions and objects whose section does not hold their address. */
function symbolsElsewhere(bytes: Uint8Array): string[] {
  const { symbols, sections } = readElf(bytes);
  const strays: string[] = [];

  for (const { index, symbol } of symbols!.records()) {
    const { shndx, value } = symbol;
    const type = symbol.info & 15;
    const isObjectOrFunction = type === STT.OBJECT || type === STT.FUNC;
    const section = sections[shndx];
    if (!isObjectOrFunction || shndx === 0 || shndx >= SHN.LORESERVE || !section) continue;

    const { addr, size } = section.header;
    if (value < addr || value > addr + size) strays.push(`${symbols!.strings!.at(symbol.name)} (${index})`);
  }

  return strays;
}

describe("relocations kept by --emit-relocs", () => {
  for (const [linker, tool] of LINKERS) {
    for (const pie of ["-pie", "-no-pie"]) {
      itWithTools([...TOOLS, tool], `#29 ${linker} ${pie}: each still names its symbol and its section`, () => {
        const c = bench.program(`emit-${linker}${pie}`, EXPECTED, {
          source: HELLO,
          flags: [`-fuse-ld=${linker}`, ...pieFlags(pie), "-Wl,--emit-relocs"],
        });
        const relocations = (path: string) => {
          const lines = must("readelf", ["-rW", path]).split("\n");
          return lines.filter((line) => /^[0-9a-f]{16} /.test(line) && !line.includes("_DYNAMIC")).sort();
        };
        const before = relocations(c.path);

        expect(before.some((line) => line.includes("printf"))).toBe(true);
        for (const job of programJobs()) {
          const path = bench.files.write("emit.patched", bench.chain(c, job));
          expect(relocations(path)).toEqual(before);
        }
      });
    }
  }
});

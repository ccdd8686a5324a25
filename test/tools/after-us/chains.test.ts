import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { check } from "../../../src/check/check.js";
import type { Edit } from "../../../src/edit/family.js";
import { setInterpreter } from "../../../src/edit/interpreter.js";
import { setRunpath } from "../../../src/edit/runpath.js";
import { readElf } from "../../../src/image/read-elf.js";
import { patch } from "../../../src/patch.js";
import { scratch } from "../../support/fixtures.js";
import { LINKERS } from "../../support/linkers.js";
import { itWithTools, must, run } from "../../support/tools.js";
import { DEBIAN13, fetchDebian13, INSTALLED, type Patchelf } from "./patchelfs.js";

// What others do to our files: patchelf adds its own segment, and looks for room behind the program header table; then
// a strip lays the file out anew by its sections. A chain may only break a program that it breaks without us, too.

const files = scratch();
const LOADER = "/lib64/ld-linux-x86-64.so.2";

const C = `#include <stdio.h>
static volatile char zeros[5000];
static __thread int local = 7;
static const char *volatile words[] = {"relative", "relocations"};
int main(void) {
  for (int i = 0; i < 5000; i++) if (zeros[i]) return 1;
  printf("%d %s %s\\n", local, words[0], words[1]);
  return 0;
}
`;
const CXX = `#include <iostream>
#include <stdexcept>
#include <string>
static std::string early = std::string("constructed") + " early";
int main() {
  try { throw std::runtime_error("thrown"); }
  catch (const std::exception &e) { std::cout << early << " " << e.what() << "\\n"; }
}
`;
const RUST = `fn main() { let words: Vec<String> = std::env::args().collect(); println!("rust {}", words.len()); }\n`;

/** A kind of program: how it is compiled, given the linker's flag for gcc. */
interface Language {
  readonly name: string;
  readonly compiler: string;
  readonly source: readonly [name: string, text: string];
  readonly flags: (linker: string) => readonly string[];
}

const LANGUAGES: readonly Language[] = [
  { name: "C, PIE", compiler: "gcc", source: ["c.c", C], flags: (l) => [l, "-O1", "-fPIE", "-pie"] },
  { name: "C, non-PIE", compiler: "gcc", source: ["n.c", C], flags: (l) => [l, "-O1", "-fno-pie", "-no-pie"] },
  { name: "C++, PIE", compiler: "g++", source: ["c.cc", CXX], flags: (l) => [l, "-O1", "-fPIE", "-pie"] },
  { name: "C++, non-PIE", compiler: "g++", source: ["n.cc", CXX], flags: (l) => [l, "-O1", "-fno-pie", "-no-pie"] },
  { name: "Rust", compiler: "rustc", source: ["r.rs", RUST], flags: (l) => ["-O", "-C", `link-arg=${l}`] },
];

/** GNU ld leaves no free bytes at the end of a segment then, as lld and mold never do. */
const NO_SLACK = "-Wl,-z,noseparate-code";

/** What we do first. Each one moves other tables: .dynstr, .interp, both. */
const OURS: Readonly<Record<string, readonly Edit[]>> = {
  "a search path": [setRunpath(`/opt/${"y".repeat(300)}`)],
  "an interpreter": [setInterpreter(`/lib64/${"../lib64/".repeat(12)}ld-linux-x86-64.so.2`)],
  both: [setRunpath(`/opt/${"y".repeat(300)}`), setInterpreter(`/lib64/${"../lib64/".repeat(12)}ld-linux-x86-64.so.2`)],
};
const STRIPS = ["strip", "eu-strip", "llvm-strip"];

const LONGER = `/q/${"t".repeat(900)}`;

/** What the program prints, and how it ends. */
function ran(file: string): string {
  const { status, signal, stdout } = run(file, []);
  return `${status ?? signal}: ${stdout}`;
}

/** What becomes of the program by patchelf, and by each strip after that. */
function afterOthers(file: string, { command }: Patchelf): Map<string, string> {
  const patched = `${file}.patched`;
  copyFileSync(file, patched);
  const [tool, ...args] = command;
  must(tool!, [...args, "--set-rpath", LONGER, patched]);

  const results = new Map([["patchelf", ran(patched)]]);
  for (const strip of STRIPS) {
    const stripped = `${file}.stripped`;
    run(strip, ["-o", stripped, patched]);
    results.set(strip, ran(stripped));
  }
  return results;
}

/** Of these results, the steps after which the program does something else. */
const broken = (results: Map<string, string>, says: string): string[] =>
  [...results].filter(([, said]) => said !== says).map(([step]) => step);

/** Patches a program in each way; after patchelf and each strip it runs, or the same chain breaks it without us. */
function survives(program: string, patchelf: Patchelf): void {
  const says = ran(program);
  expect(says).toMatch(/^0: ./);

  const before = readFileSync(program);
  const without = broken(afterOthers(program, patchelf), says);
  for (const [name, edits] of Object.entries(OURS)) {
    const { bytes } = patch(before, edits);
    const file = `${program}.ours`;
    writeFileSync(file, bytes, { mode: 0o755 });
    expect(ran(file), name).toBe(says);
    expect(Buffer.compare(patch(bytes, edits).bytes, bytes), name).toBe(0);

    const with_ = broken(afterOthers(file, patchelf), says);
    expect(
      with_.filter((step) => !without.includes(step)),
      `${name}, then ${patchelf.name}`,
    ).toEqual([]);

    // What patchelf made of our file can be patched again.
    const again = patch(readFileSync(`${file}.patched`), [setRunpath(`/again/${"z".repeat(1500)}`)]).bytes;
    writeFileSync(file, again, { mode: 0o755 });
    expect(ran(file), `${name}, then ${patchelf.name}, then us`).toBe(says);
  }
}

const debian13 = fetchDebian13();
const built = new Map<string, string>();

/** The program of this kind, compiled once. */
function build({ compiler, source: [name, text], flags }: Language, linker: string): string {
  const key = `${name}${linker}`;
  const known = built.get(key);
  if (known !== undefined) return known;

  const program = files.path(`${built.size}-${name}.out`);
  must(compiler, [...flags(linker), "-o", program, files.write(name, Buffer.from(text))]);
  built.set(key, program);
  return program;
}

describe.each([
  { patchelf: INSTALLED, needs: "patchelf" },
  { patchelf: DEBIAN13, needs: debian13 },
])("ours, then $patchelf.name, then a strip", ({ patchelf, needs }) => {
  for (const { name, tool, flags } of LINKERS) {
    for (const language of LANGUAGES) {
      itWithTools([...STRIPS, language.compiler, tool, needs, LOADER], `${name}: ${language.name}`, () =>
        survives(build(language, flags[0]!), patchelf),
      );
    }
  }

  itWithTools([...STRIPS, "gcc", needs, LOADER], `GNU ld without slack: ${LANGUAGES[0]!.name}`, () =>
    survives(build(LANGUAGES[0]!, NO_SLACK), patchelf),
  );
});

describe("what is left for other tools", () => {
  itWithTools(
    ["gcc", "ld.lld"],
    "an unused program header, an unused page, no section that keeps patchelf away",
    () => {
      const program = files.path("room");
      must("gcc", ["-O1", "-fPIE", "-pie", "-fuse-ld=lld", "-o", program, files.write("room.c", Buffer.from(C))]);
      const before = readElf(readFileSync(program));
      const elf = readElf(patch(readFileSync(program), OURS["both"]!).bytes);

      // Nothing stands where one more program header would, and no section that patchelf does not move behind that.
      const { phoff, phnum, phentsize } = elf.header;
      const tableEnd = phoff + phnum * phentsize;
      const sections = elf.sections.filter((s) => s.header.size > 0 && s.header.offset >= phoff);
      const first = Math.min(...sections.map((s) => s.header.offset));
      expect(first).toBeGreaterThanOrEqual(tableEnd + phentsize);
      expect(sections.filter((s) => s.name === ".elfwright.old" && s.header.offset < tableEnd + 6 * phentsize)).toEqual(
        [],
      );

      // The mark at the start of the new segment has a section, and a page in front of the segment is unused.
      const loads = elf.segments.filter((s) => s.type === 1);
      const ours = loads.at(-1)!;
      const end = Math.max(...before.segments.map((s) => s.vaddr + s.memsz));
      expect(ours.vaddr - end).toBeGreaterThanOrEqual(0x1000);
      expect(elf.sections.filter((s) => s.name === ".elfwright.kept").map((s) => s.header.offset)).toContain(
        ours.offset,
      );
      expect(check(elf).filter((f) => f.severity !== "note")).toEqual(
        check(before).filter((f) => f.severity !== "note"),
      );
    },
  );
});

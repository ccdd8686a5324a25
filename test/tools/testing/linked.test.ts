import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { check } from "../../../src/check/check.js";
import { encodeText } from "../../../src/codec/bytes.js";
import { readElf } from "../../../src/image/read-elf.js";
import { SHF, SHT, STT } from "../../../src/spec/constants.js";
import { relocationTypeNamed } from "../../../src/spec/relocation-types.js";
import { buildArchive } from "../../../src/testing/build-archive.js";
import { buildDebugFile, debugLinkSection } from "../../../src/testing/build-debug-file.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { buildObject } from "../../../src/testing/build-object.js";
import { exits, prints, returns } from "../../../src/testing/actions.js";
import { BuiltFolder, runBuilt, RUNNING, runnersOf, toolOf } from "../../support/built.js";
import { itWithTools, must, run } from "../../support/tools.js";

const folder = new BuiltFolder();

/** Calls functions of objects, and reads a pointer that a relocation fills. */
const SOURCE = `
#include <stdio.h>
int answer(void), other(void);
void announce(void);
extern const char *message;
int main(void) { setbuf(stdout, 0); announce(); printf("%d %d %s\\n", answer(), other(), message); return 0; }
`;

/** The relocation of a word with an address, by machine (the psABIs). */
const WORD: Readonly<Record<string, string>> = {
  "x86-64": "64",
  i386: "32",
  aarch64: "ABS64",
  arm: "ABS32",
  riscv64: "64",
  s390x: "64",
  ppc64le: "ADDR64",
};

describe.each(RUNNING)("$name", (m) => {
  const { name: machine } = m;
  const gcc = toolOf(m, "gcc");

  itWithTools([...runnersOf(m), gcc, "readelf", "eu-elflint"], "the linker links objects and a static library", () => {
    const number = readElf(buildElf({ machine })).header.machine;
    const word = readElf(buildElf({ machine })).header.class / 8;
    const flags = SHF.ALLOC | SHF.WRITE;
    const object = buildObject({
      machine,
      sections: [
        { name: ".data.text", flags: SHF.ALLOC, bytes: encodeText("pointed to\0") },
        {
          name: ".data",
          flags,
          align: word,
          bytes: new Uint8Array(word),
          relocations: [{ offset: 0, symbol: "letters", type: relocationTypeNamed(WORD[machine]!, number)! }],
        },
      ],
      symbols: [
        { name: "answer", text: returns(42) },
        { name: "announce", text: prints("announced\n") },
        { name: "message", section: ".data", type: STT.OBJECT, size: word },
        { name: "letters", binding: 0, section: ".data.text", type: STT.OBJECT },
      ],
    });
    const member = buildObject({ machine, symbols: [{ name: "other", text: returns(-5) }] });
    const unused = buildObject({ machine, symbols: [{ name: "unused", text: exits(1) }] });
    expect([object, member].flatMap((b) => check(readElf(b)))).toEqual([]);

    const objectPath = folder.put(`object-${machine}.o`, object);
    expect(run("readelf", ["-aW", objectPath]).stderr).toBe("");
    expect(run("eu-elflint", ["--gnu-ld", objectPath]).stdout).toBe("No errors\n");

    for (const format of ["sysv", "sysv64"] as const) {
      const members = [
        { name: "a_name_of_more_than_fifteen_letters.o", bytes: unused },
        { name: "other.o", bytes: member },
      ];
      const archive = folder.put(`libother-${machine}.a`, buildArchive(members, { format }));
      const program = join(folder.path, `linked-${machine}`);
      const linked = run(gcc, ["-xc", "-", "-xnone", "-o", program, objectPath, archive], { input: SOURCE });
      expect(linked).toMatchObject({ status: 0, stderr: "" });

      const said = "announced\n42 -5 pointed to\n";
      expect(runBuilt(m, program)).toEqual({ status: 0, signal: null, stdout: said, stderr: "" });
      expect(must(toolOf(m, "nm"), [program])).not.toMatch(/unused/);
    }
  });
});

itWithTools(["ar", "nm", "ranlib"], "ar and nm read a static library, and ranlib changes only dates of it", () => {
  const object = buildObject({ symbols: [{ name: "f", text: returns(1) }, { name: "g" }] });
  const archive = buildArchive([{ name: "one.o", bytes: object }]);
  const path = folder.put("one.a", archive);
  expect(must("ar", ["t", path])).toBe("one.o\n");
  expect(must("nm", ["-s", path])).toMatch(/^f in one\.o$/m);
  expect(must("nm", ["-s", path])).not.toMatch(/^g in/m);
  must("ranlib", ["-D", path]);
  expect(must("nm", ["-s", path])).toMatch(/^f in one\.o$/m);
});

itWithTools(["ld", "readelf"], "a group of sections is linked once", () => {
  const part = (value: number) =>
    buildObject({
      sections: [
        { name: ".group", type: SHT.GROUP, align: 4, entsize: 4, link: ".symtab", info: 1, members: [".rodata.x"] },
        { name: ".rodata.x", flags: SHF.ALLOC | SHF.GROUP, bytes: new Uint8Array(64).fill(value) },
      ],
      symbols: [{ name: "signature", binding: 0, section: ".rodata.x" }],
    });
  const [one, two] = [folder.put("one.o", part(1)), folder.put("two.o", part(2))];
  expect(must("readelf", ["-gW", one])).toMatch(/COMDAT group section.*\[signature\] contains 1 sections/);

  const output = join(folder.path, "both.o");
  must("ld", ["-r", "-o", output, one, two]);
  const linked = readElf(new Uint8Array(readFileSync(output)));
  expect(linked.sections.find((s) => s.name === ".rodata.x")!.header.size).toBe(64);
});

describe("a debug file", () => {
  // Without PT_INTERP, whose text readelf misses in every debug file, those of objcopy too.
  const OPTIONS: BuildOptions = {
    soname: "libx.so",
    symbols: [
      { name: "answer", text: returns(42) },
      { name: "table", type: 1 },
    ],
  };

  itWithTools(["readelf", "eu-elflint", "eu-unstrip", "gdb"], "is taken by readelf, elfutils and gdb", () => {
    const debug = buildDebugFile(OPTIONS);
    const program = buildElf({ ...OPTIONS, symtab: false, sections: [debugLinkSection("program.debug", debug)] });
    expect(check(readElf(debug))).toEqual([]);
    expect(check(readElf(program))).toEqual([]);

    const path = folder.put("program.debug", debug);
    expect(run("readelf", ["-aW", path]).stderr).toBe("");
    expect(run("eu-elflint", ["--gnu-ld", "-d", path]).stdout).toBe("No errors\n");

    const stripped = folder.put("program", program);
    const whole = join(folder.path, "program.whole");
    must("eu-unstrip", ["-o", whole, stripped, path]);
    expect(must("readelf", ["-sW", whole])).toMatch(/ answer$/m);

    const said = must("gdb", ["-nx", "-batch", "-ex", "info line answer", "-ex", "info address answer", stripped]);
    expect(said).toMatch(/Symbol "answer" is at 0x[0-9a-f]+ in a file compiled without debugging/);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readElf } from "../../../src/image/read-elf.js";
import { patch } from "../../../src/patch.js";
import { describeElf } from "../../../src/report/describe.js";
import { type ListedRelocation, listRelocations } from "../../../src/report/list-relocations.js";
import { Tolerant } from "../../../src/image/tolerant.js";
import { dropSectionHeaders } from "../../../src/strip/drop-section-headers.js";
import { fixture, fixturePath, scratch } from "../../support/fixtures.js";
import { crossTool, MACHINES, libraryFolder } from "../../support/machines.js";
import { compareWithReadelf } from "../../support/readelf-compare.js";
import { itWithTools, must } from "../../support/tools.js";

const files = scratch();
const names = readdirSync(new URL("../../../fixtures/bin", import.meta.url))
  .sort()
  .filter((n) => !n.endsWith("nosections"));

/** A row of `llvm-readelf -r`: offset, info, type, value and name of the symbol, addend. */
const LLVM_ROW = /^([0-9a-f]{16}) {2}[0-9a-f]{16} (R_\S+) *(?:[0-9a-f]{16} (\S+) \+ )?(-?[0-9a-f]+)?$/gm;

/** `offset type symbol addend` of each relocation, sorted. */
function llvmRelocations(path: string): string[] {
  const rows = [...must("llvm-readelf", ["-r", path]).matchAll(LLVM_ROW)];
  return rows
    .map(([, offset, type, symbol, addend]) => {
      const value = addend === undefined ? null : parseInt(addend, 16);
      return [parseInt(offset!, 16), type!, symbol ?? null, value].join(" ");
    })
    .sort();
}

/** The same of one that we list. */
function relocationRow({ offset, type, symbol, version, addend }: ListedRelocation): string {
  const name = type === "RELR" ? "R_X86_64_RELATIVE" : type;
  return [offset, name, version === null ? symbol : `${symbol}@${version}`, addend].join(" ");
}

describe("describe and the lists of symbols say what readelf says", () => {
  for (const name of names) {
    itWithTools(["readelf"], `of ${name}`, () => expect(compareWithReadelf(fixturePath(name))).toEqual([]));
  }

  for (const m of MACHINES) {
    const sysroot = `/usr/${crossTool(m, "gcc").replace(/-gcc$/, "")}`;
    const libc = m === "x86_64" ? "/lib/x86_64-linux-gnu/libc.so.6" : `${sysroot}${libraryFolder(m)}/libc.so.6`;
    itWithTools(["readelf", libc], `of the C library of ${m}`, () => expect(compareWithReadelf(libc)).toEqual([]));
  }

  const program = files.write(
    "p.c",
    Buffer.from(
      "#include <stdio.h>\n" +
        "__thread int t = 3; int b; int *const p[] = { &b, &b, &b, &b, &b };\n" +
        'int main(void) { printf("%d %p\\n", t, (void *)p); return 0; }\n',
    ),
  );
  const cases: [title: string, compiler: string, ...args: string[]][] = [
    ["shadow stacks and branch tracking", "gcc", "-fcf-protection", "-Wl,-z,ibt,-z,shstk"],
    ["x86-64-v3", "gcc", "-Wl,-z,x86-64-v3,-z,indirect-extern-access"],
    ["packed relative relocations", "gcc", "-pie", "-fPIE", "-Wl,-z,pack-relative-relocs"],
    ["relocations that stay", "gcc", "-Wl,--emit-relocs"],
    ["a stack size", "gcc", "-Wl,-z,stack-size=0x200000"],
    ["gold", "gcc", "-fuse-ld=gold"],
    ["a static program", "gcc", "-static"],
    ["a static-pie program", "gcc", "-static-pie"],
    ["a relocatable file", "gcc", "-c"],
    ["i386", "i686-linux-gnu-gcc"],
    ["branch protection", "aarch64-linux-gnu-gcc", "-mbranch-protection=standard", "-Wl,-z,force-bti"],
    ["an object for 64-bit MIPS", "mips64el-linux-gnuabi64-gcc", "-c"],
    ["an object for big-endian 32-bit PowerPC", "powerpc-linux-gnu-gcc", "-c"],
    ["an object for RISC-V", "riscv64-linux-gnu-gcc", "-c"],
  ];
  for (const [title, compiler, ...args] of cases) {
    itWithTools(["readelf", compiler, ...(args.includes("-fuse-ld=gold") ? ["ld.gold"] : [])], `of ${title}`, () => {
      const out = files.path(title.replaceAll(" ", "-"));
      must(compiler, ["-o", out, ...args, program]);
      expect(compareWithReadelf(out)).toEqual([]);
    });
  }

  for (const [title, ...flags] of [
    ["packed", "-Wl,--pack-dyn-relocs=android"],
    ["packed and relative", "-Wl,--pack-dyn-relocs=android+relr,--use-android-relr-tags"],
  ] as const) {
    itWithTools(["gcc", "ld.lld", "llvm-readelf"], `of Android's relocations, ${title}`, () => {
      const out = files.path(title.replaceAll(" ", "-"));
      must("gcc", ["-o", out, "-pie", "-fPIE", "-fuse-ld=lld", ...flags, program]);

      const elf = readElf(readFileSync(out));
      const ours = [...listRelocations(elf, new Tolerant())].map(relocationRow).sort();
      const theirs = llvmRelocations(out);

      expect(ours.length).toBeGreaterThan(10);
      expect(ours).toEqual(theirs);

      const { total, types, relr } = describeElf(elf).relocations!;
      const sum = Object.values(types).reduce((all, count) => all + count, relr);
      expect([total, sum]).toEqual([theirs.length, theirs.length]);
    });
  }

  const probes = files.write(
    "s.s",
    Buffer.from(
      [
        ...["one", "two", "one"].flatMap((name) => [
          '.section .note.stapsdt,"?","note"',
          ".balign 4",
          ".4byte 992f-991f,994f-993f,3",
          '991: .asciz "stapsdt"',
          "992: .balign 4",
          `993: .quad main,0,0`,
          `.asciz "elfw"`,
          `.asciz "${name}"`,
          '.asciz "4@%edi"',
          "994: .balign 4",
        ]),
        ".text",
        ".globl main",
        "main: xor %eax,%eax",
        "ret",
        '.section .note.package,"a","note"',
        ".balign 4",
        ".4byte 4,996f-995f,0xcafe1a7e",
        '.asciz "FDO"',
        `995: .asciz "{\\"type\\":\\"deb\\",\\"name\\":\\"probe\\"}"`,
        "996: .balign 4",
        "",
      ].join("\n"),
    ),
  );
  itWithTools(["gcc", "readelf"], "of probes and package metadata", () => {
    const out = files.path("probes");
    must("gcc", ["-o", out, probes]);

    expect(compareWithReadelf(out)).toEqual([]);

    const notes = describeElf(readElf(readFileSync(out))).notes!;
    expect(
      notes.flatMap((n) => (n.contents?.kind === "probe" ? [`${n.contents.provider}:${n.contents.name}`] : [])),
    ).toEqual(["elfw:one", "elfw:two", "elfw:one"]);
    expect(notes.find((n) => n.owner === "FDO")?.contents).toEqual({
      kind: "package",
      metadata: { type: "deb", name: "probe" },
    });
  });
});

describe("without section headers", () => {
  it.each(names.filter((n) => n !== "x86_64-object.o" && !n.endsWith("static")))(
    "%s says the same of what loaders read",
    (name) => {
      const bytes = new Uint8Array(fixture(name));
      const whole = describeElf(readElf(bytes));
      const bare = describeElf(readElf(patch(bytes, [dropSectionHeaders()]).bytes));

      expect(bare.sections).toEqual([]);

      for (const key of [
        "interpreter",
        "needed",
        "segments",
        "dynamic",
        "versionNeeds",
        "versionDefinitions",
        "relocations",
        "relro",
        "tls",
        "arrays",
      ] as const) {
        expect(bare[key], key).toEqual(whole[key]);
      }

      // An empty DT_GNU_HASH does not say how many symbols a program imports.
      const told = bare.dynamicSymbols !== null;
      expect([bare.dynamicSymbols, bare.symbolCounts.dynsym]).toEqual(
        told ? [whole.dynamicSymbols, whole.symbolCounts.dynsym] : [null, null],
      );
      expect(bare.notes).toEqual(whole.notes!.slice(0, bare.notes!.length));
      expect(bare.security).toEqual({
        ...whole.security,
        stripped: true,
        debugInfo: false,
        safeStack: bare.security!.safeStack,
        canary: bare.security!.canary,
        fortify: bare.security!.fortify,
      });
      expect(bare.problems).toEqual(
        told ? [] : [expect.stringMatching(/^nothing in the file tells the number of dynamic symbols/)],
      );
    },
  );
});

import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import {
  type Edit,
  isElfError,
  patch,
  type PatchOptions,
  readElf,
  removeSections,
  setRunpath,
  stripAll,
  stripDebug,
  stripUnneeded,
} from "../../../src/index.js";
import { caught } from "../../support/elf.js";
import { scratch } from "../../support/fixtures.js";
import { injectSegment } from "../../support/payload.js";
import { itWithTools, must, run } from "../../support/tools.js";

const files = scratch();

const STRIPS: readonly (readonly [title: string, edits: readonly Edit[], gnu: readonly string[]])[] = [
  ["--strip-unneeded", [stripUnneeded()], ["--strip-unneeded"]],
  ["-g", [stripDebug()], ["-g"]],
  ["-s -R .comment", [stripAll(), removeSections(".comment")], ["-R", ".comment"]],
];

const PAYLOAD = Buffer.from(`a payload that must be found ${"and then some more ".repeat(400)}end`);
const FOUND = `found ${PAYLOAD.length} bytes, a payload that must be found\n`;

function compile(name: string, source: string, flags: readonly string[]): Buffer {
  const out = files.path(name);
  must("gcc", ["-O1", "-g", ...flags, "-x", "c", "-o", out, "-"], { input: source });
  return readFileSync(out);
}

/** Our strip of a file that runs: refused, or a file that runs as before. True where it was done. */
function refusedOrWhole(
  name: string,
  bytes: Buffer,
  edits: readonly Edit[],
  stdout: string,
  options: PatchOptions = {},
): boolean {
  let result: Buffer;
  try {
    result = patch(bytes, edits, options).bytes;
  } catch (e) {
    if (isElfError(e)) return false;
    throw e;
  }

  expect([name, run(files.write(`${name}-ours`, result), [])]).toMatchObject([name, { status: 0, stdout }]);
  return true;
}

/** Expects that the file does what it should, and no longer after GNU strip. */
function gnuDamages(name: string, bytes: Buffer, options: readonly string[], stdout: string): void {
  const path = files.write(`${name}-gnu`, bytes);
  expect([name, run(path, []).stdout]).toEqual([name, stdout]);
  run("strip", [...options, path]);
  expect([name, run(path, []).stdout]).not.toEqual([name, stdout]);
}

describe("data appended behind the end", () => {
  /** Finds the payload from the file's end, or at an offset that the program was told. */
  const reader = (seek: string) => `
#include <stdio.h>
int main(void) {
  FILE *f = fopen("/proc/self/exe", "rb");
  char b[30] = {0};
  fseek(f, ${seek});
  long at = ftell(f);
  if (fread(b, 1, 28, f) == 28 && b[0] == 'a' && b[27] == 'd') {
    fseek(f, 0, SEEK_END);
    printf("found %ld bytes, %s\\n", ftell(f) - at, b);
  } else {
    puts("lost");
  }
  return 0;
}
`;

  for (const [title, edits, gnu] of STRIPS) {
    itWithTools(["gcc", "strip"], `${title}: refused; kept where it is asked for; GNU strip loses it`, () => {
      const program = compile("from-end", reader(`-${PAYLOAD.length}L, SEEK_END`), []);
      const bundle = Buffer.concat([program, PAYLOAD]);
      const error = caught(() => patch(bundle, edits));

      expect(error.code).toBe("OVERLAY");
      expect(error.message).toContain(String(PAYLOAD.length));
      for (const overlay of ["keep", "keep-in-place"] as const) {
        expect(refusedOrWhole(`from-end-${overlay}`, bundle, edits, FOUND, { overlay })).toBe(true);
      }

      gnuDamages(`from-end${title}`, bundle, gnu, FOUND);
    });

    itWithTools(
      ["gcc", "strip"],
      `${title}: a payload that is found at its offset stays there with keep-in-place`,
      () => {
        // The program holds the offset as a number: any number of the same width gives a program of the same length.
        const size = compile("at-offset", reader("20000L, SEEK_SET"), []).length;
        const program = compile("at-offset", reader(`${size}L, SEEK_SET`), []);

        expect(program.length).toBe(size);

        const bundle = Buffer.concat([program, PAYLOAD]);
        expect(caught(() => patch(bundle, edits)).code).toBe("OVERLAY");
        expect(refusedOrWhole("at-offset", bundle, edits, FOUND, { overlay: "keep-in-place" })).toBe(true);

        gnuDamages(`at-offset${title}`, bundle, gnu, FOUND);
      },
    );
  }
});

describe("zeros appended behind the end", () => {
  const SOURCE = '#include <stdio.h>\nint main(void) { puts("here"); return 0; }';
  const LONG = `/opt/${"long/".repeat(2000)}`;
  const LINKERS = [
    ["gcc", []],
    ["gcc", ["-no-pie"]],
    ["ld.lld", ["-fuse-ld=lld"]],
    ["ld.gold", ["-fuse-ld=gold"]],
  ] as const;

  for (const [tool, flags] of LINKERS) {
    itWithTools(["gcc", tool, "strip"], `${tool} ${flags.join(" ")}: patched and stripped, it runs`, () => {
      const program = compile("zeros", SOURCE, flags);
      for (const size of [1, 5, 1024]) {
        const bytes = Buffer.concat([program, Buffer.alloc(size)]);
        for (const edits of [[setRunpath(LONG)], [stripUnneeded()], [setRunpath(LONG), stripDebug()]]) {
          expect(refusedOrWhole("zeros", bytes, edits, "here\n")).toBe(true);
        }

        const patched = files.write("zeros-patched", patch(bytes, [setRunpath(LONG)]).bytes);
        must("strip", [patched]);
        expect(run(patched, [])).toMatchObject({ status: 0, stdout: "here\n" });
      }
    });
  }

  itWithTools(["gcc", "strip", "ar"], "objects and members of a library: done, as by GNU strip", () => {
    const object = files.path("zeros.o");
    must("gcc", ["-O1", "-g", "-c", "-x", "c", "-o", object, "-"], { input: SOURCE });
    const bare = readFileSync(object);
    const own = patch(bare, stripDebug()).bytes;
    for (const size of [1, 3, 8, 100]) {
      const bytes = Buffer.concat([bare, Buffer.alloc(size)]);
      const input = files.write("zeros-padded.o", bytes);
      must("strip", ["-g", "-o", files.path("zeros-gnu.o"), input]);
      expect(patch(bytes, stripDebug()).bytes.equals(own)).toBe(true);

      const library = files.path(`libzeros${size}.a`);
      must("ar", ["rcD", library, input]);
      const ours = files.write(`libzeros${size}-ours.a`, patch(readFileSync(library), stripDebug()).bytes);
      const linked = files.path("zeros-linked");
      must("gcc", ["-o", linked, "-Wl,--whole-archive", ours, "-Wl,--no-whole-archive"]);
      expect(run(linked, [])).toMatchObject({ status: 0, stdout: "here\n" });
    }
  });
});

describe("bytes of a segment that no section covers", () => {
  /** `.bun` holds the payload's address and size, which the bundler writes after the link; 0: the plain program. */
  const SOURCE = `
#include <stdio.h>
__attribute__((section(".bun"), used, aligned(4096))) volatile unsigned long where[2] = {0, 0};
__attribute__((section(".bun_next"), used, aligned(4096))) volatile int other = 5;
int main(void) {
  if (where[0] == 0) puts("help");
  else printf("found %lu bytes, %.28s\\n", where[1], (const char *)where[0]);
  return 0;
}
`;
  const build = (section?: string): Buffer => {
    const program = compile("bun", SOURCE, ["-no-pie", "-fno-pie"]);
    const { offset } = readElf(program).sections.find((s) => s.name === ".bun")!.header;
    const { bytes, address } = injectSegment(program, PAYLOAD, section);
    bytes.writeBigUInt64LE(BigInt(address), offset);
    bytes.writeBigUInt64LE(BigInt(PAYLOAD.length), offset + 8);
    return bytes;
  };

  for (const [title, edits, gnu] of STRIPS) {
    itWithTools(
      ["gcc", "strip"],
      `${title}: a segment without a section (as postject leaves it): whole; GNU strip loses it`,
      () => {
        const bytes = build();
        expect(readElf(bytes).overlay).toBe(null);
        expect(refusedOrWhole("segment", bytes, edits, FOUND)).toBe(true);
        gnuDamages(`segment${title}`, bytes, gnu, FOUND);
      },
    );

    itWithTools(
      ["gcc", "strip"],
      `${title}: a section that was moved to the payload (as bun build --compile does): whole; ` +
        "GNU strip loses what it held",
      () => {
        const bytes = build(".bun");
        expect(refusedOrWhole("bun", bytes, edits, FOUND)).toBe(true);
        gnuDamages(`bun${title}`, bytes, gnu, FOUND);
      },
    );
  }
});

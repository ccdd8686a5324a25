import { readFileSync } from "node:fs";
import { describe } from "vitest";
import { addNeeded, type Edit, isElfError, patch, setRunpath } from "../../../src/index.js";
import { itWithTools, must } from "../../support/tools.js";
import { HUGE, libraryJobs, LONG, MORE, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();

/** A note of a program's own: owner "mine", a label in front of it where one is given. */
const note = (section: string, type: number, align: number, words: readonly number[], label = ""): string => `
__asm__(".pushsection ${section},\\"a\\",@note\\n.balign ${align}\\n"
        "${label}.long 5, 8, ${type}\\n.asciz \\"mine\\"\\n.balign ${align}\\n.long ${words.join(", ")}\\n"
        ".popsection\\n");`;

/**
 * Notes of a program's own, each in its section. Alignments of 4 and 8 alternate, so that there are several PT_NOTE.
 */
const notes = (count: number): string =>
  Array.from({ length: count }, (_, i) => note(`.note.mine${i}`, 1, i % 2 ? 8 : 4, [1000 + i, 2000 + i])).join("");

const VERSIONS = "V1 { global: say; local: *; };\n";

describe("many note sections", () => {
  const cases = [
    ["lld", 2, "llvm-strip"],
    ["lld", 8, "patched"],
    ["lld", 16, "patched"],
    ["bfd", 8, "llvm-strip"],
    ["bfd", 16, "patched"],
    ["gold", 6, "patched"],
    ["gold", 16, "patched"],
    ["mold", 16, "llvm-strip"],
  ] as const;
  for (const [linker, count, when] of cases) {
    itWithTools(
      [...TOOLS, linker === "mold" ? "mold" : `ld.${linker}`],
      `#1 #5 #19 a ${linker} library with ${count} note sections and a version script`,
      () => {
        const source = `${notes(count)}\nconst char *say(void) { return "noted"; }\n`;
        const c = bench.library(`${linker}-${count}`, "noted", {
          source,
          versions: VERSIONS,
          flags: [`-fuse-ld=${linker}`],
        });
        bench.patchelfBreaks(c, ["--set-rpath", LONG], when, /SIGSEGV|not page-aligned|unexpected reloc type/);
        bench.chains(c, libraryJobs());
      },
    );
  }
});

describe("a program that reads its own note", () => {
  const SOURCE = `
#include <stdio.h>
${notes(1)}
${note(".note.mine0", 2, 4, [42, 43], "own:")}
extern const unsigned own[] __attribute__((visibility("hidden")));
int main(void) {
  printf("%u %u %u %s %u %u\\n", own[0], own[1], own[2], (const char *)(own + 3), own[5], own[6]);
  return 0;
}
`;
  for (const linker of ["bfd", "lld", "gold", "mold"]) {
    for (const pie of ["-pie", "-no-pie"]) {
      itWithTools(
        [...TOOLS, linker === "mold" ? "mold" : `ld.${linker}`],
        `#36 ${linker} ${pie}: .note.mine, addressed by a symbol`,
        () => {
          const c = bench.program(`own-${linker}${pie}`, "5 8 2 mine 42 43\n", {
            source: SOURCE,
            flags: [`-fuse-ld=${linker}`, pie, pie === "-pie" ? "-fPIE" : "-fno-pie"],
          });
          bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /^0 (?!5 8 2 mine 42 43)/);
          bench.chains(c, programJobs());
        },
      );
    }
  }
});

describe("a program's own notes, moved with the others, stay at their old address, too", () => {
  // gold puts all notes into one PT_NOTE, which moves as a whole when its first bytes make room for a program header.
  // After llvm-strip the appended segment cannot grow, so that the next patch needs one more.
  for (const pie of ["-pie", "-no-pie"]) {
    itWithTools([...TOOLS, "ld.gold"], `#36 gold ${pie}: ever longer runpaths, llvm-strip after each`, () => {
      const source = `
#include <stdio.h>
${note(".note.own", 2, 4, [42, 43], "own:")}
${notes(4)}
extern const unsigned own[] __attribute__((visibility("hidden")));
/* So many bytes that .dynamic finds no room in front of its segment. */
static const char pad[700] = "pad";
int main(int argc, char **argv) {
  (void)argv;
  if (pad[argc] != 'a') return 1;
  printf("%u %s %u %u\\n", own[0], (const char *)(own + 3), own[5], own[6]);
  return 0;
}
`;
      const flags = ["-fuse-ld=gold", pie, pie === "-pie" ? "-fPIE" : "-fno-pie", "-Wl,--build-id=none"];
      const c = bench.program(`kept${pie}`, "5 mine 42 43\n", { source, flags });
      const steps: readonly (readonly Edit[])[] = [
        [setRunpath(HUGE)],
        [setRunpath(LONG), addNeeded(MORE.slice(0, 4))],
        [setRunpath(HUGE.repeat(2)), addNeeded(MORE.slice(0, 6))],
        [setRunpath(HUGE.repeat(4)), addNeeded(MORE.slice(0, 6))],
      ];

      let bytes: Uint8Array = readFileSync(c.path);
      for (const [i, edits] of steps.entries()) {
        const path = bench.files.write(`kept${pie}.${i}`, patchOrStay(bytes, edits));
        const stripped = bench.files.path(`kept${pie}.${i}.stripped`);
        bench.expectRuns(c, path, `after ${i} patches`);
        must("llvm-strip", ["-o", stripped, path]);
        bench.expectRuns(c, stripped, `after ${i} patches and strips`);
        bytes = readFileSync(stripped);
      }
    });
  }
});

/** The patched file; a refusal for want of room is right, too, since the notes are in the way. */
function patchOrStay(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  try {
    return patch(bytes, edits).bytes;
  } catch (e) {
    if (isElfError(e, "NO_ROOM")) return bytes;
    throw e;
  }
}

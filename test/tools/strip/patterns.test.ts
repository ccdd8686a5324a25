import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { EM, keepSections, patch, readElf, removeSections, stripDebug } from "../../../src/index.js";
import { objectFile } from "../../support/objects.js";
import { scratch } from "../../support/fixtures.js";
import { itWithTools, run } from "../../support/tools.js";

const files = scratch();

const NAMES: readonly string[] = [
  ..."abcdmzAZ019[]!^-.:=?*\\_$~",
  ..."[] ][] [a [!a [^] []z] ]] ][ [[ a] ab abc a.b .a.b .text.hot .note-x .note.x .NOTE 0x1f \\a a\\ a* a?c".split(
    " ",
  ),
];

const PATTERNS: readonly string[] = [
  ..."* ? ?? a? *a a* *a* *a*b *a*a*a*b .* .note* .note?x *.b a.b \\a \\* \\? \\\\ a\\ a\\\\ \\[ \\[a a\\* \\.a".split(
    " ",
  ),
  ..."[a] [ab]* [a-c] [a-c]* [!a] [!a]* [^a] [^a]* [!a-z] [z-a] [z-a]* [!z-a] [az-a] [A-z] [+--] [--0] [a-] [-a] [a-c-]".split(
    " ",
  ),
  ..."[]] []]* []a] [!]] [^]]* []-a] [[] [[]* [][] [!][] ][] ][ [ [* [a [!a [^] [] []z] *[ *] [[ [[* [a- [] [!] [^a".split(
    " ",
  ),
  ..."[\\]] [\\\\] [\\a] [a\\-c] [\\!a] [!\\!] [*] [?] [.] [.]* *[.]* [^.]* [!.]*[!x]".split(" "),
  ..."[[:alpha:]] [[:alpha:]]* [![:alpha:]] [^[:alpha:]]* [[:digit:]] [[:alnum:]_] [[:upper:][:digit:]] [[:punct:]]".split(
    " ",
  ),
  ..."[[:lower:]] [[:xdigit:]]* [[:print:]] [[:graph:]] [[:space:]] [[:blank:]] [[:cntrl:]] [[:nosuch:]] [![:nosuch:]]".split(
    " ",
  ),
  ..."[:alpha:] [[:alpha:] [[:alpha] [a[:digit:]z] [[=a=]] [[=a=]b]* [[.-.]] [[.a.]-c] [![=a=]] [a-[.c.]] $ ~ _ ^ !a !*".split(
    " ",
  ),
];

describe("patterns of section names", () => {
  itWithTools(["strip"], `${PATTERNS.length} patterns mean what GNU strip takes them for`, () => {
    const sections = NAMES.map((name) => ({ name, bytes: new Uint8Array(4).fill(1) }));
    const object = objectFile({ class: 64, littleEndian: true, machine: EM.X86_64, sections, symbols: [] });
    const input = files.write("patterns.o", object);
    const left = (bytes: Uint8Array): string[] =>
      readElf(bytes)
        .sections.map((s) => s.name)
        .filter((name) => NAMES.includes(name));

    const output = files.path("patterns-gnu.o");
    let removed = 0;
    for (const pattern of PATTERNS) {
      const gnu = run("strip", ["-g", "-R", pattern, "-o", output, input]);
      expect([pattern, gnu.status, gnu.stderr]).toEqual([pattern, 0, ""]);

      const theirs = left(readFileSync(output));
      const { bytes } = patch(object, [stripDebug(), removeSections(pattern), keepSections(".s*tab")]);
      expect([pattern, left(bytes)]).toEqual([pattern, theirs]);
      removed += NAMES.length - theirs.length;
    }
    expect(removed).toBeGreaterThan(500);
  });
});

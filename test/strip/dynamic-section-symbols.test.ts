import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { viewOf } from "../../src/codec/bytes.js";
import { Sym } from "../../src/codec/records.js";
import type { Edit } from "../../src/edit/family.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { EM, SHT, STB, STT } from "../../src/spec/constants.js";
import { removeSections, stripDebug, stripUnneeded } from "../../src/strip/strip.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS, shdr } from "../support/elf.js";

const NAMES = ["one", "two", "three"];

/**
 * A file whose .dynsym begins with local section symbols, as linkers of the 1990s wrote them: also of sections that are
 * not loaded.
 */
function oldFile(options: BuildOptions, named: readonly string[]): Uint8Array {
  const symbols = NAMES.map((name) => ({ name }));
  const bytes = buildElf({ hash: "sysv", debugInfo: 64, ...options, symbols });
  const { header: h, sections } = readElf(bytes);
  const table = sections.find((s) => s.name === ".dynsym")!.header.offset;
  named.forEach((name, i) => {
    const { index, header } = sections.find((s) => s.name === name)!;
    Object.assign(Sym.view(viewOf(bytes), table + (i + 1) * Sym.size(h.class), h), {
      name: 0,
      info: (STB.LOCAL << 4) | STT.SECTION,
      shndx: index,
      value: header.addr,
      size: 0,
    });
  });
  shdr(bytes, ".dynsym").info = named.length + 1;
  return bytes;
}

/** The names of the sections that the local symbols of .dynsym name; null for one that is gone. */
function namedBy(bytes: Uint8Array): (string | null)[] {
  const { dynamicSymbols, sections } = readElf(bytes);
  return [...dynamicSymbols!]
    .filter((s) => s.type === STT.SECTION)
    .map((s) => (sections[s.shndx]!.header.type === SHT.NULL ? null : sections[s.shndx]!.name));
}

describe.each(ENCODINGS)("section symbols in .dynsym ($label)", (e) => {
  const KINDS: readonly BuildOptions[] = [{}, { type: 2 }, { sectionTable: "start" }, { machine: EM.MIPS }];
  const STRIPS: readonly (readonly Edit[])[] = [
    [stripUnneeded()],
    [stripDebug()],
    [stripUnneeded(), removeSections(".comment")],
    [stripUnneeded(), setRunpath("/opt/lib")],
  ];

  it("of sections that go: their headers stay empty, and the others keep their indexes", () => {
    for (const kind of KINDS) {
      for (const named of [
        [".debug_info"],
        [".text", ".symtab"],
        [".strtab", ".comment"],
        [".comment", ".debug_info"],
      ]) {
        const bytes = oldFile({ ...e, ...kind }, named);
        const was = readElf(bytes);
        const table = was.sections.find((s) => s.name === ".dynsym")!.header;
        for (const edits of STRIPS) {
          const after = patch(bytes, edits).bytes;
          const { sections } = readElf(after);
          const left = sections.map((s) => s.name);
          expect(namedBy(after)).toEqual(named.map((name) => (left.includes(name) ? name : null)));
          expect(left).not.toContain(".debug_info");

          if (edits.length === 1) {
            const range = [table.offset, table.offset + table.size] as const;
            expect(after.subarray(...range)).toEqual(bytes.subarray(...range));
          }
          expect(check(readElf(after)).filter((f) => f.rule.includes("symbol-section"))).toEqual([]);
          expect(patch(after, edits).changed).toBe(false);
        }
      }
    }
  });

  it("of loaded sections alone keep nothing else", () => {
    const sizes = [[".text"], [".text", ".data"]].map((named) => {
      const { header } = readElf(patch(oldFile(e, named), stripUnneeded()).bytes);
      return header.shnum;
    });
    const { header } = readElf(patch(buildElf({ ...e, debugInfo: 64, hash: "sysv" }), stripUnneeded()).bytes);
    expect(sizes).toEqual([header.shnum, header.shnum]);
  });
});

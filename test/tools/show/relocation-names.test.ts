import { describe, expect } from "vitest";
import { viewOf } from "../../../src/codec/bytes.js";
import { type ElfClass, wordSize } from "../../../src/codec/encoding.js";
import { readElf } from "../../../src/image/read-elf.js";
import { EM, ET, SHT } from "../../../src/spec/constants.js";
import { relocationTypeName } from "../../../src/spec/relocation-types.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { shdr } from "../../support/elf.js";
import { scratch } from "../../support/fixtures.js";
import { itWithTools, must } from "../../support/tools.js";

const files = scratch();

/** An object file with a relocation of every type from 0 on. */
function everyType(machine: number, elfClass: ElfClass, littleEndian: boolean, count: number): Uint8Array {
  const e = { class: elfClass, littleEndian, byteOrder: littleEndian ? "little" : "big" } as const;
  const word = wordSize(e);
  const size = 3 * word;
  const bytes = buildElf({ ...e, machine, type: ET.REL, debugInfo: count * size, symbols: [{ name: "a" }] });
  const sections = readElf(bytes).sections;
  const header = shdr(bytes, ".debug_info");
  const view = viewOf(bytes);
  const index = (name: string) => sections.find((section) => section.name === name)!.index;

  // The type is the low half of a 64-bit r_info.
  const typeAt = word + (elfClass === 64 && !littleEndian ? 4 : 0);
  for (let type = 0; type < count; type++) {
    view.setUint32(header.offset + type * size + typeAt, type, littleEndian);
  }

  Object.assign(header, { type: SHT.RELA, entsize: size, link: index(".symtab"), info: index(".text") });
  return bytes;
}

/** What readelf names and we do not: numbers that are not used, compact code of MIPS, the 32-bit ABI of AArch64. */
const NOT_NAMED = /_UNUSED_?\d+$|USED_BY_INTEL|_P32_|_NULL$|^R_MIPS16_|^R_MICROMIPS_/;

/** Machines of which every type has a name. */
const WHOLE: [name: keyof typeof EM, elfClass: ElfClass, littleEndian: boolean][] = [
  ["X86_64", 64, true],
  ["386", 32, true],
  ["ARM", 32, true],
  ["AARCH64", 64, true],
  ["RISCV", 64, true],
  ["PPC", 32, false],
  ["PPC64", 64, false],
  ["S390", 64, false],
  ["MIPS", 32, false],
  ["SPARC", 32, false],
  ["LOONGARCH", 64, true],
];
/** Machines of which only dynamic relocations have names. */
const DYNAMIC: typeof WHOLE = [
  ["ALPHA_OLD", 64, true],
  ["PARISC", 32, false],
  ["68K", 32, false],
  ["SH", 32, true],
  ["IA_64", 64, true],
  ["CSKY", 32, true],
  ["MICROBLAZE", 32, false],
  ["NIOS2", 32, true],
  ["OPENRISC", 32, false],
  ["ARC_COMPACT2", 32, true],
];

describe("types of relocations have the names that readelf has for them", () => {
  for (const [name, elfClass, littleEndian] of [...WHOLE, ...DYNAMIC]) {
    itWithTools(["readelf"], `on ${name}`, () => {
      const count = elfClass === 64 ? 1100 : 256;
      const path = files.write(name, everyType(EM[name], elfClass, littleEndian, count));
      const rows = must("readelf", ["-rW", path]).matchAll(/^[0-9a-f]+ +([0-9a-f]+) +(R_\S+)/gm);
      const theirs = new Map([...rows].map(([, info, named]) => [parseInt(info!, 16), named!]));
      const isWhole = WHOLE.some(([n]) => n === name);
      const wrong: unknown[] = [];

      for (let type = 0; type < count; type++) {
        const ours = relocationTypeName(type, EM[name]);
        const their = theirs.get(type);
        const isNamed = !ours.startsWith("R_0x");
        if (their === undefined || NOT_NAMED.test(their)) continue;

        const isWrong = isNamed ? their !== ours : isWhole;
        if (isWrong) wrong.push({ type, ours, their });
      }

      expect(wrong).toEqual([]);
      expect(theirs.size).toBeGreaterThan(20);
    });
  }
});

import { expect, it } from "vitest";
import { sectionsOf } from "../../src/image/headers/sections.js";
import { readElf } from "../../src/image/read-elf.js";
import { extendedSection } from "../../src/image/symbols/symbols.js";
import { SHT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS, shdr } from "../support/elf.js";

it.each(ENCODINGS)("section indexes of a symbol table are found once for all tables: $label", (encoding) => {
  const bytes = buildElf({ ...encoding, symbols: [{ name: "answer" }] });
  const elf = readElf(bytes);
  const table = sectionsOf(elf, SHT.SYMTAB)[0]!.index;
  expect(extendedSection(elf, table)).toBeUndefined();

  Object.assign(shdr(bytes, ".comment"), { type: SHT.SYMTAB_SHNDX, link: table });
  const changed = readElf(bytes);
  const found = extendedSection(changed, table)!;
  expect(found.name).toBe(".comment");
  expect(extendedSection(changed, table + 1)).toBeUndefined();
  // A walk for each of 65,000 symbol tables takes a minute. The same section comes of one walk for all.
  expect(extendedSection(changed, table)).toBe(found);
});

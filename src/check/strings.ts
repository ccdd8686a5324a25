import { readExactly } from "../codec/source.js";
import { hex } from "../error.js";
import { DT } from "../spec/dynamic.js";
import type { CheckRule } from "./rule.js";

/** .dynstr and every offset into it. The rule "readable" reads the names of versions, with the version tables. */
export const stringRules: readonly CheckRule[] = [
  {
    id: "strtab-end",
    severity: "error",
    sentence: "DT_STRTAB and DT_STRSZ lead to a string table in the file that ends in NUL.",
    *test(elf) {
      const { dynamic } = elf;
      const address = dynamic?.get(DT.STRTAB);
      const size = dynamic?.get(DT.STRSZ);
      if (!dynamic || address === undefined || !size) return;

      const table = dynamic.strings;
      if (!table || elf.offsetOf(address, Number(size)) === undefined) {
        yield { message: `no PT_LOAD has its ${hex(size)} bytes at ${hex(address)} in the file`, at: "DT_STRTAB" };
        return;
      }

      const last = table.offset + table.size - 1;
      if (readExactly(elf.source, last, 1, "the string table")[0] !== 0) {
        yield { message: `its last byte, at ${hex(last)}, is not NUL`, at: "DT_STRTAB" };
      }
    },
  },
  {
    id: "string-tag",
    severity: "error",
    sentence: "Every string that the dynamic section names lies in DT_STRTAB.",
    *test(elf) {
      const size = elf.dynamic?.get(DT.STRSZ) ?? 0n;
      for (const { kind, name, value } of elf.dynamic?.entries ?? []) {
        if (kind !== "string" || value < size) continue;
        yield { message: `its string offset ${hex(value)} lies outside DT_STRTAB (DT_STRSZ ${hex(size)})`, at: name };
      }
    },
  },
  {
    id: "string-symbol",
    severity: "error",
    sentence: "The name of every dynamic symbol lies in DT_STRTAB.",
    *test(elf) {
      const symbols = elf.dynamicSymbols;
      const size = elf.dynamic?.get(DT.STRSZ) ?? 0n;
      if (!symbols?.exact) return;

      const limit = Number(size);
      let wrong = 0;
      let first = "";
      for (const piece of symbols.pieces()) {
        const names = piece.words("name");
        for (let i = 0; i < piece.count; i++) {
          const name = names[i]!;
          if (name < limit || name === 0) continue;
          if (wrong === 0) first = `symbol ${piece.first + i}, st_name ${hex(name)}`;
          wrong++;
        }
      }

      if (wrong > 0) {
        yield {
          message:
            `the names of ${wrong} dynamic symbols lie outside DT_STRTAB (DT_STRSZ ${hex(size)}); ` +
            `the first is ${first}`,
          at: "DT_SYMTAB",
        };
      }
    },
  },
];

import { readExactly } from "../codec/source.js";
import { hex } from "../error.js";
import { DT } from "../spec/dynamic.js";
import type { CheckRule } from "./rule.js";

/** .dynstr and every offset into it. The names of versions are read with the version tables (rule "readable"). */
export const stringRules: readonly CheckRule[] = [
  {
    id: "strtab-end",
    severity: "error",
    sentence: "DT_STRTAB and DT_STRSZ lead to a string table in the file that ends in NUL.",
    *test(elf) {
      const d = elf.dynamic;
      const address = d?.get(DT.STRTAB);
      const size = d?.get(DT.STRSZ);
      if (!d || address === undefined || !size) return;

      const t = d.strings;
      if (!t || elf.offsetOf(address, Number(size)) === undefined) {
        yield { message: `no PT_LOAD has its ${hex(size)} bytes at ${hex(address)} in the file`, at: "DT_STRTAB" };
      } else if (readExactly(elf.source, t.offset + t.size - 1, 1, "the string table")[0] !== 0) {
        yield { message: `its last byte, at ${hex(t.offset + t.size - 1)}, is not NUL`, at: "DT_STRTAB" };
      }
    },
  },
  {
    id: "string-tag",
    severity: "error",
    sentence: "Every string that the dynamic section names lies in DT_STRTAB.",
    *test(elf) {
      const size = elf.dynamic?.get(DT.STRSZ) ?? 0n;
      for (const e of elf.dynamic?.entries ?? []) {
        if (e.kind === "string" && e.value >= size) {
          yield {
            message: `its string offset ${hex(e.value)} lies outside DT_STRTAB (DT_STRSZ ${hex(size)})`,
            at: e.name,
          };
        }
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

      let wrong = 0;
      let first = "";
      for (const p of symbols.pieces()) {
        const names = p.words("name");
        const limit = Number(size);
        for (let i = 0; i < p.count; i++) {
          if (names[i]! >= limit && names[i] !== 0 && wrong++ === 0) {
            first = `symbol ${p.first + i}, st_name ${hex(names[i]!)}`;
          }
        }
      }

      if (wrong > 0) {
        yield {
          message: `the names of ${wrong} dynamic symbols lie outside DT_STRTAB (DT_STRSZ ${hex(size)}); the first is ${first}`,
          at: "DT_SYMTAB",
        };
      }
    },
  },
];

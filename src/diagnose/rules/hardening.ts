import type { Hardening } from "../../image/hardening.js";
import type { Libc } from "../diagnosis.js";
import type { Facts } from "../facts.js";
import { count, list, type Rule } from "./rule.js";
import { hardeningOf } from "./segments.js";

/** A protection that is absent. What a compiler or linker of another language does not have is nobody's fault. */
const absent = (
  id: string,
  sentence: string,
  advice: string,
  message: (h: Hardening, f: Facts) => string | false | { message: string; names: readonly string[] },
): Rule => ({
  id,
  severity: "note",
  sentence,
  advice,
  *test(f) {
    const h = hardeningOf(f);
    const found = h && f.packer === null && message(h, f);
    if (found) yield typeof found === "string" ? { message: found } : found;
  },
});

const isC = ({ language }: Facts): boolean => language === "c" || language === "c++";
/** Go's own linker neither makes what these protect, nor knows them. */
const isCompiledByOthers = ({ language, go }: Facts): boolean => language !== "go" && go === null;

/** Where a C library is known, glibc alone switches shadow stacks on. */
const SWITCHED_ON: readonly Libc[] = ["glibc", "none", "unknown"];

/** Protections that a file has not. A file without them works; each one makes an attack harder. */
export const hardeningRules: readonly Rule[] = [
  /* @__PURE__ */ absent(
    "relro-none",
    "Nothing is made read-only after relocation.",
    "Link with -Wl,-z,relro,-z,now.",
    ({ relro }, f) =>
      relro === "none" &&
      hasRelocations(f) &&
      "it has no PT_GNU_RELRO: tables of pointers stay writable after relocation",
  ),
  /* @__PURE__ */ absent(
    "relro-partial",
    "Functions are bound late, so that their table stays writable.",
    "Link with -Wl,-z,now.",
    ({ relro, bindNow }) =>
      relro === "partial" &&
      bindNow === false &&
      "it is not bound at start (no DF_BIND_NOW, no DF_1_NOW), so that the table of functions' addresses (.got.plt) stays writable",
  ),
  /* @__PURE__ */ absent(
    "no-pie",
    "The program is always loaded at the same address.",
    "Compile with -fPIE and link with -pie (Go: -buildmode=pie).",
    ({ pie }, f) =>
      pie === false &&
      f.libc !== "none" &&
      "it is ET_EXEC: its code is always loaded at the same address, whatever the system randomises",
  ),
  /* @__PURE__ */ absent(
    "no-canary",
    "No function checks a stack canary.",
    "Compile with -fstack-protector-strong.",
    ({ canary }, f) =>
      canary === false &&
      isC(f) &&
      f.imports.length > 0 &&
      "nothing in it refers to __stack_chk_fail: it was compiled without stack protector, or no function has a buffer on the stack",
  ),
  /* @__PURE__ */ absent(
    "no-fortify",
    "No call checks the size of its buffer.",
    "Compile with -O2 -D_FORTIFY_SOURCE=3 (glibc; GCC 12 or clang 9 and later, else 2).",
    ({ fortify }, f) => {
      if (
        !fortify ||
        !isC(f) ||
        f.libc !== "glibc" ||
        fortify.fortified.length > 0 ||
        fortify.fortifiable.length === 0
      ) {
        return false;
      }
      return {
        message: `${count(fortify.fortifiable.length, "function")} of glibc that can check sizes ${fortify.fortifiable.length === 1 ? "is" : "are"} called in the plain form only: ${list(fortify.fortifiable)}`,
        names: fortify.fortifiable,
      };
    },
  ),
  /* @__PURE__ */ absent(
    "no-cet",
    "No shadow stack, no indirect branch tracking.",
    "Compile everything that goes into it with -fcf-protection; -Wl,-z,cet-report=warning names what lacks it.",
    ({ cet }, f) => {
      if (
        !cet ||
        !isCompiledByOthers(f) ||
        f.elf.header.class === 32 ||
        !SWITCHED_ON.includes(f.libc) ||
        (cet.ibt && cet.shstk)
      ) {
        return false;
      }

      const missing = [...(cet.ibt ? [] : ["IBT"]), ...(cet.shstk ? [] : ["SHSTK"])];
      return `its property note does not promise ${missing.join(" and ")}: the system cannot switch ${missing.length === 2 ? "them" : "it"} on for it, nor for a program that loads it`;
    },
  ),
  /* @__PURE__ */ absent(
    "no-branch-protection",
    "No branch targets, no signed return addresses.",
    "Compile everything that goes into it with -mbranch-protection=standard; -Wl,-z,force-bti names what lacks it.",
    ({ branchProtection: b }, f) => {
      if (!b || !isCompiledByOthers(f) || (b.bti && b.pac)) return false;
      return `its property note does not promise ${[...(b.bti ? [] : ["BTI"]), ...(b.pac ? [] : ["PAC"])].join(" and ")}`;
    },
  ),
];

/** A static program that is not position-independent has next to nothing to relocate. */
const hasRelocations = ({ elf }: Facts): boolean => elf.dynamic !== null;

import type { Hardening } from "../../image/hardening.js";
import type { Libc } from "../diagnosis.js";
import type { Facts } from "../facts.js";
import { plural, inWords, type Rule, type RuleMatch } from "./rule.js";
import { hardeningOf } from "./segments.js";

/** What a test of a protection says: null where the protection is there, or nobody could expect it. */
type Lack = (hardening: Hardening, facts: Facts) => RuleMatch | null;

/** A rule on a protection that is absent. Of a packed program, nobody can see the protections. */
const absent = (id: string, sentence: string, advice: string, lack: Lack): Rule => ({
  id,
  severity: "note",
  sentence,
  advice,
  *test(facts) {
    const hardening = hardeningOf(facts);
    const found = hardening && facts.packer === null ? lack(hardening, facts) : null;
    if (found) yield found;
  },
});

/** What a compiler or linker of another language does not have is nobody's fault. */
const isC = ({ language }: Facts): boolean => language === "c" || language === "c++";

/** Go's own linker neither makes what these protect, nor knows them. */
const isCompiledByOthers = ({ language, go }: Facts): boolean => language !== "go" && go === null;

/** A static program that is not position-independent has next to nothing to relocate. */
const hasRelocations = ({ elf }: Facts): boolean => elf.dynamic !== null;

/** Among the C libraries that are known, only glibc switches shadow stacks on. */
const SWITCHED_ON: readonly Libc[] = ["glibc", "none", "unknown"];

/** Protections that a file does not have. A file without them works; each one makes an attack harder. */
export const hardeningRules: readonly Rule[] = [
  /* @__PURE__ */ absent(
    "relro-none",
    "Nothing is made read-only after relocation.",
    "Link with -Wl,-z,relro,-z,now.",
    ({ relro }, facts) => {
      if (relro !== "none" || !hasRelocations(facts)) return null;
      return { message: "it has no PT_GNU_RELRO: tables of pointers stay writable after relocation" };
    },
  ),
  /* @__PURE__ */ absent(
    "relro-partial",
    "Functions are bound late, so the table of their addresses stays writable.",
    "Link with -Wl,-z,now.",
    ({ relro, bindNow }) => {
      if (relro !== "partial" || bindNow !== false) return null;
      return {
        message:
          "it is not bound at start (no DF_BIND_NOW, no DF_1_NOW), " +
          "so that the table of functions' addresses (.got.plt) stays writable",
      };
    },
  ),
  /* @__PURE__ */ absent(
    "no-pie",
    "The program is always loaded at the same address.",
    "Compile with -fPIE and link with -pie (Go: -buildmode=pie).",
    ({ pie }, { libc }) => {
      if (pie !== false || libc === "none") return null;
      return {
        message: "it is ET_EXEC: its code is always loaded at the same address, whatever the system randomises",
      };
    },
  ),
  /* @__PURE__ */ absent(
    "no-canary",
    "No function checks a stack canary.",
    "Compile with -fstack-protector-strong.",
    ({ canary }, facts) => {
      if (canary !== false || !isC(facts) || facts.imports.length === 0) return null;
      return {
        message:
          "nothing in it refers to __stack_chk_fail: it was compiled without stack protector, " +
          "or no function has a buffer on the stack",
      };
    },
  ),
  /* @__PURE__ */ absent(
    "no-fortify",
    "No call checks the size of its buffer.",
    "Compile with -O2 -D_FORTIFY_SOURCE=3 (glibc; GCC 12 or clang 9 and later, else 2).",
    ({ fortify }, facts) => {
      if (!fortify || !isC(facts) || facts.libc !== "glibc") return null;

      const { fortified, fortifiable } = fortify;
      if (fortified.length > 0 || fortifiable.length === 0) return null;

      const functions = plural(fortifiable.length, "function");
      const are = fortifiable.length === 1 ? "is" : "are";
      return {
        message:
          `${functions} of glibc that can check sizes ${are} called in the plain form only: ` + inWords(fortifiable),
        names: fortifiable,
      };
    },
  ),
  /* @__PURE__ */ absent(
    "no-cet",
    "The file does not allow a shadow stack or indirect branch tracking.",
    "Compile everything that goes into it with -fcf-protection; -Wl,-z,cet-report=warning names what lacks it.",
    ({ cet }, facts) => {
      if (!cet || !isCompiledByOthers(facts) || facts.elf.header.class === 32) return null;
      if (!SWITCHED_ON.includes(facts.libc) || (cet.ibt && cet.shstk)) return null;

      const missing = missingOf({ IBT: cet.ibt, SHSTK: cet.shstk });
      const them = missing.length === 2 ? "them" : "it";
      return {
        message:
          `its property note does not promise ${missing.join(" and ")}: ` +
          `the system cannot switch ${them} on for it, nor for a program that loads it`,
      };
    },
  ),
  /* @__PURE__ */ absent(
    "no-branch-protection",
    "The file does not allow branch target identification or signed return addresses.",
    "Compile everything that goes into it with -mbranch-protection=standard; -Wl,-z,force-bti names what lacks it.",
    ({ branchProtection }, facts) => {
      if (!branchProtection || !isCompiledByOthers(facts)) return null;

      const missing = missingOf({ BTI: branchProtection.bti, PAC: branchProtection.pac });
      if (missing.length === 0) return null;
      return { message: `its property note does not promise ${missing.join(" and ")}` };
    },
  ),
];

/** The names of those features that are not there. */
const missingOf = (features: Readonly<Record<string, boolean>>): string[] =>
  Object.keys(features).filter((name) => !features[name]);

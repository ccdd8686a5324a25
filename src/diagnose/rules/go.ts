import type { DiagnosedLinkage, GoDiagnosis } from "../diagnosis.js";
import type { Rule } from "./rule.js";

/** Linkages of files that take nothing from a C library at run time, or are not linked yet. */
const SELF_CONTAINED: readonly DiagnosedLinkage[] = ["static", "static-pie", "relocatable"];

/** Who has linked a Go program, for its message. */
const LINKED_BY: Readonly<Record<GoDiagnosis["cgo"], string>> = {
  pure: "",
  internal: ", linked by Go's linker,",
  external: ", linked by the system's,",
  unknown: "",
};

/** What Go's linker has made of its options, in words that help to build the program again. */
export const goRules: readonly Rule[] = [
  {
    id: "go-cgo",
    severity: "note",
    sentence: "The file is a Go program that needs a C library.",
    advice:
      "With CGO_ENABLED=0 it needs no C library at all, if no package has C code; " +
      "net and os/user then use Go's own code. " +
      "Otherwise build it in an image that has the same C library as the system that it runs on, and no newer one: " +
      "golang:alpine for Alpine, golang on the oldest Debian or Red Hat release that it has to run on for glibc.",
    *test({ go, libc, linkage }) {
      if (!go || go.cgo === "pure" || !go.usesLibc) return;
      if (libc === "none" || SELF_CONTAINED.includes(linkage)) return;

      const called = libc === "unknown" ? "a C library" : libc;
      yield {
        message:
          `a Go program that was built with cgo${LINKED_BY[go.cgo]} and calls ${called}: ` +
          "it runs only where that is, in no older version",
      };
    },
  },
  {
    id: "interpreter-only",
    severity: "note",
    sentence: "The program needs no library, but names a loader.",
    advice:
      "Go: -buildmode=pie makes its linker name glibc's loader even with CGO_ENABLED=0; " +
      "without it the program is static, and starts in an empty image and on Alpine, too.",
    *test({ linkage, interpreter, target }) {
      if (linkage !== "interpreter-only") return;

      const absent = target?.libc === "musl" ? `, as on ${target.name}` : " (Alpine, an empty image)";
      yield {
        message:
          `it needs no library, but its interpreter is ${interpreter!}: where that file is absent${absent}, ` +
          'it does not start ("No such file or directory")',
      };
    },
  },
];

import type { Rule } from "./rule.js";

const BUILD =
  "With CGO_ENABLED=0 it needs no C library at all, where no package has C code; " +
  "net and os/user then use Go's own code. " +
  "Build it in an image that has the same C library as the one that it runs in, and no newer one: " +
  "golang:alpine for Alpine, golang on the oldest Debian or Red Hat release that it has to run on for glibc.";

/** What Go's linker makes of its options, in words that help to build anew. */
export const goRules: readonly Rule[] = [
  {
    id: "go-cgo",
    severity: "note",
    sentence: "A Go program that needs a C library.",
    advice: BUILD,
    *test(f) {
      const { go, libc, linkage } = f;
      if (
        !go ||
        go.cgo === "pure" ||
        !go.usesLibc ||
        libc === "none" ||
        linkage === "static" ||
        linkage === "static-pie" ||
        linkage === "relocatable"
      ) {
        return;
      }

      yield {
        message: `a Go program that was built with cgo${go.cgo === "unknown" ? "" : `, linked ${go.cgo === "internal" ? "by Go's linker" : "by the system's"},`} and calls ${libc === "unknown" ? "a C library" : libc}: it runs only where that is, in no older version`,
      };
    },
  },
  {
    id: "interpreter-only",
    severity: "note",
    sentence: "The program needs no library, but a loader.",
    advice:
      "Go: -buildmode=pie makes its linker name glibc's loader even with CGO_ENABLED=0; without it the program is static, and starts in an empty image and on Alpine, too.",
    *test(f) {
      if (f.linkage !== "interpreter-only") return;
      const musl = f.target?.libc === "musl";
      yield {
        message: `it needs no library, but its interpreter is ${f.interpreter!}: where that file is absent${musl ? `, as on ${f.target!.name}` : " (Alpine, an empty image)"}, it does not start ("No such file or directory")`,
      };
    },
  },
];

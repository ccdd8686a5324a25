import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { diagnose } from "../../src/diagnose/diagnose.js";
import { readElf } from "../../src/index.js";
import { readElfFile } from "../../src/node/index.js";
import { scriptMethod, stringsMethod } from "../support/article.js";
import { fixture, fixturePath } from "../support/fixtures.js";
import { itWithTools, must, run } from "../support/tools.js";

/** What each file is, then the C library that `strings | grep` and the script name for it, and the script's version. */
const TABLE: readonly (readonly [
  file: string,
  libc: string,
  glibc: string | undefined,
  byStrings: string,
  byScript: string,
  version: string,
])[] = [
  ["x86_64-glibc-pie", "glibc", "2.34", "glibc", "glibc", "unknown"],
  ["x86_64-glibc-exec", "glibc", "2.34", "glibc", "glibc", "unknown"],
  ["x86_64-glibc-lib.so", "glibc", "2.2.5", "glibc", "glibc", "unknown"],
  ["x86_64-glibc-static", "glibc", undefined, "glibc", "glibc", "unknown"],
  ["aarch64-glibc-pie", "glibc", "2.34", "glibc", "glibc", "unknown"],
  ["x86_64-musl-pie", "musl", undefined, "musl", "musl", ""],
  ["x86_64-musl-pie-libc.so", "musl", undefined, "musl", "musl", ""],
  ["x86_64-musl-lib.so", "musl", undefined, "musl", "musl", ""],
  ["x86_64-musl-static-pie", "musl", undefined, "glibc", "glibc", "unknown"],
];
const TOOLS = ["strings", "ldd", "readelf", "objdump", "/lib/ld-musl-x86_64.so.1"];

describe("the article's methods beside ours", () => {
  for (const [file, libc, version, ...theirs] of TABLE) {
    itWithTools(TOOLS, `${file}: ${libc} ${version ?? ""}`, () => {
      const ours = diagnose(readElf(fixture(file)));
      const strings = stringsMethod.say(fixturePath(file));
      const script = scriptMethod.say(fixturePath(file));

      expect([ours.libc, ours.required["glibc"]]).toEqual([libc, version]);
      expect([strings.libc, script.libc, script.version]).toEqual(theirs);
    });
  }

  itWithTools(
    ["strings", "gcc"],
    "programs that hold the names of targets, and so the word musl, are no musl programs",
    () => {
      const cc1 = must("gcc", ["-print-prog-name=cc1"]).trim();
      expect(stringsMethod.say(cc1).libc, "cc1 lists the loaders of all C libraries").toBe("musl");

      const gcc = run("sh", ["-c", "readlink -f $(command -v gcc)"]).stdout.trim();
      for (const path of [cc1, gcc, process.execPath]) {
        const elf = readElfFile(path);
        try {
          expect([path, diagnose(elf).libc]).toEqual([path, "glibc"]);
        } finally {
          elf.close();
        }
      }

      const { evidence } = diagnose(readElf(new Uint8Array(readFileSync(cc1))));
      expect(evidence.some((clue) => clue.says === "musl")).toBe(false);
    },
  );
});

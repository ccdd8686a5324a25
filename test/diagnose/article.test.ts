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
      const d = diagnose(readElf(fixture(file)));
      const script = scriptMethod.say(fixturePath(file));
      expect([d.libc, d.required["glibc"]]).toEqual([libc, version]);
      expect([stringsMethod.say(fixturePath(file)).libc, script.libc, script.version]).toEqual(theirs);
    });
  }

  itWithTools(
    ["strings", "gcc"],
    "programs that hold the names of targets, and so the word musl, are no musl programs",
    () => {
      const gcc = must("gcc", ["-print-prog-name=cc1"]).trim();
      expect(stringsMethod.say(gcc).libc, "cc1 lists the loaders of all C libraries").toBe("musl");

      for (const path of [gcc, run("sh", ["-c", "readlink -f $(command -v gcc)"]).stdout.trim(), process.execPath]) {
        const elf = readElfFile(path);
        try {
          expect([path, diagnose(elf).libc]).toEqual([path, "glibc"]);
        } finally {
          elf.close();
        }
      }

      expect(diagnose(readElf(new Uint8Array(readFileSync(gcc)))).evidence.some((e) => e.says === "musl")).toBe(false);
    },
  );
});

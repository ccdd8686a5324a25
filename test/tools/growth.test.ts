import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, expect } from "vitest";
import { replaceNeeded } from "../../src/edit/needed.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { LOADER, OPENER } from "../corpus/observe.js";
import { scratch } from "../support/fixtures.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const STEPS = 10;

/** The same file by a longer path. */
function longer(path: string, n: number): string {
  const folder = dirname(path);
  return `${folder}${`/../${basename(folder)}`.repeat(n)}/${basename(path)}`;
}

/** Where ld.so finds a library that the file needs. */
function found(file: string, name: string): string {
  const escaped = name.replace(/[.+]/g, "\\$&");
  return new RegExp(`${escaped} => (\\S+)`).exec(must(LOADER, ["--list", file]))![1]!;
}

/**
 * Lengthens the search path, a needed library's name and the interpreter ten times; `works` after each, also stripped.
 * Gives the last result.
 */
function lengthened(original: string, library: string, hasInterpreter: boolean, works: (file: string) => void): Buffer {
  const path = found(original, library);
  let bytes = readFileSync(original);
  let name = library;

  for (let i = 1; i <= STEPS; i++) {
    const nextName = longer(path, i);
    bytes = patch(bytes, [
      setRunpath(`/opt/elfwright/${"deeper/".repeat(3 * i)}lib`),
      replaceNeeded({ [name]: nextName }),
      ...(hasInterpreter ? [setInterpreter(longer(LOADER, 2 * i))] : []),
    ]).bytes;
    name = nextName;
    expect(readElf(bytes).needed).toContain(name);

    const file = files.write(`step-${i}`, bytes);
    const stripped = files.path(`step-${i}.stripped`);
    works(file);
    expect(must("strip", ["--strip-unneeded", "-o", stripped, file])).toBe("");
    works(stripped);
  }

  return bytes;
}

describe("lengthened ten times", () => {
  const git = "/usr/bin/git";
  itWithTools(
    [git, LOADER, "strip"],
    `${git}: RUNPATH, a needed library and the interpreter grow it by less than 8 KB and two program headers`,
    () => {
      const before = readElf(readFileSync(git));
      const library = before.needed.find((name) => name !== "libc.so.6")!;
      const says = must(git, ["--version"]);
      const bytes = lengthened(git, library, true, (file) => expect(must(file, ["--version"])).toBe(says));

      expect(bytes.length - before.source.size).toBeLessThan(8192);
      expect(readElf(bytes).header.phnum).toBeLessThanOrEqual(before.header.phnum + 2);
    },
  );

  const libstdcxx = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6";
  itWithTools(
    [libstdcxx, LOADER, "gcc", "strip"],
    "libstdc++: RUNPATH and a needed library grow it by less than 1.2 times its .dynstr and two program headers",
    () => {
      const before = readElf(readFileSync(libstdcxx));
      const opener = files.path("open");
      must("gcc", ["-O1", "-o", opener, files.write("open.c", Buffer.from(OPENER)), "-ldl"]);
      const bytes = lengthened(libstdcxx, "libm.so.6", false, (file) => expect(must(opener, [file])).toBe("loaded\n"));

      expect(bytes.length - before.source.size).toBeLessThan(1.2 * before.dynamic!.strings!.size);
      expect(readElf(bytes).header.phnum).toBeLessThanOrEqual(before.header.phnum + 2);
    },
  );
});

import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, expect } from "vitest";
import { collectLibraries, type CollectOptions } from "../../../src/index.js";
import { patchFileSync, resolveFileLibraries } from "../../../src/node/index.js";
import { scratch } from "../../support/fixtures.js";
import { itWithTools, must } from "../../support/tools.js";
import { bench, type Compiler, MUSL, rpath, runpath } from "./programs.js";

const files = scratch();
let made = 0;

/** Collects a program into an empty folder; its path there, and what stayed outside. */
function collect(
  path: string,
  options: CollectOptions = {},
): { readonly program: string; readonly folder: string; readonly leftOut: readonly string[] } {
  const folder = files.path(`out${made++}`);
  const tree = resolveFileLibraries(path);
  try {
    const { program, libraries, leftOut, missing } = collectLibraries(tree, options);
    expect(missing).toEqual([]);

    for (const file of [program, ...libraries]) {
      const to = `${folder}/bin/${file.to}`;
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(file.object.realPath, to);
      patchFileSync(to, file.edits);
      for (const link of file.links) symlinkSync(basename(to), `${dirname(to)}/${link}`);
    }

    return { program: `${folder}/bin/${program.to}`, folder, leftOut: leftOut.map((o) => o.path) };
  } finally {
    tree.close();
  }
}

const hide = (path: string) => rmSync(path, { recursive: true });

describe.each<readonly [Compiler, readonly string[]]>([
  ["gcc", ["gcc"]],
  ["musl-gcc", ["musl-gcc", MUSL]],
])("a program of %s, its libraries gone from where they were", (cc, tools) => {
  itWithTools(tools, "runs with those that were collected", () => {
    const b = bench(cc);
    b.library("d1/libdeep.so", { value: 30 });
    b.library("d2/libmid.so", { calls: ["d1/libdeep.so"], flags: runpath(b.at("d1")), value: 4 });
    b.library("d3/libtop.so", { calls: ["d2/libmid.so"], flags: rpath(b.at("d2")), soname: "libtop.so.1", value: 5 });
    symlinkSync("libtop.so", b.at("d3/libtop.so.1"));
    const p = b.program(
      "p",
      ["d3/libtop.so", "d2/libmid.so"],
      [b.library("d4/libpath.so", { value: 100 }), ...runpath(`${b.at("d3")}:${b.at("d2")}`)],
    );

    const before = must(p, []);
    const plain = collect(p);
    const up = collect(p, { directory: "../lib/private" });
    for (const d of ["d1", "d2", "d3", "d4"]) hide(b.at(d));

    expect(must(plain.program, [])).toBe(before);
    expect(must(up.program, [])).toBe(before);
    expect(existsSync(`${up.folder}/lib/private/libtop.so.1`)).toBe(true);

    // It moves as a whole.
    must("mv", [plain.folder, `${plain.folder}-moved`]);
    expect(must(plain.program.replace(plain.folder, `${plain.folder}-moved`), [])).toBe(before);
  });
});

describe("with its C library", () => {
  itWithTools(
    ["gcc", "/lib64/ld-linux-x86-64.so.2"],
    "a program runs by the loader that was collected, and maps nothing else",
    () => {
      const b = bench("gcc");
      b.library("d1/libone.so", { value: 7 });
      const p = b.program("p", ["d1/libone.so"], [...runpath(b.at("d1")), "-lm"]);
      const { program, folder, leftOut } = collect(p, { all: true });

      expect(leftOut).toEqual([]);

      hide(b.at("d1"));
      const loader = `${folder}/bin/lib/ld-linux-x86-64.so.2`;

      expect(must(loader, [program])).toBe("7\n");

      const mapped = [...must(loader, ["--list", program]).matchAll(/=> (\S+)/g)].map((m) => m[1]!);
      expect(mapped.filter((m) => !m.startsWith(folder))).toEqual([]);
      expect(mapped.length).toBeGreaterThan(2);

      const own = collect(b.program("q", [], ["-lm"]), { all: true, interpreter: loader });
      expect(must(own.program, [])).toBe("0\n");
    },
  );

  itWithTools(["git", "ldd"], "or a real program without it: all but the C library comes from the folder", () => {
    const { program, folder, leftOut } = collect("/usr/bin/git");
    expect(must(program, ["--version"])).toBe(must("/usr/bin/git", ["--version"]));
    const lines = [...must("ldd", [program]).matchAll(/=> (\S+)/g)].map((m) => m[1]!);
    expect(lines.filter((l) => !l.startsWith(folder))).toEqual(leftOut.filter((l) => !l.startsWith("/lib64/ld-")));
  });
});

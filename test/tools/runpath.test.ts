import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { convertToRpath, convertToRunpath, type Edit, readElf } from "../../src/index.js";
import { makeFileRunpathRelative, patchFileSync, shrinkFileRunpath } from "../../src/node/index.js";
import { scratch } from "../support/fixtures.js";
import { itWithTools, must, run } from "../support/tools.js";

const files = scratch();
let made = 0;

const MAIN = `#include <stdio.h>
int x(void), y(void);
int main(void) { printf("%d\\n", x() + y()); return 0; }
`;

interface Tree {
  readonly root: string;
  at(...names: string[]): string;
  /** Links bin/NAME against libx and liby with this search path. */
  program(name: string, flag: "rpath" | "runpath", path: string): string;
}

/**
 * A tree with libx in lib/x and again in lib/again, liby in lib/y, a text file and another machine's libx, and an empty
 * directory.
 */
function tree(): Tree {
  const root = files.path(`tools${made++}`);
  const at = (...names: string[]) => names.map((name) => `${root}/${name}`).join(":");
  for (const directory of ["bin", "lib/x", "lib/again", "lib/y", "text", "foreign", "empty"]) {
    mkdirSync(`${root}/${directory}`, { recursive: true });
  }

  for (const [name, value] of [
    ["x", 40],
    ["y", 2],
  ] as const) {
    const source = `${root}/${name}.c`;
    const out = `${root}/lib/${name}/lib${name}.so`;
    writeFileSync(source, `int ${name}(void) { return ${value}; }\n`);
    must("gcc", ["-shared", "-fPIC", `-Wl,-soname,lib${name}.so`, "-o", out, source]);
  }
  copyFileSync(`${root}/lib/x/libx.so`, `${root}/lib/again/libx.so`);
  writeFileSync(`${root}/text/libx.so`, "INPUT(libx.so.1)\n");

  // With AArch64 as the machine of its header, no loader of this machine reads further.
  const foreign = readFileSync(`${root}/lib/x/libx.so`);
  foreign[18] = 183;
  writeFileSync(`${root}/foreign/libx.so`, foreign);
  writeFileSync(`${root}/main.c`, MAIN);

  return {
    root,
    at,
    program(name, flag, path) {
      const out = `${root}/bin/${name}`;
      const libraries = [`${root}/lib/x/libx.so`, `${root}/lib/y/liby.so`];
      const tags = flag === "rpath" ? "--disable-new-dtags" : "--enable-new-dtags";
      must("gcc", ["-o", out, `${root}/main.c`, ...libraries, `-Wl,${tags},-rpath,${path}`]);
      return out;
    },
  };
}

const paths = (file: string) => {
  const { rpath, runpath } = readElf(readFileSync(file));
  return { rpath, runpath };
};

/** Patches the file; the same patch again must change nothing. */
function edit(file: string, ...edits: Edit[]): void {
  patchFileSync(file, edits);
  expect(patchFileSync(file, edits).changed).toBe(false);
}

describe("programs run with the search path that is left", () => {
  itWithTools(["gcc"], "shrunk: without directories of files that ld.so cannot load", () => {
    const t = tree();
    const p = t.program("p", "runpath", t.at("text", "empty", "foreign", "main.c", "lib/x", "lib/again", "lib/y"));
    edit(p, shrinkFileRunpath());
    expect(paths(p)).toEqual({ rpath: null, runpath: t.at("lib/x", "lib/y") });
    expect(must(p, [])).toBe("42\n");
  });

  itWithTools(["gcc"], "relative: also where the tree was moved", () => {
    const t = tree();
    const p = t.program("p", "runpath", t.at("lib/again", "lib/y"));
    edit(p, makeFileRunpathRelative(p, { root: t.root }));
    expect(paths(p).runpath).toBe("$ORIGIN/../lib/again:$ORIGIN/../lib/y");

    const moved = files.path(`moved${made++}`);
    cpSync(t.root, moved, { recursive: true });
    renameSync(t.root, `${t.root}-gone`);
    expect(must(`${moved}/bin/p`, [])).toBe("42\n");
  });

  itWithTools(["gcc"], "converted: LD_LIBRARY_PATH comes before a DT_RUNPATH, behind a DT_RPATH", () => {
    const t = tree();
    const p = t.program("p", "runpath", t.at("lib/x", "lib/y"));
    mkdirSync(`${t.root}/env`);
    writeFileSync(`${t.root}/x.c`, "int x(void) { return 5; }\n");
    must("gcc", ["-shared", "-fPIC", "-Wl,-soname,libx.so", "-o", `${t.root}/env/libx.so`, `${t.root}/x.c`]);

    const env = { LD_LIBRARY_PATH: t.at("env") };
    expect(must(p, [], { env })).toBe("7\n");

    edit(p, convertToRpath());
    expect(must(p, [], { env })).toBe("42\n");

    edit(p, convertToRunpath());
    expect(must(p, [], { env })).toBe("7\n");
  });
});

describe("as patchelf --shrink-rpath", () => {
  /** The path that both leave. patchelf turns a DT_RPATH that it changes into a DT_RUNPATH. */
  function both(
    t: Tree,
    flag: "rpath" | "runpath",
    path: string,
    prefixes?: readonly string[],
  ): { ours: string | null; theirs: string | null } {
    const ourFile = t.program("p", flag, path);
    const theirFile = `${ourFile}-patchelf`;
    const allowed = prefixes ? ["--allowed-rpath-prefixes", prefixes.join(":")] : [];
    copyFileSync(ourFile, theirFile);
    must("patchelf", ["--shrink-rpath", ...allowed, theirFile]);
    edit(ourFile, shrinkFileRunpath({ allowedPrefixes: prefixes }));

    const ours = paths(ourFile);
    const theirs = paths(theirFile);
    expect(flag === "rpath" ? ours.runpath : ours.rpath).toBe(null);
    return { ours: ours.runpath ?? ours.rpath, theirs: theirs.runpath ?? theirs.rpath };
  }

  itWithTools(["gcc", "patchelf"], "the same directories stay", () => {
    const t = tree();
    const x = t.at("lib/x");
    const y = t.at("lib/y");
    const cases: [path: string, prefixes?: readonly string[]][] = [
      [t.at("lib/x", "lib/again", "lib/y")],
      [t.at("lib/again", "lib/x")],
      [t.at("empty", "foreign", "none")],
      [t.at("foreign", "lib/x")],
      [`$ORIGIN:rel:${x}:$ORIGIN/../lib/y:${y}`],
      [t.at("lib/x", "lib/y"), [x]],
      [t.at("lib/x", "lib/y"), [t.at("lib/")]],
      [t.at("lib/x", "lib/y"), ["/none"]],
      [`$ORIGIN:${x}`, ["/none", x]],
      [`${x}:${x}:${y}`],
    ];

    for (const flag of ["rpath", "runpath"] as const) {
      for (const [path, prefixes] of cases) {
        const { ours, theirs } = both(t, flag, path, prefixes);
        expect([path, prefixes, ours]).toEqual([path, prefixes, theirs]);
      }
    }
  });

  itWithTools(["gcc", "patchelf"], "but not where patchelf 0.14.3 fails: a text file, a file for a directory", () => {
    const t = tree();
    for (const bad of ["text", "main.c"]) {
      const p = t.program("p", "runpath", t.at(bad, "lib/x", "lib/y"));
      expect(run("patchelf", ["--shrink-rpath", p]).status).toBe(1);
      edit(p, shrinkFileRunpath());
      expect(paths(p).runpath).toBe(t.at("lib/x", "lib/y"));
    }
  });
});

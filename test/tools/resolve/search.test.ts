import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect } from "vitest";
import type { LoaderOptions } from "../../../src/index.js";
import { resolveFileLibraries } from "../../../src/node/index.js";
import { ldd, type Line, listOf, readList } from "../../support/ldd.js";
import { itWithTools, must, run } from "../../support/tools.js";
import { isRoot, NOBODY } from "../../node/rights.js";
import { type Bench, bench, type Compiler, MUSL, rpath, runpath } from "./programs.js";

const LOADER = "/lib64/ld-linux-x86-64.so.2";
type Env = NonNullable<LoaderOptions["env"]>;

/** Lines without the loaders' own, which they place as they please in their lists. */
const libraries = (lines: readonly Line[]): string[] =>
  lines
    .filter(([, path]) => path !== LOADER && path !== MUSL)
    .map(([name, path]) => `${name} => ${path ?? "not found"}`);

/** What we say of a program. */
function ours(path: string, options: LoaderOptions = {}): string[] {
  const tree = resolveFileLibraries(path, options);
  try {
    return libraries(listOf(tree));
  } finally {
    tree.close();
  }
}

const environment = (env: Env) => ({ LD_LIBRARY_PATH: env.LD_LIBRARY_PATH ?? "", LD_PRELOAD: env.LD_PRELOAD ?? "" });

/** What ld.so lists, started by the kernel as for a run. */
function traced(path: string, env: Env = {}, cwd?: string): string[] {
  const { stdout } = run(path, [], {
    env: { ...environment(env), LD_TRACE_LOADED_OBJECTS: "1" },
    ...(cwd && { cwd }),
  });

  return forgiven(libraries(readList(stdout).lines));
}

const lddOf = (path: string, env: Env = {}) => forgiven(libraries(ldd([path], environment(env)).get(path)!.lines));

/** In trace mode, ld.so also lists missing libraries that it can do without. */
const forgiven = (lines: readonly string[]) => lines.filter((line) => line !== "libnone.so => not found");

/** musl reports missing libraries on standard error. */
function listed(path: string, env: Env = {}): string[] {
  const { stdout, stderr } = run(MUSL, ["--list", path], { env: environment(env) });
  const missing = [...stderr.matchAll(/^Error loading shared library (.*?): .*\(needed by/gm)];
  return [...libraries(readList(stdout).lines), ...missing.map((m) => `${m[1]} => not found`)].sort();
}

interface Case {
  readonly what: string;
  readonly program: (b: Bench) => string;
  readonly env?: (b: Bench) => Env;
  readonly only?: Compiler;
}

const TWO = "$ORIGIN/d1:$ORIGIN/d2";
const cases: readonly Case[] = [
  { what: "DT_RPATH is inherited", program: (b) => b.program("rpath", ["d1/liba.so"], rpath(TWO)) },
  { what: "DT_RUNPATH is not, by glibc", program: (b) => b.program("runpath", ["d1/liba.so"], runpath(TWO)) },
  {
    what: "LD_LIBRARY_PATH comes behind DT_RPATH, for musl before it",
    program: (b) => b.program("env", ["d1/liba.so"], rpath(TWO)),
    env: (b) => ({ LD_LIBRARY_PATH: b.at("d4") }),
  },
  {
    what: "LD_LIBRARY_PATH comes before DT_RUNPATH",
    program: (b) => b.program("env2", ["d1/liba.so"], runpath(TWO)),
    env: (b) => ({ LD_LIBRARY_PATH: `${b.at("none")}:${b.at("d4")}` }),
  },
  {
    what: "a library's DT_RUNPATH blocks its loaders' DT_RPATH",
    program: (b) => {
      b.library("d5/liba.so", { calls: ["d2/libb.so"], flags: runpath("/nonexistent") });
      return b.program("blocked", ["d5/liba.so"], rpath("$ORIGIN/d5:$ORIGIN/d2"));
    },
  },
  {
    what: "tokens",
    program: (b) =>
      b.program("tokens", ["d1/liba.so"], rpath("$ORIGIN/$LIB:$ORIGIN/${PLATFORM}:${ORIGIN}/d1:$ORIGIN/x/../d2")),
  },
  {
    what: "$LIB and $PLATFORM lead somewhere",
    only: "gcc",
    program: (b) => {
      b.library("lib/x86_64-linux-gnu/libl.so");
      return b.program("lib-token", ["lib/x86_64-linux-gnu/libl.so"], rpath("$ORIGIN/$LIB"));
    },
  },
  {
    what: "glibc-hwcaps, the best level of this processor",
    only: "gcc",
    program: (b) => b.program("hwcaps", ["d3/libb.so"], rpath("$ORIGIN/d3")),
  },
  {
    what: "subdirectories of old",
    only: "gcc",
    program: (b) => {
      b.library("d6/tls/x86_64/libo.so");
      b.library("d6/libo.so");
      return b.program("legacy", ["d6/libo.so"], rpath("$ORIGIN/d6"));
    },
  },
  {
    what: "DF_1_NODEFLIB",
    only: "gcc",
    program: (b) => b.program("nodeflib", ["d1/liba.so"], ["-Wl,-z,nodefaultlib", ...rpath(TWO)]),
  },
  {
    what: "a library's DF_1_NODEFLIB",
    only: "gcc",
    program: (b) => {
      b.library("d7/libn.so", { flags: ["-Wl,-z,nodefaultlib", "-lm"] });
      return b.program("nodeflib2", ["d7/libn.so"], runpath("$ORIGIN/d7"));
    },
  },
  { what: "nothing is found", program: (b) => b.program("lost", ["d1/liba.so"]) },
  {
    what: "LD_PRELOAD by path and by name, and one that is not there",
    program: (b) => b.program("preload", ["d1/liba.so"], rpath(TWO)),
    env: (b) => ({ LD_PRELOAD: `${b.at("d4/libb.so")} libp.so:libnone.so`, LD_LIBRARY_PATH: b.at("d8") }),
  },
  { what: "a path in DT_NEEDED", program: (b) => b.program("slash", [], [b.library("d9/libs.so")]) },
  {
    what: "one file by two names",
    program: (b) => {
      b.library("d10/libone.so");
      b.library("d10/libtwo.so", { calls: ["d10/libone.so"] });
      copyLink(b, "d10/libone.so", "d10/libalso.so");
      return b.program(
        "alias",
        ["d10/libtwo.so", "d10/libone.so"],
        [`-Wl,-l:libalso.so`, `-L${b.at("d10")}`, ...rpath("$ORIGIN/d10")],
      );
    },
  },
  {
    what: "a DT_SONAME that is another name",
    program: (b) => {
      b.library("d11/libs.so", { soname: "libsoname.so.7" });
      symlinkSync("libs.so", b.at("d11/libsoname.so.7"));
      return b.program("soname", ["d11/libs.so"], rpath("$ORIGIN/d11"));
    },
  },
  {
    what: "another machine's file is passed over",
    only: "gcc",
    program: (b) => {
      foreign(b, "d12/libb.so");
      return b.program("foreign", ["d1/liba.so"], rpath("$ORIGIN/d12:$ORIGIN/d1:$ORIGIN/d2"));
    },
  },
  {
    what: "DT_FILTER",
    only: "gcc",
    program: (b) => {
      b.library("d13/libimpl.so", { calls: ["d2/libb.so"] });
      b.library("d13/libfilt.so", { flags: ["-Wl,-F,libimpl.so"] });
      b.library("d13/liblast.so");
      return b.program("filter", ["d13/libfilt.so", "d13/liblast.so"], rpath("$ORIGIN/d13:$ORIGIN/d2"));
    },
  },
  {
    what: "DT_AUXILIARY that is there, and not",
    only: "gcc",
    program: (b) => {
      b.library("d14/libaux.so");
      b.library("d14/libfilt.so", { flags: ["-Wl,-f,libnone.so,-f,libaux.so"] });
      return b.program("auxiliary", ["d14/libfilt.so"], rpath("$ORIGIN/d14"));
    },
  },
];

function copyLink(b: Bench, from: string, to: string): void {
  symlinkSync(b.at(from), b.at(to));
}

/** A library whose header says that it is for AArch64. */
function foreign(b: Bench, path: string): void {
  const out = b.library(path);
  const bytes = readFileSync(out);
  bytes[18] = 183;
  writeFileSync(out, bytes);
}

/** What all cases share: liba needs libb; libb in d2, another in d4, and in levels below d3. */
function shared(cc: Compiler): Bench {
  const b = bench(cc);
  b.library("d2/libb.so", { value: 1 });
  b.library("d1/liba.so", { calls: ["d2/libb.so"] });
  b.library("d4/libb.so", { value: 2 });
  b.library("d8/libp.so");
  for (const level of ["x86-64-v2", "x86-64-v3", "x86-64-v4"]) b.library(`d3/glibc-hwcaps/${level}/libb.so`);
  b.library("d3/libb.so");
  return b;
}

describe.each<Compiler>(["gcc", "musl-gcc"])("programs of %s", (cc) => {
  let made: Bench | undefined;
  const tools = cc === "gcc" ? ["gcc", LOADER, "ldd"] : ["musl-gcc", MUSL];

  for (const { what, program, env: envOf } of cases.filter(({ only }) => (only ?? cc) === cc)) {
    itWithTools(tools, what, () => {
      made ??= shared(cc);
      const path = program(made);
      const env = envOf?.(made) ?? {};
      const said = ours(path, { env });

      if (cc === "musl-gcc") {
        expect(said.sort()).toEqual(listed(path, env));
        return;
      }

      expect(said).toEqual(traced(path, env));
      expect(said).toEqual(lddOf(path, env));
    });
  }
});

describe("ld.so", () => {
  itWithTools(["gcc", LOADER], "$ORIGIN of a program behind a link, and a library's", () => {
    const b = bench("gcc");
    b.library("real/lib/libb.so");
    b.library("other/liba.so", { calls: ["real/lib/libb.so"], flags: runpath("$ORIGIN") });
    const p = b.program("real/bin/p", ["other/liba.so"], rpath("$ORIGIN/../lib"));
    symlinkSync(p, b.at("p"));
    symlinkSync(b.at("other/liba.so"), b.at("real/lib/liba.so"));

    expect(ours(b.at("p"))).toEqual(traced(b.at("p")));
    expect(ours(b.at("p"))).toContain(`libb.so => ${b.at("real/bin/../lib/libb.so")}`);
  });

  itWithTools(["gcc", LOADER], "empty and relative elements start from the current directory", () => {
    const b = bench("gcc");
    b.library("cwd/libb.so");
    b.library("cwd/sub/libc1.so");
    const p = b.program("p", ["cwd/libb.so", "cwd/sub/libc1.so"], runpath("sub:"));
    const cwd = b.at("cwd");
    // ld.so prints relative paths as they are.
    expect(ours(p, { cwd })).toEqual(traced(p, {}, cwd).map((l) => l.replace(/=> (?!\/)/, `=> ${cwd}/`)));
  });

  itWithTools(["gcc", LOADER], "a broken file ends it all, an absent directory or file does not", () => {
    const b = bench("gcc");
    b.library("good/libb.so");
    const p = b.program("p", ["good/libb.so"], rpath("$ORIGIN/none:$ORIGIN/bad:$ORIGIN/good"));
    const broken: readonly (readonly [string, () => void])[] = [
      ["a linker script", () => writeFileSync(b.at("bad/libb.so"), "GROUP ( libb.so.1 )\n")],
      ["an empty file", () => writeFileSync(b.at("bad/libb.so"), "")],
      ["a program", () => copyFileSync(p, b.at("bad/libb.so"))],
      ["a directory", () => mkdirSync(b.at("bad/libb.so"))],
    ];

    for (const [what, make] of broken) {
      must("rm", ["-rf", b.at("bad")]);
      mkdirSync(b.at("bad"));
      make();
      const tree = resolveFileLibraries(p);
      const edge = tree.root.needs[0]!;
      tree.close();

      expect([what, edge.object, edge.tried.at(-1)?.outcome]).toEqual([what, null, "invalid"]);
      expect([what, run(p, []).status]).toEqual([what, 127]);
    }

    must("rm", ["-rf", b.at("bad")]);
    writeFileSync(b.at("bad"), "a file, no directory");

    expect(ours(p)).toEqual(traced(p));
    expect(must(p, [])).toBe("1\n");
  });

  itWithTools(["gcc", LOADER], "a set-user-ID program is secure: no $ORIGIN but in trusted directories", () => {
    const b = bench("gcc");
    b.library("lib/libb.so");
    const p = b.program("p", ["lib/libb.so"], rpath("$ORIGIN/lib"));

    expect(ours(p)).toContain(`libb.so => ${b.at("lib/libb.so")}`);

    chmodSync(p, 0o4755);
    expect(ours(p)).toContain("libb.so => not found");
    expect(ours(p, { secure: false })).toContain(`libb.so => ${b.at("lib/libb.so")}`);

    if (!isRoot) return;

    chmodSync(dirname(b.root), 0o755);

    expect(spawnSync(p, [], { uid: NOBODY }).status).toBe(127);

    chmodSync(p, 0o755);
    expect(spawnSync(p, [], { uid: NOBODY }).status).toBe(0);
  });
});

describe("both C libraries", () => {
  itWithTools(["gcc", MUSL], "musl's rules for a program that was linked with glibc", () => {
    const b = shared("gcc");
    const p = b.program("p", ["d1/liba.so"], [...runpath(TWO), "-lm", "-lpthread"]);
    const tree = resolveFileLibraries(p, { rules: "musl" });

    expect([tree.interpreter?.name, tree.root.needs.find((e) => e.name === "libc.so.6")?.object?.path]).toEqual([
      MUSL,
      MUSL,
    ]);

    tree.close();
    expect(ours(p, { rules: "musl" }).sort()).toEqual(listed(p));
  });

  itWithTools(["musl-gcc", LOADER], "glibc's rules for one that was linked with musl", () => {
    const b = shared("musl-gcc");
    const p = b.program("p", ["d1/liba.so"], rpath(TWO));
    const tree = resolveFileLibraries(p, { rules: "glibc" });
    const { path, outcome } = tree.missing[0]!.edge.tried.at(-1)!;
    tree.close();

    // A linker script, which ends it all.
    expect(outcome).toBe("invalid");
    expect(ldd([p]).get(p)!.said).toContain(`${path}: invalid ELF header`);
  });
});

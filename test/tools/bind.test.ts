import { describe, expect, it } from "vitest";
import { existsSync, realpathSync } from "node:fs";
import { bindSymbols, interpositions, unusedLibraries } from "../../src/index.js";
import { readElfFile, resolveFileLibraries } from "../../src/node/index.js";
import { ourBindings, traceBindings, tracedTree } from "../support/ld-trace.js";
import { crossTool, type Machine, MACHINES, runnersOf } from "../support/machines.js";
import { scratch } from "../support/fixtures.js";
import { itWithTools, must, run } from "../support/tools.js";

const files = scratch();
const gcc = ["gcc", ...runnersOf("x86_64")];
let made = 0;

/** A library or a program, compiled from C (or C++) with its own flags. */
interface Part {
  readonly name: string;
  readonly source: string;
  readonly flags?: readonly string[];
  readonly map?: string;
  /** The libraries that it is linked with, by their file names. */
  readonly with?: readonly string[];
  /** Its file name at first, where another part has the same name. */
  readonly as?: string;
  readonly cxx?: boolean;
}

/** Builds the parts in a folder of their own. The last one is the root. */
function build(machine: Machine, parts: readonly Part[]): string {
  const dir = `case-${made++}`;
  must("mkdir", ["-p", files.path(dir)]);
  const at = (name: string) => files.path(`${dir}/${name}`);
  const write = (name: string, text: string) => files.write(`${dir}/${name}`, Buffer.from(text));

  for (const { name, source, flags = [], map, with: libraries = [], as = name, cxx } of parts) {
    const path = write(`${as}.${cxx ? "cc" : "c"}`, source);
    const shared = name.includes(".so") ? ["-shared", "-fPIC", `-Wl,-soname,${name}`] : [];
    const script = map === undefined ? [] : [`-Wl,--version-script=${write(`${as}.map`, map)}`];
    const compile = ["-O1", "-w", "-fno-builtin", ...shared, ...script, ...flags, "-o", at(as), path];
    const link = ["-Wl,--no-as-needed", ...libraries.map(at), "-Wl,-rpath,$ORIGIN"];
    must(crossTool(machine, cxx ? "g++" : "gcc"), [...compile, ...link]);
  }

  // The loader finds the last build of a name.
  for (const { name, as = name } of parts) if (as !== name) must("cp", [at(as), at(name)]);
  return at(parts.at(-1)!.name);
}

/** Our answer and the loader's; it must have bound something of this file. */
function compare(machine: Machine, root: string, env?: Record<string, string>): ReturnType<typeof ourBindings> {
  const theirs = traceBindings(machine, root, env);
  const ours = ourBindings(tracedTree(machine, root, theirs));
  const without = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].filter((item) => !b.has(item));

  for (const what of ["bindings", "missing", "versions"] as const) {
    expect([what, "of ours alone", without(ours[what], theirs[what])]).toEqual([what, "of ours alone", []]);
    expect([what, "of ld.so's alone", without(theirs[what], ours[what])]).toEqual([what, "of ld.so's alone", []]);
  }

  expect(ours.stopped).toBe(theirs.stopped);
  return ours;
}

const ONE = `
int old_twice(int x) { return x + x; }
int new_twice(int x) { return x * 20; }
int third(int x) { return x * 3; }
int only_new(void) { return 5; }
int only_old(void) { return 6; }
__asm__(".symver old_twice,twice@V1");
__asm__(".symver new_twice,twice@V2");
__asm__(".symver third,twice@@V3");
__asm__(".symver only_old,gone@V1");
int counter = 4;
int *pointer = &counter;
__thread int local = 3;
int inner(void) { return 1; }
__attribute__((weak)) int weakling(void) { return 2; }
__attribute__((visibility("protected"))) int guarded(void) { return 7; }
__attribute__((visibility("protected"))) int guarded_data = 8;
void *addresses(void) { static void *a[] = {inner, guarded, weakling, only_new}; return a; }
int outer(void) { return inner() + guarded() + guarded_data + counter + weakling() + local; }
`;
const ONE_MAP = `
V1 {
  global: twice; gone; inner; outer; counter; pointer; local; weakling; guarded*; addresses;
  local: *;
};
V2 { global: twice; only_new; } V1;
V3 { global: twice; } V2;
`;
const MAIN = `
extern int counter;
extern int *pointer;
extern __thread int local;
int twice(int), outer(void), inner(void), guarded(void), only_new(void);
void *addresses(void);
__attribute__((weak)) int nowhere(void);
int main(void) {
  int (*f)(void) = inner;
  int (*g)(void) = guarded;
  return twice(1) + outer() + counter + local + f() + g() + *pointer + only_new() +
         (nowhere ? nowhere() : 0) + (addresses() != 0);
}
`;

describe("bindSymbols says what ld.so says", () => {
  for (const m of MACHINES) {
    for (const kind of m === "x86_64" ? ["PIE", "non-PIE"] : ["non-PIE"]) {
      itWithTools(
        [crossTool(m, "gcc"), ...runnersOf(m)],
        `of versions, weak, protected and thread-local symbols, copies and function addresses: ${m}, ${kind}`,
        () => {
          const flags = kind === "PIE" ? ["-fPIE", "-pie"] : ["-fno-pie", "-no-pie"];
          const root = build(m, [
            { name: "libone.so", source: ONE, map: ONE_MAP },
            { name: "main", source: MAIN, flags, with: ["libone.so"] },
          ]);
          const bindings = [...compare(m, root).bindings];
          const ofTwice = bindings.filter((b) => / main? twice V3$/.test(b) || b.endsWith("libone.so twice V3"));

          expect(bindings.length).toBeGreaterThan(50);
          expect(ofTwice).toHaveLength(1);
        },
      );
    }
  }

  const stub = {
    name: "libone.so",
    as: "stub.so",
    source: `
int twice(int x) { return 0; }
int gone(void) { return 0; }
int only_new(void) { return 0; }
int inner(void) { return 0; }
`,
  };
  const library = { name: "libone.so", as: "real.so", source: ONE, map: ONE_MAP };

  itWithTools(gcc, "of references without a version: the oldest one, else the only public one", () => {
    const source = `
int twice(int), gone(void), only_new(void), inner(void);
int main(void) { return twice(1) + gone() + only_new() + inner(); }
`;
    const main = build("x86_64", [stub, library, { name: "main", with: ["stub.so"], source }]);
    const ours = compare("x86_64", main);

    // LD_DEBUG does not tell the version of a definition; the functions' results do.
    expect(run(main, []).status).toBe(2 + 6 + 5 + 1);

    const tree = resolveFileLibraries(main);
    const { bindings } = bindSymbols(tree, { of: [tree.root] });
    const toLibrary = bindings.filter(({ provider }) => provider.name === "libone.so");
    const bound = toLibrary.map(({ symbol, providerVersion, how }) => [symbol, providerVersion, how]);
    tree.close();
    expect(bound.sort()).toEqual([
      ["gone", "V1", "oldest"],
      ["inner", "V1", "default"],
      ["only_new", "V2", "default"],
      ["twice", "V1", "oldest"],
    ]);

    const traced = [...ours.bindings].filter((b) => b.includes("main ") && b.includes("libone.so"));
    const symbols = traced.map((b) => b.split(" ").slice(2).join(" ").trim());
    expect(symbols.sort()).toEqual(["gone", "inner", "only_new", "twice"]);
  });

  itWithTools(gcc, "of a symbol with several public versions from the third on: none of them", () => {
    const source = `
int a(void) { return 1; }
int b(void) { return 2; }
int c(void) { return 0; }
__asm__(".symver a,many@V2");
__asm__(".symver b,many@@V3");
int single(void) { return 3; }
`;
    const map = "V1 { global: c; local: *; };\nV2 { global: many; single; } V1;\nV3 { global: many; } V2;\n";
    const real = { name: "libone.so", as: "real.so", source, map };
    const plain = { ...stub, source: "int many(void) { return 0; } int single(void) { return 0; }" };
    const main = {
      name: "main",
      with: ["stub.so"],
      source: "int many(void), single(void); int main(void) { return many() + single(); }",
    };
    compare("x86_64", build("x86_64", [plain, real, main]));
  });

  itWithTools(gcc, "of what is missing: symbols, versions, weak versions, version information", () => {
    const needs = {
      name: "main",
      with: ["full.so"],
      source: "int twice(int), only_new(void), inner(void); int main(void) { return twice(1) + only_new() + inner(); }",
    };
    const full = { ...library, as: "full.so" };
    const without = (source: string, map?: string) => {
      const real = { name: "libone.so", as: "real.so", source, ...(map !== undefined && { map }) };
      return compare("x86_64", build("x86_64", [full, real, needs]));
    };
    const body = "int twice(int x) { return 0; } int only_new(void) { return 0; } int inner(void) { return 0; }";

    expect(without(body, "V1 { global: inner; local: *; };\nV2 { global: only_new; } V1;\n")).toMatchObject({
      versions: { size: 1 },
      missing: { size: 1 },
    });
    expect(without(body, "V1 { global: inner; local: *; };\nV3 { global: twice; } V1;\nV2 { } V1;\n")).toMatchObject({
      versions: { size: 0 },
      missing: { size: 1 },
    });
    expect(without("int inner(void) { return 0; }")).toMatchObject({ versions: { size: 1 }, missing: { size: 2 } });
    // It has versions of others, but defines none: ld.so warns, and binds its symbols.
    expect(without(`${body} void *malloc(unsigned long); void *user(void) { return malloc(1); }`)).toMatchObject({
      versions: { size: 1 },
      missing: { size: 0 },
      stopped: false,
    });
  });

  itWithTools(gcc, "of a file without any .gnu.version, of which versions are needed: it stops", () => {
    const root = build("x86_64", [
      { ...library, as: "full.so" },
      { name: "libone.so", as: "real.so", source: "int inner(void) { return 0; }", flags: ["-nostdlib"] },
      { name: "main", with: ["full.so"], source: "int inner(void); int main(void) { return inner(); }" },
    ]);
    const traced = traceBindings("x86_64", root);
    const ours = ourBindings(tracedTree("x86_64", root, traced));

    expect([traced.stopped, ours.stopped]).toEqual([true, true]);
    expect(ours.versions).toEqual(traced.versions);
  });

  itWithTools(gcc, "of DT_SYMBOLIC, and of definitions that others stand before", () => {
    const two = (flags: readonly string[]) => ({
      name: "libtwo.so",
      flags,
      source: `
int shared(void) { return 2; }
int mine(void) { return 3; }
int hidden_one(void) __attribute__((visibility("hidden")));
int hidden_one(void) { return 9; }
void *table[] = {shared, mine};
int use(void) { return shared() + mine() + hidden_one(); }
`,
    });
    const three = {
      name: "libthree.so",
      source: "int shared(void) { return 5; } int mine(void) { return 6; } int other(void) { return shared(); }",
    };
    const main = {
      name: "main",
      with: ["libthree.so", "libtwo.so"],
      flags: ["-rdynamic"],
      source:
        "int use(void), other(void); int mine(void) { return 1; } int main(void) { return use() + other() + mine(); }",
    };
    const plain = compare("x86_64", build("x86_64", [two([]), three, main]));
    const symbolic = compare("x86_64", build("x86_64", [two(["-Wl,-Bsymbolic"]), three, main]));
    const shared = ({ bindings }: typeof plain) => {
      const ofTwo = [...bindings].filter((b) => b.includes("libtwo.so ") && / (shared|mine) $/.test(b));
      return ofTwo.map((b) => b.replace(/\S*\//g, "")).sort();
    };

    expect(shared(plain)).toEqual(["libtwo.so libthree.so shared ", "libtwo.so main mine "]);
    expect(shared(symbolic)).toEqual([]);
  });

  itWithTools(["g++", ...gcc], "of unique symbols, in programs and in a DT_SYMBOLIC library", () => {
    const source = `
template <class T> struct Once { static int one; int get() { static int n; return ++n; } };
template <class T> int Once<T>::one = 1;
inline int shared_count = 3;
`;
    const parts = (flags: readonly string[]) => [
      {
        name: "liba.so",
        cxx: true,
        flags,
        source: `${source} int a() { return Once<int>::one + Once<int>().get() + shared_count; }`,
      },
      {
        name: "libb.so",
        cxx: true,
        source: `${source} int b() { return Once<int>::one + Once<int>().get() + shared_count; }`,
      },
      {
        name: "main",
        cxx: true,
        flags: ["-fno-pie", "-no-pie"],
        with: ["libb.so", "liba.so"],
        source: `${source} int a(), b(); int main() { return a() + b() + Once<int>::one + shared_count; }`,
      },
    ];

    for (const flags of [[], ["-Wl,-Bsymbolic-functions"], ["-Wl,-Bsymbolic"]]) {
      const ours = compare("x86_64", build("x86_64", parts(flags)));
      expect([...ours.bindings].filter((b) => b.includes("shared_count")).length).toBeGreaterThan(1);
    }
  });

  itWithTools(gcc, "of what a preload takes over", () => {
    const source = `
#define F(n) void *n(void) { return 0; }
F(malloc) F(free) F(getenv) F(pthread_create) F(setlocale) F(stdout_not_there) F(main)
`;
    const preload = build("x86_64", [{ name: "libfake.so", source }]);
    const programs = ["/bin/bash", process.execPath, "/usr/bin/make"].filter((path) => existsSync(path));

    for (const file of programs.map((path) => realpathSync(path))) {
      const theirs = traceBindings("x86_64", file, { LD_PRELOAD: preload });
      const toPreload = [...theirs.bindings].filter((b) => b.split(" ")[1] === preload && !b.startsWith(preload));

      const tree = resolveFileLibraries(file);
      const { captured, findings } = interpositions(tree, readElfFile(preload), preload);
      const ours = captured.map(({ from, symbol, version }) => `${from.path} ${preload} ${symbol} ${version ?? ""}`);
      expect(new Set(ours)).toEqual(new Set(toPreload));
      expect(captured.length).toBeGreaterThan(2);
      expect(findings).toEqual([]);

      // The same in a tree that has the preload.
      const preloaded = resolveFileLibraries(file, { env: { LD_PRELOAD: preload } });
      expect(ourBindings(preloaded).bindings).toEqual(theirs.bindings);
      tree.close();
      preloaded.close();
    }
  });

  itWithTools(["ldd", ...gcc], "of needed libraries that give no symbol (ldd -u)", () => {
    const two = { name: "libtwo.so", source: "int spare(void) { return 1; }" };
    const one = { name: "libone.so", source: "int used(void) { return 2; }" };
    const main = build("x86_64", [
      one,
      two,
      { name: "main", with: ["libone.so", "libtwo.so"], source: "int used(void); int main(void) { return used(); }" },
    ]);

    for (const [file, count] of [
      [main, 1],
      ["/usr/bin/gdb", 0],
      [realpathSync(process.execPath), 0],
    ] as const) {
      if (!existsSync(file)) continue;

      const list = run("ldd", ["-r", "-u", file]).stdout.split("Unused direct dependencies:")[1] ?? "";
      const theirs = list.split("\n").map((line) => line.trim());

      const tree = resolveFileLibraries(file);
      const { unused } = unusedLibraries(tree)[0]!;
      expect(unused.map((edge) => edge.object!.path)).toEqual(theirs.filter((line) => line !== ""));
      expect(unused.length).toBeGreaterThanOrEqual(count);
      tree.close();
    }
  });

  const SYSTEM = [
    process.execPath,
    "/usr/bin/git",
    "/usr/bin/gdb",
    "/usr/bin/ld.bfd",
    "/usr/bin/eu-readelf",
    "/usr/bin/patchelf",
    "/usr/bin/rustc",
    "/usr/bin/ld.lld-19",
    "/bin/bash",
    "/bin/tar",
    "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
  ];
  const there = SYSTEM.filter((path) => process.arch === "x64" && existsSync(path));
  it.each(there.map((path) => realpathSync(path)))("of every symbol of %s and its libraries", (file) =>
    expect(compare("x86_64", file).bindings.size).toBeGreaterThan(50),
  );
});

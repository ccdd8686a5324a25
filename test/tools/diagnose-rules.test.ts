import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { diagnose } from "../../src/diagnose/diagnose.js";
import type { DiagnoseOptions } from "../../src/diagnose/options.js";
import { hardeningRules } from "../../src/diagnose/rules/hardening.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { replaceNeeded } from "../../src/edit/needed.js";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { readElfFile, resolveFileLibraries } from "../../src/node/index.js";
import { patch } from "../../src/patch.js";
import { EM } from "../../src/spec/constants.js";
import { tables } from "../../src/targets/index.js";
import { scratch } from "../support/fixtures.js";
import { itWithTools, must, type Ran, run } from "../support/tools.js";

const files = scratch();
const LD = "/lib64/ld-linux-x86-64.so.2";

/** Of a folder, every STEPth file is looked at; 1 for all. */
const STEP = Number(process.env["ELFWRIGHT_STEP"] ?? 30);

const PROTECTIONS = new Set(hardeningRules.map((rule) => rule.id));

/** `severity rule` of all findings, except on protections: the compiler was not asked for them. */
function found(bytes: Uint8Array, options: DiagnoseOptions = {}): string[] {
  const { findings } = diagnose(readElf(bytes), { tables, ...options });
  return findings.filter(({ rule }) => !PROTECTIONS.has(rule)).map(({ severity, rule }) => `${severity} ${rule}`);
}

function compile(compiler: string, source: string, flags: readonly string[] = []): Buffer {
  must(compiler, ["-O1", "-w", "-o", files.path("out"), "-x", "c", "-", ...flags], { input: source });
  return readFileSync(files.path("out"));
}

let made = 0;
const runs = (bytes: Uint8Array, ...args: string[]): Ran => run(files.write(`run-${made++}`, bytes), args);

describe("a program of musl, made to run with glibc by changed names alone", () => {
  const retarget = (bytes: Buffer): Buffer =>
    patch(bytes, [setInterpreter(LD), replaceNeeded({ "libc.so": "libc.so.6" })]).bytes;
  const lacks = (symbol: string) => (ran: Ran) => {
    expect(ran.status).toBe(127);
    expect(ran.stderr).toContain(`undefined symbol: ${symbol}`);
  };
  const prints = (stdout: string) => (ran: Ran) => expect(ran).toMatchObject({ status: 0, stdout });

  type Row = readonly [source: string, says: readonly string[], does: (ran: Ran) => unknown];
  const PROGRAMS: Readonly<Record<string, Row>> = {
    plain: [`#include <stdio.h>\nint main(void) { puts("hello"); return 0; }`, [], prints("hello\n")],
    constructors: [
      `#include <stdio.h>
__attribute__((constructor)) static void before(void) { puts("before"); }
int main(void) { puts("main"); return 0; }`,
      ["error constructors-skipped"],
      prints("main\n"),
    ],
    destructors: [
      `#include <stdio.h>
__attribute__((destructor)) static void after(void) { puts("after"); }
int main(void) { puts("main"); return 0; }`,
      ["error constructors-skipped"],
      prints("main\n"),
    ],
    realpath: [
      `#include <stdio.h>
#include <stdlib.h>
int main(void) { puts(realpath("/", 0) ? "found" : "refused"); return 0; }`,
      ["warning oldest-binding"],
      prints("refused\n"),
    ],
    atexit: [
      `#include <stdlib.h>\nstatic void last(void) {} int main(void) { return atexit(last); }`,
      ["error symbol-not-in-glibc"],
      lacks("atexit"),
    ],
    pow: [
      `#include <math.h>\nint main(int n, char **v) { return pow(n, 0.5) != 1; }`,
      ["error library-not-named", "warning oldest-binding"],
      lacks("pow"),
    ],
    regex: [
      `#include <stdio.h>
#include <regex.h>
int main(void) {
  regex_t r;
  regmatch_t m[3];
  regcomp(&r, "a(b)(c)", REG_EXTENDED);
  regexec(&r, "xxabc", 3, m, 0);
  printf("%d\\n", (int)m[1].rm_eo);
  return 0;
}`,
      ["error abi-imports", "warning oldest-binding"],
      (ran) => expect(ran.stdout).not.toBe("4\n"),
    ],
    setbuf: [
      `#include <stdio.h>
#include <string.h>
static char b[BUFSIZ + 8192];
int main(void) {
  memset(b, 7, sizeof b);
  setbuf(stdout, b);
  for (int i = 0; i < 6000; i++) putchar('x');
  int n = 0;
  for (unsigned i = BUFSIZ; i < sizeof b; i++) n += b[i] != 7;
  fprintf(stderr, "%d", n > 0);
  return 0;
}`,
      ["error abi-imports"],
      (ran) => expect(ran.stderr).toBe("1"),
    ],
  };

  for (const [name, [source, says, does]] of Object.entries(PROGRAMS)) {
    itWithTools(
      ["musl-gcc", "/lib/ld-musl-x86_64.so.1", LD],
      `${name}: the findings are what happens, and before the change there are none`,
      () => {
        const original = compile("musl-gcc", source);
        const changed = retarget(original);
        const errors = says.filter((finding) => finding.startsWith("error"));
        const warnings = says.filter((finding) => finding.startsWith("warning"));

        expect(found(original).filter((finding) => !finding.startsWith("note"))).toEqual([]);
        expect(found(changed)).toEqual([...errors, "warning interpreter-libc", ...warnings]);

        does(runs(changed));
        const unchanged = runs(original);
        expect(unchanged.status).toBe(0);
        if (says.length > 0) expect(() => does(unchanged)).toThrow();
      },
    );
  }
});

describe("what glibc and kernels refuse", () => {
  itWithTools(["gcc"], "a program without an interpreter crashes", () => {
    const source = 'int puts(const char *); int main(void) { puts("x"); return 0; }';
    const lacking = compile("gcc", source, ["-no-pie", "-Wl,--no-dynamic-linker"]);
    expect(found(lacking)).toContain("error interpreter-missing");
    expect(runs(lacking).signal).toBe("SIGSEGV");
    expect(found(compile("gcc", source, ["-no-pie"]))).toEqual([]);
  });

  itWithTools(["gcc"], "static programs that load parts of glibc, with and without symbols", () => {
    const looksUp =
      '#include <pwd.h>\n#include <stdio.h>\nint main(void) { printf("%d", getpwnam("root") != 0); return 0; }';
    const plain = '#include <stdio.h>\nint main(void) { printf("%d", 1); return 0; }';
    const messages = (flags: readonly string[], source = looksUp) => {
      const { findings } = diagnose(readElf(compile("gcc", source, flags)));
      return findings.filter(({ rule }) => rule === "static-glibc-loads").map(({ message }) => message);
    };

    expect(messages(["-static"])).toEqual([expect.stringContaining("it is static, but getpwnam")]);
    expect(messages(["-static", "-s"])).toEqual([expect.stringContaining("has glibc's name services in it")]);
    expect(messages(["-static-pie"])).toEqual([expect.stringContaining("getpwnam")]);

    for (const [flags, source] of [
      [["-static"], plain],
      [["-static", "-s"], plain],
      [[], looksUp],
    ] as const) {
      expect(messages(flags, source)).toEqual([]);
    }
  });

  itWithTools(["gcc"], "libraries that are missing, too many, too few, too old", () => {
    const library = (name: string, source: string, flags: readonly string[] = []): void => {
      const shared = ["-shared", "-fPIC", `-Wl,-soname,${name}`, "-o", files.path(name)];
      must("gcc", [...shared, "-x", "c", "-", ...flags], { input: source });
    };
    const here = [`-L${files.path(".")}`, `-Wl,-rpath,${files.path(".")}`];
    const closure = (bytes: Uint8Array) => {
      const path = files.write(`closure-${made++}`, bytes);
      const tree = resolveFileLibraries(path);
      try {
        const { findings } = diagnose(readElf(bytes), { libraries: tree });
        const onLibraries = findings.filter(({ rule }) => /^(library|symbol|version)-/.test(rule));
        const said = onLibraries.map(({ severity, rule, message }) => `${severity} ${rule}: ${message}`);
        return { said, ran: run(path, []) };
      } finally {
        tree.close();
      }
    };

    library("libdeep.so", "int deep(void) { return 1; }");
    library("libtop.so", "int deep(void); int top(void) { return deep(); }", [...here, "-l:libdeep.so"]);
    library("libidle.so", "int idle;");
    const ld = ["-Wl,--no-as-needed,--allow-shlib-undefined", "-Wl,--unresolved-symbols=ignore-all"];
    const source = "int top(void), deep(void); int main(void) { return top() + deep() - 2; }";
    const main = compile("gcc", source, [...here, ...ld, "-l:libtop.so", "-l:libidle.so"]);

    const { said, ran } = closure(main);
    expect([said.length, ran.status]).toEqual([2, 0]);
    expect(said[0]).toBe("note library-unused: it needs libidle.so, but takes no symbol of it");
    expect(said[1]).toMatch(
      /^note library-undeclared: it takes deep of \S+libdeep\.so, which it does not name in DT_NEEDED/,
    );

    library("libdeep.so", "int other(void) { return 1; }");
    const lacking = closure(main);
    expect(lacking.said.filter((text) => text.startsWith("error"))).toEqual([
      expect.stringMatching(/^error symbol-missing: nothing defines 1 symbol that it asks for: deep$/),
      expect.stringMatching(/nothing defines 1 symbol that \S+libtop\.so asks for: deep$/),
    ]);
    expect(lacking.ran.stderr).toContain("undefined symbol: deep");

    const withoutPath = [`-L${files.path(".")}`, "-l:libtop.so", "-Wl,--allow-shlib-undefined"];
    const gone = closure(compile("gcc", "int top(void); int main(void) { return top(); }", withoutPath));
    expect(gone.said[0]).toContain("error library-missing: libtop.so, which it needs, is not found; looked at ");
    expect(gone.ran.stderr).toContain("libtop.so: cannot open shared object file");
  });
});

describe("what dlopen makes of a library", () => {
  const OPENS = `
#include <dlfcn.h>
#include <stdio.h>
int main(int n, char **names) { if (!dlopen(names[1], RTLD_NOW)) return puts(dlerror()), 1; return 0; }
`;
  const tls = (size: number) => `__thread char a[${size}]; char *f(void) { return a; }`;
  const LIBRARY = ["-shared", "-fPIC", "-nostdlib"];
  const STATIC_TLS = [...LIBRARY, "-ftls-model=initial-exec"];

  /** Each library, its flags, what the rules of that name say, and what dlopen says where it refuses. */
  const ROWS: readonly (readonly [string, readonly string[], readonly string[], string | null])[] = [
    [tls(16_000), STATIC_TLS, ["warning dlopen-static-tls"], "cannot allocate memory in static TLS block"],
    [tls(1728), STATIC_TLS, ["warning dlopen-static-tls"], "cannot allocate memory in static TLS block"],
    [tls(1500), STATIC_TLS, ["note dlopen-static-tls"], null],
    [tls(16_000), [...LIBRARY, "-ftls-model=global-dynamic", "-lc"], [], null],
    ["int f(void) { return 1; }", [...LIBRARY, "-Wl,-z,nodlopen"], ["warning dlopen-refused"], "cannot be dlopen()ed"],
    ["int f(void) { return 1; }", LIBRARY, [], null],
  ];

  const says = (library: Uint8Array): string[] => found(library).filter((text) => text.includes(" dlopen-"));

  itWithTools([LD, "gcc"], "with glibc", () => {
    const opens = files.write("opens", compile("gcc", OPENS));
    for (const [source, flags, rules, refusal] of ROWS) {
      const library = compile("gcc", source, flags);
      const ran = run(opens, [files.write(`opened-${made++}.so`, library)]);
      expect([source, says(library), ran.status]).toEqual([source, rules, refusal === null ? 0 : 1]);
      expect(ran.stdout).toContain(refusal ?? "");
    }
  });

  itWithTools([LD, "gcc"], "a program that needs such a library starts", () => {
    for (const [source, flags, rules] of ROWS) {
      if (rules.length === 0) continue;

      const name = `needed-${made++}.so`;
      files.write(name, compile("gcc", source, [...flags, `-Wl,-soname,${name}`]));
      const main = compile("gcc", "long f(void); int main(void) { return f() == 0; }", [
        `-L${files.path(".")}`,
        `-l:${name}`,
        `-Wl,-rpath,${files.path(".")}`,
      ]);
      expect([source, runs(main).status]).toEqual([source, 0]);
    }
  });

  itWithTools(["musl-gcc"], "with musl, for which no size is small enough", () => {
    const opens = files.write("opens-musl", compile("musl-gcc", OPENS));
    const library = compile("musl-gcc", `#include <string.h>\n${tls(8)}\nint g(char *s) { return strlen(s); }`, [
      "-shared",
      "-fPIC",
      "-ftls-model=initial-exec",
    ]);
    const ran = run(opens, [files.write("opened-musl.so", library)]);
    expect([says(library), ran.status]).toEqual([["warning dlopen-static-tls"], 1]);
    expect(ran.stdout).toContain("initial-exec TLS resolves to dynamic definition");

    const refused = compile("gcc", "int f(void) { return 1; }", [...LIBRARY, "-Wl,-z,nodlopen"]);
    expect(run(opens, [files.write("nodlopen-musl.so", refused)]).status).toBe(0);
  });
});

describe("what works is not blamed", () => {
  /** A static program with glibc's name services in it, and libraries that dlopen refuses. */
  const BLAMED = [
    "/usr/sbin/ldconfig",
    ...["liblsan.so.0.0.0", "libtsan.so.2.0.0"].map((name) => `/usr/lib/x86_64-linux-gnu/${name}`),
  ];
  const FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/klibc/bin", "/usr/lib/musl/lib"];

  const sample = (folder: string): string[] => {
    try {
      const names = readdirSync(folder).sort();
      const paths = names.filter((_, i) => i % STEP === 0).map((name) => `${folder}/${name}`);
      return paths.filter((path) => lstatSync(path).isFile());
    } catch {
      return [];
    }
  };

  itWithTools([LD], "programs and libraries of this system: no error, no warning, also with their libraries", () => {
    let done = 0;
    for (const path of ["/usr/bin/ls", ...FOLDERS.flatMap(sample)]) {
      if (BLAMED.includes(path)) continue;

      let elf: ReturnType<typeof readElfFile>;
      try {
        elf = readElfFile(path);
      } catch (e) {
        if (isElfError(e)) continue;
        throw e;
      }

      const hasLibraries = elf.header.machine === EM.X86_64 && elf.linkage === "dynamic";
      const tree = done % 5 === 0 && hasLibraries ? resolveFileLibraries(path) : undefined;
      try {
        const { findings, problems } = diagnose(elf, { tables, ...(tree && { libraries: tree }) });
        expect([path, findings.filter(({ severity }) => severity !== "note"), problems]).toEqual([path, [], []]);
      } finally {
        elf.close();
        tree?.close();
      }

      done++;
    }

    expect(done).toBeGreaterThan(30);
  });

  itWithTools(["gcc"], "a Node addon", () => {
    const source = `
typedef void *P;
P napi_create_int32(P, int, P *);
__attribute__((visibility("default")))
P napi_register_module_v1(P env, P exports) { P v; napi_create_int32(env, 1, &v); return exports; }
`;
    const addon = compile("gcc", source, ["-shared", "-fPIC"]);
    const tree = resolveFileLibraries(files.write("addon.node", addon));
    const { findings } = diagnose(readElf(addon), { tables, libraries: tree });

    expect(findings.filter(({ severity }) => severity !== "note")).toEqual([]);
    tree.close();
  });
});

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
import { tables } from "../../src/targets/index.js";
import { scratch } from "../support/fixtures.js";
import { itWithTools, must, type Ran, run } from "../support/tools.js";

const files = scratch();
const LD = "/lib64/ld-linux-x86-64.so.2";
/** Each so-manieth file of a folder; 1 for all. */
const STEP = Number(process.env["ELFWRIGHT_STEP"] ?? 30);

const PROTECTIONS = new Set(hardeningRules.map((r) => r.id));

/** `severity rule` of all that is found, but for protections that a compiler was not asked for. */
const found = (bytes: Uint8Array, options: DiagnoseOptions = {}): string[] =>
  diagnose(readElf(bytes), { tables, ...options })
    .findings.filter((f) => !PROTECTIONS.has(f.rule))
    .map((f) => `${f.severity} ${f.rule}`);

function compile(compiler: string, source: string, flags: readonly string[] = []): Buffer {
  must(compiler, ["-O1", "-w", "-o", files.path("out"), "-x", "c", "-", ...flags], { input: source });
  return readFileSync(files.path("out"));
}

let made = 0;
const runs = (bytes: Uint8Array, ...args: string[]): Ran => run(files.write(`run-${made++}`, bytes), args);

describe("a program of musl, made to run with glibc by changed names alone", () => {
  const retarget = (bytes: Buffer): Buffer =>
    patch(bytes, [setInterpreter(LD), replaceNeeded({ "libc.so": "libc.so.6" })]).bytes;
  const PROGRAMS: Readonly<
    Record<string, readonly [source: string, says: readonly string[], does: (r: Ran) => unknown]>
  > = {
    plain: [
      `#include <stdio.h>\nint main(void) { puts("hello"); return 0; }`,
      [],
      (r) => expect(r).toMatchObject({ status: 0, stdout: "hello\n" }),
    ],
    constructors: [
      `#include <stdio.h>\n__attribute__((constructor)) static void before(void) { puts("before"); }\nint main(void) { puts("main"); return 0; }`,
      ["error constructors-skipped"],
      (r) => expect(r).toMatchObject({ status: 0, stdout: "main\n" }),
    ],
    destructors: [
      `#include <stdio.h>\n__attribute__((destructor)) static void after(void) { puts("after"); }\nint main(void) { puts("main"); return 0; }`,
      ["error constructors-skipped"],
      (r) => expect(r).toMatchObject({ status: 0, stdout: "main\n" }),
    ],
    realpath: [
      `#include <stdio.h>\n#include <stdlib.h>\nint main(void) { puts(realpath("/", 0) ? "found" : "refused"); return 0; }`,
      ["warning oldest-binding"],
      (r) => expect(r).toMatchObject({ status: 0, stdout: "refused\n" }),
    ],
    atexit: [
      `#include <stdlib.h>\nstatic void last(void) {} int main(void) { return atexit(last); }`,
      ["error symbol-not-in-glibc"],
      (r) => expect([r.status, r.stderr.includes("undefined symbol: atexit")]).toEqual([127, true]),
    ],
    pow: [
      `#include <math.h>\nint main(int n, char **v) { return pow(n, 0.5) != 1; }`,
      ["error library-not-named", "warning oldest-binding"],
      (r) => expect([r.status, r.stderr.includes("undefined symbol: pow")]).toEqual([127, true]),
    ],
    regex: [
      `#include <stdio.h>\n#include <regex.h>\nint main(void) { regex_t r; regmatch_t m[3]; regcomp(&r, "a(b)(c)", REG_EXTENDED); regexec(&r, "xxabc", 3, m, 0); printf("%d\\n", (int)m[1].rm_eo); return 0; }`,
      ["error abi-imports", "warning oldest-binding"],
      (r) => expect(r.stdout).not.toBe("4\n"),
    ],
    setbuf: [
      `#include <stdio.h>\n#include <string.h>\nstatic char b[BUFSIZ + 8192]; int main(void) { memset(b, 7, sizeof b); setbuf(stdout, b); for (int i = 0; i < 6000; i++) putchar('x'); int n = 0; for (unsigned i = BUFSIZ; i < sizeof b; i++) n += b[i] != 7; fprintf(stderr, "%d", n > 0); return 0; }`,
      ["error abi-imports"],
      (r) => expect(r.stderr).toBe("1"),
    ],
  };

  for (const [name, [source, says, does]] of Object.entries(PROGRAMS)) {
    itWithTools(
      ["musl-gcc", "/lib/ld-musl-x86_64.so.1", LD],
      `${name}: what is said of it is what happens, and nothing was said before`,
      () => {
        const original = compile("musl-gcc", source);
        const changed = retarget(original);
        expect(found(original).filter((f) => !f.startsWith("note"))).toEqual([]);
        expect(found(changed)).toEqual([
          ...says.filter((s) => s.startsWith("error")),
          "warning interpreter-libc",
          ...says.filter((s) => s.startsWith("warning")),
        ]);

        does(runs(changed));
        const right = runs(original);
        expect(right.status).toBe(0);
        if (says.length > 0) expect(() => does(right)).toThrow();
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
    const messages = (flags: readonly string[], source = looksUp) =>
      diagnose(readElf(compile("gcc", source, flags)))
        .findings.filter((f) => f.rule === "static-glibc-loads")
        .map((f) => f.message);

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
      must("gcc", ["-shared", "-fPIC", `-Wl,-soname,${name}`, "-o", files.path(name), "-x", "c", "-", ...flags], {
        input: source,
      });
    };
    const here = [`-L${files.path(".")}`, `-Wl,-rpath,${files.path(".")}`];
    const closure = (bytes: Uint8Array) => {
      const path = files.write(`closure-${made++}`, bytes);
      const tree = resolveFileLibraries(path);
      try {
        return {
          said: diagnose(readElf(bytes), { libraries: tree })
            .findings.filter((f) => /^(library|symbol|version)-/.test(f.rule))
            .map((f) => `${f.severity} ${f.rule}: ${f.message}`),
          ran: run(path, []),
        };
      } finally {
        tree.close();
      }
    };
    library("libdeep.so", "int deep(void) { return 1; }");
    library("libtop.so", "int deep(void); int top(void) { return deep(); }", [...here, "-l:libdeep.so"]);
    library("libidle.so", "int idle;");
    const main = compile("gcc", "int top(void), deep(void); int main(void) { return top() + deep() - 2; }", [
      ...here,
      "-Wl,--no-as-needed,--allow-shlib-undefined",
      "-l:libtop.so",
      "-l:libidle.so",
      "-Wl,--unresolved-symbols=ignore-all",
    ]);
    const { said, ran } = closure(main);

    expect([said.length, ran.status]).toEqual([2, 0]);
    expect(said[0]).toBe("note library-unused: it needs libidle.so, but takes no symbol of it");
    expect(said[1]).toMatch(
      /^note library-undeclared: it takes deep of \S+libdeep\.so, which it does not name in DT_NEEDED/,
    );

    library("libdeep.so", "int other(void) { return 1; }");
    const lacking = closure(main);
    expect(lacking.said.filter((s) => s.startsWith("error"))).toEqual([
      expect.stringMatching(/^error symbol-missing: nothing defines 1 symbol that it asks for: deep$/),
      expect.stringMatching(/nothing defines 1 symbol that \S+libtop\.so asks for: deep$/),
    ]);
    expect(lacking.ran.stderr).toContain("undefined symbol: deep");

    const gone = closure(
      compile("gcc", "int top(void); int main(void) { return top(); }", [
        `-L${files.path(".")}`,
        "-l:libtop.so",
        "-Wl,--allow-shlib-undefined",
      ]),
    );
    expect(gone.said[0]).toContain("error library-missing: libtop.so, which it needs, is not found; looked at ");
    expect(gone.ran.stderr).toContain("libtop.so: cannot open shared object file");
  });
});

describe("what works is not blamed", () => {
  /** A static program with glibc's name services in it. */
  const BLAMED = ["/usr/sbin/ldconfig"];
  const folder = (path: string): string[] => {
    try {
      return readdirSync(path)
        .sort()
        .filter((_, i) => i % STEP === 0)
        .map((n) => `${path}/${n}`)
        .filter((p) => lstatSync(p).isFile());
    } catch {
      return [];
    }
  };

  itWithTools([LD], "programs and libraries of this system: no error, no warning, also with their libraries", () => {
    let done = 0;
    for (const path of [
      "/usr/bin/ls",
      ...["/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/klibc/bin", "/usr/lib/musl/lib"].flatMap(
        folder,
      ),
    ]) {
      if (BLAMED.includes(path)) continue;

      let elf: ReturnType<typeof readElfFile>;
      try {
        elf = readElfFile(path);
      } catch (e) {
        if (isElfError(e)) continue;
        throw e;
      }

      const tree =
        done % 5 === 0 && elf.header.machine === 62 && elf.linkage === "dynamic"
          ? resolveFileLibraries(path)
          : undefined;
      try {
        const { findings, problems } = diagnose(elf, { tables, ...(tree && { libraries: tree }) });
        expect([path, findings.filter((f) => f.severity !== "note"), problems]).toEqual([path, [], []]);
      } finally {
        elf.close();
        tree?.close();
      }

      done++;
    }

    expect(done).toBeGreaterThan(30);
  });

  itWithTools(["gcc"], "a Node addon", () => {
    const addon = compile(
      "gcc",
      'typedef void *P; P napi_create_int32(P, int, P *); __attribute__((visibility("default"))) P napi_register_module_v1(P env, P exports) { P v; napi_create_int32(env, 1, &v); return exports; }',
      ["-shared", "-fPIC"],
    );
    const path = files.write("addon.node", addon);
    const tree = resolveFileLibraries(path);

    expect(diagnose(readElf(addon), { tables, libraries: tree }).findings.filter((f) => f.severity !== "note")).toEqual(
      [],
    );
    tree.close();
  });
});

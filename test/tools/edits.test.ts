import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { beforeAll, describe, expect } from "vitest";
import { addDebugTag, removeDebugTag } from "../../src/edit/debug-tag.js";
import { clearFlags, noDefaultLib, setFlags } from "../../src/edit/flags.js";
import { setExecstack } from "../../src/edit/execstack.js";
import { setOsAbi } from "../../src/edit/os-abi.js";
import { addNeeded, removeNeeded } from "../../src/edit/needed.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setSoname } from "../../src/edit/soname.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { caught } from "../support/elf.js";
import { scratch } from "../support/fixtures.js";
import { lint, newLines, readelfWarnings } from "../support/oracles.js";
import { hasTool, itWithTools, must, run } from "../support/tools.js";

/**
 * A program that calls `plug` (version PLUG_1 of libplug.so) where it is given an argument, and copies a variable of
 * the C library.
 */
const PROGRAM = `#include <stdio.h>
#include <string.h>
extern int plug(void);
int main(int argc, char **argv) {
  FILE *maps = argc > 1 && !strcmp(argv[1], "maps") ? fopen("/proc/self/maps", "r") : NULL;
  char line[512];
  while (maps && fgets(line, sizeof line, maps)) {
    if (strstr(line, "[stack]")) fprintf(stdout, "%.4s\\n", strchr(line, ' ') + 1);
  }
  if (!maps) fprintf(stdout, "%d\\n", argc > 1 ? plug() : 0);
  return 0;
}
`;

const EXTRA = `#include <unistd.h>
__attribute__((constructor)) static void extra(void) { if (write(1, "extra\\n", 6)) return; }
`;

interface Target {
  readonly name: string;
  readonly tools: string[];
  readonly cc: string;
  readonly strip: string;
  readonly emulator: readonly string[];
}

const cross = (name: string, triple: string, qemu: string): Target => ({
  name,
  tools: [`${triple}-gcc`, `${triple}-strip`, qemu],
  cc: `${triple}-gcc`,
  strip: `${triple}-strip`,
  emulator: [qemu, "-L", `/usr/${triple}`],
});
const NATIVE: Target = { name: "x86-64", tools: ["gcc", "strip"], cc: "gcc", strip: "strip", emulator: [] };
const TARGETS = [
  NATIVE,
  cross("s390x, big-endian", "s390x-linux-gnu", "qemu-s390x"),
  cross("ppc, 32-bit big-endian", "powerpc-linux-gnu", "qemu-ppc"),
  cross("mips64el", "mips64el-linux-gnuabi64", "qemu-mips64el"),
];

const files = scratch();

/** What every target's tests need besides its own tools. */
const COMMON = ["readelf", "eu-elflint", "eu-strip", "llvm-strip"];

/** Runs with every symbol bound at the start, and the warnings of ld.so on. */
function start({ emulator }: Target, path: string, args: readonly string[] = []) {
  const env = { LD_BIND_NOW: "1", LD_WARN: "1" };
  const isNative = emulator.length === 0;
  const asOptions = Object.entries(env).flatMap(([name, value]) => ["-E", `${name}=${value}`]);

  const [command, ...rest] = isNative ? [path, ...args] : [...emulator, ...asOptions, path, ...args];
  const { status, stdout, stderr } = run(command!, rest, isNative ? { env } : {});
  return { status, stdout, stderr };
}

const says = (stdout: string) => ({ status: 0, stdout: `${stdout}\n`, stderr: "" });

const KINDS = TARGETS.flatMap((t) => ["-pie", "-no-pie"].map((kind) => ({ ...t, kind, title: `${t.name} ${kind}` })));

describe.each(KINDS)("$title", (t) => {
  const dir = files.path(t.title.replaceAll(/[^a-z0-9]/g, "_"));
  const at = (name: string) => `${dir}/${name}`;
  const tools = [...t.tools, ...COMMON];
  let program: Buffer;

  beforeAll(() => {
    if (!tools.every(hasTool)) return;

    mkdirSync(dir);
    const library = (name: string, code: string, ...args: string[]) => {
      const source = files.write(`${t.title} ${name}.c`, Buffer.from(code));
      must(t.cc, ["-shared", "-fPIC", "-O1", "-o", at(name), source, ...args]);
    };
    const map = files.write("plug.map", Buffer.from("PLUG_1 { global: plug; local: *; };\n"));
    const versioned = [`-Wl,--version-script=${map}`, "-Wl,-soname,libplug.so"];
    library("libplug.so", "int plug(void) { return 1; }\n", ...versioned);
    library("libother.so", "int plug(void) { return 2; }\n");
    library("libextra.so", EXTRA);

    const pie = t.kind === "-pie" ? ["-pie", "-fPIE"] : ["-no-pie", "-fno-pie"];
    const source = files.write("program.c", Buffer.from(PROGRAM));
    must(t.cc, ["-O1", ...pie, "-o", at("program"), source, at("libplug.so"), `-Wl,-rpath,${dir}`]);
    program = readFileSync(at("program"));
  }, 120_000);

  /** Patches, reads what tools say, and runs the result as it is and after each strip. */
  function expectRuns(edits: readonly Edit[], runs: (path: string) => void, before = program): string {
    const { bytes } = patch(before, edits);
    expect(Buffer.compare(patch(bytes, edits).bytes, bytes), "the same patch twice").toBe(0);

    const path = files.write(`${dirname(at("x")).split("/").at(-1)}/patched`, bytes);
    const original = files.write("original", before);
    expect(newLines(readelfWarnings(original), readelfWarnings(path))).toEqual([]);
    expect(newLines(lint(original), lint(path))).toEqual([]);

    if (t.emulator.length === 0) {
      for (const [command, option] of [
        ["nm", "-D"],
        ["objdump", "-T"],
        ["objdump", "-p"],
      ] as const) {
        expect(run(command, [option, path])).toMatchObject({ status: 0, stderr: "" });
      }
    }

    runs(path);
    for (const [strip, ...args] of [[t.strip], [t.strip, "-g"], ["eu-strip"], ["llvm-strip"]] as const) {
      must(strip, [...args, "-o", at("stripped"), path]);
      runs(at("stripped"));
      expect(newLines(lint(original), lint(at("stripped"))), `${strip} ${args.join(" ")}`).toEqual([]);
    }

    return path;
  }

  const dynamic = (path: string) => must("readelf", ["-dW", path]);

  /** The program's answers without and with an argument. */
  const expectAnswers = (path: string, without: string, withOne: string) => {
    expect(start(t, path)).toEqual(says(without));
    expect(start(t, path, ["x"])).toEqual(says(withOne));
  };

  itWithTools(tools, "runs as it was built", () => expectAnswers(at("program"), "0", "1"));

  itWithTools(tools, "a library with needed versions is not removed unless asked for", () => {
    expect(caught(() => patch(program, [removeNeeded("libplug.so")])).detail).toEqual({ names: ["PLUG_1 (plug)"] });
  });

  itWithTools(tools, "versions dropped: another library's symbol is found", () => {
    const edits = [removeNeeded("libplug.so", { uses: "drop" }), addNeeded("libother.so")];
    const path = expectRuns(edits, (path) => expectAnswers(path, "0", "2"));
    expect(must("readelf", ["-VW", path])).not.toContain("PLUG_1");
  });

  itWithTools(tools, "versions dropped without another library: the symbol is missing, and ld.so says so", () => {
    const path = files.write("dropped", patch(program, [removeNeeded("libplug.so", { uses: "drop" })]).bytes);
    const { status, stderr } = start(t, path);
    expect(status).toBe(127);
    expect(stderr).toContain("undefined symbol: plug");
    expect(stderr).not.toContain("Assertion");
  });

  itWithTools(tools, "versions weakened: the program starts though nothing defines the symbol", () => {
    expectRuns([removeNeeded("libplug.so", { uses: "weaken" })], (path) => expect(start(t, path)).toEqual(says("0")));
  });

  itWithTools(tools, "no version need left at all", () => {
    const without = patch(program, [removeNeeded(["libplug.so", "libc.so.6"], { uses: "drop" })]).bytes;
    const edits = [addNeeded(["libother.so", "libc.so.6"])];
    const path = expectRuns(edits, (path) => expectAnswers(path, "0", "2"), without);
    expect(dynamic(path)).not.toMatch(/VERNEED|VERSYM/);
  });

  itWithTools(tools, "an added library's constructor runs, first or last", () => {
    for (const first of [true, false]) {
      const path = expectRuns([addNeeded("libextra.so", { first })], (path) =>
        expect(start(t, path, ["x"])).toEqual(says("extra\n1")),
      );
      const needed = [...dynamic(path).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
      const own = ["libplug.so", "libc.so.6"];
      expect(needed).toEqual(first ? ["libextra.so", ...own] : [...own, "libextra.so"]);
    }
  });

  itWithTools(tools, "flags and tags, as readelf prints them", () => {
    const flags = ["DF_BIND_NOW", "DF_1_NOW", "DF_1_NODELETE"] as const;
    const runs = (path: string) => expect(start(t, path, ["x"])).toEqual(says("1"));
    const path = expectRuns([setFlags(...flags), removeDebugTag()], runs);

    expect(dynamic(path)).toMatch(/\(FLAGS\) +BIND_NOW\n/);
    expect(dynamic(path)).toMatch(/\(FLAGS_1\) +Flags: NOW NODELETE/);
    expect(dynamic(path)).not.toContain("(DEBUG)");

    const edits = [clearFlags(...flags), addDebugTag(), setOsAbi("GNU"), setExecstack(true)];
    const back = expectRuns(edits, runs, readFileSync(path));
    expect(dynamic(back)).not.toMatch(/NOW|NODELETE/);
    expect(dynamic(back)).toContain("(DEBUG)");
    expect(must("readelf", ["-hlW", back])).toMatch(/OS\/ABI: +UNIX - GNU[^]*GNU_STACK.*RWE/);
  });

  itWithTools(tools, "no default directory: the flag that readelf knows, and only that", () => {
    const path = files.write("nodeflib", patch(program, [noDefaultLib()]).bytes);
    expect(dynamic(path)).toMatch(
      t.kind === "-pie" ? /\(FLAGS_1\) +Flags: NODEFLIB PIE\n/ : /\(FLAGS_1\) +Flags: NODEFLIB\n/,
    );
  });

  itWithTools([...tools, "patchelf"], "patchelf: ld.so stops at versions of a library that is not needed", () => {
    const path = files.write("patchelf", program);
    must("patchelf", ["--remove-needed", "libplug.so", path]);
    expect(start(t, path).stderr).toContain("needed != NULL");
  });

  // A byte order that is not the machine's: patchelf writes the flag as it would stand on a little-endian one.
  if (t.name.includes("big-endian")) {
    itWithTools([...tools, "patchelf"], "patchelf: no default directory is another flag", () => {
      const path = files.write("patchelf", program);
      must("patchelf", ["--no-default-lib", path]);
      expect(dynamic(path)).not.toContain("NODEFLIB");
    });
  }

  itWithTools(tools, "a library takes another name, and programs need it by that one", () => {
    const renamed = patch(readFileSync(at("libplug.so")), [setSoname("libplug-by-another-name.so.2")]).bytes;
    files.write(`${dir.split("/").at(-1)}/libplug-by-another-name.so.2`, renamed);
    const libraries = [at("libplug-by-another-name.so.2"), `-Wl,-rpath,${dir}`];
    must(t.cc, ["-o", at("renamed"), files.path("program.c"), ...libraries]);

    expect(dynamic(at("renamed"))).toContain("[libplug-by-another-name.so.2]");
    expect(start(t, at("renamed"), ["x"])).toEqual(says("1"));
  });
});

/** It needs a version of libm.so.6 only where it is given an argument. */
const MATH = `#include <math.h>
#include <stdio.h>
int main(int c, char **v) { fprintf(stdout, "%d\\n", c > 1 ? (int)pow(c + 0.5, 2) : 7); return v == 0; }
`;

/** Their version tables differ: ld.lld keeps all Verneed records before all Vernaux, and each linker pads otherwise. */
const LINKED = ["bfd", "gold", "lld", "mold"].flatMap((linker) =>
  ["-pie", "-no-pie"].map((kind) => ({ linker, kind })),
);

describe.each(LINKED)("linked by $linker $kind", ({ linker, kind }) => {
  itWithTools(
    ["gcc", linker === "mold" ? "mold" : `ld.${linker}`, "strip", ...COMMON],
    "version needs are dropped, some or all",
    () => {
      const source = files.write("math.c", Buffer.from(MATH));
      const built = files.path(`math-${linker}${kind}`);
      must("gcc", [`-fuse-ld=${linker}`, kind, "-o", built, source, "-lm"]);

      const before = readFileSync(built);
      const none = patch(before, [removeNeeded(["libm.so.6", "libc.so.6"], { uses: "drop" })]).bytes;
      const weak = files.write("weak", patch(before, [removeNeeded("libm.so.6", { uses: "weaken" })]).bytes);
      const unversioned = files.write("unversioned", patch(none, [addNeeded(["libm.so.6", "libc.so.6"])]).bytes);

      for (const [path, args, text] of [
        [weak, [], "7"],
        [unversioned, ["x"], "6"],
      ] as const) {
        expect(start(NATIVE, path, args)).toEqual(says(text));
        expect(newLines(readelfWarnings(built), readelfWarnings(path))).toEqual([]);
        expect(newLines(lint(built), lint(path))).toEqual([]);

        for (const [strip, ...options] of [["strip"], ["strip", "-g"], ["eu-strip"], ["llvm-strip"]] as const) {
          must(strip, [...options, "-o", `${path}.stripped`, path]);
          expect(start(NATIVE, `${path}.stripped`, args), `${strip} ${options.join(" ")}`).toEqual(says(text));
        }
      }
    },
  );
});

describe("on the machine itself", () => {
  const tools = [...NATIVE.tools, ...COMMON];
  const dir = () => files.path("x86_64__pie");
  const program = () => readFileSync(`${dir()}/program`);
  const maps = (path: string) => start(NATIVE, path, ["maps"]);

  itWithTools(tools, "the stack is executable after setExecstack, as /proc/self/maps says", () => {
    const executable = patch(program(), [setExecstack(true)]).bytes;
    const path = files.write("execstack", executable);
    expect(maps(`${dir()}/program`)).toEqual(says("rw-p"));
    expect(maps(path)).toEqual(says("rwxp"));

    must("strip", [path]);
    expect(maps(path)).toEqual(says("rwxp"));

    const cleared = patch(executable, [setExecstack(false)]).bytes;
    expect(maps(files.write("cleared", cleared))).toEqual(says("rw-p"));
  });

  itWithTools(["gcc"], "the same in a static program", () => {
    const text = PROGRAM.replace("extern int plug(void);", "int plug(void) { return 3; }");
    const built = files.path("static");
    must("gcc", ["-static", "-o", built, files.write("static.c", Buffer.from(text))]);

    const { bytes } = patch(readFileSync(built), [setExecstack(true)]);
    expect(maps(built)).toEqual(says("rw-p"));
    expect(maps(files.write("static-execstack", bytes))).toEqual(says("rwxp"));
  });

  itWithTools(tools, "no default directory: ld.so finds libc.so.6 only where the file says", () => {
    const { bytes } = patch(program(), [noDefaultLib()]);
    const { status, stderr } = start(NATIVE, files.write("nodeflib", bytes));
    expect(status).toBe(127);
    expect(stderr).toContain("libc.so.6: cannot open shared object file");

    const libc = must("gcc", ["-print-file-name=libc.so.6"]).trim();
    const withPath = patch(program(), [noDefaultLib(), setRunpath([dir(), dirname(libc)])]).bytes;
    expect(start(NATIVE, files.write("nodeflib-runpath", withPath), ["x"])).toEqual(says("1"));
  });
});

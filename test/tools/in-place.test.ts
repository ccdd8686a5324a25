import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  addNeeded,
  type Edit,
  patch,
  readElf,
  renameDynamicSymbols,
  replaceNeeded,
  setExecstack,
  setInterpreter,
  setRunpath,
  stripUnneeded,
} from "../../src/index.js";
import { CLI } from "../cli/cli.js";
import { tryPrefixes } from "../node/prefixes.js";
import { GREETING, scratch } from "../support/fixtures.js";
import { loaderOf, type Machine, runnersOf, runOn } from "../support/machines.js";
import { compile, type Kind } from "../support/programs.js";
import { itWithTools, must, run } from "../support/tools.js";

const files = scratch();

/** A kind of file, and the tools that make it. */
interface Made {
  readonly machine: Machine;
  readonly kind: Kind;
  readonly tools: readonly string[];
  readonly flags: readonly string[];
}

const made = (machine: Machine, kind: Kind, tools: readonly string[], ...flags: string[]): Made => ({
  machine,
  kind,
  tools,
  flags,
});

const MADE: readonly Made[] = [
  made("x86_64", "PIE", ["gcc"]),
  made("x86_64", "non-PIE", ["gcc"]),
  made("x86_64", "PIE", ["gcc"], "-Wl,-z,noseparate-code"),
  made("x86_64", "PIE", ["gcc", "ld.lld"], "-fuse-ld=lld"),
  made("x86_64", "non-PIE", ["gcc", "ld.gold"], "-fuse-ld=gold"),
  made("x86_64", "PIE", ["gcc", "mold"], "-fuse-ld=mold"),
  made("x86_64", "library", ["gcc"]),
  made("i386", "PIE", ["i686-linux-gnu-gcc"]),
  made("s390x", "PIE", ["s390x-linux-gnu-gcc"]),
  made("aarch64", "non-PIE", ["aarch64-linux-gnu-gcc"]),
  made("mips64el", "non-PIE", ["mips64el-linux-gnuabi64-gcc"]),
];

/** Edits after which the file runs just as before. */
function edits(bytes: Uint8Array, machine: Machine): Readonly<Record<string, readonly Edit[]>> {
  const { interpreter, needed } = readElf(bytes);
  const long = (path: string) => path.replace("/", `/${"lib/../".repeat(20)}`);
  const all: Record<string, readonly Edit[]> = {
    "a search path": [setRunpath("/opt/elfwright/".repeat(20))],
    "a long search path": [setRunpath("/opt/elfwright/".repeat(600))],
    "another library": [addNeeded("libm.so.6", { first: true })],
    "a library by its path": [replaceNeeded(Object.fromEntries(needed.map((n) => [n, n === "libc.so.6" ? LIBC : n])))],
    "a strip": [stripUnneeded()],
    "a flag": [setExecstack(true)],
  };
  if (machine !== "x86_64") delete all["a library by its path"];
  if (interpreter !== null) {
    const loader = setInterpreter(long(loaderOf(machine)));
    all["a loader"] = [loader];
    all["all of it"] = [loader, setRunpath("/opt/elfwright/".repeat(30)), addNeeded("libm.so.6"), stripUnneeded()];
  }
  return all;
}
const LIBC = "/usr/lib/x86_64-linux-gnu/libc.so.6";

describe("every file that a kill can leave runs", () => {
  for (const { machine, kind, tools, flags } of MADE) {
    const title = `${machine}, ${kind} ${flags.join(" ")}`;
    itWithTools([...tools, ...runnersOf(machine)], title, () => {
      const name = title.replace(/\W+/g, "-");
      const path = compile(files, machine, kind, name, flags);
      const host = kind === "library" ? compile(files, machine, "PIE", `${name}-host`) : undefined;
      const again = files.path(`${name}-again`);

      const outcome = (bytes: Uint8Array) => {
        writeFileSync(again, bytes);
        chmodSync(again, 0o755);
        const { status, stdout, stderr } = host ? runOn(machine, host, [again, "libm.so.6"]) : runOn(machine, again);
        // A library that is asked for is there after it, and the path of a library is not its name.
        return { status, stdout: stdout.replace(/ after=.*/, ""), stderr };
      };

      let before: Uint8Array = readFileSync(path);
      const expected = outcome(before);
      expect(expected.status).toBe(0);
      expect(expected.stdout).toMatch(host ? /answer=/ : /headers=1 local=8/);

      let ran = 0;
      for (const round of ["first", "second"]) {
        for (const [what, list] of Object.entries(edits(before, machine))) {
          const tried = tryPrefixes(before, list, {}, true);
          expect(tried?.complaints ?? [], what).toEqual([]);
          for (const state of tried?.states ?? []) {
            // qemu-user takes the program header table for mapped at e_phoff behind the first address, as it is not
            // while the ELF header leads to a copy of it.
            const isForKernels = readElf(state.bytes).header.phoff !== readElf(before).header.phoff;
            if (isForKernels && machine !== "x86_64") continue;
            ran++;
            expect(outcome(state.bytes), `${round}: ${what}, ${state.what}`).toEqual(expected);
          }
        }
        before = patch(before, [setRunpath("/opt/elfwright/".repeat(300))]).bytes;
      }
      expect(ran).toBeGreaterThan(50);
    });
  }

  itWithTools(["gcc"], "symbols, relocations and hash tables that change in their places", () => {
    const library = files.path("libswap.so");
    const source = Array.from({ length: 40 }, (_, i) => `int f${i}(void) { return ${i}; }`).join("\n");
    must("gcc", ["-shared", "-fPIC", "-o", library, files.write("swap.c", Buffer.from(source))]);
    const main = `#include <dlfcn.h>\n#include <stdio.h>
int main(int n, char **v) { void *l = dlopen(v[1], RTLD_NOW); if (!l) return 1;
for (int i = 0; i < 40; i++) { char s[9]; sprintf(s, "f%d", i); int (*f)(void) = dlsym(l, s);
if (!f) { sprintf(s, "g%d", i); f = dlsym(l, s); } if (!f || f() != i) return 2; } return 0; }`;
    const host = files.path("swap-host");
    must("gcc", ["-o", host, files.write("swap-host.c", Buffer.from(main))]);

    const names = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, `g${i}`]));
    const tried = tryPrefixes(readFileSync(library), [renameDynamicSymbols(names)], {}, true)!;
    expect(tried.complaints).toEqual([]);
    expect(tried.states.length).toBeGreaterThan(5);
    for (const { what, bytes } of tried.states) {
      expect(run(host, [files.write("swapped.so", bytes)]).status, what).toBe(0);
    }
  });
});

const CALLS = ["symlink", "pwrite64", "ftruncate", "unlink", "rename", "fchmod", "utimensat", "fsync"] as const;

/** Files of fixtures/bin that run here, and a call of the command. */
const KILLED: readonly (readonly [string, ...string[]])[] = [
  ["x86_64-glibc-pie", "patchelf", "--set-rpath", "/opt/elfwright/".repeat(15)],
  ["x86_64-glibc-exec", "patchelf", "--set-rpath", "/opt/elfwright/".repeat(600)],
  ["x86_64-glibc-pie-lld", "patchelf", "--set-rpath", `/${"lib/".repeat(90)}`, "--add-needed", "libm.so.6"],
  ["x86_64-glibc-pie-runpath", "patchelf", "--remove-rpath"],
  ["x86_64-glibc-static", "strip"],
  ["x86_64-glibc-pie", "strip", "-g"],
  ["i386-glibc-pie", "patchelf", "--set-rpath", "/opt/elfwright/".repeat(15)],
  ["x86_64-musl-exec", "patchelf", "--set-rpath", "/opt/elfwright/".repeat(15)],
];

describe("killed at any system call that writes, the file runs, and the same call finishes it", () => {
  for (const [name, verb, ...options] of KILLED) {
    const machine: Machine = name.startsWith("i386") ? "i386" : "x86_64";
    const runners = name.includes("musl") ? ["/lib/ld-musl-x86_64.so.1"] : runnersOf(machine);
    itWithTools(["strace", ...runners], `${name}: ${verb} ${options.join(" ").slice(0, 40)}`, () => {
      const folder = files.path(`killed-${name}-${verb}-${options.length}`);
      mkdirSync(folder);
      const path = join(folder, "file");
      const call = [process.execPath, CLI, verb!, "--in-place", ...options, path];
      const fresh = () => {
        copyFileSync(new URL(`../../fixtures/bin/${name}`, import.meta.url), path);
        chmodSync(path, 0o755);
      };
      const runs = () => runOn(machine, path).stdout;

      fresh();
      must(call[0]!, call.slice(1));
      const finished = readFileSync(path);
      expect(runs()).toBe(GREETING(1));

      const kills: string[] = [];
      for (const syscall of CALLS) {
        for (let n = 1; ; n++) {
          fresh();
          const inject = ["-e", `trace=${syscall}`, "-e", `inject=${syscall}:signal=KILL:when=${n}`];
          const killed = run("strace", ["-f", "-qq", "-o", "/dev/null", ...inject, ...call], {
            env: { UV_THREADPOOL_SIZE: "1" },
          });
          if (killed.status === 0) break;
          kills.push(syscall);

          expect(runs(), `killed at ${syscall} ${n}`).toBe(GREETING(1));
          const { status, stderr } = run(call[0]!, call.slice(1));
          expect([status, stderr.replace(/^.*warning.*$/gm, "")], `after ${syscall} ${n}`).toEqual([
            0,
            expect.anything(),
          ]);
          expect(readFileSync(path).equals(finished), `finished after ${syscall} ${n}`).toBe(true);
          expect(readdirSync(folder), `left after ${syscall} ${n}`).toEqual([basename(path)]);
        }
      }
      expect(kills).toContain("pwrite64");
    });
  }
});

describe("two processes at once", () => {
  it("leave a file that one of them has written", async () => {
    const script = `
      const { patchFileSync } = await import(${JSON.stringify(join(dirname(CLI), "node.js"))});
      const { setRunpath } = await import(${JSON.stringify(join(dirname(CLI), "index.js"))});
      const [path, letter, at] = process.argv.slice(1);
      while (Date.now() < +at);
      let done = 0;
      for (let k = 0; k < 20; k++) {
        const length = 5 + (k * 37 + letter.charCodeAt(0)) % 300;
        try { patchFileSync(path, [setRunpath("/" + letter.repeat(length))], { inPlace: true }); done++; }
        catch (e) { if (e.code !== "IO") throw e; }
      }
      console.log(done);`;
    const path = files.path("two");
    mkdirSync(path);
    const file = join(path, "file");
    copyFileSync(new URL("../../fixtures/bin/x86_64-glibc-pie", import.meta.url), file);

    const { spawn } = await import("node:child_process");
    const at = String(Date.now() + 1500);
    const both = ["a", "b", "c"].map((letter) => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script, file, letter, at]);
      let out = "";
      child.stdout.on("data", (d: Buffer) => (out += d.toString()));
      child.stderr.on("data", (d: Buffer) => (out += d.toString()));
      return new Promise<string>((resolve) => child.once("close", () => resolve(out.trim())));
    });
    const done = await Promise.all(both);

    expect(
      done.every((d) => /^\d+$/.test(d)),
      done.join(),
    ).toBe(true);
    expect(done.reduce((sum, d) => sum + Number(d), 0)).toBeGreaterThan(5);
    expect(readElf(readFileSync(file)).runpath).toMatch(/^\/(a+|b+|c+)$/);
    expect(readdirSync(path)).toEqual(["file"]);
  });
});

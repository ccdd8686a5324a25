import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceNeeded } from "../../src/edit/needed.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { removeSections, stripUnneeded } from "../../src/strip/strip.js";
import { dynamicFixtures, fixture, GREETING, runProgram, scratch } from "../support/fixtures.js";
import { lint } from "../support/oracles.js";
import { hasTool, itWithTools, must, REQUIRED, run } from "../support/tools.js";

const files = scratch();
const GLIBC = "/lib64/ld-linux-x86-64.so.2";

describe("built for Alpine, run on glibc", () => {
  for (const name of ["x86_64-musl-pie", "x86_64-musl-exec", "x86_64-musl-pie-libc.so"]) {
    const f = dynamicFixtures.find((f) => f.name === name)!;
    itWithTools([GLIBC], `${name}, all edits in one pass`, () => {
      const edits = [
        setInterpreter(GLIBC),
        replaceNeeded({ "libc.musl-x86_64.so.1": "libc.so.6", "libc.so": "libc.so.6" }),
        setRunpath("$ORIGIN/../lib:/usr/local/lib"),
        stripUnneeded(),
        removeSections(".comment"),
      ];
      const { bytes, changes } = patch(fixture(name), edits);
      const path = files.write(name, bytes);
      const greeting = { status: 0, stdout: GREETING(1), stderr: "" };

      expect(runProgram(f, path)).toMatchObject(greeting);
      expect(runProgram(f, path, [], { LD_BIND_NOW: "1" })).toMatchObject(greeting);
      expect(changes).toContainEqual({ at: "dynamic", tag: "DT_NEEDED", from: f.libcName, to: "libc.so.6" });
      expect(bytes.length).toBeLessThan(fixture(name).length);
    });
  }
});

/** A package of the npm registry, unpacked; undefined where the registry cannot be reached, or without tar. */
function fetchPackage(spec: string): string | undefined {
  if (!hasTool("tar")) return undefined;

  const dir = files.path(spec.replace(/\W+/g, "-"));
  const packed = spawnSync("npm", ["pack", spec, "--pack-destination", files.path(".")], {
    encoding: "utf8",
    timeout: 60_000,
  });
  const tarball = packed.stdout?.trim().split("\n").at(-1);
  if (packed.status !== 0 || !tarball || !existsSync(files.path(tarball))) return undefined;

  mkdirSync(dir, { recursive: true });
  must("tar", ["-xzf", files.path(tarball), "-C", dir]);
  return join(dir, "package");
}

const LOAD = "process.dlopen({ exports: {} }, process.argv[1]); console.log('loaded');";

describe("a musl Node addon of the registry", () => {
  const spec = "@parcel/watcher-linux-x64-musl@2.6.0";
  // On musl itself the addon needs no patch.
  const onGlibc = process.platform === "linux" && process.arch === "x64" && existsSync(GLIBC);
  const folder = onGlibc ? fetchPackage(spec) : undefined;
  const title = `${spec} loads in this Node after replaceNeeded, and after a strip on top`;

  if (!folder && !REQUIRED) {
    it.skip(`${title} [absent: the registry, tar, or glibc on x86-64]`, () => {});
  } else {
    it(title, () => {
      if (!folder) throw new Error(`${spec} could not be fetched`);

      const addon = readdirSync(folder).find((name) => name.endsWith(".node"))!;
      const path = files.path("watcher.node");
      copyFileSync(join(folder, addon), path);
      const before = readFileSync(path);
      const load = (file: string) => run(process.execPath, ["-e", LOAD, file]);

      expect(load(path).status).not.toBe(0);
      expect(readElf(before).needed).toContain("libc.musl-x86_64.so.1");

      const replaced = replaceNeeded({ "libc.musl-x86_64.so.1": "libc.so.6" });
      const patched = files.write("patched.node", patch(before, [replaced]).bytes);
      expect(load(patched)).toMatchObject({ status: 0, stdout: "loaded\n" });

      const all = patch(before, [replaced, setRunpath("$ORIGIN"), stripUnneeded()]).bytes;
      expect(load(files.write("stripped.node", all))).toMatchObject({ status: 0, stdout: "loaded\n" });
    });
  }
});

const MERGE = `#include <stdio.h>
int one(void), two(void), three(void);
int main(void) { printf("%d\\n", one() + two() + three()); return 0; }
`;

describe("two libraries become one", () => {
  itWithTools(
    ["gcc", "eu-elflint", GLIBC],
    "their version needs merge, and glibc binds every symbol, lazily and at once",
    () => {
      const compile = (name: string, source: string, ...args: string[]) => {
        must("gcc", ["-O1", "-o", files.path(name), files.write(`${name}.c`, Buffer.from(source)), ...args]);
        return files.path(name);
      };
      const library = (name: string, results: Record<string, number>, map: string) => {
        const functions = Object.entries(results).map(([f, result]) => `int ${f}(void) { return ${result}; }`);
        const script = `-Wl,--version-script,${files.write(`${name}.map`, Buffer.from(map))}`;
        return compile(name, functions.join("\n"), "-shared", "-fPIC", `-Wl,-soname,${name}`, script);
      };
      const two = "V_1 { global: two; local: *; }; V_2 { global: three; } V_1;";
      const all = "V_1 { global: one; two; local: *; }; V_2 { global: three; } V_1;";
      const libraries = [
        library("libone.so", { one: 1 }, "V_1 { one; }; V_2 { };"),
        library("libtwo.so", { two: 2, three: 3 }, two),
      ];
      library("liball.so", { one: 10, two: 20, three: 30 }, all);

      const main = compile("merge", MERGE, ...libraries, "-Wl,--disable-new-dtags");
      const env = { LD_LIBRARY_PATH: files.path("."), LD_WARN: "1" };

      expect(must(main, [], { env })).toBe("6\n");

      const { bytes, notes } = patch(readFileSync(main), [
        replaceNeeded({ "libone.so": "liball.so", "libtwo.so": "liball.so" }),
      ]);
      const merged = files.write("merged", bytes);
      const elf = readElf(bytes);

      expect(elf.needed).toEqual(["liball.so", "libc.so.6"]);
      expect(elf.versionNeeds.map((need) => need.file).sort()).toEqual(["liball.so", "libc.so.6"]);
      const { versions } = elf.versionNeeds.find((need) => need.file === "liball.so")!;
      expect(versions.map((version) => version.name).sort()).toEqual(["V_1", "V_2"]);
      expect(notes.map(({ note }) => note)).toEqual(["MERGED"]);
      expect(lint(merged)).toEqual([]);

      for (const more of [{}, { LD_BIND_NOW: "1" }]) {
        expect(run(merged, [], { env: { ...env, ...more } })).toMatchObject({ status: 0, stdout: "60\n", stderr: "" });
      }

      must("strip", ["-o", files.path("merged-stripped"), merged]);
      expect(run(files.path("merged-stripped"), [], { env })).toMatchObject({ status: 0, stdout: "60\n", stderr: "" });
    },
  );
});

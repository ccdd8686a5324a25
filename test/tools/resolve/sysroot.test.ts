import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { resolveFileLibraries } from "../../../src/node/index.js";
import { scratch } from "../../support/fixtures.js";
import { type Line, listOf, readList } from "../../support/ldd.js";
import { crossTool, loaderOf, type Machine, MACHINES, runnersOf } from "../../support/machines.js";
import { itWithTools, must, run } from "../../support/tools.js";

const files = scratch();
let made = 0;

/**
 * A system for another machine: its C library, libraries in a folder of ld.so.conf's kind, behind links, and a program.
 */
function sysroot(m: Machine): string {
  const root = files.path(`${m}${made++}`);
  const cc = crossTool(m, "gcc");
  const cross = `/usr/${cc.slice(0, -"-gcc".length)}`;
  const at = (p: string) => `${root}/${p}`;
  for (const d of ["opt/lib", "opt/more", "app/bin", "app/lib"]) mkdirSync(at(d), { recursive: true });
  const lib = loaderOf(m).split("/")[1]!;

  for (const d of new Set(["lib", lib])) {
    if (existsSync(`${cross}/${d}`)) {
      cpSync(`${cross}/${d}`, at(d), { recursive: true, verbatimSymlinks: true, filter: (f) => !/\.(?:a|o)$/.test(f) });
    }
  }

  const build = (path: string, source: string, ...flags: string[]) => {
    writeFileSync(at("x.c"), source);
    must(cc, ["-o", at(path), at("x.c"), "-Wl,--no-as-needed", ...flags]);
  };
  const library = ["-shared", "-fPIC", "-Wl,--allow-shlib-undefined"];

  build("opt/more/libdeep.so.1", "int deep(void) { return 1; }", ...library, "-Wl,-soname,libdeep.so.1");
  build(
    "opt/lib/libtop.so.1",
    "int deep(void); int top(void) { return deep(); }",
    ...library,
    "-Wl,-soname,libtop.so.1",
    at("opt/more/libdeep.so.1"),
    "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../more",
  );

  // The emulator does not keep absolute links in its root.
  symlinkSync("../../opt/lib/libtop.so.1", at("app/lib/libtop.so.1"));
  build(
    "app/bin/p",
    "int top(void); int main(void) { return top() - 1; }",
    at("opt/lib/libtop.so.1"),
    "-lm",
    "-Wl,--unresolved-symbols=ignore-all",
    "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../lib",
  );

  return root;
}

describe("a system for another machine", () => {
  for (const m of MACHINES.filter((m) => m !== "x86_64")) {
    itWithTools([crossTool(m, "gcc"), ...runnersOf(m)], `${m}: as its own ld.so lists it`, () => {
      const root = sysroot(m);
      const tree = resolveFileLibraries("/app/bin/p", { sysroot: root });
      const ours = listOf(tree);
      tree.close();

      const loader = loaderOf(m);
      const trace = ["-L", root, "-E", "LD_TRACE_LOADED_OBJECTS=1", `${root}${loader}`, "/app/bin/p"];
      const theirs = readList(run(runnersOf(m)[0]!, trace).stdout).lines;

      // The loader lists itself by the path it was called with.
      const path = (p: string | null) => p?.replace(`${root}${loader}`, loader) ?? null;
      const inOrder = (lines: readonly Line[]) =>
        lines.map(([n, p]) => `${path(n)} => ${path(p)}`).filter((l) => !l.endsWith(` => ${loader}`));

      expect(inOrder(ours)).toEqual(inOrder(theirs));
      expect(inOrder(ours)).toEqual(expect.arrayContaining(["libdeep.so.1 => null"]));
      expect(tree.missing.map((e) => e.edge.name)).toEqual(["libdeep.so.1"]);
      expect(tree.interpreter?.object?.realPath.startsWith(`/${loader.split("/")[1]}/`)).toBe(true);
    });
  }

  itWithTools(
    [crossTool("aarch64", "gcc"), ...runnersOf("aarch64")],
    "a program that lies elsewhere, or is named as it is outside",
    () => {
      const root = sysroot("aarch64");
      // This link leads somewhere only inside the root.
      rmSync(`${root}/app/lib/libtop.so.1`);
      symlinkSync("/opt/lib/libtop.so.1", `${root}/app/lib/libtop.so.1`);
      const paths = (path: string) => {
        const tree = resolveFileLibraries(path, { sysroot: root });
        tree.close();
        return [tree.root.path, ...tree.root.needs.map((e) => e.object?.path ?? null)];
      };

      const inside = paths("/app/bin/p");

      expect(inside).toEqual(["/app/bin/p", "/app/bin/../lib/libtop.so.1", "/lib/libm.so.6", "/lib/libc.so.6"]);
      expect(paths(`${root}/app/bin/p`)).toEqual(inside);
      expect(paths("app/bin/p")).toEqual(inside);

      cpSync(`${root}/app/bin/p`, files.path("outside"));
      expect(paths(files.path("outside"))).toEqual([files.path("outside"), null, "/lib/libm.so.6", "/lib/libc.so.6"]);
    },
  );
});

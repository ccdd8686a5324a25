import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { resolveFileLibraries } from "../../../src/node/index.js";
import { readCache } from "../../../src/resolve/search/cache.js";
import { itWithTools, must } from "../../support/tools.js";
import { bench } from "./programs.js";

const LDCONFIG = "/sbin/ldconfig";
const FLAGS: Readonly<Record<string, number>> = {
  libc6: 3,
  "libc6,x86-64": 0x303,
  "libc6,x32": 0x803,
  "libc6,AArch64": 0xa03,
  "libc6,hard-float": 0x903,
  ELF: 1,
};

const PRINTED = /^\t(\S+) \(([^)]*?)(?:, hwcap: "([^"]*)")?(?:, OS ABI: [^)]*)?\) => (\S+)$/gm;

/** `name flags hwcaps path`, as ldconfig -p prints it. */
function printed(args: readonly string[]): string[] {
  const lines = must(LDCONFIG, [...args, "-p"]).matchAll(PRINTED);
  return [...lines]
    .map(([, name, kind, hwcaps, path]) => `${name} ${FLAGS[kind!] ?? kind} ${hwcaps ?? ""} ${path}`)
    .sort();
}

/** The same of our reader. */
function read(path: string): string[] {
  const { entries } = readCache(readFileSync(path), true)!;
  return entries.map((entry) => `${entry.name} ${entry.flags} ${entry.hwcaps ?? ""} ${entry.path}`).sort();
}

describe("ld.so.cache", () => {
  itWithTools([LDCONFIG, "/etc/ld.so.cache"], "of this system, as ldconfig prints it", () => {
    const ours = read("/etc/ld.so.cache");
    expect(ours.length).toBeGreaterThan(20);
    expect(ours).toEqual(printed([]));
  });

  itWithTools(
    [LDCONFIG, "gcc", "i686-linux-gnu-gcc"],
    "in each format, with subdirectories for processors and another machine's libraries, in a root of its own",
    () => {
      const b = bench("gcc");
      const root = b.at("root");
      const [v2, v3] = ["opt/glibc-hwcaps/x86-64-v2", "opt/glibc-hwcaps/x86-64-v3"];
      for (const folder of ["opt32", v2, v3, "usr/lib", "lib", "etc", "bin"]) {
        mkdirSync(`${root}/${folder}`, { recursive: true });
      }

      for (const folder of ["opt", v2, v3, "usr/lib"]) {
        b.library(`root/${folder}/libone.so.1`, { soname: "libone.so.1" });
      }
      b.library("root/usr/lib/libtwo.so", { soname: "libone.so.1" });

      writeFileSync(b.at("i.c"), "int i;\n");
      const flags = ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libone.so.1"];
      must("i686-linux-gnu-gcc", [...flags, "-o", b.at("root/opt32/libone.so.1"), b.at("i.c")]);
      writeFileSync(`${root}/etc/ld.so.conf`, "/opt32\n/opt\n");
      b.program("root/bin/p", ["root/usr/lib/libone.so.1"]);

      for (const format of ["old", "compat", "new"]) {
        must(LDCONFIG, ["-r", root, "-c", format]);
        // ldconfig does not find the names of subdirectories behind the old format.
        const known = (lines: readonly string[]) =>
          format === "compat" ? lines.map((l) => l.replace(/(\d) .* /, "$1 ")).sort() : lines;
        expect([format, known(read(`${root}/etc/ld.so.cache`))]).toEqual([format, known(printed(["-r", root]))]);

        if (format !== "new") continue;

        for (const [hwcaps, path] of [
          [[], "/opt/libone.so.1"],
          ["x86-64-v4", `/${v3}/libone.so.1`],
        ] as const) {
          const tree = resolveFileLibraries("/bin/p", { sysroot: root, hwcaps });
          const { by, object } = tree.root.needs[0]!;
          tree.close();

          expect([format, by, object?.path]).toEqual([format, "cache", path]);
        }
      }
    },
  );

  itWithTools(
    [LDCONFIG, "gcc", "chroot", "/lib64/ld-linux-x86-64.so.2"],
    "what ld.so takes in that root, where this may be run",
    () => {
      const b = bench("gcc");
      const root = b.at("root");
      for (const d of ["opt/glibc-hwcaps/x86-64-v2", "lib64", "lib/x86_64-linux-gnu", "etc", "usr"]) {
        mkdirSync(`${root}/${d}`, { recursive: true });
      }

      copyFileSync("/lib64/ld-linux-x86-64.so.2", `${root}/lib64/ld-linux-x86-64.so.2`);
      copyFileSync("/lib/x86_64-linux-gnu/libc.so.6", `${root}/lib/x86_64-linux-gnu/libc.so.6`);
      symlinkSync("../lib", `${root}/usr/lib`);

      for (const path of ["opt/libone.so.1", "opt/glibc-hwcaps/x86-64-v2/libone.so.1"]) {
        b.library(`root/${path}`, { soname: "libone.so.1" });
      }

      b.program("root/p", ["root/opt/libone.so.1"]);
      writeFileSync(`${root}/etc/ld.so.conf`, "/opt\n");

      for (const format of ["old", "compat", "new"]) {
        must(LDCONFIG, ["-r", root, "-c", format]);
        const tree = resolveFileLibraries("/p", { sysroot: root });
        const ours = tree.root.needs.map((e) => e.object?.path);
        tree.close();

        expect(ours).toHaveLength(2);
        if (process.getuid?.() !== 0) continue;

        const theirs = must("chroot", [root, "/lib64/ld-linux-x86-64.so.2", "--list", "/p"]);
        expect([format, ...ours]).toEqual([format, ...[...theirs.matchAll(/=> (\S+)/g)].map((m) => m[1])]);
      }
    },
  );
});

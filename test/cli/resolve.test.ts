import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import type { ResolveEntry } from "../../src/cli/resolve/resolve-entry.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { library, program } from "../resolve/memory.js";
import { scratch } from "../support/fixtures.js";
import { run } from "../support/tools.js";
import { CLI, elfwright, elfwrightJson } from "./cli.js";

const files = scratch();
const root = files.path("root");
const SYSTEM = {
  "/app/main": program(["liba.so", "libnone.so", "libx.so"], { runpath: "$ORIGIN" }),
  "/app/liba.so": library(["libx.so"], { runpath: "/opt" }),
  "/opt/libx.so": library(),
  "/app/fine": program(["libx.so"], { rpath: "/opt" }),
  "/lib64/ld-linux-x86-64.so.2": library(),
  "/app/static": program([], { interpreter: null, dynamic: false }),
  "/pre/libp.so": library(),
  "/lib64/glibc-hwcaps/x86-64-v2/libh.so": library(),
  "/lib64/libh.so": library(),
  "/app/caps": program(["libh.so"]),
  "/app/object.o": buildElf({ type: 1 }),
};
for (const [path, bytes] of Object.entries(SYSTEM)) {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, bytes);
}
const inRoot = (...args: string[]) => elfwright("resolve", "--sysroot", root, ...args);

describe("elfwright resolve", () => {
  it("prints the tree with reasons, and the places where what is missing was looked for", () => {
    const r = inRoot("/app/main");
    expect([r.status, r.stderr]).toEqual([1, ""]);
    expect(r.stdout.split("\n")).toEqual([
      "/app/main (glibc)",
      "  /lib64/ld-linux-x86-64.so.2 => /lib64/ld-linux-x86-64.so.2 [interpreter]",
      "  liba.so => /app/liba.so [RUNPATH of /app/main]",
      "    libx.so => /opt/libx.so [RUNPATH of /app/liba.so]",
      "  libnone.so => not found",
      "      /app/libnone.so: absent [RUNPATH of /app/main]",
      ...["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map((d) => `      ${d}/libnone.so: absent [system directory]`),
      "  libx.so => not found",
      "      /app/libx.so: absent [RUNPATH of /app/main]",
      ...["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map((d) => `      ${d}/libx.so: absent [system directory]`),
      "",
    ]);
    expect(inRoot("/app/fine").status).toBe(0);
  });

  it("--tried, --list, --why", () => {
    expect(inRoot("--tried", "/app/fine").stdout).toContain(
      "  libx.so => /opt/libx.so [RPATH of /app/fine]\n      /opt/libx.so: found [RPATH of /app/fine]\n",
    );
    expect(inRoot("--list", "/app/main").stdout).toBe(
      "\tliba.so => /app/liba.so\n\tlibnone.so => not found\n\tlibx.so => not found\n\tlibx.so => /opt/libx.so\n",
    );
    expect(inRoot("--why", "libx.so", "/app/fine", "/app/caps").stdout).toBe(
      "/app/fine:\n/app/fine\n  => /opt/libx.so\n/app/caps:\nnothing asks for libx.so\n",
    );
    expect(inRoot("--why", "libx.so", "/app/main").stdout).toBe(
      "/app/main\n  => libx.so, not found\n/app/main\n  => /app/liba.so\n    => /opt/libx.so\n",
    );
    expect(inRoot("/app/static").stdout).toBe("/app/static (glibc)\n  nothing is loaded for it\n");
    expect(inRoot("--list", "/app/static").stdout).toBe("\tno libraries\n");
  });

  it("--library-path, --preload, --rules, --hwcaps, --inhibit-cache", () => {
    expect(inRoot("--library-path", "/opt", "--preload", "/pre/libp.so:libgone.so", "/app/main").stdout).toMatch(
      / {2}preload \/pre\/libp\.so => \/pre\/libp\.so \[by its path\]\n {2}preload libgone\.so => not found\n[^]* {2}libx\.so => \/opt\/libx\.so \[LD_LIBRARY_PATH\]/,
    );
    expect(inRoot("--rules", "musl", "/app/fine").stdout).toContain("/app/fine (musl)\n");
    expect(inRoot("--hwcaps", "x86-64-v3", "/app/caps").stdout).toContain(
      "=> /lib64/glibc-hwcaps/x86-64-v2/libh.so [system directory]",
    );
    expect(inRoot("--hwcaps", "other,x86-64-v2", "/app/caps").stdout).toContain(
      "=> /lib64/glibc-hwcaps/x86-64-v2/libh.so [system directory]",
    );
    expect(inRoot("--hwcaps", "none", "/app/caps").stdout).toContain("=> /lib64/libh.so [system directory]");

    writeFileSync(`${root}/ld.so.conf`, "/opt");
    mkdirSync(`${root}/etc`, { recursive: true });
    symlinkSync("../ld.so.conf", `${root}/etc/ld.so.conf`);

    expect(inRoot("/app/main").stdout).toContain("libx.so => /opt/libx.so [configured directory]");
    expect(inRoot("--inhibit-cache", "/app/main").stdout).not.toContain("configured");
  });

  it("takes the environment of this system, and none in a sysroot", () => {
    const env = { LD_LIBRARY_PATH: `${root}/opt`, LD_PRELOAD: "" };
    const args = ["resolve", "--rules", "glibc", `${root}/app/fine`];
    expect(run(process.execPath, [CLI, ...args], { env }).stdout).toContain(
      `libx.so => ${root}/opt/libx.so [LD_LIBRARY_PATH]`,
    );
    expect(
      run(process.execPath, [CLI, ...args, "--target", "host", "--library-path", "/none"], { env }).stdout,
    ).toContain("libx.so => not found");
    expect(
      run(process.execPath, [CLI, "resolve", "--sysroot", root, "--hwcaps", "none", "--list", "/app/caps"], {
        env: { LD_LIBRARY_PATH: "/pre", LD_PRELOAD: "/pre/libp.so" },
      }).stdout,
    ).toBe("\tlibh.so => /lib64/libh.so\n");
  });

  it("--json", () => {
    const { status, json } = elfwrightJson<readonly (ResolveEntry & { error?: { code: string } })[]>(
      "resolve",
      "--sysroot",
      root,
      "--inhibit-cache",
      "--why",
      "libnone.so",
      "--json",
      "/app/main",
      "/app/object.o",
      "/app/gone",
    );
    expect(status).toBe(1);
    expect(json.map((e) => e.error?.code)).toEqual([undefined, "RELOCATABLE", "IO"]);

    const [e] = json;
    expect(Object.keys(e!)).toEqual(["file", "rules", "tree", "interpreter", "preloads", "objects", "missing", "why"]);
    expect(
      e!.tree.needs.map((n) => [n.name, n.path, n.reason, n.of, n.tag, n.tried.length, n.needs.map((c) => c.path)]),
    ).toEqual([
      ["liba.so", "/app/liba.so", "runpath", "/app/main", "DT_NEEDED", 1, ["/opt/libx.so"]],
      ["libnone.so", null, null, null, "DT_NEEDED", 5, []],
      ["libx.so", null, null, null, "DT_NEEDED", 5, []],
    ]);
    expect([e!.objects, e!.missing, e!.why]).toEqual([
      ["/app/main", "/app/liba.so", "/opt/libx.so"],
      [
        { name: "libnone.so", from: "/app/main" },
        { name: "libx.so", from: "/app/main" },
      ],
      [[{ from: "/app/main", name: "libnone.so", path: null }]],
    ]);
  });

  it("--symbols and --unused go with the tree", () => {
    const r = inRoot("--unused", "/app/fine");
    expect([r.status, r.stdout.split("\n").at(-2)]).toEqual([0, "unused: libx.so\t(/app/fine)"]);
    expect(
      Object.keys(
        elfwrightJson<object[]>("resolve", "--sysroot", root, "--json", "--symbols", "--unused", "/app/fine").json[0]!,
      ).slice(-2),
    ).toEqual(["symbols", "use"]);
  });

  it.each([
    [["--rules", "bionic", "/app/fine"], "--rules takes auto, glibc or musl"],
    [["--target", "centos7", "/app/fine"], "--target takes host"],
    [[], "missing file name"],
    [["--target", "host", "/app/fine"], "contradict"],
  ])("wrong usage: %j", (args, message) => {
    const r = inRoot(...args);
    expect([r.status, r.stdout]).toEqual([2, ""]);
    expect(r.stderr).toContain(message);
  });
});

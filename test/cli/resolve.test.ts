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
const lines = (...all: string[]) => all.map((line) => `${line}\n`).join("");

describe("elfwright resolve", () => {
  it("prints the tree with reasons, and where a missing library was looked for", () => {
    const ran = inRoot("/app/main");
    const absentInSystem = (name: string) =>
      ["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map((dir) => `      ${dir}/${name}: absent [system directory]`);

    expect([ran.status, ran.stderr]).toEqual([1, ""]);
    expect(ran.stdout.split("\n")).toEqual([
      "/app/main (glibc)",
      "  /lib64/ld-linux-x86-64.so.2 => /lib64/ld-linux-x86-64.so.2 [interpreter]",
      "  liba.so => /app/liba.so [RUNPATH of /app/main]",
      "    libx.so => /opt/libx.so [RUNPATH of /app/liba.so]",
      "  libnone.so => not found",
      "      /app/libnone.so: absent [RUNPATH of /app/main]",
      ...absentInSystem("libnone.so"),
      "  libx.so => not found",
      "      /app/libx.so: absent [RUNPATH of /app/main]",
      ...absentInSystem("libx.so"),
      "",
    ]);
    expect(inRoot("/app/fine").status).toBe(0);
  });

  it("--tried, --list, --why", () => {
    expect(inRoot("--tried", "/app/fine").stdout).toContain(
      lines(
        "  libx.so => /opt/libx.so [RPATH of /app/fine]", //
        "      /opt/libx.so: found [RPATH of /app/fine]",
      ),
    );
    expect(inRoot("--list", "/app/main").stdout).toBe(
      lines(
        "\tliba.so => /app/liba.so",
        "\tlibnone.so => not found",
        "\tlibx.so => not found",
        "\tlibx.so => /opt/libx.so",
      ),
    );
    expect(inRoot("--why", "libx.so", "/app/fine", "/app/caps").stdout).toBe(
      lines("/app/fine:", "/app/fine", "  => /opt/libx.so", "/app/caps:", "nothing asks for libx.so"),
    );
    expect(inRoot("--why", "libx.so", "/app/main").stdout).toBe(
      lines("/app/main", "  => libx.so, not found", "/app/main", "  => /app/liba.so", "    => /opt/libx.so"),
    );
    expect(inRoot("/app/static").stdout).toBe(lines("/app/static (glibc)", "  nothing is loaded for it"));
    expect(inRoot("--list", "/app/static").stdout).toBe("\tno libraries\n");
  });

  it("--library-path, --preload, --rules, --hwcaps, --inhibit-cache", () => {
    const preloads =
      / {2}preload \/pre\/libp\.so => \/pre\/libp\.so \[by its path\]\n {2}preload libgone\.so => not found\n/;
    const fromPath = / {2}libx\.so => \/opt\/libx\.so \[LD_LIBRARY_PATH\]/;
    const { stdout } = inRoot("--library-path", "/opt", "--preload", "/pre/libp.so:libgone.so", "/app/main");
    expect(stdout).toMatch(new RegExp(`${preloads.source}[^]*${fromPath.source}`));

    expect(inRoot("--rules", "musl", "/app/fine").stdout).toContain("/app/fine (musl)\n");

    const inV2 = "=> /lib64/glibc-hwcaps/x86-64-v2/libh.so [system directory]";
    expect(inRoot("--hwcaps", "x86-64-v3", "/app/caps").stdout).toContain(inV2);
    expect(inRoot("--hwcaps", "other,x86-64-v2", "/app/caps").stdout).toContain(inV2);
    expect(inRoot("--hwcaps", "none", "/app/caps").stdout).toContain("=> /lib64/libh.so [system directory]");

    writeFileSync(`${root}/ld.so.conf`, "/opt");
    mkdirSync(`${root}/etc`, { recursive: true });
    symlinkSync("../ld.so.conf", `${root}/etc/ld.so.conf`);
    expect(inRoot("/app/main").stdout).toContain("libx.so => /opt/libx.so [configured directory]");
    expect(inRoot("--inhibit-cache", "/app/main").stdout).not.toContain("configured");
  });

  it("takes the environment of this system, and none in a sysroot", () => {
    const resolved = (env: Record<string, string>, ...args: string[]) =>
      run(process.execPath, [CLI, "resolve", ...args], { env }).stdout;

    const env = { LD_LIBRARY_PATH: `${root}/opt`, LD_PRELOAD: "" };
    const args = ["--rules", "glibc", `${root}/app/fine`];
    expect(resolved(env, ...args)).toContain(`libx.so => ${root}/opt/libx.so [LD_LIBRARY_PATH]`);
    expect(resolved(env, ...args, "--target", "host", "--library-path", "/none")).toContain("libx.so => not found");

    const ignored = { LD_LIBRARY_PATH: "/pre", LD_PRELOAD: "/pre/libp.so" };
    expect(resolved(ignored, "--sysroot", root, "--hwcaps", "none", "--list", "/app/caps")).toBe(
      "\tlibh.so => /lib64/libh.so\n",
    );
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
    expect(json.map((entry) => entry.error?.code)).toEqual([undefined, "RELOCATABLE", "IO"]);

    const main = json[0]!;
    const needs = main.tree.needs.map((need) => [
      ...[need.name, need.path, need.reason, need.of, need.tag, need.tried.length],
      need.needs.map((inner) => inner.path),
    ]);
    expect(Object.keys(main)).toEqual([
      "file",
      "rules",
      "tree",
      "interpreter",
      "preloads",
      "objects",
      "missing",
      "why",
    ]);
    expect(needs).toEqual([
      ["liba.so", "/app/liba.so", "runpath", "/app/main", "DT_NEEDED", 1, ["/opt/libx.so"]],
      ["libnone.so", null, null, null, "DT_NEEDED", 5, []],
      ["libx.so", null, null, null, "DT_NEEDED", 5, []],
    ]);
    expect([main.objects, main.missing, main.why]).toEqual([
      ["/app/main", "/app/liba.so", "/opt/libx.so"],
      [
        { name: "libnone.so", from: "/app/main" },
        { name: "libx.so", from: "/app/main" },
      ],
      [[{ from: "/app/main", name: "libnone.so", path: null }]],
    ]);
  });

  it("--symbols and --unused go with the tree", () => {
    const ran = inRoot("--unused", "/app/fine");
    expect([ran.status, ran.stdout.split("\n").at(-2)]).toEqual([0, "unused: libx.so\t(/app/fine)"]);

    const args = ["--sysroot", root, "--json", "--symbols", "--unused", "/app/fine"];
    const { json } = elfwrightJson<object[]>("resolve", ...args);
    expect(Object.keys(json[0]!).slice(-2)).toEqual(["symbols", "use"]);
  });

  it.each([
    [["--rules", "bionic", "/app/fine"], "--rules takes auto, glibc or musl"],
    [["--target", "centos7", "/app/fine"], "--target takes host"],
    [[], "missing file name"],
    [["--target", "host", "/app/fine"], "contradict"],
  ])("wrong usage: %j", (args, message) => {
    const ran = inRoot(...args);
    expect([ran.status, ran.stdout]).toEqual([2, ""]);
    expect(ran.stderr).toContain(message);
  });
});

import { describe, expect, it } from "vitest";
import { EM, type ResolveOptions, resolveLibraries } from "../../src/index.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { type Contents, edges, library, link, memory, paths, program, said, tries } from "./memory.js";

const LOADER = "/lib/ld-musl-x86_64.so.1";
const X = library([], { soname: "libx.so.1" });
const muslProgram = (needed: readonly string[], options: BuildOptions = {}) =>
  program(needed, { interpreter: LOADER, ...options });

const resolve = (contents: Contents, options: Partial<ResolveOptions> = {}) =>
  resolveLibraries("/app/main", { files: memory({ [LOADER]: library(), ...contents }), ...options });

/** How the program's first library is found. */
const saidOfFirst = (contents: Contents, options: Partial<ResolveOptions> = {}) =>
  said(resolve(contents, options).root.needs[0]!);

/** Where the program's first library was looked for. */
const triedForFirst = (contents: Contents, options: Partial<ResolveOptions> = {}) =>
  tries(resolve(contents, options).root.needs[0]!);

describe("where musl searches", () => {
  it("LD_LIBRARY_PATH, then the search paths, then the system's", () => {
    const env = { LD_LIBRARY_PATH: ":/e::/f" };
    expect(triedForFirst({ "/app/main": muslProgram(["libx.so"], { rpath: "/r" }) }, { env })).toEqual([
      "library-path /e/libx.so absent",
      "library-path /f/libx.so absent",
      "rpath /r/libx.so absent",
      "default /lib/libx.so absent",
      "default /usr/local/lib/libx.so absent",
      "default /usr/lib/libx.so absent",
    ]);
  });

  it("DT_RUNPATH in place of DT_RPATH, both inherited", () => {
    const tree = resolve({
      "/app/main": muslProgram(["liba.so"], { runpath: "/r", rpath: "/never" }),
      "/r/liba.so": library(["libx.so"], { runpath: "/a" }),
      "/r/libx.so": X,
    });
    expect(edges(tree)["/r/liba.so"]).toEqual(["libx.so: /r/libx.so by runpath of /app/main"]);
    expect(tries(tree.objects[1]!.needs[0]!)).toEqual(["runpath /a/libx.so absent", "runpath /r/libx.so found"]);
  });

  it("/etc/ld-musl-ARCH.path, beside the loader's own directory", () => {
    const at = (contents: Contents, interpreter: string) => {
      const tried = triedForFirst({ ...contents, "/app/main": muslProgram(["libx.so"], { interpreter }) });
      return tried.map((text) => text.replace(/ absent$/, ""));
    };

    expect(at({ "/etc/ld-musl-x86_64.path": "/one\n/two:/three\n" }, LOADER)).toEqual([
      "configured /one/libx.so",
      "configured /two/libx.so",
      "configured /three/libx.so",
    ]);
    expect(at({ "/etc/ld-musl-x86_64.path": "" }, LOADER)).toEqual([]);
    expect(at({ "/opt/musl/etc/ld-musl-x86_64.path": "/opt/lib" }, "/opt/musl/lib/ld-musl-x86_64.so.1")).toEqual([
      "configured /opt/lib/libx.so",
    ]);
    expect(at({ "/etc/ld-musl-riscv64-sp.path": "/sp" }, "/lib/ld-musl-riscv64-sp.so.1")).toEqual([
      "configured /sp/libx.so",
    ]);
  });

  it("$ORIGIN is expanded; a path with another token is ignored as a whole", () => {
    const at = (runpath: string, options: Partial<ResolveOptions> = {}) => {
      const tried = triedForFirst({ "/app/main": muslProgram(["libx.so"], { runpath }) }, options);
      return tried.filter((text) => text.startsWith("runpath"));
    };

    expect(at("$ORIGIN/../l:${ORIGIN}/m:/n$ORIGIN")).toEqual([
      "runpath /app/../l/libx.so absent",
      "runpath /app/m/libx.so absent",
      "runpath /n/app/libx.so absent",
    ]);
    expect(at("$ORIGINAL")).toEqual(["runpath /appAL/libx.so absent"]);
    expect(at("$ORIGIN/l:/n/$LIB")).toEqual([]);
    expect(at("$ORIGIN/l:/n", { secure: true })).toEqual([]);
    expect(at("/n", { secure: true, env: { LD_LIBRARY_PATH: "/e" } })).toEqual(["runpath /n/libx.so absent"]);
  });

  it("no cache, no DF_1_NODEFLIB, no subdirectories", () => {
    const files = {
      "/app/main": muslProgram(["libx.so"], { tags: [{ tag: 0x6ffffffb, value: 0x800 }] }),
      "/lib/libx.so": X,
      "/lib/glibc-hwcaps/x86-64-v2/libx.so": X,
    };
    expect(saidOfFirst(files, { hwcaps: "x86-64-v4" })).toBe("libx.so: /lib/libx.so by default");
  });

  it("the first file of the name is taken, whatever it is", () => {
    const after = (found: Uint8Array | string) =>
      triedForFirst({
        "/app/main": muslProgram(["libx.so"], { runpath: "/r" }),
        "/r/libx.so": found,
        "/lib/libx.so": X,
      });
    expect(after(library([], { machine: EM.AARCH64 }))).toEqual(["runpath /r/libx.so other-machine"]);
    expect(after("INPUT(-lx)")).toEqual(["runpath /r/libx.so invalid"]);
    expect(after(program([]))).toEqual(["runpath /r/libx.so found"]);
  });

  it("names and paths that are too long are not looked for", () => {
    expect(triedForFirst({ "/app/main": muslProgram([`lib${"x".repeat(253)}`]) })).toEqual([]);
    expect(triedForFirst({ "/app/main": muslProgram(["libx.so"], { runpath: `/${"d".repeat(600)}:/r` }) })[0]).toBe(
      "runpath /r/libx.so absent",
    );
    expect(triedForFirst({ "/app/main": muslProgram([""]) })).toEqual([]);
  });
});

describe("what musl takes for itself", () => {
  it.each([
    "libc.so",
    "libc.musl-x86_64.so.1",
    "libc.so.6",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
    "libdl.so.2",
    "libutil.so.1",
    "libxnet.so",
    LOADER,
  ])("%s", (name) => {
    const tree = resolve({ "/app/main": muslProgram([name]), [`/lib/${name}`]: X, [LOADER]: library() });
    expect(tree.root.needs.map(said)).toEqual([`${name}: ${LOADER} by loader`]);
    expect(tree.root.needs[0]!.tried).toEqual([]);
    expect(paths(tree)).toEqual(["/app/main", LOADER]);
  });

  it.each(["libcrypt.so.1", "libresolv.so.2", "ld-linux-x86-64.so.2", "libc++.so", "libmagic.so"])("not %s", (name) => {
    expect(saidOfFirst({ "/app/main": muslProgram([name]), [`/usr/lib/${name}`]: X })).toBe(
      `${name}: /usr/lib/${name} by default`,
    );
  });

  it("another C library, known by its symbols", () => {
    const libc = library([], { symbols: [{ name: "__libc_start_main" }, { name: "stdin" }] });
    const half = library([], { symbols: [{ name: "__libc_start_main" }, { name: "stdin", defined: false }] });

    expect(saidOfFirst({ "/app/main": muslProgram(["/opt/libc.so.6"]), "/opt/libc.so.6": libc })).toBe(
      `/opt/libc.so.6: ${LOADER} by loader`,
    );
    expect(saidOfFirst({ "/app/main": muslProgram(["/opt/libc.so.6"]), "/opt/libc.so.6": half })).toBe(
      "/opt/libc.so.6: /opt/libc.so.6 by path",
    );
  });
});

describe("what musl recognises as loaded", () => {
  it("a name that it searched for, and the file; not a DT_SONAME", () => {
    const tree = resolve({
      "/app/main": muslProgram(["libx.so", "libx.so.1", "liba.so"]),
      "/lib/libx.so": X,
      "/lib/liba.so": link("libx.so"),
    });

    expect(tree.root.needs.map(said)).toEqual([
      "libx.so: /lib/libx.so by default",
      "libx.so.1: missing",
      "liba.so: /lib/libx.so by loaded",
    ]);
    expect(tree.missing.map((missing) => missing.edge.name)).toEqual(["libx.so.1"]);
  });

  it("one loaded by its path is found by its name only after a search", () => {
    const tree = resolve({
      "/app/main": muslProgram(["/opt/libx.so", "libx.so", "libx.so"], { runpath: "/opt" }),
      "/opt/libx.so": X,
    });
    expect(tree.root.needs.map((need) => [said(need), need.tried.length])).toEqual([
      ["/opt/libx.so: /opt/libx.so by path", 1],
      ["libx.so: /opt/libx.so by loaded", 1],
      ["libx.so: /opt/libx.so by loaded", 0],
    ]);
  });

  it("preloads come first, from no object's search path; a missing one does not matter", () => {
    const tree = resolve(
      {
        "/app/main": muslProgram(["liba.so"], { runpath: "/r" }),
        "/r/libp.so": X,
        "/lib/libq.so": library(["libr.so"]),
        "/r/liba.so": library(),
        "/r/libr.so": X,
        "/etc/ld.so.preload": "/r/libp.so",
      },
      { env: { LD_PRELOAD: "libp.so:libq.so\n/r/libp.so" } },
    );

    expect(tree.preloads.map(said)).toEqual([
      "libp.so: missing",
      "libq.so: /lib/libq.so by default",
      "/r/libp.so: /r/libp.so by path",
    ]);
    expect(edges(tree)["/lib/libq.so"]).toEqual(["libr.so: missing"]);
    expect(paths(tree)).toEqual(["/app/main", "/lib/libq.so", "/r/libp.so", "/r/liba.so"]);

    const secure = { secure: true, env: { LD_PRELOAD: "libq.so" } };
    expect(resolve({ "/app/main": muslProgram([]), "/lib/libq.so": X }, secure).preloads).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { collectLibraries, type CollectOptions, resolveLibraries, whyLoaded } from "../../src/index.js";
import { caught } from "../support/elf.js";
import { type Contents, library, memory, program } from "./memory.js";

const LOADER = "/lib64/ld-linux-x86-64.so.2";
const tree = (contents: Contents) =>
  resolveLibraries("/app/main", {
    files: memory({ [LOADER]: library([], { soname: "ld-linux-x86-64.so.2" }), ...contents }),
    systemDirs: ["/lib"],
    env: { LD_PRELOAD: "libp.so" },
  });
const SYSTEM: Contents = {
  "/app/main": program(["liba.so", "libb.so", "libc.so.6"], { runpath: "$ORIGIN" }),
  "/app/liba.so": library(["libx.so.1", "libc.so.6"], { runpath: "/opt" }),
  "/app/libb.so": library(["liba.so", "libx.so", "libnone.so"], { runpath: "/opt" }),
  "/opt/libx.so.1": library(["libc.so.6"], { soname: "libx.so" }),
  "/lib/libc.so.6": library(["ld-linux-x86-64.so.2"], { soname: "libc.so.6" }),
  "/lib/libp.so": library(["libq.so"]),
  "/lib/libq.so": library(),
};

describe("why", () => {
  const ways = (name: string) =>
    whyLoaded(tree(SYSTEM), name).map((way) =>
      [...way.map((s) => s.from.path), way.at(-1)!.edge.object?.path ?? "missing"].join(" "),
    );
  it("each object that asks for it, by the shortest way", () => {
    expect(ways("libx.so.1")).toEqual([
      "/app/main /app/liba.so /opt/libx.so.1",
      "/app/main /app/libb.so /opt/libx.so.1",
    ]);
    expect(ways("libc.so.6")).toEqual([
      "/app/main /lib/libc.so.6",
      "/app/main /app/liba.so /lib/libc.so.6",
      "/app/main /app/liba.so /opt/libx.so.1 /lib/libc.so.6",
    ]);
  });
  it.each(["libx.so.1", "libx.so", "/opt/libx.so.1"])("by any of its names: %s", (name) =>
    expect(ways(name)).toHaveLength(2),
  );
  it("a missing one, a preload's, the interpreter, and one that nobody asks for", () => {
    expect(ways("libnone.so")).toEqual(["/app/main /app/libb.so missing"]);
    expect(ways("libq.so")).toEqual(["/app/main /lib/libp.so /lib/libq.so"]);
    expect(ways(LOADER)).toEqual([
      `/app/main /app/liba.so /lib/libc.so.6 ${LOADER}`.replace(" /app/liba.so", ""),
      `/app/main ${LOADER}`,
    ]);
    expect(ways("libother.so")).toEqual([]);
  });
});

describe("collectLibraries", () => {
  const collected = (options: CollectOptions = {}, contents: Contents = SYSTEM) => {
    const c = collectLibraries(tree(contents), options);
    const one = ({ to, links, edits, object }: typeof c.program) => ({
      from: object.path,
      to,
      ...(links.length > 0 && { links }),
      edits: edits.map((e) => JSON.stringify(Object.values(e))),
    });
    return {
      program: one(c.program),
      libraries: c.libraries.map(one),
      leftOut: c.leftOut.map((o) => o.path),
      missing: c.missing.map((m) => m.edge.name),
    };
  };

  it("what the program needs, without the C library, with paths that stay among themselves", () => {
    expect(collected()).toEqual({
      program: { from: "/app/main", to: "main", edits: ['["setRunpath","$ORIGIN/lib"]'] },
      libraries: [
        { from: "/app/liba.so", to: "lib/liba.so", edits: ['["setRunpath","$ORIGIN"]'] },
        { from: "/app/libb.so", to: "lib/libb.so", edits: ['["setRunpath","$ORIGIN"]'] },
        { from: "/opt/libx.so.1", to: "lib/libx.so.1", links: ["libx.so"], edits: [] },
      ],
      leftOut: ["/lib/libc.so.6", LOADER],
      missing: ["libnone.so"],
    });
  });

  it("into another directory, or beside the program", () => {
    expect([
      collected({ directory: "../lib/app" }).program.edits,
      collected({ directory: "../lib/app" }).libraries[0]!.to,
    ]).toEqual([['["setRunpath","$ORIGIN/../lib/app"]'], "../lib/app/liba.so"]);
    expect([collected({ directory: "." }).program.edits, collected({ directory: "." }).libraries[0]!.to]).toEqual([
      ['["setRunpath","$ORIGIN"]'],
      "liba.so",
    ]);
    for (const directory of ["/lib", "a:b", "$ORIGIN", ""]) {
      expect(caught(() => collected({ directory })).code).toBe("BAD_EDIT");
    }
  });

  it("all of it, with the loader's new path", () => {
    const c = collected({ all: true, interpreter: "/srv/ld.so" });
    expect(c.program.edits).toEqual(['["setInterpreter","/srv/ld.so"]', '["setRunpath","$ORIGIN/lib"]']);
    expect([c.leftOut, c.libraries.map((l) => l.to)]).toEqual([
      [],
      ["lib/liba.so", "lib/libb.so", "lib/libc.so.6", "lib/libx.so.1", "lib/ld-linux-x86-64.so.2"],
    ]);
  });

  it("without what the caller says", () => {
    expect(collected({ leaveOut: (o) => o.path.startsWith("/app/lib") }).libraries.map((l) => l.to)).toEqual([
      "lib/libc.so.6",
      "lib/libx.so.1",
      "lib/ld-linux-x86-64.so.2",
    ]);
  });

  it("libraries that were asked for by their paths, also two of one name", () => {
    const c = collected(
      {},
      {
        "/app/main": program(["/one/libx.so", "/two/libx.so"]),
        "/one/libx.so": library([], { soname: "a" }),
        "/two/libx.so": library(["/one/libx.so"], { soname: "b" }),
      },
    );
    expect(c.libraries).toEqual([
      { from: "/one/libx.so", to: "lib/libx.so", edits: [] },
      {
        from: "/two/libx.so",
        to: "lib/2-libx.so",
        edits: ['["setRunpath","$ORIGIN"]', '["replaceNeeded",{"/one/libx.so":"libx.so"}]'],
      },
    ]);
    expect(c.program.edits).toEqual([
      '["setRunpath","$ORIGIN/lib"]',
      '["replaceNeeded",{"/one/libx.so":"libx.so","/two/libx.so":"2-libx.so"}]',
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { collectLibraries, type CollectOptions, resolveLibraries, whyLoaded } from "../../src/index.js";
import { caught } from "../support/elf.js";
import { type Contents, library, memory, program } from "./memory.js";

const LOADER = "/lib64/ld-linux-x86-64.so.2";
const treeOf = (contents: Contents) =>
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
  /** Each way as the paths of its objects, the last one that of the library. */
  const ways = (name: string) =>
    whyLoaded(treeOf(SYSTEM), name).map((way) => {
      const library = way.at(-1)!.edge.object?.path ?? "missing";
      return [...way.map((step) => step.from.path), library].join(" ");
    });

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
    expect(ways(LOADER)).toEqual([`/app/main /lib/libc.so.6 ${LOADER}`, `/app/main ${LOADER}`]);
    expect(ways("libother.so")).toEqual([]);
  });
});

describe("collectLibraries", () => {
  const collected = (options: CollectOptions = {}, contents: Contents = SYSTEM) => {
    const collection = collectLibraries(treeOf(contents), options);
    const inShort = ({ to, links, edits, object }: typeof collection.program) => ({
      from: object.path,
      to,
      ...(links.length > 0 && { links }),
      edits: edits.map((edit) => JSON.stringify(Object.values(edit))),
    });

    return {
      program: inShort(collection.program),
      libraries: collection.libraries.map(inShort),
      leftOut: collection.leftOut.map((object) => object.path),
      missing: collection.missing.map((missing) => missing.edge.name),
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
    for (const [directory, runpath, to] of [
      ["../lib/app", "$ORIGIN/../lib/app", "../lib/app/liba.so"],
      [".", "$ORIGIN", "liba.so"],
    ] as const) {
      const { program, libraries } = collected({ directory });
      expect(program.edits).toEqual([`["setRunpath","${runpath}"]`]);
      expect(libraries[0]!.to).toBe(to);
    }

    for (const directory of ["/lib", "a:b", "$ORIGIN", ""]) {
      expect(caught(() => collected({ directory })).code).toBe("BAD_EDIT");
    }
  });

  it("all of it, with the loader's new path", () => {
    const { program, libraries, leftOut } = collected({ all: true, interpreter: "/srv/ld.so" });

    expect(program.edits).toEqual(['["setInterpreter","/srv/ld.so"]', '["setRunpath","$ORIGIN/lib"]']);
    expect(leftOut).toEqual([]);
    expect(libraries.map((library) => library.to)).toEqual([
      "lib/liba.so",
      "lib/libb.so",
      "lib/libc.so.6",
      "lib/libx.so.1",
      "lib/ld-linux-x86-64.so.2",
    ]);
  });

  it("without those that the caller leaves out", () => {
    const { libraries } = collected({ leaveOut: (object) => object.path.startsWith("/app/lib") });
    expect(libraries.map((library) => library.to)).toEqual([
      "lib/libc.so.6",
      "lib/libx.so.1",
      "lib/ld-linux-x86-64.so.2",
    ]);
  });

  it("libraries that are needed by their paths, also two of one name", () => {
    const contents = {
      "/app/main": program(["/one/libx.so", "/two/libx.so"]),
      "/one/libx.so": library([], { soname: "a" }),
      "/two/libx.so": library(["/one/libx.so"], { soname: "b" }),
    };
    const inShort = collected({}, contents);

    expect(inShort.libraries).toEqual([
      { from: "/one/libx.so", to: "lib/libx.so", edits: [] },
      {
        from: "/two/libx.so",
        to: "lib/2-libx.so",
        edits: ['["setRunpath","$ORIGIN"]', '["replaceNeeded",{"/one/libx.so":"libx.so"}]'],
      },
    ]);
    expect(inShort.program.edits).toEqual([
      '["setRunpath","$ORIGIN/lib"]',
      '["replaceNeeded",{"/one/libx.so":"libx.so","/two/libx.so":"2-libx.so"}]',
    ]);
  });
});

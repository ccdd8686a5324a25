import { describe, expect, it } from "vitest";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { ENCODINGS } from "../../support/elf.js";
import { findings, said } from "../../support/findings.js";

/** The rules on search paths that have something to say. */
const rulesOf = (options: BuildOptions, facts = {}) =>
  findings(buildElf(options), facts)
    .map((finding) => finding.rule)
    .filter((rule) => rule.startsWith("search-path-"));

describe.each(ENCODINGS)("$label", (e) => {
  it("folders of builds, by their names", () => {
    const runpath = "$ORIGIN:/home/me/build/lib:/usr/lib/app:/builds/group/project/out:/home/me/build/lib";
    expect(said(buildElf({ ...e, soname: "libx.so", runpath }), "search-path-build-folder")).toBe(
      "warning: DT_RUNPATH has /home/me/build/lib and /builds/group/project/out: a folder of the machine that built it",
    );

    for (const path of [
      "/root/x",
      "/build",
      "/usr/src/app",
      "/github/workspace/out",
      "/__w/1/s",
      "/var/lib/jenkins/workspace",
      "/go/src/x",
      "//home//me",
    ]) {
      expect([path, rulesOf({ ...e, soname: "x", runpath: path })]).toEqual([path, ["search-path-build-folder"]]);
    }

    for (const path of [
      "/usr/local/lib",
      "/opt/app/lib",
      "/usr/lib/jvm",
      "/buildings/lib",
      "/srcs",
      "/nix/store/abc-x/lib",
      "$ORIGIN/../lib",
    ]) {
      expect([path, rulesOf({ ...e, soname: "x", runpath: path })]).toEqual([path, []]);
    }
  });

  it("folders in which everybody may write", () => {
    expect(said(buildElf({ ...e, soname: "x", runpath: "/usr/lib:/tmp/lib:/dev/shm" }), "search-path-writable")).toBe(
      "warning: DT_RUNPATH has /tmp/lib and /dev/shm: everybody may put libraries there, and the loader takes them",
    );
    expect(rulesOf({ ...e, soname: "x", runpath: "/tmpfiles:/var/tmp//x" })).toEqual(["search-path-writable"]);
  });

  it("elements that are empty or relative", () => {
    expect(said(buildElf({ ...e, soname: "x", runpath: ":lib:/usr/lib" }), "search-path-relative")).toBe(
      "warning: DT_RUNPATH has an empty element and lib: the loader looks in the folder in which somebody " +
        "starts the program",
    );
    expect(rulesOf({ ...e, soname: "x", runpath: "/usr/lib:" })).toEqual(["search-path-relative"]);
    // musl ignores empty elements; every loader ignores a path that is empty as a whole.
    expect(rulesOf({ ...e, soname: "x", runpath: "/usr/lib:" }, { libc: "musl" })).toEqual([]);
    expect(rulesOf({ ...e, soname: "x", runpath: "" })).toEqual([]);
  });

  it("tokens", () => {
    expect(rulesOf({ ...e, soname: "x", runpath: "$ORIGIN/$LIB:${PLATFORM}/x:${ORIGIN}" })).toEqual([]);
    expect(
      said(buildElf({ ...e, soname: "x", runpath: "$ORIGIN:/x/$LIB" }), "search-path-token", { libc: "musl" }),
    ).toBe("warning: DT_RUNPATH has /x/$LIB: musl expands $ORIGIN only, and ignores a path with any other token whole");
    expect(said(buildElf({ ...e, soname: "x", runpath: "$ORIGIN:/x/$ORIGINAL/y" }), "search-path-token")).toBe(
      "warning: DT_RUNPATH has /x/$ORIGINAL/y: no loader expands that, so that it is the name of a folder",
    );
  });

  it("DT_RPATH alone, and beside DT_RUNPATH, which hides it", () => {
    expect(said(buildElf({ ...e, soname: "x", rpath: "/a" }), "search-path-rpath")).toContain(
      "note: DT_RPATH /a: it comes before LD_LIBRARY_PATH",
    );
    expect(said(buildElf({ ...e, soname: "x", rpath: "/a" }), "search-path-rpath", { libc: "musl" })).toBe(null);

    const both = { ...e, soname: "x", rpath: "/home/me", runpath: "/usr/lib" };
    expect(said(buildElf(both), "search-path-rpath")).toBe(
      "note: DT_RPATH /home/me is ignored, since there is a DT_RUNPATH /usr/lib",
    );
    expect(rulesOf(both)).toEqual(["search-path-rpath"]);
  });
});

it("$ORIGIN of a program with raised rights", () => {
  const program = { runpath: "$ORIGIN/../lib" };
  expect(said(buildElf(program), "search-path-origin")).toBe(
    "note: DT_RUNPATH has $ORIGIN/../lib: if it is installed set-user-ID, set-group-ID or with file " +
      "capabilities, the loader ignores that",
  );
  expect(said(buildElf(program), "search-path-origin", { raisedRights: true })).toContain(
    "warning: DT_RUNPATH has $ORIGIN/../lib: the loader ignores $ORIGIN in a program that is set-user-ID",
  );
  expect(said(buildElf(program), "search-path-origin", { raisedRights: false })).toBe(null);
  expect(said(buildElf({ ...program, soname: "libx.so" }), "search-path-origin")).toBe(null);
  expect(said(buildElf({ runpath: "/usr/lib" }), "search-path-origin", { raisedRights: true })).toBe(null);
});

it("control characters of a name are escaped", () => {
  expect(said(buildElf({ soname: "x", runpath: "/home/\x1b[2J\u202ex" }), "search-path-build-folder")).toContain(
    "/home/\\u{1b}[2J\\u{202e}x",
  );
});

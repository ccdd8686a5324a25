import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { patch, readElf } from "../../src/index.js";
import { makeFileRunpathRelative, patchFileSync, shrinkFileRunpath } from "../../src/node/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught } from "../support/elf.js";
import { scratch } from "../support/fixtures.js";
import { asNobody } from "./rights.js";

const files = scratch();
const LIBRARY = buildElf({ soname: "libx" });
const DIRECTORY = new Uint8Array(0);
let made = 0;

/** A directory with these files; a string is a link's target, and a name that ends in `/` is a directory. */
function tree(contents: Readonly<Record<string, Uint8Array | string>>): string {
  const root = files.path(`tree${made++}`);
  mkdirSync(root);

  for (const [name, what] of Object.entries(contents)) {
    const path = `${root}/${name}`;
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (typeof what === "string") symlinkSync(what.replace("ROOT", root), path);
    else if (!name.endsWith("/")) writeFileSync(path, what);
  }

  return root;
}

const program = (runpath: string) => buildElf({ runpath, needed: ["libx", "liby"] });

describe("shrinkRunpath", () => {
  it("reads directories, follows links, and ignores what it cannot read", () => {
    const root = tree({
      "a/libx": LIBRARY,
      "link/libx": "../a/libx",
      "text/libx": Buffer.from("INPUT(libx.so.1)"),
      "dir/libx/": DIRECTORY,
      "gone/libx": "nowhere",
      "loop/libx": "libx",
      file: LIBRARY,
      "b/liby": LIBRARY,
    });
    const at = (...names: string[]) => names.map((name) => `${root}/${name}`).join(":");
    const shrunk = (path: string) => readElf(patch(program(path), [shrinkFileRunpath()]).bytes).runpath;

    expect(shrunk(at("text", "dir", "gone", "loop", "file", "a", "b"))).toBe(at("a", "b"));
    expect(shrunk(at("link", "a"))).toBe(at("link"));
  });

  it("ignores a directory or library that it may not read", () => {
    const root = tree({ "a/libx": LIBRARY, "b/libx": LIBRARY, "c/libx": LIBRARY });
    chmodSync(dirname(root), 0o755);
    chmodSync(`${root}/a`, 0o000);
    chmodSync(`${root}/b/libx`, 0o000);

    try {
      const { bytes } = asNobody(() => patch(program(`${root}/a:${root}/b:${root}/c`), [shrinkFileRunpath()]));
      expect(readElf(bytes).runpath).toBe(`${root}/c`);
    } finally {
      chmodSync(`${root}/a`, 0o755);
    }
  });

  it("looks up directories and absolute links in the sysroot", () => {
    const root = tree({
      "usr/lib/libx.1": LIBRARY,
      "usr/lib/libx": "/usr/lib/libx.1",
      lib: "usr/lib",
      "opt/up/liby": "/../../../usr/lib/libx",
      loop: "/loop",
    });
    const edit = shrinkFileRunpath({ sysroot: root });

    expect(readElf(patch(program("/loop:/lib:/usr/lib:/opt/up:/none"), [edit]).bytes).runpath).toBe("/lib:/opt/up");
    expect(readElf(patch(program("/lib:/opt/up"), [shrinkFileRunpath()]).bytes).runpath).toBe("");
  });
});

describe("makeRunpathRelative", () => {
  function relative(
    contents: Readonly<Record<string, Uint8Array | string>>,
    path: string,
    options: { outside?: "drop"; sysroot?: boolean; by?: string; file?: string } = {},
  ): string | null {
    const root = tree(contents);
    const file = `${root}/${options.file ?? "out/bin/server"}`;
    const makeRelative = () => {
      const edit = makeFileRunpathRelative(file, { root: `${root}/${options.by ?? "out"}`, ...options });
      patchFileSync(file, [edit]);
      return readFileSync(file);
    };

    writeFileSync(file, program(path.replaceAll("ROOT", root)));
    const once = makeRelative();
    const twice = makeRelative();

    expect(twice.equals(once)).toBe(true);
    return readElf(once).runpath?.replaceAll(root, "ROOT") ?? null;
  }
  const OUT = { "out/bin/": DIRECTORY, "out/lib/": DIRECTORY };

  it.each<[string, string, Parameters<typeof relative>[2], string]>([
    [
      "directories in the root, missing ones too",
      "ROOT/out/lib:ROOT/out/none:/usr/lib",
      {},
      "$ORIGIN/../lib:$ORIGIN/../none:/usr/lib",
    ],
    ["drops what is elsewhere if asked", "ROOT/out/lib:ROOT/else:/usr/lib", { outside: "drop" }, "$ORIGIN/../lib"],
    [
      "a root that is named by a link",
      "ROOT/alias/lib:ROOT/out/lib:ROOT/alias/none",
      { by: "alias" },
      "$ORIGIN/../lib:$ORIGIN/../none",
    ],
    ["a file that lies behind a link", "ROOT/out/lib", { file: "out/sub/server" }, "$ORIGIN/../../lib"],
    ["links in the root", "ROOT/out/lib64:ROOT/out/lib", {}, "$ORIGIN/../lib"],
    ["a link out of the root is named as it is", "ROOT/out/ext", {}, "$ORIGIN/../ext"],
    [
      "but not where .. follows it",
      "ROOT/out/ext/../lib:ROOT/out/ext/../..",
      {},
      "ROOT/out/ext/../lib:ROOT/out/ext/../..",
    ],
    [".. behind a link in the root", "ROOT/out/deep/../one", {}, "$ORIGIN/../x/one"],
    [
      "a sysroot's own directories",
      "/lib:/usr/none/at/all:/lib64:ROOT/out/lib",
      { sysroot: true },
      "$ORIGIN/../lib:/usr/none/at/all",
    ],
  ])("%s", (_, path, options, result) => {
    const more = {
      alias: "out",
      "out/sub": "x/y",
      "out/x/y/": DIRECTORY,
      "out/x/one/": DIRECTORY,
      "out/lib64": "lib",
      "out/deep": "x/y",
      "out/ext": "ROOT/else/far",
      "else/lib/": DIRECTORY,
      "else/far/": DIRECTORY,
    };
    expect(relative({ ...OUT, ...more }, path, options)).toBe(result);
  });

  it("refuses a file outside the root, and missing ones", () => {
    const root = tree({ ...OUT, server: program("/a") });

    expect(caught(() => makeFileRunpathRelative(`${root}/server`, { root: `${root}/out` })).code).toBe("BAD_EDIT");
    expect(caught(() => makeFileRunpathRelative(`${root}/server`, { root: `${root}/none` })).code).toBe("IO");
    expect(caught(() => makeFileRunpathRelative(`${root}/none`, { root })).code).toBe("IO");
  });
});

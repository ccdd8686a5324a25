import { spawn } from "node:child_process";
import type * as fs from "node:fs";
import type * as promises from "node:fs/promises";
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { patch, readElf, setRunpath } from "../../src/index.js";
import { patchFileSync } from "../../src/node/index.js";
import { refusal } from "../support/elf.js";
import { fixture, scratch } from "../support/fixtures.js";
import { itWithTools, must } from "../support/tools.js";
import { isRoot, NOBODY } from "./rights.js";
import { ways } from "./ways.js";

/** Called once, when the new file is whole and is about to get its owner and mode. */
const hooks = vi.hoisted(() => ({
  whole: undefined as (() => void) | undefined,
  /** Called once, before it is asked where a path leads. */
  resolving: undefined as (() => void) | undefined,
  /** Is there no /proc, so that the system cannot copy what is open? */
  noCopy: false,
}));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof promises>();
  const copyFile = async (...args: Parameters<typeof promises.copyFile>) => {
    if (hooks.noCopy) throw new Error("ENOENT");
    await real.copyFile(...args);
  };
  return { ...real, copyFile };
});

vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const first = () => {
    const { whole } = hooks;
    hooks.whole = undefined;
    whole?.();
  };
  // A file that the system copies has its owner before it has any bytes.
  const isEmpty = (file: unknown) => typeof file === "number" && real.fstatSync(file).size === 0;
  // By name, too: no name may be used here, and where one is, the tests have to see it.
  const hooked = <A extends unknown[]>(call: (...args: A) => void) => {
    return (...args: A) => {
      if (!isEmpty(args[0])) first();
      call(...args);
    };
  };

  const copyFileSync = (...args: Parameters<typeof fs.copyFileSync>) => {
    if (hooks.noCopy) throw new Error("ENOENT");
    real.copyFileSync(...args);
  };

  return {
    ...real,
    copyFileSync,
    realpathSync(path: string) {
      const { resolving } = hooks;
      hooks.resolving = undefined;
      resolving?.();
      return real.realpathSync(path);
    },
    fchownSync: hooked(real.fchownSync),
    chownSync: hooked(real.chownSync),
    chmodSync: hooked(real.chmodSync),
  };
});

afterEach(() => {
  Object.assign(hooks, { whole: undefined, resolving: undefined, noCopy: false });
});

const files = scratch();
chmodSync(files.path("."), 0o755);

const NAME = "x86_64-glibc-pie-runpath";
const DIST = new URL("../../dist/node.js", import.meta.url).href;
const INDEX = new URL("../../dist/index.js", import.meta.url).href;

/** With a payload so large that the system is left to copy it. */
const LARGE = Buffer.concat([fixture(NAME), Buffer.alloc(3 << 20, 0xaa)]);
const INPUTS = [
  ["a small file", fixture(NAME)],
  ["a file that the system copies", LARGE],
] as const;
const EDITS = [setRunpath("/a")];

let made = 0;

/** A file in a folder of its own. */
function put(bytes: Uint8Array, mode = 0o751): string {
  const dir = files.path(`folder-${made++}`);
  mkdirSync(dir);
  const path = join(dir, "file");
  writeFileSync(path, bytes);
  chmodSync(path, mode);
  return path;
}

const rights = (path: string) => {
  const { uid, gid, mode, mtimeMs } = statSync(path);
  return { uid, gid, mode: mode & 0o7777, mtimeMs };
};

/** A file of root that nobody else may read. */
function secret(): string {
  const path = files.write(`secret-${made++}`, Buffer.from("root's own\n"));
  chmodSync(path, 0o600);
  return path;
}

const tempIn = (dir: string) => readdirSync(dir).filter((name) => name.endsWith(".tmp"));

describe.each(ways)("%s, where another user replaces the temporary file", (_, patchFile) => {
  for (const [title, bytes] of INPUTS) {
    for (const [kind, replace] of [
      ["a symbolic link", symlinkSync],
      ["a hard link", linkSync],
    ] as const) {
      it(`by ${kind} to a file of root: that one keeps owner, mode and bytes (${title})`, async () => {
        const path = put(bytes);
        const dir = join(path, "..");
        const victim = secret();
        const before = rights(victim);
        if (isRoot) chownSync(path, NOBODY, NOBODY);

        hooks.whole = () => {
          const [temp] = tempIn(dir);
          rmSync(join(dir, temp!));
          replace(victim, join(dir, temp!));
        };
        const error = await refusal(() => patchFile(path, EDITS, { preserveDates: true }));

        expect(error).toMatchObject({ code: "IO", message: expect.stringContaining("has taken this name") as string });
        expect([rights(victim), readFileSync(victim, "latin1")]).toEqual([before, "root's own\n"]);
        expect(readFileSync(path).equals(bytes)).toBe(true);
        expect(readdirSync(dir)).toEqual(["file"]);
      });
    }
  }
});

describe.each(ways)("%s, where a link leads elsewhere for a moment", (_, patchFile) => {
  it("no other file is replaced by what the link led to", async () => {
    for (const options of [{}, { backup: ".orig" }]) {
      const path = put(fixture(NAME));
      const victim = put(Buffer.from("the file of another user"));
      const link = `${path}-link`;
      const lead = (to: string) => {
        rmSync(link, { force: true });
        symlinkSync(to, link);
      };
      lead(path);
      hooks.resolving = () => lead(victim);
      hooks.whole = () => lead(path);

      expect(await refusal(() => patchFile(link, EDITS, options))).toMatchObject({ code: "IO" });
      expect(readFileSync(victim, "utf8")).toBe("the file of another user");
      expect(readdirSync(join(victim, ".."))).toEqual(["file"]);
    }
  });

  it("a folder in place of the temporary file is an IO error like others", async () => {
    const path = put(fixture(NAME));
    const dir = join(path, "..");
    hooks.whole = () => {
      const temp = readdirSync(dir).find((name) => name.endsWith(".tmp"))!;
      rmSync(join(dir, temp));
      mkdirSync(join(dir, temp));
    };

    expect(await refusal(() => patchFile(path, EDITS))).toMatchObject({ code: "IO" });
    expect(readFileSync(path).equals(fixture(NAME))).toBe(true);
  });
});

describe("in a folder of a user who swaps names in a loop", () => {
  it("no other file gets another owner or mode in 40 rewrites and backups", async () => {
    const victim = secret();
    const before = rights(victim);
    const path = put(fixture(NAME), 0o777);
    const dir = join(path, "..");
    if (isRoot) {
      chownSync(dir, NOBODY, NOBODY);
      chownSync(path, NOBODY, NOBODY);
    }

    const script = `
      const { readdirSync, symlinkSync, unlinkSync } = require("node:fs");
      console.log("ready");
      for (;;) {
        for (const name of readdirSync(".")) {
          if (!/tmp$|orig$/.test(name)) continue;
          try { unlinkSync(name); symlinkSync(${JSON.stringify(victim)}, name); } catch {}
        }
      }`;
    const swapper = spawn(process.execPath, ["-e", script], { cwd: dir, stdio: ["ignore", "pipe", "inherit"] });
    try {
      await new Promise((resolve) => swapper.stdout.once("data", resolve));
      for (let i = 0; i < 40; i++) {
        try {
          patchFileSync(path, [setRunpath(`/${i}`)], { backup: `.${i}.orig`, inPlace: i % 2 === 0 });
        } catch (e) {
          expect(e).toMatchObject({ code: "IO" });
        }
        rmSync(path);
        writeFileSync(path, fixture(NAME), { mode: 0o777 });
        if (isRoot) chownSync(path, NOBODY, NOBODY);
      }
    } finally {
      swapper.kill();
    }

    expect([rights(victim), readFileSync(victim, "latin1")]).toEqual([before, "root's own\n"]);
  });
});

describe("the system calls of a rewrite", () => {
  /** What changes owner, mode or times of a name. `AT_FDCWD` or a path is in its arguments; an empty path is none. */
  const BY_NAME = /\b(chown|lchown|fchownat|chmod|fchmodat2?|utime|utimes|futimesat|utimensat)\((?!\d+, NULL)/;
  const calls = "trace=/chown,/chmod,/utime,/^open,/^rename,/^link";

  for (const [title, bytes] of INPUTS) {
    for (const options of [
      "{ preserveDates: true }",
      '{ backup: ".orig", preserveDates: true }',
      '{ output: "out" }',
    ]) {
      for (const call of ["await patchFile", "patchFileSync"]) {
        itWithTools(["strace"], `${title}, ${call}(…, ${options}): none has the name of a new file`, () => {
          const path = put(bytes);
          if (isRoot) chownSync(path, NOBODY, NOBODY);
          const log = `${path}-calls`;
          const script = `
            import { patchFile, patchFileSync } from ${JSON.stringify(DIST)};
            import { setRunpath } from ${JSON.stringify(INDEX)};
            ${call}("file", [setRunpath("/a")], ${options});`;
          must("strace", ["-f", "-qq", "-o", log, "-e", calls, process.execPath, "--input-type=module", "-e", script], {
            cwd: join(path, ".."),
          });

          const lines = readFileSync(log, "latin1").split("\n");
          expect(lines.filter((line) => BY_NAME.test(line))).toEqual([]);
          // A temporary file is opened once, by who makes it.
          const opened = lines.filter((line) => /open.*\.elfwright-.*tmp"/.test(line));
          expect(opened.map((line) => /O_[^ ]*, \d+/.exec(line)?.[0])).toEqual([
            expect.stringMatching(/^O_RDWR\|O_CREAT\|O_EXCL\|O_NOFOLLOW\|O_CLOEXEC, 0600$/),
          ]);
          const given = lines.flatMap((line) => /\b(fchown|fchmod)\(/.exec(line)?.[1] ?? []);
          // Owner first: that clears the set-user-ID bit. A copy by the system has the mode of the input until then.
          expect(given.slice(-2)).toEqual(["fchown", "fchmod"]);
        });
      }
    }
  }
});

describe("a copy that the system makes has the mode of the file at once", () => {
  // Else the owner of a file could run it as root, while root patches it.
  for (const options of ["{}", "{ inPlace: true, backup: '.orig' }"]) {
    itWithTools(["strace"], `so it has the owner first: ${options}`, () => {
      const path = put(LARGE);
      if (isRoot) chownSync(path, NOBODY, NOBODY);
      chmodSync(path, 0o4751);
      const log = `${path}-calls`;
      const script = `
        import { patchFileSync } from ${JSON.stringify(DIST)};
        import { setRunpath } from ${JSON.stringify(INDEX)};
        patchFileSync("file", [setRunpath("/a")], ${options});`;
      const strace = ["-f", "-qq", "-o", log, "-e", "trace=fchown,fchmod"];
      must("strace", [...strace, process.execPath, "--input-type=module", "-e", script], { cwd: join(path, "..") });

      const calls = readFileSync(log, "latin1").split("\n");
      const owned = calls.findIndex((line) => line.includes("fchown("));
      const setId = calls.findIndex((line) => /fchmod\(.*04751\)/.test(line));
      expect(owned).toBeGreaterThanOrEqual(0);
      expect(setId).toBeGreaterThan(owned);
    });
  }
});

describe("a backup that is a copy", () => {
  it.skipIf(!isRoot)("belongs to the owner of the file, but does not run with the owner's rights [as root]", () => {
    for (const bytes of [fixture(NAME), LARGE]) {
      const path = put(bytes);
      chownSync(path, NOBODY, NOBODY);
      chmodSync(path, 0o4751);
      utimesSync(path, 1e9, 1e9);
      patchFileSync(path, EDITS, { inPlace: true, backup: ".orig" });

      expect(rights(`${path}.orig`)).toEqual({ uid: NOBODY, gid: NOBODY, mode: 0o751, mtimeMs: 1e12 });
      expect(readFileSync(`${path}.orig`).equals(bytes)).toBe(true);
    }
  });
});

describe.each(ways)("%s, a backup that a killed process has left", (_, patchFile) => {
  const copy = (from: string, to: string) => writeFileSync(to, readFileSync(from));

  it.each([
    ["a hard link", linkSync, false],
    ["a copy", copy, false],
    ["a copy", copy, true],
  ] as const)("is taken: %s", async (_kind, leave, inPlace) => {
    const path = put(fixture(NAME));
    leave(path, `${path}.orig`);
    await patchFile(path, EDITS, { backup: ".orig", inPlace });

    expect(readFileSync(path).equals(patch(fixture(NAME), EDITS).bytes)).toBe(true);
    expect(readFileSync(`${path}.orig`).equals(fixture(NAME))).toBe(true);
    expect(readdirSync(join(path, ".."))).toEqual(["file", "file.orig"]);
  });

  it("is none where it is a hard link to a file that is itself written, or another file", async () => {
    for (const [leave, inPlace] of [
      [linkSync, true],
      [(_: string, to: string) => writeFileSync(to, "another file"), true],
      [(_: string, to: string) => writeFileSync(to, "another file"), false],
    ] as const) {
      const path = put(fixture(NAME));
      leave(path, `${path}.orig`);
      expect(await refusal(() => patchFile(path, EDITS, { backup: ".orig", inPlace }))).toMatchObject({ code: "IO" });
      expect(readFileSync(path).equals(fixture(NAME))).toBe(true);
    }
  });
});

describe.each(ways)("%s, where the system has no names for open files", (_, patchFile) => {
  it("copies by reading and writing, for a backup, too", async () => {
    hooks.noCopy = true;
    for (const inPlace of [false, true]) {
      const path = put(LARGE);
      await patchFile(path, EDITS, { backup: ".orig", inPlace });
      expect(readFileSync(path).equals(patch(LARGE, EDITS).bytes)).toBe(true);
      expect(readFileSync(`${path}.orig`).equals(LARGE)).toBe(true);
      expect([rights(path).mode, rights(`${path}.orig`).mode]).toEqual([0o751, 0o751]);
    }
  });
});

describe.each(ways)("%s, where the input changes meanwhile", (_, patchFile) => {
  const newer = patch(fixture(NAME), [setRunpath("/newer")]).bytes;
  const changes: readonly [string, (path: string) => void, boolean][] = [
    ["is written to", (path) => writeFileSync(path, newer), true],
    ["is replaced by another file", (path) => replaced(path), true],
    ["is written to, with its time set back", (path) => setBack(path), true],
    ["is removed", (path) => rmSync(path), false],
    ["gets another mode", (path) => chmodSync(path, 0o700), true],
    ["becomes shorter", (path) => writeFileSync(path, newer.subarray(0, 100)), true],
  ];

  function replaced(path: string): void {
    writeFileSync(`${path}-newer`, newer);
    renameSync(`${path}-newer`, path);
  }

  function setBack(path: string): void {
    const { atime, mtime } = statSync(path);
    writeFileSync(path, newer);
    utimesSync(path, atime, mtime);
  }

  for (const [title, bytes] of INPUTS) {
    it.each(changes)(`one that %s: IO, and the newer one stays (${title})`, async (_, change, stays) => {
      for (const options of [{}, { backup: ".orig" }, { output: "out" }]) {
        const path = put(bytes);
        const dir = join(path, "..");
        const output = "output" in options ? join(dir, options.output) : undefined;
        let after: Buffer | undefined;
        hooks.whole = () => {
          change(path);
          after = stays ? readFileSync(path) : undefined;
        };
        const error = await refusal(() => patchFile(path, EDITS, { ...options, output }));

        expect(error).toMatchObject({ code: "IO", detail: { path } });
        expect(error.message).toContain("changed while it was read, so nothing was written");
        expect(readdirSync(dir)).toEqual(stays ? ["file"] : []);
        if (after) expect(readFileSync(path).equals(after)).toBe(true);
      }
    });
  }

  it("a link that leads to another file by now is refused, too", async () => {
    const path = put(fixture(NAME));
    const link = `${path}-link`;
    symlinkSync("file", link);
    writeFileSync(`${path}-newer`, newer);
    hooks.whole = () => {
      rmSync(link);
      symlinkSync("file-newer", link);
    };

    expect(await refusal(() => patchFile(link, EDITS))).toMatchObject({ code: "IO", detail: { path: link } });
    expect(readFileSync(path).equals(fixture(NAME))).toBe(true);
    expect(readElf(readFileSync(link)).runpath).toBe("/newer");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});

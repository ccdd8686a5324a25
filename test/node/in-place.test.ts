import { spawn } from "node:child_process";
import * as fs from "node:fs";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Edit, patch, readElf, setInterpreter, setRunpath, stripUnneeded } from "../../src/index.js";
import { patchFileSync } from "../../src/node/index.js";
import { refusal } from "../support/elf.js";
import { fixture, scratch } from "../support/fixtures.js";
import { itWithTools, must, run } from "../support/tools.js";
import { asNobody, isRoot, NOBODY } from "./rights.js";
import { ways } from "./ways.js";

/**
 * Called before a write, before a file is opened for one, and before a read; a hook may throw. `writes` counts the
 * writes.
 */
const hooks = vi.hoisted(() => ({
  read: undefined as (() => void) | undefined,
  write: undefined as ((n: number, at: number, length: number) => void) | undefined,
  open: undefined as (() => void) | undefined,
  writes: 0,
}));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const writeSync = (fd: number, bytes: Uint8Array, from: number, length: number, at: number) => {
    hooks.write?.(hooks.writes++, at, length);
    return real.writeSync(fd, bytes, from, length, at);
  };
  const openSync = (path: string, flags: string | number, mode?: number) => {
    if (flags === "r+") hooks.open?.();
    return real.openSync(path, flags, mode);
  };
  const readSync = (...args: Parameters<typeof fs.readSync>) => {
    hooks.read?.();
    return real.readSync(...args);
  };

  return { ...real, writeSync, openSync, readSync };
});

afterEach(() => {
  Object.assign(hooks, { read: undefined, write: undefined, open: undefined, writes: 0 });
});

const files = scratch();
chmodSync(files.path("."), 0o755);

const NAME = "x86_64-glibc-pie-runpath";
const HUGE = "/opt/elfwright/".repeat(500);
const DIST = new URL("../../dist/node.js", import.meta.url).href;
const INDEX = new URL("../../dist/index.js", import.meta.url).href;

let made = 0;

/** Writes a file into a folder of its own, so that a test sees what else is made there. */
function put(bytes: Uint8Array = fixture(NAME), mode = 0o755): string {
  const dir = files.path(`folder-${made++}`);
  const path = join(dir, "file");
  mkdirSync(dir);
  writeFileSync(path, bytes);
  chmodSync(path, mode);
  return path;
}

const isUnchanged = (path: string) => readFileSync(path).equals(fixture(NAME));
const filesBeside = (path: string) => readdirSync(join(path, ".."));

const failure = (code: string) =>
  Object.assign(new Error(`${code}: no space left on device, write`), { code, syscall: "write" });

describe.each(ways)("%s, in place", (_, patchFile) => {
  it.each<[string, readonly Edit[]]>([
    ["grows", [setRunpath(HUGE)]],
    ["stays", [setInterpreter("/lib/l.so")]],
    ["shrinks", [stripUnneeded()]],
    ["grows and shrinks", [stripUnneeded(), setRunpath(HUGE)]],
  ])("a file that %s keeps its inode and links", async (_, edits) => {
    const path = put();
    const other = `${path}-link`;
    const { ino } = statSync(path);
    linkSync(path, other);

    const wanted = patch(fixture(NAME), edits);
    const result = await patchFile(path, edits, { inPlace: true });

    const note = {
      note: "HARD_LINKS",
      message: "the file has 2 hard links, which all change, also one in a package store",
    };
    const notes = [...wanted.notes, note];
    expect(result).toMatchObject({ path, changed: true, sizeAfter: wanted.bytes.length, notes });
    expect(readFileSync(path).equals(wanted.bytes)).toBe(true);
    expect([statSync(path).ino, statSync(other).ino, filesBeside(path).length]).toEqual([ino, ino, 2]);
  });

  it("moves what is behind the end, which is read from the file that is written", async () => {
    const payload = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    const bundle = Buffer.concat([fixture(NAME), payload]);
    const path = put(bundle);

    const edits = [setRunpath(HUGE)];
    await patchFile(path, edits, { inPlace: true, overlay: "keep" });
    expect(readFileSync(path).equals(patch(bundle, edits, { overlay: "keep" }).bytes)).toBe(true);
  });

  it("follows a symbolic link", async () => {
    const path = put();
    const link = `${path}-link`;
    symlinkSync("file", link);
    expect(await patchFile(link, [setInterpreter("/l")], { inPlace: true })).toMatchObject({ path });
    expect(readElf(readFileSync(path)).interpreter).toBe("/l");
  });

  it("writes nothing where nothing changes, in a dry run, or together with an output", async () => {
    const path = put();
    const { mtimeMs } = statSync(path);
    const ownRunpath = [setRunpath("/opt/elfwright/fixture/lib")];
    const edits = [setRunpath("/a")];
    hooks.write = () => expect.unreachable();

    const unchanged = await patchFile(path, ownRunpath, { inPlace: true, backup: ".orig" });
    expect(unchanged).not.toHaveProperty("backup");

    await patchFile(path, edits, { inPlace: true, backup: ".orig", dryRun: true });
    const refused = await refusal(() => patchFile(path, edits, { inPlace: true, output: `${path}-out` }));
    expect(refused).toMatchObject({ code: "BAD_EDIT" });

    expect([isUnchanged(path), statSync(path).mtimeMs, filesBeside(path)]).toEqual([true, mtimeMs, ["file"]]);
  });

  it.runIf(isRoot)("keeps the set-user-ID bit, which writing takes away", async () => {
    const path = put();
    chownSync(path, NOBODY, NOBODY);
    chmodSync(path, 0o4755);

    await asNobody(() => patchFile(path, [setRunpath(HUGE)], { inPlace: true }));
    expect(statSync(path).mode & 0o7777).toBe(0o4755);
  });

  it("needs no right to make files in the folder, but one to write the file", async () => {
    const path = put();
    if (isRoot) chownSync(path, NOBODY, NOBODY);
    chmodSync(join(path, ".."), 0o555);

    const notInPlace = await asNobody(() => refusal(() => patchFile(path, [setRunpath("/a")])));
    expect(notInPlace).toMatchObject({ code: "IO" });

    await asNobody(() => patchFile(path, [setRunpath("/a")], { inPlace: true }));
    expect(readElf(readFileSync(path)).runpath).toBe("/a");

    chmodSync(path, 0o444);
    const readOnly = await asNobody(() => refusal(() => patchFile(path, [setRunpath("/b")], { inPlace: true })));
    expect(readOnly).toMatchObject({ code: "IO", detail: { cause: "EACCES" } });

    chmodSync(join(path, ".."), 0o755);
    expect(readElf(readFileSync(path)).runpath).toBe("/a");
  });

  it("writes what is new behind the end first, with what undoes the rest behind it, then the few changes", async () => {
    const written: { offset: number; length: number }[] = [];
    const offsets = () => written.map(({ offset }) => offset);
    hooks.write = (_, offset, length) => written.push({ offset, length });

    const path = put(Buffer.concat([fixture(NAME), Buffer.alloc(1 << 20, 0xaa)]));
    await patchFile(path, [setRunpath("/opt/elfwright/fixture/other")], { inPlace: true, overlay: "keep-in-place" });

    const bundled = fixture(NAME).length + (1 << 20);
    expect(offsets().map((offset) => offset >= bundled)).toEqual([
      true,
      true,
      ...offsets()
        .slice(2)
        .map(() => false),
    ]);
    expect(written.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(5000);

    written.length = 0;
    const end = fixture(NAME).length;
    await patchFile(put(), [setRunpath(HUGE)], { inPlace: true });

    const firstInside = offsets().findIndex((offset) => offset < end);
    expect(offsets()[2]).toBe(end);
    expect(firstInside).toBeGreaterThan(2);
    expect(
      offsets()
        .slice(firstInside)
        .every((offset) => offset < end),
    ).toBe(true);
  });

  it("gives back the old bytes, whichever write fails", async () => {
    const edits = [setRunpath(HUGE), stripUnneeded()];
    hooks.write = () => {};
    await patchFile(put(), edits, { inPlace: true });
    const writes = hooks.writes;

    expect(writes).toBeGreaterThan(2);
    for (let failing = 0; failing < writes; failing++) {
      const path = put();
      hooks.writes = 0;
      hooks.write = (n) => {
        if (n === failing) throw failure("ENOSPC");
      };

      const error = await refusal(() => patchFile(path, edits, { inPlace: true, backup: ".orig" }));
      expect(error, String(failing)).toMatchObject({ code: "IO", detail: { cause: "ENOSPC" } });
      expect(isUnchanged(path), String(failing)).toBe(true);
      expect(filesBeside(path)).toEqual(["file"]);
    }
  });

  it("says that the file is damaged where that fails too, and leaves the backup", async () => {
    const path = put();
    const message = new RegExp(
      "writing failed \\(EIO.*\\), and giving the old bytes back failed too \\(EIO.*\\): " +
        "the file is damaged at bytes \\d+ to \\d+",
    );
    hooks.write = (n) => {
      if (n >= 5) throw failure("EIO");
    };
    const error = await refusal(() => patchFile(path, [setRunpath(HUGE)], { inPlace: true, backup: ".orig" }));

    expect(error).toMatchObject({
      code: "IO",
      detail: { path, cause: "damaged" },
      message: expect.stringMatching(message) as string,
    });
    expect(isUnchanged(`${path}.orig`)).toBe(true);
  });

  it("refuses a file that another program writes to at the same time", async () => {
    const path = put();
    hooks.open = () => utimesSync(path, 1, 1);

    expect(await refusal(() => patchFile(path, [setRunpath("/a")], { inPlace: true }))).toMatchObject({
      code: "IO",
      message: expect.stringContaining("changed while it was read") as string,
    });
    expect(isUnchanged(path)).toBe(true);
  });

  it("says so where half of the file was read before somebody wrote it anew, whatever the halves look like", async () => {
    const others = [patch(fixture(NAME), [setRunpath(HUGE)]).bytes, Buffer.alloc(fixture(NAME).length)];
    for (const other of others) {
      for (let skip = 0, isDone = false; !isDone; skip++) {
        const path = put();
        let reads = 0;
        hooks.read = () => {
          if (reads++ === skip) writeFileSync(path, other);
        };
        // A read before the file is opened for the patch sees one file, and what opens it later sees the other.
        const error = await refusal(() => patchFile(path, [setRunpath("/a")], { inPlace: true })).catch(
          () => undefined,
        );
        hooks.read = undefined;

        isDone = reads <= skip;
        const isWhole = error === undefined || error.code === "IO" || other.every((b) => b === 0);
        expect([skip, isWhole, error?.message]).toEqual([skip, true, error?.message]);
        if (error) expect(readFileSync(path).equals(isDone ? fixture(NAME) : other)).toBe(true);
      }
    }
  });

  itWithTools(["/usr/bin/sleep"], "refuses a program that runs", async () => {
    const path = put();
    copyFileSync("/usr/bin/sleep", path);
    const before = readFileSync(path);
    const child = spawn(path, ["60"], { stdio: "ignore" });

    try {
      await new Promise((resolve) => child.once("spawn", resolve));
      const error = await refusal(() => patchFile(path, [setRunpath(HUGE)], { inPlace: true, backup: ".orig" }));
      expect(error).toMatchObject({ code: "IO", detail: { cause: "ETXTBSY" } });
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(filesBeside(path)).toEqual(["file"]);
    } finally {
      child.kill();
    }
  });
});

it("patchFileSync leaves no backup of a file that it could not replace", async () => {
  const path = put();
  hooks.write = () => {
    throw failure("ENOSPC");
  };

  expect(await refusal(() => patchFileSync(path, [setRunpath("/a")], { backup: ".orig" }))).toMatchObject({
    code: "IO",
    detail: { cause: "ENOSPC" },
  });
  expect([isUnchanged(path), filesBeside(path)]).toEqual([true, ["file"]]);
});

describe("in place, from the outside", () => {
  itWithTools(["bash"], "a file that may not grow so far stays as it was", () => {
    const path = put();
    const kilobytes = Math.ceil(fixture(NAME).length / 1024) + 1;
    const script = `
      import { patchFileSync } from ${JSON.stringify(DIST)};
      import { setRunpath } from ${JSON.stringify(INDEX)};
      try {
        patchFileSync(${JSON.stringify(path)}, [setRunpath("/opt/elfwright/".repeat(500))], { inPlace: true });
      } catch (e) {
        console.log(e.code, e.detail.cause);
      }`;

    // Without the trap the signal XFSZ ends the process.
    const limited = `trap '' XFSZ; ulimit -f ${kilobytes}; exec "$0" --input-type=module -e "$1"`;
    const { stdout } = run("bash", ["-c", limited, process.execPath, script]);

    expect(stdout).toBe("IO EFBIG\n");
    expect(isUnchanged(path)).toBe(true);
  });

  itWithTools(["/lib64/ld-linux-x86-64.so.2"], "the program runs", () => {
    const path = put();
    patchFileSync(path, [setRunpath(HUGE), stripUnneeded()], { inPlace: true });
    expect(must(path, [])).toContain("hello from elfwright");
  });
});

describe.each(ways)("%s, in place, of another user's file", (_, patchFile) => {
  it.runIf(isRoot)("says that the times are not kept, and leaves the backup [as root]", async () => {
    const path = put();
    chmodSync(path, 0o777);
    chmodSync(join(path, ".."), 0o777);
    const options = { inPlace: true, backup: ".orig", preserveDates: true };
    const error = await asNobody(() => refusal(() => patchFile(path, [setRunpath(HUGE)], options)));

    expect(error).toMatchObject({ code: "IO", detail: { path, cause: "damaged" } });
    expect(error.message).toContain("the file is written, but its mode or its times could not be set again");
    expect(readElf(readFileSync(path)).runpath).toBe(HUGE);
    expect(readFileSync(`${path}.orig`).equals(fixture(NAME))).toBe(true);
  });
});

describe.each(ways)("%s, backup", (_, patchFile) => {
  it("is the old file itself, which leaves its name to the new one", async () => {
    const path = put(undefined, 0o751);
    const { ino, mtimeMs } = statSync(path);
    const { backup } = await patchFile(path, [setRunpath(HUGE)], { backup: "~" });

    expect(backup).toBe(`${path}~`);
    expect(isUnchanged(`${path}~`)).toBe(true);
    expect(statSync(`${path}~`)).toMatchObject({ ino, mtimeMs, mode: statSync(path).mode });
    expect(statSync(path).ino).not.toBe(ino);
  });

  it("is a copy of a file that has other names, or is written in place", async () => {
    for (const inPlace of [false, true]) {
      const path = put(undefined, 0o6750);
      if (!inPlace) linkSync(path, `${path}-link`);
      utimesSync(path, 1000, 2000);
      await patchFile(path, [setRunpath("/a")], { backup: ".orig", inPlace });

      const kept = statSync(`${path}.orig`);
      expect([kept.mode & 0o7777, kept.mtimeMs, kept.nlink]).toEqual([0o750, 2_000_000, 1]);
      expect(isUnchanged(`${path}.orig`)).toBe(true);
    }
  });

  it("is never overwritten: nothing is written at all", async () => {
    for (const inPlace of [false, true]) {
      const path = put();
      writeFileSync(`${path}.orig`, "the only copy");

      expect(await refusal(() => patchFile(path, [setRunpath("/a")], { backup: ".orig", inPlace }))).toMatchObject({
        code: "IO",
        message: expect.stringContaining("a backup of this name already") as string,
      });
      expect(isUnchanged(path)).toBe(true);
      expect(readFileSync(`${path}.orig`, "utf8")).toBe("the only copy");
      expect(filesBeside(path).length).toBe(2);
    }
  });

  it("is of the file that an output replaces", async () => {
    const path = put();
    const output = `${path}-out`;
    expect(await patchFile(path, [setRunpath("/a")], { output, backup: ".orig" })).not.toHaveProperty("backup");

    const first = readFileSync(output);
    expect(await patchFile(path, [setRunpath("/b")], { output, backup: ".orig" })).toMatchObject({
      backup: `${output}.orig`,
    });
    expect(readFileSync(`${output}.orig`).equals(first)).toBe(true);

    expect(await patchFile(path, [setRunpath("/b")], { output: "/dev/null", backup: ".orig" })).toMatchObject({
      path: "/dev/null",
      changed: true,
    });
  });

  it("needs a suffix that makes a name beside the file's", async () => {
    const path = put();
    for (const backup of ["/x", ""]) {
      const error = await refusal(() => patchFile(path, [setRunpath("/a")], { backup }));
      expect(error).toMatchObject({ code: "BAD_EDIT" });
    }
    expect(filesBeside(path)).toEqual(["file"]);
  });
});

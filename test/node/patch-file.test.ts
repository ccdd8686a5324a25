import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { patch, readElf, replaceNeeded, setInterpreter, setRunpath, stripUnneeded } from "../../src/index.js";
import { openSource } from "../../src/node/index.js";
import { refusal } from "../support/elf.js";
import { fixture, GREETING, scratch } from "../support/fixtures.js";
import { hasTool, itWithTools, must, run } from "../support/tools.js";
import { asNobody, isRoot, NOBODY } from "./rights.js";
import { ways } from "./ways.js";

const files = scratch();
chmodSync(files.path("."), 0o755);

const NAME = "x86_64-glibc-pie-runpath";
const LOADER = "/lib64/ld-linux-x86-64.so.2";
const HUGE = "/opt/elfwright/".repeat(500);
const DIST = new URL("../../dist/node.js", import.meta.url).href;
const INDEX = new URL("../../dist/index.js", import.meta.url).href;

let made = 0;

/** A new folder, so that a test sees what else is made there. */
function folder(mode = 0o755): string {
  const path = files.path(`folder-${made++}`);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

function put(dir: string, bytes: Uint8Array = fixture(NAME), mode = 0o755): string {
  const path = join(dir, "file");
  writeFileSync(path, bytes);
  chmodSync(path, mode);
  return path;
}

/** {@link put} into a folder that is read-only before and after. */
function putIntoReadOnly(dir: string): string {
  chmodSync(dir, 0o755);
  const path = put(dir);
  chmodSync(dir, 0o555);
  return path;
}

const mode = (path: string) => statSync(path).mode & 0o7777;
const isUnchanged = (path: string) => readFileSync(path).equals(fixture(NAME));
const runpathOf = (path: string) => readElf(readFileSync(path)).runpath;

/** With a payload so large that the system is left to copy it. */
const LARGE = Buffer.concat([fixture(NAME), Buffer.alloc(3 << 20, 0xaa)]);

/** Times with parts of a second: access and modification, in seconds. */
const [ATIME, MTIME] = [981173106.25, 1012709106.75];

describe.each(ways)("%s", (_, patchFile) => {
  it("writes what patch() gives, and leaves nothing else", async () => {
    const dir = folder();
    const path = put(dir);
    const edits = [setRunpath(HUGE), replaceNeeded({ none: "other" }), stripUnneeded()];
    const wanted = patch(fixture(NAME), edits);

    expect(await patchFile(path, edits)).toEqual({
      path,
      changed: true,
      sizeBefore: fixture(NAME).length,
      sizeAfter: wanted.bytes.length,
      changes: wanted.changes,
      notes: wanted.notes,
      placements: wanted.plan.placements,
      findings: wanted.plan.findings,
    });
    expect(readFileSync(path).equals(wanted.bytes)).toBe(true);
    expect(readdirSync(dir)).toEqual(["file"]);
  });

  it("writes large files that change in place, grow, or have a payload that moves", async () => {
    for (const [edits, overlay] of [
      [[setRunpath("/a")], undefined],
      [[setInterpreter("/l"), setRunpath(HUGE)], "keep-in-place"],
      [[stripUnneeded()], "keep"],
      [[], "drop"],
    ] as const) {
      const dir = folder();
      const path = put(dir, LARGE, 0o750);
      const { changed } = await patchFile(path, edits, { overlay, sync: true });

      expect(changed).toBe(true);
      expect(readFileSync(path).equals(patch(LARGE, edits, { overlay }).bytes)).toBe(true);
      expect([mode(path), readdirSync(dir)]).toEqual([0o750, ["file"]]);
    }
  });

  it.each([0o640, 0o755, 0o444, 0o500])("keeps the mode %o", async (wanted) => {
    for (const bytes of [fixture(NAME), LARGE]) {
      const path = put(folder(), bytes, wanted);
      await patchFile(path, [setRunpath("/a")]);
      expect(mode(path)).toBe(wanted);
    }
  });

  it("preserveDates keeps the times to the microsecond, also of an output and in place", async () => {
    for (const [bytes, options] of [
      [fixture(NAME), {}],
      [LARGE, {}],
      [fixture(NAME), { output: "out" }],
      [fixture(NAME), { inPlace: true }],
    ] as const) {
      const dir = folder();
      const path = put(dir, bytes);
      const output = "output" in options ? join(dir, options.output) : undefined;
      utimesSync(path, ATIME, MTIME);
      await patchFile(path, [setRunpath("/a")], { ...options, output, preserveDates: true });

      const { atimeMs, mtimeMs } = statSync(output ?? path);
      expect([atimeMs, mtimeMs]).toEqual([1000 * ATIME, 1000 * MTIME]);
    }

    const path = put(folder());
    utimesSync(path, ATIME, MTIME);
    await patchFile(path, [setRunpath("/a")]);
    expect(statSync(path).mtimeMs).toBeGreaterThan(1000 * MTIME);
  });

  it.skipIf(!isRoot)("keeps owner and set-user-ID bit [as root]", async () => {
    for (const bytes of [fixture(NAME), LARGE]) {
      const path = put(folder(), bytes);
      chownSync(path, NOBODY, NOBODY);
      chmodSync(path, 0o4755);

      await patchFile(path, [setRunpath("/a")]);
      expect([mode(path), statSync(path).uid, statSync(path).gid]).toEqual([0o4755, NOBODY, NOBODY]);
    }
  });

  it.skipIf(!isRoot)("drops the set-user-ID bit where it cannot keep the owner [as root]", async () => {
    const dir = folder(0o777);
    const path = put(dir, fixture(NAME), 0o6755);
    await asNobody(() => patchFile(path, [setRunpath("/a")]));
    expect([mode(path), statSync(path).uid]).toEqual([0o755, NOBODY]);
  });

  it("rewrites a read-only file in a folder that may be written", async () => {
    for (const bytes of [fixture(NAME), LARGE]) {
      const path = put(folder(0o777), bytes, 0o555);
      await asNobody(() => patchFile(path, [setRunpath("/a")]));
      expect([mode(path), runpathOf(path)]).toEqual([0o555, "/a"]);
    }
  });

  it("says IO in a read-only folder, and the file is whole", async () => {
    const dir = folder(0o555);
    const path = putIntoReadOnly(dir);
    const error = await asNobody(() => refusal(() => patchFile(path, [setRunpath("/a")])));

    expect(error).toMatchObject({ code: "IO", detail: { path, cause: "EACCES" } });
    // The file can be written itself, so it is the folder that is named, and the way round it.
    expect(error.message).toBe(
      `IO: ${path}: EACCES: no new file can be made in the folder ${dir}; ` +
        "inPlace (--in-place) would write into the file itself",
    );
    expect(isUnchanged(path)).toBe(true);

    const output = join(dir, "output");
    const other = put(folder());
    const refused = await asNobody(() => refusal(() => patchFile(other, [setRunpath("/a")], { output })));
    expect(refused.message).toBe(`IO: ${output}: EACCES: no new file can be made in the folder ${dir}`);

    chmodSync(dir, 0o755);
  });

  it("keeps symbolic links and rewrites their target", async () => {
    const dir = folder();
    const path = put(dir);
    symlinkSync("file", join(dir, "link"));
    symlinkSync("link", join(dir, "link to it"));

    expect((await patchFile(join(dir, "link to it"), [setRunpath("/a")])).path).toBe(path);
    expect(readlinkSync(join(dir, "link"))).toBe("file");
    expect(lstatSync(path).isFile()).toBe(true);
    expect(runpathOf(path)).toBe("/a");
    expect(readdirSync(dir).sort()).toEqual(["file", "link", "link to it"]);
  });

  it("notes other hard links, which keep the old file", async () => {
    const dir = folder();
    const path = put(dir);
    const other = join(dir, "other");
    linkSync(path, other);

    expect((await patchFile(path, [setRunpath("/a")])).notes).toEqual([
      {
        note: "HARD_LINKS",
        message: "the file has 2 hard links; only this name gets the new file (in place, all change)",
      },
    ]);
    expect(isUnchanged(other)).toBe(true);
    expect((await patchFile(path, [setRunpath("/a")])).notes).toEqual([]);

    linkSync(other, `${other}-2`);
    expect((await patchFile(other, [setRunpath("/a")], { inPlace: true })).notes).toEqual([
      { note: "HARD_LINKS", message: "the file has 2 hard links, which all change, also one in a package store" },
    ]);
  });

  it("output: writes to another path with the input's mode, and replaces what is there", async () => {
    const dir = folder();
    const path = put(dir, fixture(NAME), 0o711);
    const output = join(dir, "output");

    for (const edits of [[setRunpath("/a")], []]) {
      expect(await patchFile(path, edits, { output })).toMatchObject({ path: output, changed: edits.length > 0 });
      expect(readFileSync(output).equals(patch(fixture(NAME), edits).bytes)).toBe(true);
      expect([mode(output), isUnchanged(path)]).toEqual([0o711, true]);
      chmodSync(output, 0o600);
    }

    expect(readdirSync(dir).sort()).toEqual(["file", "output"]);
  });

  it("output: follows a link, and sees that it leads to the input", async () => {
    const dir = folder();
    const path = put(dir);
    const link = join(dir, "link");
    symlinkSync("file", link);
    const { ino } = statSync(path);

    expect(await patchFile(path, [], { output: link })).toMatchObject({ path, changed: false });
    expect(statSync(path).ino).toBe(ino);

    await patchFile(path, [setRunpath("/a")], { output: link });
    expect([lstatSync(link).isSymbolicLink(), runpathOf(path)]).toEqual([true, "/a"]);
  });

  it("output: makes the target of a link that leads nowhere, as GNU strip and patchelf do", async () => {
    const dir = folder();
    const path = put(dir);
    mkdirSync(join(dir, "sub"));
    symlinkSync("sub/link", join(dir, "first"));
    symlinkSync("target", join(dir, "sub", "link"));
    symlinkSync("no-folder/target", join(dir, "lost"));

    const target = join(dir, "sub", "target");
    expect(await patchFile(path, [setRunpath("/a")], { output: join(dir, "first") })).toMatchObject({ path: target });
    expect([runpathOf(target), isUnchanged(path)]).toEqual(["/a", true]);
    expect([readlinkSync(join(dir, "first")), readlinkSync(join(dir, "sub", "link"))]).toEqual(["sub/link", "target"]);

    const lost = await refusal(() => patchFile(path, [setRunpath("/a")], { output: join(dir, "lost") }));
    expect(lost).toMatchObject({ code: "IO", detail: { cause: "ENOENT" } });
    expect(readdirSync(dir).sort()).toEqual(["file", "first", "lost", "sub"]);
  });

  it("output: a link to itself is IO", async () => {
    const dir = folder();
    const path = put(dir);
    symlinkSync("loop", join(dir, "loop"));
    const error = await refusal(() => patchFile(path, [setRunpath("/a")], { output: join(dir, "loop") }));
    expect(error).toMatchObject({ code: "IO", detail: { cause: "ELOOP" } });
  });

  itWithTools(["mkfifo"], "output: refuses to replace what is no regular file", async () => {
    const dir = folder();
    const path = put(dir);
    const fifo = join(dir, "fifo");
    must("mkfifo", [fifo]);

    for (const [output, cause] of [
      [fifo, undefined],
      [dir, undefined],
      [join(dir, "no", "such"), "ENOENT"],
    ] as const) {
      const error = await refusal(() => patchFile(path, [setRunpath("/a")], { output }));
      expect(error).toMatchObject({ code: "IO", detail: { path: output } });
      expect(error.detail).toEqual(cause === undefined ? { path: output } : { path: output, cause });
    }

    expect(lstatSync(fifo).isFIFO()).toBe(true);
    expect(readdirSync(dir).sort()).toEqual(["fifo", "file"]);
  });

  it("does not rewrite a file that does not change", async () => {
    const path = put(folder());
    const edits = [setRunpath("/a")];
    await patchFile(path, edits);
    utimesSync(path, 1e9, 1e9);
    const { ino, mtimeMs, size } = statSync(path);

    expect(await patchFile(path, edits)).toMatchObject({
      changed: false,
      changes: [],
      sizeBefore: size,
      sizeAfter: size,
    });
    expect([statSync(path).ino, statSync(path).mtimeMs]).toEqual([ino, mtimeMs]);
  });

  it("dryRun says the same and writes nothing", async () => {
    const dir = folder();
    const path = put(dir);
    const output = join(dir, "output");
    const edits = [setRunpath(HUGE)];
    const dry = await patchFile(path, edits, { dryRun: true });
    await patchFile(path, edits, { dryRun: true, output });

    expect(isUnchanged(path)).toBe(true);
    expect(readdirSync(dir)).toEqual(["file"]);
    expect(dry).toEqual(await patchFile(path, edits));
  });

  it("a refusal leaves the file as it was", async () => {
    const dir = folder();
    const path = put(dir, LARGE);

    for (const edit of [stripUnneeded(), setRunpath(HUGE)]) {
      expect((await refusal(() => patchFile(path, [edit]))).code).toBe("OVERLAY");
    }

    expect(readFileSync(path).equals(LARGE)).toBe(true);
    expect(readdirSync(dir)).toEqual(["file"]);
  });

  it("a file that is not there is an IO error", async () => {
    expect(await refusal(() => patchFile("/no/such/file", []))).toMatchObject({
      code: "IO",
      detail: { path: "/no/such/file", cause: "ENOENT" },
    });
  });

  it("takes the longest name that a file can have", async () => {
    const path = join(folder(), "n".repeat(255));
    writeFileSync(path, fixture(NAME));
    await patchFile(path, [setRunpath("/a")]);
    expect(runpathOf(path)).toBe("/a");
  });

  itWithTools(["/bin/sleep", LOADER], "patches a running program, which runs on", async () => {
    const path = join(folder(), "sleep");
    copyFileSync("/bin/sleep", path);
    const child = spawn(path, ["60"], { stdio: "ignore" });

    try {
      await new Promise((resolve) => child.once("spawn", resolve));
      await patchFile(path, [setRunpath("/nowhere")]);
      expect([child.exitCode, runpathOf(path)]).toEqual([null, "/nowhere"]);
      expect(run(path, ["0"]).status).toBe(0);
    } finally {
      child.kill();
    }
  });
});

describe("where the disk is full", () => {
  // The limit makes a write fail half-way, as a full disk does.
  for (const [title, bytes] of [
    ["a small file", fixture(NAME)],
    ["a large file", LARGE],
  ] as const) {
    for (const call of ["await patchFile", "patchFileSync"]) {
      itWithTools(
        ["bash"],
        `${title}, ${call.replace("await ", "")}: IO, the old file is whole and nothing is left beside it`,
        () => {
          const dir = folder();
          const path = put(dir, bytes, 0o640);
          const script = `
            import { patchFile, patchFileSync } from ${JSON.stringify(DIST)};
            import { setRunpath } from ${JSON.stringify(INDEX)};
            try {
              ${call}(${JSON.stringify(path)}, [setRunpath("/a")]);
              console.log("written");
            } catch (e) {
              console.log(e.name, e.code, e.detail.cause);
            }`;
          const limited = 'ulimit -f 4; exec "$0" --input-type=module -e "$1"';
          const ran = run("bash", ["-c", limited, process.execPath, script]);

          expect(ran).toMatchObject({ status: 0, stdout: "ElfError IO EFBIG\n", stderr: "" });
          expect(readFileSync(path).equals(bytes)).toBe(true);
          expect([readdirSync(dir), mode(path)]).toEqual([["file"], 0o640]);
        },
      );
    }
  }
});

describe("a sparse file of 2.2 GB", () => {
  const SIZE = 2_200_000_000;
  const onDisk = (path: string) => statSync(path).blocks * 512;

  function sparse(name: string): string {
    const path = files.write(name, fixture(NAME));
    const fd = openSync(path, "r+");
    ftruncateSync(fd, SIZE);
    closeSync(fd);
    return path;
  }

  const probe = sparse("probe");
  const supported = onDisk(probe) < 1 << 20;
  rmSync(probe);

  for (const [name, patchFile] of ways) {
    it.skipIf(!supported)(`${name} keeps the holes, and takes seconds [needs sparse files]`, async () => {
      const path = sparse(name);
      const start = performance.now();
      await patchFile(path, [setRunpath("/a")]);
      const seconds = (performance.now() - start) / 1000;

      expect(statSync(path).size).toBe(SIZE);
      expect(onDisk(path)).toBeLessThan(4 << 20);
      expect(seconds).toBeLessThan(30);

      const wanted = patch(fixture(NAME), [setRunpath("/a")]).bytes;
      const source = openSource(path);
      expect(Buffer.from(source.read(0, fixture(NAME).length)).equals(wanted)).toBe(true);
      source.close();
      if (hasTool(LOADER)) expect(run(path, [])).toMatchObject({ status: 0, stdout: GREETING(1) });

      rmSync(path);
    });
  }
});

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
import {
  type Edit,
  patch,
  readElf,
  replaceNeeded,
  setInterpreter,
  setRunpath,
  stripUnneeded,
} from "../../src/index.js";
import {
  openSource,
  patchFile,
  type PatchFileOptions,
  type PatchFileResult,
  patchFileSync,
} from "../../src/node/index.js";
import { refusal } from "../support/elf.js";
import { fixture, GREETING, scratch } from "../support/fixtures.js";
import { hasTool, itWithTools, must, run } from "../support/tools.js";
import { asNobody, isRoot, NOBODY } from "./rights.js";

const files = scratch();
chmodSync(files.path("."), 0o755);
const NAME = "x86_64-glibc-pie-runpath";
const LOADER = "/lib64/ld-linux-x86-64.so.2";
const HUGE = "/opt/elfwright/".repeat(500);
const DIST = new URL("../../dist/node.js", import.meta.url).href;
const INDEX = new URL("../../dist/index.js", import.meta.url).href;

type PatchFile = (path: string, edits: readonly Edit[], options?: PatchFileOptions) => Promise<PatchFileResult>;
const ways: [string, PatchFile][] = [
  ["patchFile", patchFile],
  ["patchFileSync", async (...args) => patchFileSync(...args)],
];

/** A folder of its own, so that what else is in it is seen. */
let made = 0;
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

const mode = (path: string) => statSync(path).mode & 0o7777;

/** Payload of a size that the system is left to copy. */
const LARGE = Buffer.concat([fixture(NAME), Buffer.alloc(3 << 20, 0xaa)]);

describe.each(ways)("%s", (_, patchFile) => {
  it("writes what patch() gives, and leaves nothing else", async () => {
    const dir = folder();
    const path = put(dir);
    const edits = [setRunpath(HUGE), replaceNeeded({ none: "other" }), stripUnneeded()];
    const p = patch(fixture(NAME), edits);

    expect(await patchFile(path, edits)).toEqual({
      path,
      changed: true,
      sizeBefore: fixture(NAME).length,
      sizeAfter: p.bytes.length,
      changes: p.changes,
      notes: p.notes,
      placements: p.plan.placements,
      findings: p.plan.findings,
    });
    expect(readFileSync(path).equals(p.bytes)).toBe(true);
    expect(readdirSync(dir)).toEqual(["file"]);
  });

  it("large files: what changes in place, what grows, what moves", async () => {
    for (const [edits, overlay] of [
      [[setRunpath("/a")], undefined],
      [[setInterpreter("/l"), setRunpath(HUGE)], "keep-in-place"],
      [[stripUnneeded()], "keep"],
      [[], "drop"],
    ] as const) {
      const dir = folder();
      const path = put(dir, LARGE, 0o750);
      expect((await patchFile(path, edits, { overlay, sync: true })).changed).toBe(true);
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

  it("preserveDates: the times that the file had, to the microsecond, also for another file and in place", async () => {
    for (const [bytes, options] of [
      [fixture(NAME), {}],
      [LARGE, {}],
      [fixture(NAME), { output: "out" }],
      [fixture(NAME), { inPlace: true }],
    ] as const) {
      const dir = folder();
      const path = put(dir, bytes);
      const output = "output" in options ? join(dir, options.output) : undefined;
      utimesSync(path, 981173106.25, 1012709106.75);
      await patchFile(path, [setRunpath("/a")], { ...options, output, preserveDates: true });
      const { atimeMs, mtimeMs } = statSync(output ?? path);
      expect([atimeMs, mtimeMs]).toEqual([981173106250, 1012709106750]);
    }

    const path = put(folder());
    utimesSync(path, 981173106.25, 1012709106.75);
    await patchFile(path, [setRunpath("/a")]);

    expect(statSync(path).mtimeMs).toBeGreaterThan(1012709106750);
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

  it.skipIf(!isRoot)("a set-user-ID program of another user loses the bit with its owner [as root]", async () => {
    const dir = folder(0o777);
    const path = put(dir, fixture(NAME), 0o6755);
    await asNobody(() => patchFile(path, [setRunpath("/a")]));
    expect([mode(path), statSync(path).uid]).toEqual([0o755, NOBODY]);
  });

  it("rewrites a file that nobody may write to, in a folder where one may", async () => {
    for (const bytes of [fixture(NAME), LARGE]) {
      const path = put(folder(0o777), bytes, 0o555);
      await asNobody(() => patchFile(path, [setRunpath("/a")]));
      expect([mode(path), readElf(readFileSync(path)).runpath]).toEqual([0o555, "/a"]);
    }
  });

  it("a folder where nothing may be written: IO, and the file is whole", async () => {
    const dir = folder(0o555);
    const path = put0(dir);
    const e = await asNobody(() => refusal(() => patchFile(path, [setRunpath("/a")])));
    expect(e).toMatchObject({ code: "IO", detail: { path, cause: "EACCES" } });
    expect(e.message).toMatch(new RegExp(`^IO: ${path}: EACCES: [^/]*$`));
    expect(readFileSync(path).equals(fixture(NAME))).toBe(true);
    chmodSync(dir, 0o755);
  });

  it("keeps symbolic links and rewrites their target", async () => {
    const dir = folder();
    const path = put(dir);
    symlinkSync("file", join(dir, "link"));
    symlinkSync("link", join(dir, "link to it"));

    expect((await patchFile(join(dir, "link to it"), [setRunpath("/a")])).path).toBe(path);
    expect([readlinkSync(join(dir, "link")), lstatSync(path).isFile(), readElf(readFileSync(path)).runpath]).toEqual([
      "file",
      true,
      "/a",
    ]);
    expect(readdirSync(dir).sort()).toEqual(["file", "link", "link to it"]);
  });

  it("notes other hard links, and they keep the old file", async () => {
    const dir = folder();
    const path = put(dir);
    const other = join(dir, "other");
    linkSync(path, other);
    expect((await patchFile(path, [setRunpath("/a")])).notes).toEqual([
      { note: "HARD_LINKS", message: `${path} has 2 hard links; only this name gets the new file` },
    ]);
    expect(readFileSync(other).equals(fixture(NAME))).toBe(true);
    expect((await patchFile(path, [setRunpath("/a")])).notes).toEqual([]);
  });

  it("output: another path, with the input's mode; what was there goes", async () => {
    const dir = folder();
    const path = put(dir, fixture(NAME), 0o711);
    const output = join(dir, "output");

    for (const edits of [[setRunpath("/a")], []]) {
      expect(await patchFile(path, edits, { output })).toMatchObject({ path: output, changed: edits.length > 0 });
      expect(readFileSync(output).equals(patch(fixture(NAME), edits).bytes)).toBe(true);
      expect([mode(output), readFileSync(path).equals(fixture(NAME))]).toEqual([0o711, true]);
      chmodSync(output, 0o600);
    }

    expect(readdirSync(dir).sort()).toEqual(["file", "output"]);
  });

  it("output: a link to a file is followed, and the input itself is the input", async () => {
    const dir = folder();
    const path = put(dir);
    const link = join(dir, "link");
    symlinkSync("file", link);
    const { ino } = statSync(path);
    expect(await patchFile(path, [], { output: link })).toMatchObject({ path, changed: false });
    expect(statSync(path).ino).toBe(ino);
    await patchFile(path, [setRunpath("/a")], { output: link });
    expect([lstatSync(link).isSymbolicLink(), readElf(readFileSync(path)).runpath]).toEqual([true, "/a"]);
  });

  itWithTools(["mkfifo"], "output: what is no regular file keeps its name", async () => {
    const dir = folder();
    const path = put(dir);
    const fifo = join(dir, "fifo");
    must("mkfifo", [fifo]);

    for (const [output, cause] of [
      [fifo, undefined],
      [dir, undefined],
      [join(dir, "no", "such"), "ENOENT"],
    ] as const) {
      const e = await refusal(() => patchFile(path, [setRunpath("/a")], { output }));
      expect(e).toMatchObject({ code: "IO", detail: { path: output } });
      expect(e.detail).toEqual(cause === undefined ? { path: output } : { path: output, cause });
    }

    expect(lstatSync(fifo).isFIFO()).toBe(true);
    expect(readdirSync(dir).sort()).toEqual(["fifo", "file"]);
  });

  it("an unchanged file is not rewritten", async () => {
    const path = put(folder());
    const edits = [setRunpath("/a")];
    await patchFile(path, edits);
    utimesSync(path, 1e9, 1e9);
    const { ino, mtimeMs } = statSync(path);

    expect(await patchFile(path, edits)).toMatchObject({
      changed: false,
      changes: [],
      sizeBefore: statSync(path).size,
      sizeAfter: statSync(path).size,
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
    expect(readFileSync(path).equals(fixture(NAME))).toBe(true);
    expect(readdirSync(dir)).toEqual(["file"]);
    expect(dry).toEqual(await patchFile(path, edits));
  });

  it("a refusal leaves the file as it was", async () => {
    const dir = folder();
    const path = put(dir, LARGE);
    for (const [edit, code] of [
      [stripUnneeded(), "OVERLAY"],
      [setRunpath(HUGE), "OVERLAY"],
    ] as const) {
      expect((await refusal(() => patchFile(path, [edit]))).code).toBe(code);
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
    expect(readElf(readFileSync(path)).runpath).toBe("/a");
  });

  itWithTools(["/bin/sleep", LOADER], "a program that runs can be patched, and runs on", async () => {
    const path = join(folder(), "sleep");
    copyFileSync("/bin/sleep", path);
    const child = spawn(path, ["60"], { stdio: "ignore" });

    try {
      await new Promise((resolve) => child.once("spawn", resolve));
      await patchFile(path, [setRunpath("/nowhere")]);
      expect([child.exitCode, readElf(readFileSync(path)).runpath]).toEqual([null, "/nowhere"]);
      expect(run(path, ["0"]).status).toBe(0);
    } finally {
      child.kill();
    }
  });
});

/** {@link put} into a folder that is read-only. */
function put0(dir: string): string {
  chmodSync(dir, 0o755);
  const path = put(dir);
  chmodSync(dir, 0o555);
  return path;
}

describe("where the disk is full", () => {
  // The limit fails a write at the same place as a full disk does, half-way.
  for (const [title, bytes] of [
    ["a small file", fixture(NAME)],
    ["a large file", LARGE],
  ] as const) {
    for (const call of ["await patchFile", "patchFileSync"]) {
      itWithTools(
        ["bash"],
        `${title}, ${call.replace("await ", "")}: IO, the old file whole and nothing left beside it`,
        () => {
          const dir = folder();
          const path = put(dir, bytes, 0o640);
          const script = `import { patchFile, patchFileSync } from ${JSON.stringify(DIST)}; import { setRunpath } from ${JSON.stringify(INDEX)};
          try { ${call}(${JSON.stringify(path)}, [setRunpath("/a")]); console.log("written"); } catch (e) { console.log(e.name, e.code, e.detail.cause); }`;
          const r = run("bash", ["-c", 'ulimit -f 4; exec "$0" --input-type=module -e "$1"', process.execPath, script]);
          expect(r).toMatchObject({ status: 0, stdout: "ElfError IO EFBIG\n", stderr: "" });
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

      const source = openSource(path);
      const length = fixture(NAME).length;
      expect(Buffer.from(source.read(0, length)).equals(patch(fixture(NAME), [setRunpath("/a")]).bytes)).toBe(true);

      source.close();
      if (hasTool(LOADER)) expect(run(path, [])).toMatchObject({ status: 0, stdout: GREETING(1) });
      rmSync(path);
    });
  }
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { patch, setRunpath } from "../../src/index.js";
import { fixture, scratch } from "../support/fixtures.js";
import { itWithTools, run } from "../support/tools.js";
import { CLI } from "./cli.js";

const files = scratch();
const NAME = "x86_64-glibc-pie-runpath";
const PATH = `/opt/${"x".repeat(200)}`;
const LARGE = Buffer.concat([fixture(NAME), Buffer.alloc(3 << 20, 0xaa)]);
const OVERLAY = ["--overlay", "keep-in-place"];

/** What changes a file, or the names in a folder, and what opens one. */
const CALLS = [
  ...["openat", "ioctl", "copy_file_range", "sendfile", "write", "pwrite64", "ftruncate", "fsync"],
  ...["fchown", "fchmod", "utimensat", "link", "rename", "unlink", "close"],
];

let made = 0;

function put(bytes: Uint8Array): string {
  const dir = files.path(`folder-${made++}`);
  mkdirSync(dir);
  writeFileSync(join(dir, "file"), bytes, { mode: 0o755 });
  return dir;
}

const command = (args: readonly string[]) => [process.execPath, CLI, "patchelf", "--set-rpath", PATH, ...args, "file"];
// With one thread beside the main one, each call has a number of its own.
const env = { UV_THREADPOOL_SIZE: "1" };

/** How often each thread has made the call from the moment on in which the temporary file is made: all numbers. */
function numbersOf(call: string, bytes: Uint8Array, args: readonly string[]): number[] {
  const dir = put(bytes);
  const log = `${dir}-calls`;
  const traced = ["-f", "-qq", "-o", log, "-e", `trace=openat,${call}`];
  expect(run("strace", [...traced, ...command(args)], { cwd: dir, env }).status).toBe(0);

  const lines = readFileSync(log, "latin1").split("\n");
  const begin = lines.findIndex((line) => /openat\(.*\.elfwright-.*tmp"/.test(line));
  const counts = new Map<string, number>();
  const numbers = new Set<number>();
  for (const [i, line] of lines.entries()) {
    const [, thread, name] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (name !== call) continue;

    const count = (counts.get(thread!) ?? 0) + 1;
    counts.set(thread!, count);
    if (i >= begin) numbers.add(count);
  }
  return [...numbers].sort((a, b) => a - b);
}

describe("killed before any call that writes", () => {
  const seen = new Set<string>();

  for (const [title, bytes, args] of [
    ["a small file", fixture(NAME), []],
    ["a small file with a backup", fixture(NAME), ["--backup"]],
    ["a file that the system copies", LARGE, OVERLAY],
  ] as const) {
    const wanted = patch(bytes, [setRunpath(PATH)], { overlay: "keep-in-place" }).bytes;

    for (const call of CALLS) {
      const name = `${title}: at ${call} the file is the old or the new one, and the same call works then`;
      itWithTools(["strace"], name, () => {
        for (const n of numbersOf(call, bytes, args)) {
          const dir = put(bytes);
          const inject = ["-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL:when=${n}`];
          const ran = run("strace", ["-f", "-qq", "-o", "/dev/null", ...inject, ...command(args)], { cwd: dir, env });
          if (ran.signal === "SIGKILL") seen.add(call);

          const now = readFileSync(join(dir, "file"));
          expect({ n, isWhole: now.equals(bytes) || now.equals(wanted) }).toEqual({ n, isWhole: true });
          const others = readdirSync(dir).filter((other) => other !== "file");
          // Nobody is left to remove it.
          expect(others.filter((other) => !/^\.elfwright-.*\.tmp$/.test(other) && other !== "file.orig")).toEqual([]);
          if (others.includes("file.orig")) expect(readFileSync(join(dir, "file.orig")).equals(bytes)).toBe(true);
          if (ran.status === 0) expect(others).toEqual(args[0] === "--backup" ? ["file.orig"] : []);

          // Once the new file has the name, the same call has nothing to do, and keeps the backup.
          const again = run(process.execPath, command(args).slice(1), { cwd: dir });
          expect({ n, status: again.status, stderr: again.stderr.replace(/.*(attributes|OVERLAY).*\n/, "") }).toEqual({
            n,
            status: 0,
            stderr: expect.stringMatching(/^(elfwright: file: .*\n)?$/) as string,
          });
          expect(readFileSync(join(dir, "file")).equals(wanted)).toBe(true);
        }
      });
    }
  }

  itWithTools(["strace"], "these calls were met", () => {
    expect(
      ["openat", "pwrite64", "ftruncate", "fchown", "fchmod", "link", "rename"].filter((c) => !seen.has(c)),
    ).toEqual([]);
  });
});

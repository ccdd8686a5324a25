import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect } from "vitest";
import { fixture, scratch } from "../support/fixtures.js";
import { itWithTools } from "../support/tools.js";
import { CLI } from "./cli.js";

const files = scratch();
const NAME = "x86_64-glibc-pie-runpath";
const LARGE = Buffer.concat([fixture(NAME), Buffer.alloc(3 << 20, 0xaa)]);

let made = 0;

function put(bytes: Uint8Array, count: number): string {
  const dir = files.path(`folder-${made++}`);
  mkdirSync(dir);
  for (let i = 0; i < count; i++) writeFileSync(join(dir, `file-${i}`), bytes);
  return dir;
}

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/**
 * Runs the command on files of a folder. Each write of a new file takes so long that the signal comes before its end;
 * it goes to the command itself, not to strace.
 */
async function interrupted(dir: string, args: readonly string[], signal: NodeJS.Signals): Promise<Ended> {
  const slow = ["-e", "trace=pwrite64", "-e", "inject=pwrite64:delay_exit=700000"];
  const script = 'echo $$ >&2; exec "$@"';
  const command = ["sh", "-c", script, "sh", process.execPath, CLI, ...args];
  const child = spawn("strace", ["-f", "-qq", "-o", "/dev/null", ...slow, ...command], { cwd: dir });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, by) => resolve(by)));

  for (let i = 0; i < 400 && !readdirSync(dir).some((name) => name.endsWith(".tmp")); i++) await setTimeout(10);
  expect(readdirSync(dir).some((name) => name.endsWith(".tmp"))).toBe(true);
  const [pid] = stderr.split("\n");
  process.kill(Number(pid), signal);
  const by = await ended;
  const lines = stderr.split("\n").filter((line) => line !== pid && !line.startsWith("strace: "));
  return { signal: by, stderr: lines.join("\n") };
}

describe("a signal while a new file is written", () => {
  for (const [title, bytes, overlay] of [
    ["a small file", fixture(NAME), []],
    ["a file that the system copies", LARGE, ["--overlay", "keep"]],
  ] as const) {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      for (const args of [
        ["patchelf", "--set-rpath", "/a"],
        ["strip", "-R", ".comment"],
        ["chrpath", "-r", "/a"],
      ]) {
        const verb = args[0]!;
        itWithTools(["strace"], `${signal} ends ${verb} of ${title} by itself, and nothing is left`, async () => {
          const dir = put(bytes, 3);
          const names = readdirSync(dir);
          const options = verb === "chrpath" ? [] : overlay;
          // strace ends by the signal that ended what it ran.
          expect(await interrupted(dir, [...args, ...options, ...names], signal)).toEqual({ signal, stderr: "" });

          expect(readdirSync(dir)).toEqual(names);
          const unchanged = names.filter((name) => readFileSync(join(dir, name)).equals(bytes));
          expect(unchanged).toContain("file-2");
        });
      }
    }
  }
});

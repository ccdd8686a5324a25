import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { it } from "vitest";

/** Set in CI, where an absent tool is a failure and not a skipped test. */
export const REQUIRED = process.env["ELFWRIGHT_REQUIRE_TOOLS"] === "1";

export function hasTool(name: string): boolean {
  if (name.startsWith("/")) return existsSync(name);
  return (process.env["PATH"] ?? "").split(":").some((dir) => {
    try {
      accessSync(join(dir, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A test that needs tools (names on PATH, or absolute paths): skipped by name where one is absent, or failed where tools are required. */
export function itWithTools(tools: readonly string[], title: string, body: () => void | Promise<void>, timeout?: number): void {
  const missing = tools.filter((t) => !hasTool(t));
  if (missing.length === 0) it(title, body, timeout);
  else if (REQUIRED)
    it(title, () => {
      throw new Error(`required tools are absent: ${missing.join(", ")}`);
    });
  else it.skip(`${title} [absent: ${missing.join(", ")}]`, () => {});
}

export interface Ran {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(command: string, args: readonly string[], options: { env?: Record<string, string>; cwd?: string; input?: string } = {}): Ran {
  const env: Record<string, string | undefined> = { ...process.env, LC_ALL: "C", ...options.env };
  delete env["ELFWRIGHT_FIXTURE"];
  const r = spawnSync(command, args, { encoding: "utf8", env, cwd: options.cwd, input: options.input, maxBuffer: 256 << 20, timeout: 120_000 });
  if (r.error) throw r.error;
  return { status: r.status, signal: r.signal, stdout: r.stdout, stderr: r.stderr };
}

/** Runs a command that must succeed, and gives what it printed. */
export function must(command: string, args: readonly string[], options: Parameters<typeof run>[2] = {}): string {
  const r = run(command, args, options);
  if (r.status !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${r.status ?? r.signal}\n${r.stdout}${r.stderr}`);
  return r.stdout;
}

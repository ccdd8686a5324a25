import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";

/** What a command did. */
export interface Ran {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Is there a tool of this name on PATH, or at this absolute path? */
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

/** Runs a command with English messages, and tells how it ended. */
export function run(
  command: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string; timeout?: number } = {},
): Ran {
  const env: Record<string, string | undefined> = { ...process.env, LC_ALL: "C", ...options.env };
  delete env["ELFWRIGHT_FIXTURE"];

  const ran = spawnSync(command, args, {
    encoding: "utf8",
    env,
    cwd: options.cwd,
    input: options.input,
    maxBuffer: 256 << 20,
    timeout: options.timeout ?? 120_000,
    killSignal: "SIGKILL",
  });
  if (ran.error) throw ran.error;

  return { status: ran.status, signal: ran.signal, stdout: ran.stdout, stderr: ran.stderr };
}

/** Runs a command that must succeed, and returns what it printed. */
export function must(command: string, args: readonly string[], options: Parameters<typeof run>[2] = {}): string {
  const { status, signal, stdout, stderr } = run(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${status ?? signal}\n${stdout}${stderr}`);
  return stdout;
}

import { spawnSync } from "node:child_process";

/** What a command did. */
export interface Ran {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(
  command: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string } = {},
): Ran {
  const env: Record<string, string | undefined> = { ...process.env, LC_ALL: "C", ...options.env };
  delete env["ELFWRIGHT_FIXTURE"];
  const r = spawnSync(command, args, {
    encoding: "utf8",
    env,
    cwd: options.cwd,
    input: options.input,
    maxBuffer: 256 << 20,
    timeout: 120_000,
  });
  if (r.error) throw r.error;

  return { status: r.status, signal: r.signal, stdout: r.stdout, stderr: r.stderr };
}

/** Runs a command that must succeed, and gives what it printed. */
export function must(command: string, args: readonly string[], options: Parameters<typeof run>[2] = {}): string {
  const r = run(command, args, options);
  if (r.status !== 0) {
    throw new Error(`${command} ${args.join(" ")}: exit ${r.status ?? r.signal}\n${r.stdout}${r.stderr}`);
  }
  return r.stdout;
}

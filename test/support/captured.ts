import { runCommand } from "../../src/cli/run.js";
import { VERBS } from "../../src/cli/verbs.js";
import { withoutAttributes } from "./attributes.js";

const loaded = new Map(await Promise.all(VERBS.map(async (v) => [v.name, await v.load()] as const)));

/** What the command did in this process. */
export interface Captured {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command in this process. The command must not throw, so an exception is passed on. The note that any rewrite
 * has is left out.
 */
export async function captured(...args: string[]): Promise<Captured> {
  const out = { stdout: "", stderr: "" };
  const { stdout, stderr } = process;
  const originals = [stdout.write, stderr.write] as const;
  const into = (name: keyof typeof out) => (text: string | Uint8Array) => {
    out[name] += String(text);
    return true;
  };
  stdout.write = into("stdout") as typeof stdout.write;
  stderr.write = into("stderr") as typeof stderr.write;

  try {
    const status = await runCommand(args, loaded.get(args[0] ?? ""));
    return { status, stdout: out.stdout, stderr: withoutAttributes(out.stderr) };
  } finally {
    [stdout.write, stderr.write] = originals;
  }
}

import { chmodSync, copyFileSync } from "node:fs";
import type { Command } from "../support/machines.js";
import { run } from "../support/run.js";
import { STARTER_C } from "./sources.js";
import type { Subject, Workshop } from "./subjects.js";

/**
 * What is known of a pair. "whole": the second file is the same program, but for the edits. "broken": it is not.
 * "told": runs show no difference here, but something differs that another system, tool or attacker goes by, or that
 * cannot be known; it has to be said, in whatever words.
 */
export type Truth = "whole" | "broken" | "told";

/** What was seen of a file: equal texts for files that behave alike. */
export interface Seen {
  readonly native: string;
  /** Under qemu-user, which gives AT_PHDR as kernels before 5.18 did; null where that was not tried. */
  readonly emulated: string | null;
}

const TIME = 20_000;

/** How a command ended and what it said; that it could not be started or went on for too long is an answer, too. */
function outcome({ command, args, env }: Command): string {
  try {
    const { status, signal, stdout, stderr } = run(command, args, { env, timeout: TIME });
    return `${status ?? signal}\n${stdout}${stderr.replace(/0x[0-9a-f]{6,}|\(core dumped\)/g, "#")}`;
  } catch (e) {
    return `not run: ${(e as NodeJS.ErrnoException).code}`;
  }
}

/** The path of a tool. */
const whereIs = (tool: string): string => run("sh", ["-c", `command -v ${tool}`]).stdout.trim();

/** What ld.so finds wrong with all of its libraries and versions, and whether it comes to an end. */
function listed(subject: Subject, path: string): string {
  const { loader, shape, machine } = subject;
  const isListed = machine === "x86_64" && shape !== "static" && (loader === null || loader.includes("ld-linux"));
  if (!isListed) return "";

  const env = { LD_BIND_NOW: "1" };
  const text = outcome({ command: "/lib64/ld-linux-x86-64.so.2", args: ["--list", path], env });
  const [status, ...lines] = text.split("\n");
  const complaints = lines.filter((line) => /not found|error|undefined|warning|assert|unexpected/i.test(line));
  return [status, ...complaints].join("\n");
}

/**
 * Runs a copy of a file, lazily bound and bound at once, always by the same path, so that what it prints of itself is
 * the same.
 */
export function observe(shop: Workshop, subject: Subject, file: string): Seen {
  const path = shop.path(subject.shape === "library" ? "libseen.so" : "seen");
  copyFileSync(file, path);
  chmodSync(path, 0o755);

  const starter = shop.build("starter", { source: STARTER_C });
  const started = ({ command, args, env }: Command) =>
    outcome({ command: starter, args: [command.includes("/") ? command : whereIs(command), ...args], env });
  const lazy = started(subject.command(path, {}));
  const now = started(subject.command(path, { LD_BIND_NOW: "1" }));
  const native = [lazy, now, listed(subject, path)].join("\n--\n");
  const isEmulated = subject.machine === "x86_64" && subject.kind !== "other language";
  if (!isEmulated) return { native, emulated: null };

  const { command, args, env } = subject.command(path, {});
  return { native, emulated: outcome({ command: "qemu-x86_64", args: [command, ...args], env }) };
}

/**
 * The truth as runs of both files show it, and why. `lost` says what the second file has lost for sure, where no run
 * may show it.
 */
export function truthOf(before: Seen, after: Seen, lost = ""): { readonly truth: Truth; readonly why: string } {
  const excerpt = (text: string) => text.slice(0, 300);
  if (before.native !== after.native) return { truth: "broken", why: `runs: ${excerpt(after.native)}` };
  if (before.emulated !== after.emulated) {
    return { truth: "told", why: `with an old kernel's AT_PHDR: ${excerpt(after.emulated!)}` };
  }
  return lost === "" ? { truth: "whole", why: "" } : { truth: "told", why: lost };
}

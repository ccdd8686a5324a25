#!/usr/bin/env node
import { REFUSED } from "./command.js";
import { runCommand } from "./run.js";
import { VERBS } from "./verbs.js";

/**
 * A reader that has seen enough (head, grep -q) closes the pipe. That is no failure: the other files are still done. A
 * full disk is one.
 */
function onWriteError(e: NodeJS.ErrnoException): void {
  if (e.code === "EPIPE") return;

  process.stderr.write(`elfwright: the output cannot be written: ${e.message}\n`);
  process.exit(REFUSED);
}

async function main(args: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onWriteError);

  const verb = VERBS.find((v) => v.name === args[0]);
  process.exitCode = runCommand(args, await verb?.load());
}

// The build for Node is CommonJS, which has no top-level await. What main throws is a bug, and ends the process as one.
void main(process.argv.slice(2));

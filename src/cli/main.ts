#!/usr/bin/env node
import { runCommand } from "./run.js";
import { VERBS } from "./verbs.js";

/** A reader that has seen enough (head, grep -q) closes the pipe: no failure, and files still get their turn. */
function ignoreClosedPipe(e: NodeJS.ErrnoException): void {
  if (e.code !== "EPIPE") throw e;
}

async function main(args: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);

  const verb = VERBS.find((v) => v.name === args[0]);
  process.exitCode = runCommand(args, await verb?.load());
}

// The build for Node is CommonJS, which has no await here. What main throws is a bug, and ends the process as such.
void main(process.argv.slice(2));

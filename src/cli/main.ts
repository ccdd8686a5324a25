#!/usr/bin/env node
import { runCommand } from "./run.js";
import { VERBS } from "./verbs.js";

// A reader that has seen enough (head, grep -q) closes the pipe: no failure, and files still get their turn.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (e: NodeJS.ErrnoException) => {
    if (e.code !== "EPIPE") throw e;
  });
}
const args = process.argv.slice(2);
process.exitCode = runCommand(args, await VERBS.find((v) => v.name === args[0])?.load());

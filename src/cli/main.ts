#!/usr/bin/env node
import { runCommand } from "./run.js";

// A reader that has seen enough (head, grep -q) closes the pipe: no failure, and files still get their turn.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (e: NodeJS.ErrnoException) => {
    if (e.code !== "EPIPE") throw e;
  });
process.exitCode = runCommand(process.argv.slice(2));

#!/usr/bin/env node
import { fstatSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";
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

/**
 * Of a text that a full disk has room for in part, Node takes that part for the whole. Writing the rest gives the
 * error.
 */
function writeWhole(stream: Writable, fd: number): void {
  if (!fstatSync(fd).isFile()) return;

  stream._write = (chunk: Uint8Array, _, done) => {
    try {
      for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
      done();
    } catch (e) {
      done(e as Error);
    }
  };
}

async function main(args: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onWriteError);
  writeWhole(process.stdout, 1);

  const verb = VERBS.find((v) => v.name === args[0]);
  process.exitCode = await runCommand(args, await verb?.load());
}

// The build for Node is CommonJS, which has no top-level await. What main throws is a bug, and ends the process as one.
void main(process.argv.slice(2));

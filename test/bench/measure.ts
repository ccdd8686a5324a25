import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { must } from "../support/run.js";

/** What an operation cost: user and system time and wall time in milliseconds, peak resident memory in MiB. */
export interface Cost {
  readonly cpu: number;
  readonly wall: number;
  readonly peak: number;
}

/**
 * Runs a command and prints what wait4 says of it: nothing else tells the peak memory of one child to the kilobyte, and
 * its time to the microsecond.
 */
const HELPER = `
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int main(int argc, char **argv) {
  (void)argc;
  struct timespec a, b; struct rusage u; int status;
  clock_gettime(CLOCK_MONOTONIC, &a);
  pid_t child = fork();
  if (child == 0) { execvp(argv[1], argv + 1); _exit(127); }
  if (wait4(child, &status, 0, &u) < 0) return 1;
  clock_gettime(CLOCK_MONOTONIC, &b);
  long cpu = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000L + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
  long wall = (b.tv_sec - a.tv_sec) * 1000000L + (b.tv_nsec - a.tv_nsec) / 1000;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  fprintf(stderr, "\\nMEASURED %ld %ld %ld %d\\n", cpu, wall, u.ru_maxrss, code);
  return 0;
}
`;

/** Where subjects and helpers are kept between runs. */
export function cache(name: string): string {
  const folder = resolve(".cache", "bench");
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

let helper: string | undefined;

function build(): string {
  const path = cache("measure");
  const source = cache("measure.c");
  if (!existsSync(path) || readFileSync(source, "utf8") !== HELPER) {
    writeFileSync(source, HELPER);
    must("gcc", ["-O1", "-o", path, source]);
  }
  return path;
}

/** Runs a command once. Undefined where it fails. */
export function measure(command: string, args: readonly string[]): Cost | undefined {
  helper ??= build();
  const { stderr } = spawnSync(helper, [command, ...args], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
    maxBuffer: 64 << 20,
  });
  const m = /MEASURED (\d+) (\d+) (\d+) (\d+)/.exec(stderr);
  if (!m || m[4] !== "0") return undefined;
  return { cpu: Number(m[1]) / 1000, wall: Number(m[2]) / 1000, peak: Number(m[3]) / 1024 };
}

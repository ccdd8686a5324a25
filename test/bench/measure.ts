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
 * Runs a command and prints what wait4(2) says of it: nothing else tells the peak memory of one child to the kilobyte,
 * and its time to the microsecond.
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
  struct timespec before, after;
  struct rusage usage;
  int status;

  clock_gettime(CLOCK_MONOTONIC, &before);
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  if (wait4(child, &status, 0, &usage) < 0) return 1;
  clock_gettime(CLOCK_MONOTONIC, &after);

  struct timeval user = usage.ru_utime, system = usage.ru_stime;
  long cpu = (user.tv_sec + system.tv_sec) * 1000000L + user.tv_usec + system.tv_usec;
  long wall = (after.tv_sec - before.tv_sec) * 1000000L + (after.tv_nsec - before.tv_nsec) / 1000;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  fprintf(stderr, "\\nMEASURED %ld %ld %ld %d\\n", cpu, wall, usage.ru_maxrss, code);
  return 0;
}
`;

/** The path of a subject or helper, which are kept between runs. */
export function cache(name: string): string {
  const folder = resolve(".cache", "bench");
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

let helper: string | undefined;

function build(): string {
  const path = cache("measure");
  const source = cache("measure.c");
  const isBuilt = existsSync(path) && readFileSync(source, "utf8") === HELPER;
  if (!isBuilt) {
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

  const [, cpu, wall, peak, code] = /MEASURED (\d+) (\d+) (\d+) (\d+)/.exec(stderr) ?? [];
  if (code !== "0") return undefined;
  return { cpu: Number(cpu) / 1000, wall: Number(wall) / 1000, peak: Number(peak) / 1024 };
}

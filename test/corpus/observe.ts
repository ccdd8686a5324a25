import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import type { ElfFile } from "../../src/index.js";

/** How a file is tried: a program is run, a library is loaded, and ld.so can list anything. */
export type Way = "run" | "dlopen" | "list";

/**
 * Programs that are never started, whatever their arguments: they act on the machine or on accounts, or start services.
 */
const DANGEROUS = new RegExp(
  `^(${[
    "shutdown|reboot|halt|poweroff|init|telinit|runlevel|.*kill.*|skill|snice",
    "passwd|gpasswd|chpasswd|su|sudo.*|login|newgrp|sg|vipw|vigr|ch(sh|fn|age|root|cpu|mem|rt)|user.*|group.*",
    "dpkg.*|apt.*|aptitude|.*ctl|systemd.*",
    "mk(e2)?fs.*|mke2fs|mkswap|fsck.*|e2fsck|swap.*|u?mount.*|fusermount.*|[sc]?fdisk|parted|wipefs",
    "dd|shred|rm|rmdir|unlink|mv|truncate|pivot_root|switch_root|insmod|rmmod|modprobe|kmod|hwclock",
    "ssh-agent|sshd|X.*|dbus-.*|at|batch|crontab|cron|wall|write|mesg|logger|script|scriptlive|screen|tmux",
    "agetty|getty|setsid|unshare|nsenter|docker.*|containerd.*|.*d-server|.*-server|.*daemon.*",
  ].join("|")})$`,
);

export const isDangerous = (file: string): boolean => DANGEROUS.test(basename(file));

export const LOADER = "/lib64/ld-linux-x86-64.so.2";

/** Where a file is tried: always the same path, so that what it prints of itself is always the same. */
export interface Bench {
  /** The folder that the file lies in. */
  readonly folder: string;
  /** The folder that it is run in, empty, which is its HOME too. */
  readonly cwd: string;
  /** The program that opens a library with RTLD_NOW. */
  readonly opener: string;
}

function commandOf(way: Way, path: string, opener: string): string[] {
  switch (way) {
    case "run":
      return [path, "--version"];
    case "dlopen":
      return [opener, path];
    case "list":
      return [LOADER, "--list", path];
  }
}

/** What was seen of a file: equal for files that behave alike. */
export function observe(
  way: Way,
  path: string,
  elf: ElfFile,
  original: string,
  { cwd, opener }: Bench,
  added: readonly string[] = [],
): string {
  const env: Record<string, string> = { PATH: "/usr/bin:/bin", HOME: cwd, TMPDIR: cwd, LC_ALL: "C", LD_BIND_NOW: "1" };
  const origin = originFolders(elf, original);
  if (origin !== "") env["LD_LIBRARY_PATH"] = origin;

  const command = commandOf(way, path, opener);
  const { status, signal, stdout, stderr } = spawnSync("timeout", ["-s", "KILL", "5", ...command], {
    cwd,
    env,
    encoding: "latin1",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 << 20,
  });
  const exit = `exit ${status ?? signal}`;
  if (way === "list") return listed(`${exit}\n${stdout}\n${stderr}`, added);

  // Programs of a pipeline (groff) write in any order.
  const sorted = (text: string) => text.split("\n").sort().join("\n");
  return `${exit}\n${sorted(stdout)}\n${sorted(stderr)}`;
}

/**
 * The folders that the original's search path names through $ORIGIN. A copy lies elsewhere, so both get these by
 * LD_LIBRARY_PATH.
 */
function originFolders(elf: ElfFile, original: string): string {
  const folder = original.slice(0, original.lastIndexOf("/"));
  return (elf.runpath ?? elf.rpath ?? "")
    .split(":")
    .filter((p) => /\$\{?ORIGIN\}?/.test(p))
    .map((p) => p.replace(/\$\{?ORIGIN\}?/, folder))
    .join(":");
}

/** Which libraries ld.so found where, without addresses, order and those that were added. */
function listed(text: string, added: readonly string[]): string {
  const lines = text.split("\n").map(withoutAddress);
  const isKept = (line: string) => line !== "" && !added.some((name) => line.startsWith(`${name} =>`));
  return [...new Set(lines)].filter(isKept).sort().join("\n");
}

/** A line of ld.so's list without the address, and without the folder of the loader itself. */
function withoutAddress(line: string): string {
  return line
    .replace(/\(0x[0-9a-f]+\)/g, "")
    .replace(/\S*\/(ld-linux-x86-64\.so\.2)/g, "$1")
    .trim()
    .replace(/^(ld-linux-x86-64\.so\.2) => \1$/, "$1");
}

/** Does a run say nothing of the program? It was killed, or ld.so did not get as far as the program. */
export const saysNothing = (seen: string): boolean =>
  /^exit (null|SIG|124|137|13[0-9]|14[0-9])/.test(seen) ||
  seen.includes("error while loading shared libraries") ||
  seen.startsWith("exit 127");

export const OPENER = `
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
  void *handle = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
  printf("%s\\n", handle ? "loaded" : dlerror());
  return handle ? 0 : 1;
}
`;

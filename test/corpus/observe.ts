import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import type { ElfFile } from "../../src/index.js";

/** How a file is tried: a program is run, a library is loaded, anything can be listed by ld.so. */
export type Way = "run" | "dlopen" | "list";

/**
 * Programs that are not started at all, whatever their arguments: they act on the machine, on accounts, or start
 * services.
 */
const DANGEROUS =
  /^(shutdown|reboot|halt|poweroff|init|telinit|runlevel|.*kill.*|skill|snice|passwd|gpasswd|chpasswd|su|sudo.*|login|newgrp|sg|vipw|vigr|ch(sh|fn|age|root|cpu|mem|rt)|user.*|group.*|dpkg.*|apt.*|aptitude|.*ctl|systemd.*|mk(e2)?fs.*|mke2fs|mkswap|fsck.*|e2fsck|swap.*|u?mount.*|fusermount.*|[sc]?fdisk|parted|wipefs|dd|shred|rm|rmdir|unlink|mv|truncate|pivot_root|switch_root|insmod|rmmod|modprobe|kmod|hwclock|ssh-agent|sshd|X.*|dbus-.*|at|batch|crontab|cron|wall|write|mesg|logger|script|scriptlive|screen|tmux|agetty|getty|setsid|unshare|nsenter|docker.*|containerd.*|.*d-server|.*-server|.*daemon.*)$/;

export const isDangerous = (file: string): boolean => DANGEROUS.test(basename(file));

export const LOADER = "/lib64/ld-linux-x86-64.so.2";

/** Where a file is tried, always the same path, so that what it prints of itself is always the same. */
export interface Bench {
  /** The folder it lies in. */
  readonly folder: string;
  /** The folder it is run in: empty, and its HOME. */
  readonly cwd: string;
  /** The program that opens a library with RTLD_NOW. */
  readonly opener: string;
}

/** What was seen: equal for files that behave alike. */
export function observe(
  way: Way,
  path: string,
  elf: ElfFile,
  original: string,
  { cwd, opener }: Bench,
  added: readonly string[] = [],
): string {
  const command = way === "run" ? [path, "--version"] : way === "dlopen" ? [opener, path] : [LOADER, "--list", path];
  const env: Record<string, string> = { PATH: "/usr/bin:/bin", HOME: cwd, TMPDIR: cwd, LC_ALL: "C", LD_BIND_NOW: "1" };
  const origin = originFolders(elf, original);
  if (origin !== "") env["LD_LIBRARY_PATH"] = origin;
  const r = spawnSync("timeout", ["-s", "KILL", "5", ...command], {
    cwd,
    env,
    encoding: "latin1",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 << 20,
  });
  if (way === "list") return listed(`exit ${r.status ?? r.signal}\n${r.stdout}\n${r.stderr}`, added);

  // Programs of a pipeline (groff) write in any order.
  const lines = (text: string) => text.split("\n").sort().join("\n");
  return `exit ${r.status ?? r.signal}\n${lines(r.stdout)}\n${lines(r.stderr)}`;
}

/** A copy lies elsewhere, so what the original finds beside itself is named to both. */
function originFolders(elf: ElfFile, original: string): string {
  const folder = original.slice(0, original.lastIndexOf("/"));
  return (elf.runpath ?? elf.rpath ?? "")
    .split(":")
    .filter((p) => /\$\{?ORIGIN\}?/.test(p))
    .map((p) => p.replace(/\$\{?ORIGIN\}?/, folder))
    .join(":");
}

/** Which libraries ld.so found where: no addresses, no order, and without those that were added. */
function listed(text: string, added: readonly string[]): string {
  const lines = text
    .split("\n")
    .map((l) =>
      l
        .replace(/\(0x[0-9a-f]+\)/g, "")
        .replace(/\S*\/(ld-linux-x86-64\.so\.2)/g, "$1")
        .trim()
        .replace(/^(ld-linux-x86-64\.so\.2) => \1$/, "$1"),
    )
    .filter((l) => l !== "");
  return [...new Set(lines)]
    .filter((l) => !added.some((n) => l.startsWith(`${n} =>`)))
    .sort()
    .join("\n");
}

/** A run that says nothing of the program: it was killed, or ld.so did not get as far as the program. */
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

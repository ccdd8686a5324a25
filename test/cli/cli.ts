import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutAttributes } from "../support/attributes.js";
import { fixture, scratch } from "../support/fixtures.js";
import { type Ran, run } from "../support/tools.js";

/** The built command, as it is installed. */
export const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** Runs the built command. The note that any rewrite has is left out. */
export function elfwright(...args: string[]): Ran {
  const ran = run(process.execPath, [CLI, ...args]);
  return { ...ran, stderr: withoutAttributes(ran.stderr) };
}

/** What a command gives that does its work and says nothing. */
export const SILENT = { status: 0, stdout: "", stderr: "" };

/** Runs the command and reads its standard output as JSON. */
export function elfwrightJson<T>(...args: string[]): { status: number | null; stderr: string; json: T } {
  const ran = elfwright(...args);
  return { status: ran.status, stderr: ran.stderr, json: JSON.parse(ran.stdout) as T };
}

export const TEXT = Buffer.from("this is no ELF file\n");

export interface Workbench {
  path(name: string): string;
  /** A fresh copy of a fixture. */
  copy(name: string): string;
  write(name: string, bytes: Uint8Array): string;
}

/** Copies of fixtures, each in a file of its own. */
export function workbench(): Workbench {
  const files = scratch();
  let made = 0;
  const next = (name: string) => `${made++}-${basename(name)}`;

  return {
    path: (name) => files.path(next(name)),
    copy: (name) => files.write(next(name), fixture(name)),
    write: (name, bytes) => files.write(next(name), bytes),
  };
}

export const isUnchanged = (path: string, name: string): boolean => readFileSync(path).equals(fixture(name));

/** Every file of fixtures/bin. */
export const FIXTURES = [
  ...["x86_64", "i386", "s390x"].flatMap((arch) => [`${arch}-glibc-pie`, `${arch}-glibc-exec`, `${arch}-glibc-lib.so`]),
  "x86_64-glibc-pie-runpath",
  "x86_64-glibc-static",
  "x86_64-musl-pie",
  "x86_64-musl-exec",
  "x86_64-musl-lib.so",
  "x86_64-musl-pie-libc.so",
  "x86_64-musl-static-pie",
  "x86_64-object.o",
] as const;

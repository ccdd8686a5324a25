import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type Ran, run } from "./tools.js";

const bin = fileURLToPath(new URL("../../fixtures/bin/", import.meta.url));

export const fixturePath = (name: string): string => join(bin, name);
export const fixture = (name: string): Buffer => readFileSync(fixturePath(name));

/** What a dynamic fixture is, and how it runs. */
export interface DynamicFixture {
  readonly name: string;
  readonly machine: "x86_64" | "i386" | "s390x";
  readonly libc: "glibc" | "musl";
  readonly kind: "program" | "library";
  readonly interpreter: string;
  readonly libcName: string;
  /** The program that loads this library, or the library that this program can load. */
  readonly partner: string;
}

const LOADERS = { x86_64: "/lib64/ld-linux-x86-64.so.2", i386: "/lib/ld-linux.so.2", s390x: "/lib/ld64.so.1" } as const;
const MUSL = "/lib/ld-musl-x86_64.so.1";

export const dynamicFixtures: readonly DynamicFixture[] = [
  ...(["x86_64", "i386", "s390x"] as const).flatMap((machine): DynamicFixture[] => [
    ...[`${machine}-glibc-pie`, `${machine}-glibc-exec`, ...(machine === "x86_64" ? ["x86_64-glibc-pie-runpath"] : [])].map((name): DynamicFixture => ({
      name, machine, libc: "glibc", kind: "program", interpreter: LOADERS[machine], libcName: "libc.so.6", partner: `${machine}-glibc-lib.so`,
    })),
    { name: `${machine}-glibc-lib.so`, machine, libc: "glibc", kind: "library", interpreter: "", libcName: "libc.so.6", partner: `${machine}-glibc-pie` },
  ]),
  ...(["x86_64-musl-pie", "x86_64-musl-exec", "x86_64-musl-pie-libc.so"] as const).map((name): DynamicFixture => ({
    name, machine: "x86_64", libc: "musl", kind: "program", interpreter: MUSL, libcName: name.endsWith("libc.so") ? "libc.so" : "libc.musl-x86_64.so.1", partner: "x86_64-musl-lib.so",
  })),
  { name: "x86_64-musl-lib.so", machine: "x86_64", libc: "musl", kind: "library", interpreter: "", libcName: "libc.musl-x86_64.so.1", partner: "x86_64-musl-pie" },
];

const QEMU = { i386: ["qemu-i386", "/usr/i686-linux-gnu"], s390x: ["qemu-s390x", "/usr/s390x-linux-gnu"] } as const;

/** The tools that {@link runProgram} needs for this fixture. */
export function runners(f: DynamicFixture): string[] {
  if (f.machine === "x86_64") return [f.libc === "musl" ? MUSL : LOADERS.x86_64];
  const [qemu, root] = QEMU[f.machine];
  return [qemu, `${root}${LOADERS[f.machine]}`];
}

/** Runs a program for the fixture's machine, natively or under qemu-user with the cross libc. */
export function runProgram(f: DynamicFixture, path: string, args: readonly string[] = [], env: Record<string, string> = {}): Ran {
  if (f.machine === "x86_64") return run(path, args, { env });
  const [qemu, root] = QEMU[f.machine];
  return run(qemu, ["-L", root, ...Object.entries(env).flatMap(([k, v]) => ["-E", `${k}=${v}`]), path, ...args]);
}

export const GREETING = (argc: number): string => `hello from elfwright: argc=${argc}\nsorted=efghilrtw length=9 env=none\n`;

/** A folder for one test file's results, gone when it ends. */
export function scratch(): { path(name: string): string; write(name: string, bytes: Uint8Array, mode?: number): string } {
  const dir = mkdtempSync(join(tmpdir(), "elfwright-test-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return {
    path: (name) => join(dir, name),
    write(name, bytes, mode = 0o755) {
      writeFileSync(join(dir, name), bytes, { mode });
      return join(dir, name);
    },
  };
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { BuildMachine } from "../../src/testing/machines.js";
import { type Ran, run } from "./run.js";

/** A machine whose code `buildElf` makes. */
export interface RunningMachine {
  readonly name: BuildMachine;
  /** The prefix of the cross tools. Empty for x86-64, which runs natively. */
  readonly triple: string;
  readonly qemu: string;
  /** glibc's loader, below the root of the cross libc. */
  readonly loader: string;
}

export const RUNNING: readonly RunningMachine[] = [
  { name: "x86-64", triple: "", qemu: "", loader: "/lib64/ld-linux-x86-64.so.2" },
  { name: "i386", triple: "i686-linux-gnu", qemu: "qemu-i386", loader: "/lib/ld-linux.so.2" },
  { name: "aarch64", triple: "aarch64-linux-gnu", qemu: "qemu-aarch64", loader: "/lib/ld-linux-aarch64.so.1" },
  { name: "arm", triple: "arm-linux-gnueabihf", qemu: "qemu-arm", loader: "/lib/ld-linux-armhf.so.3" },
  { name: "riscv64", triple: "riscv64-linux-gnu", qemu: "qemu-riscv64", loader: "/lib/ld-linux-riscv64-lp64d.so.1" },
  { name: "s390x", triple: "s390x-linux-gnu", qemu: "qemu-s390x", loader: "/lib/ld64.so.1" },
  { name: "ppc64le", triple: "powerpc64le-linux-gnu", qemu: "qemu-ppc64le", loader: "/lib64/ld64.so.2" },
];

const rootOf = ({ triple }: RunningMachine): string => (triple === "" ? "" : `/usr/${triple}`);

/** What has to be there to run a file of the machine. */
export const runnersOf = (m: RunningMachine): string[] =>
  m.qemu === "" ? [m.loader] : [m.qemu, `${rootOf(m)}${m.loader}`];

export const toolOf = ({ triple }: RunningMachine, name: string): string =>
  triple === "" ? name : `${triple}-${name}`;

export function runBuilt(m: RunningMachine, path: string, ...args: readonly string[]): Ran {
  return m.qemu === "" ? run(path, args) : run(m.qemu, ["-L", rootOf(m), path, ...args]);
}

/** A folder for files of one test file. Gone after its tests. */
export class BuiltFolder {
  readonly path = mkdtempSync(join(tmpdir(), "elfwright-built-"));

  constructor() {
    afterAll(() => rmSync(this.path, { recursive: true, force: true }));
  }

  /** Writes a file, and returns its path. */
  put(name: string, bytes: Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, bytes, { mode: 0o755 });
    return path;
  }
}

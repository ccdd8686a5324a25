import { type Ran, run } from "./run.js";

export type Machine = "x86_64" | "i386" | "s390x" | "aarch64" | "armhf" | "riscv64" | "mips64el" | "powerpc";

interface MachineTools {
  /** glibc's dynamic loader. */
  readonly loader: string;
  readonly triple: string;
  /** The emulator of qemu-user; x86-64 runs natively. */
  readonly qemu: string;
}

const TOOLS: Readonly<Record<Machine, MachineTools>> = {
  x86_64: { loader: "/lib64/ld-linux-x86-64.so.2", triple: "x86_64-linux-gnu", qemu: "qemu-x86_64" },
  i386: { loader: "/lib/ld-linux.so.2", triple: "i686-linux-gnu", qemu: "qemu-i386" },
  s390x: { loader: "/lib/ld64.so.1", triple: "s390x-linux-gnu", qemu: "qemu-s390x" },
  aarch64: { loader: "/lib/ld-linux-aarch64.so.1", triple: "aarch64-linux-gnu", qemu: "qemu-aarch64" },
  armhf: { loader: "/lib/ld-linux-armhf.so.3", triple: "arm-linux-gnueabihf", qemu: "qemu-arm" },
  riscv64: { loader: "/lib/ld-linux-riscv64-lp64d.so.1", triple: "riscv64-linux-gnu", qemu: "qemu-riscv64" },
  mips64el: { loader: "/lib64/ld.so.1", triple: "mips64el-linux-gnuabi64", qemu: "qemu-mips64el" },
  powerpc: { loader: "/lib/ld.so.1", triple: "powerpc-linux-gnu", qemu: "qemu-ppc" },
};

export const MACHINES = Object.keys(TOOLS) as Machine[];

/** The path of glibc's loader on this machine. */
export const loaderOf = (m: Machine): string => TOOLS[m].loader;

/** The folder where this machine's loader finds libc.so.6; for a cross libc, below the root that `-L` names. */
export const libraryFolder = (m: Machine): string => (m === "x86_64" ? "/usr/lib/x86_64-linux-gnu" : "/lib");

/** A tool of binutils or gcc for this machine. */
export const crossTool = (m: Machine, name: string): string => (m === "x86_64" ? name : `${TOOLS[m].triple}-${name}`);

/** The folder below which a cross libc stands. */
export const rootOf = (m: Machine): string => `/usr/${TOOLS[m].triple}`;

/** The tools that {@link runOn} needs. */
export const runnersOf = (m: Machine): string[] =>
  m === "x86_64" ? [TOOLS.x86_64.loader] : [TOOLS[m].qemu, `${rootOf(m)}${TOOLS[m].loader}`];

/** A command, what it is called with, and the variables that it gets. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
}

/** The command that runs a program for this machine, natively or under qemu-user with the cross libc. */
export function commandOn(
  m: Machine,
  path: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Command {
  if (m === "x86_64") return { command: path, args, env };

  const variables = Object.entries(env).flatMap(([name, value]) => ["-E", `${name}=${value}`]);
  return { command: TOOLS[m].qemu, args: ["-L", rootOf(m), ...variables, path, ...args], env: {} };
}

/** Runs a program for this machine. */
export function runOn(m: Machine, path: string, args: readonly string[] = [], env: Record<string, string> = {}): Ran {
  const { command, args: all, env: variables } = commandOn(m, path, args, env);
  return run(command, all, { env: variables });
}

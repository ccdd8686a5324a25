import { readFileSync, rmSync } from "node:fs";
import { EM } from "../../../src/index.js";
import { run } from "../../support/run.js";

/** GNU strip for a machine, as Debian names it. The one of the host knows only x86. */
const GNU: Readonly<Record<number, string>> = {
  [EM["386"]]: "strip",
  [EM.X86_64]: "strip",
  [EM.AARCH64]: "aarch64-linux-gnu-strip",
  [EM.ARM]: "arm-linux-gnueabihf-strip",
  [EM.RISCV]: "riscv64-linux-gnu-strip",
  [EM.MIPS]: "mips64el-linux-gnuabi64-strip",
  [EM.PPC]: "powerpc-linux-gnu-strip",
  [EM.PPC64]: "powerpc-linux-gnu-strip",
  [EM.S390]: "s390x-linux-gnu-strip",
};

export const LLVM = "llvm-strip-19";

const installed = new Map<string, boolean>();

export function isInstalled(tool: string): boolean {
  if (!installed.has(tool)) {
    try {
      installed.set(tool, run(tool, ["--version"]).status === 0);
    } catch {
      installed.set(tool, false);
    }
  }
  return installed.get(tool)!;
}

/** What another tool made of the file. */
export interface Stripped {
  readonly tool: string;
  readonly bytes: Buffer;
}

/** The options for each tool; LLVM's --strip-all drops more than GNU's. */
export interface Asked {
  readonly gnu: readonly string[];
  readonly llvm: readonly string[];
}

/**
 * The result of GNU strip, or else of LLVM's; or why there is none. A strip that exits with 0 and writes nothing has
 * failed.
 */
export function otherStrip(machine: number, path: string, out: string, asked: Asked): Stripped | string {
  const why: string[] = [];
  for (const [tool, options] of [
    [GNU[machine], asked.gnu],
    [LLVM, asked.llvm],
  ] as const) {
    if (tool === undefined || !isInstalled(tool)) continue;

    const { status, signal, stderr } = run(tool, [...options, "-o", out, path]);
    try {
      const bytes = status === 0 ? readFileSync(out) : undefined;
      if (bytes && bytes.length > 0) return { tool, bytes };

      const said = stderr.replaceAll(path, "FILE").split("\n")[0];
      why.push(`${tool}: ${said || `exit ${status ?? signal}`}`);
    } finally {
      rmSync(out, { force: true });
    }
  }

  return why.join("; ") || "no tool is installed";
}

import { fork } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { stripDebug, stripUnneeded } from "../../src/index.js";
import { patchFileSync } from "../../src/node/index.js";
import type { Cost } from "./measure.js";
import type { Subject } from "./subjects.js";

const ROLE = "ELFWRIGHT_BENCH_WORKER";

export interface Work {
  readonly input: string;
  readonly output: string;
  readonly option: Subject["option"];
}

/** What the operation cost; `idle` is the memory that the process had before it. */
export interface WorkerCost extends Cost {
  readonly idle: number;
}

/** A size of this process in MiB (proc(5), /proc/pid/status). */
function status(field: string): number {
  const text = readFileSync("/proc/self/status", "utf8");
  const [, kibibytes] = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)!;
  return Number(kibibytes) / 1024;
}

function work({ input, output, option }: Work): WorkerCost | string {
  const idle = status("VmRSS");
  // Sets VmHWM, the peak, to what is resident now (proc(5)).
  writeFileSync("/proc/self/clear_refs", "5");
  const cpuBefore = process.cpuUsage();
  const wallBefore = process.hrtime.bigint();

  try {
    patchFileSync(input, [option === "-g" ? stripDebug() : stripUnneeded()], { output });
  } catch (e) {
    return String(e);
  }

  const { user, system } = process.cpuUsage(cpuBefore);
  const wall = Number(process.hrtime.bigint() - wallBefore) / 1e6;
  return { cpu: (user + system) / 1000, wall, peak: status("VmHWM"), idle };
}

/** Serves as the worker. False in the process that was started by hand. */
export function serveBench(): boolean {
  if (process.env[ROLE] === undefined || !process.send) return false;
  process.on("message", (w) => process.send!(work(w as Work)));
  return true;
}

/** A process of its own that strips when asked to. */
export class Worker {
  readonly #child;

  constructor(script: string) {
    this.#child = fork(script, { env: { ...process.env, [ROLE]: "1" } });
  }

  do(w: Work): Promise<WorkerCost | string> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the worker ended: ${code}`));
      this.#child.once("exit", ended);
      this.#child.once("message", (m) => {
        this.#child.off("exit", ended);
        resolve(m as WorkerCost | string);
      });
      this.#child.send(w);
    });
  }

  end(): void {
    this.#child.disconnect();
  }
}

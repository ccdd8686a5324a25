import { fork } from "node:child_process";

const LANE = "ELFWRIGHT_LANE";

/**
 * Has every task done by processes that run the same script, and gives each result as it comes. The task of a process
 * that dies gets the result of `failed`, and a new process takes the next task. The workers are processes and not
 * threads: a program that one thread starts inherits for a moment the files that the others are writing, and the kernel
 * refuses to run those (ETXTBSY).
 */
export async function inPool<T extends object, R>(
  script: string,
  jobs: number,
  tasks: readonly T[],
  onResult: (task: T, result: R, done: number) => void,
  failed: (task: T, why: string) => R,
): Promise<void> {
  let next = 0;
  let done = 0;

  /** Starts a process, and gives it tasks until it dies or none is left. */
  function useWorker(lane: number): Promise<void> {
    const env = { ...process.env, [LANE]: String(lane) };
    const worker = fork(script, { env, execArgv: ["--max-old-space-size=6144"] });
    let task: T | undefined;

    const give = () => {
      task = tasks[next++];
      if (task === undefined) worker.disconnect();
      else worker.send(task);
    };
    const take = (result: R) => {
      const finished = task!;
      task = undefined;
      onResult(finished, result, ++done);
    };

    return new Promise((resolve) => {
      worker.on("message", (result) => {
        take(result as R);
        give();
      });
      worker.on("exit", (code, signal) => {
        if (task !== undefined) take(failed(task, `its process ended: ${signal ?? `exit ${code}`}`));
        resolve();
      });
      give();
    });
  }

  async function runLane(lane: number): Promise<void> {
    while (next < tasks.length) await useWorker(lane);
  }

  const lanes = Math.min(jobs, tasks.length);
  await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane)));
}

/** The worker's side: answers each task. Returns false in the process that a person started. */
export function serve<T, R>(work: (task: T, lane: number) => R): boolean {
  const lane = process.env[LANE];
  if (lane === undefined || !process.send) return false;

  process.on("message", (task) => process.send!(work(task as T, Number(lane))));
  return true;
}

import { fork } from "node:child_process";

const LANE = "ELFWRIGHT_LANE";

/**
 * Has every task done by processes that run this same script, and gives each result as it comes. A process that dies
 * takes its task with it, as `failed` says, and another one goes on. They are processes and not threads: a thread that
 * starts a program hands it, for a moment, what the other threads are writing, and the kernel refuses to run that
 * (ETXTBSY).
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
  const lane = async (index: number): Promise<void> => {
    while (next < tasks.length) {
      const worker = fork(script, {
        env: { ...process.env, [LANE]: String(index) },
        execArgv: ["--max-old-space-size=6144"],
      });
      await new Promise<void>((resolve) => {
        let task: T | undefined;
        const give = () => {
          task = tasks[next++];
          if (task === undefined) worker.disconnect();
          else worker.send(task);
        };
        const take = (result: R) => {
          const was = task!;
          task = undefined;
          onResult(was, result, ++done);
        };
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
  };
  await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, (_, i) => lane(i)));
}

/** The other side: answers each task. False in the process that was started by hand. */
export function serve<T, R>(work: (task: T, lane: number) => R): boolean {
  const lane = process.env[LANE];
  if (lane === undefined || !process.send) return false;
  process.on("message", (task) => process.send!(work(task as T, Number(lane))));
  return true;
}

import { setImmediate } from "node:timers/promises";
import { removeQuietly, whileWritten } from "../node/new-file.js";

/** What ends a process that does not listen: Ctrl-C, `kill`, a terminal that is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Does the work. A signal that ends the process meanwhile does so once no half-written file is left. */
export async function endingWell<T>(work: () => Promise<T>): Promise<T> {
  let end: ((signal: NodeJS.Signals) => void) | undefined;
  const ignore = () => {
    for (const signal of SIGNALS) if (end) process.off(signal, end);
    end = undefined;
  };

  // Only now, since nothing hears a signal while the patch is computed, which may take seconds.
  whileWritten.begun = (temp) => {
    end = (signal) => {
      ignore();
      removeQuietly(temp);
      process.kill(process.pid, signal);
    };
    for (const signal of SIGNALS) process.on(signal, end);
  };

  try {
    return await work();
  } finally {
    // A signal that has come already is heard now.
    if (end) await setImmediate();
    ignore();
    delete whileWritten.begun;
  }
}

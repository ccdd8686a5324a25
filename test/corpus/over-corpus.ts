import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { corpusFolder, filesUnder } from "./files.js";
import { Journal } from "./journal.js";
import { inPool, serve } from "./pool.js";
import { progress } from "./print.js";

/** The part of the help that all checks of a corpus share. */
export const OPTIONS_HELP = `  --only PATTERN  only files whose path matches this regular expression
  --jobs N        processes at once (2)
  --json FILE     the whole report, one line a file
  --resume        take over what FILE holds from a run that was stopped`;

/** What is done with every file of a list. */
export interface CorpusCheck<R extends { readonly file: string }> {
  /** The path of the script, which the workers run too. */
  readonly script: string;
  readonly help: string;
  /** Examines one file. `name` is its path below the corpus, `scratch` a folder of this worker's own. */
  examine(path: string, name: string, scratch: string): R;
  /** The report of a file whose worker died. */
  failed(name: string, why: string): R;
  /** Prints the tables, and returns the exit status. `whole` is true where no file was left out. */
  print(list: string, reports: readonly R[], whole: boolean): number;
}

interface Task {
  readonly path: string;
  readonly name: string;
  readonly scratch: string;
  readonly size: number;
}

/** Runs a check over the files of the list that the command line names, in processes. Sets the exit status. */
export async function overCorpus<R extends { readonly file: string }>(check: CorpusCheck<R>): Promise<void> {
  const isWorker = serve(({ path, name, scratch }: Task, lane) => {
    const folder = join(scratch, String(lane));
    mkdirSync(folder, { recursive: true });
    return check.examine(path, name, folder);
  });
  if (!isWorker) process.exitCode = await main(check);
}

async function main<R extends { readonly file: string }>({
  script,
  help,
  failed,
  print,
}: CorpusCheck<R>): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: "string" },
      jobs: { type: "string", default: "2" },
      json: { type: "string" },
      resume: { type: "boolean", default: false },
      help: { type: "boolean" },
    },
  });
  const [list] = positionals;
  if (values.help || positionals.length !== 1 || (list !== "small" && list !== "full")) {
    console.log(help);
    return values.help ? 0 : 2;
  }

  const root = corpusFolder(list);
  const only = new RegExp(values.only ?? "");
  const scratch = mkdtempSync(join(tmpdir(), "elfwright-corpus-"));
  const journal = new Journal<R>(values.json, values.resume);

  try {
    const taskOf = (path: string): Task => ({ path, name: relative(root, path), scratch, size: statSync(path).size });
    const tasks = filesUnder(root)
      .map(taskOf)
      .filter((t) => only.test(t.name) && !journal.has(t.name));
    // The largest come first, so that no worker is left with one at the end.
    tasks.sort((a, b) => b.size - a.size);

    const onResult = (task: Task, report: R, done: number) => {
      journal.add(report);
      progress(`${done}/${tasks.length} ${task.name}`);
    };
    await inPool(script, Number(values.jobs), tasks, onResult, (task, why) => failed(task.name, why));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }

  progress("");
  return print(list, journal.reports, values.only === undefined);
}

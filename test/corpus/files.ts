import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { EM } from "../../src/index.js";

/** The folder with the files of a list: ELFWRIGHT_CORPUS, or one in `.cache` that they are fetched into once. */
export const corpusFolder = (list: string): string => process.env["ELFWRIGHT_CORPUS"] ?? fetched(list);

function fetched(list: string): string {
  const shared = resolve("..", "shared", "corpus");
  const fetchCorpus = join(shared, "fetch-corpus");
  const out = resolve(".cache", `corpus-${list}`);
  if (!existsSync(fetchCorpus)) {
    const path = join("..", "shared", "corpus", "fetch-corpus");
    throw new Error(`${path} is not there: set ELFWRIGHT_CORPUS to a folder of ELF files`);
  }

  // Exit 3 means that some packages could not be fetched; the others are enough.
  const { status } = spawnSync(fetchCorpus, [join(shared, `${list}.list`), out], { stdio: ["ignore", 2, 2] });
  if (status !== 0 && status !== 3) throw new Error(`fetch-corpus: exit ${status}`);
  return out;
}

/** The files under a folder, sorted, without those that fetch-corpus keeps for itself. */
export function filesUnder(dir: string): string[] {
  const files = readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return entry.name === ".done" ? [] : filesUnder(path);
    return entry.isFile() && entry.name !== "MANIFEST.tsv" ? [path] : [];
  });
  return files.sort();
}

export const machineName = (n: number): string => Object.entries(EM).find(([, v]) => v === n)?.[0] ?? `machine ${n}`;

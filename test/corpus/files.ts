import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { EM } from "../../src/index.js";

/** The folder of a list's files: that of ELFWRIGHT_CORPUS, or fetched once into `.cache`. */
export const corpusFolder = (list: string): string => process.env["ELFWRIGHT_CORPUS"] ?? fetched(list);

function fetched(list: string): string {
  const shared = resolve("..", "shared", "corpus");
  const out = resolve(".cache", `corpus-${list}`);
  if (!existsSync(join(shared, "fetch-corpus"))) {
    throw new Error(
      `${join("..", "shared", "corpus", "fetch-corpus")} is not there: set ELFWRIGHT_CORPUS to a folder of ELF files`,
    );
  }

  // Exit 3 tells of packages that could not be had: what came counts.
  const { status } = spawnSync(join(shared, "fetch-corpus"), [join(shared, `${list}.list`), out], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0 && status !== 3) throw new Error(`fetch-corpus: exit ${status}`);
  return out;
}

export function filesUnder(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((e) =>
      e.isDirectory()
        ? e.name === ".done"
          ? []
          : filesUnder(join(dir, e.name))
        : e.isFile() && e.name !== "MANIFEST.tsv"
          ? [join(dir, e.name)]
          : [],
    )
    .sort();
}

export const machineName = (n: number): string => Object.entries(EM).find(([, v]) => v === n)?.[0] ?? `machine ${n}`;

import { copyFileSync, readFileSync, rmSync, statSync } from "node:fs";
import { captured } from "../../support/captured.js";
import { run } from "../../support/tools.js";

/** What readelf says is left: one line a section, and one a symbol of `.symtab`, sorted. */
export interface Left {
  readonly sections: readonly string[];
  readonly symbols: readonly string[];
}

/** What a strip did to one file. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly changed: boolean;
  readonly size: number;
  readonly left: Left;
}

const NAMED: readonly string[] = ["UND", "ABS", "COM"];

/** Type and flags of sections, and what is in a symbol; neither offsets nor indexes, which may differ. */
export function leftOf(path: string): Left {
  const text = run("readelf", ["-SsW", path]).stdout;
  const names = new Map<string, string>();
  const sections: string[] = [];
  const symbols: string[] = [];

  for (const [, index, name, type, , , , flags] of text.matchAll(
    /^ {2}\[ *(\d+)\] (\S*) +([A-Z_0-9]+) +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) [0-9a-f]{2} +([A-Zxlop]*) +\d+ +\d+ +\d+$/gm,
  )) {
    names.set(index!, name!);
    if (index !== "0") sections.push(`${name!} ${type!} ${flags!}`);
  }

  const table = /^Symbol table '\.symtab' .*\n.*\n((?: .*\n)*)/m.exec(text)?.[1] ?? "";
  for (const [, value, size, type, bind, visibility, index, name] of table.matchAll(
    /^ +[1-9]\d*: ([0-9a-f]+) +(\w+) (\w+) +(\w+) +(\w+) +(\w+) ?(.*)$/gm,
  )) {
    const section = NAMED.includes(index!) ? index! : (names.get(index!) ?? `section ${index!}`);
    symbols.push([name, type, bind, visibility, section, value, size].join(" "));
  }

  return { sections: sections.sort(), symbols: symbols.sort() };
}

function outcome(path: string, before: Buffer, ran: Pick<Outcome, "status" | "stdout" | "stderr">): Outcome {
  const { status, stdout, stderr } = ran;
  return {
    status,
    stdout: stdout.replaceAll(path, "FILE"),
    stderr: stderr.replaceAll(path, "FILE"),
    changed: !readFileSync(path).equals(before),
    size: statSync(path).size,
    left: leftOf(path),
  };
}

/** Gives a copy of a file to both, with the same options; another machine's files go to its own GNU strip. */
export function both(
  file: string,
  args: readonly string[],
  force: boolean,
  work: string,
  strip = "strip",
): { theirs: Outcome; ours: Outcome } {
  const before = readFileSync(file);
  const [theirs, ours] = [`${work}-theirs`, `${work}-ours`];
  copyFileSync(file, theirs);
  copyFileSync(file, ours);

  try {
    return {
      theirs: outcome(theirs, before, run(strip, [...args, theirs])),
      ours: outcome(ours, before, captured("strip", ...args, ...(force ? ["--force"] : []), ours)),
    };
  } finally {
    rmSync(theirs);
    rmSync(ours);
  }
}

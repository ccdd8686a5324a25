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

/** A row of `readelf -SW`: index, name, type, address, offset, size and so on. */
const SECTION = new RegExp(
  "^ {2}\\[ *(?<index>\\d+)\\] (?<name>\\S*) +(?<type>[A-Z_0-9]+) +[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ " +
    "[0-9a-f]{2} +(?<flags>[A-Zxlop]*) +\\d+ +\\d+ +\\d+$",
  "gm",
);

/** A row of `readelf -sW`, except the first, empty one. */
const SYMBOL = /^ +[1-9]\d*: ([0-9a-f]+) +(\w+) (\w+) +(\w+) +(\w+) +(\w+) ?(.*)$/gm;

/** Type and flags of sections, and the fields of symbols; neither offsets nor indexes, which may differ. */
export function leftOf(path: string): Left {
  const text = run("readelf", ["-SsW", path]).stdout;
  const names = new Map<string, string>();
  const sections: string[] = [];
  const symbols: string[] = [];

  for (const { groups } of text.matchAll(SECTION)) {
    const { index, name, type, flags } = groups!;
    names.set(index!, name!);
    if (index !== "0") sections.push(`${name} ${type} ${flags}`);
  }

  const table = /^Symbol table '\.symtab' .*\n.*\n((?: .*\n)*)/m.exec(text)?.[1] ?? "";
  for (const [, value, size, type, bind, visibility, index, name] of table.matchAll(SYMBOL)) {
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
export async function both(
  file: string,
  args: readonly string[],
  force: boolean,
  work: string,
  strip = "strip",
): Promise<{ theirs: Outcome; ours: Outcome }> {
  const before = readFileSync(file);
  const [theirs, ours] = [`${work}-theirs`, `${work}-ours`];
  copyFileSync(file, theirs);
  copyFileSync(file, ours);

  try {
    return {
      theirs: outcome(theirs, before, run(strip, [...args, theirs])),
      ours: outcome(ours, before, await captured("strip", ...args, ...(force ? ["--force"] : []), ours)),
    };
  } finally {
    rmSync(theirs);
    rmSync(ours);
  }
}

import { run } from "./run.js";

/** A line without its numbers, which say where and not what: a complaint that only moved is not new. */
const shape = (line: string): string => line.replace(/0x[0-9a-f]+|\d+/gi, "#");

/** Lines of `after` that `before` does not have, or has fewer of. */
export function newLines(before: readonly string[], after: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of before) left.set(shape(line), (left.get(shape(line)) ?? 0) + 1);

  return after.filter((line) => {
    const remaining = (left.get(shape(line)) ?? 0) - 1;
    left.set(shape(line), remaining);
    return remaining < 0;
  });
}

/** The lines that a tool prints, without the path of the file. */
const lines = (text: string, path: string): string[] =>
  text
    .replaceAll(path, "FILE")
    .split("\n")
    .filter((l) => l.trim() !== "");

/** What eu-elflint complains of. */
export function lint(path: string): string[] {
  return lines(run("eu-elflint", ["--gnu-ld", path]).stdout, path).filter((l) => l !== "No errors");
}

/** What readelf warns of when it prints everything. */
export function readelfWarnings(path: string): string[] {
  const { stdout, stderr } = run("readelf", ["-aW", path]);
  const complaints = lines(stdout, path).filter((l) => /warning:|error:|<corrupt|<unknown>:/i.test(l));
  return [...lines(stderr, path), ...complaints];
}

/** The dynamic section and interpreter as readelf reads them. */
export function readelfValues(path: string): {
  interpreter: string | null;
  needed: string[];
  runpath: string | null;
  rpath: string | null;
  flags1: string | null;
  soname: string | null;
  sections: string[];
  versionFiles: string[];
} {
  const text = run("readelf", ["-dlSVW", path]).stdout;
  const first = (re: RegExp): string | null => re.exec(text)?.[1] ?? null;
  const all = (re: RegExp): string[] => [...text.matchAll(re)].map((m) => m[1]!);

  return {
    interpreter: first(/Requesting program interpreter: ([^\]]*)\]/),
    needed: all(/\(NEEDED\)\s+Shared library: \[([^\]]*)\]/g),
    runpath: first(/\(RUNPATH\)\s+Library runpath: \[([^\]]*)\]/),
    rpath: first(/\(RPATH\)\s+Library rpath: \[([^\]]*)\]/),
    flags1: first(/\(FLAGS_1\)\s+Flags: (.*)/),
    soname: first(/\(SONAME\)\s+Library soname: \[([^\]]*)\]/),
    sections: all(/^ {2}\[ *\d+\] (\S+) +[A-Z]/gm),
    versionFiles: all(/Version: 1 {2}File: (\S+) /g),
  };
}

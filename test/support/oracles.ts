import { run } from "./run.js";

/** Numbers say where, not what: a complaint that only moved is not new. */
const shape = (line: string): string => line.replace(/0x[0-9a-f]+|\d+/gi, "#");

function count(lines: readonly string[]): Map<string, number> {
  const n = new Map<string, number>();
  for (const l of lines) n.set(shape(l), (n.get(shape(l)) ?? 0) + 1);
  return n;
}

/** Lines of `after` that `before` has not, or fewer of. */
export function newLines(before: readonly string[], after: readonly string[]): string[] {
  const seen = count(before);
  return after.filter((l) => {
    const left = (seen.get(shape(l)) ?? 0) - 1;
    seen.set(shape(l), left);
    return left < 0;
  });
}

const lines = (text: string, path: string): string[] =>
  text
    .replaceAll(path, "FILE")
    .split("\n")
    .filter((l) => l.trim() !== "");

/** What eu-elflint complains of. */
export function lint(path: string): string[] {
  return lines(run("eu-elflint", ["--gnu-ld", path]).stdout, path).filter((l) => l !== "No errors");
}

/** readelf's warnings and errors over everything it prints. */
export function readelfWarnings(path: string): string[] {
  const r = run("readelf", ["-aW", path]);
  return [
    ...lines(r.stderr, path),
    ...lines(r.stdout, path).filter((l) => /warning:|error:|<corrupt|<unknown>:/i.test(l)),
  ];
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
  const all = (re: RegExp): string[] => [...text.matchAll(re)].map((m) => m[1]!);
  return {
    interpreter: all(/Requesting program interpreter: ([^\]]*)\]/g)[0] ?? null,
    needed: all(/\(NEEDED\)\s+Shared library: \[([^\]]*)\]/g),
    runpath: all(/\(RUNPATH\)\s+Library runpath: \[([^\]]*)\]/g)[0] ?? null,
    rpath: all(/\(RPATH\)\s+Library rpath: \[([^\]]*)\]/g)[0] ?? null,
    flags1: all(/\(FLAGS_1\)\s+Flags: (.*)/g)[0] ?? null,
    soname: all(/\(SONAME\)\s+Library soname: \[([^\]]*)\]/g)[0] ?? null,
    sections: all(/^ {2}\[ *\d+\] (\S+) +[A-Z]/gm),
    versionFiles: all(/Version: 1 {2}File: (\S+) /g),
  };
}

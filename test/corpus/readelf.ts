import { run } from "../support/run.js";

/** What GNU readelf reads of a file, as far as the wishes touch it. */
export interface Values {
  readonly status: number | null;
  readonly interpreter: string | null;
  readonly needed: readonly string[];
  readonly runpath: string | null;
  readonly rpath: string | null;
  readonly soname: string | null;
  readonly noDefaultLib: boolean;
  /** The flags of PT_GNU_STACK as readelf prints them, e.g. `RWE`; null where there is none. */
  readonly stack: string | null;
  /** What it said on stderr, the file's name masked. */
  readonly complaints: readonly string[];
}

export function readelfValues(path: string): Values {
  const { status, stdout, stderr } = run("readelf", ["-dlW", path]);
  const all = (re: RegExp): string[] => [...stdout.matchAll(re)].map((m) => m[1]!);
  return {
    status,
    interpreter: all(/Requesting program interpreter: ([^\]\n]*)\]/g)[0] ?? null,
    needed: all(/\(NEEDED\)\s+Shared library: \[([^\]\n]*)\]/g),
    runpath: all(/\(RUNPATH\)\s+Library runpath: \[([^\]\n]*)\]/g)[0] ?? null,
    rpath: all(/\(RPATH\)\s+Library rpath: \[([^\]\n]*)\]/g)[0] ?? null,
    soname: all(/\(SONAME\)\s+Library soname: \[([^\]\n]*)\]/g)[0] ?? null,
    noDefaultLib: /\(FLAGS_1\)\s+Flags:.*\bNODEFLIB\b/.test(stdout),
    stack: all(/^ {2}GNU_STACK +(?:0x[0-9a-f]+ +){5}([RWE ]{3})/gm)[0]?.trim() ?? null,
    complaints: stderr
      .replaceAll(path, "FILE")
      .split("\n")
      .filter((l) => l.trim() !== ""),
  };
}

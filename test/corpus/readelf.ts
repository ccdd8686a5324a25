import { run } from "../support/run.js";

/** What GNU readelf reads in a file, as far as the wishes touch it. */
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
  /** The lines on stderr, with the path of the file masked. */
  readonly complaints: readonly string[];
}

export function readelfValues(path: string): Values {
  const { status, stdout, stderr } = run("readelf", ["-dlW", path]);
  const first = (re: RegExp): string | null => re.exec(stdout)?.[1] ?? null;
  const needed = [...stdout.matchAll(/\(NEEDED\)\s+Shared library: \[([^\]\n]*)\]/g)];
  const complaints = stderr.replaceAll(path, "FILE").split("\n");

  return {
    status,
    interpreter: first(/Requesting program interpreter: ([^\]\n]*)\]/),
    needed: needed.map((m) => m[1]!),
    runpath: first(/\(RUNPATH\)\s+Library runpath: \[([^\]\n]*)\]/),
    rpath: first(/\(RPATH\)\s+Library rpath: \[([^\]\n]*)\]/),
    soname: first(/\(SONAME\)\s+Library soname: \[([^\]\n]*)\]/),
    noDefaultLib: /\(FLAGS_1\)\s+Flags:.*\bNODEFLIB\b/.test(stdout),
    stack: first(/^ {2}GNU_STACK +(?:0x[0-9a-f]+ +){5}([RWE ]{3})/m)?.trim() ?? null,
    complaints: complaints.filter((l) => l.trim() !== ""),
  };
}

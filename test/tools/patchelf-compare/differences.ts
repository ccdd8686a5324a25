import { LONG } from "./cases.js";
import type { Outcome, Values } from "./sides.js";

/** What both did to one file. */
export interface Pair {
  readonly args: readonly string[];
  /** The file as it was. */
  readonly before: Uint8Array;
  readonly theirs: Outcome;
  readonly ours: Outcome;
}

/** A difference that is meant, or a fault of patchelf 0.14.3. It holds for what it describes and nothing more. */
export interface Difference {
  readonly name: string;
  readonly why: string;
  holds(pair: Pair): boolean;
  /** Only files of the corpus show it. */
  readonly optional?: true;
}

/** The exit code of a shell's child that an assertion stopped. */
const ABORTED = 134;

const EMPTY: Values = {
  interpreter: [],
  NEEDED: [],
  RUNPATH: [],
  RPATH: [],
  SONAME: [],
  FLAGS: [],
  FLAGS_1: [],
  symbols: [],
};
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const is = (args: readonly string[], ...wanted: string[]): boolean => same(args, wanted);
/** Ours refused, and wrote nothing; what had been asked for was printed, which an abort takes from theirs. */
const refused = ({ ours, theirs }: Pair, code: RegExp): boolean =>
  ours.status === 1 &&
  !ours.changed &&
  (ours.stdout === theirs.stdout || (theirs.status === ABORTED && theirs.stdout === "")) &&
  code.test(ours.stderr);
/** Ours found nothing to do, while theirs wrote an empty string. */
const leftAlone = ({ ours, theirs }: Pair, change: (was: Values) => Partial<Values>): boolean =>
  ours.status === 0 &&
  !ours.changed &&
  theirs.status === 0 &&
  ours.values !== undefined &&
  same(theirs.values, { ...ours.values, ...change(ours.values) });

/** Asked for nothing, ours has nothing to say of a static program. */
const leftStatic = ({ ours, theirs }: Pair): boolean =>
  ours.status === 0 && !ours.changed && theirs.status === 1 && theirs.stderr.includes("cannot find section '.dynamic'");

export const differences: readonly Difference[] = [
  {
    name: "no section headers",
    why: "patchelf finds everything by section; loaders do not look at sections",
    holds: ({ theirs, ours }) =>
      theirs.status === 1 && theirs.stderr.includes("patchelf: no section headers") && ours.status === 0,
  },
  {
    name: "static programs with a .dynamic",
    why: "they relocate themselves by it, and crash when it moves (failures.md, 6); 0.14.3 aborts on some",
    holds: (p) => [0, ABORTED].includes(p.theirs.status) && refused(p, /: STATIC: this is a static(-pie)? program/),
  },
  {
    name: "equal or empty values on static programs",
    why: "0.14.3 aborts where there is nothing to do",
    holds: ({ theirs, ours }) =>
      theirs.status === ABORTED && ours.status === 0 && !ours.changed && ours.stdout === theirs.stdout,
    optional: true,
  },
  {
    name: "nothing to do in a .dynamic without strings",
    why: "patchelf wants a .dynstr first (objects of Guile have a .dynamic of their own)",
    optional: true,
    holds: ({ theirs, ours }) =>
      theirs.status === 1 &&
      theirs.stderr.includes("cannot find section '.dynstr'") &&
      ours.status === 0 &&
      !ours.changed &&
      ours.stdout === theirs.stdout,
  },
  {
    name: "dynamic loaders",
    why: "ld.so reads its own tables before they could be found in another place (failures.md, 6)",
    holds: (p) => p.theirs.status === 0 && refused(p, /: LOADER: /),
  },
  {
    name: "versions of a removed library",
    why: "ld.so stops at versions of a file that is not needed (failures.md, 10)",
    holds: (p) => is(p.args, "--remove-needed", "libc.so.6") && p.theirs.status === 0 && refused(p, /: STILL_NEEDED: /),
  },
  {
    name: "--set-rpath '' without a path",
    why: "an empty value leaves a file without a path as it is; so does 0.18",
    holds: (p) => is(p.args, "--set-rpath", "") && leftAlone(p, () => ({ RUNPATH: [""] })),
  },
  {
    name: "--add-rpath ''",
    why: "an empty value leaves the file as it is; an empty directory is the current one (ld.so(8))",
    holds: (p) =>
      is(p.args, "--add-rpath", "") &&
      (leftStatic(p) ||
        leftAlone(p, (v) => ({ RUNPATH: [[...v.RUNPATH, ...v.RPATH].map((path) => `${path}:`)[0] ?? ""], RPATH: [] }))),
  },
  {
    name: "--add-needed ''",
    why: "an empty value leaves the file as it is; there is no library without a name",
    holds: (p) =>
      is(p.args, "--add-needed", "") && (leftStatic(p) || leftAlone(p, (v) => ({ NEEDED: ["", ...v.NEEDED] }))),
  },
  {
    name: "--set-soname ''",
    why: "an empty value leaves the file as it is",
    holds: (p) => is(p.args, "--set-soname", "") && leftAlone(p, () => ({ SONAME: [""] })),
  },
  {
    name: "--no-default-lib, most significant byte first",
    why: "patchelf sets the flag with its bytes swapped (failures.md, 9)",
    holds: ({ args, before, theirs, ours }) =>
      is(args, "--no-default-lib") &&
      before[5] === 2 &&
      theirs.status === 0 &&
      ours.status === 0 &&
      ours.values!.FLAGS_1.some((f) => f.includes("NODEFLIB")) &&
      same({ ...ours.values, FLAGS_1: [] }, { ...theirs.values, FLAGS_1: [] }),
  },
  {
    name: "several new strings in one call",
    why: "0.14.3 writes them over each other, or aborts (failures.md, 13)",
    holds: ({ args, theirs, ours }) =>
      same(args.slice(-5), ["/opt/elfwright/ld.so", "--set-rpath", LONG, "--add-needed", "libextra.so"]) &&
      ours.status === 0 &&
      (theirs.status === ABORTED ||
        (theirs.status === 0 && same({ ...theirs.values, RUNPATH: [LONG] }, ours.values))) &&
      same(ours.values, {
        ...(ours.values ?? EMPTY),
        interpreter: ["/opt/elfwright/ld.so"],
        RUNPATH: [LONG],
        NEEDED: ["libextra.so", ...ours.values!.NEEDED.slice(1)],
      }),
  },
];

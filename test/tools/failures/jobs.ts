import { expect } from "vitest";
import { addNeeded, type Edit, setInterpreter, setRunpath } from "../../../src/index.js";

/** Longer than a spare entry's old string, but within what GNU ld leaves behind a segment. */
export const LONG = "/opt/elfwright/long/".repeat(15);
/** More than a page, so no slack holds it. */
export const HUGE = Array.from({ length: 100 }, (_, i) => `/opt/elfwright/a/path/that/no/slack/can/hold/${i}`).join(
  ":",
);
export const LOADER = "/lib64/ld-linux-x86-64.so.2";
/** The same loader by a path of more bytes. */
export const longer = (loader: string, n = 20): string => `/${"lib/../".repeat(n)}${loader.slice(1)}`;

/** What a chain patches, and what readelf must see then. */
export interface Job {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** Put on top in a second patch. */
  readonly again: readonly Edit[];
  readonly values: object;
}

/** Libraries that every glibc has; more than .dynamic has spare entries for. */
export const MORE: readonly string[] = [
  "libm.so.6",
  "libdl.so.2",
  "libpthread.so.0",
  "librt.so.1",
  "libutil.so.1",
  "libresolv.so.2",
];

const SMALL: Job = {
  title: "a long runpath",
  edits: [setRunpath(LONG)],
  again: [setRunpath(`${LONG}:/more`)],
  values: { runpath: LONG },
};
const LARGE: Job = {
  title: "a huge runpath, 6 more libraries",
  edits: [setRunpath(HUGE), addNeeded(MORE)],
  again: [setRunpath(`${HUGE}:/more`), addNeeded("libanl.so.1")],
  values: { runpath: HUGE, needed: expect.arrayContaining([...MORE]) as unknown },
};

/**
 * The two sizes of growth for a program: into slack and spare entries, and more than a page of strings and a .dynamic
 * that must move.
 */
export function programJobs(loader = LOADER): Job[] {
  const interpreter = longer(loader);
  return [
    SMALL,
    {
      title: `${LARGE.title}, a long interpreter`,
      edits: [...LARGE.edits, setInterpreter(interpreter)],
      again: [...LARGE.again, setInterpreter(longer(loader, 40))],
      values: { ...LARGE.values, interpreter },
    },
  ];
}

/** The same for a library. */
export const libraryJobs = (): Job[] => [SMALL, LARGE];

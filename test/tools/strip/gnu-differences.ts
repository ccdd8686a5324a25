import type { Case } from "./gnu-cases.js";
import type { Outcome } from "./gnu-sides.js";

/** What both did to one file. */
export interface Pair extends Case {
  /** The file's name among the sources. */
  readonly file: string;
  readonly theirs: Outcome;
  readonly ours: Outcome;
}

/** A difference that the contract of our strip asks for, or a fault of GNU strip 2.40. It holds for what it describes and nothing more. */
export interface Difference {
  readonly name: string;
  readonly why: string;
  holds(pair: Pair): boolean;
}

const isObject = ({ file }: Pair): boolean => file.endsWith(".o");
/** Ours refused, and wrote nothing. */
const refused = ({ ours }: Pair, message: RegExp): boolean => ours.status === 1 && !ours.changed && message.test(ours.stderr);

export const differences: readonly Difference[] = [
  {
    name: "-s of relocatable files", why: "they are of no use without symbols and relocations; --force does it",
    holds: (p) => isObject(p) && p.force !== true && p.theirs.status === 0 && refused(p, /: RELOCATABLE: /),
  },
  {
    name: "-R of a loaded section", why: "programs may use the bytes; GNU strip loses PT_GNU_RELRO on the way, or the program does not start; --force does it",
    holds: (p) => !isObject(p) && p.force !== true && p.args.includes("-R") && p.theirs.status === 0 && refused(p, /: LOADED_SECTION: /),
  },
];

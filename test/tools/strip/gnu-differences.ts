import type { Case } from "./gnu-cases.js";
import type { Outcome } from "./gnu-sides.js";

/** What both did to one file. */
export interface Pair extends Case {
  /** The file's name among the sources. */
  readonly file: string;
  readonly theirs: Outcome;
  readonly ours: Outcome;
  /** What is different, as {@link compare} says it. */
  readonly lines: readonly string[];
}

/** A difference that the contract of our strip asks for, or a fault of GNU strip 2.40. It holds for what it describes and nothing more. */
export interface Difference {
  readonly name: string;
  readonly why: string;
  holds(pair: Pair): boolean;
}

/** Bytes that ours may be larger by: padding, and a table of section names with its strings in another order. */
const LARGER = 64;

const without = (a: readonly string[], b: readonly string[]): string[] => {
  const rest = [...b];
  return a.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
};

/** What is different, in lines; none where nothing is. */
export function compare(theirs: Outcome, ours: Outcome): string[] {
  if (ours.status !== 0 && ours.changed) return [`refused, and written: ${ours.stderr.trim()}`];
  if (theirs.status !== ours.status) return [`exit ${theirs.status} and ${ours.status}: ${theirs.stderr.trim()} | ${ours.stderr.trim()}`];
  if (ours.status !== 0) return [];
  const lines = (["sections", "symbols"] as const).flatMap((what) => [
    ...without(theirs.left[what], ours.left[what]).map((line) => `${what}: GNU's alone: ${line}`), ...without(ours.left[what], theirs.left[what]).map((line) => `${what}: ours alone: ${line}`),
  ]);
  if (ours.size > theirs.size + LARGER) lines.push(`size ${ours.size}, GNU's ${theirs.size}`);
  return lines;
}

const isObject = ({ file }: Pair): boolean => /\.(o|dwo)$/.test(file);
const has = ({ args }: Pair, ...wanted: string[]): boolean => args.join(" ").includes(wanted.join(" "));
/** Both did their work, and nothing else is different. */
const only = ({ ours, theirs, lines }: Pair, ...allowed: RegExp[]): boolean => ours.status === 0 && theirs.status === 0 && lines.every((line) => allowed.some((a) => a.test(line)));
/** Ours refused, and wrote nothing. */
const refused = ({ ours, theirs }: Pair, message: RegExp): boolean => theirs.status === 0 && ours.status === 1 && !ours.changed && message.test(ours.stderr);
/** Theirs refused. */
const theirsRefused = ({ ours, theirs }: Pair, message: RegExp): boolean => theirs.status === 1 && ours.status === 0 && message.test(theirs.stderr);

const SIZE = /^size /;

export const differences: readonly Difference[] = [
  {
    name: "-s of relocatable files", why: "they are of no use without symbols and relocations; --force does it",
    holds: (p) => isObject(p) && p.force !== true && refused(p, /: RELOCATABLE: /),
  },
  {
    name: "-R of a loaded section", why: "programs may use the bytes; GNU strip loses PT_GNU_RELRO on the way, or the program does not start; --force does it",
    holds: (p) => !isObject(p) && p.force !== true && has(p, "-R") && refused(p, /: LOADED_SECTION: /),
  },
  {
    name: "-R of a removed loaded section, forced", why: "symbols in .dynsym are loaded bytes, so the sections behind it keep their indexes, and a header of SHT_NULL stays",
    holds: (p) => !isObject(p) && p.force === true && has(p, "-R .note.*") && only(p, /^sections: ours alone: {2}NULL $/, SIZE) && p.ours.size <= p.theirs.size + 64 * (p.lines.length + 1),
  },
  {
    name: "-R of .symtab, .strtab or .shstrtab, which something needs", why: "GNU strip leaves the section and says nothing",
    holds: (p) => /-R \.(sym|str|shstr)tab$/.test(p.args.join(" ")) && refused(p, /: STILL_NEEDED: \.\w+ cannot go: /),
  },
  {
    name: "-R .symtab of a program", why: "GNU strip leaves it and says nothing; ours does as it is told",
    holds: (p) => !isObject(p) && has(p, "-R .symtab") && only(p, /^sections: GNU's alone: \.(sym|str)tab /, /^symbols: GNU's alone: /) && p.ours.left.symbols.length === 0,
  },
  {
    name: "--keep-section=.symtab", why: "GNU strip drops it all the same",
    holds: (p) => !isObject(p) && has(p, "--keep-section=.symtab") && only(p, /^sections: ours alone: \.(sym|str)tab /, /^symbols: ours alone: /, SIZE),
  },
  {
    name: "-x and STB_GNU_UNIQUE", why: "such a symbol is global; GNU strip 2.40 takes it for a local one",
    holds: (p) => (has(p, "-x") || has(p, "--discard-all")) && only(p, /^symbols: ours alone: \S+ OBJECT UNIQUE /, SIZE),
  },
  {
    name: "--keep-section-symbols of a program", why: "GNU strip makes symbols that were not there, for sections that no relocation names",
    holds: (p) => !isObject(p) && has(p, "-g --keep-section-symbols") && only(p, /^symbols: GNU's alone: \S+ SECTION LOCAL /),
  },
  {
    name: "symbols that removed relocations named", why: "GNU strip looks which symbols are needed before it removes the relocations",
    holds: (p) => /--remove-relocations|-R \.rela/.test(p.args.join(" ")) && only(p, /^symbols: GNU's alone: /),
  },
  {
    name: "relocations that name a kept symbol", why: "with -s -K GNU strip keeps these and drops those beside them, so that no linker can use what is left",
    holds: (p) => (has(p, "-K used") || has(p, "-w -K u*")) && only(p, /^sections: GNU's alone: \.rela\./),
  },
  {
    name: "-N and -K of one symbol", why: "-K counts more with GNU strip, too, but for symbols that a relocation names it refuses first",
    holds: (p) => has(p, "-N used -K used") && theirsRefused(p, /not stripping symbol `used'/) && p.ours.left.symbols.some((line) => line.startsWith("used FUNC ")),
  },
  {
    name: "-N of a section's symbol", why: "it has no name; BFD gives it the section's",
    holds: (p) => has(p, "-N .text") && theirsRefused(p, /not stripping symbol `\.text'/) && !p.ours.changed,
  },
  {
    name: "symbols of sections without relocations", why: "GNU strip 2.40 stops where a relocation that stays names a symbol that it dropped itself",
    holds: (p) => p.file === "emit-relocs" && theirsRefused(p, /symbol `\.tm_clone_table' required but not present/),
  },
];

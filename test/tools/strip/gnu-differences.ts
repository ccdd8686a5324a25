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
  /** Undefined for x86-64. */
  readonly machine?: string;
}

/**
 * A difference that the contract of our strip asks for, or a fault of GNU strip 2.40. It holds for what it describes
 * and nothing more.
 */
export interface Difference {
  readonly name: string;
  readonly why: string;
  /** Only this of the lines; without it, all of them. */
  readonly line?: RegExp;
  /** What it adds makes ours larger. */
  readonly larger?: true;
  /** Files of other machines show it, which are compared apart. */
  readonly machines?: true;
  holds(pair: Pair): boolean;
}

/** The line on the size, which is the last one. */
const SIZE = /^size /;

/** So many bytes ours may be larger: padding, and a table of section names with its strings in another order. */
const LARGER = 64;

/** The lines of one list that the other lacks; equal lines count each. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return lines.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** What is different, in lines; none where nothing is. */
export function compare(theirs: Outcome, ours: Outcome): string[] {
  if (ours.status !== 0 && ours.changed) return [`refused, and written: ${ours.stderr.trim()}`];
  if (theirs.status !== ours.status) {
    return [`exit ${theirs.status} and ${ours.status}: ${theirs.stderr.trim()} | ${ours.stderr.trim()}`];
  }
  if (ours.status !== 0) return [];

  const lines = (["sections", "symbols"] as const).flatMap((what) => [
    ...without(theirs.left[what], ours.left[what]).map((line) => `${what}: GNU's alone: ${line}`),
    ...without(ours.left[what], theirs.left[what]).map((line) => `${what}: ours alone: ${line}`),
  ]);
  if (ours.size > theirs.size + LARGER) lines.push(`size ${ours.size}, GNU's ${theirs.size}`);
  return lines;
}

const isObject = ({ file }: Pair): boolean => /\.(o|dwo)$/.test(file);
const has = ({ args }: Pair, ...wanted: string[]): boolean => args.join(" ").includes(wanted.join(" "));
/** Ours refused, and wrote nothing. */
const refused = ({ ours, theirs }: Pair, message: RegExp): boolean =>
  theirs.status === 0 && ours.status === 1 && !ours.changed && message.test(ours.stderr);
/** Theirs refused. */
const theirsRefused = ({ ours, theirs }: Pair, message: RegExp): boolean =>
  theirs.status === 1 && ours.status === 0 && message.test(theirs.stderr);
const bothDid = ({ ours, theirs }: Pair): boolean => ours.status === 0 && theirs.status === 0;

export const differences: readonly Difference[] = [
  {
    name: "-s of relocatable files",
    why: "they are of no use without symbols and relocations; --force does it",
    holds: (p) => isObject(p) && p.force !== true && refused(p, /: RELOCATABLE: /),
  },
  {
    name: "-R of a loaded section",
    why:
      "programs may use the bytes; GNU strip loses PT_GNU_RELRO on the way, or the program does not start; " +
      "--force does it",
    holds: (p) => !isObject(p) && p.force !== true && has(p, "-R") && refused(p, /: LOADED_SECTION: /),
  },
  {
    name: "headers of SHT_NULL",
    why:
      "symbols in .dynsym name sections by index, and are loaded bytes: where one in front of those goes, " +
      "its header stays empty; GNU strip writes other indexes",
    line: /^sections: ours alone: {2}NULL $/,
    larger: true,
    holds: (p) => !isObject(p) && bothDid(p) && (p.file === "emit-relocs" || has(p, "-R .note.*")),
  },
  {
    name: "-R of .symtab, .strtab or .shstrtab, which something needs",
    why: "GNU strip leaves the section and says nothing",
    holds: (p) => /-R \.(sym|str|shstr)tab$/.test(p.args.join(" ")) && refused(p, /: STILL_NEEDED: \.\w+ cannot go: /),
  },
  {
    name: "-R .symtab of a program",
    why: "GNU strip leaves it and says nothing; ours does as it is told",
    line: /^sections: GNU's alone: \.(sym|str)tab |^symbols: GNU's alone: /,
    holds: (p) => !isObject(p) && has(p, "-R .symtab") && bothDid(p) && p.ours.left.symbols.length === 0,
  },
  {
    name: "--keep-section=.symtab",
    why: "GNU strip drops it all the same",
    line: /^sections: ours alone: \.(sym|str)tab |^symbols: ours alone: /,
    larger: true,
    holds: (p) => !isObject(p) && has(p, "--keep-section=.symtab") && bothDid(p) && p.theirs.left.symbols.length === 0,
  },
  {
    name: "-x and STB_GNU_UNIQUE",
    why: "such a symbol is global; GNU strip 2.40 takes it for a local one",
    line: /^symbols: ours alone: \S+ OBJECT UNIQUE /,
    larger: true,
    holds: (p) => has(p, "-x") && bothDid(p),
  },
  {
    name: "symbols of sections in programs",
    why:
      "nothing names them; GNU strip makes one for each section, on other machines than x86 always, " +
      "there with --keep-section-symbols",
    line: /^symbols: GNU's alone: \S+ SECTION LOCAL /,
    holds: (p) => !isObject(p) && bothDid(p) && (p.machine !== undefined || has(p, "-g --keep-section-symbols")),
  },
  {
    name: "symbols of sections where no mode drops them",
    why: "GNU strip for x86 writes none that nothing names, whatever it is asked for; ours drops what was asked for",
    line: /^symbols: ours alone: \S+ SECTION LOCAL /,
    larger: true,
    holds: (p) =>
      p.file === "section-symbols" &&
      bothDid(p) &&
      (/--(strip-dwo|only-keep-debug)$/.test(p.args.join(" ")) ||
        !/(^| )-[gs]( |$)|--strip-unneeded/.test(p.args.join(" "))),
  },
  {
    name: "mapping symbols with an ISA string",
    why: "GNU strip 2.40 does not know RISC-V's $xrv64…, and keeps the $x and $d beside them",
    line: /^symbols: ours alone: \$xrv64\S+ NOTYPE LOCAL /,
    larger: true,
    machines: true,
    holds: (p) => p.machine === "riscv64" && isObject(p) && bothDid(p),
  },
  {
    name: "SHF_INFO_LINK in a debug file",
    why: "GNU strip takes the flag from what becomes SHT_NOBITS; sh_info stays true in ours",
    line: /^sections: (GNU's|ours) alone: \.rela\.plt NOBITS AI?$/,
    holds: (p) => has(p, "--only-keep-debug") && bothDid(p),
  },
  {
    name: "--only-keep-debug with -x",
    why: "GNU strip makes a debug file without debugging information",
    holds: (p) =>
      has(p, "--only-keep-debug -x") && refused(p, /: BAD_EDIT: onlyKeepDebug and discardLocals contradict each other/),
  },
  {
    name: "symbols that removed relocations named",
    why: "GNU strip looks which symbols are needed before it removes the relocations",
    line: /^symbols: GNU's alone: /,
    holds: (p) => /--remove-relocations|-R \.rela/.test(p.args.join(" ")) && bothDid(p),
  },
  {
    name: "relocations that name a kept symbol",
    why: "with -s -K GNU strip keeps these and drops those beside them, so that no linker can use what is left",
    line: /^sections: GNU's alone: \.rela?\./,
    holds: (p) => (has(p, "-K used") || has(p, "-w -K u*")) && bothDid(p),
  },
  {
    name: "-N and -K of one symbol",
    why: "-K counts more with GNU strip, too, but for symbols that a relocation names it refuses first",
    holds: (p) =>
      has(p, "-N used -K used") &&
      theirsRefused(p, /not stripping symbol `used'/) &&
      p.ours.left.symbols.some((line) => line.startsWith("used FUNC ")),
  },
  {
    name: "-N of a section's symbol",
    why: "it has no name; BFD gives it the section's",
    holds: (p) => has(p, "-N .text") && theirsRefused(p, /not stripping symbol `\.text'/) && !p.ours.changed,
  },
  {
    name: "symbols of sections without relocations",
    why: "GNU strip 2.40 stops where a relocation that stays names a symbol that it dropped itself",
    holds: (p) => p.file === "emit-relocs" && theirsRefused(p, /symbol `\.tm_clone_table' required but not present/),
  },
];

/** The differences that explain all lines of a pair; undefined where a line is left. */
export function explained(pair: Pair, known: readonly Difference[] = differences): ReadonlySet<Difference> | undefined {
  const holding = known.filter((difference) => difference.holds(pair));
  const found = new Set<Difference>();

  for (const line of pair.lines) {
    const reason = SIZE.test(line)
      ? [...found].find((difference) => difference.larger)
      : holding.find((difference) => difference.line?.test(line) ?? true);
    if (!reason) return undefined;
    found.add(reason);
  }

  return found;
}

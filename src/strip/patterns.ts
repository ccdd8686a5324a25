/** Does an edit mean this name? */
export type Matcher = (name: string) => boolean;

/** What one character of a name has to be; `"*"` stands for any number of any. */
type Step = "*" | ((char: string) => boolean);

/** A shell pattern, step by step, in the order of the name. */
export type Pattern = readonly Step[];

const NEVER = (): boolean => false;
const ANY = (): boolean => true;

const same =
  (wanted: string) =>
  (char: string): boolean =>
    char === wanted;

/** The classes of POSIX in the C locale. Sections and symbols have few names beyond ASCII. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\0-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-/:-@[-`{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

/**
 * A shell pattern as fnmatch(3) of glibc takes it without flags, which GNU strip calls: `*`, `?`, `\`, and sets such as
 * `[a-z]`, `[]x]`, `[!x]`, `[^x]`, `[[:alpha:]]`. An open bracket without an end is a letter, a range that runs
 * backwards holds nothing, and a backslash at the end never matches.
 */
export function parsePattern(pattern: string): Pattern {
  const chars = Array.from(pattern);
  const steps: Step[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!;
    if (char === "*") {
      steps.push("*");
    } else if (char === "?") {
      steps.push(ANY);
    } else if (char === "\\") {
      at++;
      steps.push(at < chars.length ? same(chars[at]!) : NEVER);
    } else if (char === "[") {
      const set = parseSet(chars, at + 1);
      steps.push(set.test);
      at = set.end - 1;
    } else {
      steps.push(same(char));
    }
  }
  return steps;
}

/** Is a character a member? Undefined where the set has a class that nobody knows: nothing matches then. */
type Member = (char: string) => boolean | undefined;

/** What a set matches, and where the pattern goes on. */
interface PatternSet {
  readonly test: (char: string) => boolean;
  readonly end: number;
}

/** Reads a set whose `[` stands before `start`. */
function parseSet(chars: readonly string[], start: number): PatternSet {
  const isNegated = chars[start] === "!" || chars[start] === "^";
  const first = isNegated ? start + 1 : start;
  const members: Member[] = [];
  const has: Member = (char) => {
    for (const member of members) {
      const is = member(char);
      if (is !== false) return is;
    }
    return false;
  };

  let at = first;
  while (at < chars.length) {
    if (chars[at] === "]" && at > first) {
      return { test: (char) => has(char) === !isNegated, end: at + 1 };
    }
    at = readMember(chars, at, members);
  }

  // Without an end, the bracket is a letter.
  return { test: same("["), end: start };
}

/** Reads one member: a character, a range, a class. Returns where the next one is. */
function readMember(chars: readonly string[], at: number, members: Member[]): number {
  const named = /^\[:([a-y]+):\]/.exec(chars.slice(at, at + 16).join(""));
  if (named) {
    const inClass = CLASSES[named[1]!];
    const wanted = inClass === undefined ? undefined : new RegExp(`[${inClass}]`);
    members.push((char) => wanted?.test(char));
    return at + named[0].length;
  }

  const low = readElement(chars, at, "=.");
  const isRange = chars[low.end] === "-" && chars[low.end + 1] !== "]";
  if (!isRange) {
    members.push(same(low.char));
    return low.end;
  }

  const high = readElement(chars, low.end + 1, ".");
  members.push((char) => low.char <= char && char <= high.char);
  return high.end;
}

/** One character of a set: itself, behind a backslash, or in `[=x=]` or `[.x.]`, of which `kinds` may be there. */
function readElement(
  chars: readonly string[],
  at: number,
  kinds: string,
): { readonly char: string; readonly end: number } {
  const named = /^\[([=.])(.)\1\]/su.exec(chars.slice(at, at + 5).join(""));
  if (named && kinds.includes(named[1]!)) return { char: named[2]!, end: at + 5 };

  const from = chars[at] === "\\" ? at + 1 : at;
  return { char: chars[from] ?? "", end: from + 1 };
}

/**
 * Does the pattern match the whole name? Where it does not go on, only the last `*` may take one character more, so
 * that the time is in proportion to both lengths multiplied, at the most.
 */
export function matchesPattern(steps: Pattern, name: ArrayLike<string>): boolean {
  let step = 0;
  let at = 0;
  let afterStar = -1;
  let starEnd = 0;
  while (at < name.length) {
    const wanted = steps[step];
    if (wanted === "*") {
      step++;
      afterStar = step;
      starEnd = at;
    } else if (wanted?.(name[at]!)) {
      step++;
      at++;
    } else if (afterStar >= 0) {
      step = afterStar;
      starEnd++;
      at = starEnd;
    } else {
      return false;
    }
  }

  while (steps[step] === "*") step++;
  return step === steps.length;
}

/** Matches the names that one of the patterns matches, except those that a pattern behind a `!` matches. */
export function matcher(patterns: readonly string[]): Matcher {
  const excluding = patterns.filter((p) => p.startsWith("!")).map((p) => parsePattern(p.slice(1)));
  const including = patterns.filter((p) => !p.startsWith("!")).map(parsePattern);
  return (name) => {
    // A character beyond U+FFFF is two of the string's units.
    const chars = /[\ud800-\udfff]/.test(name) ? Array.from(name) : name;
    const matches = (p: Pattern): boolean => matchesPattern(p, chars);
    return including.some(matches) && !excluding.some(matches);
  };
}

/** Matches exactly these names. */
export function exactly(names: readonly string[]): Matcher {
  const set = new Set(names);
  return (name) => set.has(name);
}

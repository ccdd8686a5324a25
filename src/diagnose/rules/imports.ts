import { EM } from "../../spec/constants.js";
import { compareVersions } from "../../spec/version-names.js";
import type { Facts } from "../facts.js";
import { crossingOf, hasGlibcVersions } from "../versions/crossing.js";
import { plural, inWords, type Rule } from "./rule.js";

/** What functions hand over, by their names. */
type Handed = Readonly<Record<string, string>>;

/** Structures that musl and glibc lay out differently: results are wrong, or memory is overwritten. */
const BROKEN: Handed = {
  regcomp: "regex_t and regmatch_t",
  regexec: "regex_t and regmatch_t",
  regfree: "regex_t and regmatch_t",
  regerror: "regex_t and regmatch_t",
};

/**
 * A buffer of BUFSIZ bytes. musl's has 1024, fewer than glibc's 8192, so that glibc writes behind its end. The other
 * way round it is merely larger than what is used.
 */
const BUFFER: Handed = {
  setbuf: "a buffer of BUFSIZ bytes (1024 with musl, 8192 with glibc, which writes behind its end)",
};

const UTMP_FUNCTIONS = "getutxent getutxid getutxline pututxline updwtmpx getutent getutid getutline pututline updwtmp";
const CONTEXT_FUNCTIONS = "getcontext setcontext makecontext swapcontext";

/** Structures of other sizes. */
const DIFFERENT: Handed = /* @__PURE__ */ handing([
  [UTMP_FUNCTIONS, "struct utmpx"],
  [CONTEXT_FUNCTIONS, "ucontext_t"],
]);

function handing(groups: readonly (readonly [names: string, what: string])[]): Handed {
  return Object.fromEntries(groups.flatMap(([names, what]) => names.split(" ").map((name) => [name, what])));
}

/** Which of these functions the file imports, and what they hand over. */
function imported(facts: Facts, risky: Handed): { names: string[]; what: string[] } {
  const found = facts.imports.filter((i) => Object.hasOwn(risky, i.name));
  const names = [...new Set(found.map((i) => i.name))];
  return { names, what: [...new Set(names.map((name) => risky[name]!))] };
}

const REBUILD = "Build it for the C library that it runs with: no change of the file makes the structures fit.";

/** What the references of a file mean to another C library than the one it was built for. */
export const importRules: readonly Rule[] = [
  {
    id: "abi-imports",
    severity: "error",
    sentence: "The file calls functions whose structures differ between the C libraries.",
    advice: REBUILD,
    *test(facts) {
      const found = crossingOf(facts);
      if (!found) return;

      const { from, to } = found;
      const { names, what } = imported(facts, from === "musl" ? { ...BROKEN, ...BUFFER } : BROKEN);
      if (names.length === 0) return;
      yield {
        message:
          `built for ${from} and to run with ${to}, it calls ${inWords(names)}: ` +
          `the two libraries differ in ${inWords(what)}`,
        names,
      };
    },
  },
  {
    id: "abi-imports-layout",
    severity: "warning",
    sentence: "The file calls functions whose structures have different sizes in the C libraries.",
    advice: REBUILD,
    *test(facts) {
      const found = crossingOf(facts);
      if (!found) return;

      const { from, to } = found;
      const { names, what } = imported(facts, DIFFERENT);
      if (names.length === 0) return;
      yield {
        message:
          `built for ${from} and to run with ${to}, it calls ${inWords(names)}: ` +
          `${inWords(what)} has another size in each`,
        names,
      };
    },
  },
  {
    id: "abi-32bit",
    severity: "error",
    sentence: "A 32-bit file is to run with another C library than it was built for.",
    advice: REBUILD,
    *test(facts) {
      const found = crossingOf(facts);
      const { class: elfClass, machine } = facts.elf.header;
      if (!found || elfClass !== 32 || machine === EM.X86_64) return;

      const { from, to } = found;
      yield {
        message:
          `built for ${from} and to run with ${to}: ` +
          "in 32-bit files, time_t and off_t of the two libraries have other sizes",
      };
    },
  },
  {
    id: "oldest-binding",
    severity: "warning",
    sentence: "The file has references without a version, which glibc binds to its oldest function of that name.",
    advice:
      "Bind them to their default versions (elfwright patchelf --add-version-need LIBRARY VERSION --bind SYMBOL), " +
      "or build the file for glibc.",
    *test(facts) {
      const found = oldBindings(facts);
      if (found.length === 0) return;

      const names = found.map(({ name }) => name);
      const shown = found.map(({ name, oldest, now }) => `${name} (${oldest}, not ${now})`);
      yield {
        message:
          `${plural(found.length, "reference")} without a version would bind to the oldest function of its name, ` +
          `whose code differs from today's: ${inWords(shown)}${notorious(names)}`,
        names,
        advice: bindAdvice(found),
      };
    },
  },
];

/** What is known of the old versions of some functions. */
function notorious(names: readonly string[]): string {
  const realpath = names.includes("realpath") ? "; realpath of that version refuses a null buffer (EINVAL)" : "";
  const clock = names.some((name) => name.startsWith("pthread_cond_"))
    ? "; pthread_cond_* of that version ignore the clock of a condition variable's attributes"
    : "";
  return realpath + clock;
}

interface OldBinding {
  readonly library: string;
  readonly name: string;
  readonly oldest: string;
  readonly now: string;
}

/** Shows the command for the first of them. */
function bindAdvice([first]: readonly OldBinding[]): string {
  const { library, name, now } = first!;
  const condition = library === "libc.so.6" ? "" : `, where it needs ${library}`;
  return (
    "Bind each to its default version " +
    `(elfwright patchelf --add-version-need ${library} GLIBC_${now} --bind ${name}${condition}), ` +
    "or build the file for glibc."
  );
}

/**
 * Only for a file that takes nothing of glibc by version. Where a linker saw glibc, a reference without a version is to
 * another library.
 */
function oldBindings(facts: Facts): OldBinding[] {
  const { tables, target, needed, elf } = facts;
  if (!tables || hasGlibcVersions(facts)) return [];

  const runsWithGlibc = needed.includes("libc.so.6") || (target?.libc === "glibc" && crossingOf(facts)?.to === "glibc");
  if (!runsWithGlibc) return [];

  const { header } = elf;
  const machine = { machine: header.machine, class: header.class, littleEndian: header.littleEndian };
  const bindings: OldBinding[] = [];
  for (const { name, version } of facts.imports) {
    if (version !== undefined) continue;

    const old = tables.oldestBinding(machine, name);
    if (!old) continue;

    // Releases from before the other code came have only the old one.
    const since = old.since ?? old.default;
    if (target?.libc === "glibc" && compareVersions(since, target.version) > 0) continue;
    bindings.push({ library: old.library, name, oldest: old.oldest, now: old.default });
  }

  return bindings;
}

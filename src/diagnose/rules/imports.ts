import { EM } from "../../spec/constants.js";
import { compareVersions } from "../../spec/version-names.js";
import type { Facts } from "../facts.js";
import { crossing, hasGlibcVersions } from "../versions/crossing.js";
import { count, list, type Rule } from "./rule.js";

/** Structures that musl and glibc lay out differently are handed over: results are wrong, or memory is overwritten. */
const BROKEN: Readonly<Record<string, string>> = {
  regcomp: "regex_t and regmatch_t",
  regexec: "regex_t and regmatch_t",
  regfree: "regex_t and regmatch_t",
  regerror: "regex_t and regmatch_t",
};
/**
 * A buffer of BUFSIZ bytes: musl's 1024 are less than glibc's 8192, so that glibc writes behind it. The other way round
 * it is merely larger than used.
 */
const BUFFER: Readonly<Record<string, string>> = {
  setbuf: "a buffer of BUFSIZ bytes (1024 with musl, 8192 with glibc, which writes behind its end)",
};
const DIFFERENT: Readonly<Record<string, string>> = {
  ...each(
    "getutxent getutxid getutxline pututxline updwtmpx getutent getutid getutline pututline updwtmp",
    "struct utmpx",
  ),
  ...each("getcontext setcontext makecontext swapcontext", "ucontext_t"),
};

function each(names: string, what: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((n) => [n, what]));
}

/** Which of these the file imports, with what each hands over. */
function imported(f: Facts, risky: Readonly<Record<string, string>>): { names: string[]; what: string[] } {
  const names = [...new Set(f.imports.filter((i) => Object.hasOwn(risky, i.name)).map((i) => i.name))];
  return { names, what: [...new Set(names.map((n) => risky[n]!))] };
}

const REBUILD = "Build it for the C library that it runs with: no change of the file makes the structures fit.";

/** What the references of a file mean to another C library than the one it was built for. */
export const importRules: readonly Rule[] = [
  {
    id: "abi-imports",
    severity: "error",
    sentence: "Functions are called whose structures differ between the C libraries.",
    advice: REBUILD,
    *test(f) {
      const c = crossing(f);
      if (!c) return;
      const { names, what } = imported(f, c.from === "musl" ? { ...BROKEN, ...BUFFER } : BROKEN);
      if (names.length > 0) {
        yield {
          message: `built for ${c.from} and to run with ${c.to}, it calls ${list(names)}: the two libraries differ in ${list(what)}`,
          names,
        };
      }
    },
  },
  {
    id: "abi-imports-layout",
    severity: "warning",
    sentence: "Functions are called whose structures have other sizes in the C libraries.",
    advice: REBUILD,
    *test(f) {
      const c = crossing(f);
      if (!c) return;
      const { names, what } = imported(f, DIFFERENT);
      if (names.length > 0) {
        yield {
          message: `built for ${c.from} and to run with ${c.to}, it calls ${list(names)}: ${list(what)} has another size in each`,
          names,
        };
      }
    },
  },
  {
    id: "abi-32bit",
    severity: "error",
    sentence: "A 32-bit file is to run with another C library than it was built for.",
    advice: REBUILD,
    *test(f) {
      const c = crossing(f);
      if (c && f.elf.header.class === 32 && f.elf.header.machine !== EM.X86_64) {
        yield {
          message: `built for ${c.from} and to run with ${c.to}: in 32-bit files, time_t and off_t of the two libraries have other sizes`,
        };
      }
    },
  },
  {
    id: "oldest-binding",
    severity: "warning",
    sentence: "References without a version, which glibc binds to its oldest function of that name.",
    advice:
      "Bind them to their default versions (elfwright patchelf --add-version-need LIBRARY VERSION --bind SYMBOL), or build the file for glibc.",
    *test(f) {
      const found = oldBindings(f);
      if (found.length === 0) return;

      const shown = found.map(({ name, oldest, now }) => `${name} (${oldest}, not ${now})`);
      const worst = found.filter(({ name }) => NOTORIOUS.test(name)).map(({ name }) => name);
      const known = worst.some((n) => n === "realpath")
        ? "; realpath of that version refuses a null buffer (EINVAL)"
        : "";
      const clock = worst.some((n) => n.startsWith("pthread_cond"))
        ? "; pthread_cond_* of that version ignore the clock of a condition variable's attributes"
        : "";
      yield {
        message: `${count(found.length, "reference")} without a version would bind to the oldest function of its name, whose code differs from today's: ${list(shown)}${known}${clock}`,
        names: found.map((x) => x.name),
        advice: bindAdvice(found),
      };
    },
  },
];

const NOTORIOUS = /^realpath$|^pthread_cond_/;

interface OldBinding {
  readonly library: string;
  readonly name: string;
  readonly oldest: string;
  readonly now: string;
}

/** A command that is right for the first of them. */
const bindAdvice = ([first]: readonly OldBinding[]): string =>
  `Bind each to its default version (elfwright patchelf --add-version-need ${first!.library} GLIBC_${first!.now} --bind ${first!.name}${first!.library === "libc.so.6" ? "" : `, where it needs ${first!.library}`}), or build the file for glibc.`;

/**
 * Only for what takes nothing of glibc by version: else a linker saw glibc, and a reference without a version is to
 * another library.
 */
function oldBindings(f: Facts): OldBinding[] {
  const { tables, elf } = f;
  const { header: h } = elf;
  if (!tables || hasGlibcVersions(f)) return [];

  const runsWithGlibc = f.needed.includes("libc.so.6") || (f.target?.libc === "glibc" && crossing(f)?.to === "glibc");
  if (!runsWithGlibc) return [];

  const machine = { machine: h.machine, class: h.class, littleEndian: h.littleEndian };
  const out: OldBinding[] = [];
  for (const { name, version } of f.imports) {
    const old = version === undefined ? tables.oldestBinding(machine, name) : undefined;
    // Releases from before the other code came have only the old one.
    if (old && (f.target?.libc !== "glibc" || compareVersions(old.since ?? old.default, f.target.version) <= 0)) {
      out.push({ library: old.library, name, oldest: old.oldest, now: old.default });
    }
  }

  return out;
}

import { toHaveInterpreter, toHaveRunpath, toHaveSoname, toNeed } from "./matchers/dynamic.js";
import { toEqualElf } from "./matchers/equal.js";
import { toIntroduceNoFindings, toPassLayoutChecks } from "./matchers/layout.js";
import { type ElfTransform, toBeReproducible } from "./matchers/reproducible.js";
import { toRequireGlibcAtMost, toRunOn } from "./matchers/requirements.js";
import { toBeSameProgramAs } from "./matchers/same-program.js";
import { toHaveSummary } from "./matchers/summary.js";
import { toDefineSymbol } from "./matchers/symbols.js";
import type { ElfSubject, Verdict } from "./matchers/verdict.js";

/** A matcher as a function that throws an `Error` with the matcher's message. It asks the opposite as `.not`. */
export interface ElfAssertion<A extends readonly unknown[]> {
  (file: ElfSubject, ...args: A): void;
  not(file: ElfSubject, ...args: A): void;
}

function throwUnless(holds: boolean, verdict: Verdict, isNot: boolean): void {
  if (!holds) throw new Error(verdict.message(isNot));
}

function assertion<A extends readonly unknown[]>(matcher: (file: ElfSubject, ...args: A) => Verdict): ElfAssertion<A> {
  const assert = (file: ElfSubject, ...args: A): void => {
    const verdict = matcher(file, ...args);
    throwUnless(verdict.pass, verdict, false);
  };
  const not = (file: ElfSubject, ...args: A): void => {
    const verdict = matcher(file, ...args);
    throwUnless(verdict.opposite, verdict, true);
  };
  return Object.assign(assert, { not });
}

/**
 * DT_NEEDED has all of these libraries; `assertNeeds.not`, none of them.
 *
 * @example
 * assertNeeds(bytes, "libc.so.6");
 * assertNeeds.not(bytes, "libssl.so.1.1");
 */
export const assertNeeds = /* @__PURE__ */ assertion(toNeed);

/**
 * DT_RUNPATH is these directories in this order; without any, there is one.
 *
 * @example
 * assertRunpath(bytes, "$ORIGIN/../lib", "/opt/lib");
 */
export const assertRunpath = /* @__PURE__ */ assertion(toHaveRunpath);

/**
 * PT_INTERP is this path; without one, there is a PT_INTERP.
 *
 * @example
 * assertInterpreter(bytes, "/lib64/ld-linux-x86-64.so.2");
 */
export const assertInterpreter = /* @__PURE__ */ assertion(toHaveInterpreter);

/**
 * DT_SONAME is this name; without one, there is a DT_SONAME.
 *
 * @example
 * assertSoname(library, "libfoo.so.1");
 */
export const assertSoname = /* @__PURE__ */ assertion(toHaveSoname);

/**
 * The file defines this symbol for others: in .dynsym, or in .symtab of a file that is not dynamic.
 *
 * @example
 * assertDefinesSymbol(library, "foo_open", { version: "FOO_1.0" });
 */
export const assertDefinesSymbol = /* @__PURE__ */ assertion(toDefineSymbol);

/**
 * The versions of glibc that the file needs, weak ones aside, are those of this release or older.
 *
 * @example
 * assertRequiresGlibcAtMost(bytes, "2.17");
 */
export const assertRequiresGlibcAtMost = /* @__PURE__ */ assertion(toRequireGlibcAtMost);

/**
 * `diagnose` finds no error for this system.
 *
 * @example
 * assertRunsOn(bytes, parseTarget("centos7"));
 */
export const assertRunsOn = /* @__PURE__ */ assertion(toRunOn);

/**
 * `check` finds nothing, notes aside.
 *
 * @example
 * assertPassesLayoutChecks(bytes);
 */
export const assertPassesLayoutChecks = /* @__PURE__ */ assertion(toPassLayoutChecks);

/**
 * `check` finds nothing that it does not find in the file before, notes aside.
 *
 * @example
 * assertIntroducesNoFindings(after, before);
 */
export const assertIntroducesNoFindings = /* @__PURE__ */ assertion(toIntroduceNoFindings);

/**
 * `sameProgram` finds no damage, and differences only in the parts of `except`.
 *
 * @example
 * assertSameProgram(after, before, { except: ["search-path", "symtab"] });
 */
export const assertSameProgram = /* @__PURE__ */ assertion(toBeSameProgramAs);

/**
 * All bytes are the same; the message says in ELF terms what is not.
 *
 * @example
 * assertEqualElf(built, readFileSync("golden/server"));
 */
export const assertEqualElf = /* @__PURE__ */ assertion(toEqualElf);

/**
 * The file's summary is this text, which `formatSummary` has made before: a snapshot for runners that have none.
 *
 * @example
 * assertSummary(bytes, readFileSync("server.summary.txt", "utf8"));
 */
export const assertSummary = /* @__PURE__ */ assertion(toHaveSummary);

/**
 * A transform makes the same bytes of the file each time, and leaves its input alone. For a transform that is
 * asynchronous, this gives a promise.
 *
 * @example
 * assertReproducible(bytes, (file) => patch(file, edits).bytes);
 * await assertReproducible(bytes, pack);
 */
export function assertReproducible<T extends ElfTransform>(
  file: ElfSubject,
  transform: T,
): ReturnType<T> extends Promise<unknown> ? Promise<void> : void {
  const verdict: Verdict | Promise<Verdict> = toBeReproducible<ElfTransform>(file, transform);
  const assert = (said: Verdict): void => throwUnless(said.pass, said, false);
  const done = "then" in verdict ? verdict.then(assert) : assert(verdict);
  return done as ReturnType<typeof assertReproducible<T>>;
}

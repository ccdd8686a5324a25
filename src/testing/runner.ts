import { bytesIn, type ElfInput } from "../codec/source.js";
import { isElfError } from "../error.js";
import { assertOptions } from "../input.js";
import type { SameProgramOptions } from "../prove/same-program.js";
import { quote } from "../report/text/print.js";
import type { Target } from "../targets/target.js";
import type { TextArguments } from "./matchers/dynamic.js";
import type { LayoutCheckOptions } from "./matchers/layout.js";
import type { DefineSymbolOptions } from "./matchers/symbols.js";
import { MATCHERS } from "./matchers/table.js";
import type { ElfSubject, Verdict } from "./matchers/verdict.js";
import { formatSummary } from "./summary-text.js";
import { summarize, type SummarizeOptions } from "./summary.js";

/** The matchers as methods of what `expect(…)` gives. `R` is what the runner's own matchers give. */
export interface ElfMatchers<R = void> {
  /** DT_NEEDED has all of these libraries; with `.not`, none of them. */
  toNeed(...names: TextArguments): R;
  /** DT_RUNPATH is these directories in this order; without any, there is one. */
  toHaveRunpath(...directories: TextArguments): R;
  /** PT_INTERP is this path; without one, there is a PT_INTERP. */
  toHaveInterpreter(path?: string): R;
  /** DT_SONAME is this name; without one, there is a DT_SONAME. */
  toHaveSoname(name?: string): R;
  /** The file defines this symbol for others, in .dynsym, or in .symtab of a file that is not dynamic. */
  toDefineSymbol(name: string, options?: DefineSymbolOptions): R;
  /** The versions of glibc that the file needs, weak ones aside, are those of this release (`2.17`) or older. */
  toRequireGlibcAtMost(release: string): R;
  /** `diagnose` finds no error for this system, of `elfwright/targets`. */
  toRunOn(target: Target): R;
  /** `check` finds nothing. */
  toPassLayoutChecks(options?: LayoutCheckOptions): R;
  /** `check` finds nothing that it does not find in the file before. */
  toIntroduceNoFindings(before: ElfSubject, options?: LayoutCheckOptions): R;
  /** `sameProgram` says so: no damage, and differences only in the parts of `except`. */
  toBeSameProgramAs(before: ElfSubject, options?: SameProgramOptions): R;
  /** All bytes are the same; the message says in ELF terms what is not. */
  toEqualElf(expected: ElfSubject): R;
  /** A transform makes the same bytes of the file each time, and leaves its input alone. */
  toBeReproducible(transform: (bytes: Uint8Array) => ElfInput): R;
  toBeReproducible(transform: (bytes: Uint8Array) => Promise<ElfInput>): Promise<void>;
  /** The file's summary is the one in the runner's snapshot file. */
  toMatchElfSnapshot(options?: ElfSnapshotOptions): R;
}

/** Options of `toMatchElfSnapshot`. */
export interface ElfSnapshotOptions extends SummarizeOptions {
  /** Behind the test's name in the snapshot file, where a test has several. */
  readonly hint?: string | undefined;
}

/** What vitest and jest give a matcher as `this`: what they and their snapshot matchers have in common. */
export interface RunnerContext {
  readonly isNot?: boolean | undefined;
  readonly currentTestName?: string | undefined;
  readonly currentConcurrentTestName?: (() => string | undefined) | undefined;
  /** Of jest: a test's snapshots are counted by it. */
  readonly currentTestIdentity?: (() => unknown) | undefined;
  /** Of vitest. */
  readonly task?: { readonly id?: string } | undefined;
  readonly snapshotState?: unknown;
  readonly utils?: unknown;
}

/** What a matcher gives to its runner. */
export interface RunnerResult {
  readonly pass: boolean;
  message(): string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/** A matcher as `expect.extend` of vitest and jest takes it. */
export type RunnerMatcher<R = RunnerResult> = (this: RunnerContext, received: unknown, ...args: unknown[]) => R;

/** Every matcher for `expect.extend`. */
export type RunnerMatchers = {
  readonly [K in keyof ElfMatchers]: RunnerMatcher<
    K extends "toBeReproducible" ? RunnerResult | Promise<RunnerResult> : RunnerResult
  >;
};

type AnyMatcher = (subject: ElfSubject, ...args: readonly unknown[]) => Verdict | Promise<Verdict>;

/** A matcher of the table for a runner, which turns `pass` round where `.not` was said. */
function forRunner(matcher: AnyMatcher): RunnerMatcher<RunnerResult | Promise<RunnerResult>> {
  return function (this: RunnerContext, received, ...args) {
    const isNot = this.isNot === true;
    const resultOf = (verdict: Verdict): RunnerResult => ({
      pass: isNot ? !verdict.opposite : verdict.pass,
      message: () => verdict.message(isNot),
    });

    const verdict = matcher(received as ElfSubject, ...args);
    return "then" in verdict ? verdict.then(resultOf) : resultOf(verdict);
  };
}

/** What `match` of the snapshots of vitest and jest takes and gives. */
interface SnapshotState {
  match(snapshot: {
    testName: string;
    received: unknown;
    isInline: boolean;
    testId?: string | undefined;
    testIdentity?: unknown;
  }): { pass: boolean; actual?: string; expected?: string; count: number };
}

const hasMatch = (state: unknown): state is SnapshotState =>
  typeof state === "object" && state !== null && "match" in state;

interface DiffUtils {
  diff(expected: unknown, actual: unknown): string | null | undefined;
}

const hasDiff = (utils: unknown): utils is DiffUtils => typeof utils === "object" && utils !== null && "diff" in utils;

/** The summary as text, or why there is none. */
function summaryOrError(received: unknown, options: SummarizeOptions): { text?: string; error?: string } {
  try {
    return { text: formatSummary(summarize(received as ElfSubject, options)) };
  } catch (e) {
    if (!isElfError(e)) throw e;
    return { error: e.message };
  }
}

function toMatchElfSnapshot(this: RunnerContext, received: unknown, options: unknown = {}): RunnerResult {
  assertOptions<ElfSnapshotOptions>("toMatchElfSnapshot", options, { hint: true, layout: true });
  const { hint, ...rest } = options as ElfSnapshotOptions;
  const { isNot, snapshotState, task, utils } = this;
  if (isNot === true) throw new Error("toMatchElfSnapshot cannot be used with .not: a snapshot says what a file is");
  if (!hasMatch(snapshotState)) throw new Error("toMatchElfSnapshot needs the snapshots of a runner, vitest or jest");

  const { text, error } = summaryOrError(received, rest);
  const fails = (message: string, more: Partial<RunnerResult> = {}): RunnerResult => ({
    pass: false,
    message: () => message,
    ...more,
  });
  if (text === undefined) return fails(`expected a file with the summary of the snapshot\n  found: ${error}`);

  const name = this.currentConcurrentTestName?.() ?? this.currentTestName ?? "";
  const testName = hint === undefined ? name : `${name}${task === undefined ? ": " : " > "}${hint}`;
  const testIdentity = this.currentTestIdentity?.();
  const result = snapshotState.match({ testName, received: text, isInline: false, testId: task?.id, testIdentity });
  const { pass, actual = "", expected, count } = result;
  if (pass) return { pass, message: () => "" };

  const snapshot = `the snapshot ${quote(`${testName} ${count}`)}`;
  if (expected === undefined) {
    return fails(`${snapshot} is not there, and the runner writes none without its option to update:\n${actual}`);
  }
  const difference = hasDiff(utils) ? (utils.diff(expected, actual) ?? actual) : actual;
  return fails(`the file's summary is not that of ${snapshot}\n${difference}`, { actual, expected });
}

function runnerMatchers(): RunnerMatchers {
  const all = Object.entries(MATCHERS).map(([name, matcher]) => [name, forRunner(matcher as AnyMatcher)]);
  return { ...(Object.fromEntries(all) as RunnerMatchers), toMatchElfSnapshot };
}

/**
 * The matchers for `expect.extend` of vitest and jest. They take what the library takes for a file: bytes, a source of
 * bytes such as a plan, and what `readElf` gives. A file that cannot be read fails a test with and without `.not`.
 *
 * @example
 * expect.extend(elfMatchers);
 * expect(packed).toNeed("libc.so.6");
 */
export const elfMatchers: RunnerMatchers = /* @__PURE__ */ runnerMatchers();

const isElfFile = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "header" in value && "segments" in value && "source" in value;

const MAGIC: readonly number[] = [0x7f, 0x45, 0x4c, 0x46];

function isElfBytes(value: unknown): boolean {
  const bytes = bytesIn(value);
  return bytes !== undefined && MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Shows an ELF file, or its bytes, as its summary in every snapshot.
 *
 * @example
 * expect.addSnapshotSerializer(elfSerializer);
 * expect({ program: readElf(bytes) }).toMatchSnapshot();
 */
export const elfSerializer = {
  test: (value: unknown): boolean => isElfFile(value) || isElfBytes(value),
  serialize(value: unknown, _config?: unknown, indentation = ""): string {
    const { text, error } = summaryOrError(value, {});
    const lines = text === undefined ? [`ELF file: ${error}`] : ["ELF file", ...text.trimEnd().split("\n")];
    return lines.map((line, i) => (i === 0 ? line : `${indentation}  ${line}`)).join("\n");
  },
};

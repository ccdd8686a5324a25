import { copyFileSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect } from "vitest";
import { check } from "../../../src/check/check.js";
import { newFindings } from "../../../src/check/plan-rules.js";
import { type Finding, type Note, patch, type Placement, readElf } from "../../../src/index.js";
import { scratch } from "../../support/fixtures.js";
import { lint, newLines, readelfValues } from "../../support/oracles.js";
import { must, type Ran, run } from "../../support/tools.js";
import { type Job, LOADER } from "./jobs.js";

export { HUGE, type Job, libraryJobs, LOADER, LONG, longer, MORE, programJobs } from "./jobs.js";

/** Tools of every chain on x86-64; the linker that a case is about comes on top. */
export const TOOLS: readonly string[] = [
  "gcc",
  "readelf",
  "eu-elflint",
  "strip",
  "eu-strip",
  "llvm-strip",
  "qemu-x86_64",
  "patchelf",
  LOADER,
];

const STRIPS = {
  strip: ["strip"],
  "strip -g": ["strip", "-g"],
  "eu-strip": ["eu-strip"],
  "llvm-strip": ["llvm-strip"],
} as const;
export type StripName = keyof typeof STRIPS;

/** A file as a linker made it, and how to see that it works. */
export interface Case {
  readonly path: string;
  /** Runs the file (a program), or something that loads it (a library). */
  readonly run: (path: string) => Ran;
  /** What that prints. */
  readonly expected: string;
  /** The same under qemu-x86_64, which computes AT_PHDR as kernels before 5.18 did; none for other machines. */
  readonly emulated?: (path: string) => Ran;
  /** The prefix of the machine's own binutils: `s390x-linux-gnu-`. */
  readonly binutils?: string;
  /** Strips that break the file, or complain of it, before anything was patched: left out, each with the reason. */
  readonly without?: Partial<Record<StripName, string>>;
}

/** A run that could not even start (ENOEXEC) is a result, too. */
function attempt(f: () => Ran): Ran {
  try {
    return f();
  } catch (e) {
    return { status: null, signal: null, stdout: "", stderr: String(e) };
  }
}

/**
 * eu-elflint guesses a section's type by its name, but a .bss that became bytes of the file, so that tables can follow
 * it, is PROGBITS.
 */
const heuristic = (complaint: string, placements: readonly Placement[]): boolean =>
  /^section \[ *\d+\] '\.bss' has wrong type: expected NOBITS, is PROGBITS$/.test(complaint) &&
  placements.some((p) => p.strategy === "last-segment");

/** What `check` finds in the output alone: errors, and warnings that the result did not tell of. */
function harm(before: Uint8Array, after: Uint8Array, notes: readonly Note[]): Finding[] {
  const isToldOf = ({ severity, rule }: Finding) =>
    severity === "note" || (rule === "dynamic-relro" && notes.some(({ note }) => note === "LEFT_RELRO"));

  return newFindings(check(readElf(before)), check(readElf(after))).filter((finding) => !isToldOf(finding));
}

const outcome = ({ status, signal, stdout, stderr }: Ran): object => ({ status, signal, stdout, stderr });

export interface Build {
  readonly cc?: string;
  readonly source: string;
  readonly flags?: readonly string[];
  /** A linker script that is added to the linker's own (`INSERT`), or a version script. */
  readonly script?: string;
  readonly versions?: string;
}

/** Loads the library that is its argument, all symbols bound, and prints what its `say` says. */
const HOST = `
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
  void *h = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
  const char *(*say)(void) = h ? (const char *(*)(void))dlsym(h, "say") : 0;
  if (!say) { fprintf(stderr, "%s\\n", dlerror()); return 3; }
  puts(say());
  return 0;
}
`;

/** Builds the programs of one test file, each once, and runs the chains. */
export function workbench() {
  const files = scratch();
  const built = new Map<string, string>();

  function build(name: string, { cc = "gcc", source, flags = [], script, versions }: Build): string {
    const known = built.get(name);
    if (known !== undefined) return known;

    const path = files.path(name);
    const text = (suffix: string, content: string) => files.write(`${name}${suffix}`, Buffer.from(content));
    const scripts = [
      ...(script === undefined ? [] : [`-Wl,-T,${text(".ld", script)}`]),
      ...(versions === undefined ? [] : [`-Wl,--version-script=${text(".map", versions)}`]),
    ];
    must(cc, ["-O1", "-o", path, text(".c", source), ...scripts, ...flags]);
    built.set(name, path);

    return path;
  }

  /** A program for this machine; it prints `expected`. */
  function program(name: string, expected: string, options: Build, without: Case["without"] = {}): Case {
    return {
      path: build(name, options),
      expected,
      run: (path) => run(path, []),
      emulated: (path) => run("qemu-x86_64", [path]),
      without,
    };
  }

  /** A library whose `say()` gives `expected`, loaded by `host` (one that calls dlopen and `say`, when not given). */
  function library(
    name: string,
    expected: string,
    options: Build,
    without: Case["without"] = {},
    host: Build = { source: HOST },
    hostName = "host",
  ): Case {
    const path = build(name, { ...options, flags: ["-shared", "-fPIC", ...(options.flags ?? [])] });
    const loads = build(hostName, host);
    return {
      path,
      expected: `${expected}\n`,
      run: (lib) => run(loads, [lib]),
      emulated: (lib) => run("qemu-x86_64", [loads, lib]),
      without,
    };
  }

  function stripped(c: Case, name: StripName, path: string, to: string): Ran {
    const [tool, ...args] = STRIPS[name];
    return run(tool === "strip" ? `${c.binutils ?? ""}strip` : tool, [...args, "-o", to, path]);
  }

  /** The strips that do the unpatched file no harm. Proves this of them, and the contrary of the others. */
  function strips(c: Case): StripName[] {
    return (Object.keys(STRIPS) as StripName[]).filter((name) => {
      const to = files.path(`${basename(c.path)}.unpatched`);
      const { status, stdout, stderr } = stripped(c, name, c.path, to);
      const said = stdout + stderr;
      const runs = () => JSON.stringify(attempt(() => c.run(to))) === JSON.stringify(right(c));
      const fine = status === 0 && said === "" && runs();
      const reason = c.without?.[name];

      expect(
        { strip: name, fine, said: fine ? "" : said },
        `${name} of the unpatched file; left out because: ${reason ?? "(it is not left out)"}`,
      ).toEqual({ strip: name, fine: reason === undefined, said: fine ? "" : said });
      return fine;
    });
  }

  const right = (c: Case) => ({ status: 0, signal: null, stdout: c.expected, stderr: "" });

  function expectRuns(c: Case, path: string, what: string): void {
    expect({ what, ...outcome(attempt(() => c.run(path))) }).toEqual({ what, ...right(c) });
  }

  function expectStrips(c: Case, kinds: readonly StripName[], path: string, what: string): void {
    for (const kind of kinds) {
      const to = files.path(`${basename(c.path)}.stripped`);
      const silent = { status: 0, signal: null, stdout: "", stderr: "" };
      expect({ what, kind, ...outcome(stripped(c, kind, path, to)) }, "what strip says").toEqual({
        what,
        kind,
        ...silent,
      });
      expectRuns(c, to, `${what}, then ${kind}`);
    }
  }

  /**
   * The whole chain for one job: patched, stripped four ways, patched twice, stripped and patched, and under an old
   * kernel's AT_PHDR.
   */
  function chain(c: Case, job: Job): Uint8Array {
    const before = readFileSync(c.path);
    const name = basename(c.path);
    const { title } = job;
    expectRuns(c, c.path, "as the linker made it");
    const kinds = strips(c);

    const { bytes, notes, plan } = patch(before, job.edits);
    const path = files.write(`${name}.patched`, bytes);
    const complaints = newLines(lint(c.path), lint(path)).filter((line) => !heuristic(line, plan.placements));

    expect(readelfValues(path), title).toMatchObject(job.values);
    expect(harm(before, bytes, notes), `${title}: new findings`).toEqual([]);
    expect(complaints, `${title}: new complaints of eu-elflint`).toEqual([]);
    expect(Buffer.compare(patch(bytes, job.edits).bytes, bytes), `${title}: the same patch twice`).toBe(0);

    expectRuns(c, path, title);
    if (c.emulated) {
      const what = `${title}, under qemu`;
      expect({ what, ...outcome(c.emulated(path)) }).toEqual({ what, ...right(c) });
    }
    expectStrips(c, kinds, path, title);

    const twice = files.write(`${name}.twice`, patch(bytes, job.again).bytes);
    expectRuns(c, twice, `${title}, patched twice`);
    expectStrips(c, kinds, twice, `${title}, patched twice`);

    for (const kind of kinds) {
      const first = files.path(`${name}.first`);
      stripped(c, kind, c.path, first);
      const later = files.write(`${name}.later`, patch(readFileSync(first), job.edits).bytes);
      expectRuns(c, later, `${kind}, then ${title}`);
    }

    return bytes;
  }

  function chains(c: Case, jobs: readonly Job[]): void {
    for (const job of jobs) chain(c, job);
  }

  /** What patchelf says, and the copy it was to change. */
  function patchelf(c: Case, args: readonly string[]): Ran & { readonly path: string } {
    const path = files.path(`${basename(c.path)}.patchelf`);
    copyFileSync(c.path, path);
    return { ...run("patchelf", [...args, path]), path };
  }

  /**
   * Proves the contrast with patchelf 0.14.3: the tool itself fails, or what it wrote does not run ("patched"), or no
   * longer runs after a strip. `says` is what is seen then: signal, output and messages in one line of text.
   */
  function patchelfBreaks(
    c: Case,
    args: readonly string[],
    when: "tool" | "patched" | "emulated" | StripName,
    says: RegExp,
  ): void {
    expect(run("patchelf", ["--version"]).stdout, "the version that the failure table is about").toBe(
      "patchelf 0.14.3\n",
    );

    const { path, ...tool } = patchelf(c, args);
    const text = (ran: Ran) => `${ran.status ?? ran.signal} ${ran.stdout}${ran.stderr}`;

    if (when === "tool") {
      expect(tool.status, text(tool)).not.toBe(0);
      expect(text(tool)).toMatch(says);
      return;
    }

    expect(tool.status, text(tool)).toBe(0);

    let broken = attempt(() => (when === "emulated" ? c.emulated! : c.run)(path));
    if (when !== "patched" && when !== "emulated") {
      expectRuns(c, path, "patched by patchelf");
      const to = files.path(`${basename(c.path)}.stripped`);
      const strip = stripped(c, when, path, to);
      if (strip.status !== 0) {
        expect(text(strip), `${when} of patchelf's result`).toMatch(says);
        return;
      }

      broken = attempt(() => c.run(to));
    }

    expect(outcome(broken), "patchelf's result").not.toEqual(right(c));
    expect(text(broken)).toMatch(says);
  }

  return { files, build, program, library, chain, chains, patchelf, patchelfBreaks, expectRuns, expectStrips, strips };
}

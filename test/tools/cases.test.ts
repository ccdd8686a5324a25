import { copyFileSync, existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect } from "vitest";
import { elfwright } from "../cli/cli.js";
import { scratch } from "../support/fixtures.js";
import { itWithTools, must, type Ran, run } from "../support/tools.js";

// Files and moments that others tried the command with, made anew by their own scripts beside the repository. Each
// stands for a kind; the tests of the kind are with the code that it is about.

const repository = fileURLToPath(new URL("../../", import.meta.url));
const MAKE_CASES = fileURLToPath(new URL("../../../shared/cases/make-cases.sh", import.meta.url));
const MAKE_MOMENTS = fileURLToPath(new URL("../../../shared/cases/make-moments.sh", import.meta.url));
const TOOLS = ["bash", "gcc", "ld.lld", "musl-gcc", "patchelf", "python3", "strace", "readelf"];

const files = scratch();
const folder = files.path("cases");
const PATH = `/${"p".repeat(299)}`;
const PATCH = ["patchelf", "--set-rpath", PATH];

/** A case, a command on a fresh copy of it, and what is right. */
interface Expected {
  readonly status: number;
  /** What the command says, on either stream. */
  readonly says?: RegExp;
  readonly neverSays?: RegExp;
  /** What the program prints after the command. */
  readonly prints?: string;
  /** What readelf says of the file after the command. */
  readonly readelf?: readonly [options: string, says: RegExp, neverSays?: RegExp];
}
type Row = readonly [file: string, command: readonly string[], expected: Expected];

const DONE: Expected = { status: 0 };
const RUNS: Expected = { status: 0, prints: "sum 30\n" };
const ANSWER = "answer 51\n";
const NO_DEBUG: Expected = { status: 0, readelf: ["-SW", /\.text/, /\.debug_/] };

function error(rule: RegExp): Expected {
  return { status: 1, says: rule };
}

const BROKEN_SECTION_HEADERS = [
  "sections-offset-past-end",
  "sections-count-65000",
  "sections-entry-size-1",
  "sections-offset-odd",
];

const ROWS: readonly Row[] = [
  // Whole files.
  ["tail-zero-1-program-lld", PATCH, RUNS],
  ["tail-zero-1-program-lld", ["strip"], RUNS],
  ["tail-zero-5-program", PATCH, RUNS],
  ["tail-zero-5-program", ["strip"], RUNS],
  ["tail-zero-1-object.o", ["strip", "-g"], NO_DEBUG],
  ["tail-zero-8-object.o", ["strip", "-g"], NO_DEBUG],
  ["tail-zero-3-member.a", ["strip", "-g"], NO_DEBUG],
  ["segment-short-filesz", PATCH, RUNS],
  ["segment-short-filesz", ["patchelf", "--print-needed"], { status: 0, says: /^libc\.so\.6$/m }],
  [
    "segment-single-rwx",
    ["patchelf", "--set-interpreter", `/lib64/${"../lib64/".repeat(12)}ld-linux-x86-64.so.2`],
    { status: 0, prints: "one segment\n" },
  ],
  ["segment-high-address.so", PATCH, { status: 0, readelf: ["-dW", /RUNPATH.*p{299}/] }],
  ...BROKEN_SECTION_HEADERS.flatMap((file): Row[] => [
    [file, ["show"], { status: 0, says: /libc\.so\.6/ }],
    [file, ["diagnose"], { status: 0, says: /glibc/ }],
    [file, ["check"], { status: 1, says: /^error: section header table: .*\[section-table\]/m }],
    [file, ["patchelf", "--print-needed"], { status: 0, says: /^libc\.so\.6$/m }],
    [file, PATCH, RUNS],
  ]),
  ["sections-names-index-900", PATCH, RUNS],
  ["sections-names-index-900", ["patchelf", "--print-needed"], { status: 0, says: /^libc\.so\.6$/m }],
  ["debug-split-segments", ["strip", "--only-keep-debug"], DONE],
  ...["needed", "rpath", "soname", "interpreter"].map((what): Row => {
    return ["debug-file.debug", ["patchelf", `--print-${what}`], { status: 0, neverSays: /./ }];
  }),

  // Files that came out broken, or changed without a word.
  [
    "relr-library.so",
    ["patchelf", "--remove-version-need", "libc.so.6", "GLIBC_ABI_DT_RELR"],
    error(/DT_RELR without|GLIBC_ABI_DT_RELR/),
  ],
  [
    "relr-program-musl",
    [
      ...["patchelf", "--set-interpreter", "/lib64/ld-linux-x86-64.so.2", "--replace-needed", "libc.so", "libc.so.6"],
      ...["--add-version-need", "libc.so.6", "GLIBC_2.3", "--bind", "realpath"],
    ],
    { status: 0, says: /GLIBC_ABI_DT_RELR/, readelf: ["-VW", /GLIBC_ABI_DT_RELR/] },
  ],
  [
    "tail-payload-16-program",
    ["patchelf", "--overlay", "keep-in-place", "--set-rpath", PATH],
    { status: 0, says: /payload.*end/, prints: "sum 30\n" },
  ],
  ["cut-no-sections-20-short", PATCH, error(/TRUNCATED|load-in-file/)],
  ["cut-no-sections-20-short", ["strip"], error(/TRUNCATED|load-in-file/)],
  ["cut-no-sections-whole", PATCH, RUNS],
  ["cut-no-sections-whole", ["strip"], RUNS],

  // What was not found or not said.
  ["check-sound", ["check"], { status: 0, neverSays: /error|warning/, prints: ANSWER }],
  ["check-entry-outside", ["check"], error(/^error.*entry/m)],
  ["check-entry-in-data", ["check"], error(/^error.*entry/m)],
  ["check-relasz-odd", ["check"], error(/^error.*DT_RELASZ/m)],
  ["check-relaent-7", ["check"], error(/^error.*DT_RELAENT/m)],
  ["check-relro-beyond", ["check"], error(/^error.*PT_GNU_RELRO/m)],
  ["check-syment-16", ["check"], { status: 0, says: /^warning.*DT_SYMENT/m, prints: ANSWER }],
  ["check-init-arraysz-3", ["check"], { status: 0, says: /^warning.*DT_INIT_ARRAYSZ/m, prints: ANSWER }],
  ...["bloom-zero", "no-buckets", "buckets-empty", "chain-values-wrong", "first-symbol-9999"].map((what): Row => {
    return [`check-gnu-hash-${what}.so`, ["check"], error(/^error.*DT_GNU_HASH/m)];
  }),
  ...["fedora43", "glibc:2.41", "debian13"].map((target): Row => {
    return ["stack-exec.so", ["diagnose", "--target", target], error(/executable stack/)];
  }),
  ["dlopen-refused.so", ["diagnose"], { status: 0, says: /^ *warning: .*NOOPEN/m }],
  ["dlopen-static-tls.so", ["diagnose"], { status: 0, says: /static TLS/ }],
  ["abi-freebsd", ["diagnose"], { status: 0, says: /FreeBSD/, neverSays: /manylinux|found on|ubuntu|centos/i }],
  [
    "note-go-build-id",
    ["show", "--notes"],
    { status: 0, says: /Go NT_GO_BUILD_ID: AbCdEfGhIjKlMnOpQrSt\/uVwXyZ0123456789abcd$/m },
  ],

  // Patterns.
  ["pattern-long-name.o", ["strip", "-g", "-R", "*a*a*a*b"], { status: 0, readelf: ["-SW", /aaaa/] }],
  ["pattern-brackets.o", ["strip", "-g", "-R", "][]"], { status: 0, readelf: ["-SW", / \[ /, / \]\[\] /] }],
  ["pattern-brackets.o", ["strip", "-g", "-R", "[[:alpha:]]"], { status: 0, readelf: ["-SW", / \]\[\] /, / z /] }],
  ...[1000, 2000, 4000].map((n): Row => [`loads-${n}.so`, PATCH, DONE]),
];

function judge(copy: string, ran: Ran, { status, says, neverSays, prints, readelf }: Expected): void {
  const text = ran.stdout + ran.stderr;
  expect(ran.status, text).toBe(status);
  if (says) expect(text).toMatch(says);
  if (neverSays) expect(text).not.toMatch(neverSays);
  if (prints) expect(run(copy, [])).toMatchObject({ status: 0, stdout: prints });
  if (!readelf) return;

  const [options, shows, neverShows] = readelf;
  const shown = must("readelf", [options, copy]);
  expect(shown).toMatch(shows);
  if (neverShows) expect(shown).not.toMatch(neverShows);
}

describe("small inputs that went wrong before", () => {
  beforeAll(() => {
    if (existsSync(MAKE_CASES)) run("bash", [MAKE_CASES, folder]);
  }, 120_000);

  ROWS.forEach(([file, command, expected], row) => {
    const options = command.map((option) => (option.length > 80 ? `${option.slice(0, 10)}…` : option));
    itWithTools([MAKE_CASES, ...TOOLS], `${file}: ${options.join(" ")}`, () => {
      const copy = files.path(`${row}-${file}`);
      copyFileSync(`${folder}/${file}`, copy);
      // Programs find their library beside them.
      if (file.startsWith("check-")) copyFileSync(`${folder}/libchk.so`, files.path("libchk.so"));

      judge(copy, elfwright(...command, copy), expected);
    });
  });

  itWithTools([MAKE_CASES, ...TOOLS], "stack-size-65536 and stack-size-1048576: diff", () => {
    const { status, stdout } = elfwright("diff", `${folder}/stack-size-65536`, `${folder}/stack-size-1048576`);
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringMatching(/PT_GNU_STACK/) as string });
  });
});

describe("moments: kills, other writers, a full disk", () => {
  let says = "";
  const section = (title: string) => says.split(/^# /m).find((part) => part.startsWith(title)) ?? "";

  beforeAll(() => {
    const canRun = existsSync(MAKE_MOMENTS) && existsSync(`${repository}/dist`);
    if (canRun) says = run("bash", [MAKE_MOMENTS, repository]).stdout;
  }, 300_000);

  const moment = (title: string, body: () => void) => itWithTools([MAKE_MOMENTS, ...TOOLS], title, body);

  moment("killed at any write in place, the same call again finishes it", () => {
    const kills = section("killed").trim().split("\n").slice(1);
    expect(kills.length).toBeGreaterThan(1);
    for (const line of kills) expect(line).toMatch(/the same call again: exit 0, the new file/);
  });

  moment("owner and mode are set by the open file", () => {
    expect(section("owner")).toMatch(/fchmod/);
    expect(section("owner")).not.toMatch(/\b(chown|lchown|fchownat|chmod|fchmodat)\(/);
  });

  moment("a file that changes while it is patched keeps the newer bytes", () => {
    expect(section("the input changes")).toMatch(/exit 1\nthe program says: the newer program/);
  });

  moment("two processes in place leave a sound file", () => {
    expect(section("two processes").trim().split("\n").slice(1)).toEqual([expect.stringMatching(/^ *8 sound$/)]);
  });

  moment("a full disk behind stdout is one line", () => {
    expect(section("a full disk").match(/exit 1, 0 lines of a stack trace/g)).toHaveLength(3);
  });

  moment("a note tells that extended attributes go, where they do", () => {
    const lines = section("extended").trim().split("\n").slice(1);
    // A file system may have none.
    for (const line of lines) expect(line).toMatch(/\['user\.origin'\]|notes about it: [1-9]/);
  });
});

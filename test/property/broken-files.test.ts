import { chmodSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asNobody } from "../node/rights.js";
import { type Captured, captured } from "../support/captured.js";
import { fixture, scratch } from "../support/fixtures.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";

const files = scratch();
const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 120);
chmodSync(files.path("."), 0o755);
const MAP = files.write("map", Buffer.from("puts my_puts\ngetenv my_getenv\nfixture_answer other_answer\n"), 0o644);

/** Every kind of option, so that each table is asked for. */
const CALLS: readonly (readonly string[])[] = [
  [
    "patchelf",
    "--print-interpreter",
    "--print-os-abi",
    "--print-soname",
    "--print-rpath",
    "--print-execstack",
    "--print-needed",
  ],
  ["patchelf", "--set-rpath", "/opt/elfwright/".repeat(100), "--set-interpreter", "/opt/elfwright/lib/ld.so"],
  ["patchelf", "--add-rpath", "/a", "--force-rpath"],
  ["patchelf", "--remove-rpath", "--no-default-lib", "--add-debug-tag"],
  ["patchelf", "--shrink-rpath"],
  ["patchelf", "--add-needed", "liba.so", "--replace-needed", "libc.so.6", "libd.so"],
  ["patchelf", "--remove-needed", "libc.so.6", "--weaken-versions"],
  ["patchelf", "--set-soname", "a.so", "--set-execstack", "--set-os-abi", "freebsd"],
  ["patchelf", "--rename-dynamic-symbols", MAP],
  ["patchelf", "--clear-symbol-version", "puts", "--clear-symbol-version", "getenv"],
  ["patchelf", "--add-version-need", "libc.so.6", "V_1", "--bind", "puts"],
  ["patchelf", "--add-hash", "--add-gnu-hash"],
  ["patchelf", "--raise-alignment", "16384"],
  ["strip"],
  ["strip", "-R", ".comment", "--in-place"],
  ["patchelf", "--in-place", "--set-rpath", "/opt/elfwright/".repeat(100)],
  ["chrpath", "-r", "/a"],
];

let folders = 0;

/**
 * Runs the command on one file in a folder of its own, and returns the exit code. Where that is not 0, there must be a
 * message, and the file must be as it was. No other file may be left.
 */
async function examine(label: string, bytes: Uint8Array, call: readonly string[]): Promise<number> {
  const folder = `dir-${folders++}`;
  mkdirSync(files.path(folder));
  const path = files.write(`${folder}/file`, bytes);
  const what = `${label}: ${call.join(" ")}`;

  let ran: Captured;
  try {
    ran = await captured(...call, path);
  } catch (e) {
    throw new Error(`${what}: ${String(e)}`, { cause: e });
  }

  expect(readdirSync(files.path(folder)), label).toEqual(["file"]);
  if (ran.status === 0) return 0;

  // chrpath has a code of its own for a file without a search path.
  expect(call[0] === "chrpath" ? [1, 2] : [1], label).toContain(ran.status);
  if (ran.status === 1) expect(ran.stderr, what).toMatch(/^elfwright: [^\n]*: ([A-Z_]+: )?\S[^\n]*\n/);
  expect(readFileSync(path).equals(bytes), what).toBe(true);

  return ran.status;
}

it.each([
  "x86_64-glibc-lib.so",
  "x86_64-glibc-pie-runpath",
  "i386-glibc-exec",
  "s390x-glibc-pie",
  "mips64el-glibc-lib.so",
  "x86_64-musl-pie",
])(`broken copies of %s: a message and no change, or a whole result (seed ${SEED})`, async (name) => {
  // A Buffer's slice would be the same bytes.
  const original = Uint8Array.from(fixture(name));
  const hot = hotRanges(original);
  let done = 0;
  let refused = 0;

  for (let round = 0; round < ROUNDS; round++) {
    const bytes = Buffer.from(mutant(original, hot, random(SEED * 7919 + round)));
    if ((await examine(`ELFWRIGHT_SEED=${SEED}, round ${round}`, bytes, CALLS[round % CALLS.length]!)) === 0) done++;
    else refused++;
  }

  // Mutants that all fail, or all pass, would test nothing.
  expect(done).toBeGreaterThan(ROUNDS / 20);
  expect(refused).toBeGreaterThan(ROUNDS / 20);
});

describe("what is no ELF file", () => {
  const below = random(SEED);
  const original = fixture("x86_64-glibc-pie");
  const inputs: [string, Uint8Array][] = [
    ["empty", new Uint8Array(0)],
    ["one byte", Uint8Array.of(0x7f)],
    ["magic alone", Buffer.from("\x7fELF", "latin1")],
    ["text", Buffer.from("#!/bin/sh\nexit 0\n")],
    ["a broken archive", Buffer.from("!<arch>\nhello.o/")],
    ["a thin archive", Buffer.from("!<thin>\n")],
    ...[1, 5, 16, 52, 63, 64, 100, 1000, 5000].map((n): [string, Uint8Array] => [
      `cut to ${n} bytes`,
      original.subarray(0, n),
    ]),
    ...Array.from({ length: 20 }, (_, i): [string, Uint8Array] => [
      `random bytes ${i}`,
      Uint8Array.from({ length: below(3000) }, () => below(256)),
    ]),
    ...Array.from({ length: 20 }, (_, i): [string, Uint8Array] => [
      `random bytes behind a header ${i}`,
      Buffer.concat([original.subarray(0, 64), Uint8Array.from({ length: below(3000) }, () => below(256))]),
    ]),
  ];

  it.each(inputs)("%s: a message, exit 1, and nothing is written", async (label, bytes) => {
    for (const call of CALLS) expect(await examine(label, bytes, call), call.join(" ")).toBe(1);
  });

  it("a folder, a device, a file that is not there, and one that cannot be read", async () => {
    const unreadable = files.write("unreadable", original, 0);
    const dir = files.path("folder");
    mkdirSync(dir);

    for (const path of [dir, "/dev/null", "/dev/zero", files.path("missing"), unreadable, join(unreadable, "below")]) {
      for (const call of CALLS) {
        const r = await asNobody(() => captured(...call, path));
        expect({ path, call, status: r.status, stdout: r.stdout }).toEqual({ path, call, status: 1, stdout: "" });
        expect(r.stderr).toMatch(/^elfwright: [^\n]+\n$/);
      }
    }

    expect(readFileSync(unreadable).equals(original)).toBe(true);
  });
});

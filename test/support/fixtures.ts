import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { afterAll } from "vitest";
import { crossTool, loaderOf, type Machine, MACHINES, runnersOf, runOn } from "./machines.js";
import type { Ran } from "./tools.js";

const bin = fileURLToPath(new URL("../../fixtures/bin/", import.meta.url));

/** The path of a file of fixtures/bin. */
export const fixturePath = (name: string): string => join(bin, name);
export const fixture = (name: string): Buffer => readFileSync(fixturePath(name));

/** What a dynamic fixture is, and how it runs. */
export interface DynamicFixture {
  readonly name: string;
  readonly machine: Machine;
  readonly libc: "glibc" | "musl";
  readonly kind: "program" | "library";
  readonly interpreter: string;
  readonly libcName: string;
  /** The program that loads this library, or the library that this program can load. */
  readonly partner: string;
  /** Whether it has section headers: GNU strip and eu-strip refuse a file that has none. */
  readonly sections: boolean;
}

const MUSL = "/lib/ld-musl-x86_64.so.1";
const ALPINE = "libc.musl-x86_64.so.1";

/** The linkers beside GNU ld that made fixtures of x86-64. */
const OTHER_LINKERS = ["lld", "mold", "gold"];

/** What the names of glibc fixtures end in: the kind, and what is special about it. */
function variants(machine: Machine): string[] {
  if (machine !== "x86_64") return ["pie", "exec", "lib"];
  return [
    "pie",
    "exec",
    "pie-runpath",
    "pie-nosections",
    ...OTHER_LINKERS.flatMap((linker) => [`pie-${linker}`, `exec-${linker}`]),
    "lib",
    ...OTHER_LINKERS.map((linker) => `lib-${linker}`),
  ];
}

function glibcFixture(machine: Machine, variant: string): DynamicFixture {
  const shared = { machine, libc: "glibc", libcName: "libc.so.6", sections: variant !== "pie-nosections" } as const;
  if (variant.startsWith("lib")) {
    return {
      ...shared,
      name: `${machine}-glibc-${variant}.so`,
      kind: "library",
      interpreter: "",
      partner: `${machine}-glibc-pie`,
    };
  }

  return {
    ...shared,
    name: `${machine}-glibc-${variant}`,
    kind: "program",
    interpreter: loaderOf(machine),
    partner: `${machine}-glibc-lib.so`,
  };
}

function muslProgram(name: string): DynamicFixture {
  return {
    name,
    machine: "x86_64",
    libc: "musl",
    kind: "program",
    interpreter: MUSL,
    libcName: name.endsWith("libc.so") ? "libc.so" : ALPINE,
    partner: "x86_64-musl-lib.so",
    sections: true,
  };
}

export const dynamicFixtures: readonly DynamicFixture[] = [
  ...MACHINES.flatMap((machine) => variants(machine).map((variant) => glibcFixture(machine, variant))),
  ...["x86_64-musl-pie", "x86_64-musl-exec", "x86_64-musl-pie-libc.so"].map(muslProgram),
  {
    name: "x86_64-musl-lib.so",
    machine: "x86_64",
    libc: "musl",
    kind: "library",
    interpreter: "",
    libcName: ALPINE,
    partner: "x86_64-musl-pie",
    sections: true,
  },
];

/** The tools that {@link runProgram} needs for this fixture. */
export const runners = (f: DynamicFixture): string[] => (f.libc === "musl" ? [MUSL] : runnersOf(f.machine));

/** Runs a program for the fixture's machine, natively or under qemu-user with the cross libc. */
export const runProgram = (
  f: DynamicFixture,
  path: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Ran => runOn(f.machine, path, args, env);

/** The machine's own GNU strip. */
export const gnuStrip = (f: DynamicFixture): string => crossTool(f.machine, "strip");

/** What the programs of fixtures/bin print. */
export const GREETING = (argc: number): string =>
  `hello from elfwright: argc=${argc}\nsorted=efghilrtw length=9 env=none\n`;

/** A folder for the results of one test file. It is removed when the file ends. */
export function scratch(): {
  path(name: string): string;
  write(name: string, bytes: Uint8Array, mode?: number): string;
} {
  const dir = mkdtempSync(join(tmpdir(), "elfwright-test-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return {
    path: (name) => join(dir, name),
    write(name, bytes, mode = 0o755) {
      writeFileSync(join(dir, name), bytes, { mode });
      return join(dir, name);
    },
  };
}

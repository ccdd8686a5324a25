import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { afterAll } from "vitest";
import { crossTool, loaderOf, type Machine, MACHINES, runnersOf, runOn } from "./machines.js";
import type { Ran } from "./tools.js";

const bin = fileURLToPath(new URL("../../fixtures/bin/", import.meta.url));

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

/** What the names of glibc programs end in: the kind, and what is special about it. */
const variants = (m: Machine): string[] =>
  m === "x86_64"
    ? [
        "pie",
        "exec",
        "pie-runpath",
        "pie-nosections",
        ...["lld", "mold", "gold"].flatMap((l) => [`pie-${l}`, `exec-${l}`]),
      ]
    : ["pie", "exec"];
const libraries = (m: Machine): string[] => (m === "x86_64" ? ["lib", "lib-lld", "lib-mold", "lib-gold"] : ["lib"]);

const glibc = (machine: Machine, variant: string): DynamicFixture => {
  const library = variant.startsWith("lib");
  const shared = { machine, libc: "glibc", libcName: "libc.so.6", sections: variant !== "pie-nosections" } as const;
  if (library) {
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
};

export const dynamicFixtures: readonly DynamicFixture[] = [
  ...MACHINES.flatMap((m) => [...variants(m), ...libraries(m)].map((v) => glibc(m, v))),
  ...["x86_64-musl-pie", "x86_64-musl-exec", "x86_64-musl-pie-libc.so"].map((name): DynamicFixture => ({
    name,
    machine: "x86_64",
    libc: "musl",
    kind: "program",
    interpreter: MUSL,
    libcName: name.endsWith("libc.so") ? "libc.so" : ALPINE,
    partner: "x86_64-musl-lib.so",
    sections: true,
  })),
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

export const GREETING = (argc: number): string =>
  `hello from elfwright: argc=${argc}\nsorted=efghilrtw length=9 env=none\n`;

/** A folder for one test file's results, gone when it ends. */
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

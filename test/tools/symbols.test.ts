import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import {
  addGnuHash,
  addHash,
  addVersionNeed,
  clearSymbolVersion,
  type Edit,
  patch,
  readElf,
  renameDynamicSymbols,
  setSymbolVersion,
  stripUnneeded,
} from "../../src/index.js";
import { viewOf } from "../../src/codec/bytes.js";
import { Dyn } from "../../src/codec/records.js";
import { scratch } from "../support/fixtures.js";
import { crossTool, type Machine, MACHINES, runnersOf, runOn } from "../support/machines.js";
import { lint, newLines, readelfWarnings } from "../support/oracles.js";
import { run } from "../support/run.js";
import { buildPair, says } from "../support/symbols.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const STYLES = ["gnu", "sysv", "both"] as const;

/** Every way that the linker has of writing hash tables; and relocations kept in the file, and bound late. */
const FLAVOURS: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ...STYLES.map((s) => [s, [`-Wl,--hash-style=${s}`]] as const),
  ["emit-relocs", ["-Wl,--hash-style=both", "-Wl,--emit-relocs"]],
  ["lazy", ["-Wl,--hash-style=gnu", "-Wl,-z,lazy"]],
];

interface Pair {
  readonly m: Machine;
  readonly folder: string;
  readonly library: string;
  readonly program: string;
}

function pair(m: Machine, name: string, flags: readonly string[]): Pair {
  const folder = files.path(`${m}-${name}`);
  mkdirSync(folder, { recursive: true });
  return { m, folder, ...buildPair(m, files, `${m}-${name}`, flags) };
}

function patched(path: string, edits: readonly Edit[]): Buffer {
  const once = patch(readFileSync(path), edits);
  expect(Buffer.compare(patch(once.bytes, edits).bytes, once.bytes), "the same patch twice").toBe(0);
  return once.bytes;
}

/** Puts both files into one folder and runs the program, lazily and with everything bound at once. */
function ask(
  { m, folder }: Pair,
  library: Uint8Array | string,
  program: Uint8Array | string,
  args: readonly string[] = [],
): string {
  const put = (name: string, from: Uint8Array | string) => {
    if (typeof from === "string") copyFileSync(from, `${folder}/${name}`);
    else writeFileSync(`${folder}/${name}`, from, { mode: 0o755 });
  };
  put("libsym.so", library);
  put("program", program);

  const lazy = runOn(m, `${folder}/program`, args);
  const now = runOn(m, `${folder}/program`, args, { LD_BIND_NOW: "1", LD_WARN: "1" });
  expect([lazy.status, lazy.stderr], lazy.stdout).toEqual([0, ""]);
  expect([now.status, now.stderr, now.stdout], lazy.stdout).toEqual([0, "", lazy.stdout]);
  return lazy.stdout;
}

/** Readers say nothing that they did not say of the file before. Neither of them knows DT_MIPS_XHASH well. */
function readersAgree(before: string, after: Uint8Array, name: string): void {
  const path = files.write(name, after);
  const isXhash = (line: string) => /MIPS.xhash|unknown tag|unsupported type/.test(line);
  const newFaults = newLines(lint(before), lint(path)).filter((line) => !isXhash(line));

  expect(newFaults, name).toEqual([]);
  expect(newLines(readelfWarnings(before), readelfWarnings(path)), name).toEqual([]);
  expect(run("readelf", ["-sVDW", path]).stderr, name).toBe("");
}

const RENAME = { fun_13: "thirteen", inner: "an_inner_function_with_a_longer_name" };
const renamed = says("39/39", 60, " fun_13=-1 thirteen=13 an_inner_function_with_a_longer_name=100");
const ASK = ["fun_13", "thirteen", "an_inner_function_with_a_longer_name"];

/** Every dynamic symbol: its name, and its value or `U`. */
function dynamicNames(bytes: Uint8Array): string[] {
  const [, ...symbols] = readElf(bytes).dynamicSymbols ?? [];
  return symbols.map(({ name, shndx, value }) => `${name} ${shndx === 0 ? "U" : value}`).sort();
}

const gnuHashTag = (m: Machine): string => (m === "mips64el" ? "DT_MIPS_XHASH" : "DT_GNU_HASH");

for (const m of MACHINES) {
  describe(`symbols on ${m}`, () => {
    for (const [name, flags] of FLAVOURS) {
      itWithTools(
        [crossTool(m, "gcc"), "readelf", "eu-elflint", ...runnersOf(m)],
        `${name}: renamed in library and program, the other names still found, in every version`,
        () => {
          const p = pair(m, name, flags);
          const edits = [renameDynamicSymbols(RENAME)];

          expect(ask(p, p.library, p.program, ASK)).toBe(
            says("40/40", 60, " fun_13=13 thirteen=-1 an_inner_function_with_a_longer_name=-1"),
          );

          const library = patched(p.library, edits);
          const program = patched(p.program, edits);
          expect(ask(p, library, program, ASK)).toBe(renamed);
          readersAgree(p.library, library, `${m}-${name}.renamed.so`);
          readersAgree(p.program, program, `${m}-${name}.renamed.bin`);

          // Only names change: each symbol keeps its value, and .symtab its relocations.
          const wanted = dynamicNames(readFileSync(p.library)).map((symbol) =>
            symbol.replace(/^fun_13 /, "thirteen ").replace(/^inner /, `${RENAME.inner} `),
          );
          expect(dynamicNames(library)).toEqual(wanted.sort());

          if (name === "emit-relocs") {
            const relocations = (path: string) => {
              const parts = must("readelf", ["-rW", path]).split("\n\n");
              const ofContents = parts.filter((part) => /section '\.rela?\.(text|data)/.test(part));
              return ofContents.map((part) => part.replace(/at offset \w+/, ""));
            };
            expect(relocations(p.library).length).toBeGreaterThan(0);
            expect(relocations(files.path(`${m}-${name}.renamed.so`))).toEqual(relocations(p.library));
          }
        },
      );
    }

    itWithTools(
      [crossTool(m, "gcc"), crossTool(m, "strip"), "eu-strip", "readelf", "eu-elflint", ...runnersOf(m)],
      "hash tables are added to either kind, with a renaming and alone, and survive every strip",
      () => {
        for (const style of ["gnu", "sysv"] as const) {
          const p = pair(m, `add-${style}`, [`-Wl,--hash-style=${style}`]);
          const hash = [addHash(), addGnuHash()];
          const library = patched(p.library, hash);
          const both = patched(p.library, [...hash, renameDynamicSymbols(RENAME)]);
          const program = patched(p.program, [...hash, renameDynamicSymbols(RENAME)]);

          expect(ask(p, library, patched(p.program, hash))).toBe(says());
          expect(ask(p, both, program, ASK)).toBe(renamed);

          const tags = readElf(both).dynamic!.entries.map((entry) => entry.name);
          expect(tags).toEqual(expect.arrayContaining(["DT_HASH", gnuHashTag(m)]));

          // With only the new table left, the loader has no other to search.
          const [added, old] = style === "gnu" ? ["DT_HASH", gnuHashTag(m)] : [gnuHashTag(m), "DT_HASH"];
          expect(ask(p, withoutTag(both, added, old), program, ASK)).toBe(renamed);

          readersAgree(p.library, both, `${m}-add-${style}.so`);
          const strips = [[crossTool(m, "strip")], [crossTool(m, "strip"), "-g"], ["eu-strip"]] as const;
          for (const [i, [strip, ...args]] of strips.entries()) {
            const out = files.path(`${m}-add-${style}.${i}`);
            const bin = `${out}.bin`;
            must(strip, [...args, "-o", out, files.path(`${m}-add-${style}.so`)]);
            must(strip, [...args, "-o", bin, files.write(`${m}-add-${style}.bin`, program)]);
            expect(ask(p, out, bin, ASK), `${strip} ${args.join(" ")}`).toBe(renamed);
          }

          const stripped = patched(p.library, [...hash, renameDynamicSymbols(RENAME), stripUnneeded()]);
          expect(ask(p, stripped, program, ASK)).toBe(renamed);
        }
      },
    );

    itWithTools(
      [crossTool(m, "gcc"), "readelf", "eu-elflint", ...runnersOf(m)],
      "versions: bound to another one, cleared, needed anew",
      () => {
        const p = pair(m, "versions", []);
        for (const [name, edits, twice] of [
          ["older", [setSymbolVersion("twice", "V1")], 6],
          ["by its version", [setSymbolVersion("twice@V2", "V1", { file: "libsym.so" })], 6],
          ["none", [clearSymbolVersion("twice")], 60],
          [
            "a renamed one",
            [setSymbolVersion("twice", "V1"), clearSymbolVersion("fun_1", "fun_13", "counter", "through", "outer")],
            6,
          ],
          ["needed", [addVersionNeed("libsym.so", "V1", { symbols: ["twice"] })], 6],
        ] as const) {
          const program = patched(p.program, edits);
          readersAgree(p.program, program, `${m}-versions.edited`);

          // A symbol without a version binds to the base or the oldest definition, as ld.so decides.
          const wanted = name === "none" ? [says(), says("40/40", 6)] : [says("40/40", twice)];
          expect(wanted, name).toContain(ask(p, p.library, program));
        }

        const library = patched(p.library, [renameDynamicSymbols(RENAME)]);
        const both = patched(p.program, [renameDynamicSymbols(RENAME), setSymbolVersion("twice", "V1")]);
        expect(ask(p, library, both, ASK)).toBe(renamed.replace("twice=60", "twice=6"));

        // V2 went with its only user.
        const { versionNeeds } = readElf(patched(p.program, [setSymbolVersion("twice", "V1")]));
        const need = versionNeeds.find(({ file }) => file === "libsym.so")!;
        expect(need.versions.map((version) => version.name)).toEqual(["V1"]);
      },
    );
  });
}

/** A tag that no loader knows. */
const UNKNOWN_TAG = 0x6000000d + 0x100;

/** Makes a tag unknown to the loader, so that it must use the other table. */
function withoutTag(bytes: Uint8Array, keep: string, hide: string): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const { header, dynamic } = readElf(changed);
  expect(dynamic!.entries.map((entry) => entry.name)).toContain(keep);

  const { index } = dynamic!.entries.find((entry) => entry.name === hide)!;
  const at = dynamic!.offset + index * Dyn.size(header.class);
  Dyn.view(viewOf(changed), at, header).tag = UNKNOWN_TAG;
  return changed;
}

const ADDRESS_LIBRARY = "void f(void) {}\nvoid *theirs(void) { return (void *)f; }\n";
const ADDRESS_MAIN = `#include <stdio.h>
void f(void);
void *theirs(void);
int main(void) { puts((void *)f == theirs() ? "same" : "other"); return 0; }
`;

describe("a program whose functions' addresses are those of its own linkage table", () => {
  itWithTools(
    ["gcc", "readelf", ...runnersOf("x86_64")],
    "addGnuHash holds them, so that a library sees the same address",
    () => {
      const folder = files.path("addresses");
      mkdirSync(folder, { recursive: true });

      const [library, main] = [`${folder}/libsym.so`, `${folder}/main`];
      const librarySource = files.write("address.lib.c", Buffer.from(ADDRESS_LIBRARY));
      const mainSource = files.write("address.c", Buffer.from(ADDRESS_MAIN));
      const ld = ["-Wl,--hash-style=sysv", "-Wl,-rpath,$ORIGIN"];
      must("gcc", ["-shared", "-fPIC", "-Wl,-soname,libsym.so", "-o", library, librarySource]);
      must("gcc", ["-O1", "-no-pie", "-fno-pie", ...ld, "-o", main, mainSource, library]);

      const before = readFileSync(main);
      const { bytes } = patch(before, [addGnuHash()]);
      const says = (bytes: Uint8Array) => run(files.write("addresses/edited", bytes), []).stdout;
      const symbol = [...readElf(before).dynamicSymbols!].find(({ name }) => name === "f")!;

      expect([symbol.shndx, symbol.value !== 0n]).toEqual([0, true]);
      expect([says(before), says(bytes)]).toEqual(["same\n", "same\n"]);
      expect(says(withoutTag(bytes, "DT_GNU_HASH", "DT_HASH"))).toBe("same\n");
    },
  );
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DT } from "../../src/spec/dynamic.js";
import { versionUses } from "../../src/diagnose/versions/version-uses.js";
import { patch, readElf, stripAll, dropSectionHeaders } from "../../src/index.js";
import { captured } from "../support/captured.js";
import { dynamicFixtures, fixture, scratch } from "../support/fixtures.js";
import { auditwheelTag } from "../targets/auditwheel.js";
import { DATA } from "../targets/generate.js";
import { policies } from "../targets/sources.js";
import { against, factsOf, needsOf } from "../support/facts.js";
import { crossTool, type Machine } from "../support/machines.js";
import { objdumpNeeds } from "../support/objdump.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const GLIBC = { libc: "glibc" } as const;
const MUSL = { libc: "musl" } as const;

/** It calls functions of glibc 2.33 (stat), of 2.34 (__libc_start_main, pthread_create, dlsym) and older ones. */
const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
static void *run(void *p) { return p; }
int main(int argc, char **argv) {
  struct stat s;
  pthread_t t;
  pthread_create(&t, 0, run, 0);
  pthread_join(t, 0);
  printf("%d %p %s\\n", stat(argv[0], &s), dlsym(0, "main"), getenv("HOME"));
  return argc - 1;
}
`;

function build(machine: Machine, flags: readonly string[] = []): Buffer {
  const out = files.path(`program-${machine}`);
  must(crossTool(machine, "gcc"), ["-O1", "-o", out, files.write("program.c", Buffer.from(SOURCE)), ...flags]);
  return readFileSync(out);
}

const LACKING_IN_CENTOS7 =
  "libc.so.6 of CentOS 7 (glibc 2.17) has no GLIBC_2.34 (__libc_start_main, dlsym, pthread_create, pthread_join), " +
  "GLIBC_2.33 (stat)";

const error = (found: ReturnType<typeof against>, rule: string) =>
  found.find((finding) => finding.rule === rule && finding.severity === "error");

describe("programs built here, on an older system", () => {
  itWithTools(
    ["gcc"],
    "the symbols and versions that CentOS 7 lacks are named, also stripped and without section headers",
    () => {
      const program = build("x86_64");
      for (const bytes of [program, patch(program, [stripAll()]).bytes, patch(program, [dropSectionHeaders()]).bytes]) {
        expect(needsOf(bytes, GLIBC)).toMatchObject({ required: { glibc: "2.34" }, wheelTag: "manylinux_2_34_x86_64" });

        const found = error(against(bytes, "centos7", GLIBC), "target-version")!;
        expect(found.names).toEqual([
          "__libc_start_main@GLIBC_2.34",
          "dlsym@GLIBC_2.34",
          "pthread_create@GLIBC_2.34",
          "pthread_join@GLIBC_2.34",
          "stat@GLIBC_2.33",
        ]);
        expect(found.message).toContain(LACKING_IN_CENTOS7);
        expect(found.advice).toContain(
          "glibc 2.17 does not have stat under any version; " +
            "a build there calls __xstat and its like for stat; of the others it has older versions",
        );
        expect(against(bytes, "glibc:2.34", GLIBC)).toEqual([]);
      }
    },
  );

  itWithTools(["gcc"], "the command says the same", async () => {
    const path = files.write("for-centos", build("x86_64"));
    const text = await captured("diagnose", "--target", "centos7", path);
    const fine = await captured("diagnose", "--json", "--target", "ubuntu22.04", path);

    expect([text.status, fine.status]).toEqual([1, 0]);
    expect(text.stdout).toContain(`error: ${LACKING_IN_CENTOS7}`);

    const [diagnosis] = JSON.parse(fine.stdout) as [{ required: object; distributions: string[]; wheelTag: string }];
    expect(diagnosis).toMatchObject({ required: { glibc: "2.34" }, wheelTag: "manylinux_2_34_x86_64" });
    expect(diagnosis.distributions).toContain("rhel9");
    expect(diagnosis.distributions).not.toContain("rhel8");
  });

  itWithTools(["gcc"], "packed relative relocations need 2.36", () => {
    const bytes = build("x86_64", ["-pie", "-fPIE", "-Wl,-z,pack-relative-relocs"]);
    expect(readElf(bytes).dynamic!.get(DT.RELR)).toBeDefined();
    expect(needsOf(bytes, GLIBC).required).toEqual({ glibc: "2.36" });
    expect(error(against(bytes, "ubuntu22.04", GLIBC), "target-version")!.names).toEqual(["GLIBC_ABI_DT_RELR"]);
    expect(against(bytes, "debian12", GLIBC)).toEqual([]);
  });

  for (const machine of ["i386", "aarch64", "armhf", "s390x", "riscv64"] as const) {
    itWithTools([crossTool(machine, "gcc"), crossTool(machine, "objdump")], `for ${machine}`, () => {
      const bytes = build(machine);
      const found = error(against(bytes, machine === "riscv64" ? "glibc:2.31" : "centos7", GLIBC), "target-version")!;

      expect(found.names).toEqual(
        expect.arrayContaining(["__libc_start_main@GLIBC_2.34", "dlsym@GLIBC_2.34", "stat@GLIBC_2.33"]),
      );

      const { highest, symbols } = objdumpNeeds(files.path(`program-${machine}`), crossTool(machine, "objdump"));
      expect(needsOf(bytes, GLIBC).required["glibc"]).toBe(highest["GLIBC"]);
      expect(Object.fromEntries(versionUses(factsOf(bytes)).map((use) => [use.name, use.symbols]))).toEqual(symbols);
      expect(error(against(bytes, "glibc:2.36", GLIBC), "target-version")).toBeUndefined();
    });
  }

  itWithTools(["musl-gcc"], "a program for musl on glibc, and on musl", () => {
    const out = files.path("musl");
    must("musl-gcc", ["-O1", "-o", out, files.write("program.c", Buffer.from(SOURCE))]);
    const bytes = readFileSync(out);
    const found = against(bytes, "centos7", MUSL);

    expect(found.map((finding) => finding.rule)).toEqual([
      "target-interpreter",
      "target-libc",
      "target-loader",
      "target-symbol",
      "target-library",
      "target-library",
    ]);
    expect(error(found, "target-symbol")!.names).toEqual(["stat"]);
    const libraries = found.filter((finding) => finding.rule === "target-library");
    expect(libraries.flatMap((finding) => finding.names).sort()).toEqual(["libdl.so.2", "libpthread.so.0"]);
    expect(against(bytes, "alpine3.18", MUSL)).toEqual([]);
    expect(needsOf(bytes, MUSL)).toMatchObject({ required: { musl: "1.1.0" }, wheelTag: "musllinux_1_1_x86_64" });
  });

  itWithTools(["gcc"], "a fortified program for glibc on musl", () => {
    const source = `#include <stdio.h>
#include <string.h>
int main(int c, char **v) { char b[8]; strcpy(b, v[0]); printf("%s %d\\n", b, c); return 0; }
`;
    const out = files.path("fortified");
    must("gcc", ["-O2", "-D_FORTIFY_SOURCE=2", "-o", out, files.write("f.c", Buffer.from(source))]);

    const found = error(against(readFileSync(out), "alpine3.18", GLIBC), "target-symbol")!;
    expect(found.names?.toSorted()).toEqual(["__printf_chk", "__strcpy_chk"]);
  });
});

describe("required versions", () => {
  const glibcFixtures = dynamicFixtures.filter(({ libc }) => libc === "glibc").map(({ name }) => name);
  it.each(glibcFixtures)("%s: every versioned symbol is in the tables", (name) => {
    const found = against(fixture(name), "glibc:2.42", GLIBC);
    expect(found.filter((finding) => finding.rule !== "target-interpreter")).toEqual([]);
  });

  const FOLDER = "/usr/bin";
  const SAMPLE = new RegExp(
    "^(g\\+\\+|cc|ls|bash|perl|python3|gdb|git|as|ld|ssh|curl|tar|sed|awk|find|xz|openssl|dpkg|apt|" +
      "qemu-.*64|clang.*|lld.*)$",
  );
  const names = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  const sample = names.filter((name) => SAMPLE.test(name)).slice(0, 22);
  const FAMILIES = ["GLIBC", "GLIBCXX", "CXXABI", "GCC"];

  itWithTools(["objdump"], "are what objdump -T says, of some programs of this machine", () => {
    let compared = 0;

    for (const name of sample) {
      const path = join(FOLDER, name);
      const bytes = readFileSync(path);
      if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46 || bytes.length > 50 << 20) continue;

      const theirs = objdumpNeeds(path);
      const { required, wheelTag } = needsOf(bytes, GLIBC);
      const uses = versionUses(factsOf(bytes));
      if (uses.length === 0) continue;

      compared++;
      const highest = Object.fromEntries(FAMILIES.map((family) => [family, required[family.toLowerCase()]]));
      const none = Object.fromEntries(FAMILIES.map((family) => [family, undefined]));
      expect(highest, name).toEqual({ ...none, ...theirs.highest });

      if (existsSync(DATA)) expect(wheelTag, name).toBe(auditwheelTag(path, policies(DATA, "manylinux")));

      const symbols: Record<string, string[]> = {};
      for (const use of uses) {
        if (use.symbols.length === 0) continue;
        symbols[use.name] = sortedSet([...(symbols[use.name] ?? []), ...use.symbols]);
      }
      const theirSymbols = Object.entries(theirs.symbols).map(([version, all]) => [version, sortedSet(all)]);
      expect(symbols, name).toEqual(Object.fromEntries(theirSymbols));
    }

    expect(compared).toBeGreaterThan(8);
  });
});

function sortedSet(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

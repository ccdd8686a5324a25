import { describe, expect } from "vitest";
import { readFileSync } from "node:fs";
import { addRunpath, setRunpath } from "../../src/edit/runpath.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { replaceNeeded } from "../../src/edit/needed.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/request/edits.js";
import { stripUnneeded } from "../../src/strip/strip.js";
import { scratch } from "../support/fixtures.js";
import { lint, newLines, readelfValues } from "../support/oracles.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const HUGE = Array.from({ length: 100 }, (_, i) => `/opt/elfwright/a/path/that/no/slack/can/hold/${i}`).join(":");
const INTERPRETER = `/${"lib/../".repeat(20)}lib64/ld-linux-x86-64.so.2`;

const SOURCE = `
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <link.h>
static __thread int local = 7;
__attribute__((constructor)) static void before(void) { local += 1; }
static int count(struct dl_phdr_info *i, size_t n, void *p) { (void)n; if (!*(int *)p) *(int *)p = i->dlpi_phnum > 4 && i->dlpi_phdr[0].p_type != 0; return 0; }
int main(int argc, char **argv) { int ok = 0; dl_iterate_phdr(count, &ok); char *m = malloc(100000); m[99999] = 1; printf("ok=%d local=%d %s\\n", ok, local, argc > 1 ? argv[1] : "none"); return 0; }
`;

/** What each linker leaves: bfd has slack and spare entries unless told not to, lld and mold have neither slack nor many spares. */
const linkers: readonly { name: string; tool: string; flags: readonly string[] }[] = [
  { name: "bfd", tool: "ld.bfd", flags: ["-fuse-ld=bfd"] },
  { name: "bfd without spare entries", tool: "ld.bfd", flags: ["-fuse-ld=bfd", "-Wl,--spare-dynamic-tags=1"] },
  { name: "bfd without spare entries or DT_RELACOUNT", tool: "ld.bfd", flags: ["-fuse-ld=bfd", "-Wl,--spare-dynamic-tags=1", "-Wl,-z,nocombreloc"] },
  { name: "bfd noseparate-code", tool: "ld.bfd", flags: ["-fuse-ld=bfd", "-Wl,-z,noseparate-code", "-Wl,--spare-dynamic-tags=1"] },
  { name: "bfd with 64 KiB pages and BIND_NOW", tool: "ld.bfd", flags: ["-fuse-ld=bfd", "-Wl,-z,max-page-size=65536", "-Wl,-z,now"] },
  { name: "gold", tool: "ld.gold", flags: ["-fuse-ld=gold"] },
  { name: "lld", tool: "ld.lld", flags: ["-fuse-ld=lld"] },
  { name: "lld without DT_RELACOUNT", tool: "ld.lld", flags: ["-fuse-ld=lld", "-Wl,-z,nocombreloc"] },
  { name: "mold", tool: "mold", flags: ["-fuse-ld=mold"] },
];

const edits: readonly { title: string; edits: readonly Edit[]; expect: object }[] = [
  { title: "a runpath", edits: [setRunpath("$ORIGIN")], expect: { runpath: "$ORIGIN" } },
  { title: "a huge runpath", edits: [setRunpath(HUGE)], expect: { runpath: HUGE } },
  { title: "an interpreter", edits: [setInterpreter(INTERPRETER)], expect: { interpreter: INTERPRETER } },
  { title: "everything", edits: [setInterpreter(INTERPRETER), addRunpath(HUGE), replaceNeeded({ "libc.so.6": "/lib/x86_64-linux-gnu/libc.so.6" }), stripUnneeded()], expect: { interpreter: INTERPRETER, runpath: HUGE, needed: ["/lib/x86_64-linux-gnu/libc.so.6"] } },
];

describe.each(linkers)("$name", ({ name, tool, flags }) => {
  for (const pie of ["-pie", "-no-pie"])
    for (const c of edits)
      itWithTools(["gcc", tool, "readelf", "eu-elflint", "strip", "eu-strip", "qemu-x86_64"], `${pie}: ${c.title}`, () => {
        const id = `${name} ${pie} ${c.title}`.replace(/\W+/g, "-");
        const source = files.write(`${id}.c`, Buffer.from(SOURCE)), built = files.path(`${id}.built`);
        must("gcc", ["-O1", pie === "-pie" ? "-fPIE" : "-fno-pie", pie, ...flags, "-o", built, source]);
        const expected = must(built, ["x"]);
        const result = patch(readFileSync(built), c.edits), path = files.write(id, result.bytes);
        expect(readelfValues(path)).toMatchObject(c.expect);
        expect(newLines(lint(built), lint(path))).toEqual([]);
        const runs = [path];
        for (const [i, [strip, ...args]] of ([["strip"], ["strip", "-g"], ["eu-strip"]] as const).entries()) {
          runs.push(files.path(`${id}.${i}`));
          must(strip, [...args, "-o", runs.at(-1)!, path]);
        }
        runs.push(files.write(`${id}.twice`, patch(result.bytes, [addRunpath("/one/more"), setInterpreter(INTERPRETER.replace("lib", "lib/../lib"))]).bytes));
        for (const r of runs) expect([r, must(r, ["x"])]).toEqual([r, expected]);
        expect(must("qemu-x86_64", [path, "x"])).toBe(expected);
        expect(Buffer.compare(patch(result.bytes, c.edits).bytes, result.bytes)).toBe(0);
      });
});

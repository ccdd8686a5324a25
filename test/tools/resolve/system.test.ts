import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { isElfError, readElf } from "../../../src/index.js";
import { resolveFileLibraries } from "../../../src/node/index.js";
import { explained } from "../../corpus/resolve/explained.js";
import { ldd, listOf } from "../../support/ldd.js";
import { itWithTools } from "../../support/tools.js";

const FOLDERS = ["/usr/bin", "/usr/lib/x86_64-linux-gnu"];
const SAMPLE = 60;

/** Dynamic files of these folders, chosen by the hash of their paths, so that every run has the same. */
function sample(): string[] {
  const order = (path: string) => createHash("sha256").update(path).digest("hex");
  const out: string[] = [];
  const all = FOLDERS.flatMap((f) =>
    readdirSync(f, { withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => join(f, e.name)),
  )
    .filter((f) => statSync(f).size < 20 << 20)
    .sort((a, b) => order(a).localeCompare(order(b)));

  for (const path of all) {
    if (out.length === SAMPLE) break;
    try {
      if (readElf(readFileSync(path)).needed.length > 0) out.push(path);
    } catch (e) {
      if (!isElfError(e)) throw e;
    }
  }

  return out;
}

describe("a sample of this system", () => {
  itWithTools(["ldd", "/lib64/ld-linux-x86-64.so.2"], "resolves as ldd says, in its order", () => {
    const files = sample();
    const theirs = ldd(files);

    expect(files.length).toBeGreaterThan(30);

    for (const file of files) {
      const tree = resolveFileLibraries(file);
      const ours = listOf(tree);
      const list = theirs.get(file)!;
      if (explained(tree, ours, list) === null) expect([file, ours]).toEqual([file, list.lines]);
      tree.close();
    }
  });
});

const OPENED = "/proc/self/fd";

describe("many libraries", () => {
  itWithTools(["gcc", OPENED], "few files are open at a time, none after close()", () => {
    const count = () => readdirSync(OPENED).length;
    const before = count();
    const tree = resolveFileLibraries("/usr/bin/gdb");
    const open = count() - before;

    for (const o of tree.objects) expect(o.elf.dynamicSymbols!.count).toBeGreaterThan(0);
    expect([tree.objects.length > 40, open <= 32, count() - before <= 32]).toEqual([true, true, true]);

    tree.close();
    expect(count()).toBe(before);
    expect(() => [...(tree.objects[1]!.elf.symbols ?? tree.objects[1]!.elf.notes)]).toThrow();
  });
});

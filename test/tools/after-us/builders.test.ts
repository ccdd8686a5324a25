import { copyFileSync, rmSync } from "node:fs";
import { describe, expect } from "vitest";
import { setInterpreter } from "../../../src/edit/interpreter.js";
import { setRunpath } from "../../../src/edit/runpath.js";
import { patchFile } from "../../../src/node/patch-file.js";
import { scratch } from "../../support/fixtures.js";
import { itWithTools, must, run } from "../../support/tools.js";

// Runtimes that make a program by copying themselves: they look for room by their own program headers.

const files = scratch();
const FOLDER = "/opt/elfwright/builders";
const LONG = `${FOLDER}${"/deeper".repeat(60)}`;

/** The same loader by a path that fits nowhere in place. */
const INTERPRETER = `/lib64/${"../lib64/".repeat(30)}ld-linux-x86-64.so.2`;

/** A copy of the tool with a search path and an interpreter of ours. */
async function patchedCopy(tool: string): Promise<string> {
  const path = files.path(`${tool}-patched`);
  copyFileSync(must("sh", ["-c", `command -v ${tool}`]).trim(), path);
  await patchFile(path, [setRunpath(LONG), setInterpreter(INTERPRETER)]);
  return path;
}

/** The program prints this, is started by our interpreter, and ld.so looks for its libraries along our search path. */
function expectWhole(program: string, says: string): void {
  const ran = run(program, [], { env: { LD_DEBUG: "libs" } });
  expect(ran).toMatchObject({ status: 0, stdout: says });
  expect(ran.stderr).toContain(`${LONG}/`);
  expect(run("readelf", ["-lW", program]).stdout).toContain(INTERPRETER);
  rmSync(program);
}

describe("a patched runtime builds a program that keeps its search path", () => {
  itWithTools(["bun", "readelf"], "bun build --compile", async () => {
    const bun = await patchedCopy("bun");
    const source = files.write("app.ts", Buffer.from('console.log("compiled", 6 * 7);\n'));
    const program = files.path("app");
    must(bun, ["build", "--compile", source, "--outfile", program], { cwd: files.path(".") });

    rmSync(bun);
    expectWhole(program, "compiled 42\n");
  });

  // `node26` is Node 26 or later, under a name that no other Node has.
  itWithTools(["node26", "readelf"], "node --build-sea", async () => {
    const node = await patchedCopy("node26");
    const main = files.write("sea.cjs", Buffer.from('console.log("single", require("node:sea").isSea());\n'));
    const program = files.path("sea");
    const settings = { main, output: program, disableExperimentalSEAWarning: true };
    must(node, ["--build-sea", files.write("sea.json", Buffer.from(JSON.stringify(settings)))]);

    rmSync(node);
    expectWhole(program, "single true\n");
  });
});

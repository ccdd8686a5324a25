import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { patch, stripDebug, stripUnneeded } from "../../../src/index.js";
import { scratch } from "../../support/fixtures.js";
import { hasTool, must, run } from "../../support/tools.js";

const files = scratch();

const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/**
 * Node's own recipe ("Single executable applications"), with the injector that it names. Undefined where the package
 * cannot be had.
 */
function singleExecutable(): string | undefined {
  const main = files.write(
    "sea.cjs",
    Buffer.from('console.log("single", require("node:sea").isSea(), process.argv.length);\n'),
  );
  const blob = files.path("sea.blob");
  const settings = { main, output: blob, disableExperimentalSEAWarning: true };
  const config = files.write("sea.json", Buffer.from(JSON.stringify(settings)));

  const folder = files.path("sea");
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];
  const npm = run("npm", ["install", "--prefix", folder, ...quiet, "postject@1.0.0-alpha.6"]);
  if (npm.status !== 0) return undefined;

  must(process.execPath, ["--experimental-sea-config", config]);
  const program = files.path("single");
  copyFileSync(process.execPath, program);

  const postject = `${folder}/node_modules/postject/dist/cli.js`;
  must(process.execPath, [postject, program, "NODE_SEA_BLOB", blob, "--sentinel-fuse", FUSE]);

  return program;
}

const isRecipe =
  hasTool("npm") &&
  hasTool("strip") &&
  process.platform === "linux" &&
  Number(process.versions.node.split(".")[0]) >= 20;

(isRecipe ? it : it.skip)(
  "a Node single executable, made with postject, stripped and run; GNU strip breaks it",
  (context) => {
    const program = singleExecutable();
    if (program === undefined) return context.skip("the package postject cannot be fetched");

    const before = readFileSync(program);
    const expected = { status: 0, stdout: "single true 2\n" };
    expect(run(program, [])).toMatchObject(expected);

    for (const [name, edit] of [
      ["unneeded", stripUnneeded()],
      ["debug", stripDebug()],
    ] as const) {
      const { bytes } = patch(before, [edit]);
      const path = files.path(`single-${name}`);
      writeFileSync(path, bytes, { mode: 0o755 });
      expect(run(path, [])).toMatchObject(expected);
      if (name === "unneeded") expect(bytes.length).toBeLessThanOrEqual(before.length);
      rmSync(path);
    }

    run("strip", [program]);
    expect(run(program, []).stdout).not.toBe(expected.stdout);
  },
);

import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addRunpath, compareMaps, layoutMap, mapSvg, mapText, plan, readElf, stripAll } from "../../src/index.js";
import { captured } from "../support/captured.js";
import { fixture, fixturePath } from "../support/fixtures.js";
import { itWithTools, run } from "../support/tools.js";
import { CLI, elfwright, isUnchanged, SILENT, TEXT, workbench } from "./cli.js";

const files = workbench();
const text = files.write("text", TEXT);
const NAME = "x86_64-glibc-pie";
const pie = fixturePath(NAME);
const other = fixturePath("x86_64-glibc-pie-runpath");
const elf = () => readElf(fixture(NAME));

type Variables = Record<string, string | undefined>;

/** Sets variables of the environment; `undefined` unsets one. */
function setEnv(variables: Variables): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Does the work with other variables, and with standard output as a terminal or not. */
async function withEnv<T>(variables: Variables, isTTY: boolean, work: () => Promise<T>): Promise<T> {
  const variablesBefore = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  const isTTYBefore = process.stdout.isTTY;

  setEnv(variables);
  process.stdout.isTTY = isTTY;
  try {
    return await work();
  } finally {
    process.stdout.isTTY = isTTYBefore;
    setEnv(variablesBefore);
  }
}

describe("map", () => {
  it("prints mapText() of the file", async () =>
    expect(await captured("map", "--width", "90", pie)).toEqual({
      status: 0,
      stdout: mapText(layoutMap(elf()), { title: pie, width: 90 }),
      stderr: "",
    }));

  it("prints two files beside each other", async () => {
    const map = compareMaps(elf(), readElf(readFileSync(other)));
    expect((await captured("map", "--ascii", "--width=100", pie, other)).stdout).toBe(
      mapText(map, { title: [pie, other], width: 100, ascii: true }),
    );
  });

  it("prints what patchelf or strip would make of a file, and writes nothing", async () => {
    const path = files.copy(NAME);
    const title = (verb: string) => [path, `${path} after ${verb}`] as const;
    const both = (after: ReturnType<typeof plan>) => compareMaps(elf(), readElf(after));

    expect(await captured("map", "--width", "80", "patchelf", "--add-rpath", "/opt/lib", path)).toEqual({
      status: 0,
      stderr: "",
      stdout: mapText(both(plan(fixture(NAME), [addRunpath("/opt/lib")])), { title: title("patchelf"), width: 80 }),
    });
    expect(await captured("map", "--width", "80", "strip", "-s", path)).toEqual({
      status: 0,
      stderr: "",
      stdout: mapText(both(plan(fixture(NAME), [stripAll()])), { title: title("strip"), width: 80 }),
    });
    expect(isUnchanged(path, NAME)).toBe(true);
  });

  it("--json is layoutMap(), compareMaps(), and an error for a file that is refused", async () => {
    expect(JSON.parse((await captured("map", "--json", pie)).stdout)).toEqual([{ file: pie, map: layoutMap(elf()) }]);

    const { before, after } = compareMaps(elf(), readElf(plan(fixture(NAME), [stripAll()])));
    expect(JSON.parse((await captured("map", "--json", "strip", "-s", pie)).stdout)).toEqual([
      { file: pie, map: before },
      { file: null, map: after },
    ]);
    for (const args of [[text], [text, pie], [pie, text], ["strip", text]]) {
      const ran = await captured("map", "--json", ...args);
      expect(ran).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(`^elfwright: ${text}: NOT_ELF: `) as string,
      });
      expect(JSON.parse(ran.stdout)).toEqual([
        { file: text, error: expect.objectContaining({ code: "NOT_ELF" }) as unknown },
      ]);
    }
  });

  it("--svg writes mapSvg() to a file, or to standard output", async () => {
    const out = files.path("map.svg");
    const svg = mapSvg(layoutMap(elf()), { title: pie });

    expect(await captured("map", "--svg", out, pie)).toEqual(SILENT);
    expect(readFileSync(out, "utf8")).toBe(svg);
    expect((await captured("map", "--svg=-", pie)).stdout).toBe(svg);
    expect((await captured("map", "--svg", "-", "--theme", "dark", "--no-background", pie)).stdout).toBe(
      mapSvg(layoutMap(elf()), { title: pie, theme: "dark", background: false }),
    );
  });

  it("does not write the picture over the file that it shows", async () => {
    const path = files.copy(NAME);
    const second = files.copy("x86_64-glibc-pie-runpath");

    for (const args of [[path], [second, path], ["strip", "-s", path]]) {
      expect(await captured("map", "--svg", path, ...args)).toMatchObject({
        status: 1,
        stderr: `elfwright: ${path}: the picture would take the place of the file that it shows\n`,
      });
    }

    expect(isUnchanged(path, NAME)).toBe(true);
    expect(await captured("map", "--svg", `${files.path("absent")}/map.svg`, path)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("ENOENT") as string,
    });
  });

  itWithTools(["bash"], "--svg keeps the old picture where the disk is full, its mode, and links to it", () => {
    const dir = files.path("pictures");
    mkdirSync(dir);
    const picture = join(dir, "map.svg");
    writeFileSync(picture, "old");
    chmodSync(picture, 0o640);
    symlinkSync("map.svg", join(dir, "link.svg"));

    const limited = 'ulimit -f 1; exec "$0" "$@"';
    const full = run("bash", ["-c", limited, process.execPath, CLI, "map", "--svg", picture, pie]);
    expect(full).toMatchObject({ status: 1, stderr: `elfwright: ${picture}: EFBIG: file too large (write)\n` });
    expect([readFileSync(picture, "utf8"), readdirSync(dir).sort()]).toEqual(["old", ["link.svg", "map.svg"]]);

    expect(elfwright("map", "--svg", join(dir, "link.svg"), pie)).toMatchObject(SILENT);
    expect(readFileSync(picture, "utf8")).toBe(mapSvg(layoutMap(elf()), { title: pie }));
    expect([statSync(picture).mode & 0o777, readdirSync(dir).sort()]).toEqual([0o640, ["link.svg", "map.svg"]]);

    const made = join(dir, "new.svg");
    run("bash", ["-c", 'umask 027; exec "$0" "$@"', process.execPath, CLI, "map", "--svg", made, pie]);
    expect(statSync(made).mode & 0o777).toBe(0o640);
    expect(elfwright("map", "--svg", "/dev/full", pie)).toMatchObject({ status: 1 });
  });

  it("has colours on a terminal unless NO_COLOR or TERM forbids them, and where --color asks for them", async () => {
    const isColoured = async (...args: string[]) => (await captured("map", ...args, pie)).stdout.includes("\u001b[");
    const neutral = { NO_COLOR: undefined, TERM: "xterm" };
    const noColor = { ...neutral, NO_COLOR: "1" };

    const both = async (option: string) => [await isColoured(), await isColoured(option)];
    expect(await withEnv(neutral, true, () => both("--no-color"))).toEqual([true, false]);
    expect(await withEnv(neutral, false, () => both("--color"))).toEqual([false, true]);
    expect(await withEnv(noColor, true, () => both("--color"))).toEqual([false, true]);
    expect(await withEnv({ ...neutral, NO_COLOR: "" }, true, () => isColoured())).toBe(true);
    expect(await withEnv({ ...neutral, TERM: "dumb" }, true, () => isColoured())).toBe(false);
  });

  it.each([
    [[], "missing file name"],
    [[pie, pie, pie], "one file is shown, or two beside each other"],
    [["--width", "59", pie], "--width takes"],
    [["--width", "x", pie], "--width takes"],
    [["--theme", "pink", pie], "--theme takes"],
    [["--nonsense", pie], "unknown option --nonsense"],
    [["--json=1", pie], "option --json takes no value"],
    [["--svg"], "option --svg requires an argument"],
    [["strip", "-s", pie, pie], "a plan is shown of one file"],
    [["patchelf", "--version"], "the edits are missing"],
  ])("%s is wrong usage", async (args, message) =>
    expect(await captured("map", ...args)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining(message) as string,
    }),
  );

  it("-- ends the options: a file behind it may have a verb's name", async () =>
    expect((await captured("map", "--", "strip")).stderr).toBe(
      "elfwright: strip: ENOENT: no such file or directory (open)\n",
    ));
});

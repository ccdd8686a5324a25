import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addRunpath, compareMaps, layoutMap, mapSvg, mapText, plan, readElf, stripAll } from "../../src/index.js";
import { captured } from "../support/captured.js";
import { fixture, fixturePath } from "../support/fixtures.js";
import { isUnchanged, TEXT, workbench } from "./cli.js";

const files = workbench();
const text = files.write("text", TEXT);
const NAME = "x86_64-glibc-pie";
const pie = fixturePath(NAME);
const other = fixturePath("x86_64-glibc-pie-runpath");
const elf = () => readElf(fixture(NAME));

function withEnv<T>(env: Record<string, string | undefined>, isTTY: boolean, work: () => T): T {
  const before = { ...process.env };
  const tty = process.stdout.isTTY;
  for (const [k, v] of Object.entries(env)) {
    if (v === undefined) delete process.env[k];
    else process.env[k] = v;
  }

  process.stdout.isTTY = isTTY;
  try {
    return work();
  } finally {
    process.stdout.isTTY = tty;
    for (const k of Object.keys(env)) {
      if (before[k] === undefined) delete process.env[k];
      else process.env[k] = before[k];
    }
  }
}

describe("map", () => {
  it("prints mapText() of the file", () =>
    expect(captured("map", "--width", "90", pie)).toEqual({
      status: 0,
      stdout: mapText(layoutMap(elf()), { title: pie, width: 90 }),
      stderr: "",
    }));

  it("prints two files beside each other", () => {
    const map = compareMaps(elf(), readElf(readFileSync(other)));
    expect(captured("map", "--ascii", "--width=100", pie, other).stdout).toBe(
      mapText(map, { title: [pie, other], width: 100, ascii: true }),
    );
  });

  it("prints what patchelf or strip would make of a file, and writes nothing", () => {
    const path = files.copy(NAME);
    const title = (verb: string) => [path, `${path} after ${verb}`] as const;
    const both = (p: ReturnType<typeof plan>) => compareMaps(elf(), readElf(p));

    expect(captured("map", "--width", "80", "patchelf", "--add-rpath", "/opt/lib", path)).toEqual({
      status: 0,
      stderr: "",
      stdout: mapText(both(plan(fixture(NAME), [addRunpath("/opt/lib")])), { title: title("patchelf"), width: 80 }),
    });
    expect(captured("map", "--width", "80", "strip", "-s", path)).toEqual({
      status: 0,
      stderr: "",
      stdout: mapText(both(plan(fixture(NAME), [stripAll()])), { title: title("strip"), width: 80 }),
    });
    expect(isUnchanged(path, NAME)).toBe(true);
  });

  it("--json is layoutMap(), compareMaps(), and an error for a file that is refused", () => {
    expect(JSON.parse(captured("map", "--json", pie).stdout)).toEqual([{ file: pie, map: layoutMap(elf()) }]);

    const { before, after } = compareMaps(elf(), readElf(plan(fixture(NAME), [stripAll()])));
    expect(JSON.parse(captured("map", "--json", "strip", "-s", pie).stdout)).toEqual([
      { file: pie, map: before },
      { file: null, map: after },
    ]);
    for (const args of [[text], [text, pie], [pie, text], ["strip", text]]) {
      const r = captured("map", "--json", ...args);
      expect(r).toMatchObject({ status: 1, stderr: expect.stringMatching(`^elfwright: ${text}: NOT_ELF: `) as string });
      expect(JSON.parse(r.stdout)).toEqual([
        { file: text, error: expect.objectContaining({ code: "NOT_ELF" }) as unknown },
      ]);
    }
  });

  it("--svg writes mapSvg() to a file, or to standard output", () => {
    const out = files.path("map.svg");
    const svg = mapSvg(layoutMap(elf()), { title: pie });
    expect(captured("map", "--svg", out, pie)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readFileSync(out, "utf8")).toBe(svg);
    expect(captured("map", "--svg=-", pie).stdout).toBe(svg);
    expect(captured("map", "--svg", "-", "--theme", "dark", "--no-background", pie).stdout).toBe(
      mapSvg(layoutMap(elf()), { title: pie, theme: "dark", background: false }),
    );
  });

  it("never writes the picture over the file that it shows", () => {
    const path = files.copy(NAME);
    const second = files.copy("x86_64-glibc-pie-runpath");
    for (const args of [[path], [second, path], ["strip", "-s", path]]) {
      expect(captured("map", "--svg", path, ...args)).toMatchObject({
        status: 1,
        stderr: `elfwright: ${path}: the picture would take the place of the file that it shows\n`,
      });
    }

    expect(isUnchanged(path, NAME)).toBe(true);
    expect(captured("map", "--svg", `${files.path("absent")}/map.svg`, path)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("ENOENT") as string,
    });
  });

  it("has colours on a terminal, where NO_COLOR and TERM do not say otherwise, and where they are asked for", () => {
    const coloured = (...args: string[]) => captured("map", ...args, pie).stdout.includes("\u001b[");
    const neutral = { NO_COLOR: undefined, TERM: "xterm" };
    expect(withEnv(neutral, true, () => [coloured(), coloured("--no-color")])).toEqual([true, false]);
    expect(withEnv(neutral, false, () => [coloured(), coloured("--color")])).toEqual([false, true]);
    expect(withEnv({ ...neutral, NO_COLOR: "1" }, true, () => [coloured(), coloured("--color")])).toEqual([
      false,
      true,
    ]);
    expect(withEnv({ ...neutral, NO_COLOR: "" }, true, () => coloured())).toBe(true);
    expect(withEnv({ ...neutral, TERM: "dumb" }, true, () => coloured())).toBe(false);
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
  ])("%s is wrong usage", (args, message) =>
    expect(captured("map", ...args)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining(message) as string,
    }),
  );

  it("-- ends the options; a file may have a verb's name behind it", () =>
    expect(captured("map", "--", "strip").stderr).toBe("elfwright: strip: ENOENT: no such file or directory (open)\n"));
});

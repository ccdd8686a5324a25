import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PT } from "../../src/spec/constants.js";
import { phdr } from "../support/elf.js";
import { fixture, scratch } from "../support/fixtures.js";
import { run } from "../support/tools.js";
import { CLI } from "./cli.js";

const files = scratch(), folder = files.path(".");
for (const [name, of] of [["server", "x86_64-glibc-pie-runpath"], ["worker", "x86_64-musl-pie"], ["other", "x86_64-musl-pie-libc.so"], ["part.o", "x86_64-object.o"]] as const) files.write(name, fixture(of));
const broken = fixture("x86_64-glibc-pie-runpath");
phdr(broken, PT.INTERP).filesz = 7;
files.write("broken", broken);

/** Keys in order and kinds of values: what the page promises. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return Object.entries(value).map(([key, v]) => [key, shape(v)]);
}

/** As the page shows the lists of `show` and `diagnose`. */
const firstOfEach = (_: string, value: unknown): unknown => (Array.isArray(value) ? value.slice(0, 1) : value);

const words = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map((m) => m[1] ?? m[2]!);

describe("docs/json.md", () => {
  const page = readFileSync(new URL("../../docs/json.md", import.meta.url), "utf8");
  const examples = [...page.matchAll(/```sh\nelfwright (.*)\n```\n\n```json\n([^]*?)\n```/g)].map((m) => ({ command: m[1]!, output: m[2]! }));

  it("has an example of every verb", () => expect(examples.map((e) => words(e.command)[0])).toEqual(["show", "check", "check", "diagnose", "diff", "patchelf", "chrpath", "strip"]));

  it.each(examples)("$command", ({ command, output }) => {
    const args = words(command), { stdout } = run(process.execPath, [CLI, ...args], { cwd: folder });
    const printed = JSON.parse(stdout) as unknown, shown = JSON.parse(output) as unknown;
    expect(shape(shown)).toEqual(shape(["show", "diagnose"].includes(args[0]!) ? JSON.parse(stdout, firstOfEach) : printed));
  });
});

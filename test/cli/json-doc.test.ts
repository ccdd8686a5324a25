import { mkdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { VERBS } from "../../src/cli/verbs.js";
import { patch, setInterpreter, setRunpath } from "../../src/index.js";
import { PT, STB } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { phdr } from "../support/elf.js";
import { fixture, scratch } from "../support/fixtures.js";
import { run } from "../support/tools.js";
import { CLI } from "./cli.js";

const files = scratch();
const folder = files.path(".");

for (const [name, fixtureName] of [
  ["server", "x86_64-glibc-pie-runpath"],
  ["worker", "x86_64-musl-pie"],
  ["other", "x86_64-musl-pie-libc.so"],
  ["part.o", "x86_64-object.o"],
] as const) {
  files.write(name, fixture(fixtureName));
}

// The program's DT_RUNPATH names this directory, for a loader that has the folder for its root.
mkdirSync(files.path("opt/elfwright/fixture/lib"), { recursive: true });
files.write("opt/elfwright/fixture/lib/libc.so.6", fixture("x86_64-glibc-lib.so"));

files.write(
  "addon.node",
  buildElf({
    soname: "addon.node",
    needed: ["libhelper.so", "libspare.so"],
    runpath: "$ORIGIN",
    versionNeeds: [{ file: "libhelper.so", versions: ["V3"] }],
    symbols: [
      ...["realpath", "lost", "napi_throw"].map((name) => ({ name, defined: false })),
      { name: "maybe", defined: false, binding: STB.WEAK },
    ],
    relocations: ["realpath", "lost", "napi_throw", "maybe"].map((symbol) => ({ symbol, type: 7 })),
  }),
);
files.write(
  "libhelper.so",
  buildElf({
    soname: "libhelper.so",
    needed: [],
    versions: [{ name: "V1" }, { name: "V2", parents: ["V1"] }],
    symbols: [
      { name: "realpath", version: "V1", hidden: true },
      { name: "realpath", version: "V2" },
    ],
  }),
);
files.write(
  "server.new",
  patch(fixture("x86_64-glibc-pie-runpath"), [setRunpath("$ORIGIN"), setInterpreter("/opt/ld.so")]).bytes,
);
files.write("libspare.so", buildElf({ soname: "libspare.so", needed: [] }));
files.write("fake.so", buildElf({ soname: "fake.so", needed: ["libelse.so"], symbols: [{ name: "realpath" }] }));

const broken = fixture("x86_64-glibc-pie-runpath");
phdr(broken, PT.INTERP).filesz = 7;
files.write("broken", broken);

/** What the page promises: keys in order, and kinds of values. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return Object.entries(value).map(([key, inner]) => [key, shape(inner)]);
}

/** For `JSON.parse`: the page shows only the first item of the lists of `show`, `map`, `diagnose` and of rules. */
const firstOfEach = (_: string, value: unknown): unknown => (Array.isArray(value) ? value.slice(0, 1) : value);

/** The words of a command line; one in single quotes may hold blanks. */
const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

describe("docs/json.md", () => {
  const page = readFileSync(new URL("../../docs/json.md", import.meta.url), "utf8");
  const blocks = page.matchAll(/```sh\nelfwright (.*)\n```\n\n```json\n([^]*?)\n```/g);
  const examples = [...blocks].map(([, command, output]) => ({ command: command!, output: output! }));

  it("has an example of every verb, in the order of the overview", () => {
    const shown = examples.map((e) => words(e.command)[0]);
    expect([...new Set(shown)]).toEqual(VERBS.map((verb) => verb.name));
  });

  it.each(examples)("$command", ({ command, output }) => {
    const args = words(command);
    const isCut = ["show", "map", "diagnose"].includes(args[0]!) || args.includes("--rules");
    const { stdout } = run(process.execPath, [CLI, ...args], { cwd: folder });

    const printed = JSON.parse(stdout, isCut ? firstOfEach : undefined) as unknown;
    const shown = JSON.parse(output) as unknown;
    expect(shape(shown)).toEqual(shape(printed));
  });
});

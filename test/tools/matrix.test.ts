import { describe, expect } from "vitest";
import { addRunpath, setRpath, setRunpath } from "../../src/edit/runpath.js";
import { removeRunpath } from "../../src/edit/search-path.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { replaceNeeded } from "../../src/edit/needed.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { removeSections, stripUnneeded } from "../../src/strip/strip.js";
import {
  type DynamicFixture,
  dynamicFixtures,
  fixture,
  fixturePath,
  gnuStrip,
  GREETING,
  runners,
  runProgram,
  scratch,
} from "../support/fixtures.js";
import { libraryFolder } from "../support/machines.js";
import { lint, newLines, readelfValues, readelfWarnings } from "../support/oracles.js";
import { itWithTools, must, type Ran, run } from "../support/tools.js";

const files = scratch();
const LONG = Array.from({ length: 20 }, (_, i) => `/opt/elfwright/a/longer/path/${i}`).join(":");
const HUGE = Array.from({ length: 150 }, (_, i) => `/opt/elfwright/a/path/that/no/slack/can/hold/${i}`).join(":");

/** The same loader by a longer name. */
const longer = (path: string) => path.replace("/", `/${"lib/../".repeat(8)}`);

/** Another name of the C library that its loader takes: a path for glibc, a name that starts with `libc.` for musl. */
function otherLibc(f: DynamicFixture): string {
  if (f.libc === "musl") return "libc.by-a-name-that-is-longer.so.1";
  return `${libraryFolder(f.machine)}/libc.so.6`;
}

interface Case {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** The values that readelf must read. */
  readonly expect: Partial<ReturnType<typeof readelfValues>>;
}

function cases(f: DynamicFixture): Case[] {
  const isProgram = f.kind === "program";
  const { runpath } = readElf(fixture(f.name));
  const libc = otherLibc(f);
  const versionFiles = f.libc === "glibc" ? [libc] : [];

  // A library has no interpreter.
  const interpreter = longer(f.interpreter);
  const setLonger = isProgram ? [setInterpreter(interpreter)] : [];
  const ofPrograms = [{ title: "a longer interpreter", edits: setLonger, expect: { interpreter } }];
  const together = [
    ...setLonger,
    setRunpath(HUGE),
    replaceNeeded({ [f.libcName]: libc }),
    stripUnneeded(),
    removeSections(".comment"),
  ];

  return [
    ...(isProgram ? ofPrograms : []),
    {
      title: "a short runpath",
      edits: [setRunpath("$ORIGIN/../lib")],
      expect: { runpath: "$ORIGIN/../lib", rpath: null },
    },
    { title: "a long runpath", edits: [setRunpath(LONG)], expect: { runpath: LONG } },
    { title: "a huge runpath", edits: [setRunpath(HUGE.split(":"))], expect: { runpath: HUGE } },
    {
      title: "an added runpath",
      edits: [addRunpath(["$ORIGIN", "/usr/local/lib"])],
      expect: { runpath: `${runpath === null ? "" : `${runpath}:`}$ORIGIN:/usr/local/lib` },
    },
    { title: "an rpath", edits: [setRpath(LONG)], expect: { rpath: LONG, runpath: null } },
    { title: "no runpath", edits: [removeRunpath()], expect: { runpath: null, rpath: null } },
    {
      title: "a replaced library",
      edits: [replaceNeeded({ [f.libcName]: libc })],
      expect: { needed: [libc], ...(f.sections && { versionFiles }) },
    },
    { title: "stripped", edits: [stripUnneeded()], expect: {} },
    { title: ".comment removed", edits: [removeSections(".comment")], expect: {} },
    { title: "all edits together", edits: together, expect: { needed: [libc], runpath: HUGE } },
  ];
}

/** Runs the fixture: a program as it is and with its library, a library through its program. */
function output(f: DynamicFixture, path: string): Ran[] {
  const partner = fixturePath(f.partner);
  if (f.kind === "program") return [runProgram(f, path), runProgram(f, path, [partner])];

  const program = dynamicFixtures.find(({ name }) => name === f.partner)!;
  return [runProgram(program, partner, [path])];
}

const LOADED = `${GREETING(2)}answer=42\n`;

function expectRuns(f: DynamicFixture, path: string, what: string): void {
  const expected = f.kind === "program" ? [GREETING(1), LOADED] : [LOADED];
  const ran = output(f, path).map(({ status, signal, stdout, stderr }) => ({ what, status, signal, stdout, stderr }));
  expect(ran).toEqual(expected.map((stdout) => ({ what, status: 0, signal: null, stdout, stderr: "" })));
}

describe.each(dynamicFixtures)("$name", (f) => {
  const emulator = f.machine === "x86_64" ? ["qemu-x86_64"] : [];
  const tools = ["readelf", "eu-elflint", "eu-strip", gnuStrip(f), ...runners(f), ...emulator];
  const strips = f.sections ? ([[gnuStrip(f)], [gnuStrip(f), "-g"], ["eu-strip"]] as const) : [];
  const original = fixturePath(f.name);
  const before = fixture(f.name);

  for (const [index, c] of cases(f).entries()) {
    itWithTools(tools, c.title, () => {
      const result = patch(before, c.edits);
      const name = `${f.name}.${index}`;
      const path = files.write(name, result.bytes);

      expect(readelfValues(path)).toMatchObject(c.expect);
      expect(newLines(readelfWarnings(original), readelfWarnings(path))).toEqual([]);
      expect(newLines(lint(original), lint(path))).toEqual([]);
      expect(Buffer.compare(patch(result.bytes, c.edits).bytes, result.bytes), "the same patch twice").toBe(0);

      expectRuns(f, path, "patched");
      if (f.machine === "x86_64") expectUnderQemu(f, path);

      for (const [strip, ...args] of strips) {
        const to = files.path(`${name}.stripped`);
        must(strip, [...args, "-o", to, path]);
        expectRuns(f, to, `patched, then ${strip} ${args.join(" ")}`);
      }
      const ours = files.write(`${name}.ours`, patch(result.bytes, [stripUnneeded()]).bytes);
      expectRuns(f, ours, "patched, then our strip");

      const more = [
        setRunpath(`${HUGE}:/and/one/more`),
        ...(f.kind === "program" ? [setInterpreter(longer(longer(f.interpreter)))] : []),
      ];
      const again = files.write(`${name}.again`, patch(result.bytes, more).bytes);
      expectRuns(f, again, "patched again");
      expect(newLines(lint(original), lint(again)), "patched again").toEqual([]);
      if (!f.sections) return;

      const stripped = files.path(`${name}.again.stripped`);
      must(gnuStrip(f), ["-o", stripped, again]);
      expectRuns(f, stripped, "patched again, then stripped");
    });
  }
});

/** qemu-user computes AT_PHDR from the load address and e_phoff, as kernels before 5.18 did. */
function expectUnderQemu(f: DynamicFixture, path: string): void {
  const [args, expected] = f.kind === "program" ? [[path], GREETING(1)] : [[fixturePath(f.partner), path], LOADED];
  expect(run("qemu-x86_64", args).stdout, "under qemu-x86_64").toBe(expected);
}

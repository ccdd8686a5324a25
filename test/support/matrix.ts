import { mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect } from "vitest";
import {
  addNeeded,
  addRunpath,
  type Edit,
  noDefaultLib,
  patch,
  type PatchResult,
  readElf,
  replaceNeeded,
  setInterpreter,
  setRunpath,
  stripUnneeded,
} from "../../src/index.js";
import { scratch } from "./fixtures.js";
import { crossTool, libraryFolder, loaderOf, type Machine, runnersOf, runOn } from "./machines.js";
import { lint, newLines, readelfValues, readelfWarnings } from "./oracles.js";
import { compile, type Kind } from "./programs.js";
import { itWithTools, must, type Ran, run } from "./tools.js";

/** What one row of the matrix builds: a machine, a linker with its flags, a kind of file. */
export interface Row {
  readonly machine: Machine;
  readonly linker: string;
  /** The linker's own command, as a needed tool. */
  readonly tool: string;
  readonly kind: Kind;
  readonly flavour: string;
  /** Flags of the compiler; made when the row is built. */
  readonly flags: (files: ReturnType<typeof scratch>) => readonly string[];
  /** What readelf must say of the built file; it catches a linker that ignores a flag. */
  readonly built?: RegExp;
}

interface Case {
  readonly title: string;
  readonly edits: () => readonly Edit[];
  readonly expect: Partial<ReturnType<typeof readelfValues>>;
  /** Search paths from the environment, where the edits set none. */
  readonly env?: Record<string, string>;
  /** Does the file need libmore.so then? */
  readonly more?: boolean;
  /** Is the result stripped and patched again? */
  readonly strips?: boolean;
  /** What the loader must say without the environment. */
  readonly without?: RegExp;
}

const MORE = ["libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1", "libmore.so"];
const longer = (path: string): string => path.replace("/", `/${"lib/../".repeat(20)}`);

function cases(m: Machine, kind: Kind, folder: string, needed: readonly string[] = []): Case[] {
  const loader = longer(loaderOf(m));
  const libc = `${libraryFolder(m)}/libc.so.6`;
  const program = kind !== "library";
  const renamed = needed.map((n) => (n === "libc.so.6" ? libc : n));
  const runpath = [
    ...Array.from({ length: 100 }, (_, i) => `/opt/elfwright/a/path/that/no/slack/can/hold/${i}`),
    folder,
    libraryFolder(m),
  ];
  const text = runpath.join(":");
  const search = { LD_LIBRARY_PATH: folder };
  const everywhere = { LD_LIBRARY_PATH: `${folder}:${libraryFolder(m)}` };
  const containing = (text: string) => expect.stringContaining(text) as unknown as string;
  const interpreter: Case = {
    title: "a long interpreter",
    edits: () => [setInterpreter(loader)],
    expect: { interpreter: loader },
    env: search,
  };

  return [
    { title: "a long RUNPATH", edits: () => [setRunpath(runpath)], expect: { runpath: text }, strips: true },
    ...(program ? [interpreter] : []),
    {
      title: "6 more needed",
      edits: () => [addNeeded(MORE)],
      expect: { needed: [...needed, ...MORE] },
      env: search,
      more: true,
    },
    {
      title: "a replaced needed",
      edits: () => [replaceNeeded({ "libc.so.6": libc })],
      expect: { needed: renamed },
      env: search,
    },
    {
      title: "no default library path",
      edits: () => [noDefaultLib()],
      expect: { flags1: containing("NODEFLIB") },
      env: everywhere,
      ...(program ? { without: /cannot open shared object file/ } : {}),
    },
    {
      title: "all at once",
      edits: () => [
        setRunpath(runpath),
        addNeeded(MORE),
        replaceNeeded({ "libc.so.6": libc }),
        noDefaultLib(),
        ...(program ? [setInterpreter(loader)] : []),
      ],
      expect: {
        runpath: text,
        needed: [...renamed, ...MORE],
        flags1: containing("NODEFLIB"),
        ...(program ? { interpreter: loader } : {}),
      },
      more: true,
      strips: true,
    },
  ];
}

interface Built {
  readonly path: string;
  readonly needed: readonly string[];
  readonly lint: readonly string[];
  readonly warnings: readonly string[];
  /** The unpatched program that loads a library. */
  readonly host: string;
}

const WELCOME = "headers=1 local=8 relative relocations lead here\n";

/** Runs what was built or patched. A program loads libextra.so; a library is loaded by the unpatched program. */
function runs(row: Row, built: Built, path: string, c: Pick<Case, "env" | "more">): { ran: Ran; expected: string } {
  const more = c.more ? 1 : 0;
  const program = row.kind !== "library";
  const ran = program
    ? runOn(row.machine, path, ["libextra.so", "libmore.so"], c.env)
    : runOn(row.machine, built.host, [path, "libmore.so"], c.env);
  return { ran, expected: `${WELCOME}answer=42 before=${program ? more : 0} after=${more}\n` };
}

function expectRuns(row: Row, built: Built, path: string, c: Pick<Case, "env" | "more">, what: string): void {
  const { ran, expected } = runs(row, built, path, c);
  expect({ what, ...ran }).toEqual({ what, status: 0, signal: null, stdout: expected, stderr: "" });
}

/** The name of a row; machine and flavour only where they are not the usual ones. */
const nameOf = ({ machine, linker, flavour, kind }: Row): string =>
  [machine === "x86_64" ? "" : machine, linker, flavour, kind].filter(Boolean).join(" ");

function toolsOf({ machine, tool }: Row): string[] {
  return [
    crossTool(machine, "gcc"),
    tool,
    crossTool(machine, "strip"),
    "readelf",
    "eu-elflint",
    "eu-strip",
    ...(machine === "x86_64" ? ["qemu-x86_64"] : []),
    ...runnersOf(machine),
  ];
}

/** A `describe` for each row, a test for each of its edits. Every file is compiled only once. */
export function matrix(rows: readonly Row[]): void {
  const files = scratch();
  const compiled = new Map<string, string>();
  const builds = new Map<Row, Built>();
  const folderOf = (m: Machine): string => files.path(`libraries-${m}`);

  for (const row of rows) {
    const id = nameOf(row).replace(/\W+/g, "-");
    describe(nameOf(row), () => {
      for (const { title } of cases(row.machine, row.kind, "/")) {
        itWithTools(toolsOf(row), title, () => {
          const built = build(row, id);
          const all = cases(row.machine, row.kind, folderOf(row.machine), built.needed);
          check(
            row,
            built,
            all.find((c) => c.title === title)!,
            id,
          );
        });
      }
    });
  }

  function once(name: string, make: () => string): string {
    if (!compiled.has(name)) compiled.set(name, make());
    return compiled.get(name)!;
  }

  function libraries(m: Machine): void {
    const folder = folderOf(m);
    const below = {
      path: (name: string) => `${folder}/${name}`,
      write: (name: string, bytes: Uint8Array) => files.write(`libraries-${m}/${name}`, bytes),
    };

    for (const name of ["libextra.so", "libmore.so"]) {
      once(below.path(name), () => {
        mkdirSync(folder, { recursive: true });
        return compile(below, m, "library", name);
      });
    }
  }

  function build(row: Row, id: string): Built {
    const known = builds.get(row);
    if (known) return known;

    libraries(row.machine);
    const host = once(`host-${row.machine}`, () => compile(files, row.machine, "PIE", `host-${row.machine}`));
    const path = compile(files, row.machine, row.kind, `${id}.built`, row.flags(files));
    const built = { path, host, needed: readelfValues(path).needed, lint: lint(path), warnings: readelfWarnings(path) };

    if (row.built) expect(must("readelf", ["-hldSW", path])).toMatch(row.built);
    expectRuns(row, built, path, { env: { LD_LIBRARY_PATH: folderOf(row.machine) } }, "as it was built");
    builds.set(row, built);

    return built;
  }

  function check(row: Row, built: Built, c: Case, id: string): void {
    const before = readFileSync(built.path);
    const edits = c.edits();
    const result = patch(before, edits);
    const name = `${id}.${c.title.replace(/\W+/g, "-")}`;
    const path = files.write(name, result.bytes);

    expect(readelfValues(path)).toMatchObject(c.expect);
    expect(newLines(built.warnings, readelfWarnings(path))).toEqual([]);
    expect(newLines(built.lint, lint(path)).filter((line) => !isMaterialised(line, result))).toEqual([]);
    expect(Buffer.compare(patch(result.bytes, edits).bytes, result.bytes), "the same patch twice").toBe(0);
    // However large the .bss, only tables grow.
    expect(result.bytes.length - before.length).toBeLessThan(100_000);

    expectRuns(row, built, path, c, "patched");
    if (c.without) expect(runs(row, built, path, {}).ran.stderr).toMatch(c.without);
    if (row.machine === "x86_64" && row.flavour === "") expectUnderQemu(row, built, path, c);
    if (c.strips) checkStripped(row, built, c, path, result.bytes);
  }

  /** Strips the patched file, and patches it once more: all results run. */
  function checkStripped(row: Row, built: Built, c: Case, path: string, patched: Buffer): void {
    const name = basename(path);
    const stripped = patch(patched, [stripUnneeded()]);
    expectRuns(row, built, files.write(`${name}.ours`, stripped.bytes), c, "patched, then our strip");

    const interpreter = row.kind === "library" ? [] : [setInterpreter(longer(longer(loaderOf(row.machine))))];
    const again = patch(patched, [addRunpath("/one/more"), ...interpreter]);
    expectRuns(row, built, files.write(`${name}.again`, again.bytes), c, "patched again");

    const strip = crossTool(row.machine, "strip");
    for (const [tool, ...args] of [[strip], [strip, "-g"], ["eu-strip"]] as const) {
      const to = files.path(`${name}.stripped`);
      must(tool, [...args, "-o", to, path]);
      expectRuns(row, built, to, c, `patched, then ${[tool, ...args].join(" ")}`);
    }
  }
}

/**
 * Is this the one complaint that a patch may bring? eu-elflint knows the type of a `.bss` by its name; where nothing
 * else has room, `.bss` gets bytes in the file. The complaint is allowed only if the plan says so and the bytes are
 * zero.
 */
function isMaterialised(line: string, { plan, bytes }: PatchResult<Buffer>): boolean {
  if (!/^section \[ *\d+\] '\.bss' has wrong type: expected NOBITS, is PROGBITS$/.test(line)) return false;
  if (!plan.placements.some((p) => p.strategy === "last-segment")) return false;

  const { offset, size } = readElf(bytes).sections.find((s) => s.name === ".bss")!.header;
  return bytes.subarray(offset, offset + size).every((b) => b === 0);
}

/** qemu-user computes AT_PHDR from the load address and e_phoff, as kernels before 5.18 did. */
function expectUnderQemu(row: Row, built: Built, path: string, c: Case): void {
  const { expected } = runs(row, built, path, c);
  const env = Object.entries(c.env ?? {}).flatMap(([name, value]) => ["-E", `${name}=${value}`]);
  const command = row.kind === "library" ? [built.host, path] : [path, "libextra.so"];
  const { stdout } = run("qemu-x86_64", [...env, ...command, "libmore.so"]);
  expect(stdout, "under qemu-x86_64").toBe(expected);
}

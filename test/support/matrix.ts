import { mkdirSync, readFileSync } from "node:fs";
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
  /** What readelf shall say of the built file, so that a linker that ignores a flag is found out. */
  readonly built?: RegExp;
}

interface Case {
  readonly title: string;
  readonly edits: () => readonly Edit[];
  readonly expect: Partial<ReturnType<typeof readelfValues>>;
  /** Search paths from the environment, where the edits set none. */
  readonly env?: Record<string, string>;
  /** Whether libmore.so is needed then. */
  readonly more?: boolean;
  /** Stripped after it, too. */
  readonly strips?: boolean;
  /** What the loader shall say without the environment. */
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
      expect: { flags1: expect.stringContaining("NODEFLIB") as unknown as string },
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
        flags1: expect.stringContaining("NODEFLIB") as unknown as string,
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

/** Runs what was built or patched: a program loads libextra.so, a library is loaded by the unpatched program. */
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

/** One describe a row, one test an edit; what is compiled is compiled once. */
export function matrix(rows: readonly Row[]): void {
  const files = scratch();
  const made = new Map<string, string>();
  const builds = new Map<Row, Built>();
  const once = (name: string, make: () => string): string => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name)!;
  };
  const folderOf = (m: Machine): string => files.path(`libraries-${m}`);
  function libraries(m: Machine): void {
    const folder = folderOf(m);
    const below = {
      path: (n: string) => `${folder}/${n}`,
      write: (n: string, b: Uint8Array) => files.write(`libraries-${m}/${n}`, b),
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
    const made = { path, host, needed: readelfValues(path).needed, lint: lint(path), warnings: readelfWarnings(path) };
    if (row.built) expect(must("readelf", ["-hldSW", path])).toMatch(row.built);
    expectRuns(row, made, path, { env: { LD_LIBRARY_PATH: folderOf(row.machine) } }, "as it was built");
    builds.set(row, made);

    return made;
  }
  for (const row of rows) {
    const { machine: m } = row;
    const name = [m === "x86_64" ? "" : m, row.linker, row.flavour, row.kind].filter(Boolean).join(" ");
    const id = name.replace(/\W+/g, "-");
    const strip = crossTool(m, "strip");
    const tools = [
      crossTool(m, "gcc"),
      row.tool,
      strip,
      "readelf",
      "eu-elflint",
      "eu-strip",
      ...(m === "x86_64" ? ["qemu-x86_64"] : []),
      ...runnersOf(m),
    ];
    describe(name, () => {
      for (const { title } of cases(m, row.kind, "/")) {
        itWithTools(tools, title, () => {
          const built = build(row, id);
          check(
            row,
            built,
            cases(m, row.kind, folderOf(m), built.needed).find((c) => c.title === title)!,
            id,
          );
        });
      }
    });
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
    if (!c.strips) return;

    expectRuns(
      row,
      built,
      files.write(`${name}.ours`, patch(result.bytes, [stripUnneeded()]).bytes),
      c,
      "patched, then our strip",
    );
    const again = patch(result.bytes, [
      addRunpath("/one/more"),
      ...(row.kind === "library" ? [] : [setInterpreter(longer(longer(loaderOf(row.machine))))]),
    ]);
    expectRuns(row, built, files.write(`${name}.again`, again.bytes), c, "patched again");

    for (const [tool, ...args] of [
      [crossTool(row.machine, "strip")],
      [crossTool(row.machine, "strip"), "-g"],
      ["eu-strip"],
    ] as const) {
      const to = files.path(`${name}.stripped`);
      must(tool, [...args, "-o", to, path]);
      expectRuns(row, built, to, c, `patched, then ${[tool, ...args].join(" ")}`);
    }
  }
}

/**
 * The one complaint that a patch may bring: eu-elflint knows by its name which type a `.bss` has, and where nothing
 * else has room, it gets bytes in the file. It is true of the file only if the plan says so and these bytes are zero.
 */
function isMaterialised(line: string, { plan, bytes }: PatchResult<Buffer>): boolean {
  if (!/^section \[ *\d+\] '\.bss' has wrong type: expected NOBITS, is PROGBITS$/.test(line)) return false;
  const { offset, size } = readElf(bytes).sections.find((s) => s.name === ".bss")!.header;
  return (
    plan.placements.some((p) => p.strategy === "last-segment") &&
    bytes.subarray(offset, offset + size).every((b) => b === 0)
  );
}

/** qemu-user computes AT_PHDR from the load address and e_phoff, as kernels before 5.18 did. */
function expectUnderQemu(row: Row, built: Built, path: string, c: Case): void {
  const { expected } = runs(row, built, path, c);
  const env = Object.entries(c.env ?? {}).flatMap(([k, v]) => ["-E", `${k}=${v}`]);
  expect(
    run("qemu-x86_64", [...env, ...(row.kind === "library" ? [built.host, path] : [path, "libextra.so"]), "libmore.so"])
      .stdout,
    "under qemu-x86_64",
  ).toBe(expected);
}

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { beforeAll, describe, expect, it } from "vitest";
import {
  checkRules,
  diagnosisRules,
  pageRules,
  patch,
  removeSections,
  replaceNeeded,
  setRunpath,
  stripUnneeded,
} from "../../src/index.js";
import { fixture, fixturePath, scratch } from "../support/fixtures.js";
import { hasTool, must, REQUIRED, run } from "../support/tools.js";

const files = scratch();
const repository = fileURLToPath(new URL("../../", import.meta.url));
const project = files.path("project");
const installed = join(project, "node_modules", "elfwright");
/** What is packed has to be unpacked. */
const canUnpack = hasTool("tar") || REQUIRED;
const describeInstalled = canUnpack ? describe : describe.skip;
/** Every entry, with a name that it exports. */
const ENTRIES: readonly (readonly [entry: string, name: string])[] = [
  ["elfwright", "patch"],
  ["elfwright/node", "patchFile"],
  ["elfwright/targets", "parseTarget"],
  ["elfwright/testing", "buildElf"],
  ["elfwright/testing/vitest", "elfMatchers"],
  ["elfwright/testing/jest", "elfMatchers"],
];

/** What an exports map says of one entry under one condition. */
interface Target {
  readonly types: string;
  readonly default: string;
}
interface Conditions {
  /** Bundlers. */
  readonly module: Target;
  readonly node: { readonly import: Target; readonly require: Target };
  /** Browsers, and whoever else is not Node. */
  readonly import: Target;
  readonly require: Target;
}
interface Manifest {
  readonly version: string;
  readonly main: string;
  readonly module: string;
  readonly types: string;
  readonly exports: Readonly<Record<string, string | Conditions>>;
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}
let manifest: Manifest;

// The tests of the command run beside this one: prepack would take dist/ from under them.
beforeAll(() => {
  if (!canUnpack) return;

  mkdirSync(installed, { recursive: true });
  must("npm", ["pack", "--ignore-scripts", "--offline", "--no-update-notifier", "--pack-destination", project], {
    cwd: repository,
  });
  must("tar", ["-x", "-z", "-f", tarball(), "-C", installed, "--strip-components=1"]);
  manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Manifest;
  write("package.json", JSON.stringify({ name: "project", private: true }));
});

function write(name: string, text: string): string {
  const path = join(project, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** What `npm pack` made. */
function tarball(): string {
  const name = readdirSync(project).find((f) => f.endsWith(".tgz"))!;
  return join(project, name);
}

/** Paths of all files below a folder. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
}

/** Runs a script in the project; its name says which kind of module it is. */
function runScript(name: string, text: string): string {
  return must(process.execPath, [write(name, text)], { cwd: project });
}

const isThere = (path: string): boolean =>
  statSync(join(installed, path), { throwIfNoEntry: false })?.isFile() ?? false;

describeInstalled("the tarball", () => {
  it("has what users read and run, and nothing else", () => {
    const all = filesIn(installed).map((path) => path.slice(installed.length + 1));
    const others = all.filter((f) => !/^(dist|docs)\//.test(f)).sort();
    expect(others).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "package.json"]);

    for (const f of all.filter((f) => f.startsWith("docs/"))) {
      expect(f).toMatch(/^docs\/[a-z-]+\.(md|svg)$/);
    }
    for (const f of all.filter((f) => f.startsWith("dist/"))) {
      expect(f).toMatch(/^dist\/(cjs\/)?(package\.json|((parts|verbs)\/)?[A-Za-z0-9_-]+(\.d)?\.(js|mjs|ts))$/);
    }

    for (const f of all) {
      expect(readFileSync(join(installed, f), "utf8"), f).not.toContain("sourceMappingURL");
    }
  });

  it("names no path of the machine that built it", () => {
    for (const f of filesIn(join(installed, "dist"))) {
      expect(readFileSync(f, "utf8").includes(repository), f).toBe(false);
    }
  });

  it("is not larger than 640 KB", () => {
    // 60 KB of these are for the proof of every plan and `sameProgram`, 70 for the test kit, with the pages on both.
    expect(statSync(tarball()).size).toBeLessThanOrEqual(640 * 1024);
  });

  it("has no long lines: Node prints the whole line that an uncaught error comes from", () => {
    const code = readdirSync(join(installed, "dist", "cjs"), { recursive: true, encoding: "utf8" });
    for (const f of code.filter((f) => /\.m?js$/.test(f))) {
      const lines = readFileSync(join(installed, "dist", "cjs", f), "utf8").split("\n");
      expect(Math.max(...lines.map((line) => line.length)), f).toBeLessThan(2000);
    }
  });

  it("needs no other package", () => {
    for (const key of ["dependencies", "peerDependencies", "optionalDependencies", "bundleDependencies"]) {
      expect(manifest[key], key).toBeUndefined();
    }
    expect(manifest).toMatchObject({ license: "MIT", sideEffects: false, type: "module" });
  });
});

describeInstalled("package.json", () => {
  const entries = (): [string, Conditions][] =>
    Object.entries(manifest.exports).filter((e): e is [string, Conditions] => typeof e[1] !== "string");

  it("every entry has types first and default last, each in the format of its condition", () => {
    const names = ENTRIES.map(([entry]) => entry.replace("elfwright", "."));
    expect(Object.keys(manifest.exports)).toEqual([...names, "./package.json"]);
    expect(manifest.exports["./package.json"]).toBe("./package.json");

    for (const [entry, target] of entries()) {
      // Node takes the first that it knows: "module" is for bundlers alone.
      expect(Object.keys(target)).toEqual(["module", "node", "import", "require"]);
      const esm = /^\.\/dist\/[a-z-]+\.js$/;
      const esmForNode = /^\.\/dist\/cjs\/[a-z-]+\.mjs$/;
      const esmTypes = /^\.\/dist\/[a-z-]+\.d\.ts$/;
      const cjs = /^\.\/dist\/cjs\/[a-z-]+\.js$/;
      const cjsTypes = /^\.\/dist\/cjs\/[a-z-]+\.d\.ts$/;
      const formats: readonly (readonly [Target, code: RegExp, types: RegExp])[] = [
        [target.module, esm, esmTypes],
        [target.import, esm, esmTypes],
        [target.node.import, esmForNode, esmTypes],
        [target.node.require, cjs, cjsTypes],
        [target.require, cjs, cjsTypes],
      ];

      for (const [{ types, default: code, ...rest }, codeName, typesName] of formats) {
        expect(rest).toEqual({});
        expect(code).toMatch(codeName);
        expect(types).toMatch(typesName);
        expect([isThere(types), isThere(code)], entry).toEqual([true, true]);
      }
    }
  });

  it("what older resolvers read leads to the same files", () => {
    const [[, main], ...others] = entries() as [[string, Conditions], ...[string, Conditions][]];
    expect([manifest.main, manifest.module, manifest.types]).toEqual([
      main.require.default,
      main.import.default,
      main.require.types,
    ]);
    const types = others.map(([entry, conditions]) => [entry.slice("./".length), [conditions.require.types]]);
    expect(manifest.typesVersions).toEqual({ "*": Object.fromEntries(types) });
  });

  it("no option refuses undefined, as exactOptionalPropertyTypes would", () => {
    const types = filesIn(join(installed, "dist")).filter((f) => f.endsWith(".d.ts"));
    const text = types.map((f) => readFileSync(f, "utf8")).join("\n");
    const options = [...text.matchAll(/^(?:export )?interface (\w+Options)\b[^{]*\{\n(.*?)^\}/gms)];
    expect(options.length).toBeGreaterThan(20);

    const strict = options.flatMap(([, name, body]) =>
      [...body!.matchAll(/^ {4}readonly (\w+)\?: ([^;]*);/gm)]
        .filter(([, , type]) => !type!.includes("undefined"))
        .map(([, option]) => `${name}.${option}`),
    );
    expect(strict).toEqual([]);
  });
});

describeInstalled("both module formats", () => {
  const names = "patch, setRunpath, replaceNeeded, stripUnneeded, removeSections";
  const name = "s390x-glibc-pie";

  it("import and require give the same bytes", () => {
    const { bytes } = patch(fixture(name), [
      setRunpath("/opt/lib"),
      replaceNeeded({ "libc.so.6": "libd.so" }),
      stripUnneeded(),
      removeSections(".comment"),
    ]);
    const expected = `true ${bytes.toString("base64")}\n`;

    const use = `
      const done = patch(readFileSync(${JSON.stringify(fixturePath(name))}), [
        setRunpath("/opt/lib"),
        replaceNeeded({ "libc.so.6": "libd.so" }),
        stripUnneeded(),
        removeSections(".comment"),
      ]);
      console.log(Buffer.isBuffer(done.bytes), done.bytes.toString("base64"));
    `;
    const imports = `
      import { readFileSync } from "node:fs";
      import { ${names} } from "elfwright";
    `;
    const requires = `
      const { readFileSync } = require("node:fs");
      const { ${names} } = require("elfwright");
    `;
    expect(runScript("use.mjs", imports + use)).toBe(expected);
    expect(runScript("use.cjs", requires + use)).toBe(expected);
  });

  it.each(ENTRIES)("%s exports the same names in both", (entry, name) => {
    const print = "console.log(JSON.stringify(Object.keys(all).filter((n) => n !== 'default').sort()))";
    const esm = JSON.parse(runScript("names.mjs", `import * as all from "${entry}"; ${print}`)) as string[];
    const cjs = JSON.parse(runScript("names.cjs", `const all = require("${entry}"); ${print}`)) as string[];
    expect(esm).toEqual(cjs);
    expect(esm).toContain(name);
  });

  it("patch files", () => {
    const imports = `
      import { patchFileSync, readElfFile } from "elfwright/node";
      import { setRunpath } from "elfwright";
    `;
    const requires = `
      const { patchFileSync, readElfFile } = require("elfwright/node");
      const { setRunpath } = require("elfwright");
    `;
    for (const [script, head] of [
      ["file.mjs", imports],
      ["file.cjs", requires],
    ] as const) {
      const path = join(project, `${script}.elf`);
      writeFileSync(path, fixture(name));

      const use = `
        const path = ${JSON.stringify(path)};
        patchFileSync(path, [setRunpath("/opt/lib")]);
        const elf = readElfFile(path);
        console.log(elf.runpath);
        elf.close();
      `;
      expect(runScript(script, head + use)).toBe("/opt/lib\n");
    }
  });

  it("an error of one is known to the other", () => {
    const text = `
      import { createRequire } from "node:module";
      import { isElfError } from "elfwright";
      const { readElf } = createRequire(import.meta.url)("elfwright");
      try {
        readElf(new Uint8Array(4));
      } catch (e) {
        console.log(isElfError(e, "NOT_ELF"));
      }
    `;
    expect(runScript("mixed.mjs", text)).toBe("true\n");
  });
});

describeInstalled("for Node, parts are loaded when they are called", () => {
  /** Files of the package that are loaded after each of the statements. */
  function loadedAfter(...statements: readonly string[]): string[][] {
    const count = 'loaded.push(Object.keys(require.cache).filter((f) => f.includes("elfwright")));';
    const counted = statements.map((s) => `${s}; ${count}`);
    const text = ["const loaded = [];", ...counted, "console.log(JSON.stringify(loaded));"].join("\n");
    return JSON.parse(runScript("lazy.cjs", text)) as string[][];
  }

  const holds = (loaded: readonly string[], text: string): boolean =>
    loaded.some((f) => readFileSync(f, "utf8").includes(text));
  const bytes = `require("node:fs").readFileSync(${JSON.stringify(fixturePath("x86_64-glibc-pie"))})`;

  it("an import loads names alone, a call its part", () => {
    const sentence = checkRules[0]!.sentence.slice(0, 30);
    const [entry, read, checked] = loadedAfter(
      `const elfwright = require("elfwright")`,
      `const elf = elfwright.readElf(${bytes})`,
      `elfwright.check(elf)`,
    );

    expect(entry!.length).toBeLessThan(8);
    expect([entry!, read!, checked!].map((loaded) => holds(loaded, "e_phentsize"))).toEqual([false, true, true]);
    expect([entry!, read!, checked!].map((loaded) => holds(loaded, sentence))).toEqual([false, false, true]);
  });

  it("a list of rules is made when it is looked at, also for import", () => {
    const text = `
      import { createRequire } from "node:module";
      import { checkRules, diagnosisRules, pageRules } from "elfwright";
      const { cache } = createRequire(import.meta.url);
      const before = Object.keys(cache).length;
      const sizes = [checkRules.length, [...diagnosisRules].length];
      const ids = pageRules.map((r) => r.id);
      const isLater = Object.keys(cache).length > before;
      console.log(JSON.stringify([...sizes, ids, isLater, Array.isArray(checkRules)]));
    `;
    const expected = [checkRules.length, diagnosisRules.length, pageRules.map((r) => r.id), true, true];
    expect(JSON.parse(runScript("lists.mjs", text))).toEqual(expected);
  });

  it("nobody can change a list of rules, looked at or not", () => {
    const text = `
      import { check, checkRules, diagnosisRules, pageRules, readElf } from "elfwright";
      Object.freeze(pageRules);
      const refused = (work) => { try { work(); return false; } catch { return true; } };
      console.log(JSON.stringify([
        refused(() => checkRules.push({})),
        refused(() => { checkRules.length = 0; }),
        refused(() => { delete checkRules[0]; }),
        refused(() => { diagnosisRules[0].severity = "note"; }),
        checkRules.length > 40,
        pageRules.length > 3,
      ]));`;
    expect(JSON.parse(runScript("frozen.mjs", text))).toEqual([true, true, true, true, true, true]);
  });

  it("functions have their names, and throw what the part throws", () => {
    const text = `
      const { readElf } = require("elfwright");
      try {
        readElf("x");
      } catch (e) {
        console.log(readElf.name, e.code);
      }
    `;
    expect(runScript("stub.cjs", text)).toBe("readElf BAD_INPUT\n");
  });
});

describeInstalled("a bundle", () => {
  /** What a bundler makes of a script that takes one name of the main entry. */
  async function bundled(name: string): Promise<string> {
    const entry = write(`bundle-${name}.mjs`, `export { ${name} } from "elfwright";\n`);
    const outDir = join(project, "bundles");
    await build({
      entry: [entry],
      outDir,
      outExtension: () => ({ js: ".mjs" }),
      format: "esm",
      splitting: false,
      noExternal: [/./],
      config: false,
      silent: true,
    });

    return readFileSync(join(outDir, `bundle-${name}.mjs`), "utf8");
  }

  it("has no rule of what it does not use", async () => {
    const reader = await bundled("readElf");
    const checker = await bundled("check");
    const diagnoser = await bundled("diagnose");
    // A bundler may write what follows in a sentence in another way.
    const inside = (text: string, rules: readonly { readonly sentence: string }[]) =>
      rules.filter((r) => text.includes(r.sentence.slice(0, 30))).length;

    expect([inside(reader, checkRules), inside(reader, pageRules), inside(reader, diagnosisRules)]).toEqual([0, 0, 0]);
    expect([inside(checker, checkRules), inside(checker, diagnosisRules)]).toEqual([checkRules.length, 0]);
    expect(inside(diagnoser, diagnosisRules)).toBe(diagnosisRules.length);
  });
});

describeInstalled("the command", () => {
  it("runs from where it is installed", () => {
    expect(Object.keys(manifest.bin)).toEqual(["elfwright"]);
    const path = join(installed, manifest.bin["elfwright"]!);
    expect(readFileSync(path, "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
    expect(statSync(path).mode & 0o111).toBe(0o111);

    const elfwright = (...args: string[]): string => must(process.execPath, [path, ...args]);
    expect(elfwright("--version")).toBe(`${manifest.version}\n`);
    expect(elfwright("patchelf", "--print-needed", fixturePath("x86_64-glibc-pie"))).toBe("libc.so.6\n");
  });
});

describeInstalled("the main entry", () => {
  /** A file and all that it loads. */
  function closure(file: string, seen = new Map<string, string>()): Map<string, string> {
    if (seen.has(file)) return seen;

    const text = readFileSync(file, "utf8");
    seen.set(file, text);
    for (const [, from] of text.matchAll(/(?:from|import|require\()\s*["'](\.[^"']+)["']/g)) {
      closure(join(dirname(file), from!), seen);
    }
    return seen;
  }

  const PLAIN = ["index", "targets", "testing", "testing-vitest", "testing-jest"];

  it.each(PLAIN.flatMap((name) => [`${name}.js`, `cjs/${name}.js`]))("%s takes nothing from Node", (name) => {
    const loaded = closure(join(installed, "dist", name));
    expect(loaded.size).toBeGreaterThan(1);
    for (const [file, text] of loaded) {
      const packages = text.matchAll(/(?:\bfrom|\bimport|\brequire\()\s*["']([^."'][^"']*)["']/g);
      expect(
        Array.from(packages, ([, name]) => name),
        file,
      ).toEqual([]);
      expect(text, file).not.toMatch(/["']node:|\bBuffer\s*[.([]|\bprocess\.|__dirname|import\.meta/);
    }
  });

  it.each(["index.js", "cjs/index.js", "node.js", "cjs/node.js", "testing.js", "cjs/testing.js"])(
    "%s does not load the tables of the C libraries",
    (name) => {
      const has = (file: string) =>
        [...closure(join(installed, "dist", file)).values()].some(
          (text) => text.includes("manylinux_2_5 manylinux1") || text.includes("musllinux_1_1"),
        );
      expect([has(name), has(name.replace(/[\w-]+\.js$/, "targets.js"))]).toEqual([false, true]);
    },
  );

  it("runs where there is no Buffer, process or require", () => {
    const text = `
      import vm from "node:vm";
      import { readFileSync } from "node:fs";
      import { dirname, join } from "node:path";

      const context = vm.createContext({ TextEncoder, TextDecoder });
      const modules = new Map();
      function load(file) {
        if (!modules.has(file)) {
          const source = readFileSync(file, "utf8");
          modules.set(file, new vm.SourceTextModule(source, { context, identifier: file }));
        }
        return modules.get(file);
      }

      const main = load(${JSON.stringify(join(installed, "dist", "index.js"))});
      await main.link((from, by) => load(join(dirname(by.identifier), from)));
      await main.evaluate();
      const { patch, setRunpath, readElf } = main.namespace;

      const program = readFileSync(${JSON.stringify(fixturePath("x86_64-glibc-pie"))});
      const bytes = vm.runInContext("n => new Uint8Array(n)", context)(program.length);
      bytes.set(program);
      console.log(readElf(patch(bytes, [setRunpath("/opt/lib")]).bytes).runpath);
    `;
    const args = ["--experimental-vm-modules", "--no-warnings", write("bare.mjs", text)];
    expect(must(process.execPath, args, { cwd: project })).toBe("/opt/lib\n");
  });
});

describeInstalled("types", () => {
  const main = `
    import {
      addNeeded,
      type Change,
      check,
      describeElf,
      diagnose,
      type Diagnosis,
      diffElf,
      type Edits,
      type ElfDescription,
      type Finding,
      isElfError,
      keepSymbols,
      patch,
      plan,
      readElf,
      removeNeeded,
      removeSections,
      replaceNeeded,
      setFlags,
      setInterpreter,
      setRunpath,
      stripUnneeded,
    } from "elfwright";

    const bytes = new Uint8Array(64);
    export const result: Uint8Array = patch(
      bytes,
      [
        setInterpreter("/l"),
        setRunpath(["$ORIGIN"]),
        replaceNeeded({ a: "b" }),
        stripUnneeded(),
        removeSections(".comment"),
      ],
      { overlay: "keep" },
    ).bytes;
    export const findings: Finding[] = check(readElf(plan(bytes, [])));
    export const description: ElfDescription = describeElf(
      readElf({ size: 1, read: (offset, length) => bytes.subarray(offset, offset + length) }),
    );
    export const changes: Change[] = diffElf(readElf(bytes), readElf(bytes), { layout: true });
    export const diagnosis = (target: Target | undefined): Diagnosis => diagnose(readElf(bytes.buffer), { target });

    export const tried = (e: unknown): string[] => (isElfError(e, "NO_ROOM") ? e.detail.tried : []);
    export const offset = (e: unknown): number =>
      isElfError(e) && e.code === "MALFORMED" ? e.detail.offset : 0;
    export const tags = (all: readonly Change[]): string[] =>
      all.flatMap((c) => (c.at === "dynamic" ? [c.tag] : []));
    export const names = (all: readonly Change[]): (string | undefined)[] => all.map((c) => c.name);

    export const edits: Edits[] = [
      setRunpath("/a", "/b"),
      [
        addNeeded("a", "b", { first: true }),
        addNeeded(["c"], { move: undefined }),
        removeNeeded("d"),
      ],
    ];
    export const more: Edits = [
      replaceNeeded("a", "b"),
      setFlags(["DF_1_NOW"]),
      setFlags("DF_1_NOW", "DF_1_PIE"),
      keepSymbols("main"),
      removeSections([".comment"], { force: true }),
    ];

    // @ts-expect-error no flag of that name
    setFlags("DF_1_THEN");
    // @ts-expect-error a wrong choice
    patch(bytes, [], { overlay: "lose" });
  `;
  const node = `
    import { openSource, patchFile, patchFileSync, readElfFile, type PatchFileResult } from "elfwright/node";
    import { patch, setRunpath } from "elfwright";

    export const later: Promise<PatchFileResult> = patchFile("a", [setRunpath("/a")], {
      output: "b",
      dryRun: true,
    });
    export const now: boolean = patchFileSync("a", []).changed;
    export const needed: readonly string[] = readElfFile("a").needed;
    export const size: number = openSource("a").size;
    export const buffer: Buffer = patch(Buffer.alloc(0), []).bytes;
  `;
  const targets = `
    import {
      type Distribution,
      distribution,
      distributions,
      glibc,
      musl,
      parseTarget,
      tables,
      type Target,
    } from "elfwright/targets";

    const machine = { machine: 62, class: 64, littleEndian: true } as const;
    export const all: Target[] = [
      glibc("2.17"),
      musl("1.2.4", "aarch64"),
      distribution("centos7"),
      parseTarget("manylinux_2_28", machine),
    ];
    export const known: readonly Distribution[] = distributions;
    export const home: string | undefined = tables.glibcHome(machine, "pow", "2.17");
    // @ts-expect-error no machine of that name
    glibc("2.17", "vax");
  `;
  const scripts: readonly (readonly [name: string, text: string, types: readonly string[]])[] = [
    ["main", main + targets, []],
    ["files", node, ["node"]],
  ];

  const compilers: [string, string, object][] = [
    ["nodenext, ESM", "mts", { module: "nodenext", moduleResolution: "nodenext" }],
    ["nodenext, CommonJS", "cts", { module: "nodenext", moduleResolution: "nodenext" }],
    ["node16, ESM", "mts", { module: "node16", moduleResolution: "node16" }],
    ["bundler", "ts", { module: "esnext", moduleResolution: "bundler" }],
    ["node10", "ts", { module: "commonjs", moduleResolution: "node10" }],
  ];
  const compiler = join(repository, "node_modules", "typescript", "lib", "tsc.js");

  function configOf(file: string, types: readonly string[], options: object): string {
    const compilerOptions = {
      target: "es2022",
      lib: ["es2022"],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types,
      typeRoots: [join(repository, "node_modules", "@types")],
      ...options,
    };
    return JSON.stringify({ compilerOptions, files: [file] });
  }

  it.each(compilers)(
    "%s: the main entry and elfwright/targets without Node's types, elfwright/node with them",
    (title, extension, options) => {
      for (const [entry, text, types] of scripts) {
        const folder = `types-${title.replaceAll(/\W+/g, "-")}-${entry}`;
        write(`${folder}/use.${extension}`, text);
        const config = write(`${folder}/tsconfig.json`, configOf(`use.${extension}`, types, options));

        const { status, stdout } = run(process.execPath, [compiler, "-p", config], { cwd: project });
        expect({ entry, status, stdout }).toEqual({ entry, status: 0, stdout: "" });
      }
    },
  );

  it("are the same for ESM and CommonJS, so that a file of one passes its values to one of the other", () => {
    write(
      "types-both/take.cts",
      `import type { Edit, ElfFile } from "elfwright"; export declare function take(elf: ElfFile, edit: Edit): void;`,
    );
    const use = `
      import { readElf, setRunpath } from "elfwright";
      import { take } from "./take.cjs";

      take(readElf(new Uint8Array(64)), setRunpath("/opt/lib"));
    `;
    write("types-both/use.mts", use);
    const config = write("types-both/tsconfig.json", configOf("use.mts", [], { module: "nodenext" }));

    const { status, stdout } = run(process.execPath, [compiler, "-p", config], { cwd: project });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
});

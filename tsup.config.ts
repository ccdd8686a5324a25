import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { defineConfig, type Options } from "tsup";
import ts from "typescript";

// The package holds the library twice. For bundlers and browsers it is ESM, where every statement that nothing uses can
// be dropped. For Node it is CommonJS, made of the ESM file by file: an entry is a small file of functions that load
// their part when they are first called; the command is a small file, and one for each verb. docs/architecture.md, "The
// package".

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** Text that takes the place of a part of another text. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The text with its parts replaced, which are given in order. */
function spliced(text: string, splices: readonly Splice[]): string {
  let out = "";
  let done = 0;
  for (const { from, to, text: replacement } of splices) {
    out += text.slice(done, from) + replacement;
    done = to;
  }
  return out + text.slice(done);
}

/** Is it text, a number, a function or a list of these? Bundlers know that these have no effects. */
function isPlain(node: ts.Expression): boolean {
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) {
    return isPlain(node.expression);
  }
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isPlain);
  if (ts.isObjectLiteralExpression(node)) return node.properties.every(isPlainProperty);
  if (ts.isPrefixUnaryExpression(node)) return ts.isNumericLiteral(node.operand);
  return (
    ts.isLiteralExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isIdentifier(node) ||
    [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind)
  );
}

function isPlainProperty(property: ts.ObjectLiteralElementLike): boolean {
  if (ts.isPropertyAssignment(property)) {
    return !ts.isComputedPropertyName(property.name) && isPlain(property.initializer);
  }
  return ts.isShorthandPropertyAssignment(property) || ts.isMethodDeclaration(property);
}

/**
 * The source of a module, with every constant that is not plain wrapped in a function marked as pure. Constants of the
 * house have no effects (docs/contributing.md), but a bundler cannot know that of `PT.LOAD` or of `1 << 20`.
 */
function withPureConstants(text: string, path: string): string {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const declarations = source.statements
    .filter(ts.isVariableStatement)
    .flatMap((s) => [...s.declarationList.declarations]);
  const values = declarations.flatMap(({ initializer }) => initializer ?? []);
  const impure = values.filter((value) => !isPlain(value));

  const wrap = ({ pos: from, end: to }: ts.Expression): Splice => ({
    from,
    to,
    text: ` /* @__PURE__ */ (() => (${text.slice(from, to)}))()`,
  });
  return spliced(text, impure.map(wrap));
}

const pureConstants: Plugin = {
  name: "pure-constants",
  setup: (build) =>
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: withPureConstants(readFileSync(path, "utf8"), path),
      loader: "ts",
    })),
};

/** A module that one or several entries export from. */
interface Part {
  readonly name: string;
  readonly file: string;
  /** Does the entry export this name of the module? */
  readonly exports: (name: string) => boolean;
}

/** The parts of an entry: the modules that it exports values from. */
function partsOf(entry: string): Part[] {
  const source = ts.createSourceFile(entry, readFileSync(entry, "utf8"), ts.ScriptTarget.Latest, true);

  return source.statements.filter(ts.isExportDeclaration).flatMap((statement): Part[] => {
    const path = (statement.moduleSpecifier as ts.StringLiteral).text.replace(/\.js$/, ".ts");
    const file = join(dirname(entry), path);
    const name = `${basename(dirname(file))}-${basename(file, ".ts")}`;
    const { exportClause, isTypeOnly } = statement;
    if (!exportClause || !ts.isNamedExports(exportClause)) return [{ name, file, exports: () => true }];

    const values = exportClause.elements.filter((e) => !e.isTypeOnly && !isTypeOnly);
    const names = values.map((e) => e.name.text);
    return names.length === 0 ? [] : [{ name, file, exports: (n) => names.includes(n) }];
  });
}

/** Entries that are nothing but exports, and types which they add to those of a test runner: their own declarations. */
const RUNNERS: Readonly<Record<string, string>> = {
  "testing-vitest": "src/testing/vitest.ts",
  "testing-jest": "src/testing/jest.ts",
};
/** What they export from. */
const RUNNER_TYPES = { "testing-runner": "src/testing/runner.ts" };

const TYPED_ENTRIES = {
  index: "src/index.ts",
  node: "src/node/index.ts",
  targets: "src/targets/index.ts",
  testing: "src/testing/index.ts",
};
const ENTRIES = { ...TYPED_ENTRIES, ...RUNNERS };
const LAZY: Readonly<Record<string, readonly Part[]>> = { index: partsOf(ENTRIES.index), node: partsOf(ENTRIES.node) };

const PARTS = Object.fromEntries(
  Object.values(LAZY)
    .flat()
    .map((part) => [`parts/${part.name}`, part.file]),
);

/**
 * Modules that are cut out of large files. The tarball holds the ESM and the CommonJS file of each. gzip looks back
 * 32 KB: where files are larger, it does not find that the other one says the same.
 */
const CUTS = [
  "check/versions",
  "diagnose/detect/detect",
  "diagnose/detect/go",
  "diagnose/rules/hardening",
  "diagnose/rules/imports",
  "diagnose/rules/interpreter",
  "diagnose/rules/search-path",
  "diagnose/rules/segments",
  "diagnose/rules/target/target",
  "diagnose/wheel/wheel-tag",
  "edit/symbols/symbol-tables",
  "node/in-place",
  "node/order/order",
  "report/map/map-svg",
  "report/map/map-text",
  "rewrite/layout/follow/follow",
  "rewrite/layout/place/place",
  "rewrite/layout/tail/tail",
  "rewrite/layout/write/write",
  "rewrite/passes/archive",
  "rewrite/passes/debug-file",
  "rewrite/passes/raise",
  "rewrite/wish/settle",
  "spec/machines/aarch64",
  "spec/machines/arm",
  "spec/machines/loongarch",
  "spec/machines/mips",
  "spec/machines/ppc64",
  "spec/machines/riscv",
  "strip/select",
  "targets/data/bindings",
  "targets/data/glibc",
  "targets/data/glibc-names",
  "targets/data/musl",
  "targets/data/policies",
  "testing/build-elf",
  "testing/corrupt/hostile/tables",
  "testing/corrupt/rules/dynamic",
  "testing/corrupt/rules/memory",
  "testing/corrupt/rules/sections",
  "testing/matchers/table",
  "testing/runner",
  "testing/text",
];

const CUT_ENTRIES = Object.fromEntries(CUTS.map((path) => [`cuts/${path}`, `src/${path}.ts`]));

/** The part that is loaded from the start: small constants, and the class of errors. */
const EAGER = "api-basics";

/** `{ a, b as c }` of an import or export as pairs, `["a", "a"]` and `["b", "c"]`. */
const pairsOf = (elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): [string, string][] =>
  elements.map(({ name, propertyName }) => [(propertyName ?? name).text, name.text]);

/** An import as CommonJS. */
function requireOf(statement: ts.ImportDeclaration): string {
  const loaded = `require(${JSON.stringify((statement.moduleSpecifier as ts.StringLiteral).text)})`;
  const { importClause } = statement;
  if (!importClause) return `${loaded};`;

  const { name, namedBindings } = importClause;
  if (name) return `const ${name.text}=${loaded};`;
  if (ts.isNamespaceImport(namedBindings!)) return `const ${namedBindings.name.text}=${loaded};`;

  const names = pairsOf([...namedBindings!.elements]).map(([own, local]) => (own === local ? own : `${own}:${local}`));
  return `const{${names.join(",")}}=${loaded};`;
}

/** The list of exports as CommonJS, with as few other characters as can be: gzip finds what both files have. */
function exportsOf(statement: ts.ExportDeclaration): string {
  const list = (statement.exportClause as ts.NamedExports).getText();
  return `module.exports=${list.replace(/([$\w]+) as ([$\w]+)/g, "$2:$1")};`;
}

/** Characters of imports in one line: Node prints the whole line that an uncaught error comes from. */
const LONGEST_IMPORTS = 1000;

/**
 * A built ESM file as CommonJS. The exports of such a file are one list at its end, and no files import each other in a
 * circle. tsup's own way lowers `?.` and `??` to calls, and reads an imported name from its module at every use.
 */
function toCommonJs(text: string): string {
  const source = ts.createSourceFile("chunk.js", text, ts.ScriptTarget.Latest, true);
  const splices: Splice[] = [];
  const replace = (node: ts.Node, replacement: string) => {
    splices.push({ from: node.getStart(), to: node.end, text: replacement });
  };

  let line = 0;
  const visit = (node: ts.Node): void => {
    const isLazyImport = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    if (isLazyImport) {
      const path = (node.arguments[0] as ts.StringLiteral).text;
      replace(node, `Promise.resolve().then(()=>require(${JSON.stringify(path)}))`);
    } else if (ts.isImportDeclaration(node)) {
      const loading = requireOf(node);
      line += loading.length;
      const isFull = line > LONGEST_IMPORTS;
      if (isFull) line = 0;
      replace(node, isFull ? `${loading}\n` : loading);
    } else if (ts.isExportDeclaration(node)) {
      replace(node, exportsOf(node));
    } else {
      ts.forEachChild(node, visit);
    }
  };

  visit(source);
  return spliced(text, splices);
}

/** Is it a function that is called where it stands? */
const isWrapped = (node: ts.Expression): boolean =>
  ts.isCallExpression(node) && ts.isParenthesizedExpression(node.expression);

/**
 * A built file without imports of files that it uses nothing of, since no file has effects, and with the marks of
 * purity, which esbuild removes with the white space, and the functions around constants with shorter syntax.
 */
function tidy(text: string): string {
  const source = ts.createSourceFile("chunk.js", text, ts.ScriptTarget.Latest, true);
  const splices: Splice[] = [];

  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const isUnused = !statement.importClause && requireOf(statement).startsWith('require(".');
      if (isUnused) splices.push({ from: statement.pos, to: statement.end, text: "" });
    }
    if (!ts.isVariableStatement(statement)) continue;

    for (const { initializer } of statement.declarationList.declarations) {
      if (!initializer || isPlain(initializer)) continue;

      const from = initializer.getStart();
      const to = initializer.end;
      const wrapped = isWrapped(initializer) ? text.slice(from, to) : `(()=>(${text.slice(from, to)}))()`;
      splices.push({ from, to, text: `/*@__PURE__*/${wrapped}` });
    }
  }

  return spliced(text, splices);
}

/** Makes dist/cjs of the built files. Files that only the command needs are moved there. */
function writeCommonJs(isOfCommand: (file: string) => boolean): void {
  for (const file of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".js") || file.startsWith("cjs")) continue;

    const target = join("dist/cjs", file);
    const esm = tidy(readFileSync(join("dist", file), "utf8"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, toCommonJs(esm));

    // Bundlers come by the entries: parts are for Node, and their types for both.
    if (isOfCommand(file) || file.startsWith("parts")) rmSync(join("dist", file));
    else writeFileSync(join("dist", file), esm);
  }

  writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');
}

/** A test for built files that no entry of the library reaches. */
function commandFiles(): (file: string) => boolean {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);

    const imports = readFileSync(join("dist", file), "utf8").matchAll(/from\s*"(\.[^"]+)"|import\s*"(\.[^"]+)"/g);
    for (const [, path, bare] of imports) visit(join(dirname(file), path ?? bare!));
  };

  for (const entry of Object.keys({ ...ENTRIES, ...PARTS })) visit(`${entry}.js`);
  return (file) => !reached.has(file);
}

/** A list that is made when it is first looked at, for ESM, whose exports are values. */
const LAZY_LIST = `
function lazyList(make) {
  const list = [];
  const filled = () => {
    if (make) list.push(...make());
    make = undefined;
    return Object.freeze(list);
  };
  const inspect = { value: () => [...filled()] };
  Object.defineProperty(list, Symbol.for("nodejs.util.inspect.custom"), inspect);
  const trap = (name) => [name, (_, ...rest) => Reflect[name](filled(), ...rest)];
  return new Proxy(list, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map(trap)));
}
`;

/** Writes an entry for Node, as CommonJS and as ESM, from what its built parts export. */
function writeLazyEntry(entry: string, parts: readonly Part[]): void {
  const cjs = ['"use strict";', 'Object.defineProperty(exports, "__esModule", { value: true });'];
  const names: string[] = [];
  const lists: string[] = [];

  for (const { name: part, exports } of parts) {
    for (const [name, value] of Object.entries(built(`parts/${part}.js`))) {
      if (!exports(name)) continue;

      const isList = Array.isArray(value);
      if (isList) lists.push(name);
      else names.push(name);
      cjs.push(exportOf(part, name, isList));
    }
  }

  // A getter of an entry is lost where vitest makes a module of it, so the lists come by functions of another file.
  const makers = lists.map((name) => `exports.${name} = () => require("./${entry}.js").${name};`);
  const esm = [
    `import entry from "./${entry}.js";`,
    ...(lists.length > 0 ? [`import lists from "./${entry}-lists.js";`, LAZY_LIST.trim()] : []),
    `export const { ${names.join(", ")} } = entry;`,
    ...lists.map((name) => `export const ${name} = lazyList(lists.${name});`),
  ];
  if (lists.length > 0) writeFileSync(`dist/cjs/${entry}-lists.js`, `"use strict";\n${makers.join("\n")}\n`);
  writeFileSync(`dist/cjs/${entry}.js`, `${cjs.join("\n")}\n`);
  writeFileSync(`dist/cjs/${entry}.mjs`, `${esm.join("\n")}\n`);
}

/** The line of CommonJS that exports a name of a part. */
function exportOf(part: string, name: string, isList: boolean): string {
  const value = `require("./parts/${part}.js").${name}`;
  if (part === EAGER) return `exports.${name} = ${value};`;
  if (isList) return `Object.defineProperty(exports, "${name}", { enumerable: true, get: () => ${value} });`;
  return `exports.${name} = function ${name}(...args) { return ${value}(...args); };`;
}

/** Writes the ESM file of an entry for Node that is loaded as a whole. */
function writeWholeEntry(entry: string): void {
  const names = Object.keys(built(`${entry}.js`));
  const esm = `import entry from "./${entry}.js";\nexport const { ${names.join(", ")} } = entry;\n`;
  writeFileSync(`dist/cjs/${entry}.mjs`, esm);
}

/** The exports of a file of dist/cjs. */
function built(file: string): Readonly<Record<string, unknown>> {
  const require = createRequire(join(process.cwd(), "dist/cjs/entry.js"));
  return require(`./${file}`) as Readonly<Record<string, unknown>>;
}

/** Removes white space. Lines stay short, since Node prints the whole line of an uncaught error. */
function withoutSpace(options: { minifySyntax?: boolean; minifyWhitespace?: boolean; lineLimit?: number }): void {
  options.minifyWhitespace = true;
  options.minifySyntax = true;
  // Each break costs bytes of the tarball. Texts that cannot be broken make some lines longer.
  options.lineLimit = 480;
}

/**
 * Verbs in one file each, which starts sooner than many shared files. More of them would make the tarball large.
 */
const STANDALONE = ["show"];

const standaloneVerbs: Plugin = {
  name: "standalone-verbs",
  setup: (build) =>
    build.onResolve({ filter: /^\.\/[a-z]+\.js$/ }, ({ path, kind }) => {
      const isStandalone = kind === "dynamic-import" && STANDALONE.includes(basename(path, ".js"));
      return isStandalone ? { path: `./verbs/${basename(path)}`, external: true } : undefined;
    }),
};

/** Gives the shared files short names: each name stands in many imports, and the letters of a hash cannot be packed. */
function shortenNames(): void {
  const all = readdirSync("dist", { recursive: true, encoding: "utf8" });
  const files = all.filter((f) => f.endsWith(".js") && !f.startsWith("cjs"));
  const shared = files.filter((f) => /^chunk-\w+\.js$/.test(f)).sort();
  const names = new Map(shared.map((file, i) => [file, `part-${i}.js`]));

  for (const file of files) {
    const text = readFileSync(join("dist", file), "utf8");
    rmSync(join("dist", file));
    const short = text.replace(/chunk-\w+\.js/g, (name) => names.get(name) ?? name);
    writeFileSync(join("dist", names.get(file) ?? file), short);
  }
}

function writeForNode(): void {
  // The cuts were wanted as chunks only, not as entries.
  rmSync("dist/cuts", { recursive: true });
  shortenNames();
  writeCommonJs(commandFiles());

  for (const [entry, parts] of Object.entries(LAZY)) writeLazyEntry(entry, parts);
  // The tables of `targets` are a few strings, and a test waits for all that it imports.
  for (const entry of Object.keys(ENTRIES).filter((name) => !(name in LAZY))) writeWholeEntry(entry);

  for (const entry of Object.keys(TYPED_ENTRIES)) {
    writeFileSync(`dist/${entry}.d.ts`, `export * from "./cjs/${entry}.js";\n`);
  }
  for (const [entry, source] of Object.entries(RUNNERS)) {
    const text = readFileSync(source, "utf8");
    writeFileSync(`dist/${entry}.d.ts`, text.replaceAll("./runner.js", "./cjs/testing-runner.js"));
    writeFileSync(`dist/cjs/${entry}.d.ts`, text.replaceAll("./runner.js", "./testing-runner.js"));
  }

  chmodSync("dist/cjs/cli.js", 0o755);
  // For those who run the command from a checkout.
  writeFileSync("dist/cli.js", '#!/usr/bin/env node\nimport "./cjs/cli.js";\n', { mode: 0o755 });
}

export default defineConfig([
  {
    entry: { ...ENTRIES, ...PARTS, ...CUT_ENTRIES, cli: "src/cli/main.ts" },
    format: ["esm"],
    splitting: true,
    target: "es2022",
    platform: "neutral",
    external: [/^node:/],
    removeNodeProtocol: false,
    esbuildPlugins: [pureConstants, standaloneVerbs],
    esbuildOptions: withoutSpace,
    onSuccess: async () => writeForNode(),
  },
  {
    entry: Object.fromEntries(STANDALONE.map((verb) => [verb, `src/cli/${verb}.ts`])),
    outDir: "dist/cjs/verbs",
    outExtension: () => ({ js: ".js" }),
    format: ["cjs"],
    splitting: false,
    target: "node20",
    platform: "node",
    removeNodeProtocol: false,
    // Whoever looks for an error in it has the parts beside it.
    minify: true,
    esbuildOptions: (options) => {
      withoutSpace(options);
      options.lineLimit = 320;
    },
  },
  // Types. Those of dist/cjs are the only ones: the types of ESM export them again.
  { entry: { ...TYPED_ENTRIES, ...RUNNER_TYPES, ...PARTS }, outDir: "dist/cjs", format: ["esm"], dts: { only: true } },
]);

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { compareVersions } from "../../src/spec/version-names.js";
import { base36, constant, frontCode, sorted } from "./encode.js";
import { glibcRows, type GlibcRow, muslRows, policies, type PolicySource, systemSymbols } from "./sources.js";

/** Where the facts of the tables are; a README there says where they come from. */
export const DATA = resolve("..", "shared", "data");
export const MEASURED = "test/targets/measured.txt";
const MADE = "Made by `npm run targets` (test/targets/generate.ts): do not edit.";

/** The newest release that the tables cover. The lists have the next one, but it was not out when they were read. */
const NEWEST = "2.42";
const MOVED = ["libpthread", "libdl", "librt", "libutil", "libanl"];

/** The places of items in a list, as two digits in base 36. */
const numbered = (items: readonly string[]): Map<string, string> =>
  new Map(items.map((item, i) => [item, base36(i, 2)]));

/** The lists by key, each in the order in which its items were found. */
function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/**
 * Symbols and their new libraries that the lists do not show: glibc 2.34 moved some symbols to another library without
 * a new version.
 */
function hiddenMoves(rows: readonly GlibcRow[]): Map<string, string> {
  const { G } = systemSymbols(DATA);
  const has = (library: string, name: string) => G[library]?.[name] !== undefined;
  const inLibc = rows.filter(({ library, version }) => library === "libc" && compareVersions(version, "2.36") <= 0);
  const listed = new Set(inLibc.map(({ name }) => name));
  const moves = new Map<string, string>();

  for (const { library, name } of rows) {
    const toLibc = !listed.has(name) && has("libc.so.6", name) && !has("libresolv.so.2", name);
    if (library === "libresolv" && toLibc) moves.set(name, "libc");

    const toMallocDebug = !has("libc.so.6", name) && has("libc_malloc_debug.so.0", name);
    if (library === "libc" && toMallocDebug) moves.set(name, "libc_malloc_debug");
  }

  return moves;
}

/** Row texts of a symbol: library, machines, version, and from or up to which release. */
function rowTexts(rows: readonly GlibcRow[], moves: ReadonlyMap<string, string>): string[] {
  return rows.flatMap(({ library, machines, version, name }) => {
    const text = (ofLibrary: string, range = "") => `${ofLibrary}:${machines.toString(16)}:${version}${range}`;
    const to = moves.get(name);
    if (to === undefined || library === to) return [text(library)];

    const before = library === "libc" ? text(library, ":-2.33") : text(library);
    return [before, text(to, ":2.34-")];
  });
}

/** glibc's tables. The names are two modules, since the package cuts files at 32 KB (`tsup.config.ts`). */
function glibcModules(): Record<string, string> {
  const all = glibcRows(DATA).filter((row) => compareVersions(row.version, NEWEST) <= 0);
  const moves = hiddenMoves(all);
  const byName = grouped(all, (row) => row.name);
  const texts = new Map(sorted(byName.keys()).map((name) => [name, rowTexts(byName.get(name)!, moves)] as const));

  const rows = sorted(new Set([...texts.values()].flat()));
  const rowNumbers = numbered(rows);
  const signature = (ofSymbol: readonly string[]) => {
    const numbers = ofSymbol.map((text) => rowNumbers.get(text)!);
    return numbers.sort().join("");
  };

  const signatures = sorted(new Set([...texts.values()].map(signature)));
  const signatureNumbers = numbered(signatures);
  const names = [...texts].map(([name, ofSymbol]) => ({
    name,
    tag: signatureNumbers.get(signature(ofSymbol))!,
    separator: byName.get(name)![0]!.data ? "=" : ",",
  }));

  const coded = frontCode(names);
  const half = Math.ceil(coded.length / 2);
  const source = `// ${MADE}
// Source: glibc's own lists of symbols (*.abilist), walked release by release up to ${NEWEST}, read in November 2026;
// libraries of some symbols that moved without a new version: Debian 12's glibc 2.36.
`;

  const tables = `${source}
export const GLIBC_NEWEST = "${NEWEST}";

/** Libraries whose symbols all moved to libc in glibc 2.34. */
export const MOVED_LIBRARIES = "${MOVED.join(" ")}";

${constant(
  "ROWS",
  "library:machines:version, then the range of releases that have it, if not all do. " +
    "Machines are bits in hexadecimal (`machines.ts`).",
  wrap(rows.join(" ")),
)}
${constant("SIGNATURES", "Sets of rows. Each row is two digits in base 36.", wrap(signatures.join(" ")))}
${constant(
  "GLIBC_NAMES",
  "The first half of all symbols, front-coded, each with two digits for its set of rows. Variables end in `=`.",
  coded.slice(0, half),
)}`;

  const more = constant("GLIBC_MORE_NAMES", "The second half.", coded.slice(half));
  return { "glibc.ts": tables, "glibc-names.ts": `${source}\n${more}` };
}

/** Breaks a text into lines of at most 160 characters. */
function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    if (lines.length > 0 && lines.at(-1)!.length + word.length < 160) lines.push(`${lines.pop()!} ${word}`);
    else lines.push(word);
  }
  return lines.join("\n");
}

function muslModule(): string {
  const { versions, rows } = muslRows(DATA);
  const code = (version: string | null) => (version === null ? "-" : base36(versions.indexOf(version), 1));
  const byName = new Map(rows.map((row) => [row.name, row] as const));
  const names = sorted(byName.keys()).map((name) => {
    const { first, last } = byName.get(name)!;
    return { name, tag: code(first) + code(last) };
  });

  return `// ${MADE}
// Source: the dynamic symbols of libc.so of these ${versions.length} releases of musl, built for x86-64 in November
// 2026. The releases between them were not read, so a symbol may be a little older than the table says.

export const MUSL_RELEASES = "${versions.join(" ")}";

${constant(
  "MUSL_NAMES",
  "Symbols, front-coded, each with the places of its first and its last release; `-` if the newest has it.",
  frontCode(names),
)}`;
}

/** Policies as bits, in hexadecimal: those for which something holds. */
function maskOf(all: readonly PolicySource[], holds: (policy: PolicySource) => boolean): string {
  const mask = all.reduce((bits, policy, i) => bits + (holds(policy) ? 2 ** i : 0), 0);
  return mask.toString(16);
}

/** What is allowed from which policy on: `PLACE:ITEM,ITEM`. A later policy allows what an earlier one does. */
function firstAllowed(
  what: string,
  all: readonly PolicySource[],
  listOf: (policy: PolicySource) => readonly string[] | undefined,
): string {
  const seen = new Set<string>();
  const parts: string[] = [];

  all.forEach((policy, i) => {
    const list = listOf(policy);
    if (!list) return;

    for (const item of seen) {
      if (!list.includes(item)) throw new Error(`${what}: ${item} is not in the later policy ${policy.name}`);
    }
    const added = list.filter((item) => !seen.has(item));
    for (const item of added) seen.add(item);
    if (added.length > 0) parts.push(`${base36(i, 1)}:${added.join(",")}`);
  });

  return [what, ...parts].join(" ");
}

function policyText(all: readonly PolicySource[]): string {
  const lines = all.map((policy) => ["policy", policy.name, ...policy.aliases].join(" "));

  for (const machine of new Set(all.flatMap((policy) => Object.keys(policy.symbol_versions)))) {
    const versionsOf = (policy: PolicySource) => policy.symbol_versions[machine];
    lines.push(`machine ${machine} ${maskOf(all, (policy) => versionsOf(policy) !== undefined)}`);

    for (const family of new Set(all.flatMap((policy) => Object.keys(versionsOf(policy) ?? {})))) {
      lines.push(firstAllowed(family, all, (policy) => versionsOf(policy)?.[family]));
    }
  }

  lines.push(firstAllowed("libraries", all, (policy) => policy.lib_whitelist));

  for (const library of new Set(all.flatMap((policy) => Object.keys(policy.blacklist)))) {
    const forbiddenBy = (policy: PolicySource) => policy.blacklist[library] ?? [];
    const symbols = new Set(all.flatMap(forbiddenBy));
    const byMask = grouped(symbols, (symbol) => maskOf(all, (policy) => forbiddenBy(policy).includes(symbol)));
    const parts = [...byMask].map(([mask, names]) => `${mask}:${names.join(",")}`);
    lines.push(["blacklist", library, ...parts].join(" "));
  }

  return lines.join("\n");
}

function policyModule(): string {
  return `// ${MADE}
// Source: pypa/auditwheel, manylinux-policy.json and musllinux-policy.json (MIT), read in November 2026. The line of a
// family, or of the libraries, says which policy is the first to allow what. Masks are policies as bits in hexadecimal.

${constant("MANYLINUX", "manylinux policies, most compatible first.", policyText(policies(DATA, "manylinux")))}
${constant("MUSLLINUX", "musllinux policies.", policyText(policies(DATA, "musllinux")))}`;
}

function bindingModule(): string {
  const lines = readFileSync(MEASURED, "utf8").split("\n");
  const ofKind = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));

  const compat = ofKind("compat").map((line) => line.split(" "));
  const byLibrary = grouped(compat, ([machines, library]) => `${machines} ${library}`);
  const compatLines = sorted(byLibrary.keys()).map((key) => {
    const names = byLibrary.get(key)!.map(([, , name]) => name!);
    return `${key} ${frontCode(sorted(names).map((name) => ({ name })))}`;
  });

  return `// ${MADE}
// Source: test/targets/measured.txt, from the libraries of glibc 2.36 in Debian 12 for seven machines (not for
// loongarch64), read in November 2026. Machines are bits in hexadecimal (\`machines.ts\`).

${constant(
  "TRAPS",
  "What an unversioned reference binds to, if that is other code than the default version's: " +
    "machines, library, symbol, that version, the oldest version with the default's code, the default.",
  sorted(ofKind("trap")).join("\n"),
)}
${constant(
  "COMPAT",
  "Symbols that have no default version: machines, library, names (front-coded).",
  compatLines.join("\n"),
)}
${constant(
  "DEFAULTS",
  "Default versions that are not the newest one: machines, library, symbol, version.",
  sorted(ofKind("default")).join("\n"),
)}`;
}

/** The data modules by file name. */
export const modules = (): Record<string, string> => ({
  ...glibcModules(),
  "musl.ts": muslModule(),
  "policies.ts": policyModule(),
  "bindings.ts": bindingModule(),
});

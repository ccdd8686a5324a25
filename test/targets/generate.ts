import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { compareVersions } from "../../src/spec/version-names.js";
import { base36, constant, frontCode, sorted } from "./encode.js";
import { glibcRows, type GlibcRow, muslRows, policies, type PolicySource, systemSymbols } from "./sources.js";

/** Where the facts are that the tables are made of; a README there says where they come from. */
export const DATA = resolve("..", "shared", "data");
export const MEASURED = "test/targets/measured.txt";
const MADE = "Made by `npm run targets` (test/targets/generate.ts): do not edit.";

/** The newest release that the tables cover. The lists know of the next one, but it was not out when they were read. */
const NEWEST = "2.42";
const MOVED = ["libpthread", "libdl", "librt", "libutil", "libanl"];

/**
 * Rows that the lists leave out: glibc 2.34 moved some symbols to another library without a new version, so its lists
 * do not show it.
 */
function hiddenMoves(rows: readonly GlibcRow[]): Map<string, string> {
  const { G } = systemSymbols(DATA);
  const out = new Map<string, string>();
  const has = (library: string, name: string) => G[library]?.[name] !== undefined;
  const listed = new Set(
    rows.filter((r) => r.library === "libc" && compareVersions(r.version, "2.36") <= 0).map((r) => r.name),
  );

  for (const r of rows) {
    if (
      r.library === "libresolv" &&
      !listed.has(r.name) &&
      has("libc.so.6", r.name) &&
      !has("libresolv.so.2", r.name)
    ) {
      out.set(r.name, "libc");
    }
    if (r.library === "libc" && !has("libc.so.6", r.name) && has("libc_malloc_debug.so.0", r.name)) {
      out.set(r.name, "libc_malloc_debug");
    }
  }

  return out;
}

/** Row texts of a symbol: library, machines, version, and from or up to which release. */
function rowTexts(of: readonly GlibcRow[], moves: ReadonlyMap<string, string>): string[] {
  return of.flatMap(({ library, machines, version, name }) => {
    const row = (l: string, range = "") => `${l}:${machines.toString(16)}:${version}${range}`;
    const to = moves.get(name);
    if (to === undefined || library === to) return [row(library)];
    return library === "libc" ? [row(library, ":-2.33"), row(to, ":2.34-")] : [row(library), row(to, ":2.34-")];
  });
}

function glibcModule(): string {
  const all = glibcRows(DATA).filter((r) => compareVersions(r.version, NEWEST) <= 0);
  const moves = hiddenMoves(all);
  const byName = new Map<string, GlibcRow[]>();
  for (const r of all) if (!byName.get(r.name)?.push(r)) byName.set(r.name, [r]);
  const texts = new Map(sorted(byName.keys()).map((name) => [name, rowTexts(byName.get(name)!, moves)] as const));
  const rows = sorted(new Set([...texts.values()].flat()));
  const place = new Map(rows.map((r, i) => [r, base36(i, 2)]));
  const signature = (of: readonly string[]) =>
    of
      .map((r) => place.get(r)!)
      .sort()
      .join("");
  const signatures = sorted(new Set([...texts.values()].map(signature)));
  const number = new Map(signatures.map((s, i) => [s, base36(i, 2)]));
  const names = [...texts].map(([name, of]) => ({
    name,
    tag: number.get(signature(of))!,
    separator: byName.get(name)![0]!.data ? "=" : ",",
  }));

  return `// ${MADE}
// Source: glibc's own lists of symbols (*.abilist), walked release by release up to ${NEWEST}, read in November 2026;
// libraries of some symbols that moved without a new version: Debian 12's glibc 2.36.

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
  "All symbols, front-coded, each with two digits for its set of rows. Variables end in `=`.",
  frontCode(names),
)}`;
}

/** Words in lines. */
function wrap(text: string): string {
  const lines: string[] = [];
  for (const w of text.split(" ")) {
    if (lines.length > 0 && lines.at(-1)!.length + w.length < 160) lines.push(`${lines.pop()!} ${w}`);
    else lines.push(w);
  }
  return `${lines.join("\n")}`;
}

function muslModule(): string {
  const { versions, rows } = muslRows(DATA);
  const code = (v: string | null) => (v === null ? "-" : base36(versions.indexOf(v), 1));
  const byName = new Map(rows.map((r) => [r.name, r] as const));
  const names = sorted(byName.keys()).map((name) => ({
    name,
    tag: code(byName.get(name)!.first) + code(byName.get(name)!.last),
  }));

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

function policyText(all: readonly PolicySource[]): string {
  const lines = all.map((p) => ["policy", p.name, ...p.aliases].join(" "));
  const starts = (what: string, lists: readonly (readonly string[] | undefined)[]): string => {
    const seen = new Set<string>();
    const parts: string[] = [];
    lists.forEach((list, i) => {
      if (!list) return;
      for (const s of seen) {
        if (!list.includes(s)) throw new Error(`${what}: ${s} is not in the later policy ${all[i]!.name}`);
      }
      const added = list.filter((s) => !seen.has(s));
      added.forEach((s) => seen.add(s));
      if (added.length > 0) parts.push(`${base36(i, 1)}:${added.join(",")}`);
    });

    return [what, ...parts].join(" ");
  };
  for (const m of new Set(all.flatMap((p) => Object.keys(p.symbol_versions)))) {
    const of = all.map((p) => p.symbol_versions[m]);
    const mask = of.reduce((n, v, i) => n + (v ? 2 ** i : 0), 0);
    lines.push(`machine ${m} ${mask.toString(16)}`);

    for (const family of new Set(of.flatMap((v) => Object.keys(v ?? {})))) {
      lines.push(
        starts(
          family,
          of.map((v) => v?.[family]),
        ),
      );
    }
  }

  lines.push(
    starts(
      "libraries",
      all.map((p) => p.lib_whitelist),
    ),
  );
  for (const library of new Set(all.flatMap((p) => Object.keys(p.blacklist)))) {
    const masks = new Map<string, string[]>();
    for (const s of new Set(all.flatMap((p) => p.blacklist[library] ?? []))) {
      const mask = all.reduce((n, p, i) => n + (p.blacklist[library]?.includes(s) ? 2 ** i : 0), 0).toString(16);
      masks.set(mask, [...(masks.get(mask) ?? []), s]);
    }
    lines.push(["blacklist", library, ...[...masks].map(([mask, names]) => `${mask}:${names.join(",")}`)].join(" "));
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
  const lines = readFileSync(MEASURED, "utf8")
    .split("\n")
    .filter((l) => l !== "" && !l.startsWith("#"))
    .map((l) => l.split(" "));
  const traps = lines.filter((l) => l[0] === "trap").map((l) => l.slice(1).join(" "));
  const defaults = lines.filter((l) => l[0] === "default").map((l) => l.slice(1).join(" "));
  const compat = new Map<string, string[]>();

  for (const [, machines, library, name] of lines.filter((l) => l[0] === "compat")) {
    compat.set(`${machines} ${library}`, [...(compat.get(`${machines} ${library}`) ?? []), name!]);
  }

  return `// ${MADE}
// Source: test/targets/measured.txt, from the libraries of glibc 2.36 in Debian 12 for seven machines (not for
// loongarch64), read in November 2026. Machines are bits in hexadecimal (\`machines.ts\`).

${constant(
  "TRAPS",
  "What an unversioned reference binds to, if that is other code than the default version's: " +
    "machines, library, symbol, that version, the oldest version with the default's code, the default.",
  sorted(traps).join("\n"),
)}
${constant(
  "COMPAT",
  "Symbols that have no default version: machines, library, names (front-coded).",
  sorted(compat.keys())
    .map((k) => `${k} ${frontCode(sorted(compat.get(k)!).map((name) => ({ name })))}`)
    .join("\n"),
)}
${constant("DEFAULTS", "Default versions that are not the newest one: machines, library, symbol, version.", sorted(defaults).join("\n"))}`;
}

/** The data modules by file name. */
export const modules = (): Record<string, string> => ({
  "glibc.ts": glibcModule(),
  "musl.ts": muslModule(),
  "policies.ts": policyModule(),
  "bindings.ts": bindingModule(),
});

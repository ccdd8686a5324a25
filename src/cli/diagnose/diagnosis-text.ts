import type { Diagnosis, DiagnosisFinding, Evidence, FloorEntry } from "../../diagnose/diagnosis.js";
import { hex } from "../../error.js";
import { lines, safe } from "../../report/text/print.js";

/** Names for people. */
const LIBC: Readonly<Record<Diagnosis["libc"], string>> = {
  glibc: "glibc",
  musl: "musl",
  bionic: "bionic (Android)",
  uclibc: "uClibc",
  dietlibc: "dietlibc",
  klibc: "klibc",
  none: "no C library",
  unknown: "C library unknown",
};

/** Names for people. A linkage that is not here is its own name. */
const LINKAGE: Readonly<Partial<Record<Diagnosis["linkage"], string>>> = {
  "interpreter-only": "names a loader but needs no library",
  "shared-library": "shared library",
  plugin: "plugin (addon)",
  "static-pie": "static PIE",
  loader: "dynamic loader",
  relocatable: "relocatable object",
  "debug-file": "separate debug file",
  other: "neither program nor library",
};

const LANGUAGE: Readonly<Record<Diagnosis["language"], string>> = {
  c: "C",
  "c++": "C++",
  rust: "Rust",
  go: "Go",
  unknown: "language unknown",
};

const systemInWords = (system: string): string => (system === "none" ? "no operating system" : `for ${safe(system)}`);

/** `musl, dynamic, C++, X86_64 64-bit little-endian`: the first line. */
function summary(diagnosis: Diagnosis): string {
  const { system, libc, libcConfidence, linkage, language, machine, byteOrder, packer } = diagnosis;
  const confidence = libcConfidence === "certain" || libc === "unknown" ? "" : ` (${libcConfidence})`;
  const text = [
    libc === "unknown" && system !== null ? systemInWords(system) : LIBC[libc] + confidence,
    LINKAGE[linkage] ?? linkage,
    LANGUAGE[language],
    `${machine.replace(/^EM_/, "")} ${diagnosis.class}-bit ${byteOrder}-endian`,
  ].join(", ");

  if (packer === null) return text;
  return `packed with ${packer.toUpperCase()}, which hides the program; the file itself: ${text}`;
}

/** The width of the column of names. */
const WIDTH = 13;

/** A name with its value, or nothing for an empty value. */
function row(name: string, value: string): string[] {
  if (value === "") return [];
  return [`  ${`${name}:`.padEnd(WIDTH)}${value}`];
}

/** A name with several values, one below the other. */
function rows(name: string, [first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return [];
  return [...row(name, first), ...rest.map((value) => `  ${" ".repeat(WIDTH)}${value}`)];
}

function evidence({ about, text, offset }: Evidence): string {
  const place = offset === null ? "" : ` (at ${hex(offset)})`;
  return `${about}: ${safe(text)}${place}`;
}

const CGO: Readonly<Record<NonNullable<Diagnosis["go"]>["cgo"], string>> = {
  pure: "no C code",
  internal: "cgo, linked by Go",
  external: "cgo, linked by the system's linker",
  unknown: "cgo unknown",
};

function goRows({ go }: Diagnosis): string[] {
  if (!go) return [];

  const { module, settings, path, buildId } = go;
  const libc = go.usesLibc ? "uses the C library" : "uses no C library";
  const values = [`${safe(go.version ?? "version unknown")}, ${CGO[go.cgo]}, ${libc}`];
  if (path) values.push(`package ${safe(path)}`);
  if (module) values.push(`module ${safe(module.path)} ${safe(module.version)}`);
  for (const [name, value] of Object.entries(settings)) values.push(safe(`${name}=${value}`));
  if (buildId) values.push(`build ID ${safe(buildId)}`);

  return rows("Go", values);
}

/** The most names that are shown. The JSON has all. */
const NAMES = 6;

function symbolNames(symbols: readonly string[]): string {
  const names = symbols.slice(0, NAMES).map(safe).join(", ");
  return symbols.length > NAMES ? `${names} and ${symbols.length - NAMES} more` : names;
}

function floorEntry({ family, version, library, symbols, weak, source }: FloorEntry): string {
  const names = symbolNames(symbols);
  return [
    `${safe(family)} ${safe(version)}`,
    library === null ? "" : ` of ${safe(library)}`,
    weak ? ", weak" : "",
    names === "" ? "" : `: ${names}`,
    source === "symbols" ? " (by name: the file states no versions)" : "",
  ].join("");
}

/**
 * The strongest need of each family, which is its first: a system that meets it meets the others. A weak need requires
 * nothing. It is shown where the family has no other.
 */
function strongest(floor: readonly FloorEntry[]): FloorEntry[] {
  return floor.filter((entry) => {
    const same = floor.filter((other) => other.family === entry.family);
    return entry === (same.find((other) => !other.weak) ?? same[0]);
  });
}

function findingLines({ severity, message, rule, advice }: DiagnosisFinding): string[] {
  const line = `  ${severity}: ${safe(message)} [${rule}]`;
  return advice === "" ? [line] : [line, `    ${safe(advice)}`];
}

function section(title: string, body: readonly string[]): string[] {
  if (body.length === 0) return [];
  return [`  ${title}:`, ...body.map((line) => `  ${line}`)];
}

/**
 * Distributions one after the other, the releases of each from its first to its last: `debian12..13`. All releases
 * between them fit too, since a C library only grows.
 */
function releases(ids: readonly string[]): string[] {
  const byName = new Map<string, string[]>();
  for (const id of ids) {
    const name = /^\D*/.exec(id)![0];
    const release = id.slice(name.length);
    const list = byName.get(name);
    if (list) list.push(release);
    else byName.set(name, [release]);
  }

  return [...byName].map(([name, list]) => {
    const first = `${name}${list[0]!}`;
    return list.length === 1 ? first : `${first}..${list.at(-1)!}`;
  });
}

/** A diagnosis for people: what the file is, what says so, what it needs, what to do. */
export function formatDiagnosis(file: string, diagnosis: Diagnosis): string {
  const { floor, findings, problems } = diagnosis;
  const required = Object.entries(diagnosis.required).map(([family, version]) => safe(`${family} ${version}`));
  const distributions = releases(diagnosis.distributions ?? []).map(safe);
  const unreadable = problems.map((problem) => `  ${safe(problem)}`);

  return lines(
    `${safe(file)}: ${summary(diagnosis)}`,
    rows("because", diagnosis.evidence.map(evidence)),
    goRows(diagnosis),
    row("requires", required.join(", ")),
    rows("set by", strongest(floor).map(floorEntry)),
    row("found on", distributions.join(", ")),
    row("wheel tag", safe(diagnosis.wheelTag ?? "")),
    section("findings", findings.flatMap(findingLines)),
    section("not readable", unreadable),
  );
}

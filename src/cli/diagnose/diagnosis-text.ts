import type { Diagnosis, DiagnosisFinding, Evidence, FloorEntry } from "../../diagnose/diagnosis.js";
import { hex } from "../../error.js";
import { lines, safe } from "../../report/text/print.js";

/** Names for people; what is not here is its own name. */
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
const LINKAGE: Readonly<Partial<Record<Diagnosis["linkage"], string>>> = {
  "interpreter-only": "names a loader but needs no library",
  "shared-library": "shared library",
  plugin: "plugin (addon)",
  "static-pie": "static PIE",
  loader: "dynamic loader",
  relocatable: "relocatable object",
  other: "neither program nor library",
};
const LANGUAGE: Readonly<Record<Diagnosis["language"], string>> = {
  c: "C",
  "c++": "C++",
  rust: "Rust",
  go: "Go",
  unknown: "language unknown",
};

/** `musl, dynamic, C++`: what there is to know first. */
function summary(d: Diagnosis): string {
  const sure = d.libcConfidence === "certain" || d.libc === "unknown" ? "" : ` (${d.libcConfidence})`;
  const parts = [
    LIBC[d.libc] + sure,
    LINKAGE[d.linkage] ?? d.linkage,
    LANGUAGE[d.language],
    `${d.machine.replace(/^EM_/, "")} ${d.class}-bit ${d.byteOrder}-endian`,
  ];
  return d.packer === null
    ? parts.join(", ")
    : `packed with ${d.packer.toUpperCase()}, which hides the program; the file itself: ${parts.join(", ")}`;
}

const HEAD = 13;
const row = (name: string, value: string): string[] => (value === "" ? [] : [`  ${`${name}:`.padEnd(HEAD)}${value}`]);
const more = (values: readonly string[]): string[] => values.map((v) => `  ${" ".repeat(HEAD)}${v}`);
const rows = (name: string, [first, ...rest]: readonly string[]): string[] =>
  first === undefined ? [] : [...row(name, first), ...more(rest)];

const place = (e: Evidence): string => (e.offset === null ? "" : ` (at ${hex(e.offset)})`);

function go({ go }: Diagnosis): string[] {
  if (!go) return [];

  const cgo = {
    pure: "no C code",
    internal: "cgo, linked by Go",
    external: "cgo, linked by the system's linker",
    unknown: "cgo unknown",
  }[go.cgo];
  const module = go.module ? `${safe(go.module.path)} ${safe(go.module.version)}` : "";
  const settings = Object.entries(go.settings).map(([k, v]) => safe(`${k}=${v}`));

  return rows("Go", [
    [safe(go.version ?? "version unknown"), cgo, go.usesLibc ? "uses the C library" : "uses no C library"].join(", "),
    ...(go.path ? [`package ${safe(go.path)}`] : []),
    ...(module ? [`module ${module}`] : []),
    ...settings,
    ...(go.buildId ? [`build ID ${safe(go.buildId)}`] : []),
  ]);
}

/** As many names as say enough; the JSON has all. */
const NAMES = 6;

function floorEntry({ family, version, library, symbols, weak, source }: FloorEntry): string {
  const names =
    symbols.slice(0, NAMES).map(safe).join(", ") +
    (symbols.length > NAMES ? ` and ${symbols.length - NAMES} more` : "");
  return `${safe(family)} ${safe(version)}${library === null ? "" : ` of ${safe(library)}`}${weak ? ", weak" : ""}${names === "" ? "" : `: ${names}`}${source === "symbols" ? " (by name: the file states no versions)" : ""}`;
}

/**
 * The strongest need of each family: the others are met with it. A weak one sets nothing, and is shown where there is
 * no other.
 */
const strongest = (floor: readonly FloorEntry[]): FloorEntry[] =>
  floor.filter(
    (f) => (floor.find((o) => o.family === f.family && !o.weak) ?? floor.find((o) => o.family === f.family)) === f,
  );

function finding(f: DiagnosisFinding): string[] {
  return [`  ${f.severity}: ${safe(f.message)} [${f.rule}]`, ...(f.advice === "" ? [] : [`    ${safe(f.advice)}`])];
}

const section = (title: string, body: readonly string[]): string[] =>
  body.length === 0 ? [] : [`  ${title}:`, ...body.map((l) => `  ${l}`)];

/**
 * Distributions one after the other, the releases of each from its first to its last: `debian12..13`. All between have
 * it, since a C library only grows.
 */
function releases(ids: readonly string[]): string[] {
  const of = new Map<string, string[]>();
  for (const id of ids) {
    const name = /^\D*/.exec(id)![0];
    const list = of.get(name);
    if (list) list.push(id.slice(name.length));
    else of.set(name, [id.slice(name.length)]);
  }

  return [...of].map(
    ([name, [first, ...later]]) => `${name}${first!}${later.length === 0 ? "" : `..${later.at(-1)!}`}`,
  );
}

/** A diagnosis for people: what it is, what says so, what it needs, what to do. */
export function formatDiagnosis(file: string, d: Diagnosis): string {
  const required = Object.entries(d.required)
    .map(([family, version]) => safe(`${family} ${version}`))
    .join(", ");
  return lines(
    `${safe(file)}: ${summary(d)}`,
    rows(
      "because",
      d.evidence.map((e) => `${e.about}: ${safe(e.text)}${place(e)}`),
    ),
    go(d),
    row("requires", required),
    rows("set by", strongest(d.floor).map(floorEntry)),
    row(
      "found on",
      releases(d.distributions ?? [])
        .map(safe)
        .join(", "),
    ),
    row("wheel tag", safe(d.wheelTag ?? "")),
    section("findings", d.findings.flatMap(finding)),
    section(
      "not readable",
      d.problems.map((p) => `  ${safe(p)}`),
    ),
  );
}

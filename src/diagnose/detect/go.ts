import { decodeText } from "../../codec/bytes.js";
import type { Evidence, GoDiagnosis, Libc } from "../diagnosis.js";
import { entryCode, knowsEntryCode } from "./entry-code.js";
import { evidenceOf } from "./evidence.js";
import type { FoundFingerprint } from "./fingerprints.js";
import { type GoBuildInfo, goBuildInfo, goBuildInfoAt } from "./go-build-info.js";
import type { DiagnosedSubject } from "../subject.js";

const evidence = /* @__PURE__ */ evidenceOf("language");

/** What was found of Go in a file. */
export interface GoTraces {
  readonly info: GoBuildInfo | null;
  readonly buildId: string | null;
  readonly evidence: readonly Evidence[];
}

/** NT_GO_BUILD_ID (cmd/link/internal/ld/elf.go). */
const BUILD_ID = 4;
const TABLES: readonly string[] = [".gopclntab", ".data.rel.ro.gopclntab", ".go.buildinfo"];

/** Traces of Go in notes and section names, which survive a strip; undefined for none. */
export function goTraces({ elf, tolerant }: DiagnosedSubject): GoTraces | undefined {
  const note = tolerant.part(() => elf.notes.find((n) => n.owner === "Go"));
  const section = tolerant.part(() => elf.sections.find((s) => TABLES.includes(s.name)));
  if (!note && !section) return undefined;

  const info = tolerant.part(() => goBuildInfo(elf));
  const found: Evidence[] = [];
  if (info) found.push(infoEvidence(info));
  if (note) found.push(evidence("go-build-id", "go", "Go's build ID", note.offset));
  if (!info && section) {
    found.push(evidence("section", "go", `section ${section.name}`, section.header.near("offset")));
  }

  return { info, buildId: note?.type === BUILD_ID ? decodeText(note.description) : null, evidence: found };
}

const infoEvidence = (info: GoBuildInfo): Evidence =>
  evidence("go-build-info", "go", `build information of ${info.version}`, info.offset);

/** The same for a file without section headers, by what a search found. */
export function searchedGo(
  { elf, tolerant }: DiagnosedSubject,
  found: readonly FoundFingerprint[],
): GoTraces | undefined {
  const traces = found.filter((f) => "runtime" in f.of && f.of.runtime === "go");
  const [first] = traces;
  if (!first) return undefined;

  const info = tolerant.part(() => traces.map((t) => goBuildInfoAt(elf, t.offset)).find((i) => i !== null)) ?? null;
  const trace = info ? infoEvidence(info) : evidence("go-table", "go", first.what, first.offset);
  return { info, buildId: null, evidence: [trace] };
}

/**
 * CGO_ENABLED=1 alone says only that C code could have been compiled. Whether it is there shows in what the program
 * takes from libraries and in who starts it: Go's own linker keeps Go's start code, the system's linker puts the C
 * library's before it.
 *
 * @param libc the C library that the file itself holds or needs, its loader aside
 */
export function diagnoseGo(subject: DiagnosedSubject, traces: GoTraces, libc: Libc): GoDiagnosis {
  const { info, buildId } = traces;
  const cgo = goLinking(subject, traces, libc);
  return {
    version: info?.version ?? null,
    path: info?.path ?? null,
    module: info?.module ?? null,
    settings: info?.settings ?? {},
    buildId,
    cgo,
    usesLibc: cgo === "internal" || cgo === "external",
  };
}

/** Is it nothing but Go: Go's own start code, or a build that could have no C code, and no needed library? */
export function startsAsGo({ elf, tolerant, needed }: DiagnosedSubject, { info }: GoTraces): boolean {
  const start = tolerant.part(() => entryCode(elf)) ?? undefined;
  if (elf.header.entry === 0n || needed.length > 0) return false;
  return start ? start.pattern.of === "go" : info?.settings["CGO_ENABLED"] === "0";
}

function goLinking(subject: DiagnosedSubject, traces: GoTraces, libc: Libc): GoDiagnosis["cgo"] {
  const { elf, tolerant, needed } = subject;
  if (startsAsGo(subject, traces)) return "pure";

  const start = tolerant.part(() => entryCode(elf)) ?? undefined;
  const borrows = needed.length > 0 && subject.imports.length > 0;
  if (start && start.pattern.of !== "go") return "external";
  // A library has no start code, and only the system's linker makes libraries.
  if (elf.header.entry === 0n) return borrows ? "external" : "unknown";

  // Where the C libraries' start code is known, this is not theirs.
  const isNotTheirs = start !== undefined || knowsEntryCode(elf.header);
  if (borrows) return isNotTheirs ? "internal" : "unknown";
  if (libc !== "unknown" && libc !== "none") return "external";
  return isNotTheirs ? "pure" : "unknown";
}

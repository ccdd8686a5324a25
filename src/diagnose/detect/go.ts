import { decodeText } from "../../codec/bytes.js";
import type { Evidence, GoDiagnosis, Libc } from "../diagnosis.js";
import { entryCode, knowsEntryCode } from "./entry-code.js";
import { evidenceOf } from "./evidence.js";
import type { FoundFingerprint } from "./fingerprints.js";
import { type GoBuildInfo, goBuildInfo, goBuildInfoAt } from "./go-build-info.js";
import type { DiagnosedSubject } from "../subject.js";

const evidence = evidenceOf("language");

/** What was found of Go in a file. */
export interface GoTraces {
  readonly info: GoBuildInfo | null;
  readonly buildId: string | null;
  readonly evidence: readonly Evidence[];
}

/** NT_GO_BUILD_ID (cmd/link/internal/ld/elf.go). */
const BUILD_ID = 4;
const TABLES: readonly string[] = [".gopclntab", ".data.rel.ro.gopclntab", ".go.buildinfo"];

/** Go by its note or its sections, which survive a strip; undefined for none. */
export function goTraces({ elf, tolerant }: DiagnosedSubject): GoTraces | undefined {
  const note = tolerant.part(() => elf.notes.find((n) => n.owner === "Go"));
  const section = tolerant.part(() => elf.sections.find((s) => TABLES.includes(s.name)));
  if (!note && !section) return undefined;

  const info = tolerant.part(() => goBuildInfo(elf));
  return {
    info,
    buildId: note?.type === BUILD_ID ? decodeText(note.description) : null,
    evidence: [
      ...(info ? [infoEvidence(info)] : []),
      ...(note ? [evidence("go-build-id", "go", "Go's build ID", note.offset)] : []),
      ...(!info && section
        ? [evidence("section", "go", `section ${section.name}`, section.header.near("offset"))]
        : []),
    ],
  };
}

const infoEvidence = (info: GoBuildInfo): Evidence =>
  evidence("go-build-info", "go", `build information of ${info.version}`, info.offset);

/** The same for a file whose sections were dropped, by what a search found. */
export function searchedGo(
  { elf, tolerant }: DiagnosedSubject,
  found: readonly FoundFingerprint[],
): GoTraces | undefined {
  const traces = found.filter((f) => "runtime" in f.of && f.of.runtime === "go");
  if (traces.length === 0) return undefined;
  const info = tolerant.part(() => traces.map((t) => goBuildInfoAt(elf, t.offset)).find((i) => i !== null)) ?? null;
  return {
    info,
    buildId: null,
    evidence: info ? [infoEvidence(info)] : traces.slice(0, 1).map((t) => evidence("go-table", "go", t.what, t.offset)),
  };
}

/**
 * CGO_ENABLED=1 alone says only that C code could have been compiled. That it is there shows in what the program takes
 * of libraries and in who starts it: Go's own linker keeps Go's start code, the system's linker puts the C library's
 * before it.
 *
 * @param libc what the file itself holds or needs, its loader aside
 */
export function diagnoseGo(s: DiagnosedSubject, traces: GoTraces, libc: Libc): GoDiagnosis {
  const { info, buildId } = traces;
  const cgo = goLinking(s, traces, libc);
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

/**
 * Go's own start code, or a build that could have no C code; and no library that gives symbols. Nothing but Go then.
 */
export function startsAsGo({ elf, tolerant, needed }: DiagnosedSubject, { info }: GoTraces): boolean {
  const start = tolerant.part(() => entryCode(elf)) ?? undefined;
  if (elf.header.entry === 0n || needed.length > 0) return false;
  return start ? start.pattern.of === "go" : info?.settings["CGO_ENABLED"] === "0";
}

function goLinking(s: DiagnosedSubject, traces: GoTraces, libc: Libc): GoDiagnosis["cgo"] {
  if (startsAsGo(s, traces)) return "pure";

  const start = s.tolerant.part(() => entryCode(s.elf)) ?? undefined;
  const borrows = s.needed.length > 0 && s.imports.length > 0;
  if (start && start.pattern.of !== "go") return "external";
  // A library has no start code: only the system's linker makes one.
  if (s.elf.header.entry === 0n) return borrows ? "external" : "unknown";

  // Where the C libraries' start code is known, this is not theirs.
  const notTheirs = start !== undefined || knowsEntryCode(s.elf.header);
  if (borrows) return notTheirs ? "internal" : "unknown";
  if (libc !== "unknown" && libc !== "none") return "external";

  return notTheirs ? "pure" : "unknown";
}

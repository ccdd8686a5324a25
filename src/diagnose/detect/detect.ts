import { comments } from "./comment.js";
import type { DiagnosedLinkage, Diagnosis, Evidence } from "../diagnosis.js";
import { evidenceOf } from "./evidence.js";
import { fingerprints } from "./fingerprints.js";
import { diagnoseGo, goTraces, searchedGo, startsAsGo } from "./go.js";
import { diagnoseLanguage, languageNames, wantsFingerprints } from "./language.js";
import { concludeLibc, fingerprintClues, libcClues, wantsLibcFingerprints } from "./libc.js";
import { diagnoseLinkage } from "./linkage.js";
import { packer } from "./packer.js";
import type { DiagnosedSubject } from "../subject.js";
import { foreignSystem } from "./system.js";

/** What detection says of a file. */
export type Detected = Pick<
  Diagnosis,
  "libc" | "libcConfidence" | "linkage" | "language" | "packer" | "go" | "evidence"
>;

const libcEvidence = evidenceOf("libc");

/**
 * C library, linkage and language, from the strongest evidence there is: the loader that is named, libraries and
 * versions that are needed, the start code, notes, Go's build information. Only where these leave something open are
 * the constants searched for texts of runtimes.
 */
export function detect(s: DiagnosedSubject): Detected {
  const { linkage, evidence: linked } = diagnoseLinkage(s);
  const packed = s.tolerant.part(() => packer(s.elf));
  if (packed) {
    return {
      libc: "unknown",
      libcConfidence: "guess",
      linkage,
      language: "unknown",
      packer: packed.says,
      go: null,
      evidence: [packed, ...linked],
    };
  }

  const foreign = foreignSystem(s);
  const clues = foreign ? [] : libcClues(s);
  const hints = comments(s);
  const names = languageNames(s);
  const early = goTraces(s);
  const isLibrary = linkage === "shared-library" || linkage === "plugin";
  const wantsLibc = !foreign && !(early && startsAsGo(s, early)) && wantsLibcFingerprints(s, clues);
  const search = s.hasContents && (wantsLibc || (!early && wantsFingerprints(s, names, hints)));
  const found =
    (search
      ? s.tolerant.part(() =>
          fingerprints(s.elf, {
            libc: wantsLibc,
            settles: isLibrary ? ["go", "rust", "rust-main"] : ["go", "rust-main"],
          }),
        )
      : null) ?? [];
  const all = [...clues, ...fingerprintClues(found)];
  const libc = concludeLibc(all);
  const traces = early ?? searchedGo(s, found);
  const evidence = [...(foreign ? [foreign] : []), ...libc.evidence];

  if (traces) {
    const own = concludeLibc(all.filter((c) => c.evidence.kind !== "interpreter")).libc;
    const go = diagnoseGo(s, traces, own);
    const nothing = go.cgo === "pure" && !foreign;
    const pure: Evidence[] = nothing
      ? [
          libcEvidence(
            "no-imports",
            "none",
            "a Go program without a C library's start code, that takes nothing of other files",
          ),
        ]
      : [];

    return {
      libc: nothing ? "none" : libc.libc,
      libcConfidence: !nothing ? libc.confidence : startsAsGo(s, traces) ? "certain" : "likely",
      linkage,
      language: "go",
      packer: null,
      go,
      evidence: [...pure, ...evidence, ...traces.evidence, ...linked],
    };
  }

  const alone = !foreign && usesNoLibc(s, linkage, libc.evidence);
  const language = diagnoseLanguage(names, found, hints, { libc: alone ? "none" : libc.libc, isLibrary });
  return {
    libc: alone ? "none" : libc.libc,
    libcConfidence: alone ? "likely" : libc.confidence,
    linkage,
    language: language.language,
    packer: null,
    go: null,
    evidence: [
      ...(alone ? [libcEvidence("no-imports", "none", "needs no library, and takes no symbol of another file")] : []),
      ...evidence,
      ...language.evidence,
      ...linked,
    ],
  };
}

/**
 * A library, or a program that names no more than a loader, that takes nothing from other files. Only where its symbols
 * could all be read: what is not known is no reason to say "none".
 */
function usesNoLibc(
  { tolerant, needed, imports }: DiagnosedSubject,
  linkage: DiagnosedLinkage,
  evidence: readonly Evidence[],
): boolean {
  if (linkage !== "shared-library" && linkage !== "plugin" && linkage !== "interpreter-only") return false;
  if (evidence.some((e) => e.kind !== "interpreter") || needed.length > 0 || imports.some((i) => !i.weak)) return false;
  return tolerant.problems.length === 0;
}

import { comments } from "./comment.js";
import type { Confidence, DiagnosedLinkage, Diagnosis, Evidence } from "../diagnosis.js";
import { evidenceOf } from "./evidence.js";
import { fingerprints, type FoundFingerprint } from "./fingerprints.js";
import { diagnoseGo, type GoTraces, goTraces, searchedGo, startsAsGo } from "./go.js";
import { diagnoseLanguage, languageNames, wantsFingerprints } from "./language.js";
import { libcClues } from "./libc.js";
import { concludeLibc, fingerprintClues, wantsLibcFingerprints } from "./libc-verdict.js";
import { diagnoseLinkage } from "./linkage.js";
import { packerEvidence } from "./packer.js";
import type { DiagnosedSubject } from "../subject.js";
import { foreignEvidence, goSystemEvidence, foundSystem, unhostedEvidence } from "./system.js";

/** What detection says about a file. */
export type Detected = Pick<
  Diagnosis,
  "system" | "libc" | "libcConfidence" | "linkage" | "language" | "packer" | "go" | "evidence"
>;

const libcEvidence = /* @__PURE__ */ evidenceOf("libc");

/**
 * C library, linkage and language, from the strongest evidence there is: the loader that the file names, the libraries
 * and versions that it needs, its start code, notes, Go's build information. The constants are searched for texts of
 * runtimes only where these leave something open.
 */
export function detect(subject: DiagnosedSubject): Detected {
  const { linkage, evidence: linked } = diagnoseLinkage(subject);
  const packed = subject.tolerant.part(() => packerEvidence(subject.elf));
  if (packed) return packedProgram(subject, packed, linkage, linked);

  const early = goTraces(subject);
  const byName = foreignEvidence(subject) ?? (early && goSystemEvidence(early));
  const clues = byName ? [] : libcClues(subject);
  const hints = comments(subject);
  const names = languageNames(subject);
  const isMarked = byName !== undefined || clues.length > 0 || early !== undefined;
  const foreign = isMarked ? byName : unhostedEvidence(subject, linkage);
  const isLibrary = linkage === "shared-library" || linkage === "plugin";

  const wantsLibc = !foreign && !(early && startsAsGo(subject, early)) && wantsLibcFingerprints(subject, clues);
  const wantsAny = wantsLibc || (!early && wantsFingerprints(subject, names, hints));
  const found = subject.hasContents && wantsAny ? searched(subject, wantsLibc, isLibrary) : [];

  const all = [...clues, ...fingerprintClues(found)];
  const libc = concludeLibc(all);
  const traces = early ?? searchedGo(subject, found);
  const evidence = [...(foreign ? [foreign] : []), ...libc.evidence];

  if (traces) {
    const own = concludeLibc(all.filter((c) => c.evidence.kind !== "interpreter")).libc;
    const go = diagnoseGo(subject, traces, own);
    const isPure = go.cgo === "pure" && !foreign;
    return {
      system: foundSystem(foreign, libc.libc, subject),
      libc: isPure ? "none" : libc.libc,
      libcConfidence: isPure ? pureGoConfidence(subject, traces) : libc.confidence,
      linkage,
      language: "go",
      packer: null,
      go,
      evidence: [...(isPure ? [noLibc(PURE_GO)] : []), ...evidence, ...traces.evidence, ...linked],
    };
  }

  const alone = !foreign && usesNoLibc(subject, linkage, libc.evidence);
  const language = diagnoseLanguage(names, found, hints, { libc: alone ? "none" : libc.libc, isLibrary });
  return {
    system: foundSystem(foreign, libc.libc, subject),
    libc: alone ? "none" : libc.libc,
    libcConfidence: alone ? "likely" : libc.confidence,
    linkage,
    language: language.language,
    packer: null,
    go: null,
    evidence: [...(alone ? [noLibc(NO_IMPORTS)] : []), ...evidence, ...language.evidence, ...linked],
  };
}

const PURE_GO = "a Go program without a C library's start code, which takes nothing from other files";
const NO_IMPORTS = "needs no library, and takes no symbol from another file";

const noLibc = (why: string): Evidence => libcEvidence("no-imports", "none", why);

const pureGoConfidence = (subject: DiagnosedSubject, traces: GoTraces): Confidence =>
  startsAsGo(subject, traces) ? "certain" : "likely";

/** A packer hides the program: nothing else in the file says anything about it, but for the system. */
function packedProgram(
  subject: DiagnosedSubject,
  packed: Evidence,
  linkage: DiagnosedLinkage,
  linked: readonly Evidence[],
): Detected {
  const foreign = foreignEvidence(subject);
  return {
    system: foundSystem(foreign, "unknown", subject),
    libc: "unknown",
    libcConfidence: "guess",
    linkage,
    language: "unknown",
    packer: packed.says,
    go: null,
    evidence: [packed, ...(foreign ? [foreign] : []), ...linked],
  };
}

/** What a search of the constants finds. It ends as soon as the language is settled, unless `libc` is wanted, too. */
function searched({ elf, tolerant }: DiagnosedSubject, libc: boolean, isLibrary: boolean): FoundFingerprint[] {
  const settles = isLibrary ? (["go", "rust", "rust-main"] as const) : (["go", "rust-main"] as const);
  return tolerant.part(() => fingerprints(elf, { libc, settles })) ?? [];
}

/**
 * A library, or a program that names no more than a loader, that takes nothing from other files. Only where all its
 * symbols could be read: not knowing is no reason to say "none".
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

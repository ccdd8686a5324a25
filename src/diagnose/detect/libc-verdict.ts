import { ET } from "../../spec/constants.js";
import type { Confidence, Evidence, Libc } from "../diagnosis.js";
import type { FoundFingerprint } from "./fingerprints.js";
import { clue, type LibcClue } from "./libc-clue.js";
import type { DiagnosedSubject } from "../subject.js";

/**
 * Do the clues leave the C library open, so that a search for its texts is worth it? Only for files that may hold one:
 * programs that need no library.
 */
export function wantsLibcFingerprints({ elf, needed }: DiagnosedSubject, clues: readonly LibcClue[]): boolean {
  const isOpen = !clues.some((c) => c.strength === "certain");
  const isProgram = (elf.header.type === ET.EXEC || elf.header.type === ET.DYN) && elf.header.entry !== 0n;
  return isOpen && isProgram && needed.length === 0;
}

/** The clues of texts that were found. */
export function fingerprintClues(found: readonly FoundFingerprint[]): LibcClue[] {
  const libcs = found.flatMap((f) => ("libc" in f.of ? [{ libc: f.of.libc, ...f }] : []));
  // Two texts of one library, and none of another, are more than a guess.
  const agree = libcs.length > 1 && libcs.every((f) => f.libc === libcs[0]!.libc);
  return libcs.map(({ libc, what, offset }) => clue(libc, agree ? "likely" : "guess", "string", what, offset));
}

const RANK: Readonly<Record<Confidence, number>> = { certain: 2, likely: 1, guess: 0 };

/**
 * The first clue decides, since the strongest kinds come first. Others that agree can make it more certain; one that is
 * certain of another library makes it less so. uClibc's start files are glibc's, so those two do not contradict each
 * other.
 */
export function concludeLibc(clues: readonly LibcClue[]): { libc: Libc; confidence: Confidence; evidence: Evidence[] } {
  const [first] = clues;
  const all = clues.map((c) => c.evidence);
  if (!first) return { libc: "unknown", confidence: "guess", evidence: all };

  const agreeing = clues.filter((c) => c.libc === first.libc).map((c) => c.strength);
  const best = agreeing.reduce((a, b) => (RANK[b] > RANK[a] ? b : a));
  const contradicts = (c: LibcClue) => !(first.libc === "uclibc" && c.evidence.kind === "entry-code");
  const disputed = clues.some((c) => c.libc !== first.libc && c.strength === "certain" && contradicts(c));

  return { libc: first.libc, confidence: disputed && best === "certain" ? "likely" : best, evidence: all };
}

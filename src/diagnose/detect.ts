import type { Diagnosis } from "./diagnosis.js";
import type { Subject } from "./subject.js";

/** What detection says of a file. */
export type Detected = Pick<Diagnosis, "libc" | "libcConfidence" | "linkage" | "language" | "packer" | "go" | "evidence">;

/** MERGE: being built on this branch. */
export function detect(s: Subject): Detected {
  return { libc: "unknown", libcConfidence: "guess", linkage: s.elf.linkage, language: "unknown", packer: null, go: null, evidence: [] };
}

import type { ElfFile } from "../image/elf.js";
import type { Diagnosis } from "./diagnosis.js";

/** What detection says of a file. */
export type Detected = Pick<Diagnosis, "libc" | "libcConfidence" | "linkage" | "language" | "packer" | "go" | "evidence">;

/** MERGE: being built on this branch. */
export function detect(elf: ElfFile): Detected {
  return { libc: "unknown", libcConfidence: "guess", linkage: elf.linkage, language: "unknown", packer: null, go: null, evidence: [] };
}

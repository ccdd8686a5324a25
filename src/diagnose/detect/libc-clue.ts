import type { Confidence, Evidence, Libc } from "../diagnosis.js";
import { evidenceOf } from "./evidence.js";

const evidence = /* @__PURE__ */ evidenceOf("libc");

/** Evidence of a C library, and how certain it alone is. */
export interface LibcClue {
  readonly libc: Libc;
  readonly strength: Confidence;
  readonly evidence: Evidence;
}

export const clue = (
  libc: Libc,
  strength: Confidence,
  kind: string,
  text: string,
  offset: number | null,
): LibcClue => ({
  libc,
  strength,
  evidence: evidence(kind, libc, text, offset),
});

import { sameProgram } from "../../src/api/verify.js";
import { isElfError, readElf } from "../../src/index.js";
import type { Judgement } from "./judged.js";

/** What `sameProgram` says of two files. A second file that is none cannot be the same program. */
export function judge(before: Uint8Array, after: Uint8Array): Judgement {
  const first = readElf(before);
  try {
    return sameProgram(first, readElf(after));
  } catch (e) {
    if (!isElfError(e)) throw e;
    return { same: false, summary: e.message, differences: [{ kind: "damage", part: "header" }] };
  }
}

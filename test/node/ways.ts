import type { Edit } from "../../src/index.js";
import { patchFile, type PatchFileOptions, type PatchFileResult, patchFileSync } from "../../src/node/index.js";

export type PatchFile = (path: string, edits: readonly Edit[], options?: PatchFileOptions) => Promise<PatchFileResult>;

/** Both functions that patch a file, with their names. */
export const ways: readonly [name: string, PatchFile][] = [
  ["patchFile", patchFile],
  ["patchFileSync", async (...args) => patchFileSync(...args)],
];

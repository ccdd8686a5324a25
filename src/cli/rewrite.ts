import { patchFileSync, type PatchFileOptions, type PatchFileResult } from "../node/index.js";
import { formatChanges } from "../report/text.js";
import type { Edit } from "../request/edits.js";
import { print, UsageError, warn } from "./command.js";

/** What both rewriting verbs take. */
export interface RewriteOptions {
  json: boolean;
  dryRun: boolean;
  output: string | undefined;
  overlay: PatchFileOptions["overlay"];
}

export const rewriteDefaults = (): RewriteOptions => ({ json: false, dryRun: false, output: undefined, overlay: undefined });

const OVERLAYS = ["keep", "keep-in-place", "drop"] as const;

export function overlayChoice(value: string): PatchFileOptions["overlay"] {
  const found = OVERLAYS.find((o) => o === value);
  if (!found) throw new UsageError(`--overlay takes ${OVERLAYS.join(", ")}, not ${JSON.stringify(value)}`);
  return found;
}

/** Names a rewriting verb's files need: at least one, and one only where the output has a name of its own. */
export function checkFiles(files: readonly string[], option: string, o: RewriteOptions): void {
  if (files.length === 0) throw new UsageError("missing file name");
  if (o.output !== undefined && files.length > 1) throw new UsageError(`${option} takes one input file`);
}

/** A file's entry in JSON output. */
export interface Rewritten extends PatchFileResult {
  readonly file: string;
  readonly dryRun: boolean;
}

/** Rewrites one file; notes go to stderr. */
export function rewriteFile(file: string, edits: readonly Edit[], o: RewriteOptions): Rewritten {
  const result = patchFileSync(file, edits, { output: o.output, dryRun: o.dryRun, overlay: o.overlay });
  for (const n of result.notes) warn(`${file}: ${n.message}`);
  return { file, dryRun: o.dryRun, ...result };
}

/** A drop-in is silent when all went well; only a dry run has something to say. */
export function printRewritten(r: Rewritten): void {
  if (!r.dryRun) return;
  const lines = [`${r.file}: ${r.changed ? `would change, ${r.sizeBefore} -> ${r.sizeAfter} bytes` : "nothing to do"}`];
  if (r.changed && r.changes.length > 0) lines.push(formatChanges(r.changes).trimEnd());
  for (const p of r.placements) lines.push(`  ${p.region}: ${p.size} bytes at offset 0x${p.offset.toString(16)} (${p.strategy}: ${p.why})`);
  print(lines.join("\n"));
}

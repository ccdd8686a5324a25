import { patchFileSync, type PatchFileOptions, type PatchFileResult } from "../node/index.js";
import { formatChanges } from "../report/text.js";
import type { Edit } from "../request/edits.js";
import { eachFile, OK, print, REFUSED, UsageError, warn } from "./command.js";

/** What both rewriting verbs take. */
export interface RewriteOptions {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly output: string | undefined;
  readonly overlay: PatchFileOptions["overlay"];
}

const OVERLAYS = ["keep", "keep-in-place", "drop"] as const;

export function overlayChoice(value: string): PatchFileOptions["overlay"] {
  const found = OVERLAYS.find((o) => o === value);
  if (!found) throw new UsageError(`--overlay takes ${OVERLAYS.join(", ")}, not ${value}`);
  return found;
}

/** Rewrites each file; notes go to stderr, a dry run and --json say what (would have) happened. */
export function rewriteFiles(files: readonly string[], edits: readonly Edit[], o: RewriteOptions, announce?: (r: PatchFileResult) => string): number {
  const { failed } = eachFile(
    files, o.json,
    (file) => {
      const result = patchFileSync(file, edits, { output: o.output, dryRun: o.dryRun, overlay: o.overlay });
      for (const n of result.notes) warn(`${file}: ${n.message}`);
      return { file, dryRun: o.dryRun, ...result };
    },
    (r) => {
      if (o.dryRun) print(dryRunText(r));
      else if (announce) print(announce(r));
    },
  );
  return failed ? REFUSED : OK;
}

function dryRunText(r: PatchFileResult & { file: string }): string {
  const lines = [`${r.file}: ${r.changed ? `would change, ${r.sizeBefore} -> ${r.sizeAfter} bytes` : "nothing to do"}`];
  if (r.changed && r.changes.length > 0) lines.push(formatChanges(r.changes));
  for (const p of r.placements) lines.push(`  ${p.region}: ${p.size} bytes at offset 0x${p.offset.toString(16)} (${p.strategy}: ${p.why})`);
  return lines.join("\n");
}

import type { Note } from "../error.js";
import { patchFileSync, type PatchFileOptions, type PatchFileResult } from "../node/index.js";
import { formatChanges } from "../report/text.js";
import type { Edit } from "../edit/family.js";
import { print, UsageError, warn } from "./command.js";

/** What the rewriting verbs take. */
export interface RewriteOptions {
  json: boolean;
  dryRun: boolean;
  output: string | undefined;
  overlay: PatchFileOptions["overlay"];
  inPlace: boolean;
  /** What the name of the old file's copy ends in. */
  backup: string | undefined;
  preserveDates?: boolean | undefined;
  /** Static libraries: members get no dates, owners and modes of their own. */
  deterministic?: boolean | undefined;
}

export const rewriteDefaults = (): RewriteOptions => ({
  json: false,
  dryRun: false,
  output: undefined,
  overlay: undefined,
  inPlace: false,
  backup: undefined,
});

const OVERLAYS = ["keep", "keep-in-place", "drop"] as const;

export function overlayChoice(value: string): PatchFileOptions["overlay"] {
  const found = OVERLAYS.find((o) => o === value);
  if (!found) throw new UsageError(`--overlay takes ${OVERLAYS.join(", ")}, not ${JSON.stringify(value)}`);
  return found;
}

const SUFFIX = ".orig";

/** Options that all rewriting verbs have without a model, spelled alike. False for another argument. */
export function commonOption(o: RewriteOptions, arg: string): boolean {
  switch (arg) {
    case "--json":
      o.json = true;
      return true;
    case "--dry-run":
      o.dryRun = true;
      return true;
    case "--in-place":
      o.inPlace = true;
      return true;
    case "--backup":
      o.backup = SUFFIX;
      return true;
  }

  if (!arg.startsWith("--backup=")) return false;

  o.backup = arg.slice("--backup=".length);
  if (o.backup === "" || o.backup.includes("/")) {
    throw new UsageError(`--backup=SUFFIX takes what a file's name can end in, not ${JSON.stringify(o.backup)}`);
  }

  return true;
}

/** The help of {@link commonOption}. */
export const COMMON_HELP = `  --in-place                 write only the changed bytes, into the file itself: hard links stay
  --backup[=SUFFIX]          keep the old file, as FILE.orig or FILESUFFIX; refused where there is such a file
  --dry-run                  say what would change and where it would go, write nothing
  --json                     an array of results (see docs/json.md)`;

/** Names a rewriting verb's files need: at least one, and one only where the output has a name of its own. */
export function checkFiles(files: readonly string[], option: string, o: RewriteOptions): void {
  if (files.length === 0) throw new UsageError("missing file name");
  if (o.output !== undefined && files.length > 1) throw new UsageError(`${option} takes one input file`);
  if (o.output !== undefined && o.inPlace) throw new UsageError(`${option} and --in-place contradict each other`);
}

/** A file's entry in JSON output. */
export interface Rewritten extends PatchFileResult {
  readonly file: string;
  readonly dryRun: boolean;
}

/** Rewrites one file; notes go to stderr, where they are not for JSON alone. */
export function rewriteFile(
  file: string,
  edits: readonly Edit[],
  o: RewriteOptions,
  says: (note: Note) => boolean = () => true,
): Rewritten {
  const { output, dryRun, overlay, inPlace, backup, preserveDates, deterministic } = o;
  const result = patchFileSync(file, edits, { output, dryRun, overlay, inPlace, backup, preserveDates, deterministic });
  for (const n of result.notes) if (says(n)) warn(`${file}: ${n.message}`);
  return { file, dryRun, ...result };
}

/** A drop-in is silent when all went well; only a dry run has something to say. */
export function printRewritten(r: Rewritten): void {
  if (!r.dryRun) return;
  const lines = [`${r.file}: ${r.changed ? `would change, ${r.sizeBefore} -> ${r.sizeAfter} bytes` : "nothing to do"}`];
  if (r.changed && r.changes.length > 0) lines.push(formatChanges(r.changes).trimEnd());
  print([...lines, ...placementLines(r)].join("\n"));
}

/** Where each table went, a line each. */
export const placementLines = (r: Rewritten): string[] =>
  r.placements.map(
    (p) => `  ${p.region}: ${p.size} bytes at offset 0x${p.offset.toString(16)} (${p.strategy}: ${p.why})`,
  );

import type { Note } from "../error.js";
import { patchFile, type PatchFileOptions, type PatchFileResult } from "../node/patch-file.js";
import { formatChanges } from "../report/text.js";
import type { Edit } from "../edit/family.js";
import { print, UsageError, warn } from "./command.js";
import { endingWell } from "./signals.js";

/** The options of the rewriting verbs. */
export interface RewriteOptions {
  json: boolean;
  dryRun: boolean;
  output: string | undefined;
  overlay: PatchFileOptions["overlay"];
  inPlace: boolean;
  /** The end of the name of the old file's copy. */
  backup: string | undefined;
  preserveDates?: boolean | undefined;
  /** What this run has said already: what holds for all files is said once. */
  readonly said: Set<string>;
  /** Static libraries: the dates, owners and modes of members are not kept. */
  deterministic?: boolean | undefined;
}

export const rewriteDefaults = (): RewriteOptions => ({
  json: false,
  dryRun: false,
  output: undefined,
  overlay: undefined,
  inPlace: false,
  backup: undefined,
  said: new Set(),
});

/** Node cannot read them, so it is not known whether the file had any. */
const ATTRIBUTES: Note = {
  note: "ATTRIBUTES",
  message: "the new file has none of the old one's extended attributes and ACLs; --in-place keeps them",
};

const OVERLAYS = ["keep", "keep-in-place", "drop"] as const;

export function overlayChoice(value: string): PatchFileOptions["overlay"] {
  const choice = OVERLAYS.find((name) => name === value);
  if (!choice) throw new UsageError(`--overlay takes ${OVERLAYS.join(", ")}, not ${JSON.stringify(value)}`);
  return choice;
}

const SUFFIX = ".orig";

/** Takes the options that all rewriting verbs have, spelled alike, beside those of their models. False for others. */
export function commonOption(options: RewriteOptions, arg: string): boolean {
  switch (arg) {
    case "--json":
      options.json = true;
      return true;
    case "--dry-run":
      options.dryRun = true;
      return true;
    case "--in-place":
      options.inPlace = true;
      return true;
    case "--backup":
      options.backup = SUFFIX;
      return true;
  }

  if (!arg.startsWith("--backup=")) return false;

  options.backup = arg.slice("--backup=".length);
  if (options.backup === "" || options.backup.includes("/")) {
    throw new UsageError(`--backup=SUFFIX takes what a file's name can end in, not ${JSON.stringify(options.backup)}`);
  }
  return true;
}

/** The help of {@link commonOption}. */
export const COMMON_HELP = `\
  --in-place                 write only the changed bytes, into the file itself: hard links and
                             extended attributes stay
  --backup[=SUFFIX]          keep the old file as FILE.orig, or under the name of FILE with SUFFIX
                             appended; refused where that file exists
  --dry-run                  say what would change and where it would go; write nothing
  --json                     an array of results (see docs/json.md)
A process that is killed leaves the old file or the new one; with --in-place, one that loads as
before or as after, which the same call finishes. A power failure may not, since nothing waits for
the disk.`;

/** A rewriting verb takes one file or more, but one only where an option names the output. */
export function checkFiles(files: readonly string[], outputOption: string, { output, inPlace }: RewriteOptions): void {
  if (files.length === 0) throw new UsageError("missing file name");
  if (output === undefined) return;
  if (files.length > 1) throw new UsageError(`${outputOption} takes one input file`);
  if (inPlace) throw new UsageError(`${outputOption} and --in-place contradict each other`);
}

/** A file's entry in JSON output. */
export interface Rewritten extends PatchFileResult {
  readonly file: string;
  readonly dryRun: boolean;
}

/** Rewrites one file. Notes go to stderr; those that are not `told` are in the result only. */
export async function rewriteFile(
  file: string,
  edits: readonly Edit[],
  options: RewriteOptions,
  told: (note: Note) => boolean = () => true,
): Promise<Rewritten> {
  const { output, dryRun, overlay, inPlace, backup, preserveDates, deterministic, said } = options;
  const written: PatchFileOptions = { output, dryRun, overlay, inPlace, backup, preserveDates, deterministic };
  const result = await endingWell(() => patchFile(file, edits, written));
  for (const note of result.notes) {
    if (told(note)) warn(`${file}: ${note.message}`);
  }
  if (!result.changed || inPlace || output !== undefined) return { file, dryRun, ...result };

  if (!said.has(ATTRIBUTES.note)) warn(ATTRIBUTES.message);
  said.add(ATTRIBUTES.note);
  return { file, dryRun, ...result, notes: [...result.notes, ATTRIBUTES] };
}

/** A drop-in that succeeds is silent. Only a dry run prints something. */
export function printRewritten(rewritten: Rewritten): void {
  const { file, dryRun, changed, changes, sizeBefore, sizeAfter } = rewritten;
  if (!dryRun) return;

  const lines = [`${file}: ${changed ? `would change, ${sizeBefore} -> ${sizeAfter} bytes` : "nothing to do"}`];
  if (changed && changes.length > 0) lines.push(formatChanges(changes).trimEnd());
  lines.push(...placementLines(rewritten));
  print(lines.join("\n"));
}

/** The place of each table, a line each. */
export const placementLines = ({ placements }: Rewritten): string[] =>
  placements.map(
    ({ region, size, offset, strategy, why }) =>
      `  ${region}: ${size} bytes at offset 0x${offset.toString(16)} (${strategy}: ${why})`,
  );

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fail, isElfError, type Note } from "../error.js";
import { refuseStrayEdits } from "../edit/asked.js";
import { assertOptions, type OptionNames, refuseArgument } from "../input.js";
import { type Edits, type PatchOptions, type Plan, plan } from "../patch.js";
import { composePieces } from "../pieces/compose.js";
import { piecesSource } from "../pieces/fill.js";
import type { Change } from "../report/diff.js";
import { backupName, keepBackup } from "./backup.js";
import { DAMAGED, undoUnfinished, writeInPlace } from "./in-place.js";
import { realTarget } from "./links.js";
import { removeQuietly, tempBeside } from "./new-file.js";
import { type FileAtOpen, ioError, isError, onFile, openAsIs, refuseChanged } from "./source.js";
import { findUnfinished, type Unfinished } from "./unfinished.js";
import { writeFileAtomically, writeFileAtomicallySync, type Writing } from "./write.js";

/** Options of {@link patchFile}. */
export interface PatchFileOptions extends PatchOptions {
  /**
   * The path of the result. Symbolic links are followed. For `/dev/null` nothing is written. Default: the file itself.
   */
  readonly output?: string | undefined;
  /** Write nothing, only tell what would be done. Default: false. */
  readonly dryRun?: boolean | undefined;
  /** Wait until the bytes are on the disk before the new file takes its name. Default: false. */
  readonly sync?: boolean | undefined;
  /**
   * Write only the changed ranges, into the file itself, which keeps its hard links, owner and identity. Writing fails
   * if the program is running (`ETXTBSY`) or the disk is full; the old bytes are put back then. A process that is
   * killed leaves a file that loads as before or as after, and the same call finishes it; only a crash of the system
   * leaves a broken file. `IO` while another process does the same, `UNSUPPORTED` if no order of the writes is safe.
   * Changed bytes are held in memory. Not with `output`. Default: false.
   */
  readonly inPlace?: boolean | undefined;
  /**
   * Keep the file that the result replaces, under its name with this suffix: `".orig"`. `IO` if such a file exists.
   * Default: it is not kept.
   */
  readonly backup?: string | undefined;
  /**
   * The result keeps the file's times of access and modification, to the microsecond, as with GNU strip's `-p`.
   * Default: false, since build tools go by these times.
   */
  readonly preserveDates?: boolean | undefined;
}

/** What {@link patchFile} did. */
export interface PatchFileResult {
  /** The path of the file that holds the result, with links followed. */
  readonly path: string;
  /** The path at which the old file was kept; only with `backup`, and only if a file was replaced. */
  readonly backup?: string;
  /** False if the result equals the input. */
  readonly changed: boolean;
  /** Bytes before and after. */
  readonly sizeBefore: number;
  readonly sizeAfter: number;
  readonly changes: readonly Change[];
  readonly notes: readonly Note[];
  /** Where each table went and why. */
  readonly placements: Plan["placements"];
  readonly findings: Plan["findings"];
}

/**
 * Applies edits to a file, atomically. The result is written beside the file and then takes its name, so that a full
 * disk or a crash leaves the old file whole. The mode stays, and where permitted the owner. A symbolic link stays, and
 * its target is rewritten. If nothing changes, nothing is written.
 *
 * @throws ElfError as `plan`; `IO` for a failed system call
 * @example
 * const { changed, notes } = await patchFile("build/server", [setRunpath("$ORIGIN/../lib")]);
 */
export async function patchFile(path: string, edits: Edits, options: PatchFileOptions = {}): Promise<PatchFileResult> {
  const job = prepare(path, edits, options);
  try {
    const writing = begin(job);
    if (writing) await writeFileAtomically(writing);
    return job.result;
  } catch (e) {
    return abandon(job, e);
  } finally {
    job.source.close();
  }
}

/**
 * {@link patchFile}, synchronous: for build scripts.
 *
 * @throws ElfError as {@link patchFile}
 * @example
 * patchFileSync("addon.node", [replaceNeeded({ "libc.musl-x86_64.so.1": "libc.so.6" })]);
 */
export function patchFileSync(path: string, edits: Edits, options: PatchFileOptions = {}): PatchFileResult {
  const job = prepare(path, edits, options);
  try {
    const writing = begin(job);
    if (writing) writeFileAtomicallySync(writing);
    return job.result;
  } catch (e) {
    return abandon(job, e);
  } finally {
    job.source.close();
  }
}

/** A patch that is planned, and that `begin` and what follows write. */
interface Job {
  readonly source: FileAtOpen;
  /** Undefined if nothing is to be written. */
  readonly writing: Writing | undefined;
  readonly inPlace: boolean;
  /** Is another file than the input written? */
  readonly isOutput: boolean;
  /** Has the backup been made, so that a failure removes it again? */
  isKept: boolean;
  readonly result: PatchFileResult;
}

/** The output for which nothing is written. */
const NOWHERE = "/dev/null";

const OPTIONS: OptionNames<PatchFileOptions> = {
  overlay: true,
  deterministic: true,
  prove: true,
  output: true,
  dryRun: true,
  sync: true,
  inPlace: true,
  backup: true,
  preserveDates: true,
};

function prepare(path: string, edits: Edits, options: PatchFileOptions): Job {
  refuseStrayEdits(options);
  assertOptions("patchFile", options, OPTIONS);
  const { output, backup: suffix, inPlace = false } = options;
  if (output !== undefined && typeof output !== "string") refuseArgument("output", "a path", output);
  if (suffix !== undefined && typeof suffix !== "string") refuseArgument("backup", 'a suffix, such as ".orig"', suffix);
  if (inPlace && output !== undefined) {
    fail("BAD_EDIT", "inPlace: the file itself is written, so there is no other output", { edit: "inPlace" });
  }

  if (inPlace && options.dryRun !== true) onFile(path, () => undoUnfinished(path));
  const source = openAsIs(path);
  try {
    const { overlay, deterministic, prove } = options;
    const unfinished = findUnfinished(source);
    const input = unfinished ? piecesSource(source, unfinished.pieces, unfinished.size) : source;
    const planned = plan(input, edits, { overlay, deterministic, prove });
    const changed = planned.changed || unfinished !== undefined;

    const isNowhere = output === NOWHERE;
    const target = isNowhere ? NOWHERE : realTarget(output ?? path);
    const isSame = !isNowhere && realTarget(path) === target;
    const writes = options.dryRun !== true && !isNowhere && (changed || !isSame);

    const notes = [...planned.notes];
    const { nlink } = source.stats;
    if (isSame && changed && nlink > 1) notes.push({ note: "HARD_LINKS", message: linksMessage(nlink, inPlace) });

    const keeps = writes && suffix !== undefined;
    const backup = keeps && existsSync(target) ? backupName(target, suffix, inPlace) : undefined;

    const result: PatchFileResult = {
      path: target,
      changed,
      sizeBefore: input.size,
      sizeAfter: planned.size,
      changes: planned.changes,
      notes,
      placements: planned.placements,
      findings: planned.findings,
      ...(backup !== undefined && { backup }),
    };
    const writing: Writing = {
      plan: unfinished ? ofRawFile(planned, unfinished) : planned,
      source,
      temp: tempBeside(target),
      target,
      isSame,
      sync: options.sync === true,
      preserveDates: options.preserveDates,
      ready: () => keepOld(job),
    };

    const job: Job = {
      source,
      result,
      inPlace,
      isOutput: !isSame,
      isKept: false,
      writing: writes ? writing : undefined,
    };
    return job;
  } catch (e) {
    try {
      blameOthers(source, e);
    } finally {
      source.close();
    }
    throw e;
  }
}

/** A plan of an old file, as one of the file that has it in part. */
const ofRawFile = (planned: Plan, { pieces }: Unfinished): Plan =>
  Object.create(planned, { pieces: { value: composePieces(planned.pieces, pieces) } }) as Plan;

/** Package managers link installed files to those of a store, which all projects share. */
const linksMessage = (count: number, inPlace: boolean): string =>
  inPlace
    ? `the file has ${count} hard links, which all change, also one in a package store`
    : `the file has ${count} hard links; only this name gets the new file (in place, all change)`;

/** Makes the backup, if one is wanted. */
function keepOld(job: Job): void {
  const { result, inPlace } = job;
  if (result.backup === undefined) return;

  job.isKept = keepBackup(result.path, result.backup, inPlace);
}

/** Writes a result that goes into the file itself, synchronously: few bytes. Returns one that will be a new file. */
function begin(job: Job): Writing | undefined {
  const { inPlace, writing } = job;
  if (!inPlace || !writing) return writing;

  keepOld(job);
  writeInPlace(writing);
  return undefined;
}

/** Removes what a failure leaves. If the old bytes could not be put back, the backup stays: it is all that has them. */
function abandon(job: Job, e: unknown): never {
  const { source, writing, inPlace, isKept, result } = job;
  if (writing && !inPlace) removeQuietly(writing.temp);

  const isDamaged = inPlace && isElfError(e, "IO") && e.detail.cause === DAMAGED;
  if (isKept && !isDamaged) removeQuietly(result.backup!);
  blameOthers(source, e);
  if (!inPlace) blameFolder(job, e);
  return ioError(result.path, e);
}

/** What is wrong with half of an old file and half of a new one says nothing: somebody else writes to it. */
function blameOthers(source: FileAtOpen, e: unknown): void {
  if (isElfError(e) && e.code !== "IO") refuseChanged(source, []);
}

/** The file itself may well be writable where its folder is not. */
function blameFolder({ isOutput, result: { path } }: Job, e: unknown): void {
  const cause = isError(e) && "syscall" in e && "code" in e ? e.code : undefined;
  if (cause !== "EACCES" && cause !== "EPERM") return;

  const hint = isOutput ? "" : "; inPlace (--in-place) would write into the file itself";
  fail("IO", `${path}: ${cause}: no new file can be made in the folder ${dirname(path)}${hint}`, { path, cause });
}

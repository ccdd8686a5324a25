import { randomUUID } from "node:crypto";
import { realpathSync, rmSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fail, isElfError, type Note } from "../error.js";
import { type PatchOptions, type Plan, plan } from "../patch.js";
import type { Change } from "../report/diff.js";
import type { Edit } from "../edit/family.js";
import { backupName, keepBackup } from "./backup.js";
import { DAMAGED, writeInPlace } from "./in-place.js";
import { type FileSource, ioError, onFile, openSource } from "./source.js";
import { keepDates, writeFileAtomically, writeNow, type Writing } from "./write.js";

/** Options of {@link patchFile}. */
export interface PatchFileOptions extends PatchOptions {
  /**
   * Where the result goes; the file itself when not given. Symbolic links are followed. For `/dev/null` nothing is
   * written.
   */
  readonly output?: string | undefined;
  /** Write nothing, only say what would be. */
  readonly dryRun?: boolean | undefined;
  /** Wait until the bytes are on the disk before the new file takes its name. Off by default. */
  readonly sync?: boolean | undefined;
  /**
   * Write only the changed ranges, into the file itself: its hard links, owner and identity stay. What is written fails
   * where the program runs (`ETXTBSY`) or the disk is full, and then the old bytes are put back; only a crash of the
   * system in between leaves a broken file. Changed bytes are held in memory. Not with `output`.
   */
  readonly inPlace?: boolean | undefined;
  /**
   * Keep the file that the result replaces, under its name with this behind: `".orig"`. `IO` where there is such a
   * file.
   */
  readonly backup?: string | undefined;
  /**
   * The result keeps the file's times of access and modification, to the microsecond: GNU strip's `-p`. Off by default,
   * since build tools go by them.
   */
  readonly preserveDates?: boolean | undefined;
}

/** What {@link patchFile} did. */
export interface PatchFileResult {
  /** The file that holds the result: links followed. */
  readonly path: string;
  /** Where the old file was kept; only with `backup`, where something was written over it. */
  readonly backup?: string;
  /** False where the result equals the input. */
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
 * Applies edits to a file, atomically: the result is written beside it and then takes its name, so that a full disk or
 * a crash leaves the old file whole. Mode and, where permitted, owner stay; a symbolic link stays and its target is
 * rewritten. Nothing is written when nothing changes.
 *
 * @throws ElfError as `plan`; `IO` for a failed system call
 * @example
 * const { changed, notes } = await patchFile("build/server", [setRunpath("$ORIGIN/../lib")]);
 */
export async function patchFile(
  path: string,
  edits: readonly Edit[],
  options: PatchFileOptions = {},
): Promise<PatchFileResult> {
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
export function patchFileSync(path: string, edits: readonly Edit[], options: PatchFileOptions = {}): PatchFileResult {
  const job = prepare(path, edits, options);
  try {
    const writing = begin(job);
    if (writing) writeNow(writing);
    return job.result;
  } catch (e) {
    return abandon(job, e);
  } finally {
    job.source.close();
  }
}

interface Job {
  readonly source: FileSource;
  /** Undefined where nothing is to be written. */
  readonly writing: Writing | undefined;
  readonly inPlace: boolean;
  /** The file that will be replaced; undefined where it is to be kept nowhere. */
  readonly replaced: Stats | undefined;
  kept: boolean;
  readonly result: PatchFileResult;
}

/** What a program writes to when it shall write nothing. */
const NOWHERE = "/dev/null";

function prepare(path: string, edits: readonly Edit[], options: PatchFileOptions): Job {
  const { output, inPlace = false } = options;
  if (inPlace && output !== undefined) {
    fail("BAD_EDIT", "inPlace: the file itself is written, so there is no other output", { edit: "inPlace" });
  }

  const source = openSource(path);
  try {
    // Before anything is read, which moves the time of access.
    const stats = onFile(path, () => statSync(path));
    const p = plan(source, edits, options);
    const nowhere = output === NOWHERE;
    const target = nowhere ? NOWHERE : realTarget(output ?? path);
    const here = !nowhere && realTarget(path) === target;
    const notes = [...p.notes];

    if (here && !inPlace && p.changed && stats.nlink > 1) {
      notes.push({
        note: "HARD_LINKS",
        message: `${path} has ${stats.nlink} hard links; only this name gets the new file`,
      });
    }

    const writes = options.dryRun !== true && !nowhere && (p.changed || !here);
    const replaced = writes && options.backup !== undefined ? statSync(target, { throwIfNoEntry: false }) : undefined;
    const backup = replaced && backupName(target, options.backup!);
    const result = {
      path: target,
      changed: p.changed,
      sizeBefore: source.size,
      sizeAfter: p.size,
      changes: p.changes,
      notes,
      placements: p.placements,
      findings: p.findings,
      ...(backup !== undefined && { backup }),
    };

    return {
      source,
      result,
      inPlace,
      replaced,
      kept: false,
      writing: writes
        ? {
            plan: p,
            input: path,
            stats,
            temp: tempBeside(target),
            target,
            sync: options.sync === true,
            preserveDates: options.preserveDates,
          }
        : undefined,
    };
  } catch (e) {
    source.close();
    throw e;
  }
}

/**
 * Keeps the old file where that is wanted, and writes what goes into the file itself: few bytes, each after the one
 * before. What is left is a file to be written anew.
 */
function begin(job: Job): Writing | undefined {
  const { replaced, result, inPlace, writing } = job;
  if (replaced && result.backup !== undefined) {
    keepBackup(result.path, result.backup, inPlace, replaced);
    job.kept = true;
  }
  if (!inPlace) return writing;
  if (writing) writeInPlace(writing.target, writing.plan, writing.stats, writing.sync);
  if (writing?.preserveDates) keepDates(writing.target, writing.stats);
  return undefined;
}

/** Not made of the target's own name, which may have the most bytes that a name can have. */
const tempBeside = (target: string): string =>
  join(dirname(target), `.elfwright-${process.pid}-${randomUUID().slice(0, 8)}.tmp`);

/**
 * The file behind symbolic links; the path itself where there is none yet. The result takes its name, so it has to be a
 * regular file: `/dev/null` would be one from then on.
 */
function realTarget(path: string): string {
  const stats = onFile(path, () => statSync(path, { throwIfNoEntry: false }));
  if (stats && !stats.isFile()) {
    fail("IO", `${path}: this is not a regular file, so no result can take its place`, { path });
  }
  return onFile(path, () => (stats ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))));
}

/** Where the old bytes could not be put back, the backup is what is left of them. */
function abandon({ writing, inPlace, kept, result }: Job, e: unknown): never {
  if (writing && !inPlace) rmSync(writing.temp, { force: true });
  if (kept && !(inPlace && isElfError(e, "IO") && e.detail.cause === DAMAGED)) rmSync(result.backup!, { force: true });
  return ioError(result.path, e);
}

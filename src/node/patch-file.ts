import { chmodSync, chownSync, closeSync, constants, copyFileSync, fsyncSync, ftruncateSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync, type Stats } from "node:fs";
import { type FileHandle, copyFile, open, rename } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { Note } from "../error.js";
import { type PatchOptions, type Plan, plan } from "../patch.js";
import type { Change } from "../report/diff.js";
import type { Edit } from "../request/edits.js";
import { type FileSource, ioError, openSource } from "./source.js";

/** Options of {@link patchFile}. */
export interface PatchFileOptions extends PatchOptions {
  /** Where the result goes; the file itself when not given. Symbolic links are followed. */
  readonly output?: string | undefined;
  /** Write nothing, only say what would be. */
  readonly dryRun?: boolean | undefined;
  /** Wait until the bytes are on the disk before the new file takes its name. Off by default. */
  readonly sync?: boolean | undefined;
}

/** What {@link patchFile} did. */
export interface PatchFileResult {
  /** The file that holds the result: links followed. */
  readonly path: string;
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

/** Files above this are copied by the system (a reflink where it can) before the changed ranges are written. */
const COPY_FROM = 1 << 20;

/**
 * Applies edits to a file, atomically: the result is written beside it and then takes its name, so that a full disk or a
 * crash leaves the old file whole. Mode and, where permitted, owner stay; a symbolic link stays and its target is
 * rewritten. Nothing is written when nothing changes.
 *
 * @throws ElfError as `plan`; `IO` for a failed system call
 * @example
 * const { changed, notes } = await patchFile("build/server", [setRunpath("$ORIGIN/../lib")]);
 */
export async function patchFile(path: string, edits: readonly Edit[], options: PatchFileOptions = {}): Promise<PatchFileResult> {
  const job = prepare(path, edits, options);
  try {
    if (job.temp) await write(job, job.temp, options);
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
    if (job.temp) writeNow(job, job.temp, options);
    return job.result;
  } catch (e) {
    return abandon(job, e);
  } finally {
    job.source.close();
  }
}

interface Job {
  readonly source: FileSource;
  readonly plan: Plan;
  readonly stats: Stats;
  readonly target: string;
  /** Where the result is written first; undefined where nothing is to be written. */
  readonly temp: string | undefined;
  readonly result: PatchFileResult;
}

function prepare(path: string, edits: readonly Edit[], options: PatchFileOptions): Job {
  const source = openSource(path);
  try {
    const p = plan(source, edits, options);
    const stats = statSync(path), target = realTarget(options.output ?? path), here = realTarget(path) === target;
    const notes = [...p.notes];
    const writes = options.dryRun !== true && (p.changed || !here);
    if (here && p.changed && stats.nlink > 1) notes.push({ note: "HARD_LINKS", message: `${path} has ${stats.nlink} hard links; only this name gets the new file` });
    const temp = writes ? join(dirname(target), `.${basename(target)}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`) : undefined;
    const result = { path: target, changed: p.changed, sizeBefore: source.size, sizeAfter: p.size, changes: p.changes, notes, placements: p.placements, findings: p.findings };
    return { source, plan: p, stats, target, temp, result };
  } catch (e) {
    source.close();
    if (e instanceof Error && "syscall" in e) ioError(path, e);
    throw e;
  }
}

/** The file behind symbolic links; the path itself where there is none yet. */
function realTarget(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return join(realpathSync(dirname(path)), basename(path));
  }
}

/** Can the input be copied whole, and only the new ranges written? */
const staysInPlace = ({ plan: p, source }: Job) => source.size >= COPY_FROM && p.pieces.every((x) => x.kind !== "input" || x.from === x.at);

/** What to write, as offset and bytes: everything, or only what the copy has not. */
function* ranges({ plan: p }: Job, copied: boolean): Generator<{ at: number; bytes: Uint8Array }> {
  if (!copied) {
    let at = 0;
    for (const bytes of p.chunks()) {
      yield { at, bytes };
      at += bytes.length;
    }
    return;
  }
  for (const x of p.pieces) if (x.kind !== "input") yield { at: x.at, bytes: p.read(x.at, x.size) };
}

async function write(job: Job, temp: string, options: PatchFileOptions): Promise<void> {
  const copied = staysInPlace(job);
  if (copied) await copyFile(job.source.path, temp, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  let file: FileHandle | undefined;
  try {
    file = await open(temp, copied ? "r+" : "wx", 0o600);
    for (const { at, bytes } of ranges(job, copied)) for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    await file.truncate(job.plan.size);
    if (options.sync === true) await file.sync();
  } finally {
    await file?.close();
  }
  keepOwner(job, temp);
  await rename(temp, job.target);
}

function writeNow(job: Job, temp: string, options: PatchFileOptions): void {
  const copied = staysInPlace(job);
  if (copied) copyFileSync(job.source.path, temp, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  const fd = openSync(temp, copied ? "r+" : "wx", 0o600);
  try {
    for (const { at, bytes } of ranges(job, copied)) for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
    ftruncateSync(fd, job.plan.size);
    if (options.sync === true) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  keepOwner(job, temp);
  renameSync(temp, job.target);
}

function keepOwner({ stats }: Job, temp: string): void {
  try {
    chownSync(temp, stats.uid, stats.gid);
  } catch {
    // Only root may give files away; the file then belongs to who patched it.
  }
  // After chown, which clears the set-user-ID bit.
  chmodSync(temp, stats.mode & 0o7777);
}

function abandon(job: Job, e: unknown): never {
  if (job.temp) rmSync(job.temp, { force: true });
  if (e instanceof Error && "syscall" in e) ioError(job.target, e);
  throw e;
}

import { closeSync, existsSync, linkSync, lstatSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { fail } from "../error.js";
import { copyBySystemSync, keepDates, keepRights, NEW, refuseOther, removeQuietly, tempBeside } from "./new-file.js";
import { sameBytes } from "./same-bytes.js";
import { type FileAtOpen, openAsIs } from "./source.js";

/** The bytes of one read. */
const CHUNK = 1 << 20;

/**
 * The path of a backup. `IO` if another file has it already: that may be the only copy of what it holds. A process that
 * was killed leaves a backup of this very file.
 */
export function backupName(target: string, suffix: string, inPlace: boolean): string {
  if (suffix === "" || suffix.includes("/") || suffix.includes("\0")) {
    fail("BAD_EDIT", `backup: a file's name cannot end in ${JSON.stringify(suffix)}`, { edit: "backup" });
  }

  const path = `${target}${suffix}`;
  refuseTaken(target, path, inPlace);
  return path;
}

function refuseTaken(target: string, path: string, inPlace: boolean): void {
  if (!existsSync(path) || isBackup(target, path, inPlace)) return;
  fail("IO", `${path}: a backup of this name already exists, and it is not overwritten`, { path });
}

/**
 * Keeps the file under another name. If a new file is about to take its name, a hard link is enough: the old file stays
 * as it is. A file is copied if it is written in place, if it has other names (others may write to it by those), or if
 * the file system has no links.
 *
 * @returns false where there was such a backup already
 */
export function keepBackup(target: string, path: string, inPlace: boolean): boolean {
  const source = openAsIs(target);
  try {
    if (isBackup(target, path, inPlace)) return false;
    if (!inPlace && source.stats.nlink === 1 && tryLink(target, path)) return true;

    writeCopy(source, path, inPlace);
    return true;
  } finally {
    source.close();
  }
}

/** Makes a copy, which is whole when it gets its name. */
function writeCopy(source: FileAtOpen, path: string, inPlace: boolean): void {
  const temp = tempBeside(path);
  const fd = openSync(temp, ...NEW);
  try {
    copyAll(source, fd);
    keepRights(fd, source.stats, true);
    keepDates(fd, source.stats);
    refuseOther(temp, fd);
    if (tryLink(temp, path)) return;
    refuseTaken(source.path, path, inPlace);
    renameSync(temp, path);
  } finally {
    closeSync(fd);
    removeQuietly(temp);
  }
}

function copyAll(source: FileAtOpen, fd: number): void {
  if (copyBySystemSync(source.fd, fd, source.stats)) return;

  const buffer = new Uint8Array(Math.min(CHUNK, source.size));
  for (let at = 0; at < source.size; at += CHUNK) {
    const bytes = buffer.subarray(0, Math.min(CHUNK, source.size - at));
    source.readInto!(at, bytes);
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
  }
}

/** Is a file of this name a backup already? A link to the file is none where that file itself will change. */
const isBackup = (target: string, path: string, inPlace: boolean): boolean =>
  isLinked(target, path) ? !inPlace : isCopy(target, path);

/** Is the other file a copy of this one, byte for byte? */
function isCopy(target: string, path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;

  const files = [openAsIs(target)];
  try {
    files.push(openAsIs(path));
    const [a, b] = files as [FileAtOpen, FileAtOpen];
    return a.size === b.size && sameBytes(a, 0, b, 0, a.size);
  } finally {
    for (const file of files) file.close();
  }
}

/** Are both names of one file? A process that was killed before the rename leaves such a backup. */
function isLinked(target: string, path: string): boolean {
  const [a, b] = [target, path].map((name) => lstatSync(name, { bigint: true, throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

function tryLink(target: string, path: string): boolean {
  try {
    linkSync(target, path);
    return true;
  } catch {
    return false;
  }
}

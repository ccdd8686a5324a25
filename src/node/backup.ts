import { closeSync, existsSync, linkSync, lstatSync, openSync, rmSync, writeSync } from "node:fs";
import { fail } from "../error.js";
import { copyBySystemSync, keepDates, keepRights, NEW } from "./new-file.js";
import { type FileAtOpen, openAsIs } from "./source.js";

/** The bytes of one read. */
const CHUNK = 1 << 20;

/** The path of a backup. `IO` if a file has it already: that may be the only copy of what it holds. */
export function backupName(target: string, suffix: string): string {
  if (suffix === "" || suffix.includes("/") || suffix.includes("\0")) {
    fail("BAD_EDIT", `backup: a file's name cannot end in ${JSON.stringify(suffix)}`, { edit: "backup" });
  }

  const path = `${target}${suffix}`;
  if (existsSync(path) && !isLinked(target, path)) {
    fail("IO", `${path}: a backup of this name already exists, and it is not overwritten`, { path });
  }
  return path;
}

/**
 * Keeps the file under another name. If a new file is about to take its name, a hard link is enough: the old file stays
 * as it is. A file is copied if it is written in place, if it has other names (others may write to it by those), or if
 * the file system has no links.
 */
export function keepBackup(target: string, path: string, inPlace: boolean): void {
  const source = openAsIs(target);
  try {
    if (!inPlace && (isLinked(target, path) || (source.stats.nlink === 1 && tryLink(target, path)))) return;

    const fd = openSync(path, ...NEW);
    try {
      copyAll(source, fd);
      keepRights(fd, source.stats, true);
      keepDates(fd, source.stats);
    } catch (e) {
      rmSync(path, { force: true });
      throw e;
    } finally {
      closeSync(fd);
    }
  } finally {
    source.close();
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

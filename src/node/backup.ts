import { chmodSync, constants, copyFileSync, existsSync, linkSync, rmSync, type Stats, utimesSync } from "node:fs";
import { fail } from "../error.js";
import { SET_ID } from "./write.js";
import { isError } from "./source.js";

/** The path of a backup. `IO` if a file has it already: that may be the only copy of what it holds. */
export function backupName(target: string, suffix: string): string {
  if (suffix === "" || suffix.includes("/") || suffix.includes("\0")) {
    fail("BAD_EDIT", `backup: a file's name cannot end in ${JSON.stringify(suffix)}`, { edit: "backup" });
  }

  const path = `${target}${suffix}`;
  if (existsSync(path)) {
    fail("IO", `${path}: a backup of this name already exists, and it is not overwritten`, { path });
  }
  return path;
}

/**
 * Keeps the file under another name. If a new file is about to take its name, a hard link is enough: the old file stays
 * as it is. A file is copied if it is written in place, if it has other names (others may write to it by those), or if
 * the file system has no links.
 */
export function keepBackup(target: string, path: string, inPlace: boolean, stats: Stats): void {
  if (!inPlace && stats.nlink === 1 && tryLink(target, path)) return;

  try {
    copyFileSync(target, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    // The copy belongs to the user who made it, and must not run with that user's rights.
    chmodSync(path, stats.mode & 0o7777 & ~SET_ID);
    utimesSync(path, stats.atime, stats.mtime);
  } catch (e) {
    const isOfOthers = isError(e) && "code" in e && e.code === "EEXIST";
    if (!isOfOthers) rmSync(path, { force: true });
    throw e;
  }
}

function tryLink(target: string, path: string): boolean {
  try {
    linkSync(target, path);
    return true;
  } catch {
    return false;
  }
}

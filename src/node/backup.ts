import { chmodSync, constants, copyFileSync, existsSync, linkSync, rmSync, type Stats, utimesSync } from "node:fs";
import { fail } from "../error.js";
import { SET_ID } from "./write.js";

/** The name that a backup gets. `IO` where something has it already: what it holds may be the only copy. */
export function backupName(target: string, suffix: string): string {
  if (suffix === "" || suffix.includes("/") || suffix.includes("\0")) {
    fail("BAD_EDIT", `backup: ${JSON.stringify(suffix)} is not what a file's name can end in`, { edit: "backup" });
  }
  const path = `${target}${suffix}`;
  if (existsSync(path)) {
    fail("IO", `${path}: there is a backup of this name already, and it is not overwritten`, { path });
  }
  return path;
}

/**
 * Keeps the file under another name. Where a new file is about to take its name, a second name is enough: the old file
 * stays the one that it was. A copy is for what is written in place, for a file with other names, which may be written
 * to by them, and for file systems without links.
 */
export function keepBackup(target: string, path: string, inPlace: boolean, stats: Stats): void {
  if (!inPlace && stats.nlink === 1 && linked(target, path)) return;
  try {
    copyFileSync(target, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    // The copy belongs to who made it.
    chmodSync(path, stats.mode & 0o7777 & ~SET_ID);
    utimesSync(path, stats.atime, stats.mtime);
  } catch (e) {
    if (!(e instanceof Error && "code" in e && e.code === "EEXIST")) rmSync(path, { force: true });
    throw e;
  }
}

function linked(target: string, path: string): boolean {
  try {
    linkSync(target, path);
    return true;
  } catch {
    return false;
  }
}

import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fail } from "../error.js";
import { realTarget } from "./links.js";

/*
 * New files get their bytes, owner, mode and times by their descriptor. In a folder that others may write to, a name
 * may lead to any file by then.
 */

/** The flags and the mode of a new file: the name leads nowhere yet, and only the owner has rights. */
export const NEW = [
  // Windows has no O_NOFOLLOW.
  constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
  0o600,
] as const;

/** The bits by which a program runs with the rights of its owner or group. */
const SET_ID = 0o6000;

/** A name beside the target. The target's own is no part of it: that may already be as long as a name can be. */
export const tempBeside = (target: string): string =>
  join(dirname(target), `.elfwright-${process.pid}-${randomUUID().slice(0, 8)}.tmp`);

/** Removes what a failure has left. Whatever goes wrong with that must not hide the failure. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Somebody has put a directory there.
  }
}

/** Told of each temporary file before it is made. The command cleans up by it where a signal ends it. */
export const whileWritten: { begun?: (temp: string) => void } = {};

/** Linux names what is open. Elsewhere the copy of such names fails, and is made by reading and writing. */
const copyOf = (from: number, to: number) =>
  [`/proc/self/fd/${from}`, `/proc/self/fd/${to}`, constants.COPYFILE_FICLONE] as const;

/**
 * Lets the system copy a file into a new one, with a reflink if it can. False if it did not. The system gives the copy
 * the mode of the file at once, which its owner may change at any time: so the copy gets the owner first. Else it could
 * run with the rights of whoever copies.
 *
 * @param owner who has the file
 */
export async function copyBySystem(from: number, to: number, owner: Stats): Promise<boolean> {
  if (!giveTo(to, owner)) return false;
  try {
    await copyFile(...copyOf(from, to));
  } catch {
    return false;
  }
  return hide(to);
}

/** {@link copyBySystem}, synchronous. */
export function copyBySystemSync(from: number, to: number, owner: Stats): boolean {
  if (!giveTo(to, owner)) return false;
  try {
    copyFileSync(...copyOf(from, to));
  } catch {
    return false;
  }
  return hide(to);
}

/** Gives a file the owner and group that another one has. False for who may not. */
function giveTo(fd: number, { uid, gid }: Stats): boolean {
  try {
    fchownSync(fd, uid, gid);
    return true;
  } catch {
    return false;
  }
}

/** Only the owner has rights again. */
function hide(fd: number): true {
  fchmodSync(fd, NEW[1]);
  return true;
}

/** Gives a file the times of access and modification that another one had. Node writes microseconds. */
export const keepDates = (fd: number, { atimeMs, mtimeMs }: Stats): void =>
  futimesSync(fd, atimeMs / 1000, mtimeMs / 1000);

/** Gives a new file the owner and mode that another one has. A mere copy does not run with the owner's rights. */
export function keepRights(fd: number, owner: Stats, isCopy = false): void {
  let kept = owner.mode & (isCopy ? 0o777 : 0o7777);
  // Only root may give files away. Else the file belongs to the user who made it, and must not run with that user's
  // rights.
  if (!giveTo(fd, owner)) kept &= ~SET_ID;

  // chown clears the set-user-ID bit, so the mode is set after it.
  fchmodSync(fd, kept);
}

/**
 * Writes a text as a whole, or leaves what was there. Symbolic links are followed, devices and pipes are written into.
 */
export function writeTextFile(path: string, text: string): void {
  const old = statSync(path, { throwIfNoEntry: false });
  if (old && !old.isFile()) {
    writeFileSync(path, text);
    return;
  }

  const target = realTarget(path);
  const temp = tempBeside(target);
  const fd = openSync(temp, NEW[0], old ? NEW[1] : 0o666);
  try {
    writeFileSync(fd, text);
    if (old) keepRights(fd, old);
    refuseOther(temp, fd);
    renameSync(temp, target);
  } catch (e) {
    removeQuietly(temp);
    throw e;
  } finally {
    closeSync(fd);
  }
}

/** `IO` if the name no longer leads to the file. It is about to be renamed. */
export function refuseOther(path: string, fd: number): void {
  const exact = { bigint: true } as const;
  if (lstatSync(path, exact).ino === fstatSync(fd, exact).ino) return;
  fail("IO", `${path}: another file has taken this name, so nothing was written`, { path });
}

import { randomUUID } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fail } from "../error.js";
import { removeQuietly } from "./new-file.js";
import { isError } from "./source.js";

/**
 * While a process writes into a file, a symbolic link beside it says who it is. To make one is one system call that
 * fails where a link is already; it leads nowhere, and nobody opens or follows it.
 */
interface Owner {
  readonly host: string;
  /** Another one after each start of the system. */
  readonly boot: string;
  /** In which processes have their numbers. */
  readonly namespace: string;
  readonly pid: number;
  /** When the process started: its number may be another one's by now. */
  readonly started: string;
}

/** A lock of a process of which nothing can be known counts so long, in milliseconds. */
const LONGEST = 3_600_000;
/** A lock that is taken over is locked itself meanwhile, and so on. */
const DEEPEST = 3;
const TRIES = 10;

/**
 * Locks a file against other writers of this kind, as far as its folder can be written. A lock whose process has ended
 * is taken over.
 *
 * @returns what unlocks it
 * @throws ElfError `IO` with the cause `LOCKED` while another process writes
 */
export function lockFile(path: string, inode: number): () => void {
  const name = lockName(path, inode);
  const text = `${Object.values(ownOwner()).join(" ")} ${randomUUID()}`;
  const isLocked = claim(path, name, text, 0);
  return () => {
    if (isLocked && readLock(name) === text) removeQuietly(name);
  };
}

/** Removes the lock of a process that ended while it had it. */
export function dropStaleLock(path: string, inode: number): void {
  const name = lockName(path, inode);
  const found = readLock(name);
  if (found !== undefined && isStale(found, name)) lockFile(path, inode)();
}

const lockName = (path: string, inode: number): string => join(dirname(path), `.elfwright-${inode}.lock`);

/** Makes the lock. False where no lock can be made: the folder cannot be written, the file system has no links. */
function claim(path: string, name: string, text: string, depth: number): boolean {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      symlinkSync(text, name);
      return true;
    } catch (e) {
      if (!isError(e) || !("code" in e) || e.code !== "EEXIST") return false;
    }

    const found = readLock(name);
    if (found === undefined) continue;
    if (depth >= DEEPEST || !isStale(found, name)) refuseLocked(path, name, found);

    // Only one process at a time may take this place, and it looks again once it is the one.
    const next = `${name}.next`;
    if (!claim(path, next, text, depth + 1)) return false;
    if (readLock(name) === found) {
      renameSync(next, name);
      return true;
    }
    rmSync(next, { force: true });
  }
  return refuseLocked(path, name, "");
}

function refuseLocked(path: string, name: string, found: string): never {
  const pid = parse(found)?.pid;
  const who = pid === undefined ? "another process" : `process ${pid}`;
  return fail("IO", `${path}: ${who} writes into this file; if none does, remove ${name}`, { path, cause: "LOCKED" });
}

/** The text of a lock; empty for what is no link, undefined where nothing is any more. */
function readLock(name: string): string | undefined {
  try {
    return readlinkSync(name);
  } catch (e) {
    return isError(e) && "code" in e && e.code === "ENOENT" ? undefined : "";
  }
}

function parse(text: string): Owner | undefined {
  const [host, boot, namespace, pid, started, random] = text.split(" ");
  if (random === undefined || !/^\d+$/.test(pid!)) return undefined;
  return { host: host!, boot: boot!, namespace: namespace!, pid: Number(pid), started: started! };
}

/** Has the process of this lock ended? */
function isStale(text: string, name: string): boolean {
  const owner = parse(text);
  if (!owner) return false;

  const own = ownOwner();
  const isNear = owner.host === own.host && owner.boot === own.boot && owner.namespace === own.namespace;
  if (isNear) {
    const started = startOf(owner.pid);
    const isOther = started !== owner.started && ![started, owner.started].includes(RUNNING);
    return started === ENDED || isOther;
  }

  // It is on another machine (of the same name, for all that is known), or in a container of its own.
  const made = lstatSync(name, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Date.now() - made > LONGEST;
}

function ownOwner(): Owner {
  const { pid } = process;
  return {
    host: hostname().replace(/\s/g, "") || "-",
    boot: quietly(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespace: quietly(() => readlinkSync("/proc/self/ns/pid")),
    pid,
    started: startOf(pid),
  };
}

/** A process that is none, or has only to be waited for. */
const ENDED = "-";
/** A process of which the system does not tell when it started. */
const RUNNING = "running";

/** When a process started, in ticks since the system did. */
function startOf(pid: number): string {
  // The name of the program, in parentheses, may have spaces (proc(5)).
  const fields = quietly(() => readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "")).split(" ");
  if (fields.length > 1) return fields[0] === "Z" || fields[0] === "X" ? ENDED : fields[19]!;

  try {
    process.kill(pid, 0);
    return RUNNING;
  } catch (e) {
    // EPERM is said of a process of another user.
    return isError(e) && "code" in e && e.code === "ESRCH" ? ENDED : RUNNING;
  }
}

function quietly(read: () => string): string {
  try {
    return read() || "-";
  } catch {
    return "-";
  }
}

import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, describe } from "vitest";
import { setRunpath } from "../../src/index.js";
import { patchFileSync } from "../../src/node/index.js";
import { dropStaleLock, lockFile } from "../../src/node/lock.js";
import { caught } from "../support/elf.js";
import { fixture, scratch } from "../support/fixtures.js";

const files = scratch();
let made = 0;

/** A file in a folder of its own, and the name that its lock has. */
function put(): { readonly path: string; readonly inode: number; readonly lock: string } {
  const folder = files.path(`locked-${made++}`);
  mkdirSync(folder);
  const path = join(folder, "file");
  writeFileSync(path, fixture("x86_64-glibc-pie"), { mode: 0o755 });
  const { ino } = statSync(path);
  return { path, inode: ino, lock: join(folder, `.elfwright-${ino}.lock`) };
}

const beside = (path: string) => readdirSync(dirname(path)).filter((name) => name !== "file");
const patchIt = (path: string) => patchFileSync(path, [setRunpath("/opt/x")], { inPlace: true });

/** The text of this process's own lock, with some of its words replaced. */
function lockText(words: Readonly<Record<number, string>>): string {
  const { path, inode, lock } = put();
  const unlock = lockFile(path, inode);
  const text = readlinkSync(lock).split(" ");
  unlock();
  for (const [i, word] of Object.entries(words)) text[Number(i)] = word;
  return text.join(" ");
}

/** The number of a process that has ended. */
const ended = () => String(spawnSync(process.execPath, ["-e", ""]).pid);

describe("the lock of a file that is written in place", () => {
  it("is a link that leads nowhere, and goes with its owner's work", () => {
    const { path, inode, lock } = put();
    const unlock = lockFile(path, inode);
    expect([lstatSync(lock).isSymbolicLink(), existsSync(lock)]).toEqual([true, false]);
    expect(readlinkSync(lock)).toContain(`${hostname()} `);

    expect(caught(() => lockFile(path, inode))).toMatchObject({
      code: "IO",
      detail: { path, cause: "LOCKED" },
      message: `IO: ${path}: process ${process.pid} writes into this file; if none does, remove ${lock}`,
    });
    unlock();
    expect(beside(path)).toEqual([]);
  });

  it("keeps others from writing in place, and nothing stays behind", () => {
    const { path, inode } = put();
    const unlock = lockFile(path, inode);
    expect(caught(() => patchIt(path))).toMatchObject({ code: "IO", detail: { cause: "LOCKED" } });
    expect(readFileSync(path).equals(fixture("x86_64-glibc-pie"))).toBe(true);

    unlock();
    expect(patchIt(path).changed).toBe(true);
    expect(beside(path)).toEqual([]);
  });

  it("is taken over from a process that has ended, or that another one has the number of", () => {
    const cases = [{ 3: ended() }, { 4: "1" }];
    for (const words of cases) {
      const { path, lock } = put();
      symlinkSync(lockText(words), lock);
      // One that takes a lock over may be killed at that, too.
      symlinkSync(lockText({ 3: ended() }), `${lock}.next`);
      expect(patchIt(path).changed).toBe(true);
      expect(beside(path)).toEqual([]);
    }
  });

  it("of a process of another user is not taken over where processes are hidden", () => {
    const { path, lock } = put();
    // As with /proc mounted with hidepid, or where there is no /proc.
    symlinkSync(lockText({ 3: "1", 4: "running" }), lock);
    expect(caught(() => patchIt(path))).toMatchObject({ code: "IO", detail: { cause: "LOCKED" } });
  });

  it("goes also where there is nothing to write", () => {
    const { path, inode, lock } = put();
    patchIt(path);
    symlinkSync(lockText({ 3: ended() }), lock);
    expect(patchIt(path).changed).toBe(false);
    expect(beside(path)).toEqual([]);

    symlinkSync(lockText({}), lock);
    dropStaleLock(path, inode);
    expect(beside(path).length).toBe(1);
  });

  it("of a process that cannot be seen counts for an hour", () => {
    // Two machines may have one name.
    const before = { 1: "another-start-of-the-system" };
    for (const words of [{ 2: "pid:[1]" }, before, { 0: "another.host", ...before }]) {
      const { path, lock } = put();
      symlinkSync(lockText(words), lock);
      expect(caught(() => patchIt(path))).toMatchObject({ code: "IO", detail: { cause: "LOCKED" } });

      const longAgo = Date.now() / 1000 - 3700;
      lutimesSync(lock, longAgo, longAgo);
      expect(patchIt(path).changed).toBe(true);
      expect(beside(path)).toEqual([]);
    }
  });

  it("that is something else only refuses: it is neither followed, nor written to, nor removed", () => {
    const { path, lock } = put();
    const victim = join(dirname(path), "victim");
    writeFileSync(victim, "mine");
    symlinkSync("victim", lock);
    expect(caught(() => patchIt(path))).toMatchObject({ code: "IO", detail: { cause: "LOCKED" } });
    expect([readFileSync(victim, "utf8"), readlinkSync(lock)]).toEqual(["mine", "victim"]);

    const other = put();
    writeFileSync(other.lock, "mine");
    expect(caught(() => patchIt(other.path))).toMatchObject({ code: "IO", detail: { cause: "LOCKED" } });
    expect(readFileSync(other.lock, "utf8")).toBe("mine");
  });
});

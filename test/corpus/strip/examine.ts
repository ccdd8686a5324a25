import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { type Edit, type ElfFile, ET, isElfError, type OverlayChoice, patch, readElf, removeSections, stripAll, stripDebug, stripUnneeded } from "../../../src/index.js";
import { newLines, readelfWarnings } from "../../support/oracles.js";
import { run } from "../../support/run.js";
import { type Contents, contents } from "../../support/contents.js";
import { compareSegments, compareWithInput, compareWithTool } from "./compare.js";
import { exceptionFor } from "./exceptions.js";
import { type Asked, isInstalled, otherStrip, type Stripped } from "./tools.js";

/** What one wish came to. `code` where we refused. */
export interface Outcome {
  readonly wish: string;
  /** The tool that ours was compared with, or why there was none. */
  readonly tool: string;
  readonly overlay?: string;
  readonly ours?: number;
  readonly theirs?: number;
  readonly failures: readonly string[];
  readonly excused: readonly string[];
}

export interface FileReport {
  readonly file: string;
  readonly machine: number;
  readonly type: number;
  readonly elf: boolean;
  readonly outcomes: readonly Outcome[];
}

interface Wish extends Asked {
  readonly name: string;
  readonly edits: readonly Edit[];
}

/** `-R` alone means strip-all too; that of a relocatable file is refused, so there `-g` goes with it. */
function wishesFor(elf: ElfFile): Wish[] {
  const object = elf.header.type === ET.REL, same = (name: string, options: string[], ...edits: Edit[]): Wish => ({ name, gnu: options, llvm: options, edits });
  const comment = removeSections(".comment");
  return [
    same("--strip-unneeded", ["--strip-unneeded"], stripUnneeded()),
    same("-g", ["-g"], stripDebug()),
    object ? same("-R .comment", ["-g", "-R", ".comment"], stripDebug(), comment) : { name: "-R .comment", gnu: ["-R", ".comment"], llvm: ["--strip-all-gnu", "-R", ".comment"], edits: [stripAll(), comment] },
  ];
}

/** One file: every wish by us and by another tool. `name` is its path below the corpus. */
export function examine(path: string, name: string, scratch: string): FileReport {
  const bytes = readFileSync(path);
  let elf: ElfFile;
  try {
    elf = readElf(bytes);
  } catch (e) {
    if (isElfError(e, "NOT_ELF") || isElfError(e, "ARCHIVE")) return { file: name, machine: 0, type: 0, elf: false, outcomes: [] };
    throw e;
  }
  const input: Input = { path, name, bytes, elf, was: contents(bytes), warnings: askReadelf(path), scratch };
  return { file: name, machine: elf.header.machine, type: elf.header.type, elf: true, outcomes: wishesFor(elf).map((w) => tryWish(input, w)) };
}

interface Input {
  readonly path: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly elf: ElfFile;
  readonly was: Contents;
  readonly warnings: readonly string[];
  readonly scratch: string;
}

function askReadelf(path: string): string[] {
  const llvm = isInstalled("llvm-readelf-19") ? run("llvm-readelf-19", ["-aW", path]).stderr.replaceAll(path, "FILE").split("\n").filter((l) => l.trim() !== "") : [];
  return [...readelfWarnings(path), ...llvm];
}

function tryWish(input: Input, wish: Wish): Outcome {
  const theirs = otherStrip(input.elf.header.machine, input.path, `${input.scratch}/theirs`, wish), tool = typeof theirs === "string" ? theirs : theirs.tool;
  let found: { failures: string[]; ours?: number; overlay?: string };
  try {
    found = attempt(input, wish, theirs);
  } catch (e) {
    found = { failures: [isElfError(e) ? `refused: ${e.code}: ${e.message}` : `threw: ${e instanceof Error ? e.stack : String(e)}`] };
  }
  const excused = found.failures.filter((f) => exceptionFor(input.name, wish.name, f.split(":")[0]!) !== undefined);
  return { wish: wish.name, tool, ...found, ...(typeof theirs === "string" ? {} : { theirs: theirs.bytes.length }), failures: found.failures.filter((f) => !excused.includes(f)), excused };
}

/** A payload behind the file is dropped, as the other tools drop it without a word, after we were seen to refuse and to keep it. */
function attempt(input: Input, wish: Wish, theirs: Stripped | string): { failures: string[]; ours?: number; overlay?: string } {
  const { bytes, was } = input, failures: string[] = [];
  const strip = (of: Buffer, overlay?: OverlayChoice) => patch(of, wish.edits, overlay ? { overlay } : {}).bytes;
  let ours: Buffer, overlay: OverlayChoice | undefined;
  try {
    ours = strip(bytes);
  } catch (e) {
    if (!isElfError(e, "OVERLAY")) throw e;
    overlay = "drop";
    ours = strip(bytes, "drop");
    const tail = bytes.subarray(input.elf.overlay!.offset);
    for (const keep of ["keep", "keep-in-place"] as const) if (!strip(bytes, keep).subarray(-tail.length).equals(tail)) failures.push(`overlay: ${keep} does not keep it`);
  }
  const now = contents(ours);
  failures.push(...compareSegments(bytes, ours), ...compareWithInput(was, now));
  // Where no tool can do it, nothing is promised but a whole file.
  if (typeof theirs !== "string") failures.push(...compareWithTool(ours, theirs, now, was));
  if (!strip(ours).equals(ours)) failures.push("twice: a second identical strip changes the file");
  const out = `${input.scratch}/ours`;
  writeFileSync(out, ours);
  failures.push(...newLines(input.warnings, askReadelf(out)).map((l) => `readelf: ${l}`));
  rmSync(out);
  return { failures, ours: ours.length, ...(overlay ? { overlay } : {}) };
}

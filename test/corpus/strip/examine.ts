import { readFileSync, rmSync, writeFileSync } from "node:fs";
import {
  type Edit,
  type ElfFile,
  ET,
  isElfError,
  type OverlayChoice,
  patch,
  readElf,
  removeSections,
  stripAll,
  stripDebug,
  stripUnneeded,
} from "../../../src/index.js";
import { newLines, readelfWarnings } from "../../support/oracles.js";
import { run } from "../../support/run.js";
import { contents } from "../../support/contents.js";
import { archiveMachine, compareArchives } from "./archives.js";
import { compareSegments, compareWithInput, compareWithTool } from "./compare.js";
import { exceptionFor } from "./exceptions.js";
import { type Asked, isInstalled, otherStrip, type Stripped } from "./tools.js";

/** The outcome of one wish. */
export interface Outcome {
  readonly wish: string;
  /** The tool whose result was compared with ours, or why there was none. */
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
  readonly kind: "ELF" | "archive" | "other";
  readonly outcomes: readonly Outcome[];
}

interface Wish extends Asked {
  readonly name: string;
  readonly edits: readonly Edit[];
}

const COMMENT = removeSections(".comment");

const same = (name: string, options: readonly string[], ...edits: Edit[]): Wish => ({
  name,
  gnu: options,
  llvm: options,
  edits,
});
const MODES = [same("--strip-unneeded", ["--strip-unneeded"], stripUnneeded()), same("-g", ["-g"], stripDebug())];

/** `-R` alone means strip-all too. Strip-all of a relocatable file is refused, so there `-g` goes with `-R`. */
const OBJECT_WISHES = [...MODES, same("-R .comment", ["-g", "-R", ".comment"], stripDebug(), COMMENT)];
const LINKED_WISHES = [
  ...MODES,
  {
    name: "-R .comment",
    gnu: ["-R", ".comment"],
    llvm: ["--strip-all-gnu", "-R", ".comment"],
    edits: [stripAll(), COMMENT],
  },
];

/**
 * Strips one file by every wish, with elfwright and with another tool.
 *
 * @param name the path of the file below the corpus
 */
export function examine(path: string, name: string, scratch: string): FileReport {
  const bytes = readFileSync(path);
  const base = { path, name, bytes, scratch };

  let elf: ElfFile;
  try {
    elf = readElf(bytes);
  } catch (e) {
    if (isElfError(e, "NOT_ELF")) return { file: name, machine: 0, type: 0, kind: "other", outcomes: [] };
    if (!isElfError(e, "ARCHIVE")) throw e;
    return examineArchive(base);
  }

  const { machine, type } = elf.header;
  const was = contents(bytes);
  const tail = elf.overlay ? bytes.subarray(elf.overlay.offset) : undefined;
  const compare: Input["compare"] = (ours, theirs) => {
    const now = contents(ours);
    const found = [...compareSegments(bytes, ours), ...compareWithInput(was, now)];
    // Where no tool can strip the file, nothing is promised but a whole result.
    if (typeof theirs !== "string") found.push(...compareWithTool(ours, theirs, now, was));
    return found;
  };
  const input: Input = { ...base, machine, tail, warnings: askReadelf(path), compare };
  const wishes = type === ET.REL ? OBJECT_WISHES : LINKED_WISHES;
  return { file: name, machine, type, kind: "ELF", outcomes: wishes.map((w) => tryWish(input, w)) };
}

function examineArchive(base: Pick<Input, "path" | "name" | "bytes" | "scratch">): FileReport {
  const { bytes, name, path } = base;
  const machine = archiveMachine(bytes);
  if (machine === undefined) return { file: name, machine: 0, type: 0, kind: "other", outcomes: [] };

  const input: Input = {
    ...base,
    machine,
    tail: undefined,
    warnings: askReadelf(path),
    compare: (ours, theirs) => compareArchives(bytes, ours, theirs),
  };
  return { file: name, machine, type: 0, kind: "archive", outcomes: OBJECT_WISHES.map((w) => tryWish(input, w)) };
}

interface Input {
  readonly path: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly scratch: string;
  readonly machine: number;
  /** The bytes behind the end of the ELF file. */
  readonly tail: Buffer | undefined;
  readonly warnings: readonly string[];
  compare(ours: Buffer, theirs: Stripped | string): string[];
}

/** The warnings of GNU readelf, and those of LLVM's where it is installed. */
function askReadelf(path: string): string[] {
  const warnings = readelfWarnings(path);
  if (!isInstalled("llvm-readelf-19")) return warnings;

  const { stderr } = run("llvm-readelf-19", ["-aW", path]);
  const lines = stderr.replaceAll(path, "FILE").split("\n");
  return [...warnings, ...lines.filter((l) => l.trim() !== "")];
}

function tryWish(input: Input, wish: Wish): Outcome {
  const theirs = otherStrip(input.machine, input.path, `${input.scratch}/theirs`, wish);
  const tool = typeof theirs === "string" ? theirs : theirs.tool;

  let found: { failures: string[]; ours?: number; overlay?: string };
  try {
    found = attempt(input, wish, theirs);
  } catch (e) {
    const thrown = e instanceof Error ? e.stack : String(e);
    found = { failures: [isElfError(e) ? `refused: ${e.code}: ${e.message}` : `threw: ${thrown}`] };
  }

  const excused = found.failures.filter((f) => exceptionFor(input.name, wish.name, f.split(":")[0]!) !== undefined);
  return {
    wish: wish.name,
    tool,
    ...found,
    ...(typeof theirs === "string" ? {} : { theirs: theirs.bytes.length }),
    failures: found.failures.filter((f) => !excused.includes(f)),
    excused,
  };
}

/**
 * Strips the file, and says what is wrong with the result. Where a payload stands behind the ELF file, the strip must
 * refuse and must be able to keep it; then the payload is dropped, as the other tools drop it without a word.
 */
function attempt(
  { bytes, tail, scratch, warnings, compare }: Input,
  wish: Wish,
  theirs: Stripped | string,
): { failures: string[]; ours?: number; overlay?: string } {
  const failures: string[] = [];
  const strip = (of: Buffer, overlay?: OverlayChoice) => patch(of, wish.edits, { overlay }).bytes;

  let ours: Buffer;
  let overlay: OverlayChoice | undefined;
  try {
    ours = strip(bytes);
    // Where there is nothing to strip, everything stays, the payload too.
    if (tail && ours.equals(bytes)) ours = bytes.subarray(0, -tail.length);
  } catch (e) {
    if (!isElfError(e, "OVERLAY")) throw e;

    overlay = "drop";
    ours = strip(bytes, "drop");
    for (const keep of ["keep", "keep-in-place"] as const) {
      if (!strip(bytes, keep).subarray(-tail!.length).equals(tail!)) failures.push(`overlay: ${keep} does not keep it`);
    }
  }

  failures.push(...compare(ours, theirs));
  if (!strip(ours).equals(ours)) failures.push("twice: a second identical strip changes the file");

  const out = `${scratch}/ours`;
  writeFileSync(out, ours);
  failures.push(...newLines(warnings, askReadelf(out)).map((l) => `readelf: ${l}`));
  rmSync(out);

  return { failures, ours: ours.length, ...(overlay ? { overlay } : {}) };
}

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import {
  check,
  type Finding,
  isElfError,
  patch,
  type PatchOptions,
  type PatchResult,
  type Placement,
  readElf,
  type ElfFile,
} from "../../src/index.js";
import { newFindings } from "../../src/check/plan-rules.js";
import { newLines, readelfWarnings } from "../support/oracles.js";
import { compareHeaders } from "./headers.js";
import { compareLoaded } from "./loaded.js";
import { pairSections, pairSegments } from "./pairs.js";
import { readelfValues, type Values } from "./readelf.js";
import { compareTables } from "./tables.js";
import { compareSections } from "./unloaded.js";
import { editsOf, type Wish, wishesFor } from "./wishes.js";

/** The outcome of one wish. It has a `code` where the patch was refused. */
export interface Outcome {
  readonly wish: string;
  readonly growth?: number;
  readonly code?: string;
  readonly reason?: string;
  readonly failures: readonly string[];
  readonly notes: readonly string[];
}

/** The outcomes of one file. Where there are none, `kind` says why the file was passed over. */
export interface FileReport {
  readonly file: string;
  readonly size: number;
  readonly machine: number;
  readonly kind: "dynamic" | "not dynamic" | "not ELF";
  readonly outcomes: readonly Outcome[];
  /** False where `readelf -a` was not run, since the file is too large for that. */
  readonly fullReadelf: boolean;
}

/** `readelf -a` prints gigabytes for files above this. */
const LARGEST_FULL = 24 << 20;

export function examine(file: string, scratch: string): FileReport {
  const bytes = readFileSync(file);
  const base = { file, size: bytes.length, machine: 0, outcomes: [], fullReadelf: true };

  let elf: ElfFile;
  try {
    elf = readElf(bytes);
    if (elf.dynamic === null || elf.linkage === "relocatable" || elf.linkage === "other") {
      return { ...base, machine: elf.header.machine, kind: "not dynamic" };
    }
  } catch (e) {
    if (isElfError(e, "NOT_ELF") || isElfError(e, "ARCHIVE")) return { ...base, kind: "not ELF" };
    return { ...base, kind: "dynamic", outcomes: [{ wish: "read", failures: [String(e)], notes: [] }] };
  }

  const input: Input = {
    path: file,
    bytes,
    elf,
    findings: check(elf),
    readelf: readelfValues(file),
    scratch,
    fullReadelf: bytes.length <= LARGEST_FULL,
  };
  return {
    ...base,
    machine: elf.header.machine,
    kind: "dynamic",
    outcomes: wishesFor(elf).flatMap((w) => tryWish(input, w)),
    fullReadelf: input.fullReadelf,
  };
}

interface Input {
  readonly path: string;
  readonly bytes: Buffer;
  readonly elf: ElfFile;
  readonly findings: readonly Finding[];
  readonly readelf: Values;
  readonly scratch: string;
  readonly fullReadelf: boolean;
}

/** Tries one wish; where a payload behind the ELF file stops it, also with both answers to that. */
function tryWish(input: Input, wish: Wish): Outcome[] {
  const first = attempt(input, wish, {});
  if (first.code !== "OVERLAY") return [first];

  const kept = (["keep-in-place", "keep"] as const).map((overlay): Outcome => {
    const outcome = attempt(input, wish, { overlay });
    return { ...outcome, wish: `${wish.name} (${overlay})` };
  });
  return [first, ...kept];
}

function attempt(input: Input, wish: Wish, options: PatchOptions): Outcome {
  let result: PatchResult<Buffer>;
  try {
    result = patch(input.bytes, editsOf(wish), options);
  } catch (e) {
    if (isElfError(e)) return { wish: wish.name, code: e.code, reason: e.message, failures: [], notes: [] };
    return { wish: wish.name, failures: [`patch threw ${e instanceof Error ? e.stack : String(e)}`], notes: [] };
  }

  let failures: string[];
  try {
    failures = judge(input, wish, result, options);
  } catch (e) {
    failures = [`the result could not be examined: ${e instanceof Error ? e.stack : String(e)}`];
  }

  return {
    wish: wish.name,
    growth: result.bytes.length - input.bytes.length,
    failures,
    notes: result.notes.map((n) => n.note),
  };
}

/** What is wrong with a result, by its bytes and tables and those of the input, and by what the plan says. */
export function compare(
  elf: ElfFile,
  before: Buffer,
  after: Buffer,
  wish: Wish,
  placements: readonly Placement[],
  notes: readonly string[],
): string[] {
  const result = readElf(after);
  const segments = pairSegments(elf, result);
  const sections = pairSections(elf, result);
  const { moves, complaints } = compareLoaded(elf, result, before, after, wish, placements, segments, sections);

  return [
    ...complaints,
    ...compareHeaders(elf, result, after, wish, moves, placements, segments),
    ...compareTables(elf, result, wish, moves, sections, notes),
    ...compareSections(elf, result, before, after, wish, moves, sections),
  ];
}

function judge(
  { elf, bytes, ...input }: Input,
  wish: Wish,
  result: PatchResult<Buffer>,
  options: PatchOptions,
): string[] {
  const again = patch(result.bytes, editsOf(wish), options);
  const notes = result.notes.map((n) => n.note);
  const findings = newFindings(input.findings, check(readElf(result.bytes))).filter((f) => !announced(f, wish, result));

  const failures = [
    ...compare(elf, bytes, result.bytes, wish, result.plan.placements, notes),
    ...payload(elf, bytes, result.bytes, options),
    ...findings.map((f) => `check: ${f.rule} (${f.severity}) ${f.at}: ${f.message}`),
  ];
  if (!again.bytes.equals(result.bytes)) {
    failures.push(`a second identical patch changes the file: ${JSON.stringify(again.changes).slice(0, 300)}`);
  }
  failures.push(...askReadelf(input, wish, result.bytes));

  return failures;
}

/** Do the notes and placements of the result, or the wish itself, say that this will be found? */
function announced(f: Finding, wish: Wish, { notes, plan }: PatchResult): boolean {
  const left = (region: string) => plan.placements.some((p) => p.region === region && p.offset + p.size > FIRST_PAGE);
  switch (f.rule) {
    case "dynamic-relro":
      return notes.some((n) => n.note === "LEFT_RELRO");
    case "exec-stack":
      return wish.execstack === true;
    // A note and no fault: the placements say that these tables went to the end of the file.
    case "first-page":
      return left(f.at === "PT_INTERP" ? ".interp" : "notes");
    default:
      return false;
  }
}

/** What the rule "first-page" counts from. */
const FIRST_PAGE = 4096;

/** Bytes behind the ELF file must stay whole: where they were, or at the end. */
function payload(elf: ElfFile, before: Buffer, after: Buffer, { overlay }: PatchOptions): string[] {
  if (!elf.overlay) return [];

  const { offset, size } = elf.overlay;
  const at = overlay === "keep" && after.length !== before.length ? after.length - size : offset;
  const isWhole = before.subarray(offset).equals(after.subarray(at, at + size));
  return isWhole ? [] : [`the ${size} bytes behind the ELF file are not whole at offset ${at}`];
}

function askReadelf(
  input: Pick<Input, "path" | "readelf" | "scratch" | "fullReadelf">,
  wish: Wish,
  bytes: Buffer,
): string[] {
  const path = `${input.scratch}/result`;
  writeFileSync(path, bytes);
  try {
    const old = input.readelf;
    const now = readelfValues(path);
    const needed = old.needed.map((n) => wish.renamed?.[n] ?? n);

    const out: string[] = [];
    const expect = (what: string, wanted: unknown, found: unknown) => {
      const [wantedText, foundText] = [JSON.stringify(wanted), JSON.stringify(found)];
      if (wantedText !== foundText) out.push(`readelf: ${what} should be ${wantedText}, is ${foundText}`);
    };

    expect("the exit status", old.status, now.status);
    expect("the interpreter", wish.interpreter ?? old.interpreter, now.interpreter);
    expect("NEEDED", [...(wish.renamed ? new Set(needed) : needed), ...(wish.added ?? [])], now.needed);
    expect("RUNPATH", wish.runpath ?? old.runpath, now.runpath);
    expect("RPATH", wish.runpath === undefined ? old.rpath : null, now.rpath);
    expect("SONAME", wish.soname ?? old.soname, now.soname);
    expect("NODEFLIB", old.noDefaultLib || wish.noDefaultLib === true, now.noDefaultLib);
    if (wish.execstack !== undefined) expect("GNU_STACK's E", wish.execstack, now.stack?.includes("E"));

    for (const l of newLines(old.complaints, now.complaints)) out.push(`readelf -dl: ${l}`);
    if (wish.name === "all at once" && input.fullReadelf) {
      for (const l of newLines(readelfWarnings(input.path), readelfWarnings(path))) out.push(`readelf -a: ${l}`);
    }

    return out;
  } finally {
    rmSync(path);
  }
}

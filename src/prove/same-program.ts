import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { loadedAt, type SectionColumns, sectionColumns } from "../image/headers/section-columns.js";
import { sectionNames } from "../image/headers/section-names.js";
import { isDebugFile } from "../image/headers/sections.js";
import { holdsRelocations } from "../image/relocations/relocation-sections.js";
import { assertElf, assertOptions, refuseArgument } from "../input.js";
import { ET, SHT } from "../spec/constants.js";
import { COVER_NAME, KEPT_NAME } from "../spec/own-marks.js";
import { contentsProof } from "./contents.js";
import { damage, edit, type ProgramDifference, type ProgramPart, risk } from "./difference.js";
import { loadFaults } from "./judge-loads.js";
import { judgedMemory } from "./judge-memory.js";
import { judgedValue } from "./judge-values.js";
import { unneededFiles } from "./judge-versions.js";
import { linkProof } from "./link.js";
import { Pair } from "./pair.js";
import { attempt, loadedDifferences } from "./program.js";
import { type SectionIndex, sectionDifferences } from "./sections.js";
import { summaryOf } from "./summary.js";

export type { ProgramDifference, ProgramPart } from "./difference.js";

/** What `sameProgram` says of two files. */
export interface ProgramComparison {
  /** Is there no damage, and is every other difference of a part in `except`? */
  readonly same: boolean;
  /** In one sentence: `the same program, but for: RUNPATH, 2 notes gone`. */
  readonly summary: string;
  /** All of them, those that `except` allows, too. */
  readonly differences: readonly ProgramDifference[];
}

/** Options of `sameProgram`. */
export interface SameProgramOptions {
  /** Parts in which edits and risks are allowed: all of them by default, none by `[]`. Damage is allowed in no part. */
  readonly except?: readonly ProgramPart[] | undefined;
}

/** Every part that a difference may be of, in the order in which a summary tells them. */
export const PROGRAM_PARTS: readonly ProgramPart[] = [
  "header",
  "entry",
  "interpreter",
  "needed",
  "search-path",
  "soname",
  "dynamic",
  "segments",
  "stack",
  "relro",
  "memory",
  "old-bytes",
  "symbols",
  "versions",
  "hash",
  "relocations",
  "notes",
  "sections",
  "debug",
  "symtab",
  "overlay",
];

/**
 * Compares two files as programs, whoever made the second one of the first: what kernels and loaders make of them.
 * Memory is compared byte by byte, and tables that loaders find by pointers by what they say, so that a patched or
 * stripped program is the same, but for what was edited. Of a relocatable object, sections, symbols and relocations
 * are compared.
 *
 * A difference is an edit (a value that tools set on purpose, or something for tools that is gone), a risk (some
 * programs may notice, and the file does not tell) or damage. What can be read in the first file and not in the second
 * is damage; what cannot be read in the first one is not compared.
 *
 * The rules are those of Linux (fs/binfmt_elf.c), glibc (elf/dl-load.c, elf/dl-lookup.c) and the gABI.
 *
 * @param before the program as it was
 * @param after what a tool made of it
 * @throws ElfError `BAD_INPUT`; `UNSUPPORTED` for core files
 * @example
 * const { same, summary } = sameProgram(readElf(before), readElf(after), { except: ["search-path"] });
 * if (!same) throw new Error(summary);
 */
export function sameProgram(before: ElfFile, after: ElfFile, options: SameProgramOptions = {}): ProgramComparison {
  assertElf("sameProgram", before);
  assertElf("sameProgram", after);
  assertOptions<SameProgramOptions>("sameProgram", options, { except: true });
  const { except } = options;
  assertParts(except);
  for (const elf of [before, after]) refuseOther(elf);

  // What cannot be read is in the way of several comparisons.
  const byMessage = new Map<string, ProgramDifference>();
  for (const found of differencesOf(new Pair(before, after))) {
    const difference = judgedValue(found);
    if (!byMessage.has(difference.message)) byMessage.set(difference.message, difference);
  }
  const place = (d: ProgramDifference): number => PROGRAM_PARTS.indexOf(d.part);
  const differences = [...byMessage.values()].sort((a, b) => place(a) - place(b));
  const allowed = new Set<ProgramPart>(except ?? PROGRAM_PARTS);
  const same = differences.every((d) => d.kind !== "damage" && allowed.has(d.part));
  return { same, summary: summaryOf(differences, allowed), differences };
}

function assertParts(except: unknown): void {
  if (except === undefined) return;
  const isList = Array.isArray(except) && except.every((part) => PROGRAM_PARTS.includes(part as ProgramPart));
  if (!isList) refuseArgument("except", `a list of ${PROGRAM_PARTS.join(", ")}`, except);
}

const COMPARED: readonly number[] = /* @__PURE__ */ [[ET.EXEC, ET.DYN, ET.REL]].flat();

function refuseOther({ header: { type } }: ElfFile): void {
  if (COMPARED.includes(type)) return;
  fail("UNSUPPORTED", `e_type ${type} is neither a program nor a library nor an object`, { what: `e_type ${type}` });
}

function* differencesOf(pair: Pair): Generator<ProgramDifference> {
  yield* attempt("segments", pair, loadFaults);
  yield* attempt("versions", pair, unneededFiles);
  yield* loadedDifferences(pair, { judge: judgedMemory, link: linkProof });
  yield* attempt("sections", pair, sectionsDifferences);
  yield* attempt("overlay", pair, overlayDifferences);
}

function* sectionsDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after } = pair;
  const isObject = before.header.type === ET.REL;
  const indexOf = matchByName(before, after);
  const columns = sectionColumns(before);
  const { count, type } = columns;
  const names = sectionNames(before);
  if (after.header.shnum === 0 && count > 0) {
    const why = after.header.brokenSections;
    yield why === null
      ? edit("sections", "section headers", "the section headers are gone")
      : risk("sections", "section headers", `the section headers cannot be used any more: ${why}`);
    return;
  }

  for (let i = 0; i < count; i++) {
    if (type[i] === SHT.NULL || indexOf(i) >= 0) continue;
    const isNeeded = isObject && (loadedAt(columns, i) || type[i] === SHT.SYMTAB || relocates(columns, i, indexOf));
    const gone = goneSection(names.of(i), type[i]!);
    yield isNeeded ? { ...gone, kind: "damage" } : gone;
  }

  yield* newSections(before, after, indexOf);
  if (isDebugFile(after) !== isDebugFile(before)) {
    yield damage("memory", "debug file", "the bytes of all loaded sections are gone: it is a separate debug file");
    return;
  }
  for (const difference of sectionDifferences(pair, indexOf, contentsProof)) {
    // A linker goes by all of it. Of a program, tools alone read sections that are not loaded.
    const { part, kind } = difference;
    const isEdit = kind === "edit" && (part === "symtab" || !isObject);
    const inProgram = part === "symtab" ? "edit" : "risk";
    const otherwise = isObject ? "damage" : inProgram;
    yield { ...difference, kind: isEdit ? "edit" : otherwise };
  }
}

/** Does it hold relocations of a section that stays? */
const relocates = ({ type, info }: SectionColumns, section: number, indexOf: SectionIndex): boolean =>
  holdsRelocations(type[section]!) && indexOf(info[section]!) >= 0;

const DEBUGGING = /^\.(z?debug|stab|gdb_index|line|gnu_debug|gnu\.debuglto)/;

function goneSection(name: string, type: number): ProgramDifference {
  const isSymbols = type === SHT.SYMTAB || type === SHT.SYMTAB_SHNDX || name === ".strtab";
  if (isSymbols) return edit("symtab", name, `${name} is gone`);
  return edit(DEBUGGING.test(name) ? "debug" : "sections", name, `the section ${name} is gone`);
}

function* newSections(before: ElfFile, after: ElfFile, indexOf: SectionIndex): Generator<ProgramDifference> {
  const taken = new Set(Array.from({ length: before.header.shnum }, (_, i) => indexOf(i)));
  const { count, type } = sectionColumns(after);
  const names = sectionNames(after);
  for (let i = 0; i < count; i++) {
    const name = names.of(i);
    if (type[i] === SHT.NULL || taken.has(i) || name === COVER_NAME || name === KEPT_NAME) continue;
    yield edit("sections", name, `the section ${name} is new`);
  }
}

/** Sections by name and type. Of several that are alike, by their order. */
function matchByName(before: ElfFile, after: ElfFile): SectionIndex {
  const now = sectionColumns(after);
  const newNames = sectionNames(after);
  const byName = new Map<string, number[]>();
  for (let i = 0; i < now.count; i++) {
    if (now.type[i] === SHT.NULL) continue;
    const name = newNames.of(i);
    const others = byName.get(name);
    if (others) others.push(i);
    else byName.set(name, [i]);
  }

  const names = sectionNames(before);
  const { count, type } = sectionColumns(before);
  const indexes = new Int32Array(count).fill(-1);
  for (let i = 0; i < count; i++) {
    if (type[i] !== SHT.NULL) indexes[i] = byName.get(names.of(i))?.shift() ?? -1;
  }
  return (section) => indexes[section] ?? -1;
}

/** Bytes behind the end of the ELF file: they are read from there, or from the end of the file. */
function* overlayDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after } = pair;
  const old = before.overlay;
  if (!old) {
    if (after.overlay) {
      yield edit("overlay", "overlay", `${after.overlay.size} bytes follow the end of the ELF file now`);
    }
    return;
  }

  const { offset, size } = old;
  const isAt = (at: number): boolean =>
    at >= 0 && at + size <= after.source.size && pair.isSame({ from: offset, at, size });
  const stays = isAt(offset);
  const ends = isAt(after.source.size - size);
  if (!stays && !ends) yield damage("overlay", "overlay", `the ${size} bytes behind the end of the ELF file are lost`);
  else if (!stays) yield risk("overlay", "overlay", `the ${size} bytes behind the end of the ELF file have moved`);
  else if (!ends) yield risk("overlay", "overlay", `the ${size} bytes behind the ELF file are not at its end any more`);
}

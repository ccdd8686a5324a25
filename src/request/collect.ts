import { cString, equalBytes } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { DynamicDraft } from "../edit/draft.js";
import { wantedInterpreter } from "../edit/interpreter.js";
import { applyNeeded } from "../edit/needed.js";
import { applyRunpath } from "../edit/runpath.js";
import type { Note } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { PT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { droppedSections } from "../strip/strip.js";
import { byFamily, type Edit, type EditFamilies } from "./edits.js";
import { guard } from "./guard.js";
import type { Requests } from "./requests.js";
import { resolveStrings } from "./strings.js";
import { renameVersionNeeds } from "./version-needs.js";

/** Turns edits into what they ask of the layout. Throws what the edits and {@link guard} throw. */
export function collect(elf: ElfFile, edits: readonly Edit[]): Requests {
  const families = byFamily(edits);
  if (edits.length > 0) guard(elf, families);
  const { dropped, notes } = droppedSections(elf, families.strip);
  return { interpreter: interpreterRequest(elf, families), ...dynamicRequests(elf, families, notes), stackFlags: undefined, osabi: undefined, dropped, notes };
}

function interpreterRequest(elf: ElfFile, edits: EditFamilies): Uint8Array | undefined {
  const path = wantedInterpreter(edits.interpreter);
  if (path === undefined) return undefined;
  const wanted = cString(path, "setInterpreter");
  const segment = elf.segments.find((s) => s.type === PT.INTERP)!;
  const now = readExactly(elf.source, segment.offset, segment.filesz, "PT_INTERP"), end = now.indexOf(0) + 1;
  return equalBytes(now.subarray(0, end), wanted) ? undefined : wanted;
}

type DynamicRequests = Pick<Requests, "strings" | "dynamic" | "writes" | "versionNeeds">;

function dynamicRequests(elf: ElfFile, edits: EditFamilies, notes: Note[]): DynamicRequests {
  const none: DynamicRequests = { strings: undefined, dynamic: undefined, writes: [], versionNeeds: undefined };
  if (edits.runpath.length + edits.needed.length === 0) return none;
  const draft = new DynamicDraft(elf);
  applyRunpath(draft, edits.runpath);
  applyNeeded(draft, edits.needed);
  notes.push(...draft.notes);
  const d = elf.dynamic!;
  const strings = resolveStrings(draft);
  const versions = renameVersionNeeds(elf, (n) => draft.renamedFiles.get(n.file) ?? n.file, strings.fileOffset);
  let entries = strings.entries.map((e) => (versions.shape && e.tag === DT.VERNEEDNUM ? { ...e, value: BigInt(versions.shape.count) } : e));
  entries = spendCount(entries, d.capacity, notes);
  const same = entries.length === d.entries.length && entries.every((e, i) => e.tag === d.entries[i]!.tag && e.value === d.entries[i]!.value);
  if (same && !strings.bytes && versions.writes.length === 0) return none;
  return { strings: strings.bytes, dynamic: entries, writes: versions.writes, versionNeeds: versions.shape };
}

type Entries = { tag: number; value: bigint }[];

/**
 * DT_RELACOUNT and DT_RELCOUNT only tell the loader how many relocations are relative, which saves it a test for each. Where
 * that entry's place is all that is missing, it is given up: a moved .dynamic would leave PT_GNU_RELRO.
 */
function spendCount(entries: Entries, capacity: number, notes: Note[]): Entries {
  const terminated = entries.length + 1;
  if (terminated !== capacity + 1) return entries;
  const at = entries.findIndex((e) => e.tag === DT.RELACOUNT || e.tag === DT.RELCOUNT);
  if (at < 0) return entries;
  notes.push({ note: "COUNT_DROPPED", message: `${entries[at]!.tag === DT.RELACOUNT ? "DT_RELACOUNT" : "DT_RELCOUNT"}, which only speeds up loading, gave its place in .dynamic to a new entry` });
  return entries.filter((_, i) => i !== at);
}

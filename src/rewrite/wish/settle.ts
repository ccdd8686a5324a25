import { cString, equalBytes } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import { applyNeeded, searchedLibraries } from "../../edit/apply-needed.js";
import { applyRunpath } from "../../edit/apply-runpath.js";
import { DynamicDraft } from "./dynamic-draft.js";
import { wantedInterpreter } from "../../edit/interpreter.js";
import { applyDebugTag } from "../../edit/debug-tag.js";
import { applyFlags } from "../../edit/flags.js";
import { wantedOsAbi, wantedStackFlags } from "../../edit/header.js";
import { applySoname } from "../../edit/soname.js";
import { applySymbols } from "../../edit/symbol-draft.js";
import { applyVersions } from "../../edit/apply-versions.js";
import { refuseNewNames } from "../../edit/version-contradictions.js";
import type { Note } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { PT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { decideStrip } from "../../strip/strip.js";
import { debugLink } from "../../request/debug-link.js";
import { byFamily, type Edit, type EditFamilies, editsDynamic } from "../../request/edits.js";
import { guard } from "../../request/guard.js";
import type { Requests } from "./requests.js";
import { spendRedundant } from "./spend.js";
import { type ResolvedStrings, resolveStrings } from "./strings.js";
import { stripTables } from "../../strip/strip-tables.js";
import { noSymbolTables, symbolTables } from "../../edit/tables/symbol-tables.js";
import { versionStrings, type VersionTables, versionTables } from "../../edit/tables/version-tables.js";

/** Turns edits into what they ask of the layout. Throws what the edits and {@link guard} throw. */
export function collect(elf: ElfFile, edits: readonly Edit[]): Requests {
  const families = byFamily(edits);
  if (edits.length > 0) guard(elf, families);
  const notes: Note[] = [], decision = decideStrip(elf, families.strip, notes), tables = stripTables(elf, decision);
  return {
    interpreter: interpreterRequest(elf, families), ...dynamicRequests(elf, families, notes), stackFlags: wantedStackFlags(elf, families.execstack),
    osabi: wantedOsAbi(elf, families.osabi), dropped: decision.dropped, zeroed: decision.zeroed, dropsHeaders: decision.dropsHeaders, ungrouped: tables.ungrouped,
    ...debugLink(elf, families.strip, { ...decision, ...tables }), notes,
  };
}

function interpreterRequest(elf: ElfFile, edits: EditFamilies): Uint8Array | undefined {
  const path = wantedInterpreter(edits.interpreter);
  if (path === undefined) return undefined;
  const wanted = cString(path, "setInterpreter");
  const segment = elf.segments.find((s) => s.type === PT.INTERP)!;
  const now = readExactly(elf.source, segment.offset, segment.filesz, "PT_INTERP"), end = now.indexOf(0) + 1;
  return equalBytes(now.subarray(0, end), wanted) ? undefined : wanted;
}

type DynamicRequests = Pick<Requests, "strings" | "dynamic" | "writes" | "tables" | "symbolOrder" | "versionNeeds">;

function dynamicRequests(elf: ElfFile, edits: EditFamilies, notes: Note[]): DynamicRequests {
  const none: DynamicRequests = { strings: undefined, dynamic: undefined, writes: [], tables: [], symbolOrder: undefined, versionNeeds: undefined };
  if (!editsDynamic(edits)) return none;
  refuseNewNames(edits.versions, edits.symbols);
  const draft = draftOf(elf, edits), d = elf.dynamic!, versions = applyVersions(draft, edits.versions);
  const named = applySymbols(draft, versions, edits.symbols), symbols = named ? symbolTables(named, draft.notes) : noSymbolTables, { order } = symbols;
  const strings = resolveStrings(draft, { ...symbols.strings, users: [versionStrings(versions), ...symbols.strings.users] }), needs = versionTables(versions, strings.offsetOf, order);
  const wanted: VersionTables = { writes: [...symbols.writes(strings.offsetOf), ...needs.writes], tables: [...symbols.tables, ...needs.tables], shape: needs.shape };
  notes.push(...draft.notes);
  const entries = spendRedundant(withTables(strings.entries, wanted), d.capacity, notes, elf.header.machine);
  const same = entries.length === d.entries.length && entries.every((e, i) => e.tag === d.entries[i]!.tag && e.value === d.entries[i]!.value);
  if (same && !strings.bytes && wanted.writes.length + wanted.tables.length === 0) return none;
  return { strings: strings.bytes, dynamic: entries, writes: wanted.writes, tables: wanted.tables, symbolOrder: order, versionNeeds: wanted.shape };
}

/** What new entries there are stands in the order of the families here. */
function draftOf(elf: ElfFile, edits: EditFamilies): DynamicDraft {
  const draft = new DynamicDraft(elf);
  applyRunpath(draft, edits.runpath, () => searchedLibraries(elf, edits.needed));
  applyNeeded(draft, edits.needed);
  applySoname(draft, edits.soname);
  applyFlags(draft, edits.flags);
  applyDebugTag(draft, edits.debugTag);
  return draft;
}

type Entries = ResolvedStrings["entries"];

/** New tables get their tags. DT_VERNEEDNUM follows its table, and goes with it: ld.so would read .gnu.version by versions that are nowhere described. */
function withTables(entries: Entries, { shape, tables }: VersionTables): Entries {
  const all = [...entries, ...tables.filter((t) => !t.was).map((t) => ({ tag: t.tag, value: 0n }))];
  if (!shape) return all;
  if (shape.count > 0) {
    const count = { tag: DT.VERNEEDNUM, value: BigInt(shape.count) };
    return all.some((e) => e.tag === DT.VERNEEDNUM) ? all.map((e) => (e.tag === DT.VERNEEDNUM ? count : e)) : [...all, count];
  }
  const gone: number[] = [DT.VERNEED, DT.VERNEEDNUM, ...(entries.some((e) => e.tag === DT.VERDEF) ? [] : [DT.VERSYM])];
  return all.filter((e) => !gone.includes(e.tag));
}

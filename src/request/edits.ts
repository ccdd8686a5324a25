import { fail } from "../error.js";
import type { RaiseAlignment } from "../edit/alignment.js";
import type { DebugTagEdit } from "../edit/debug-tag.js";
import type { FlagsEdit } from "../edit/flags.js";
import type { SetExecstack, SetOsAbi } from "../edit/header.js";
import type { SetInterpreter } from "../edit/interpreter.js";
import type { NeededEdit } from "../edit/needed.js";
import type { RunpathEdit } from "../edit/runpath.js";
import type { SonameEdit } from "../edit/soname.js";
import type { SymbolEdit } from "../edit/symbols.js";
import type { VersionEdit } from "../edit/versions.js";
import type { StripEdit } from "../strip/edits.js";

/** What can be asked for: a plain value, printable as JSON, made by the function of the same name. */
export type Edit = SetInterpreter | RunpathEdit | NeededEdit | SonameEdit | FlagsEdit | DebugTagEdit | SymbolEdit | VersionEdit | SetExecstack | SetOsAbi | StripEdit
  | RaiseAlignment;

/** The edits by family, each in the order given: the order between families never matters. */
export interface EditFamilies {
  readonly interpreter: SetInterpreter[];
  readonly runpath: RunpathEdit[];
  readonly needed: NeededEdit[];
  readonly soname: SonameEdit[];
  readonly flags: FlagsEdit[];
  readonly debugTag: DebugTagEdit[];
  readonly symbols: SymbolEdit[];
  readonly versions: VersionEdit[];
  readonly execstack: SetExecstack[];
  readonly osabi: SetOsAbi[];
  readonly strip: StripEdit[];
  readonly alignment: RaiseAlignment[];
}

const FAMILY: Readonly<Record<Edit["edit"], keyof EditFamilies>> = {
  setInterpreter: "interpreter",
  setRunpath: "runpath", setRpath: "runpath", addRunpath: "runpath", addRpath: "runpath", removeRunpath: "runpath",
  convertToRunpath: "runpath", convertToRpath: "runpath", shrinkRunpath: "runpath", makeRunpathRelative: "runpath",
  replaceNeeded: "needed", addNeeded: "needed", removeNeeded: "needed",
  setSoname: "soname", removeSoname: "soname",
  setFlags: "flags", clearFlags: "flags",
  addDebugTag: "debugTag", removeDebugTag: "debugTag",
  renameDynamicSymbols: "symbols", addHash: "symbols", addGnuHash: "symbols",
  setSymbolVersion: "versions", clearSymbolVersion: "versions", addVersionNeed: "versions", removeVersionNeed: "versions", weakenVersionNeed: "versions",
  setExecstack: "execstack", setOsAbi: "osabi",
  stripUnneeded: "strip", stripDebug: "strip", stripAll: "strip", removeSections: "strip", keepSections: "strip", removeRelocations: "strip", keepSymbols: "strip", stripSymbols: "strip",
  discardLocals: "strip", keepFileSymbols: "strip", dropSectionHeaders: "strip", onlyKeepDebug: "strip", addDebugLink: "strip",
  raiseAlignment: "alignment",
};

/** Sorts the edits into families. `BAD_EDIT` for a value that no edit function made. */
export function byFamily(edits: readonly Edit[]): EditFamilies {
  const f: EditFamilies = { interpreter: [], runpath: [], needed: [], soname: [], flags: [], debugTag: [], symbols: [], versions: [], execstack: [], osabi: [], strip: [], alignment: [] };
  for (const e of edits) {
    if (!Object.hasOwn(FAMILY, e.edit))
      fail("BAD_EDIT", `${JSON.stringify(e)} is no edit; make edits with setInterpreter(), setRunpath(), replaceNeeded() …`, { edit: String((e as { edit?: unknown }).edit) });
    (f[FAMILY[e.edit]] as Edit[]).push(e);
  }
  return f;
}

/** Does any edit ask for something in the dynamic section? */
export const editsDynamic = (f: EditFamilies): boolean => f.runpath.length + f.needed.length + f.soname.length + f.flags.length + f.debugTag.length + f.symbols.length + f.versions.length > 0;

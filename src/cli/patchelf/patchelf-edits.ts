import { raiseAlignment, type RaisedPageSize } from "../../edit/alignment.js";
import { addDebugTag } from "../../edit/debug-tag.js";
import { noDefaultLib } from "../../edit/flags.js";
import { setExecstack } from "../../edit/execstack.js";
import { setOsAbi } from "../../edit/os-abi.js";
import { setInterpreter } from "../../edit/interpreter.js";
import { addNeeded, removeNeeded, replaceNeeded } from "../../edit/needed.js";
import { addRpath, addRunpath, setRpath, setRunpath } from "../../edit/runpath.js";
import { convertToRpath, convertToRunpath, removeRunpath } from "../../edit/search-path.js";
import { setSoname } from "../../edit/soname.js";
import { addGnuHash, addHash, renameDynamicSymbols } from "../../edit/symbols.js";
import {
  addVersionNeed,
  clearSymbolVersion,
  removeVersionNeed,
  setSymbolVersion,
  weakenVersionNeed,
} from "../../edit/versions.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { shrinkFileRunpath } from "../../node/runpath.js";
import type { Edit } from "../../edit/family.js";
import { ET } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { osAbiNumber } from "./os-abi.js";
import type { PatchelfCommand } from "./patchelf-options.js";
import { isDynamicDebugFile } from "./patchelf-print.js";

/** The edits that the options ask of this file. An empty value asks for nothing, except an empty search path. */
export function patchelfEdits(command: PatchelfCommand, elf: ElfFile): Edit[] {
  return [
    ...(command.interpreter ? [setInterpreter(command.interpreter)] : []),
    ...searchPath(command, elf),
    ...needed(command, elf),
    ...headers(command, elf),
    ...symbols(command, elf),
  ];
}

/** Only one of the options that change the search path acts, the first in this order (patchelf). */
function searchPath(command: PatchelfCommand, elf: ElfFile): Edit[] {
  if (isDynamicDebugFile(elf)) return [];

  const { force, set } = command;
  const hasPath = elf.runpath !== null || elf.rpath !== null;
  // There is nothing to do, and the edit would be refused.
  const isPointless = () => !hasPath && isLibraryless(elf);

  if (command.shrink) return isPointless() ? [] : shrunkPath(command, elf);
  if (command.remove) return isPointless() ? [] : [removeRunpath()];
  if (set !== undefined) {
    if (set === "" && isPointless()) return [];
    return [force ? setRpath(set) : setRunpath(set)];
  }

  // An empty directory would be the current one, which is hardly what an empty variable in a script meant.
  const paths = command.add.filter((path) => path !== "");
  return paths.map((path) => (force ? addRpath(path) : addRunpath(path)));
}

function shrunkPath({ force, allowedPrefixes }: PatchelfCommand, elf: ElfFile): Edit[] {
  const edits: Edit[] = [];
  if (force && elf.runpath !== null) edits.push(convertToRpath());
  if (!force && elf.runpath === null && elf.rpath !== null) edits.push(convertToRunpath());
  edits.push(shrinkFileRunpath(allowedPrefixes.length > 0 ? { allowedPrefixes } : {}));

  return edits;
}

/** Does the file load no libraries? Every edit of these kinds is then refused, even one that has nothing to do. */
const isLibraryless = (elf: ElfFile): boolean =>
  elf.dynamic !== null && ["static", "static-pie", "loader"].includes(elf.linkage);

/** patchelf removes first, then renames, then adds. */
function needed({ needed, addNeeded, removeNeeded: toRemove, uses }: PatchelfCommand, elf: ElfFile): Edit[] {
  const hasNone = isLibraryless(elf) || isDynamicDebugFile(elf);
  const matches = (name: string) => !hasNone || elf.needed.includes(name);
  const renamed = [...needed].filter(([old, name]) => old !== "" && name !== "" && !toRemove.has(old) && matches(old));
  const added = [...addNeeded].filter((name) => name !== "");
  const removed = [...toRemove].filter((name) => name !== "" && matches(name));

  // A library that is removed and added moves to its new place.
  const moved = added.filter((name) => toRemove.has(name));
  const others = added.filter((name) => !toRemove.has(name));
  const kept = new Set([...renamed.map(([, name]) => name), ...addNeeded]);
  const gone = removed.filter((name) => !kept.has(name));

  const edits: Edit[] = [];
  if (renamed.length > 0) edits.push(replaceNeeded(Object.fromEntries(renamed)));
  // patchelf has them in a sorted set, and puts them before the libraries that are needed.
  if (others.length > 0) edits.push(addNeededFirst(others));
  if (moved.length > 0) edits.push(addNeededFirst(moved, true));
  if (gone.length > 0) edits.push(removeNeeded(gone, uses ? { uses } : {}));
  return edits;
}

/** Adds libraries before all others, in the order of their bytes. */
function addNeededFirst(names: readonly string[], move = false): Edit {
  const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return addNeeded(sorted, move ? { first: true, move } : { first: true });
}

function headers(command: PatchelfCommand, elf: ElfFile): Edit[] {
  const { soname, osAbi, raisePages } = command;
  const edits: Edit[] = [];
  // Only libraries, and programs that could be loaded like one (ET_DYN), have a name. patchelf skips other files.
  if (soname && elf.header.type === ET.DYN) edits.push(setSoname(soname));
  if (command.noDefaultLib) edits.push(noDefaultLib());
  // patchelf changes nothing when the state is printed too. It clears where both options are given.
  const changesStack = command.setExecstack || command.clearExecstack;
  if (changesStack && !command.queries.has("execstack")) edits.push(setExecstack(!command.clearExecstack));
  if (osAbi !== undefined) edits.push(setOsAbi(osAbiNumber(osAbi)));
  if (command.debugTag) edits.push(addDebugTag());
  // The edit itself refuses other sizes.
  if (raisePages !== undefined) edits.push(raiseAlignment(raisePages as RaisedPageSize));

  return edits;
}

function symbols(command: PatchelfCommand, elf: ElfFile): Edit[] {
  const edits: Edit[] = [];
  if (command.renames.size > 0) {
    edits.push(renameDynamicSymbols(Object.fromEntries(command.renames), { swap: true }));
  }
  if (command.hash) edits.push(addHash());
  if (command.gnuHash) edits.push(addGnuHash());

  const cleared = [...command.clearVersion].filter((symbol) => symbol !== "");
  if (cleared.length > 0) {
    if (elf.dynamic && elf.dynamic.get(DT.VERSYM) === undefined) {
      fail("BAD_EDIT", "the file's symbols have no versions (DT_VERSYM)", { edit: "clearSymbolVersion" });
    }
    edits.push(clearSymbolVersion(cleared));
  }

  edits.push(...versionEdits(command));
  return edits;
}

function versionEdits({ setVersion, addNeeds, removeNeeds, weakenNeeds, uses }: PatchelfCommand): Edit[] {
  const edits: Edit[] = [];
  for (const [symbol, { file, version }] of setVersion) {
    edits.push(setSymbolVersion(symbol, version, file === undefined ? {} : { file }));
  }
  for (const { file, version, symbols } of addNeeds) {
    edits.push(addVersionNeed(file!, version, symbols.length > 0 ? { symbols } : {}));
  }
  for (const { file, version } of removeNeeds) {
    edits.push(removeVersionNeed(file!, version, uses ? { uses } : {}));
  }
  for (const { file, version } of weakenNeeds) edits.push(weakenVersionNeed(file!, version));

  return edits;
}

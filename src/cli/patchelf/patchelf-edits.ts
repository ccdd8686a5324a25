import { raiseAlignment, type RaisedPageSize } from "../../edit/alignment.js";
import { addDebugTag } from "../../edit/debug-tag.js";
import { noDefaultLib } from "../../edit/flags.js";
import { setExecstack } from "../../edit/execstack.js";
import { setOsAbi } from "../../edit/os-abi.js";
import { setInterpreter } from "../../edit/interpreter.js";
import { addNeeded, removeNeeded, replaceNeeded } from "../../edit/needed.js";
import { addRpath, addRunpath, setRpath, setRunpath } from "../../edit/runpath.js";
import { convertToRpath, convertToRunpath, removeRunpath } from "../../edit/runpath-tag.js";
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
import { shrinkFileRunpath } from "../../node/index.js";
import type { Edit } from "../../edit/family.js";
import { ET } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { osAbiNumber } from "./os-abi.js";
import type { PatchelfCommand } from "./patchelf-options.js";

/** The edits that the options ask of this file. An empty value asks for nothing, except an empty search path. */
export function patchelfEdits(c: PatchelfCommand, elf: ElfFile): Edit[] {
  return [
    ...(c.interpreter ? [setInterpreter(c.interpreter)] : []),
    ...searchPath(c, elf),
    ...needed(c, elf),
    ...headers(c, elf),
    ...symbols(c, elf),
  ];
}

/** Of the options that change the search path one acts, in this order (patchelf). */
function searchPath(c: PatchelfCommand, elf: ElfFile): Edit[] {
  const { force } = c;
  const has = elf.runpath !== null || elf.rpath !== null;
  if (c.shrink) {
    if (!has && libraryless(elf)) return [];
    const converts = force ? elf.runpath !== null : elf.runpath === null && elf.rpath !== null;
    return [
      ...(converts ? [force ? convertToRpath() : convertToRunpath()] : []),
      shrinkFileRunpath(c.allowedPrefixes.length > 0 ? { allowedPrefixes: c.allowedPrefixes } : {}),
    ];
  }
  if (c.remove) return has || !libraryless(elf) ? [removeRunpath()] : [];
  if (c.set !== undefined) {
    return c.set === "" && !has && libraryless(elf) ? [] : [force ? setRpath(c.set) : setRunpath(c.set)];
  }

  // An empty directory would be the current one, which is hardly what an empty variable in a script meant.
  return c.add.filter((path) => path !== "").map((path) => (force ? addRpath(path) : addRunpath(path)));
}

/**
 * Does the file load no libraries, so that the library refuses every edit of the kind, also one that would find nothing
 * to do?
 */
const libraryless = (elf: ElfFile): boolean =>
  elf.dynamic !== null && ["static", "static-pie", "loader"].includes(elf.linkage);

/** patchelf removes first, then renames, then adds. */
function needed(c: PatchelfCommand, elf: ElfFile): Edit[] {
  const matches = (name: string) => !libraryless(elf) || elf.needed.includes(name);
  const renamed = [...c.needed].filter(
    ([old, name]) => old !== "" && name !== "" && !c.removeNeeded.has(old) && matches(old),
  );
  const comes = new Set([...renamed.map(([, name]) => name), ...c.addNeeded]);
  const added = [...c.addNeeded].filter((name) => name !== "");
  const removed = [...c.removeNeeded].filter((name) => name !== "" && matches(name));
  // What goes and comes again takes its new place.
  const moved = added.filter((name) => c.removeNeeded.has(name));
  const others = added.filter((name) => !c.removeNeeded.has(name));
  const gone = removed.filter((name) => !comes.has(name));
  const edits: Edit[] = [];
  if (renamed.length > 0) edits.push(replaceNeeded(Object.fromEntries(renamed)));
  // A sorted set there, and put before the libraries that are needed.
  if (others.length > 0) edits.push(addNeeded(sorted(others), { first: true }));
  if (moved.length > 0) edits.push(addNeeded(sorted(moved), { first: true, move: true }));
  if (gone.length > 0) edits.push(removeNeeded(gone, c.uses ? { uses: c.uses } : {}));

  return edits;
}

const sorted = (names: readonly string[]): string[] =>
  [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

function headers(c: PatchelfCommand, elf: ElfFile): Edit[] {
  const edits: Edit[] = [];
  // A name is for libraries and for programs that could be loaded like one (ET_DYN); patchelf passes over others.
  if (c.soname && elf.header.type === ET.DYN) edits.push(setSoname(c.soname));
  if (c.noDefaultLib) edits.push(noDefaultLib());
  // Asked for the state, patchelf leaves it; asked for both, it clears.
  if (!c.queries.has("execstack") && (c.setExecstack || c.clearExecstack)) edits.push(setExecstack(!c.clearExecstack));
  if (c.osAbi !== undefined) edits.push(setOsAbi(osAbiNumber(c.osAbi)));
  if (c.debugTag) edits.push(addDebugTag());
  // The edit itself refuses other sizes.
  if (c.raisePages !== undefined) edits.push(raiseAlignment(c.raisePages as RaisedPageSize));

  return edits;
}

function symbols(c: PatchelfCommand, elf: ElfFile): Edit[] {
  const edits: Edit[] = [];
  const clear = [...c.clearVersion].filter((symbol) => symbol !== "");
  if (c.renames.size > 0) edits.push(renameDynamicSymbols(Object.fromEntries(c.renames), { swap: true }));
  if (c.hash) edits.push(addHash());
  if (c.gnuHash) edits.push(addGnuHash());

  if (clear.length > 0) {
    if (elf.dynamic && elf.dynamic.get(DT.VERSYM) === undefined) {
      fail("BAD_EDIT", "the file's symbols have no versions (DT_VERSYM)", { edit: "clearSymbolVersion" });
    }
    edits.push(clearSymbolVersion(...clear));
  }

  for (const [symbol, { file, version }] of c.setVersion) {
    edits.push(setSymbolVersion(symbol, version, file === undefined ? {} : { file }));
  }

  for (const { file, version, symbols } of c.addNeeds) {
    edits.push(addVersionNeed(file!, version, symbols.length > 0 ? { symbols } : {}));
  }

  for (const { file, version } of c.removeNeeds) {
    edits.push(removeVersionNeed(file!, version, c.uses ? { uses: c.uses } : {}));
  }

  for (const { file, version } of c.weakenNeeds) edits.push(weakenVersionNeed(file!, version));
  return edits;
}

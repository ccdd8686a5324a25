// Edits, and the patch that applies them.

import { alignmentParsers } from "../edit/alignment.js";
import { debugTagParsers } from "../edit/debug-tag.js";
import { dynamicTagParsers } from "../edit/dynamic-tag.js";
import { execstackParsers } from "../edit/execstack.js";
import { flagsParsers } from "../edit/flags.js";
import { interpreterParsers } from "../edit/interpreter.js";
import { editParser } from "../edit/edit-parser.js";
import { neededParsers } from "../edit/needed.js";
import { osAbiParsers } from "../edit/os-abi.js";
import { runpathParsers } from "../edit/runpath.js";
import { searchPathParsers } from "../edit/search-path.js";
import { sonameParsers } from "../edit/soname.js";
import { stackSizeParsers } from "../edit/stack-size.js";
import { symbolsParsers } from "../edit/symbols.js";
import { versionsParsers } from "../edit/versions.js";
import { debugLinkParsers } from "../strip/debug-link.js";
import { dropSectionHeadersParsers } from "../strip/drop-section-headers.js";
import { onlyKeepDebugParsers } from "../strip/only-keep-debug.js";
import { stripParsers } from "../strip/strip.js";

export type { Edit } from "../edit/family.js";
export type { NameArguments, Names, NamesThen } from "../edit/names.js";
export { setInterpreter, type SetInterpreter } from "../edit/interpreter.js";
export { addRpath, addRunpath, type RunpathEdit, type SearchPath, setRpath, setRunpath } from "../edit/runpath.js";
export {
  convertToRpath,
  convertToRunpath,
  removeRunpath,
  type RunpathTagEdit,
  makeRunpathRelative,
  type MakeRunpathRelative,
  type SearchPathEdit,
  shrinkRunpath,
  type ShrinkRunpath,
} from "../edit/search-path.js";
export type { LibraryLookup, ShrinkRunpathOptions } from "../edit/search-path/shrink.js";
export type { DirectoryResolver, MakeRunpathRelativeOptions } from "../edit/search-path/relative.js";
export {
  addNeeded,
  type AddNeeded,
  type AddNeededOptions,
  type NeededEdit,
  removeNeeded,
  type RemoveNeeded,
  type RemoveNeededOptions,
  replaceNeeded,
  type ReplaceNeeded,
  type VersionUses,
} from "../edit/needed.js";
export { removeSoname, setSoname, type SonameEdit } from "../edit/soname.js";
export { clearFlags, type FlagName, type FlagsEdit, noDefaultLib, setFlags } from "../edit/flags.js";
export { addDebugTag, type DebugTagEdit, removeDebugTag } from "../edit/debug-tag.js";
export {
  addVersionNeed,
  clearSymbolVersion,
  removeVersionNeed,
  setSymbolVersion,
  weakenVersionNeed,
} from "../edit/versions.js";
export type {
  AddVersionNeed,
  ClearSymbolVersion,
  RemoveVersionNeed,
  SetSymbolVersion,
  VersionEdit,
  WeakenVersionNeed,
} from "../edit/versions/values.js";
export { addGnuHash, addHash, renameDynamicSymbols, type RenameDynamicSymbolsOptions } from "../edit/symbols.js";
export type { HashEdit, RenameDynamicSymbols, SymbolEdit } from "../edit/symbols/values.js";
export { setExecstack, type SetExecstack } from "../edit/execstack.js";
export { setGnuStackSize, type SetGnuStackSize } from "../edit/stack-size.js";
export {
  type DynamicTagEdit,
  type PlainTag,
  removeDynamicTag,
  type RemoveDynamicTag,
  setDynamicTag,
  type SetDynamicTag,
} from "../edit/dynamic-tag.js";
export { type OsAbiName, setOsAbi, type SetOsAbi } from "../edit/os-abi.js";
export { raiseAlignment, type RaiseAlignment, type RaisedPageSize } from "../edit/alignment.js";
export type { LayoutOptions, OverlayChoice } from "../rewrite/layout/options.js";
export type { Placement, Strategy } from "../rewrite/layout/placement.js";
export type { Piece } from "../pieces/pieces.js";
export { type Edits, patch, type PatchOptions, type PatchResult, plan, type Plan } from "../patch.js";

/**
 * Makes an edit again from plain data: from JSON, from a structured clone, from another thread. Such data is no edit
 * itself, since it has lost its family. JSON cannot carry functions that an edit holds, such as the `lookup` of
 * `shrinkRunpath`.
 *
 * @param json what `JSON.parse` gives for one edit
 * @throws ElfError `BAD_EDIT` where no function of elfwright makes such an edit, or a field is missing, unknown or of
 * another type
 * @example
 * const edits = JSON.parse(text).map(parseEdit);
 * patch(bytes, edits);
 */
export const parseEdit = /* @__PURE__ */ editParser([
  alignmentParsers,
  debugLinkParsers,
  debugTagParsers,
  dropSectionHeadersParsers,
  dynamicTagParsers,
  execstackParsers,
  flagsParsers,
  interpreterParsers,
  neededParsers,
  onlyKeepDebugParsers,
  osAbiParsers,
  runpathParsers,
  searchPathParsers,
  sonameParsers,
  stackSizeParsers,
  stripParsers,
  symbolsParsers,
  versionsParsers,
]);

/** Any edit that a function of elfwright makes; `edit` tells which one. */
export type KnownEdit = ReturnType<typeof parseEdit>;

/**
 * elfwright: reads, checks, patches, strips and diagnoses ELF files in memory. This entry imports nothing from Node;
 * files are in `elfwright/node`, the tables of C libraries in `elfwright/targets`.
 *
 * @packageDocumentation
 */
import { alignmentParsers } from "./edit/alignment.js";
import { debugTagParsers } from "./edit/debug-tag.js";
import { dynamicTagParsers } from "./edit/dynamic-tag.js";
import { execstackParsers } from "./edit/execstack.js";
import { flagsParsers } from "./edit/flags.js";
import { interpreterParsers } from "./edit/interpreter.js";
import { editParser } from "./edit/edit-parser.js";
import { neededParsers } from "./edit/needed.js";
import { osAbiParsers } from "./edit/os-abi.js";
import { runpathParsers } from "./edit/runpath.js";
import { runpathTagParsers } from "./edit/runpath-tag.js";
import { searchPathParsers } from "./edit/search-path.js";
import { sonameParsers } from "./edit/soname.js";
import { stackSizeParsers } from "./edit/stack-size.js";
import { symbolsParsers } from "./edit/symbols.js";
import { versionsParsers } from "./edit/versions.js";
import { debugLinkParsers } from "./strip/debug-link.js";
import { dropSectionHeadersParsers } from "./strip/drop-section-headers.js";
import { onlyKeepDebugParsers } from "./strip/only-keep-debug.js";
import { stripParsers } from "./strip/strip.js";

export {
  ElfError,
  type ElfErrorCode,
  type ElfErrorDetails,
  type ElfErrorOf,
  isElfError,
  type Note,
  type NoteCode,
} from "./error.js";
export type { ElfClass, Encoding } from "./codec/encoding.js";
export type { ByteSource, ElfInput } from "./codec/source.js";
export { DF, DF_1, ELFOSABI, EM, ET, PF, PT, SHF, SHN, SHT, STB, STT, STV } from "./spec/constants.js";
export { DT } from "./spec/dynamic.js";
export { readElf } from "./image/read-elf.js";
export { type ElfFile } from "./image/elf.js";
export type { Linkage } from "./image/elf.js";
export type { Header } from "./image/elf.js";
export type { Segment } from "./image/elf.js";
export type { Section } from "./image/elf.js";
export type { Dynamic, DynamicEntry } from "./image/elf.js";
export type { StringTable } from "./image/strings.js";
export type { ElfSymbol, SymbolTable } from "./image/elf.js";
export { symbolVersions, type SymbolVersion } from "./image/dynamic/versions.js";
export { type NeededVersion, type VersionDefinition, type VersionNeed } from "./image/elf.js";
export type { ElfNote } from "./image/elf.js";
export {
  decodeNote,
  type DlopenDependency,
  type GnuProperty,
  type NoteContents,
  type NoteFormat,
  type PackageMetadata,
} from "./image/notes/note-contents.js";
export type { Overlay } from "./image/elf.js";
export type { Edit } from "./edit/family.js";
export type { NameArguments, Names, NamesThen } from "./edit/names.js";
export { setInterpreter, type SetInterpreter } from "./edit/interpreter.js";
export { addRpath, addRunpath, type RunpathEdit, type SearchPath, setRpath, setRunpath } from "./edit/runpath.js";
export { convertToRpath, convertToRunpath, removeRunpath, type RunpathTagEdit } from "./edit/runpath-tag.js";
export {
  makeRunpathRelative,
  type MakeRunpathRelative,
  type SearchPathEdit,
  shrinkRunpath,
  type ShrinkRunpath,
} from "./edit/search-path.js";
export type { LibraryLookup, ShrinkRunpathOptions } from "./edit/search-path/shrink.js";
export type { DirectoryResolver, MakeRunpathRelativeOptions } from "./edit/search-path/relative.js";
export {
  addNeeded,
  type AddNeeded,
  type NeededEdit,
  removeNeeded,
  type RemoveNeeded,
  replaceNeeded,
  type ReplaceNeeded,
  type VersionUses,
} from "./edit/needed.js";
export { removeSoname, setSoname, type SonameEdit } from "./edit/soname.js";
export { clearFlags, type FlagName, type FlagsEdit, noDefaultLib, setFlags } from "./edit/flags.js";
export { addDebugTag, type DebugTagEdit, removeDebugTag } from "./edit/debug-tag.js";
export {
  addVersionNeed,
  clearSymbolVersion,
  removeVersionNeed,
  setSymbolVersion,
  weakenVersionNeed,
} from "./edit/versions.js";
export type {
  AddVersionNeed,
  ClearSymbolVersion,
  RemoveVersionNeed,
  SetSymbolVersion,
  VersionEdit,
  WeakenVersionNeed,
} from "./edit/versions/values.js";
export { addGnuHash, addHash, renameDynamicSymbols } from "./edit/symbols.js";
export type { HashEdit, RenameDynamicSymbols, SymbolEdit } from "./edit/symbols/values.js";
export { setExecstack, type SetExecstack } from "./edit/execstack.js";
export { setGnuStackSize, type SetGnuStackSize } from "./edit/stack-size.js";
export {
  type DynamicTagEdit,
  type PlainTag,
  removeDynamicTag,
  type RemoveDynamicTag,
  setDynamicTag,
  type SetDynamicTag,
} from "./edit/dynamic-tag.js";
export { type OsAbiName, setOsAbi, type SetOsAbi } from "./edit/os-abi.js";
export { raiseAlignment, type RaiseAlignment, type RaisedPageSize } from "./edit/alignment.js";
export {
  discardLocals,
  keepFileSymbols,
  keepSections,
  keepSymbols,
  removeRelocations,
  removeSections,
  type RemoveSectionsOptions,
  stripAll,
  stripDebug,
  stripSymbols,
  stripUnneeded,
  type SymbolNameOptions,
} from "./strip/strip.js";
export type {
  DiscardLocals,
  KeepFileSymbols,
  KeepSections,
  KeepSymbols,
  RemoveRelocations,
  RemoveSections,
  StripEdit,
  StripMode,
  StripSymbols,
} from "./strip/values.js";
export { dropSectionHeaders, type DropSectionHeaders } from "./strip/drop-section-headers.js";
export { onlyKeepDebug, type OnlyKeepDebug } from "./strip/only-keep-debug.js";
export { addDebugLink, type AddDebugLink } from "./strip/debug-link.js";
export type { LayoutOptions, OverlayChoice } from "./rewrite/layout/options.js";
export type { Placement, Strategy } from "./rewrite/layout/placement.js";
export type { Piece } from "./pieces/pieces.js";
export { type Edits, patch, type PatchOptions, type PatchResult, plan, type Plan } from "./patch.js";
export { check, type CheckRule, checkRules, type Finding, type Severity, type Violation } from "./check/check.js";
export { pageFitness, type PageFitness, type PageRule, pageRules } from "./check/pages.js";
export { describeElf } from "./report/describe.js";
export type { ElfDescription } from "./report/description.js";
export { diffElf, type Change, type DiffOptions } from "./report/diff.js";
export { resolveLibraries } from "./resolve/search/resolve.js";
export { type LoadStep, whyLoaded } from "./resolve/search/why.js";
export { type CollectedFile, type Collection, collectLibraries, type CollectOptions } from "./collect.js";
export type { LoaderOptions, ResolveOptions } from "./resolve/search/options.js";
export type { LibraryFiles } from "./resolve/search/files.js";
export type { Edge, FoundBy, LibraryTree, LoadedObject, LoaderRules, Tried } from "./resolve/tree.js";
export { type BindOptions, bindSymbols } from "./resolve/bind/bind.js";
export type {
  Binding,
  BoundBy,
  HostBinding,
  SymbolBindings,
  UnboundSymbol,
  VersionError,
} from "./resolve/bind/bindings.js";
export { exportedSymbols, isNodeSymbol } from "./resolve/bind/host-symbols.js";
export { interpositions, type Interposed, type Interposition, type PreloadFinding } from "./resolve/bind/interpose.js";
export { type LibraryUse, unusedLibraries, type UnusedOptions } from "./resolve/bind/unused.js";
export { layoutMap } from "./report/map/layout-map.js";
export { compareMaps, type MapComparison } from "./report/map/compare.js";
export { mapText, type MapTextOptions } from "./report/map/map-text.js";
export { mapSvg, type MapSvgOptions } from "./report/map/map-svg.js";
export type {
  DescribedBy,
  FileRegion,
  LayoutMap,
  MapMarker,
  MapPart,
  Mark,
  MemorySegment,
  PartKind,
  UnplacedSection,
} from "./report/map/model.js";
export { diagnose } from "./diagnose/diagnose.js";
export { diagnosisRules } from "./diagnose/rules/rules.js";
export type { DiagnoseOptions } from "./diagnose/options.js";
export type {
  Confidence,
  DiagnosedLinkage,
  Diagnosis,
  DiagnosisFinding,
  DiagnosisRule,
  DiagnosisSeverity,
  Evidence,
  FloorEntry,
  GoDiagnosis,
  Language,
  Libc,
} from "./diagnose/diagnosis.js";
export { type Hardening, readHardening } from "./image/hardening.js";
export { wheelTag } from "./diagnose/wheel/wheel-tag.js";
export type { WheelObstacle, WheelTag } from "./diagnose/wheel/wheel-judge.js";

/**
 * Makes an edit again from plain data: from JSON, from a structured clone, from another thread. Such data is no edit
 * itself, since it does not know its family any more. What functions an edit holds (the `lookup` of `shrinkRunpath`)
 * JSON cannot carry.
 *
 * @param json what `JSON.parse` gives for one edit
 * @throws ElfError `BAD_EDIT` where no function of elfwright makes it, or a field is missing, unknown or of another
 * type
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
  runpathTagParsers,
  searchPathParsers,
  sonameParsers,
  stackSizeParsers,
  stripParsers,
  symbolsParsers,
  versionsParsers,
]);

/** An edit of any of elfwright's own functions, told apart by `edit`. */
export type KnownEdit = ReturnType<typeof parseEdit>;

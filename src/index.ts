/**
 * elfwright: reads, checks, patches, strips and diagnoses ELF files in memory. This entry imports nothing from Node; files are in
 * `elfwright/node`, the tables of C libraries in `elfwright/targets`.
 *
 * @packageDocumentation
 */
export { ElfError, type ElfErrorCode, type ElfErrorDetails, isElfError, type Note, type NoteCode } from "./error.js";
export type { ElfClass, Encoding } from "./codec/encoding.js";
export type { ByteSource } from "./codec/source.js";
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
export type { Note as ElfNote } from "./image/elf.js";
export { decodeNote, type DlopenDependency, type GnuProperty, type NoteContents, type NoteFormat, type PackageMetadata } from "./image/notes/note-contents.js";
export type { Overlay } from "./image/elf.js";
export { setInterpreter, type SetInterpreter } from "./edit/interpreter.js";
export { addRpath, addRunpath, convertToRpath, convertToRunpath, removeRunpath, setRpath, setRunpath, type RunpathEdit, type SearchPath } from "./edit/runpath.js";
export { type LibraryLookup, shrinkRunpath, type ShrinkRunpath, type ShrinkRunpathOptions } from "./edit/shrink-runpath.js";
export { type DirectoryResolver, makeRunpathRelative, type MakeRunpathRelative, type MakeRunpathRelativeOptions } from "./edit/relative-runpath.js";
export { addNeeded, type AddNeeded, type NeededEdit, removeNeeded, type RemoveNeeded, replaceNeeded, type ReplaceNeeded, type VersionUses } from "./edit/needed.js";
export { addGnuHash, addHash, type HashEdit, renameDynamicSymbols, type RenameDynamicSymbols, type SymbolEdit } from "./edit/symbols.js";
export { type AddVersionNeed, addVersionNeed, type ClearSymbolVersion, clearSymbolVersion, type Names, type RemoveVersionNeed, removeVersionNeed, type SetSymbolVersion, setSymbolVersion, type VersionEdit, type WeakenVersionNeed, weakenVersionNeed } from "./edit/versions.js";
export { removeSoname, setSoname, type SonameEdit } from "./edit/soname.js";
export { clearFlags, type FlagName, type FlagsEdit, noDefaultLib, setFlags } from "./edit/flags.js";
export { addDebugTag, type DebugTagEdit, removeDebugTag } from "./edit/debug-tag.js";
export { type OsAbiName, setExecstack, type SetExecstack, setOsAbi, type SetOsAbi } from "./edit/header.js";
export { raiseAlignment, type RaiseAlignment, type RaisedPageSize } from "./edit/alignment.js";
export {
  type AddDebugLink, discardLocals, type DiscardLocals, dropSectionHeaders, type DropSectionHeaders, keepFileSymbols, type KeepFileSymbols, keepSections, type KeepSections, keepSymbols, type KeepSymbols,
  onlyKeepDebug, type OnlyKeepDebug, removeRelocations, type RemoveRelocations, removeSections, type RemoveSections, type RemoveSectionsOptions, stripAll, stripDebug, type StripEdit, type StripMode,
  stripSymbols, type StripSymbols, stripUnneeded, type SymbolNameOptions,
} from "./strip/edits.js";
export { addDebugLink } from "./strip/debug-link.js";
export type { Edit } from "./request/edits.js";
export type { LayoutOptions } from "./rewrite/layout/layout.js";
export type { OverlayChoice, Placement, Strategy } from "./rewrite/layout/rewrite.js";
export type { Piece } from "./rewrite/pieces/pieces.js";
export { patch, type PatchOptions, type PatchResult, plan, type Plan } from "./patch.js";
export { check, type CheckRule, checkRules, type Finding, type Severity, type Violation } from "./check/check.js";
export { pageFitness, type PageFitness, type PageRule, pageRules } from "./check/pages.js";
export { describe } from "./report/describe.js";
export type { ElfDescription } from "./report/description.js";
export { diff, type Change, type DiffOptions } from "./report/diff.js";
export { resolveLibraries } from "./resolve/search/resolve.js";
export { type Step, why } from "./resolve/search/why.js";
export { type CollectedFile, type Collection, collectLibraries, type CollectOptions } from "./collect.js";
export type { LoaderOptions, ResolveOptions } from "./resolve/search/options.js";
export type { LibraryFiles } from "./resolve/search/files.js";
export type { Edge, FoundBy, LibraryTree, LoadedObject, LoaderRules, Tried } from "./resolve/tree.js";
export { type BindOptions, bindSymbols } from "./resolve/bind/bind.js";
export type { Binding, BoundBy, HostBinding, SymbolBindings, UnboundSymbol, VersionError } from "./resolve/bind/bindings.js";
export { exportedSymbols, isNodeSymbol } from "./resolve/bind/host-symbols.js";
export { interposed, type Interposed, type Interposition, type PreloadFinding } from "./resolve/bind/interpose.js";
export { type LibraryUse, unusedLibraries, type UnusedOptions } from "./resolve/bind/unused.js";
export { layoutMap } from "./report/map/layout-map.js";
export { compareMaps, type MapComparison } from "./report/map/compare.js";
export { mapText, type MapTextOptions } from "./report/map/map-text.js";
export { mapSvg, type MapSvgOptions } from "./report/map/map-svg.js";
export type { DescribedBy, FileRegion, LayoutMap, MapMarker, MapPart, Mark, MemorySegment, PartKind, UnplacedSection } from "./report/map/model.js";
export { diagnose } from "./diagnose/diagnose.js";
export { diagnosisRules } from "./diagnose/rules/rules.js";
export type { DiagnoseOptions } from "./diagnose/options.js";
export type { Confidence, DiagnosedLinkage, Diagnosis, DiagnosisFinding, DiagnosisRule, DiagnosisSeverity, Evidence, FloorEntry, GoDiagnosis, Language, Libc } from "./diagnose/diagnosis.js";
export { type Hardening, readHardening } from "./image/hardening.js";
export { wheelTag } from "./diagnose/wheel/wheel-tag.js";
export type { WheelObstacle, WheelTag } from "./diagnose/wheel/wheel-judge.js";

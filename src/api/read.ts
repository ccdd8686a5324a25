// Reading: the file, its notes, the versions of its symbols, its hardening.

export { readElf } from "../image/read-elf.js";
export type {
  Dynamic,
  DynamicEntry,
  ElfFile,
  ElfNote,
  ElfSummary,
  ElfSymbol,
  Header,
  Linkage,
  NeededVersion,
  Overlay,
  Section,
  Segment,
  SymbolTable,
  VersionDefinition,
  VersionNeed,
} from "../image/elf.js";
export type { StringTable } from "../image/strings.js";
export { symbolVersions, type SymbolVersion } from "../image/dynamic/versions.js";
export {
  decodeNote,
  type DlopenDependency,
  type GnuProperty,
  type NoteContents,
  type NoteFormat,
  type PackageMetadata,
} from "../image/notes/note-contents.js";
export { type Hardening, readHardening } from "../image/hardening.js";

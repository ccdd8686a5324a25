/**
 * Tests for what changes ELF files: files built in memory, assertions, summaries for snapshots. It imports nothing from
 * Node. The matchers for vitest and jest are in `elfwright/testing/vitest` and `elfwright/testing/jest`.
 *
 * @packageDocumentation
 */
export { type BuildAction, type BuildText, calls, exits, prints, returns } from "./actions.js";
export { buildArchive, type BuildArchiveFormat, type BuildArchiveOptions, type BuildMember } from "./build-archive.js";
export { buildDebugFile, debugLinkSection } from "./build-debug-file.js";
export { buildElf } from "./build-elf.js";
export {
  buildObject,
  type BuildObjectOptions,
  type BuildObjectRelocation,
  type BuildObjectSection,
  type BuildObjectSymbol,
} from "./build-object.js";
export type { BuildOptions, BuildType } from "./build-options.js";
export type { BuildRelocation, BuildVersionDefinition, BuildVersionNeed } from "./dynamic-options.js";
export type { BuildSegment } from "./layout.js";
export { type BuildMachine, buildMachines, type TargetOptions } from "./machines.js";
export type { BuildNote, BuildSymbol } from "./parts.js";
export type { BuildSection } from "./section-parts.js";
export type { BuildMemory } from "./write.js";
export { type Corruption, corrupt, corruptions } from "./corrupt/corrupt.js";
export type { ArchiveKind, CorruptionKind, HostileKind, RuleKind } from "./corrupt/kinds.js";
export {
  assertDefinesSymbol,
  assertEqualElf,
  assertInterpreter,
  assertIntroducesNoFindings,
  assertNeeds,
  assertPassesLayoutChecks,
  assertReproducible,
  assertRequiresGlibcAtMost,
  assertRunpath,
  assertRunsOn,
  assertSameProgram,
  assertSoname,
  assertSummary,
  type ElfAssertion,
} from "./assertions.js";
export type { TextArguments } from "./matchers/dynamic.js";
export type { LayoutCheckOptions } from "./matchers/layout.js";
export type { ElfTransform } from "./matchers/reproducible.js";
export type { DefineSymbolOptions } from "./matchers/symbols.js";
export type { ElfSubject } from "./matchers/verdict.js";
export type { ElfMatchers, ElfSnapshotOptions } from "./runner.js";
export { formatSummary } from "./summary-text.js";
export { type FileSummary, type LayoutSummary, summarize, type SummarizeOptions } from "./summary.js";

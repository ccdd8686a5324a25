import { viewOf } from "../codec/bytes.js";
import { Vernaux, Verneed } from "../codec/records.js";
import type { DynamicDraft } from "../edit/draft.js";
import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import type { VersionNeed } from "../image/versions.js";
import { VERSYM } from "../spec/constants.js";
import { encodeVersionNeeds, mergeVersionNeeds } from "../tables/versions.js";
import type { TableWrite } from "./requests.js";
import { renumberVersions, weakenSymbols } from "./symbol-versions.js";

/** What the edits do to .gnu.version_r, .gnu.version and .dynsym: bytes for their places in the input, and the new count. */
export interface VersionNeedsRequest {
  readonly writes: readonly TableWrite[];
  /** The new DT_VERNEEDNUM; undefined where the table keeps its records. */
  readonly shape: { readonly count: number } | undefined;
}

/** Files are renamed, which may make two needs one, and needs are dropped. @param offsetOf the place in .dynstr of the file's new name */
export function editVersionNeeds(draft: DynamicDraft, offsetOf: (n: VersionNeed) => number): VersionNeedsRequest {
  const { elf, renamedFiles, droppedFiles } = draft, needs = elf.versionNeeds;
  const nameOf = (n: VersionNeed) => renamedFiles.get(n.file) ?? n.file;
  const kept = needs.filter((n) => !droppedFiles.has(n.file)), renamed = kept.filter((n) => nameOf(n) !== n.file);
  const merges = renamed.some((n) => kept.some((o) => o !== n && nameOf(o) === nameOf(n)));
  if (!merges && kept.length === needs.length) return { writes: renamed.flatMap((n) => (offsetOf(n) === n.fileOffset ? [] : [fileField(elf, n, offsetOf(n))])), shape: undefined };

  const names = new Map(kept.map((n) => [offsetOf(n), nameOf(n)]));
  const records = kept.map((n) => ({ file: offsetOf(n), versions: n.versions.map((v) => ({ hash: v.hash, flags: v.flags, index: v.index, name: v.nameOffset })) }));
  const merged = mergeVersionNeeds(records, (file) => names.get(file));
  const { start, size } = extent(elf), encoded = encodeVersionNeeds(merged.needs, elf.header), bytes = new Uint8Array(size);
  bytes.set(encoded);
  const gone = numbers(needs.filter((n) => droppedFiles.has(n.file)), kept);
  const weak = numbers(needs.filter((n) => droppedFiles.get(n.file) === "weaken"), kept);
  const renumbered = new Map([...merged.renumbered, ...[...gone].map((n) => [n, VERSYM.GLOBAL] as const)]);
  return { writes: [{ offset: start, bytes }, ...renumberVersions(elf, renumbered), ...weakenSymbols(elf, weak)], shape: { count: merged.needs.length } };
}

/** The numbers that .gnu.version has for the versions of these needs, and for no other's. */
function numbers(needs: readonly VersionNeed[], others: readonly VersionNeed[]): Set<number> {
  const of = (all: readonly VersionNeed[]) => all.flatMap((n) => n.versions.map((v) => v.index & ~VERSYM.HIDDEN));
  const used = new Set([VERSYM.LOCAL, VERSYM.GLOBAL, ...of(others)]);
  return new Set(of(needs).filter((n) => !used.has(n)));
}

function fileField(elf: ElfFile, need: VersionNeed, offset: number): TableWrite {
  const b = new Uint8Array(4);
  viewOf(b).setUint32(0, offset, elf.header.littleEndian);
  return { offset: need.at + Verneed.offsetOf("file", elf.header.class), bytes: b };
}

/** The range that the records fill. They are written anew in it, so there must be nothing else between them. */
function extent(elf: ElfFile): { start: number; size: number } {
  const c = elf.header.class;
  const ranges = elf.versionNeeds.flatMap((n) => [[n.at, Verneed.size(c)] as const, ...n.versions.map((v) => [v.at, Vernaux.size(c)] as const)]);
  const start = Math.min(...ranges.map(([at]) => at)), end = Math.max(...ranges.map(([at, size]) => at + size));
  if (start !== elf.versionNeeds[0]!.at || ranges.reduce((n, [, size]) => n + size, 0) !== end - start)
    fail("UNSUPPORTED", "the version needs do not lie behind one another, so they cannot be written anew in their place", { what: "scattered DT_VERNEED records" });
  return { start, size: end - start };
}

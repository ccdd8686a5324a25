import { viewOf } from "../codec/bytes.js";
import { Vernaux, Verneed } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { versymTable, type VersionNeed } from "../image/versions.js";
import { VERSYM } from "../spec/constants.js";
import { encodeVersionNeeds, mergeVersionNeeds } from "../tables/versions.js";
import type { TableWrite } from "./requests.js";

/** What a renaming of files does to .gnu.version_r and .gnu.version: bytes for their places in the input, and the new count. */
export interface VersionNeedsRequest {
  readonly writes: readonly TableWrite[];
  /** The new DT_VERNEEDNUM and size in bytes; undefined where the table keeps its shape. */
  readonly shape: { readonly count: number; readonly size: number } | undefined;
}

/** @param nameOf the file a need names after the edits; @param offsetOf that name's place in .dynstr */
export function renameVersionNeeds(elf: ElfFile, nameOf: (n: VersionNeed) => string, offsetOf: (n: VersionNeed) => number): VersionNeedsRequest {
  const needs = elf.versionNeeds;
  const renamed = needs.filter((n) => nameOf(n) !== n.file);
  const merges = renamed.some((n) => needs.some((o) => o !== n && nameOf(o) === nameOf(n)));
  return merges ? merged(elf, nameOf, offsetOf) : { writes: renamed.flatMap((n) => (offsetOf(n) === n.fileOffset ? [] : [fileField(elf, n, offsetOf(n))])), shape: undefined };
}

function fileField(elf: ElfFile, need: VersionNeed, offset: number): TableWrite {
  const b = new Uint8Array(4);
  viewOf(b).setUint32(0, offset, elf.header.littleEndian);
  return { offset: need.at + Verneed.offsetOf("file", elf.header.class), bytes: b };
}

function merged(elf: ElfFile, nameOf: (n: VersionNeed) => string, offsetOf: (n: VersionNeed) => number): VersionNeedsRequest {
  const names = new Map(elf.versionNeeds.map((n) => [offsetOf(n), nameOf(n)]));
  const records = elf.versionNeeds.map((n) => ({ file: offsetOf(n), versions: n.versions.map((v) => ({ hash: v.hash, flags: v.flags, index: v.index, name: v.nameOffset })) }));
  const { needs, renumbered } = mergeVersionNeeds(records, (file) => names.get(file));
  const { start, size } = extent(elf);
  const encoded = encodeVersionNeeds(needs, elf.header), bytes = new Uint8Array(size);
  bytes.set(encoded);
  return { writes: [{ offset: start, bytes }, ...renumberVersions(elf, renumbered)], shape: { count: needs.length, size: encoded.length } };
}

/** The range that the records fill. They are written anew in it, so there must be nothing else between them. */
function extent(elf: ElfFile): { start: number; size: number } {
  const c = elf.header.class;
  const ranges = elf.versionNeeds.flatMap((n) => [[n.at, Verneed.size(c)] as const, ...n.versions.map((v) => [v.at, Vernaux.size(c)] as const)]);
  const start = Math.min(...ranges.map(([at]) => at)), end = Math.max(...ranges.map(([at, size]) => at + size));
  if (ranges.reduce((n, [, size]) => n + size, 0) !== end - start)
    fail("UNSUPPORTED", "the version needs do not lie behind one another, so two of them cannot be merged in place", { what: "scattered DT_VERNEED records" });
  return { start, size: end - start };
}

function* renumberVersions(elf: ElfFile, renumbered: ReadonlyMap<number, number>): Generator<TableWrite> {
  const table = renumbered.size > 0 ? versymTable(elf) : undefined;
  if (!table) return;
  const b = readExactly(elf.source, table.offset, table.count * 2, ".gnu.version"), old = viewOf(b);
  for (let i = 0; i < table.count; i++) {
    const v = old.getUint16(i * 2, elf.header.littleEndian), index = renumbered.get(v & ~VERSYM.HIDDEN);
    if (index === undefined) continue;
    const bytes = new Uint8Array(2);
    viewOf(bytes).setUint16(0, index | (v & VERSYM.HIDDEN), elf.header.littleEndian);
    yield { offset: table.offset + i * 2, bytes };
  }
}

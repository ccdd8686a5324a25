import { encodeText, viewOf } from "../codec/bytes.js";
import { sysvHash } from "../codec/hash.js";
import { Vernaux } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { versionNumber } from "../image/dynamic/versions.js";
import type { ElfFile } from "../image/elf.js";
import { VERSYM } from "../spec/constants.js";
import { damage, type ProgramDifference } from "./difference.js";
import type { Pair } from "./pair.js";

/** What records of versions have to keep, where they are written anew. */
export function* versionFaults({ before, after }: Pair): Generator<ProgramDifference> {
  if (hasSharedNumber(after) && !hasSharedNumber(before)) {
    yield damage("versions", "DT_VERNEED", "two versions have the same number");
  }
  const [old, now] = [before, after].map(oddRecords) as [number, number];
  if (now > old) yield damage("versions", "DT_VERNEED", "a version's number or its place in the list is none");
  yield* wrongHashes(before, after);
}

/**
 * Records with a number that means no version, and lists that go on behind their last record: glibc goes by vna_next.
 */
function oddRecords({ versionNeeds, source, header }: ElfFile): number {
  const nextOf = (at: number): number =>
    Vernaux.view(viewOf(readExactly(source, at, Vernaux.size(header.class), "DT_VERNEED")), 0, header).next;
  const numbers = versionNeeds.flatMap((n) => n.versions.filter((v) => versionNumber(v.index) <= VERSYM.GLOBAL));
  const endless = versionNeeds.filter(({ versions }) => versions.length > 0 && nextOf(versions.at(-1)!.at) !== 0);
  return numbers.length + endless.length;
}

/** Do two versions have the same number, so that nothing tells which one a symbol has? */
function hasSharedNumber({ versionNeeds, versionDefinitions }: ElfFile): boolean {
  const needed = versionNeeds.flatMap((n) => n.versions.map((v) => v.index));
  const numbers = [...needed, ...versionDefinitions.map((d) => d.index)].map(versionNumber);
  return new Set(numbers).size < numbers.length;
}

/** ld.so compares vna_hash before the names, so one that is wrong says that the version is missing. */
function* wrongHashes(before: ElfFile, after: ElfFile): Generator<ProgramDifference> {
  const known = new Set(before.versionNeeds.flatMap((n) => n.versions.map((v) => `${v.name} ${v.hash}`)));
  for (const { versions } of after.versionNeeds) {
    for (const { name, hash } of versions) {
      const isRight = hash === sysvHash(encodeText(name)) || known.has(`${name} ${hash}`);
      if (!isRight) yield damage("versions", name, `vna_hash of ${name} is not the hash of its name`);
    }
  }
}

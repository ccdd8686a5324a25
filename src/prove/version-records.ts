import { encodeText } from "../codec/bytes.js";
import { sysvHash } from "../codec/hash.js";
import { versionNumber } from "../image/dynamic/versions.js";
import type { ElfFile } from "../image/elf.js";
import { damage, type ProgramDifference } from "./difference.js";
import type { Pair } from "./pair.js";

/** What records of versions have to keep, where they are written anew. */
export function* versionFaults({ before, after }: Pair): Generator<ProgramDifference> {
  if (hasSharedNumber(after) && !hasSharedNumber(before)) {
    yield damage("versions", "DT_VERNEED", "two versions have the same number");
  }
  yield* wrongHashes(before, after);
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

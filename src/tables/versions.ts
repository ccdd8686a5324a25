import { viewOf } from "../codec/bytes.js";
import type { Encoding } from "../codec/encoding.js";
import { Vernaux, Verneed } from "../codec/records.js";

/** What one Verneed record and its Vernaux records say. Names are offsets into .dynstr. */
export interface VersionNeedRecord {
  readonly file: number;
  readonly versions: readonly {
    readonly hash: number;
    readonly flags: number;
    readonly index: number;
    readonly name: number;
  }[];
}

/** What merging looks at: a file and its versions, whose names are texts or offsets. */
export interface Mergeable<N> {
  readonly file: N;
  readonly versions: readonly {
    readonly hash: number;
    readonly flags: number;
    readonly index: number;
    readonly name: N;
  }[];
}

/**
 * Joins needs of the same file in the place of the first one. A version that several of them name keeps the number of
 * the first.
 *
 * @param sameFile the same key for names of the same file
 * @returns the needs; and for each version number that is gone, the one that takes its place in .gnu.version
 */
export function mergeVersionNeeds<N, T extends Mergeable<N>>(
  needs: readonly T[],
  sameFile: (a: N) => unknown,
): { needs: T[]; renumbered: Map<number, number> } {
  const byFile = new Map<unknown, T>();
  const renumbered = new Map<number, number>();

  for (const need of needs) {
    const key = sameFile(need.file);
    const first = byFile.get(key);
    if (!first) {
      byFile.set(key, need);
      continue;
    }

    const versions = [...first.versions];
    for (const version of need.versions) {
      const at = versions.findIndex((v) => v.hash === version.hash && v.name === version.name);
      if (at < 0) {
        versions.push(version);
        continue;
      }

      const kept = versions[at]!;
      renumbered.set(version.index, kept.index);
      // VER_FLG_WEAK forgives a missing version. That holds only where both needs forgive it.
      versions[at] = { ...kept, flags: kept.flags & version.flags };
    }

    byFile.set(key, { ...first, versions });
  }

  return { needs: [...byFile.values()], renumbered };
}

/** The bytes of a .gnu.version_r: each Verneed with its Vernaux records behind it, as linkers write it. */
export function encodeVersionNeeds(needs: readonly VersionNeedRecord[], encoding: Encoding): Uint8Array {
  const verneedSize = Verneed.size(encoding.class);
  const vernauxSize = Vernaux.size(encoding.class);
  const sizeOf = (need: VersionNeedRecord) => verneedSize + need.versions.length * vernauxSize;
  const bytes = new Uint8Array(needs.reduce((sum, need) => sum + sizeOf(need), 0));
  const data = viewOf(bytes);

  let at = 0;
  needs.forEach((need, i) => {
    const size = sizeOf(need);
    const verneed = Verneed.view(data, at, encoding);
    verneed.version = 1;
    verneed.cnt = need.versions.length;
    verneed.file = need.file;
    verneed.aux = need.versions.length > 0 ? verneedSize : 0;
    verneed.next = i + 1 < needs.length ? size : 0;

    need.versions.forEach((version, j) => {
      const vernaux = Vernaux.view(data, at + verneedSize + j * vernauxSize, encoding);
      vernaux.hash = version.hash;
      vernaux.flags = version.flags;
      vernaux.other = version.index;
      vernaux.name = version.name;
      vernaux.next = j + 1 < need.versions.length ? vernauxSize : 0;
    });

    at += size;
  });

  return bytes;
}

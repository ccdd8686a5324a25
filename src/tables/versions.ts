import { viewOf } from "../codec/bytes.js";
import type { Encoding } from "../codec/encoding.js";
import { Vernaux, Verneed } from "../codec/records.js";

/** What one Verneed record and its Vernaux records say; names are offsets into .dynstr. */
export interface VersionNeedRecord {
  readonly file: number;
  readonly versions: readonly {
    readonly hash: number;
    readonly flags: number;
    readonly index: number;
    readonly name: number;
  }[];
}

/** What merging looks at: a file and its versions, their names texts or offsets. */
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
 * Needs of the same file become one, in the place of the first; a version that both name keeps the first one's number.
 *
 * @returns the needs, and for each version number that went the one that takes its place in .gnu.version
 */
export function mergeVersionNeeds<N, T extends Mergeable<N>>(
  needs: readonly T[],
  sameFile: (a: N) => unknown,
): { needs: T[]; renumbered: Map<number, number> } {
  const byFile = new Map<unknown, T>();
  const renumbered = new Map<number, number>();
  for (const need of needs) {
    const key = sameFile(need.file);
    const into = byFile.get(key);
    if (!into) {
      byFile.set(key, need);
      continue;
    }

    const versions = [...into.versions];
    for (const v of need.versions) {
      const same = versions.findIndex((o) => o.hash === v.hash && o.name === v.name);
      if (same < 0) {
        versions.push(v);
        continue;
      }

      const kept = versions[same]!;
      renumbered.set(v.index, kept.index);
      // VER_FLG_WEAK forgives a missing version, which only holds when both needs forgive it.
      versions[same] = { ...kept, flags: kept.flags & v.flags };
    }

    byFile.set(key, { ...into, versions });
  }

  return { needs: [...byFile.values()], renumbered };
}

/** The bytes of a .gnu.version_r: each Verneed followed by its Vernaux records, as linkers write it. */
export function encodeVersionNeeds(needs: readonly VersionNeedRecord[], e: Encoding): Uint8Array {
  const head = Verneed.size(e.class);
  const aux = Vernaux.size(e.class);
  const b = new Uint8Array(needs.reduce((n, x) => n + head + x.versions.length * aux, 0));
  const data = viewOf(b);
  let at = 0;
  needs.forEach((need, i) => {
    const bytes = head + need.versions.length * aux;
    const r = Verneed.view(data, at, e);
    r.version = 1;
    r.cnt = need.versions.length;
    r.file = need.file;
    r.aux = need.versions.length > 0 ? head : 0;
    r.next = i + 1 < needs.length ? bytes : 0;
    need.versions.forEach((v, j) => {
      const x = Vernaux.view(data, at + head + j * aux, e);
      x.hash = v.hash;
      x.flags = v.flags;
      x.other = v.index;
      x.name = v.name;
      x.next = j + 1 < need.versions.length ? aux : 0;
    });
    at += bytes;
  });

  return b;
}

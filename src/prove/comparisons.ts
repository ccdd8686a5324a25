import { fail } from "../error.js";
import type { Pair } from "./pair.js";

/** How many times all bytes of both files may be compared as those of sections. */
const MOST = 16;

/**
 * Gives what `compare` gives.
 *
 * @param size the bytes that it reads
 * @param key all that its answer depends on
 * @throws ElfError `MALFORMED` where the sections are too long
 */
export type Compared<T> = (size: number, key: readonly (number | undefined)[], compare: () => T) => T;

/**
 * Comparisons of sections, each made once: a file may have very many headers of the same bytes, of which each would
 * cost all of these. Where sections overlap otherwise so that they are many times longer than the file, it ends.
 */
export function comparedOnce<T>({ before, after }: Pair): Compared<T> {
  const known = new Map<string, T>();
  let left = MOST * (before.source.size + after.source.size) + (1 << 20);

  return (size, key, compare) => {
    const name = key.join();
    const answer = known.get(name);
    if (answer !== undefined) return answer;

    left -= size;
    if (left < 0) {
      fail("MALFORMED", "the sections are many times longer than the file", { offset: before.header.shoff });
    }
    const found = compare();
    known.set(name, found);
    return found;
  };
}

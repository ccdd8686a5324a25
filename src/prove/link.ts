import { relocationBlocks } from "../image/relocations/relocation-blocks.js";
import { Tolerant } from "../image/tolerant.js";
import type { LinkProof } from "./proof.js";
import { hashDifferences } from "./hash.js";
import { matchSymbols } from "./match-symbols.js";
import { relocationDifferences } from "./relocations.js";
import { versionFaults } from "./version-records.js";
import { versionDifferences } from "./versions.js";

/**
 * What dynamic linking goes by, where it may say something else: symbols by name and version, every symbol found by
 * every hash table, relocations by place, kind, symbol and addend.
 */
export const linkProof: LinkProof = {
  *compare(pair) {
    const symbols = matchSymbols(pair);
    yield* symbols.differences;
    yield* versionDifferences(pair);
    yield* versionFaults(pair);
    yield* hashDifferences(pair, symbols);

    const sameSymbol = symbols.isSame ? undefined : (old: number, now: number) => symbols.indexOf(old) === now;
    yield* relocationDifferences(pair, sameSymbol);
  },

  relocations(elf) {
    const blocks = new Tolerant().part(() => relocationBlocks(elf)) ?? [];
    return blocks.flatMap(({ offset, size }) => {
      const start = elf.addressOf(offset, size);
      return start === undefined ? [] : [{ start, end: start + BigInt(size) }];
    });
  },
};

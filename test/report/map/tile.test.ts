import { expect, it } from "vitest";
import { coverWithTiles } from "../../../src/report/map/tile.js";
import { random, SEED } from "../../support/mutants.js";

it(`each byte goes to the claim that a search finds (seed ${SEED})`, () => {
  const below = random(SEED);
  for (let round = 0; round < 300; round++) {
    const size = 1 + below(40);
    const claims = Array.from({ length: below(12) }, (_, of) => {
      const start = below(50) - 5;
      return { start, end: start + below(20), rank: below(3), of };
    });
    const tiles = coverWithTiles(0, size, claims);
    const owners = tiles.flatMap((t) => new Array<number | null>(t.end - t.start).fill(t.claim?.of ?? null));
    const length = (claim: { start: number; end: number }) => claim.end - claim.start;

    expect(tiles.map((t) => t.start)).toEqual([0, ...tiles.slice(0, -1).map((t) => t.end)]);
    expect(owners.length).toBe(size);

    // The lowest rank wins; of several, the shortest.
    for (let at = 0; at < size; at++) {
      const covering = claims.filter((claim) => claim.start <= at && at < claim.end);
      const best = covering.sort((a, b) => a.rank - b.rank || length(a) - length(b))[0];
      const owner = owners[at] === null ? undefined : claims[owners[at]!]!;
      expect([owner?.rank, owner && length(owner)], `byte ${at}`).toEqual([best?.rank, best && length(best)]);
    }
  }
});

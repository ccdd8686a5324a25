import { expect, it } from "vitest";
import { collectLibraries, isElfError, resolveLibraries, whyLoaded } from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { makeCache } from "../resolve/cache-file.js";
import { memory } from "../resolve/memory.js";
import { ENCODINGS } from "../support/elf.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";

const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 250);

it.each(ENCODINGS)(`trees of broken files are results or ElfErrors: $label (seed ${SEED})`, (e) => {
  const main = buildElf({
    ...e,
    needed: ["libx.so", "liby.so"],
    runpath: "$ORIGIN/lib:/opt",
    interpreter: "/ld.so",
    pageSize: 0x1000,
  });
  const lib = buildElf({
    ...e,
    soname: "libx.so",
    needed: ["liby.so", "libx.so"],
    interpreter: null,
    rpath: "${ORIGIN}",
    pageSize: 0x1000,
  });
  const cache = makeCache({
    littleEndian: e.littleEndian,
    entries: [
      { name: "liby.so", path: "/c/liby.so" },
      { name: "libx.so", path: "/c/libx.so", hwcaps: "x" },
    ],
  });
  const hotMain = hotRanges(main);
  const hotLib = hotRanges(lib);
  const hotCache = [{ at: 0, length: cache.length }];
  let refused = 0;
  let invalid = 0;

  for (let round = 0; round < ROUNDS; round++) {
    const below = random(SEED * 977 + round);
    const broken = (b: Uint8Array, hot: typeof hotCache) => (below(3) === 0 ? b : mutant(b, hot, below));
    const contents = {
      "/main": broken(main, hotMain),
      "/lib/libx.so": broken(lib, hotLib),
      "/opt/libx.so": lib,
      "/c/liby.so": broken(lib, hotLib),
      "/etc/ld.so.cache": broken(cache, hotCache),
      "/ld.so": broken(lib, hotLib),
    };

    try {
      const tree = resolveLibraries("/main", {
        files: memory(contents),
        rules: round % 2 === 0 ? "glibc" : "musl",
        hwcaps: ["x"],
      });
      whyLoaded(tree, "liby.so");
      collectLibraries(tree);

      const tried = tree.objects.flatMap((o) => o.needs).flatMap((n) => n.tried);
      if (tried.some((t) => t.outcome === "invalid")) invalid++;
    } catch (error) {
      if (!isElfError(error)) {
        throw new Error(`ELFWRIGHT_SEED=${SEED}, round ${round}: ${String(error)}`, { cause: error });
      }
      refused++;
    }
  }

  // Mutants that all fail, or all pass, would test nothing.
  expect(Math.min(refused, invalid)).toBeGreaterThan(ROUNDS / 50);
});

import { type PageFitness, pageFitness } from "../../check/pages.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import type { Pass, Stage } from "./pass.js";
import { spread } from "./spread.js";

/**
 * Before the ordinary layout, PT_LOADs are set apart where the file is not fit for these page sizes, and a payload
 * after the file is taken out. After the layout, the payload goes to the end of the finished file.
 *
 * @param sizes page sizes in bytes
 */
export function raisePasses(sizes: readonly number[]): readonly Pass[] {
  const pageSizes = [...new Set(sizes)].sort((a, b) => a - b);
  return [
    {
      name: "spread",
      order: -10,
      run: (stage, { overlay }) => {
        const pageSize = unfitSize(stage.elf, pageSizes);
        if (pageSize === undefined) return stage;

        const { held, ...layout } = spread(stage.elf, pageSize, overlay);
        return stage.then(layout, held);
      },
      verify: (after) => expectFit(after, pageSizes),
    },
    { name: "put back", order: 10, run: (stage: Stage) => stage.putBack() },
  ];
}

/** The largest of these page sizes that the file is not fit for. `NO_ROOM` where spreading it does not help. */
function unfitSize(elf: ElfFile, pageSizes: readonly number[]): number | undefined {
  const unfit = pageSizes.map((size): PageFitness => pageFitness(elf, size)).filter((f) => !f.fit);
  const largest = unfit.at(-1)?.pageSize;

  const tried = unfit.flatMap((f) => f.obstacles);
  if (tried.length === 0) return largest;

  fail(
    "NO_ROOM",
    `raiseAlignment(${largest}) cannot make the file fit without moving addresses, which only a linker can: ` +
      tried.join("; "),
    { tried },
  );
}

/**
 * Fails where the rewritten file is not fit for a page size that was asked for. The promise is tested, not believed.
 */
function expectFit(after: ElfFile, pageSizes: readonly number[]): void {
  for (const size of pageSizes) {
    const errors = pageFitness(after, size).problems.filter((p) => p.severity === "error");
    if (errors.length === 0) continue;

    const problems = errors.map((f) => `${f.at}: ${f.message}`).join("; ");
    fail(
      "INVARIANT",
      `the rewritten file would not be fit for pages of ${size} bytes, so nothing was written: ${problems}`,
      { rules: errors.map((f) => f.rule) },
    );
  }
}

import { pageFitness } from "../../check/pages.js";
import { fail, type Note } from "../../error.js";
import type { ElfFile, Overlay } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { composePieces } from "../pieces/compose.js";
import { piecesSource } from "../pieces/fill.js";
import type { Layout, LayoutOptions } from "../layout/layout.js";
import type { Piece } from "../pieces/pieces.js";
import { spread } from "./spread.js";

/** The file that the ordinary layout starts from: the input, or one whose PT_LOADs were spread for larger pages before. */
export interface Base {
  readonly elf: ElfFile;
  /** Where its bytes come from; undefined where it is the input. */
  readonly pieces: readonly Piece[] | undefined;
  readonly behind: Overlay | undefined;
  readonly notes: readonly Note[];
}

/** Spreads the input for these page sizes where it is not fit for them. `NO_ROOM`, `OVERLAY`. */
export function raise(elf: ElfFile, pageSizes: readonly number[], { overlay }: LayoutOptions): Base {
  const unfit = pageSizes.map((size) => pageFitness(elf, size)).filter((f) => !f.fit);
  const largest = unfit.at(-1)?.pageSize;
  if (largest === undefined) return { elf, pieces: undefined, behind: undefined, notes: [] };
  const tried = unfit.flatMap((f) => f.obstacles);
  if (tried.length > 0) fail("NO_ROOM", `raiseAlignment(${largest}) cannot make the file fit without moving addresses, which only a linker can: ${tried.join("; ")}`, { tried });
  const { pieces, size, notes, behind } = spread(elf, largest, overlay), { source } = elf;
  return { elf: readElf(piecesSource(source, pieces, size)), pieces, behind, notes };
}

/** The layout of the base as one of the input. */
export function onInput(layout: Layout, { pieces, behind, notes }: Base): Layout {
  if (!pieces) return layout;
  const composed = composePieces(layout.pieces, pieces), { size } = layout;
  if (!behind) return { ...layout, pieces: composed, notes: [...notes, ...layout.notes] };
  const message = `${behind.size} bytes behind the end of the ELF file moved from offset ${behind.offset} to ${size}`;
  return {
    ...layout, size: size + behind.size, pieces: [...composed, { kind: "input", at: size, size: behind.size, from: behind.offset }],
    notes: [...notes, ...layout.notes, { note: "OVERLAY", message }],
  };
}

/** Fails where the rewritten file is not fit for a page size that was asked for: the promise of `raiseAlignment`, tested and not believed. */
export function expectFit(after: ElfFile, pageSizes: readonly number[]): void {
  for (const size of pageSizes) {
    const { problems } = pageFitness(after, size), errors = problems.filter((p) => p.severity === "error");
    if (errors.length > 0)
      fail("INVARIANT", `the rewritten file would not be fit for pages of ${size} bytes, so nothing was written: ${errors.map((f) => `${f.at}: ${f.message}`).join("; ")}`, { rules: errors.map((f) => f.rule) });
  }
}

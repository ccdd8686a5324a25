import type { ByteSource } from "./codec/source.js";
import { readElf } from "./image/read-elf.js";
import { composePieces } from "./rewrite/pieces/compose.js";
import { layOutDebugFile } from "./rewrite/passes/debug-file.js";
import { piecesSource } from "./rewrite/pieces/fill.js";
import type { Layout, LayoutOptions } from "./rewrite/layout/layout.js";
import type { Edit } from "./request/edits.js";

/** The separate debug file of what the other edits make of the file, where one is asked for. */
export function extractDebug(layout: Layout, source: ByteSource, edits: readonly Edit[], { overlay }: LayoutOptions): Layout {
  if (!edits.some((e) => e.edit === "onlyKeepDebug")) return layout;
  const { size, pieces } = layout, debug = layOutDebugFile(readElf(piecesSource(source, pieces, size)), overlay);
  return { ...debug, pieces: composePieces(debug.pieces, pieces), notes: [...layout.notes, ...debug.notes] };
}

import type { Note } from "../../../error.js";
import type { ElfFile } from "../../../image/elf.js";
import { elfEnd } from "../../../image/headers/overlay.js";
import type { FileMap } from "../../../pieces/pieces.js";
import type { LayoutOptions } from "../options.js";
import type { Shape } from "../shape.js";

/** What the earlier phases have decided. */
interface Decided {
  readonly shape: Shape;
  readonly options: LayoutOptions;
  /** The end of the output so far. */
  readonly end: number;
}

/**
 * Keeps, moves or drops the bytes after the end of the ELF file. Returns the end of the output, and what became of
 * them.
 */
export function writeOverlay(
  map: FileMap,
  elf: ElfFile,
  { shape, options, end }: Decided,
): { readonly end: number; readonly notes: readonly Note[] } {
  const { overlay: choice } = options;
  const payload = elf.overlay;
  const said = (note: Note["note"], message: string): Note[] => [{ note, message }];

  if (!payload) {
    if (choice !== "drop") return { end, notes: [] };

    const message =
      'overlay: "drop": no bytes follow the end of the ELF file ' +
      "(a payload that an earlier rewrite kept in place lies inside it now)";
    return { end, notes: said("NOT_FOUND", message) };
  }

  const what = `${payload.size} bytes behind the end of the ELF file`;
  const isCut = shape.unloaded !== "stays";
  if (choice === "drop") return { end: isCut ? end : elfEnd(elf), notes: said("OVERLAY", `${what} were dropped`) };
  if (!isCut || choice === "keep-in-place") return { end, notes: [] };

  map.keep(payload.offset, payload.size, end);
  const message =
    `${what} moved from offset ${payload.offset} to ${end}; ` +
    'a payload that is found by a fixed offset needs overlay: "keep-in-place"';
  return { end: end + payload.size, notes: said("OVERLAY", message) };
}

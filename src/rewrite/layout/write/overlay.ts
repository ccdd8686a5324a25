import type { Note } from "../../../error.js";
import type { ElfFile } from "../../../image/elf.js";
import { elfEnd } from "../../../image/headers/overlay.js";
import type { FileMap } from "../../../pieces/pieces.js";
import type { LayoutOptions } from "../options.js";
import type { Shape } from "../shape.js";
import { keptFor } from "../tail/overlay.js";

/** What the earlier phases have decided. */
interface Decided {
  readonly shape: Shape;
  readonly options: LayoutOptions;
  /** The end of the output so far. */
  readonly end: number;
}

/**
 * Keeps, moves or drops the bytes after the end of the ELF file. Zeros alone stay where nothing is written at the end,
 * and go where something is. Returns the end of the output, and what became of a payload.
 */
export function writeOverlay(
  map: FileMap,
  elf: ElfFile,
  { shape, options, end }: Decided,
): { readonly end: number; readonly notes: readonly Note[] } {
  const { overlay: choice } = options;
  const isCut = shape.unloaded !== "stays";
  if (choice === "drop") return dropped(elf, isCut ? end : elfEnd(elf));

  // What would cut a payload off, and says nothing of it, was refused before.
  const payload = isCut && choice !== undefined ? elf.overlay : null;
  if (!payload) return { end, notes: [] };

  const { offset, size } = payload;
  const what = `${size} bytes behind the end of the ELF file`;
  if (choice === "keep") {
    map.keep(offset, size, end);
    const message = `${what} moved from offset ${offset} to ${end}; ${keptFor(choice, elf.source, payload)}`;
    return { end: end + size, notes: said(message) };
  }

  const more = end - offset - size;
  if (more === 0) return { end, notes: [] };

  const reader = keptFor("keep-in-place", elf.source, payload);
  const message = `${what} stay at offset ${offset}, but ${more} new bytes follow and end the file now; ${reader}`;
  return { end, notes: said(message) };
}

/** Drops all bytes after the end of the ELF file, zeros too. */
function dropped(elf: ElfFile, end: number): { readonly end: number; readonly notes: readonly Note[] } {
  const size = elf.source.size - elfEnd(elf);
  if (size > 0) return { end, notes: said(`${size} bytes behind the end of the ELF file were dropped`) };

  const message =
    'overlay: "drop": no bytes follow the end of the ELF file ' +
    "(a payload that an earlier rewrite kept in place lies inside it now)";
  return { end, notes: [{ note: "NOT_FOUND", message }] };
}

const said = (message: string): Note[] => [{ note: "OVERLAY", message }];

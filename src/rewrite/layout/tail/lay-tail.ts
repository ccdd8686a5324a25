import type { ElfFile } from "../../../image/elf.js";
import type { FileMap } from "../../../pieces/pieces.js";
import type { Requests } from "../../wish/requests.js";
import type { LayoutOptions } from "../options.js";
import { ownsNameTable } from "../section-names.js";
import type { Shape } from "../shape.js";
import { refuseOverlay } from "./overlay.js";
import { blankTail, compactTail, keepTail, type Tail } from "./tail.js";

/** What the tail needs to know of the earlier phases. */
interface Decided {
  readonly shape: Shape;
  /** Where the loaded part ends now; undefined where its last segment has not grown. */
  readonly grownTo: number | undefined;
}

/** Lays the part of the file that follows everything that is loaded. */
export function layTail(
  map: FileMap,
  elf: ElfFile,
  requests: Requests,
  { overlay }: LayoutOptions,
  { shape, grownTo }: Decided,
): Tail {
  if (shape.unloaded === "stays") return keepTail(elf, map);

  const payload = elf.overlay;
  if (payload && overlay === undefined) refuseOverlay(elf.source, payload);
  if (shape.unloaded === "keeps its places") return blankTail(elf, map, requests);

  // Where nothing else uses the name table, it is written anew at the end.
  const rewritten = new Set(ownsNameTable(elf, requests.dropped) ? [elf.header.shstrndx] : []);
  return compactTail(elf, map, requests, { rewritten, overlay, grownTo });
}

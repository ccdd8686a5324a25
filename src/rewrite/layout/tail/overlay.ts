import { skipZeros, viewOf } from "../../../codec/bytes.js";
import { type ByteSource, readExactly } from "../../../codec/source.js";
import { fail, hex } from "../../../error.js";
import type { Overlay } from "../../../image/elf.js";
import type { OverlayChoice } from "../options.js";

/** Refuses to move or lose bytes that nothing describes. `OVERLAY`. */
export function refuseOverlay(source: ByteSource, { offset, size }: Overlay): never {
  const both = foundFromBoth(source, { offset, size });
  return fail(
    "OVERLAY",
    `${size} bytes at ${hex(offset)} belong to no header, segment or section (the payload of a self-extracting ` +
      "program?), and this rewrite would move or lose them; say what to do with them by the option " +
      `overlay: "keep" | "keep-in-place" | "drop"${both && `; ${both}`}`,
    { offset, size },
  );
}

/** For whom a payload is lost that was kept so, and what to do. */
export function keptFor(choice: Exclude<OverlayChoice, "drop">, source: ByteSource, payload: Overlay): string {
  const both = foundFromBoth(source, payload);
  if (both) return both;

  const [found, instead] = choice === "keep" ? ["by a fixed offset", "keep-in-place"] : ["from the file's end", "keep"];
  return `a payload that is found ${found} needs overlay: "${instead}"`;
}

/** Bytes at the start and at the end of a payload that are looked at. */
const START = 1 << 16;
const TAIL = 64;

/**
 * A sentence if the last bytes of a payload hold the offset at which it begins, as those of SBCL's images do; else
 * empty. Who reads that number has come from the end of the file.
 */
function foundFromBoth(source: ByteSource, { offset, size }: Overlay): string {
  const read = (from: number, length: number): Uint8Array => readExactly(source, from, length, "the overlay");
  const start = offset + skipZeros(read(offset, Math.min(size, START)));
  const tail = viewOf(read(offset + size - Math.min(size, TAIL), Math.min(size, TAIL)));

  for (let at = tail.byteLength - 4; at >= 0; at -= 4) {
    const word = [tail.getUint32(at), tail.getUint32(at, true)].find((w) => w === offset || w === start);
    if (word === undefined) continue;

    return (
      `its last bytes hold its own offset ${hex(word)}, so it is found from the end of the file and by that offset, ` +
      "and lost either way where the file grows; edit the program before the payload is appended"
    );
  }
  return "";
}

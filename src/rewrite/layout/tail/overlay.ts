import { fail, hex } from "../../../error.js";
import type { Range } from "../../../pieces/ranges.js";

/** Refuses to move or lose bytes that nothing describes. `OVERLAY`. */
export function refuseOverlay({ start, end }: Range): never {
  const size = end - start;
  return fail(
    "OVERLAY",
    `${size} bytes at ${hex(start)} belong to no header, segment or section (the payload of a self-extracting ` +
      "program?), and this rewrite would move or lose them; say what to do with them by the option " +
      'overlay: "keep" | "keep-in-place" | "drop"',
    { offset: start, size },
  );
}

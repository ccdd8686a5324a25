import { type Archive, FIELDS, HEADER_SIZE } from "../archive/read.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { Piece } from "../pieces/pieces.js";

/**
 * Proves that nothing of a static library is another than dates, owners and modes.
 *
 * @throws ElfError `INVARIANT`
 */
export function proveHeaders({ source, members }: Archive, pieces: readonly Piece[]): void {
  const headers = new Set(members.map((m) => m.offset));

  for (const piece of pieces) {
    const { kind, at, size } = piece;
    if (kind === "input" && piece.from === at) continue;

    const old = readExactly(source, at, size, "the headers");
    const isRight =
      kind === "bytes" &&
      old.every((byte, i) => {
        const field = i % HEADER_SIZE;
        const mayChange = headers.has(at + i - field) && field >= FIELDS.date[0] && field < FIELDS.mode[1];
        return mayChange || byte === piece.bytes[i];
      });
    if (isRight) continue;

    fail("INVARIANT", `the static library would be another one at byte ${at}, so nothing was written`, {
      rules: ["prove-archive"],
    });
  }
}

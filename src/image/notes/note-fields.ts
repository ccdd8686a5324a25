import { decodeText, viewOf } from "../../codec/bytes.js";
import type { Encoding } from "../../codec/encoding.js";
import { fail } from "../../error.js";

/** What decides how the contents of a note are read. */
export interface NoteFormat extends Encoding {
  readonly machine: number;
}

/** How the contents of one note are read, and where the note is, for errors. */
export interface NoteReading extends NoteFormat {
  /** File offset of the note. */
  readonly offset: number;
}

/** Fails with `MALFORMED` for contents that are not what owner and type promise. The caller adds which note it is. */
export const brokenNote = (why: string, { offset }: NoteReading): never => fail("MALFORMED", why, { offset });

/** The first `count` words of a note. It has to have as many. */
export function wordsOf(bytes: Uint8Array, count: number, format: NoteReading): number[] {
  if (bytes.length < 4 * count) brokenNote(`has ${bytes.length} bytes, ${4 * count} are needed`, format);
  const view = viewOf(bytes);
  return Array.from({ length: count }, (_, i) => view.getUint32(4 * i, format.littleEndian));
}

/** A text that ends at its first NUL, or with the bytes. */
export function textBeforeNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeText(end < 0 ? bytes : bytes.subarray(0, end));
}

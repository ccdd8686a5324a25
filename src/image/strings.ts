import { decodeText } from "../codec/bytes.js";
import { type ByteSource, readExactly } from "../codec/source.js";
import { fail, hex } from "../error.js";

/** Bytes that are read for a string at first. */
const FIRST_READ = 256;

/** A string table in the file. It is read string by string, so that a large .dynstr is not loaded for one name. */
export class StringTable {
  readonly source: ByteSource;
  /** File offset and size in bytes, without the part that is beyond the end of the file. */
  readonly offset: number;
  readonly size: number;
  #whole: Uint8Array | undefined;

  constructor(source: ByteSource, offset: number, size: number) {
    this.source = source;
    this.offset = offset;
    this.size = Math.max(0, Math.min(size, source.size - offset));
  }

  /** Loads all bytes. After this, single strings come from memory. */
  load(): Uint8Array {
    return (this.#whole ??= readExactly(this.source, this.offset, this.size, "the string table"));
  }

  /**
   * The bytes of the string at this byte offset of the table, without its NUL. `MALFORMED` where none ends inside the
   * table.
   */
  bytesAt(at: number): Uint8Array {
    const isInside = at >= 0 && at < this.size;
    if (!isInside) {
      fail(
        "MALFORMED",
        `string offset ${hex(at)} lies outside its table (${hex(this.size)} bytes at ${hex(this.offset)})`,
        { offset: this.offset },
      );
    }

    if (this.#whole) {
      const end = this.#whole.indexOf(0, at);
      return end < 0 ? this.#unterminated(at) : this.#whole.subarray(at, end);
    }

    for (let length = FIRST_READ; ; length *= 4) {
      const bytes = readExactly(this.source, this.offset + at, Math.min(length, this.size - at), "a string");
      const end = bytes.indexOf(0);
      if (end >= 0) return bytes.subarray(0, end);
      if (at + length >= this.size) this.#unterminated(at);
    }
  }

  /** The string at this byte offset of the table, as UTF-8. `MALFORMED` as {@link bytesAt}. */
  at(at: number): string {
    return decodeText(this.bytesAt(at));
  }

  #unterminated(at: number): never {
    return fail("MALFORMED", `the string at ${hex(this.offset + at)} has no terminating NUL inside its table`, {
      offset: this.offset + at,
    });
  }
}

/** A symbol's name by its st_name; empty where st_name is outside the table, or there is no table. */
export const nameAt = (strings: StringTable | undefined, at: number): string =>
  strings && at < strings.size ? strings.at(at) : "";

/**
 * Keeps the work on one table in proportion to its size. Without it, many entries that all point into one long string
 * would cost the product of their number and its length.
 */
export class NameBudget {
  readonly #offset: number;
  #left: number;

  /** @param table its file offset and its size in bytes; undefined where there is none and all names are empty */
  constructor(table: { readonly offset: number; readonly size: number } | undefined) {
    this.#offset = table?.offset ?? 0;
    this.#left = 16 * (table?.size ?? 0) + (1 << 20);
  }

  /** Counts a name, and returns it. `MALFORMED` where all names together are too long. */
  spend(name: string): string {
    this.count(name.length);
    return name;
  }

  /** Counts a name that is not made yet, as {@link spend} does. */
  count(length: number): void {
    this.#left -= length;
    if (this.#left < 0) {
      fail("MALFORMED", "the names of a table are many times longer than the table that holds them", {
        offset: this.#offset,
      });
    }
  }
}

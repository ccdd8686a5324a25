import { concat, toLatin1 } from "../codec/bytes.js";

/** A string table that only grows. A string that it has already, also as the end of another one, is used again. */
export class GrowingStrings {
  #bytes: Uint8Array;
  /** The whole table as text, made when something is looked for. */
  #known: string | undefined;
  readonly #added: Uint8Array[] = [];

  /** @param bytes the table as it is; its last byte is NUL */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get #text(): string {
    return (this.#known ??= toLatin1(this.#bytes));
  }

  /** The offset of a string that the table has, or undefined. `string` includes its NUL. */
  find(string: Uint8Array): number | undefined {
    const at = this.#text.indexOf(toLatin1(string));
    return at < 0 ? undefined : at;
  }

  /** The offset of a string, which is appended if the table lacks it. `string` includes its NUL. */
  add(string: Uint8Array): number {
    const found = this.find(string);
    if (found !== undefined) return found;

    const at = this.#text.length;
    this.#added.push(string);
    this.#known = this.#text + toLatin1(string);
    return at;
  }

  /** Writes a string over a range that nothing uses any more. The rest of the range becomes NUL. */
  overwrite(at: number, length: number, string: Uint8Array): void {
    const slot = new Uint8Array(length);
    slot.set(string);
    const bytes = this.bytes().slice();
    bytes.set(slot, at);

    this.#bytes = bytes;
    this.#added.length = 0;
    this.#known = this.#text.slice(0, at) + toLatin1(slot) + this.#text.slice(at + length);
  }

  bytes(): Uint8Array {
    return this.#added.length === 0 ? this.#bytes : concat([this.#bytes, ...this.#added]);
  }
}

import { concat, encodeText, toLatin1 } from "../codec/bytes.js";

/** A string table that only grows: what is there already, also as the end of another string, is used again. */
export class GrowingStrings {
  #bytes: Uint8Array;
  #text: string;
  readonly #added: Uint8Array[] = [];

  /** @param bytes the table as it is, its last byte NUL */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#text = toLatin1(bytes);
  }

  /** The offset of a string that the table has already, or undefined. `string` includes its NUL. */
  find(string: Uint8Array): number | undefined {
    const at = this.#text.indexOf(toLatin1(string));
    return at < 0 ? undefined : at;
  }

  /** The offset of this string, appended where the table has it not. `string` includes its NUL. */
  add(string: Uint8Array): number {
    const found = this.find(string);
    if (found !== undefined) return found;
    const at = this.#text.length;
    this.#added.push(string);
    this.#text += toLatin1(string);
    return at;
  }

  /** Writes a string over a range that nothing uses any more; what it does not fill becomes NUL. */
  overwrite(at: number, length: number, string: Uint8Array): void {
    const slot = new Uint8Array(length);
    slot.set(string);
    const b = this.bytes().slice();
    b.set(slot, at);
    this.#bytes = b;
    this.#added.length = 0;
    this.#text = this.#text.slice(0, at) + toLatin1(slot) + this.#text.slice(at + length);
  }

  bytes(): Uint8Array {
    return this.#added.length === 0 ? this.#bytes : concat([this.#bytes, ...this.#added]);
  }
}

/** A new string table of these texts, where a text that ends another one shares its bytes. The first byte is NUL. */
export function compactStrings(texts: readonly string[]): { bytes: Uint8Array; offsetOf(text: string): number } {
  const reversed = (s: string) => [...s].reverse().join("");
  const sorted = [...new Set(texts)].filter((t) => t !== "").map((t) => ({ text: t, key: reversed(t) }));
  // Backwards order puts each text right behind the longest one that it ends.
  sorted.sort((a, b) => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0));
  const offsets = new Map<string, number>([["", 0]]);
  const parts: Uint8Array[] = [new Uint8Array(1)];
  let size = 1;
  let last: { key: string; end: number } | undefined;
  for (const { text, key } of sorted) {
    const b = encodeText(text);
    if (last?.key.startsWith(key)) {
      offsets.set(text, last.end - b.length);
      continue;
    }
    offsets.set(text, size);
    parts.push(b, new Uint8Array(1));
    size += b.length + 1;
    last = { key, end: size - 1 };
  }
  return { bytes: concat(parts), offsetOf: (t) => offsets.get(t)! };
}

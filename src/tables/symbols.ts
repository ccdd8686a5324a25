import { viewOf } from "../codec/bytes.js";
import { type RelocationFormat, symbolField } from "../image/relocations/relocation-sections.js";

/** Records of `stride` bytes in another order: `order` has the new index of each. */
export function permuteRecords(bytes: Uint8Array, stride: number, order: (index: number) => number): Uint8Array {
  const out = bytes.slice();
  for (let i = 0; (i + 1) * stride <= bytes.length; i++) {
    out.set(bytes.subarray(i * stride, (i + 1) * stride), order(i) * stride);
  }
  return out;
}

/** A copy of relocation records with the new indexes of their symbols; see {@link renumberIn}. */
export function renumberRelocations(
  bytes: Uint8Array,
  stride: number,
  format: RelocationFormat,
  order: (index: number) => number,
): Uint8Array {
  const out = bytes.slice();
  renumberIn(viewOf(out), 0, out.length, stride, format, order);
  return out;
}

/**
 * Writes the new indexes of the symbols into relocation records.
 *
 * @param from the byte offset of the first record; `to` is the end of the last one
 * @param stride bytes of a record; r_info is its second word
 * @param order the new index of a symbol
 */
export function renumberIn(
  view: DataView,
  from: number,
  to: number,
  stride: number,
  format: RelocationFormat,
  order: (index: number) => number,
): void {
  const { at, shift } = symbolField(format);
  const { littleEndian } = format;
  for (let record = from; record + stride <= to; record += stride) {
    const word = view.getUint32(record + at, littleEndian);
    const renumbered = shift === 0 ? order(word) : ((order(word >>> 8) << 8) | (word & 0xff)) >>> 0;
    view.setUint32(record + at, renumbered, littleEndian);
  }
}

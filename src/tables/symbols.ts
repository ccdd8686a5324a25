import { viewOf } from "../codec/bytes.js";
import { type RelocationFormat, symbolField } from "../image/relocation-sections.js";

/** Records of `stride` bytes in another order: each goes to the index that `order` gives for its own. */
export function permuteRecords(bytes: Uint8Array, stride: number, order: (index: number) => number): Uint8Array {
  const out = bytes.slice();
  for (let i = 0; (i + 1) * stride <= bytes.length; i++) out.set(bytes.subarray(i * stride, (i + 1) * stride), order(i) * stride);
  return out;
}

/**
 * Relocation records whose symbols have other indexes.
 *
 * @param stride bytes of a record: r_info is its second word
 */
export function renumberRelocations(bytes: Uint8Array, stride: number, f: RelocationFormat, order: (index: number) => number): Uint8Array {
  const out = bytes.slice(), v = viewOf(out), { at, shift } = symbolField(f);
  for (let i = at; i + stride - at <= out.length; i += stride) {
    const word = v.getUint32(i, f.littleEndian);
    v.setUint32(i, shift === 0 ? order(word) : ((order(word >>> 8) << 8) | (word & 0xff)) >>> 0, f.littleEndian);
  }
  return out;
}

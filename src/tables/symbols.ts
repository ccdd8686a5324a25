import { viewOf } from "../codec/bytes.js";
import { wordSize, type Encoding } from "../codec/encoding.js";

/** Records of `stride` bytes in another order: each goes to the index that `order` gives for its own. */
export function permuteRecords(bytes: Uint8Array, stride: number, order: (index: number) => number): Uint8Array {
  const out = bytes.slice();
  for (let i = 0; (i + 1) * stride <= bytes.length; i++) out.set(bytes.subarray(i * stride, (i + 1) * stride), order(i) * stride);
  return out;
}

/**
 * Relocation records whose symbols have other indexes: ELF32_R_SYM is r_info above its lowest byte, ELF64_R_SYM its high word. Not for
 * little-endian 64-bit MIPS, whose r_info is another one, and whose symbols never change their order.
 *
 * @param stride bytes of a record: r_info is its second word
 */
export function renumberRelocations(bytes: Uint8Array, stride: number, e: Encoding, order: (index: number) => number): Uint8Array {
  const out = bytes.slice(), v = viewOf(out), word = wordSize(e);
  for (let at = 0; at + stride <= out.length; at += stride) {
    if (word === 8) {
      const high = at + 8 + (e.littleEndian ? 4 : 0);
      v.setUint32(high, order(v.getUint32(high, e.littleEndian)), e.littleEndian);
    } else {
      const info = v.getUint32(at + 4, e.littleEndian);
      v.setUint32(at + 4, ((order(info >>> 8) << 8) | (info & 0xff)) >>> 0, e.littleEndian);
    }
  }
  return out;
}
